"""Real servers of MongoDB's wire protocol: open is open, seeded or empty, plain or over TLS; no value is copied."""

from pathlib import Path
from typing import Any

import pytest

from auditor.model.observation import Fact, Reach
from auditor.model.outcome import Outcome, Verdict
from auditor.model.target import Tls
from auditor.probes import mongo_reductions as reductions
from auditor.probes.interface import Budget
from auditor.testing.contract import unplanned
from tests.real import certificates, mongo
from tests.real.asking import PROBES, ask, own, personal, values_in
from tests.real.overheard import overhear
from tests.real.seeds import DATA, VALUES, ask_mongo, seed_mongo

SEEDED = {f"shop.{name}" for name in DATA}


def holds_what_a_stranger_sees(outcome: Outcome) -> None:
    assert outcome.verdict is Verdict.OPEN, (outcome.why, outcome.observation)
    assert outcome.observation.evidence
    assert own(outcome.observation) == SEEDED
    found = personal(outcome.observation)
    assert {"email", "full_name", "birth_date", "card_number"} <= found["shop.people"]
    assert {"iban", "phone", "身份证号"} <= found["shop.customers"]
    assert "shop.products" not in found
    assert values_in(outcome) == []
    assert unplanned(PROBES["mongodb"], outcome.observation) == []


def seed_once(port: int, *, tls: bool = False) -> None:
    if not ask_mongo(port, "shop", {"count": "people"}, tls=tls).get("n"):
        seed_mongo(port, tls=tls)


@pytest.mark.fact("MDB-30")
@pytest.mark.java
async def test_an_empty_server_is_open_though_it_lists_nothing(java_mongo: mongo.Running) -> None:
    heard = await overhear(java_mongo.port, "mongodb")
    heard.prove()
    assert heard.outcome.verdict is Verdict.OPEN, (heard.outcome.why, heard.outcome.observation)
    assert heard.outcome.observation.evidence


@pytest.mark.java
async def test_mongo_java_server_is_read_whatever_release_it_claims(java_mongo: mongo.Running) -> None:
    seed_once(java_mongo.port)
    heard = await overhear(java_mongo.port, "mongodb")
    heard.prove()
    holds_what_a_stranger_sees(heard.outcome)


@pytest.mark.java
async def test_a_server_behind_tls_is_found_and_its_certificate_recorded(java_mongo_over_tls: mongo.Running) -> None:
    seed_once(java_mongo_over_tls.port, tls=True)
    outcome = await ask(java_mongo_over_tls.port, "mongodb")
    holds_what_a_stranger_sees(outcome)
    assert outcome.observation.tls is not None
    assert "node-1" in outcome.observation.tls.subject
    plain = await ask(java_mongo_over_tls.port, "mongodb", tls=Tls.NEVER)
    assert plain.verdict is Verdict.INCONCLUSIVE


@pytest.mark.java
async def test_within_tls_the_wire_saw_what_the_transcript_says(
    java_mongo_over_tls: mongo.Running, tmp_path: Path
) -> None:
    seed_once(java_mongo_over_tls.port, tls=True)
    made = certificates.make(tmp_path / "tls")
    heard = await overhear(java_mongo_over_tls.port, "mongodb", certificates=made)
    heard.prove()
    assert not heard.sealed
    holds_what_a_stranger_sees(heard.outcome)


@pytest.mark.fact("MDB-89", "VERDICT-30")
async def test_a_stand_in_is_open_and_called_a_stand_in(nx: mongo.Running) -> None:
    seed_once(nx.port)
    heard = await overhear(nx.port, "mongodb")
    heard.prove()
    holds_what_a_stranger_sees(heard.outcome)
    assert Fact.STAND_IN in heard.outcome.observation.facts


async def test_http_spoken_to_a_mongodb_port_opens_nothing(nx: mongo.Running) -> None:
    for product in ("elasticsearch", "kibana"):
        outcome = await ask(nx.port, product, budget=Budget(exchange_seconds=1.0))  # it never answers
        assert outcome.verdict in (Verdict.INCONCLUSIVE, Verdict.OTHER_SERVICE)


@pytest.mark.java
@pytest.mark.fact("MDB-13")
async def test_fields_that_mongo_java_server_does_not_know_do_no_harm_in_the_greeting(
    java_mongo: mongo.Running,
) -> None:
    answer = ask_mongo(java_mongo.port, "admin", {"isMaster": 1, "noSuchField": {"a": 1}, "helloOk": True})
    assert answer["ok"] == 1


@pytest.mark.fact("MDB-13", "MDB-89")
async def test_nx_27017_minds_no_field_and_no_command(nx: mongo.Running) -> None:
    assert ask_mongo(nx.port, "admin", {"isMaster": 1, "noSuchField": {"a": 1}})["ok"] == 1
    assert ask_mongo(nx.port, "admin", {"noSuchCommandXyz": 1})["ok"] == 1


@pytest.mark.java
@pytest.mark.fact("MDB-11")
async def test_hello_is_unknown_to_mongo_java_server(java_mongo: mongo.Running) -> None:
    answer = ask_mongo(java_mongo.port, "admin", {"hello": 1})
    assert (answer["ok"], answer["code"]) == (0, 59)


def aggregated(port: int, *pipeline: dict[str, Any]) -> list[dict[str, Any]]:
    """The first rows of an aggregation on the seeded people."""
    answer = ask_mongo(port, "shop", {"aggregate": "people", "pipeline": list(pipeline), "cursor": {}})
    rows: list[dict[str, Any]] = answer["cursor"]["firstBatch"]
    return rows


TOP = ({"$project": {"_id": 0, "a": {"$objectToArray": "$$ROOT"}}}, {"$unwind": "$a"})


@pytest.mark.fact("MDB-79")
async def test_nx_27017_tells_names_after_unwinding_and_types_of_named_fields(nx: mongo.Running) -> None:
    seed_once(nx.port)
    names = {row["k"] for row in aggregated(nx.port, *TOP, {"$project": {"k": "$a.k"}})}
    assert {"email", "full_name", "birth_date"} <= names
    kinds = aggregated(nx.port, {"$project": {"_id": 0, "t": {"$type": "$email"}}})
    assert {row["t"] for row in kinds} == {"string"}


@pytest.mark.fact("MDB-80", "MDB-82")
async def test_nx_27017_leaves_a_map_unevaluated(nx: mongo.Running) -> None:
    seed_once(nx.port)
    pairs = {"$map": {"input": {"$objectToArray": "$$ROOT"}, "as": "x", "in": {"k": "$$x.k", "t": {"$type": "$$x.v"}}}}
    rows = aggregated(nx.port, {"$project": {"_id": 0, "f": pairs}})
    assert "$$x.k" in repr(rows)
    assert reductions.read_mapped(rows) is None


@pytest.mark.fact("MDB-81")
async def test_nx_27017_hands_back_documents_where_it_does_not_know_an_operator(
    nx: mongo.Running,
) -> None:
    seed_once(nx.port)
    unknown = ask_mongo(nx.port, "shop", {"aggregate": "people", "pipeline": [{"$noSuchStage": 1}], "cursor": {}})
    assert (unknown["ok"], "not supported" in unknown["errmsg"]) == (0, True)
    rows = aggregated(nx.port, {"$replaceWith": {"$setField": {}}})
    assert any(value in repr(rows) for value in VALUES)
    readers = (reductions.read_typed, reductions.read_mapped, reductions.read_names)
    assert [read(rows) for read in readers] == [None, None, None]


@pytest.mark.fact("MDB-62")
async def test_nx_27017_stays_silent_on_a_tls_hello(nx: mongo.Running) -> None:
    outcome = await ask(nx.port, "mongodb", tls=Tls.REQUIRED, budget=Budget(exchange_seconds=1.0))
    assert (outcome.verdict, outcome.observation.reach) == (Verdict.INCONCLUSIVE, Reach.TLS_FAILED)
