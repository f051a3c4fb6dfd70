"""Real servers of MongoDB's wire protocol: open is open, seeded or empty, plain or over TLS; no value is copied."""

from pathlib import Path

import pytest

from auditor.model.observation import Fact
from auditor.model.outcome import Outcome, Verdict
from auditor.model.target import Tls
from auditor.probes.interface import Budget
from auditor.testing.contract import unplanned
from tests.real import certificates, mongo
from tests.real.asking import PROBES, ask, own, personal, values_in
from tests.real.overheard import overhear
from tests.real.seeds import DATA, ask_mongo, seed_mongo

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
