"""Documents behind a Kibana are asked for only where that was approved, and only on the way by which it was read."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest

from auditor.model.dataset import DataSet
from auditor.model.outcome import Verdict
from auditor.probes.interface import WireError
from auditor.probes.kibana import KibanaProbe
from auditor.testing.contract import unplanned
from auditor.testing.scripted import Answer, HttpAsked, answer
from tests.probes.kibana_stub import (
    FOUND,
    OPEN,
    Scripted,
    Seen,
    Stub,
    observe,
    own,
    page,
    redirect,
    refused,
    with_cookie,
)
from tests.probes.test_elasticsearch_sample import BAD, CANARY, COUNTS, DOCUMENTS, hits

ASKED = "/people/_search?size=5&terminate_after=5&timeout=2s&filter_path=took,timed_out,hits.hits._source"


def stub(sample: Scripted, *, door: str = "console", prefix: str = "", more: dict[str, Scripted] | None = None) -> Stub:
    pages: dict[str, Scripted] = {"GET /": page(), f"GET {prefix}/": page()}
    return Stub(pages, {**OPEN, "/people/_search": sample, **(more or {})}, doors=(door,), prefix=prefix)


def sampled(seen: Seen) -> list[HttpAsked]:
    return [asked for asked in seen.lines.http_asked if "terminate_after" in asked.path]


def people(seen: Seen) -> DataSet:
    return next(dataset for dataset in seen.observation.datasets if dataset.name == "people")


def counts(dataset: DataSet) -> dict[str, tuple[int, int, int]]:
    return {each.field: (each.values, each.distinct, each.passed[0][1]) for each in dataset.counts}


async def test_without_leave_no_document_is_asked_for() -> None:
    seen = await observe(stub(hits(*DOCUMENTS)))
    assert sampled(seen) == []
    assert (people(seen).sampled, people(seen).counts) == (None, ())


async def test_through_the_console_it_is_the_same_question_by_its_get() -> None:
    seen = await observe(stub(hits(*DOCUMENTS)), sample=5)
    (asked,) = sampled(seen)
    query = parse_qs(urlsplit(asked.path).query, strict_parsing=True)
    assert (asked.method, asked.body, query) == ("POST", b"", {"path": [ASKED], "method": ["GET"]})
    assert (people(seen).sampled, counts(people(seen))) == (2, COUNTS)
    assert CANARY not in repr(seen.observation)
    assert seen.lines.http_asked[-1] == asked  # after everything that decides


@pytest.mark.parametrize(
    ("door", "path"),
    [
        ("proxy", f"/elasticsearch{ASKED}"),
        ("uri", f"/api/console/proxy?uri={quote(ASKED[1:], safe='')}"),
    ],
)
async def test_older_doors_are_taken_where_they_led_to_the_data(door: str, path: str) -> None:
    script = stub(hits(*DOCUMENTS), door=door)
    if door == "uri":  # of such a Kibana the newer form is an error of its own
        pages = {**script.pages, "POST /api/console/proxy": own(500)}
        script = Stub(pages, script.console, doors=("uri",))
    seen = await observe(script, sample=5)
    assert seen.verdict is Verdict.OPEN
    assert [(asked.method, asked.path) for asked in sampled(seen)] == [("GET", path)]
    assert counts(people(seen)) == COUNTS


async def test_below_a_prefix_it_is_asked_below_it() -> None:
    seen = await observe(stub(hits(*DOCUMENTS), prefix="/kb"), path="/kb", sample=5)
    assert sampled(seen)[0].path.startswith("/kb/api/console/proxy?path=%2Fpeople%2F_search")
    assert people(seen).sampled == 2


async def test_a_session_that_opened_the_console_goes_with_the_sample() -> None:
    login = redirect("/login?next=%2F")
    answers = {**OPEN, "/people/_search": hits(*DOCUMENTS)}
    console = {path: with_cookie("sid=1", given, login) for path, given in answers.items()}
    seen = await observe(
        Stub({"GET /": Answer(200, (("kbn-name", "lab"), ("set-cookie", "sid=1")), b"")}, console), sample=5
    )
    assert [asked.headers.get("cookie") for asked in sampled(seen)] == ["sid=1"]
    assert people(seen).sampled == 2


async def test_search_routes_carry_no_sample_and_that_is_said() -> None:
    counted = {**FOUND, "aggregations": {"indices": {"buckets": [{"key": "people", "doc_count": 2}]}}}
    fields = {"fields": [{"name": "email", "type": "string", "esTypes": ["keyword"]}]}
    pages: dict[str, Scripted] = {
        "GET /": page(),
        "POST /internal/search/es": answer(200, {"rawResponse": counted}, kbn_name="lab"),
        "GET /api/index_patterns/_fields_for_wildcard": answer(200, fields, kbn_name="lab"),
    }
    plain, seen = await observe(Stub(pages)), await observe(Stub(pages), sample=5)
    assert (seen.verdict, seen.requests) == (plain.verdict, plain.requests)
    assert people(seen).refused[-1] == "sample: not possible on the way by which it is read"
    assert people(plain).refused == people(seen).refused[:-1]


async def test_an_index_that_may_not_be_read_and_the_product_s_own_are_not_asked_for() -> None:
    who = answer(200, {"username": "_anonymous", "roles": ["guest"], "enabled": True}, kbn_name="lab")
    more: dict[str, Scripted] = {
        "/_security/_authenticate": who,
        "/people/_search": refused(403, "action [indices:data/read/search] is unauthorized for user [_anonymous]"),
        "/.kibana_1/_search": answer(200, FOUND, kbn_name="lab"),
    }
    seen = await observe(stub(hits(*DOCUMENTS), more=more), sample=5)
    assert sampled(seen) == []


@pytest.mark.parametrize("bad", BAD)
async def test_a_bad_answer_to_a_sample_changes_no_verdict_and_is_noted(bad: str) -> None:
    plain = await observe(stub(BAD[bad]))
    seen = await observe(stub(BAD[bad]), sample=5)
    assert seen.verdict is plain.verdict
    assert seen.observation.facts == plain.observation.facts
    assert seen.observation.detail == plain.observation.detail
    assert seen.observation.evidence == plain.observation.evidence
    assert (people(seen).sampled, people(seen).counts) == (None, ())
    assert people(seen).refused[-1].startswith("sample: ")
    assert CANARY not in repr(seen.observation)


async def test_every_request_is_an_instance_of_its_template() -> None:
    for door in ("console", "proxy"):
        seen = await observe(stub(hits(*DOCUMENTS), door=door), sample=5)
        assert sampled(seen)
        transcript = tuple(seen.lines.transcript.exchanges)
        observation = type(seen.observation)(seen.observation.reach, transcript=transcript)
        assert unplanned(KibanaProbe(), observation) == []


def test_of_these_servers_some_say_nothing_at_all() -> None:
    assert any(isinstance(bad, WireError) for bad in BAD.values())
