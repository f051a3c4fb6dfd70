"""Single documents are requested only where that was approved; types and counts of them are kept, and never a value."""

import struct
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bson.datetime_ms import DatetimeMS
from bson.int64 import Int64

from auditor.model.observation import Observation
from auditor.model.outcome import Verdict
from auditor.probes.mongodb import MongodbProbe
from auditor.probes.sampling import MOST_SAMPLED
from auditor.testing.contract import unplanned
from auditor.testing.recording import MongoExchange, load_mongo
from auditor.testing.replay import MongoReplay
from tests.probes.loopback import Server
from tests.probes.mongo_server import (
    LOGIN,
    Asked,
    MongoServer,
    Reaction,
    cursor,
    databases,
    greeting,
    mongo,
    observe,
    verdict,
)

REPLIES = Path(__file__).parent / "replies"
CANARY = "alice.canary@example.org"
PEOPLE: list[dict[str, Any]] = [
    {"_id": 1, "name": CANARY, "address": {"city": CANARY}, "orders": [{"sku": CANARY}], "born": None},
    {"_id": CANARY, "name": CANARY, "born": 5.0, "photo": CANARY.encode()},
]
FIELDS = {
    "_id": "int|string",
    "name": "string",
    "address": "object",
    "address.city": "string",
    "orders": "array",
    "orders.sku": "string",
    "born": "double|null",
    "photo": "binData",
}


def old_server(wire: int, *, documents: Reaction = PEOPLE, more: dict[str, Reaction] | None = None) -> Any:
    """A server of 2.4 (wire 0) to 3.4 (5), open, with one collection, which answers finds on it."""
    answers: dict[str, Reaction] = {
        "isMaster": greeting(wire) if wire else {"ismaster": True, "ok": 1.0},
        "buildInfo": {"version": "x", "gitVersion": "abc", "ok": 1.0},
        "listDatabases": databases("admin", "local", "shop"),
        "listCollections": cursor("none.$cmd.listCollections"),
        "shop listCollections": cursor("shop.$cmd.listCollections", {"name": "people", "type": "collection"}),
        "collStats": {"count": 2, "size": 300, "ok": 1.0},
        "count": {"n": 2, "ok": 1.0},
        **(more or {}),
    }
    catalogues: dict[str, Reaction] = {
        "shop.system.namespaces": [{"name": "shop.people"}, {"name": "shop.people.$_id_"}],
        "shop.people": documents,
    }

    def behave(asked: Asked) -> Reaction:
        if asked.namespace and not asked.namespace.endswith(".$cmd"):
            return catalogues.get(asked.namespace, [])
        if asked.name == "find":
            is_list = isinstance(documents, list)
            return cursor("shop.people", *documents) if is_list else documents  # type: ignore[misc]  # a list it is
        for name in (f"{asked.database} {asked.name}", asked.name):
            if name in answers:
                return answers[name]
        return {"ok": 0.0, "errmsg": f"no such cmd: {asked.name}", "code": 59}

    return behave


def _finds(server: MongoServer) -> list[Asked]:
    """Questions that ask for documents."""
    return [asked for asked in server.asked if asked.name == "find" and ".system." not in asked.namespace]


def fields_of(seen: Observation) -> dict[str, str]:
    (people,) = [dataset for dataset in seen.datasets if dataset.name == "shop.people"]
    return {field.path: field.type for field in people.fields}


@pytest.mark.parametrize("wire", [0, 2, 3, 4, 5, 6, 9, 25])
async def test_without_leave_no_document_is_requested_of_any_release(wire: int) -> None:
    async with mongo(old_server(wire)) as server:
        seen = await observe(server)
    assert verdict(seen) is Verdict.OPEN
    assert _finds(server) == []
    assert fields_of(seen) == {}


@pytest.mark.parametrize("wire", [0, 2, 3])
async def test_up_to_3_0_a_legacy_find_of_one_batch_brings_names_and_types(wire: int) -> None:
    async with mongo(old_server(wire)) as server:
        seen = await observe(server, sample=5)
    (find,) = _finds(server)
    assert (find.opcode, find.namespace, find.limit, find.slave_ok) == ("OP_QUERY", "shop.people", -5, True)
    assert fields_of(seen) == FIELDS
    assert CANARY not in repr(seen)


@pytest.mark.parametrize("wire", [4, 5])
async def test_on_3_2_and_3_4_it_is_a_command_that_leaves_no_cursor(wire: int) -> None:
    async with mongo(old_server(wire)) as server:
        seen = await observe(server, sample=1000)
    (find,) = _finds(server)
    assert (find.opcode, find.database) == ("OP_QUERY", "shop")
    assert find.command == {
        "find": "people",
        "limit": 100,
        "batchSize": 100,
        "singleBatch": True,
        "maxTimeMS": 5_000,
    }
    assert fields_of(seen) == FIELDS
    assert CANARY not in repr(seen)


@pytest.mark.parametrize("wire", [6, 9, 25])
async def test_a_newer_server_that_understands_no_reduction_is_asked_in_op_msg(wire: int) -> None:
    async with mongo(old_server(wire)) as server:
        seen = await observe(server, sample=3)
    (find,) = _finds(server)
    assert (find.opcode, find.command["limit"]) == ("OP_MSG", 3)
    assert "aggregate" in server.names
    assert fields_of(seen) == FIELDS


async def test_what_a_server_reduces_by_itself_stands_beside_what_its_documents_show() -> None:
    rows = [
        {"_id": {"p": "email", "t": "string"}, "auditorSeen": 1},
        {"_id": {"p": "born", "t": "int"}, "auditorSeen": 1},
    ]
    async with mongo(old_server(9, more={"aggregate": cursor("shop.people", *rows)})) as server:
        seen = await observe(server, sample=100)
    assert len(_finds(server)) == 1
    assert fields_of(seen) == {"email": "string", **FIELDS, "born": "double|int|null"}
    async with mongo(old_server(9, more={"aggregate": cursor("shop.people", *rows)})) as server:
        seen = await observe(server)
    assert _finds(server) == []
    assert fields_of(seen) == {"email": "string", "born": "int"}


@pytest.mark.parametrize("wire", [0, 4, 9])
async def test_values_are_counted_field_by_field_and_dropped(wire: int) -> None:
    when = datetime(2001, 2, 3, tzinfo=UTC)
    documents = [
        {"mail": "a@b", "n": 1, "tags": ["x", "y", "x"], "at": when, "deep": {"down": [{"mail": "c"}, {"mail": "c"}]}},
        {"mail": "a@b", "n": Int64(2), "tags": ["x@"], "at": when, "flag": True, "raw": b"x", "none": None},
        {"mail": "", "n": 2.5, "tags": [["z"]], "at": DatetimeMS(1 << 60)},
    ]
    async with mongo(old_server(wire, documents=documents)) as server:
        seen = await observe(server, sample=50)
    (people,) = [dataset for dataset in seen.datasets if dataset.name == "shop.people"]
    assert people.sampled == 3
    assert {each.field: (each.values, each.distinct, dict(each.passed)["has an @"]) for each in people.counts} == {
        "mail": (3, 2, 1),
        "n": (3, 3, 0),
        "tags": (4, 3, 1),
        "at": (2, 1, 0),
        "deep.down.mail": (2, 1, 0),
    }


async def test_the_largest_collections_are_sampled_and_the_others_say_that_they_were_not() -> None:
    rows = [{"name": f"c{number}", "type": "collection"} for number in range(MOST_SAMPLED + 3)]

    def behave(asked: Asked) -> Reaction:
        if asked.name in ("collStats", "count"):
            many = int(asked.command[asked.name][1:]) + 1
            return {"count": many, "n": many, "size": 1, "ok": 1.0}
        answer: Reaction = old_server(4, more=more)(asked)
        return answer

    more: dict[str, Reaction] = {"shop listCollections": cursor("shop.$cmd.listCollections", *rows)}
    async with mongo(behave) as server:
        seen = await observe(server, sample=5)
    assert [find.command["find"] for find in _finds(server)] == [f"c{n}" for n in range(MOST_SAMPLED + 2, 2, -1)]
    left_out = {dataset.name for dataset in seen.datasets if "sample: not taken" in dataset.refused}
    assert left_out == {"shop.c0", "shop.c1", "shop.c2"}
    assert {dataset.sampled for dataset in seen.datasets if dataset.name in left_out} == {None}


async def test_a_sample_is_asked_for_after_everything_that_decides() -> None:
    async with mongo(old_server(9)) as server:
        await observe(server, sample=5)
    assert server.names[-1] == "find"
    assert "connectionStatus" in server.names


async def test_the_request_is_in_the_transcript_as_it_stands_in_the_plan() -> None:
    async with mongo(old_server(4)) as server:
        seen = await observe(server, sample=7)
    (exchange,) = [exchange for exchange in seen.transcript if exchange.template == "sample"]
    assert exchange.request == "find shop.people, at most 7, reduced to types and counts (OP_QUERY)"
    assert unplanned(MongodbProbe(), seen) == []
    (template,) = [template for template in MongodbProbe.requests if template.id == "sample"]
    assert "--sample" in template.when
    assert "authorization.sampling" in template.when


@pytest.mark.parametrize("sample", [0, 1, 100])
@pytest.mark.parametrize("wire", [0, 4, 9])
async def test_no_verdict_rests_on_a_sample(wire: int, sample: int) -> None:
    refused = [{"$err": "not authorized for query on shop.people", "code": 13}]
    answers: list[Reaction] = [refused if not wire else LOGIN, {} if wire else [], None, b"\0" * 40]
    for answer in answers:
        async with mongo(old_server(wire, documents=answer)) as server:
            seen = await observe(server, sample=sample, exchange_seconds=1.0)
        assert (verdict(seen), fields_of(seen)) == (Verdict.OPEN, {})


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (900_000, "sample: no answer"),  # of which no more than the beginning comes
        (40_000_000, "sample: too long for one reply"),
        (100_000_000, "sample: no answer"),  # which no server may send
        (-1, "sample: no answer"),
    ],
)
@pytest.mark.parametrize("wire", [0, 4])
async def test_an_answer_that_claims_any_length_costs_only_the_sample(wire: int, length: int, told: str) -> None:
    sent: list[Asked] = []

    def behave(asked: Asked) -> Reaction:
        sent.append(asked)
        if asked.name == "find" and "system" not in asked.namespace:
            return struct.pack("<iiii", length, 9, len(sent), 1) + CANARY.encode()
        answer: Reaction = old_server(wire)(asked)
        return answer

    async with mongo(behave) as server:
        seen = await observe(server, sample=5, exchange_seconds=0.4)
    (people,) = [dataset for dataset in seen.datasets if dataset.name == "shop.people"]
    assert (verdict(seen), people.sampled, people.refused[-1]) == (Verdict.OPEN, None, told)
    assert len(_finds(server)) == 1
    assert "alice" not in repr(seen)


async def test_documents_too_long_for_a_reply_are_asked_for_in_smaller_number() -> None:
    def behave(asked: Asked) -> Reaction:
        if asked.name == "find":
            return cursor("shop.people", *([{"text": CANARY * 200}] * asked.command["limit"]))
        answer: Reaction = old_server(4)(asked)
        return answer

    async with mongo(behave) as server:
        seen = await observe(server, sample=50, reply_bytes=50_000)
    assert [find.command["limit"] for find in _finds(server)] == [50, 5]
    assert fields_of(seen) == {"text": "string"}


@pytest.mark.parametrize("name", ["a$b", "a\ufffdb"])
async def test_a_name_that_cannot_be_asked_for_costs_no_more_than_its_sample(name: str) -> None:
    rows = [{"name": name, "type": "collection"}, {"name": "people", "type": "collection"}]
    more: dict[str, Reaction] = {"shop listCollections": cursor("shop.$cmd.listCollections", *rows)}
    async with mongo(old_server(5, more=more)) as server:
        seen = await observe(server, sample=5)
    assert verdict(seen) is Verdict.OPEN
    assert [find.command["find"] for find in _finds(server)] == ["people"]


async def test_a_server_that_refuses_documents_is_not_asked_for_ever() -> None:
    rows = [{"name": f"c{number}", "type": "collection"} for number in range(10)]
    more: dict[str, Reaction] = {"shop listCollections": cursor("shop.$cmd.listCollections", *rows)}
    async with mongo(old_server(4, documents=LOGIN, more=more)) as server:
        seen = await observe(server, sample=5)
    assert len(_finds(server)) == 2
    told = Counter(reason for dataset in seen.datasets for reason in dataset.refused if reason.startswith("sample"))
    assert told == {"sample: refused": 2, "sample: not taken": 8}


async def test_views_and_the_product_s_own_collections_are_not_sampled() -> None:
    rows = [{"name": "adults", "type": "view"}, {"name": "system.profile", "type": "collection"}]
    more: dict[str, Reaction] = {"shop listCollections": cursor("shop.$cmd.listCollections", *rows)}
    async with mongo(old_server(5, more=more)) as server:
        await observe(server, sample=5)
    assert _finds(server) == []


async def test_more_documents_than_were_asked_for_are_not_looked_at() -> None:
    async with mongo(old_server(4, documents=[{"a": 1}, {"b": 1}, {"c": 1}])) as server:
        seen = await observe(server, sample=2)
    assert fields_of(seen) == {"a": "int", "b": "int"}


@pytest.mark.parametrize("name", ["mongod-2.4.13-pre-noauth", "mongod-4.0.19-noauth", "mongos-4.0.19-noauth"])
async def test_recorded_open_servers_are_judged_the_same_with_a_sample(name: str) -> None:
    recording = load_mongo(REPLIES / f"{name}.json")
    find = MongoExchange("OP_QUERY find", "h2db", {"find": "h2db.people"}, {"docs": PEOPLE})
    with_people = replace(recording, exchanges=(*recording.exchanges, find))
    async with MongoReplay(with_people) as server:
        seen = await observe(Server(server.port), sample=10)
        sampled = [asked for asked in server.requests if asked.command.get("ns") == "h2db.people"]
    assert verdict(seen) is Verdict.OPEN
    assert CANARY not in repr(seen)
    (people,) = [dataset for dataset in seen.datasets if dataset.name == "h2db.people"]
    assert len(sampled) == ("2.4" in name)  # the others are asked by a command, of which one answer is recorded
    if sampled:
        assert {field.path: field.type for field in people.fields} == FIELDS
    assert people.sampled == (2 if sampled else 1)


@pytest.mark.parametrize(
    "name",
    [
        "mongod-2.4.13-pre-auth-nouser-remote",
        "mongod-2.6.7-pre-auth-users-data-remote",
        "mongod-3.4.24-auth-oneuser",
        "mongod-4.4.0-auth-oneuser",
    ],
)
async def test_no_document_is_requested_of_a_recorded_server_that_asks_for_a_login(name: str) -> None:
    async with MongoReplay(load_mongo(REPLIES / f"{name}.json")) as server:
        seen = await observe(Server(server.port), sample=10)
        assert "find" not in [asked.name for asked in server.requests]
    assert verdict(seen) is Verdict.AUTH_REQUIRED
