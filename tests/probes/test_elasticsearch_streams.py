"""Data streams in the place of what backs them, aliases, and indices that are hidden, closed, the product's or red."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from auditor.model.dataset import DataSet, Kind
from auditor.model.observation import Access, Fact
from auditor.model.outcome import Verdict
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import Budget
from auditor.testing.script import Answer, HttpAsked, answer
from auditor.testing.scripted import ScriptedLines, target

from .elasticsearch_servers import (
    ANONYMOUS_403,
    LISTING,
    MAPPING,
    NO_HANDLER,
    OPEN,
    OPENSEARCH_TAGLINE,
    ROOT,
    SEARCH,
    SILENCE,
    error,
    found,
    greeting,
    listing,
    mapping,
    observe,
    verdict,
)

STREAMS = "/_data_stream"
OLD, NEW = ".ds-logs-2026.11.23-000001", ".ds-logs-2026.11.24-000002"
BACKED: Mapping[str, Answer] = {
    **OPEN,
    LISTING: answer(200, listing(**{"people": 2, OLD: 10, NEW: 5})),
    MAPPING: answer(
        200,
        {
            **mapping("people"),
            OLD: {"mappings": {"properties": {"email": {"type": "text"}, "level": {"type": "text"}}}},
            NEW: {"mappings": {"properties": {"level": {"type": "keyword"}}}},
        },
    ),
}


def streams(**named: Sequence[str]) -> Answer:
    listed = [{"name": name, "indices": [{"index_name": one} for one in backing]} for name, backing in named.items()]
    return answer(200, {"data_streams": listed})


def by_name(datasets: Sequence[DataSet]) -> dict[str, DataSet]:
    return {dataset.name: dataset for dataset in datasets}


async def test_a_stream_stands_where_its_backing_indices_stood() -> None:
    seen, lines = await observe({**BACKED, STREAMS: streams(logs=[OLD, NEW])})
    assert [data.name for data in seen.datasets] == ["people", "logs"]
    logs = seen.datasets[1]
    assert (logs.kind, logs.records, logs.bytes, logs.readable) == (Kind.DATA_STREAM, 15, 1_500, True)
    assert not logs.system
    assert [(field.path, field.type) for field in logs.fields] == [("level", "keyword"), ("email", "text")]
    assert logs.field_count == 2
    assert [asked.path for asked in lines.http_asked if STREAMS in asked.path] == ["/_data_stream?expand_wildcards=all"]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(NO_HANDLER, id="400"),
        pytest.param(answer(404, {"error": "?"}), id="404"),
        pytest.param(ANONYMOUS_403, id="403"),
        pytest.param(answer(200, "rubbish"), id="rubbish"),
        pytest.param(answer(200, {"data_streams": [{"name": "logs"}, 7]}), id="streams of nothing"),
        pytest.param(streams(logs=["elsewhere"]), id="indices that nobody listed"),
        pytest.param(streams(people=[OLD, NEW]), id="a stream that bears an index's name"),
        pytest.param(SILENCE, id="silence"),
    ],
)
async def test_without_an_answer_backing_indices_stay_listed(reply: Any) -> None:
    seen, _ = await observe({**BACKED, STREAMS: reply})
    assert {data.name: data.kind for data in seen.datasets} == dict.fromkeys(["people", OLD, NEW], Kind.INDEX)
    assert (verdict(seen), Fact.PARTLY_REFUSED in seen.facts) == (Verdict.OPEN, False)


async def test_a_release_that_lists_hidden_streams_unasked_is_asked_without_the_parameter() -> None:
    def reply(asked: HttpAsked) -> Answer:
        place, _, query = asked.path.partition("?")
        if place == STREAMS:
            refusal = error("illegal_argument_exception", "contains unrecognized parameter: [expand_wildcards]", 400)
            return refusal if query else streams(logs=[OLD, NEW])
        return BACKED.get(place, NO_HANDLER)

    lines = ScriptedLines(target(), http=reply)
    seen = await ElasticsearchProbe().observe(lines)
    assert by_name(seen.datasets)["logs"].records == 15

    opensearch = {**BACKED, ROOT: answer(200, greeting("2.19.4", tagline=OPENSEARCH_TAGLINE))}
    seen, lines = await observe({**opensearch, STREAMS: streams(logs=[OLD, NEW])})
    assert by_name(seen.datasets)["logs"].records == 15
    assert [asked.path for asked in lines.http_asked if STREAMS in asked.path] == [STREAMS]


async def test_no_server_without_backing_indices_is_asked_for_streams() -> None:
    _, lines = await observe(OPEN)
    assert not any(STREAMS in asked.path for asked in lines.http_asked)


async def test_what_is_not_known_of_a_part_is_not_known_of_the_stream() -> None:
    closed = {**BACKED, LISTING: answer(200, listing(**{OLD: None, NEW: 5}))}
    seen, _ = await observe({**closed, STREAMS: streams(logs=[OLD, NEW])})
    logs = by_name(seen.datasets)["logs"]
    assert (logs.records, logs.bytes, logs.readable) == (None, None, True)
    assert logs.refused == ("search: the index is closed",)
    seen, _ = await observe({**BACKED, STREAMS: streams(logs=[OLD, NEW, "unlisted"])})
    assert by_name(seen.datasets)["logs"].records is None


async def test_a_stream_keeps_no_more_fields_than_an_index_may() -> None:
    seen, _ = await observe({**BACKED, STREAMS: streams(logs=[NEW, OLD])}, budget=Budget(fields=2))
    logs = by_name(seen.datasets)["logs"]
    assert ([field.path for field in logs.fields], logs.truncated) == (["email", "level"], False)
    wide: dict[str, Any] = {OLD: {"a": {}, "b": {}}, NEW: {"c": {}, "d": {}}}
    mapped = answer(200, {name: {"mappings": {"properties": properties}} for name, properties in wide.items()})
    seen, _ = await observe({**BACKED, MAPPING: mapped, STREAMS: streams(logs=[OLD, NEW])}, budget=Budget(fields=2))
    logs = by_name(seen.datasets)["logs"]
    assert ([field.path for field in logs.fields], logs.truncated) == (["c", "d"], True)


async def test_a_stream_of_the_product_is_the_products() -> None:
    backing = ".ds-.logs-deprecation-1"
    replies = {**OPEN, LISTING: answer(200, listing(**{backing: 1}))}
    seen, _ = await observe({**replies, STREAMS: streams(**{".logs-deprecation": [backing]})})
    assert by_name(seen.datasets)[".logs-deprecation"].system


async def test_documents_that_could_not_be_indexed_belong_to_their_stream() -> None:
    failed = ".fs-logs-2026.11.24-000003"
    replies = {**BACKED, LISTING: answer(200, listing(**{OLD: 10, failed: 3}))}
    entry = {"name": "logs", "indices": [{"index_name": OLD}], "failure_store": {"indices": [{"index_name": failed}]}}
    seen, _ = await observe({**replies, STREAMS: answer(200, {"data_streams": [entry]})})
    assert by_name(seen.datasets)["logs"].records == 13
    seen, _ = await observe(replies)
    assert not by_name(seen.datasets)[failed].system


async def test_aliases_stand_with_their_indices_and_their_streams() -> None:
    told = {
        "people": {"aliases": {"patients": {}, "everyone": {"filter": {"term": {"ward": "x"}}}}},
        NEW: {"aliases": {}},
    }
    both = {**told, "logs": {"aliases": {"all-logs": {}}}, OLD: {"aliases": {"old-logs": {}}}, "gone": {"aliases": {}}}
    seen, _ = await observe({**BACKED, STREAMS: streams(logs=[OLD, NEW]), "/_aliases": answer(200, both)})
    assert {data.name: data.aliases for data in seen.datasets} == {
        "people": ("patients", "everyone"),
        "logs": ("old-logs", "all-logs"),
    }


async def test_aliases_that_name_the_indices_are_kept_as_well() -> None:
    told = answer(200, {"people": {"aliases": {"patients": {}}}})
    seen, lines = await observe({ROOT: OPEN[ROOT], SEARCH: OPEN[SEARCH], "/_aliases": told})
    assert [(data.name, data.aliases) for data in seen.datasets] == [("people", ("patients",))]
    assert sum("/_aliases" in asked.path for asked in lines.http_asked) == 1


async def test_hidden_indices_are_asked_for_and_the_products_own_are_marked() -> None:
    rows = listing(people=2, hid=1, **{".kibana_7.17.29_001": 3, ".security-7": 4, ".reindexed-v7-cases": 5})
    seen, lines = await observe({**OPEN, LISTING: answer(200, rows)})
    listed = next(asked for asked in lines.http_asked if LISTING in asked.path)
    assert "expand_wildcards=all" in listed.path
    assert {data.name for data in seen.datasets if data.system} == {".kibana_7.17.29_001", ".security-7"}
    assert all(data.readable for data in seen.datasets if data.name != "products")


async def test_a_red_cluster_is_open_and_says_what_failed() -> None:
    replies = {
        **OPEN,
        SEARCH: answer(200, found(2, shards=5, failed=2)),
        "/people/_search": answer(200, found(2)),
        "/products/_search": error("search_phase_execution_exception", "all shards failed", 503),
    }
    seen, lines = await observe(replies)
    assert (seen.access, verdict(seen), Fact.PARTLY_REFUSED in seen.facts) == (Access.RECORDS, Verdict.OPEN, False)
    assert "the search: given, but 2 of 5 shards failed" in seen.partial
    assert 'searches that failed, in whole or in part: all indices, "products"' in seen.partial
    assert {data.name: data.readable for data in seen.datasets} == {"people": True, "products": None}
    assert any("though 2 of 5 shards failed" in exchange.why for exchange in lines.transcript.exchanges)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_breaker_that_trips_at_every_search_leaves_names_and_the_question_open(status: int) -> None:
    tired = error("circuit_breaking_exception", "[parent] Data too large", status)
    seen, _ = await observe(
        {**OPEN, SEARCH: tired, "/people/_search": tired, "/products/_search": tired}, rest=NO_HANDLER
    )
    assert (seen.access, Fact.DEGRADED in seen.facts) == (Access.NAMES, True)
    assert verdict(seen) is Verdict.METADATA_ONLY
    assert "the search was not answered" in seen.detail
    assert any(line.startswith("the search: Is overloaded") for line in seen.partial)
    assert seen.signs == ()


async def test_ten_thousand_backing_indices_cost_few_questions_and_little_time() -> None:
    backing = {f"s{stream}": [f".ds-s{stream}-{number:06}" for number in range(100)] for stream in range(100)}
    rows = [
        {"index": name, "status": "open", "docs.count": "1", "pri.store.size": "10"}
        for names in backing.values()
        for name in names
    ]
    told = answer(200, {name: {"aliases": {"all": {}}} for names in backing.values() for name in names})

    def reply(asked: HttpAsked) -> Answer:
        place = asked.path.partition("?")[0]
        if asked.template == "es-index-mapping":
            return answer(200, mapping(*place.removeprefix("/").removesuffix("/_mapping").split(",")))
        replies = {LISTING: answer(200, rows), STREAMS: streams(**backing), "/_aliases": told}
        return replies.get(place, OPEN.get(place, NO_HANDLER))

    lines = ScriptedLines(target(), http=reply)
    began = time.perf_counter()
    seen = await ElasticsearchProbe().observe(lines)
    assert time.perf_counter() - began < 20
    assert len(seen.datasets) == 100
    assert {(data.records, data.bytes, data.aliases) for data in seen.datasets} == {(100, 1_000, ("all",))}
    assert len(lines.http_asked) < 80
