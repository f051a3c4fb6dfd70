"""Documents of an index are asked for only where that was approved; counts of them are kept, and never a value."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from auditor.model.dataset import DataSet
from auditor.model.observation import Observation, Reach
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import Budget, Manner, WireError
from auditor.probes.sampling import MOST_SAMPLED
from auditor.testing.contract import unplanned
from auditor.testing.script import Answer, HttpAsked, answer
from auditor.testing.scripted import ScriptedLines, target
from tests.probes.elasticsearch_servers import (
    ANONYMOUS_403,
    LISTING,
    MAPPING,
    MISSING_LOGIN,
    NO_HANDLER,
    OPEN,
    SEARCH,
    error,
    found,
    listing,
    mapping,
    verdict,
)
from tests.probes.loopback import Caller, lines_to, serving
from tests.probes.tally import SmallTally

CANARY = "alice.canary@example.org"
DOCUMENTS: list[dict[str, Any]] = [
    {"email": CANARY, "full_name": "x", "deep": {"mail": [CANARY, CANARY, "y"], "n": 1}, "ok": True, "none": None},
    {"email": CANARY, "orders": [{"sku": "a@b"}, {"sku": 4}], "full_name": "", "deep.dotted": 2.5, "": "nameless"},
]
COUNTS = {
    "email": (2, 1, 1),
    "full_name": (2, 2, 0),
    "deep.mail": (3, 2, 1),
    "deep.n": (1, 1, 0),
    "deep.dotted": (1, 1, 0),
    "orders.sku": (2, 2, 1),
}

Script = Callable[[HttpAsked], Answer | WireError]


def hits(*documents: Mapping[str, Any]) -> Answer:
    """What a server answers to a sample, as from 1.6 on; before, there was more of everything."""
    found = {"hits": {"hits": [{"_source": document} for document in documents]}} if documents else {}
    return answer(200, {"took": 1, "timed_out": False, **found})


def server(
    sample: Answer | WireError | Script, replies: Mapping[str, Answer | WireError] = OPEN, *, path: str = ""
) -> Script:
    """A server that answers requests for documents with `sample`, and any other question by its path."""

    def reply(asked: HttpAsked) -> Answer | WireError:
        assert asked.method == "GET"
        place, _, query = asked.path.removeprefix(path).partition("?")
        if place.endswith("/_search") and "size=0" not in query:
            return sample(asked) if callable(sample) else sample
        return replies.get(place, NO_HANDLER)

    return reply


async def observe(
    script: Script, *, sample: int = 5, path: str = "/", budget: Budget | None = None
) -> tuple[Observation, ScriptedLines]:
    lines = ScriptedLines(
        target(path=path), http=script, manner=Manner(sample=sample), budget=budget, open_tally=SmallTally
    )
    seen = await ElasticsearchProbe().observe(lines)
    return replace(seen, transcript=tuple(lines.transcript.exchanges)), lines


def sampled(lines: ScriptedLines) -> list[str]:
    """The paths by which documents were asked for."""
    return [asked.path for asked in lines.http_asked if "_search?" in asked.path and "size=0" not in asked.path]


def named(seen: Observation, name: str) -> DataSet:
    return next(dataset for dataset in seen.datasets if dataset.name == name)


def counts(dataset: DataSet) -> dict[str, tuple[int, int, int]]:
    return {each.field: (each.values, each.distinct, each.passed[0][1]) for each in dataset.counts}


async def test_without_leave_no_document_is_asked_for() -> None:
    seen, lines = await observe(server(hits(*DOCUMENTS)), sample=0)
    assert sampled(lines) == []
    assert {(dataset.sampled, dataset.counts) for dataset in seen.datasets} == {(None, ())}


async def test_values_are_counted_field_by_field_and_dropped() -> None:
    seen, lines = await observe(server(hits(*DOCUMENTS)), sample=7)
    assert sampled(lines) == [
        f"/{name}/_search?size=7&terminate_after=7&timeout=2s&filter_path=took,timed_out,hits.hits._source"
        for name in ("people", "products")
    ]
    people = named(seen, "people")
    assert (people.sampled, counts(people), people.refused) == (2, COUNTS, ())
    assert CANARY not in repr(seen)
    assert unplanned(ElasticsearchProbe(), seen) == []


async def test_a_release_that_sends_more_than_was_asked_for_is_read_alike() -> None:
    old = {"_index": "people", "_type": "doc", "_id": CANARY, "_score": 1.0, "highlight": {"a": [CANARY]}}
    body = {**found(2), "hits": {"total": 2, "hits": [{**old, "_source": each} for each in DOCUMENTS]}}
    seen, _ = await observe(server(answer(200, body)))
    assert counts(named(seen, "people")) == COUNTS
    more, _ = await observe(server(answer(200, body)), sample=1)  # ... and whose hits are more than were asked for
    assert named(more, "people").sampled == 1
    assert counts(named(more, "people"))["email"] == (1, 1, 1)


async def test_no_more_than_a_hundred_documents_are_asked_for() -> None:
    _, lines = await observe(server(hits()), sample=1000)
    assert "size=100&terminate_after=100" in sampled(lines)[0]


async def test_an_index_of_which_nothing_came_was_sampled_all_the_same() -> None:
    seen, _ = await observe(server(hits()))
    assert (named(seen, "people").sampled, named(seen, "people").counts) == (0, ())


async def test_a_server_below_a_path_is_asked_there() -> None:
    seen, lines = await observe(server(hits(*DOCUMENTS), path="/es"), path="/es")
    assert sampled(lines)[0].startswith("/es/people/_search?")
    assert named(seen, "people").sampled == 2


async def test_only_readable_indices_with_documents_and_fields_are_sampled() -> None:
    rows = listing(people=2, empty=0, closed=None, unmapped=5, **{".kibana": 3, ".security-7": 1})
    replies = {
        **OPEN,
        LISTING: answer(200, rows),
        MAPPING: answer(200, mapping("people", "empty", "closed", ".kibana", ".security-7")),
    }
    _, lines = await observe(server(hits(*DOCUMENTS), replies))
    assert [path.split("/")[1] for path in sampled(lines)] == ["people"]


async def test_an_index_that_a_stranger_may_not_read_is_not_sampled() -> None:
    replies = {
        **OPEN,
        SEARCH: ANONYMOUS_403,
        "/people/_search": answer(200, found(2)),
        "/products/_search": ANONYMOUS_403,
    }
    seen, lines = await observe(server(hits(*DOCUMENTS), replies))
    assert [path.split("/")[1] for path in sampled(lines)] == ["people"]
    assert named(seen, "products").sampled is None


async def test_a_data_stream_is_sampled_once_by_its_own_name() -> None:
    backing = [".ds-logs-2026.11.23-000001", ".ds-logs-2026.11.24-000002"]
    stream = {"name": "logs", "indices": [{"index_name": name} for name in backing]}
    replies = {
        **OPEN,
        LISTING: answer(200, listing(**dict.fromkeys(backing, 3))),
        MAPPING: answer(200, mapping(*backing)),
        "/_data_stream": answer(200, {"data_streams": [stream]}),
    }
    seen, lines = await observe(server(hits(*DOCUMENTS), replies))
    assert [path.split("/")[1] for path in sampled(lines)] == ["logs"]
    assert counts(named(seen, "logs")) == COUNTS


async def test_the_largest_are_sampled_and_the_others_say_that_they_were_not() -> None:
    names = {f"i{number}": number + 1 for number in range(MOST_SAMPLED + 3)}
    replies = {**OPEN, LISTING: answer(200, listing(**names)), MAPPING: answer(200, mapping(*names))}
    seen, lines = await observe(server(hits(*DOCUMENTS), replies))
    assert [path.split("/")[1] for path in sampled(lines)] == [f"i{n}" for n in range(MOST_SAMPLED + 2, 2, -1)]
    assert {each.name for each in seen.datasets if "sample: not taken" in each.refused} == {"i0", "i1", "i2"}


async def test_documents_too_long_for_a_reply_are_asked_for_in_smaller_number() -> None:
    def sample(asked: HttpAsked) -> Answer:
        many = int(asked.path.partition("size=")[2].partition("&")[0])
        return hits(*[{"text": CANARY * 40}] * (many if "/people/" in asked.path else 100))

    seen, lines = await observe(server(sample), sample=50, budget=Budget(reply_bytes=20_000))
    assert [path[: path.index("&")] for path in sampled(lines)] == [
        "/people/_search?size=50",
        "/people/_search?size=5",
        "/products/_search?size=50",
        "/products/_search?size=5",
    ]
    assert named(seen, "people").sampled == 5
    assert named(seen, "products").sampled is None
    assert "sample: too long for one reply" in named(seen, "products").refused


BAD: dict[str, Answer | WireError] = {
    "a login": MISSING_LOGIN,
    "a refusal": ANONYMOUS_403,
    "too many requests": error("circuit_breaking_exception", f"Data too large: {CANARY}", 429),
    "a failure": answer(500, {"error": CANARY, "hits": {"hits": [{"_source": DOCUMENTS[0]}]}}),
    "an error with status 200": answer(200, {"error": {"reason": CANARY}, "took": 1, "hits": {"hits": DOCUMENTS}}),
    "no JSON": answer(200, CANARY.encode()),
    "JSON that breaks off": Answer(200, (), hits(*DOCUMENTS).body[:-30]),
    "something else": answer(200, [DOCUMENTS]),
    "the greeting": OPEN["/"],
    "a nest without end": Answer(200, (), b'{"took":1,"hits":' + b'{"a":' * 100_000),
    "a compression nobody asked for": Answer(200, (("content-encoding", "br"),), CANARY.encode()),
    "silence": WireError(Reach.BROKE_OFF, "connected, then silent for 10 s"),
    "a drip": WireError(Reach.TOO_MUCH, "no complete answer within 10 s, but 5 bytes of one"),
}
ODD: dict[str, Answer] = {
    "ten thousand documents": hits(*[{"email": CANARY}] * 10_000),
    "a deep document": answer(
        200, b'{"took":1,"hits":{"hits":[{"_source":' + b'{"a":' * 300 + b"1" + b"}" * 301 + b"]}}"
    ),
    "hits that are none": answer(
        200, {"took": 1, "hits": {"hits": [CANARY, None, {"_source": CANARY}, {"_source": []}]}}
    ),
    "a document of lists": hits({"a": [[[CANARY] * 30] * 30] * 30, "b": {"c": [{"d": CANARY}] * 500}}),
    "a document of many fields": hits({f"f{number}": "a@b" for number in range(30_000)}),
}


@pytest.mark.parametrize("bad", BAD)
async def test_a_bad_answer_to_a_sample_changes_no_verdict_and_is_noted(bad: str) -> None:
    without, _ = await observe(server(BAD[bad]), sample=0)
    seen, lines = await observe(server(BAD[bad]))
    assert verdict(seen) is verdict(without)
    assert (seen.reach, seen.access, seen.facts, seen.partial, seen.detail) == (
        without.reach,
        without.access,
        without.facts,
        without.partial,
        without.detail,
    )
    assert seen.evidence == without.evidence
    assert [dataset.fields for dataset in seen.datasets] == [dataset.fields for dataset in without.datasets]
    assert {(dataset.sampled, dataset.counts) for dataset in seen.datasets} == {(None, ())}
    assert all(any(reason.startswith("sample: ") for reason in dataset.refused) for dataset in seen.datasets)
    assert CANARY not in repr(seen)
    # Of a failed exchange a script records nothing, which is how a spent budget looks.
    assert len(sampled(lines)) == (1 if isinstance(BAD[bad], WireError) else 2)


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_answer_to_a_sample_is_bounded_and_drops_its_values(odd: str) -> None:
    seen, _ = await observe(server(ODD[odd]), sample=100)
    assert verdict(seen) is verdict((await observe(server(ODD[odd]), sample=0))[0])
    people = named(seen, "people")
    assert people.sampled is not None
    assert people.sampled <= 100
    assert sum(each.values for each in people.counts) <= 20_000
    assert CANARY not in repr(seen)


async def test_a_server_that_refuses_documents_is_not_asked_for_ever() -> None:
    names = {f"i{number}": 5 for number in range(10)}
    replies = {**OPEN, LISTING: answer(200, listing(**names)), MAPPING: answer(200, mapping(*names))}
    seen, lines = await observe(server(ANONYMOUS_403, replies))
    assert len(sampled(lines)) == 2
    told = Counter(reason for dataset in seen.datasets for reason in dataset.refused)
    assert told == {"sample: refused": 2, "sample: not taken": 8}


async def test_one_refusal_between_answers_stops_nothing() -> None:
    names = {f"i{number}": 9 - number for number in range(6)}
    replies = {**OPEN, LISTING: answer(200, listing(**names)), MAPPING: answer(200, mapping(*names))}

    def sample(asked: HttpAsked) -> Answer:
        return ANONYMOUS_403 if asked.path[2] in "024" else hits(*DOCUMENTS)

    seen, lines = await observe(server(sample, replies))
    assert len(sampled(lines)) == 6
    assert [dataset.name for dataset in seen.datasets if dataset.sampled == 2] == ["i1", "i3", "i5"]


@pytest.mark.parametrize("requests", range(4, 24))
async def test_a_budget_that_ends_anywhere_ends_in_the_same_verdict(requests: int) -> None:
    budget = Budget(requests=requests)
    without, _ = await observe(server(hits(*DOCUMENTS)), sample=0, budget=budget)
    seen, lines = await observe(server(hits(*DOCUMENTS)), budget=budget)
    assert verdict(seen) is verdict(without)
    assert seen.facts == without.facts
    assert len(lines.transcript.exchanges) <= requests


@pytest.mark.parametrize("kind", ["a flood", "a drip", "a body that never comes", "a head without end"])
async def test_a_hostile_stream_costs_only_the_sample(kind: str) -> None:
    ordinary = server(hits())

    async def talk(caller: Caller) -> None:
        path = ""
        while "_search?" not in path or "size=0" in path:
            path = (await caller.request()).split(b" ")[1].decode()
            if "_search?" not in path or "size=0" in path:
                said = ordinary(HttpAsked("GET", path, {}, b"", ""))
                assert isinstance(said, Answer)
                head = f"HTTP/1.1 {said.status} Said\r\ncontent-length: {len(said.body)}\r\n\r\n"
                await caller.send(head.encode() + said.body)
        await caller.send(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n")
        while kind == "a head without end":
            await caller.send(b"X: " + CANARY.encode() * 1000 + b"\r\n")
        await caller.send(b'\r\n{"took":1,"hits":{"hits":[{"_source":{"email":"')
        while kind == "a flood":
            await caller.send(CANARY.encode() * 1000)
        while kind == "a drip":
            await caller.send(b"a")
            await asyncio.sleep(0.05)
        await caller.reader.read()

    async with serving(talk) as served, lines_to(served, sample=5, exchange_seconds=0.4) as lines:
        seen = await ElasticsearchProbe().observe(lines)
        asked = [one for one in lines.transcript.exchanges if one.template == "es-sample"]
    assert verdict(seen).exposed
    assert named(seen, "people").sampled is None
    assert any(reason.startswith("sample: ") for reason in named(seen, "people").refused)
    assert len(asked) <= 2
    assert sum(one.received for one in asked) < 4 << 20
    assert "alice" not in repr(seen)
    assert "alice" not in repr(lines.transcript)


def test_the_body_of_a_sample_is_as_a_real_server_sends_it() -> None:
    assert json.loads(hits({"a": 1}).body) == {"took": 1, "timed_out": False, "hits": {"hits": [{"_source": {"a": 1}}]}}
