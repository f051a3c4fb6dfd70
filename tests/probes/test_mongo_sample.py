"""Single documents are requested only where that was approved; their names and types are kept, and never a value."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.model.observation import Observation
from auditor.model.outcome import Verdict
from auditor.probes.mongodb import MongodbProbe
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


async def test_a_server_that_reduces_by_itself_is_asked_for_no_document() -> None:
    rows = [{"_id": {"p": "email", "t": "string"}, "auditorSeen": 1}]
    async with mongo(old_server(9, more={"aggregate": cursor("shop.people", *rows)})) as server:
        seen = await observe(server, sample=100)
    assert _finds(server) == []
    assert fields_of(seen) == {"email": "string"}


async def test_the_request_is_in_the_transcript_as_it_stands_in_the_plan() -> None:
    async with mongo(old_server(4)) as server:
        seen = await observe(server, sample=7)
    (exchange,) = [exchange for exchange in seen.transcript if exchange.template == "sample-types"]
    assert exchange.request == "find shop.people, at most 7, names and types read (OP_QUERY)"
    assert unplanned(MongodbProbe(), seen) == []
    (template,) = [template for template in MongodbProbe.requests if template.id == "sample-types"]
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


async def test_a_server_that_refuses_documents_is_not_asked_for_ever() -> None:
    rows = [{"name": f"c{number}", "type": "collection"} for number in range(10)]
    more: dict[str, Reaction] = {"shop listCollections": cursor("shop.$cmd.listCollections", *rows)}
    async with mongo(old_server(4, documents=LOGIN, more=more)) as server:
        await observe(server, sample=5)
    assert len(_finds(server)) == 2


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
    if "2.4" in name:
        assert len(sampled) == 1
        assert {field.path: field.type for field in people.fields} == FIELDS
    else:
        assert sampled == []


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
