"""Over HTTP one question alone brings back documents, as many as were approved; whatever else could is not sent."""

import json
import pickle
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auditor.probes import http_documents
from auditor.probes.http_documents import COUNT_BY_INDEX, check, check_body, is_sampleable, sample_path
from auditor.probes.interface import LARGEST_SAMPLE, HttpReply, Manner, WriteRefusedError
from auditor.probes.kibana.requests import Door
from auditor.probes.readonly import check_get, check_post
from auditor.testing.scripted import ScriptedLines, answer, target
from tests.probes.loopback import answering, lines_to, serving

NAMES = ["people", "用户", "logs-2026.11.24", ".ds-logs-000001", "a b".replace(" ", "_"), "x" * 255]


def through(door: Door, path: str, approved: int) -> None:
    if door is Door.CONSOLE:
        check_post(path, named=True, accept_guest_login=True, approved=approved)
    else:
        check_get(path, approved=approved)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [1, 10, 100])
def test_a_sample_passes_that_was_approved(name: str, size: int) -> None:
    path = f"/{sample_path(name, size=size)}"
    check_get(path, approved=size)
    check_get(f"/behind/a/prefix{path}", approved=1000)
    for door in Door:
        passed_on = door.path("/kibana", path)
        through(door, passed_on, size)


@pytest.mark.parametrize(
    ("path", "approved"),
    [
        (sample_path("people", size=1), 0),
        (sample_path("people", size=6), 5),
        (sample_path("people", size=101), 1000),
        (sample_path("people", size=0), 100),
        (sample_path("_all", size=1), 100),
        (sample_path("*", size=1), 100),
        (sample_path("a,b", size=1), 100),
        (sample_path("-a", size=1), 100),
        (sample_path("elasticsearch", size=1), 100),
        (sample_path(".kibana", size=1), 100),
        (sample_path(".security-7", size=1), 100),
        (f"_search?{sample_path('people', size=1).partition('?')[2]}", 100),
        (f"{sample_path('people', size=1)}&scroll=1m", 100),
        (sample_path("people", size=1).replace("&timeout=2s", ""), 100),
        (sample_path("people", size=1).replace("_search", "_search/template"), 100),
        (sample_path("people", size=1).replace("_search", "%5Fsearch"), 100),
        ("people/_search", 100),
        ("people/_search?size=1", 100),
        ("people/_search?size=10", 100),
        ("people/_search?size=0&size=9", 100),
        ("people/_search?size=0&q=a:b", 100),
        ("people/_search?size=0&source=%7B%7D", 100),
        ("people/_search?size=0&suggest_field=name&suggest_text=a", 100),
        ("people/%5fsearch?size=5", 100),
        ("people/%255Fsearch?size=5", 100),
        ("_search/scroll?scroll_id=x", 100),
        ("people/_doc/1", 100),
        ("people/_source/1", 100),
        ("people/doc/1/_explain?q=a", 100),
        ("people/_mget", 100),
        ("people/_terms_enum", 100),
        ("people/_field_stats?fields=age", 100),
        ("_sql?sql=select", 100),
        ("_msearch", 100),
    ],
)
def test_other_ways_to_documents_are_refused_directly_and_through_every_door(path: str, approved: int) -> None:
    with pytest.raises(WriteRefusedError):
        check_get(f"/{path}", approved=approved)
    for door in Door:
        passed_on = door.path("", f"/{path}")
        with pytest.raises(WriteRefusedError):
            through(door, passed_on, approved)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/_search?size=0",
        "/people/_search?size=0&track_total_hits=true",
        "/*/_search?size=0",
        "/_field_caps?fields=*",
    ],
)
def test_what_only_counts_passes_without_leave(path: str) -> None:
    check_get(path)


@given(st.text(max_size=30), st.integers(-1, 200), st.integers(0, 200), st.text(max_size=6))
def test_whatever_is_asked_for_no_more_passes_than_was_approved(name: str, size: int, approved: int, more: str) -> None:
    path = f"/{quote(name, safe='')}/_search?size={size}{quote(more, safe='&=')}"
    try:
        check(path, approved=approved)
    except WriteRefusedError:
        return
    assert size == 0
    assert more in ("", "&track_total_hits=true")


@given(st.text(min_size=1, max_size=30), st.integers(1, 200), st.integers(0, 200))
def test_a_sample_passes_exactly_where_it_may(name: str, size: int, approved: int) -> None:
    assume(name.isprintable())
    may = size <= min(approved, LARGEST_SAMPLE) and is_sampleable(name)
    try:
        check(f"/{sample_path(name, size=size)}", approved=approved)
    except WriteRefusedError:
        assert not may
    else:
        assert may


@pytest.mark.parametrize(
    "body",
    [
        b"",
        json.dumps({"params": {"index": "*", "body": {"size": 0}}}).encode(),
        json.dumps({"params": {"index": "people", "body": COUNT_BY_INDEX}}).encode(),
        b'{"index":"*"}\n{"size":0}\n',
    ],
)
def test_a_search_through_kibana_may_count(body: bytes) -> None:
    check_body(body)
    check_post("/internal/search/es", body, named=True, accept_guest_login=False)


SEARCHES: list[Any] = [
    {},
    {"size": 1},
    {"size": False},
    {"size": "0"},
    {"size": 0, "query": {}},
    {"size": 0, "aggs": {"indices": {"terms": {"field": "email", "size": 1000}}}},
    {"size": 0, "aggs": {"indices": {"top_hits": {}}}},
    {
        "size": 0,
        "aggs": {"indices": {"terms": {"field": "_index", "size": 1000}}, "more": {"terms": {"field": "email"}}},
    },
    {"size": 0, "suggest": {}},
    [],
    None,
]


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_through_kibana_that_could_tell_a_value_is_refused(search: Any) -> None:
    with pytest.raises(WriteRefusedError):
        check_body(json.dumps({"params": {"index": "*", "body": search}}).encode())
    with pytest.raises(WriteRefusedError):
        check_body(b'{"index":"*"}\n' + json.dumps(search).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b"[" * 100_000,
        b"{}",
        b'{"params":{}}',
        b'{"params":{"index":"*","body":{"size":0},"size":9}}',
        b'{"params":{"index":"*","body":{"size":0}},"strategy":"x"}',
        b'{"index":"*"}\n{"size":0}\n{"index":"*"}\n{"size":9}\n',
        b'{"index":"*","type":"x"}\n{"size":0}\n',
    ],
)
def test_a_body_that_cannot_be_read_as_counting_is_refused(body: bytes) -> None:
    with pytest.raises(WriteRefusedError):
        check_post("/internal/search/es", body, named=True, accept_guest_login=False)


def test_a_console_call_has_no_body() -> None:
    path = Door.CONSOLE.path("", "/_search?size=0")
    check_post(path, named=True, accept_guest_login=False)
    with pytest.raises(WriteRefusedError):
        check_post(path, b'{"size":9}', named=True, accept_guest_login=False)


@pytest.mark.parametrize("approved", [0, 4])
async def test_no_wire_sends_a_byte_of_what_was_not_approved(approved: int) -> None:
    path = f"/{sample_path('people', size=5)}"
    async with (
        serving(answering(lambda asked: answer(200, {}))) as server,
        lines_to(server, sample=approved) as lines,
    ):
        with pytest.raises(WriteRefusedError):
            await lines.http().get(path, template="x")
        assert server.accepted == 0
        assert lines.transcript.exchanges == []
    scripted = ScriptedLines(target(), http=lambda asked: answer(200, {}), manner=Manner(sample=approved))
    with pytest.raises(WriteRefusedError):
        await scripted.http().get(path, template="x")
    assert scripted.http_asked == []


def test_a_reply_shows_its_body_in_no_repr_and_leaves_in_no_pickle() -> None:
    reply = HttpReply(200, (), b"alice.canary@example.org", 0)
    assert "alice" not in f"{reply} {reply!r}"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="not pickled") as error:
            pickle.dumps(reply, protocol)
        assert "alice" not in str(error.value)


def test_the_question_in_the_plan_is_the_one_that_is_sent() -> None:
    assert http_documents.SAMPLE_TEMPLATE.replace("{index}", "people").replace("{documents}", "7") == sample_path(
        "people", size=7
    )
