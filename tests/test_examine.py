"""A sample within an examination: who may count, what a mistake in counting costs, and that no error tells a value."""

import json
import logging
import pickle
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import bson
import pytest

from auditor.examine import Toolkit, examine
from auditor.export.json_v1_elements import outcome_document
from auditor.model.dataset import Field, FieldFinding, Kind, ValueCounts
from auditor.model.observation import Reach
from auditor.model.outcome import Outcome, Verdict
from auditor.pii import Classifier, builtin_rules
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import Budget, Manner, Probe
from auditor.probes.kibana import KibanaProbe
from auditor.probes.mongodb import MongodbProbe
from auditor.testing.script import Answer, answer
from tests import factory
from tests.probes.elasticsearch_servers import LISTING, MAPPING, OPEN, listing
from tests.probes.loopback import Server, answering, serving
from tests.probes.mongo_server import mongo
from tests.probes.test_elasticsearch_sample import BAD, Script, hits, server
from tests.probes.test_kibana_sample import stub as kibana
from tests.probes.test_mongo_sample import old_server
from tests.real.canaries import TEXTS, documents, rich_documents, seen_in

PROBES: Mapping[str, Probe] = {
    "elasticsearch": ElasticsearchProbe(),
    "kibana": KibanaProbe(),
    "mongodb": MongodbProbe(),
}
CLASSIFIER = Classifier((builtin_rules(),))
PROPERTIES = {name: {"type": "keyword"} for name in TEXTS}
PEOPLE = {
    **OPEN,
    LISTING: answer(200, listing(people=3)),
    MAPPING: answer(200, {"people": {"mappings": {"properties": PROPERTIES}}}),
}


async def examined(
    served: Server, product: str, *, sample: int = 40, classifier: Classifier = CLASSIFIER, seconds: float = 10.0
) -> Outcome:
    return await examine(
        factory.target(product=product, port=served.port),
        address="127.0.0.1",
        dial=served.dial,
        toolkit=Toolkit(PROBES, classifier),
        budget=Budget(exchange_seconds=seconds),
        manner=Manner(sample=sample),
    )


async def of_elasticsearch(script: Script, **more: Any) -> Outcome:
    async with serving(answering(script)) as served:
        return await examined(served, "elasticsearch", **more)


def told(outcome: Outcome) -> dict[str, FieldFinding]:
    return {found.field: found for dataset in outcome.observation.datasets for found in dataset.personal}


def is_clean(outcome: Outcome, logged: str) -> None:
    """No planted value in anything that an examination hands on or writes."""
    assert seen_in(repr(outcome).encode()) == []
    assert seen_in(pickle.dumps(outcome)) == []
    assert seen_in(json.dumps(outcome_document(outcome)).encode()) == []
    assert seen_in(logged.encode()) == []


async def test_counts_reach_the_findings_and_are_emptied_with_the_fields(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = await of_elasticsearch(server(hits(*documents()), PEOPLE))
    (people,) = outcome.observation.datasets
    assert (people.fields, people.counts, people.sampled, people.field_count) == ((), (), 3, len(PROPERTIES))
    assert told(outcome)["身份证号"].counts is not None
    assert dict(told(outcome)["身份证号"].counts.passed)["gb11643"] == 1  # type: ignore[union-attr]  # as just told
    is_clean(outcome, caplog.text)


async def test_without_leave_no_tally_is_opened() -> None:
    class Never(Classifier):
        def tally(self, name: str, fields: Sequence[Field]) -> Any:
            raise AssertionError(name)

    outcome = await of_elasticsearch(server(hits(*documents()), PEOPLE), sample=0, classifier=Never((builtin_rules(),)))
    assert outcome.verdict is Verdict.OPEN
    assert {found.counts for found in told(outcome).values()} == {None}
    assert [dataset.sampled for dataset in outcome.observation.datasets] == [None]


class Failing(Classifier):
    """A classifier whose tallies fail in one place, with a message that quotes what they were given."""

    def __init__(self, where: str) -> None:
        super().__init__((builtin_rules(),))
        self.where = where
        self.opened = 0

    def tally(self, name: str, fields: Sequence[Field]) -> Any:
        self.opened += 1
        if self.where == "opened":
            raise ValueError(f"no tally of {documents()[0]}")
        return FailingTally(self.where)


class FailingTally:
    def __init__(self, where: str) -> None:
        self.where = where
        self.seen: list[object] = []
        self.failed = False

    def take(self, path: str, value: object) -> None:
        assert not self.failed, "asked again after it had failed"
        self.seen.append(value)
        if self.where == "taken" and len(self.seen) == 3:
            self.failed = True
            raise LookupError(f"{path} holds {self.seen}")

    def counts(self) -> tuple[ValueCounts, ...]:
        if self.where == "counted":
            raise RuntimeError(f"cannot count {self.seen}")
        return ()


@pytest.mark.parametrize("where", ["opened", "taken", "counted"])
@pytest.mark.parametrize("product", ["elasticsearch", "mongodb"])
async def test_a_tally_that_fails_costs_its_counts_and_its_message_is_not_told(
    product: str, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    failing = Failing(where)
    if product == "elasticsearch":
        outcome = await of_elasticsearch(server(hits(*documents()), PEOPLE), classifier=failing)
    else:
        async with mongo(old_server(4, documents=rich_documents())) as served:
            outcome = await examined(served.server, product, classifier=failing)
    assert failing.opened == 1
    assert outcome.verdict is Verdict.OPEN
    assert outcome.observation.reach is Reach.ANSWERED
    assert {found.counts for found in told(outcome).values()} == {None}
    assert told(outcome)
    assert caplog.text.count("a sample could not be counted") == 1
    assert "Error" in caplog.text
    is_clean(outcome, caplog.text)


async def test_a_classifier_that_fails_on_counts_is_a_bug_of_ours_that_quotes_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Quoting(Classifier):
        def classify(
            self,
            name: str,
            fields: Sequence[Field],
            *,
            kind: Kind | None = None,
            counts: Sequence[ValueCounts] = (),
        ) -> tuple[FieldFinding, ...]:
            raise ValueError(TEXTS["email"])

    caplog.set_level(logging.DEBUG)
    outcome = await of_elasticsearch(server(hits(*documents()), PEOPLE), classifier=Quoting((builtin_rules(),)))
    assert outcome.observation.reach is Reach.BUG
    is_clean(outcome, caplog.text)


def broken(change: Callable[[bytes], bytes]) -> Answer:
    return Answer(200, (), change(hits(*documents()).body))


HOSTILE: dict[str, Any] = {
    "cut in the middle": broken(lambda body: body[: len(body) // 2]),
    "rubbish in the middle": broken(lambda body: body[:900] + b"\xff\0}]" + body[900:]),
    "nested without end": broken(lambda body: body[:-30] + b"[" * 50_000),
    "longer than it may be": hits(*documents(400)),
    "ten thousand documents": hits(*[{name: value} for name, value in TEXTS.items() for _ in range(800)]),
    **{name: bad for name, bad in BAD.items() if isinstance(bad, Answer)},
}


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_whatever_a_server_sends_for_a_sample_no_value_gets_away(
    hostile: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = await of_elasticsearch(server(HOSTILE[hostile], PEOPLE))
    assert outcome.verdict is Verdict.OPEN
    is_clean(outcome, caplog.text)


@pytest.mark.parametrize("at", range(0, 1_500, 60))
async def test_bson_that_breaks_anywhere_costs_only_the_sample_and_tells_nothing(
    at: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    whole = bson.encode({"cursor": {"firstBatch": rich_documents(1), "id": 0, "ns": "shop.people"}, "ok": 1.0})
    damaged = bytearray(whole)
    damaged[4 + at : 8 + at] = b"\xff\xff\xff\x7f"
    frame = 36 + len(damaged)
    head = b"".join(each.to_bytes(4, "little") for each in (0, 0, 0, 0, 1))  # flags, cursor, start, one document

    def documents_sent(request: int) -> bytes:
        header = b"".join(each.to_bytes(4, "little") for each in (frame, 9, request, 1))
        return header + head + bytes(damaged)

    outcome = await _of_mongo(documents_sent)
    assert outcome.verdict is Verdict.OPEN
    is_clean(outcome, caplog.text)


async def _of_mongo(sent: Callable[[int], bytes]) -> Outcome:
    asked: list[int] = []
    script = old_server(4, documents=None)

    def behave(request: Any) -> Any:
        asked.append(0)
        return sent(len(asked)) if request.name == "find" else script(request)

    async with mongo(behave) as served:
        return await examined(served.server, "mongodb", seconds=1.0)


async def test_behind_kibana_it_is_the_same(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for sample in (hits(*documents()), *HOSTILE.values()):
        async with serving(answering(kibana(sample))) as served:
            outcome = await examined(served, "kibana")
        assert outcome.verdict is Verdict.OPEN
        is_clean(outcome, caplog.text)
        counted = [found for found in told(outcome).values() if found.counts is not None]
        assert bool(counted) is (sample.body == hits(*documents()).body)
