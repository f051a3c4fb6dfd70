"""Collections, counts and fields: of every age of server, within the budget, and without asking more than is needed."""

from collections.abc import Mapping
from typing import Any

import pytest

from auditor.model.dataset import DataSet, Kind
from auditor.model.observation import Observation
from auditor.model.outcome import Verdict
from tests.probes.mongo_server import (
    NO_SUCH_COMMAND,
    Asked,
    MongoServer,
    Reaction,
    cursor,
    databases,
    greeting,
    mongo,
    observe,
    table,
    verdict,
)

BUILD = {"version": "4.4.0", "gitVersion": "abc", "ok": 1.0}
COUNT = {"n": 3, "ok": 1.0}
STATS = {"count": 3, "size": 300, "ok": 1.0}


def _shop(*rows: dict[str, Any], wire: int = 9, more: Mapping[str, Reaction] | None = None) -> dict[str, Reaction]:
    return {
        "isMaster": greeting(wire),
        "buildInfo": BUILD,
        "listDatabases": databases("shop"),
        "listCollections": cursor("shop.$cmd.listCollections", *rows),
        "count": COUNT,
        "collStats": STATS,
        **(more or {}),
    }


async def _observed(answers: dict[str, Reaction], **budget: Any) -> tuple[Observation, MongoServer]:
    async with mongo(table(answers)) as server:
        return await observe(server, **budget), server


def _by_name(seen: Observation) -> dict[str, DataSet]:
    return {dataset.name: dataset for dataset in seen.datasets}


@pytest.mark.fact("MDB-47", "MDB-48")
@pytest.mark.parametrize("wire", [0, 2])
async def test_up_to_2_6_the_catalogues_are_read_and_made_up_databases_left_alone(wire: int) -> None:
    def behave(asked: Asked) -> Reaction:
        namespaces: list[dict[str, Any]] = [
            {"name": "shop.people"},
            {"name": "shop.people.$_id_"},
            {"name": "shop.system.indexes"},
            {"name": "other.things"},
            {"name": 5},
        ]
        indexes: list[dict[str, Any]] = [
            {"ns": "shop.people", "key": {"_id": 1}},
            {"ns": "shop.people", "key": {"email": 1}},
        ]
        match asked.name, asked.namespace:
            case "isMaster", _:
                return greeting(wire)
            case "listDatabases", _:
                ghost = {"name": "typo", "sizeOnDisk": 1.0, "empty": True}
                return {"databases": [{"name": "shop", "sizeOnDisk": 9.0, "empty": False}, ghost], "ok": 1.0}
            case "find", "shop.system.namespaces":
                return namespaces
            case "find", "shop.system.indexes":
                return indexes
            case "collStats", _:
                return STATS
            case "count", _:
                return COUNT
            case _:
                return {"ok": 0.0, "errmsg": f"no such cmd: {asked.name}"}

    async with mongo(behave) as server:
        seen = await observe(server)
    assert verdict(seen) is Verdict.OPEN
    found = _by_name(seen)
    assert found.keys() == {"shop.people", "shop.system.indexes"}
    assert [field.path for field in found["shop.people"].fields] == ["_id", "email"]
    assert not [asked for asked in server.asked if asked.database == "typo"]
    assert {"aggregate", "listCollections", "listIndexes"}.isdisjoint(server.names)
    assert all(asked.opcode == "OP_QUERY" for asked in server.asked)


@pytest.mark.fact("MDB-43")
@pytest.mark.parametrize(
    "document", [{"$err": "not authorized for query on shop", "code": 16550}, {"$err": "x", "code": 13}]
)
async def test_a_refused_legacy_find_is_a_login(document: dict[str, Any]) -> None:
    text = {**document, "$err": "not authorized for query on shop.system.namespaces"}
    answers: dict[str, Reaction] = {
        "isMaster": greeting(0),
        "listDatabases": databases("shop"),
        "find": [text],
        "getLog": {"ok": 0.0, "errmsg": "unauthorized"},
    }
    seen, _ = await _observed(answers)
    assert verdict(seen) is Verdict.METADATA_ONLY
    assert seen.partial == ("refused for want of a login: shop.*",)


async def test_a_release_that_knows_no_listCollections_is_asked_by_its_catalogue() -> None:  # noqa: N802 - the command
    answers = _shop(wire=5, more={"listCollections": NO_SUCH_COMMAND, "find": [{"name": "shop.people"}]})
    seen, _ = await _observed(answers)
    assert _by_name(seen)["shop.people"].records == 3


@pytest.mark.fact("MDB-86")
@pytest.mark.parametrize("number", [7, 2**40, -(2**63), 2**63 - 1])
async def test_a_list_that_goes_on_is_followed_with_its_own_cursor(number: int) -> None:
    more = {"getMore": cursor("shop.$cmd.listCollections", {"name": "orders"}, batch="nextBatch")}
    answers = _shop(more=more)
    answers["listCollections"] = cursor("shop.$cmd.listCollections", {"name": "people"}, number=number)
    seen, server = await _observed(answers)
    assert _by_name(seen).keys() == {"shop.people", "shop.orders"}
    (asked,) = [asked for asked in server.asked if asked.name == "getMore"]
    assert (asked.command["getMore"], asked.command["collection"]) == (number, "$cmd.listCollections")


async def test_a_list_without_end_ends() -> None:
    def behave(asked: Asked) -> Reaction:
        answers = _shop()
        if asked.name in ("listCollections", "getMore"):
            batch = "firstBatch" if asked.name == "listCollections" else "nextBatch"
            return cursor("shop.$cmd.listCollections", {"name": f"c{len(server.asked)}"}, number=5, batch=batch)
        return answers.get(asked.name, NO_SUCH_COMMAND)

    async with mongo(behave) as server:
        seen = await observe(server)
    assert server.names.count("getMore") == 40
    assert seen.truncated


async def test_a_list_of_another_database_is_not_taken_for_this_one_s() -> None:
    answers = _shop(more={"listCollections": cursor("other.$cmd.listCollections", {"name": "people"})})
    seen, _ = await _observed(answers)
    assert not seen.datasets


async def test_validators_too_long_for_a_reply_are_left_out_and_names_are_kept() -> None:
    huge = {"name": "people", "options": {"validator": {"x": "y" * 40_000}}}

    def behave(asked: Asked) -> Reaction:
        if asked.name == "listCollections":
            named = {"name": "people", "type": "collection"}
            return cursor("shop.$cmd.listCollections", named if asked.command.get("nameOnly") else huge)
        return _shop().get(asked.name, NO_SUCH_COMMAND)

    async with mongo(behave) as server:
        seen = await observe(server, reply_bytes=20_000)
    assert _by_name(seen)["shop.people"].records == 3


async def test_a_list_of_databases_too_long_is_asked_again_by_name_alone() -> None:
    def behave(asked: Asked) -> Reaction:
        if asked.name == "listDatabases" and not asked.command.get("nameOnly"):
            return {"databases": [{"name": "shop", "shards": "x" * 50_000}], "ok": 1.0}
        return _shop({"name": "people"}).get(asked.name, NO_SUCH_COMMAND)

    async with mongo(behave) as server:
        seen = await observe(server, reply_bytes=10_000, mapping_bytes=20_000)
    assert verdict(seen) is Verdict.OPEN
    assert server.names.count("listDatabases") == 2


async def test_views_are_counted_and_never_measured() -> None:
    seen, server = await _observed(_shop({"name": "adults", "type": "view", "options": {"viewOn": "people"}}))
    view = _by_name(seen)["shop.adults"]
    assert (view.kind, view.records, view.bytes) == (Kind.VIEW, 3, None)
    assert {"collStats", "listIndexes"}.isdisjoint(server.names)


@pytest.mark.fact("MDB-77")
async def test_validators_tell_fields_where_documents_do_not() -> None:
    schema = {"$jsonSchema": {"properties": {"email": {"bsonType": "string"}}}}
    seen, _ = await _observed(_shop({"name": "people", "options": {"validator": schema}}))
    assert [(field.path, field.type) for field in _by_name(seen)["shop.people"].fields] == [("email", "string")]


async def test_the_product_s_own_collections_are_named_and_not_asked_about() -> None:
    seen, server = await _observed(_shop({"name": "people"}, {"name": "system.profile"}, {"name": "system.views"}))
    assert {name: dataset.system for name, dataset in _by_name(seen).items()} == {
        "shop.people": False,
        "shop.system.profile": True,
        "shop.system.views": True,
    }
    assert {asked.command["collStats"] for asked in server.asked if asked.name == "collStats"} == {"people"}


async def test_local_alone_is_no_proof_of_anything() -> None:
    answers = _shop(
        {"name": "startup_log"}, more={"listDatabases": databases("local"), "getLog": {"log": [], "ok": 1.0}}
    )
    _, server = await _observed(answers)
    assert {"count", "listCollections"}.isdisjoint(server.names)


@pytest.mark.fact("MDB-46")
async def test_an_empty_collection_is_counted_and_not_sampled() -> None:
    empty = {"count": 0, "size": 0, "ok": 1.0}
    seen, server = await _observed(_shop({"name": "people"}, more={"collStats": empty, "count": {"n": 0, "ok": 1.0}}))
    assert (verdict(seen), _by_name(seen)["shop.people"].records) == (Verdict.OPEN, 0)
    assert "aggregate" not in server.names


@pytest.mark.fact("MDB-78")
@pytest.mark.parametrize(("wire", "asked"), [(3, False), (4, False), (5, True), (25, True)])
async def test_reductions_are_asked_from_3_4_on(wire: int, asked: bool) -> None:
    _, server = await _observed(_shop({"name": "people"}, wire=wire))
    assert ("aggregate" in server.names) is asked


async def test_a_server_that_understands_no_reduction_is_not_asked_forever() -> None:
    rows = [{"name": f"c{number}"} for number in range(10)]
    _, server = await _observed(_shop(*rows))
    assert server.names.count("aggregate") == 2 * 4


async def test_the_wording_that_worked_is_the_one_that_is_asked_on() -> None:
    def behave(asked: Asked) -> Reaction:
        if asked.name == "aggregate":
            if "$cond" in repr(asked.command["pipeline"]):
                return {"ok": 0.0, "errmsg": "Unrecognized expression '$reduce'", "code": 168}
            return cursor(
                f"shop.{asked.command['aggregate']}", {"_id": {"p": "email", "t": "string"}, "auditorSeen": 1}
            )
        return _shop(*({"name": f"c{number}"} for number in range(5))).get(asked.name, NO_SUCH_COMMAND)

    async with mongo(behave) as server:
        seen = await observe(server)
    assert server.names.count("aggregate") == 2 + 4
    assert all(("email", "string") in [(f.path, f.type) for f in dataset.fields] for dataset in seen.datasets)


async def test_a_spent_budget_leaves_names_and_says_so() -> None:
    rows = [{"name": f"c{number:03}"} for number in range(100)]
    seen, server = await _observed(_shop(*rows), requests=40)
    assert len(server.asked) <= 40
    assert verdict(seen) is Verdict.OPEN
    assert len(seen.datasets) == 100
    assert seen.truncated
    assert "no more than the name" in seen.detail
    assert (seen.datasets[0].records, seen.datasets[-1].records) == (3, None)


async def test_more_collections_than_the_budget_are_cut_and_said() -> None:
    rows = [{"name": f"c{number:03}"} for number in range(100)]
    seen, _ = await _observed(_shop(*rows), datasets=10)
    assert (len(seen.datasets), seen.truncated) == (10, True)


async def test_a_server_that_vanishes_in_the_middle_keeps_what_was_learnt() -> None:
    def behave(asked: Asked) -> Reaction:
        if asked.command.get("collStats") == "c5" or len(server.asked) > 60:
            return None
        return _shop(*({"name": f"c{number}"} for number in range(10))).get(asked.name, None)

    async with mongo(behave) as server:
        seen = await observe(server)
    assert verdict(seen) is Verdict.OPEN
    assert _by_name(seen)["shop.c0"].records == 3


async def test_a_float_count_of_an_old_server_is_a_number_and_nonsense_is_none() -> None:
    for told, known in ((20.0, 20), (-1, None), (True, None), ("20", None), (float("nan"), None), (2.0**80, None)):
        seen, _ = await _observed(
            _shop({"name": "people"}, more={"collStats": {"ok": 1.0}, "count": {"n": told, "ok": 1.0}})
        )
        assert _by_name(seen)["shop.people"].records == known
