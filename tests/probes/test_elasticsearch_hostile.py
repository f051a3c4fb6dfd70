"""Servers that mean harm: whatever they answer, the probe ends, keeps no document, and claims no records unsearched."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.judge.verdict import decide
from auditor.model.observation import Access, Observation, Reach
from auditor.model.outcome import Verdict
from auditor.probes.elastic.listing import read_search
from auditor.probes.elastic.refusal import RefusalKind, read_refusal
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.elasticsearch.requests import REQUESTS
from auditor.probes.interface import Budget, WireError
from auditor.probes.json_reply import parse
from auditor.testing.script import Answer, HttpAsked, answer
from auditor.testing.scripted import ScriptedLines, target

from .elasticsearch_servers import (
    LISTING,
    MAPPING,
    OPEN,
    ROOT,
    SEARCH,
    found,
    greeting,
    listing,
    mapping,
    observe,
)

SECRET = "jane.doe@example.org"

KEYS = st.sampled_from(["version", "number", "tagline", "error", "status", "type", "reason", "index", "docs.count"]) | (
    st.sampled_from(["hits", "total", "took", "_shards", "failed", "mappings", "properties", "fields", "indices"])
    | st.sampled_from(["roles", "username", "user_name", "nodes"])
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=5),
    max_leaves=15,
).map(lambda value: json.dumps(value).encode())
BODIES = JSON | st.binary(max_size=60) | st.sampled_from([reply.body for reply in OPEN.values()])
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["www-authenticate", "server", "location", "kbn-name", "x-elastic-product", "content-encoding"])
        | st.sampled_from(["x-opensearch-version", "content-type"]),
        st.text(max_size=20)
        | st.sampled_from(["Elasticsearch", "OpenSearch/3.4.0 (x)", 'Basic realm="security"', "gzip"]),
    ),
    max_size=4,
).map(tuple)
STATUSES = st.sampled_from([200, 200, 200, 201, 301, 400, 401, 403, 404, 405, 429, 500, 503]) | st.integers(100, 599)
REPLIES = st.builds(Answer, STATUSES, HEADERS, BODIES) | st.sampled_from(list(OPEN.values()))
ENDINGS = st.sampled_from([Reach.BROKE_OFF, Reach.TOO_MUCH, Reach.TIMED_OUT]).map(
    lambda reach: WireError(reach, "it ended")
)
PATHS = (
    ROOT,
    LISTING,
    MAPPING,
    SEARCH,
    "/_stats/docs,store",
    "/_field_caps",
    "/_security/_authenticate",
    "/_nodes/http",
)


def _counted(body: bytes) -> bool:
    return read_search(parse(body)) is not None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries(dict.fromkeys(PATHS, REPLIES | ENDINGS)), REPLIES)
async def test_any_answers_give_an_observation_and_records_only_after_a_search(
    replies: Mapping[str, Answer | WireError], rest: Answer
) -> None:
    searched: list[Answer] = []

    def reply(asked: HttpAsked) -> Answer | WireError:
        place = asked.path.partition("?")[0]
        given = replies.get(place, rest)
        if "_search" in place and isinstance(given, Answer):
            searched.append(given)
        return given

    lines = ScriptedLines(target(), http=reply)
    try:
        seen = await ElasticsearchProbe().observe(lines)
    except WireError:
        assert isinstance(replies[ROOT], WireError)
        return
    decide(seen)
    if seen.access is Access.RECORDS:
        assert any(200 <= given.status < 300 and _counted(given.body) for given in searched)
    if decide(seen).verdict is Verdict.AUTH_REQUIRED:
        refused = [given for given in replies.values() if isinstance(given, Answer)]
        assert any(
            given.status in (401, 403, 407) or 300 <= given.status < 400 or b"assword" in given.body
            for given in [*refused, rest]
        )
    assert len(lines.http_asked) <= lines.budget.requests
    assert seen.reach is not Reach.BUG
    assert any(exchange.why for exchange in lines.transcript.exchanges)
    json.dumps(repr(seen)).encode()


@given(STATUSES, HEADERS, BODIES)
def test_any_reply_has_a_meaning_of_bounded_length(
    status: int, headers: tuple[tuple[str, str], ...], body: bytes
) -> None:
    refusal = read_refusal(status, headers, body, parse(body))
    if refusal is None:
        assert 200 <= status < 300
    else:
        assert len(refusal.sentence) < 300
        assert len(refusal.identity) <= 100


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=120))
def test_no_text_of_an_error_leaves_but_a_users_name(secret: str) -> None:
    reason = f"failed to parse field [email] of type [text], preview of value: '{secret} {SECRET}'"
    document: Any = {"error": {"type": "mapper_parsing_exception", "reason": reason}, "status": 400}
    body = json.dumps(document).encode()
    for status in (200, 400, 401, 403, 404, 500, 503):
        refusal = read_refusal(status, (), body, document)
        assert refusal is not None
        assert SECRET not in repr(refusal)


def _texts(seen: Observation, lines: ScriptedLines) -> str:
    return repr(seen) + repr(lines.transcript.exchanges)


@pytest.mark.fact("PEER-12")
async def test_documents_sent_unasked_are_kept_nowhere() -> None:
    hits = [{"_index": "people", "_source": {"email": SECRET}}]
    poisoned = answer(200, {**found(1, hits=hits), "aggregations": {SECRET: SECRET}, "suggest": SECRET})
    seen, lines = await observe({**OPEN, SEARCH: poisoned})
    assert seen.access is Access.RECORDS
    assert SECRET not in _texts(seen, lines)


async def test_errors_that_quote_values_are_kept_nowhere() -> None:
    quoting = answer(400, {"error": {"type": "x", "reason": f"preview of value: '{SECRET}'"}, "status": 400})
    seen, lines = await observe({ROOT: OPEN[ROOT], LISTING: OPEN[LISTING]}, rest=quoting)
    assert SECRET not in _texts(seen, lines)


@pytest.mark.fact("ES-62")
async def test_every_request_matches_a_template_and_is_a_get() -> None:
    everything = [
        {**OPEN, ROOT: answer(200, greeting("8.5.0"))},
        {SEARCH: answer(200, found({"value": 10_000, "relation": "gte"})), MAPPING: answer(200, mapping("people"))},
    ]
    templates = {template.id: template for template in REQUESTS}
    for replies in everything:
        _, lines = await observe(replies)
        for asked in lines.http_asked:
            assert asked.method == "GET"
            assert asked.body == b""
            pattern = templates[asked.template].request
            assert pattern.startswith("GET {path}/")
            assert re.fullmatch(re.sub(r"\\\{\w+\\\}", ".*", re.escape(pattern)), f"GET {asked.path}")


@pytest.mark.parametrize(
    "name",
    [
        "_all",
        "_shutdown",
        "-x",
        "+x",
        "..",
        ".",
        "a/b",
        "a/../_cluster",
        "a?x=1",
        "a#b",
        "a b",
        "a,b",
        "*",
        "a*",
        "<now/d>",
        'a"b',
        "a\\b",
        "far:a",
        "a\r\nX: y",
        "\u0000",
        "",
    ],
)
async def test_names_that_would_change_a_path_are_never_asked_about(name: str) -> None:
    replies = {
        **OPEN,
        LISTING: answer(200, [{"index": name, "docs.count": "1"}, *listing(people=2)]),
        MAPPING: answer(403, "no"),
        SEARCH: answer(500),
    }
    _, lines = await observe({**replies, "/people/_search": answer(200, found(2))})
    own = [asked.path for asked in lines.http_asked if asked.template.startswith("es-index")]
    assert own
    assert all(path.startswith("/people/") for path in own)


async def test_names_in_any_script_are_asked_about_encoded() -> None:
    replies = {**OPEN, LISTING: answer(200, listing(**{"人员%2f": 2})), SEARCH: answer(500)}
    _, lines = await observe(replies)
    assert "/%E4%BA%BA%E5%91%98%252f/_search?size=0" in [asked.path for asked in lines.http_asked]


async def test_a_lower_bound_is_counted_exactly() -> None:
    def reply(asked: HttpAsked) -> Answer:
        place, _, query = asked.path.partition("?")
        if place == "/people/_search":
            exact = "track_total_hits=true" in query
            total = {"value": 123_456, "relation": "eq"} if exact else {"value": 10_000, "relation": "gte"}
            return answer(200, found(total))
        return {
            MAPPING: answer(200, mapping("people")),
            SEARCH: answer(200, found({"value": 10_000, "relation": "gte"})),
        }.get(place, answer(403, "no"))

    seen = await ElasticsearchProbe().observe(ScriptedLines(target(), http=reply))
    assert [data.records for data in seen.datasets] == [123_456]


async def test_ten_thousand_indices_are_listed_and_the_rest_is_told() -> None:
    rows = [
        {"index": f"log-{number:05}", "status": "open", "docs.count": "1", "pri.store.size": str(number)}
        for number in range(10_001)
    ]
    budget = Budget()
    names: list[list[str]] = []

    def reply(asked: HttpAsked) -> Answer:
        place = asked.path.partition("?")[0]
        if asked.template == "es-index-mapping":
            names.append(place.removeprefix("/").removesuffix("/_mapping").split(","))
            assert len(asked.path) < 3_500
            return answer(200, mapping(*names[-1]))
        return answer(200, rows) if place == LISTING else OPEN.get(place, answer(404))

    lines = ScriptedLines(target(), http=reply, budget=budget)
    seen = await ElasticsearchProbe().observe(lines)
    assert (len(seen.datasets), seen.truncated) == (10_000, True)
    assert not any(asked.template == "es-mapping" for asked in lines.http_asked)
    assert names[0][0] == "log-09999"  # the largest first
    assert sum(data.field_count is not None for data in seen.datasets) == sum(map(len, names)) == 2_400
    assert len(lines.http_asked) < 80


async def test_a_mapping_beyond_its_cap_is_asked_for_in_parts() -> None:
    budget = Budget(mapping_bytes=2_000)
    large = {
        **mapping("people", "products"),
        "large": {"mappings": {"properties": {f"f{n}": {"type": "text"} for n in range(200)}}},
    }

    def reply(asked: HttpAsked) -> Answer:
        if asked.template == "es-index-mapping":
            return answer(200, mapping("people", "products"))
        place = asked.path.partition("?")[0]
        return answer(200, large) if place == MAPPING else OPEN.get(place, answer(404))

    seen = await ElasticsearchProbe().observe(ScriptedLines(target(), http=reply, budget=budget))
    assert seen.access is Access.RECORDS
    assert {data.name: data.field_count for data in seen.datasets} == {"people": 2, "products": 2}


async def test_a_listing_beyond_its_cap_keeps_its_whole_rows() -> None:
    rows = listing(**{f"index-{number}": number for number in range(100)})
    seen, _ = await observe({**OPEN, LISTING: answer(200, rows)}, budget=Budget(mapping_bytes=1_000))
    assert seen.truncated
    assert 5 < len(seen.datasets) < 20


async def test_a_compressed_answer_is_no_answer() -> None:
    squeezed = Answer(200, (("content-encoding", "gzip"),), b"\x1f\x8b\x08\x00rubbish")
    seen, _ = await observe({}, rest=squeezed)
    assert seen.access is Access.NOTHING


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"hits":{"total":' + b"9" * 9_000 + b"}}"])
async def test_bombs_are_survived(body: bytes) -> None:
    seen, _ = await observe({}, rest=Answer(200, (), body))
    assert seen.access is Access.NOTHING


def test_a_refusal_is_never_made_of_a_good_answer() -> None:
    good = OPEN[SEARCH]
    assert read_refusal(200, good.headers, good.body, parse(good.body)) is None
    bad = read_refusal(200, (), b"{}", {"error": {"reason": "x"}})
    assert bad is not None
    assert bad.kind is RefusalKind.ERROR
