"""The probe against every recorded MongoDB server, over real sockets."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.model.dataset import Kind
from auditor.model.observation import Access, Fact, Observation, Reach
from auditor.model.outcome import Verdict
from auditor.probes.mongodb.requests import REQUESTS
from auditor.testing.recording import load_http, load_mongo
from auditor.testing.replay import HttpReplay, MongoReplay
from tests.probes.loopback import Server
from tests.probes.mongo_server import observe, verdict

REPLIES = Path(__file__).parent / "replies"


@dataclass(frozen=True)
class Expected:
    verdict: Verdict
    access: Access
    facts: frozenset[Fact] = frozenset()
    version: str | None = None
    fields: int = 0  # of h2db.people


LOGIN, OPEN = Verdict.AUTH_REQUIRED, Verdict.OPEN
ASKED = frozenset({Fact.PRODUCT_ASKED_LOGIN})

NATIVE = {
    "mongo-java-server-1.47.0-memory-MONGO_4_0": Expected(
        OPEN, Access.RECORDS, frozenset({Fact.SECURITY_OFF, Fact.STAND_IN}), "4.0.0"
    ),
    "mongod-2.4.13-pre-auth-nouser-remote": Expected(LOGIN, Access.BANNER, ASKED, "2.4.13-pre-"),
    "mongod-2.4.13-pre-noauth": Expected(OPEN, Access.RECORDS, version="2.4.13-pre-"),
    "mongod-2.6.7-pre-auth-users-data-remote": Expected(LOGIN, Access.BANNER, ASKED, "2.6.7-pre-"),
    "mongod-3.4.24-auth-oneuser": Expected(LOGIN, Access.BANNER, ASKED, "3.4.24"),
    "mongod-4.0.19-auth-nouser-localhost-exception": Expected(
        Verdict.LOCALHOST_EXCEPTION, Access.BANNER, ASKED | {Fact.LOCALHOST_EXCEPTION}, "4.0.19"
    ),
    "mongod-4.0.19-auth-oneuser": Expected(LOGIN, Access.BANNER, ASKED, "4.0.19"),
    "mongod-4.0.19-noauth": Expected(OPEN, Access.RECORDS, version="4.0.19", fields=10),
    "mongod-4.0.19-rs-arbiter": Expected(
        Verdict.NO_DATA_NODE, Access.BANNER, frozenset({Fact.NO_DATA_NODE, Fact.SECURITY_OFF}), "4.0.19"
    ),
    "mongod-4.0.19-rs-secondary": Expected(OPEN, Access.RECORDS, version="4.0.19", fields=10),
    "mongod-4.4.0-auth-oneuser": Expected(LOGIN, Access.BANNER, ASKED, "4.4.0"),
    "mongod-4.4.0-noauth": Expected(OPEN, Access.RECORDS, version="4.4.0", fields=10),
    "mongos-4.0.19-auth": Expected(LOGIN, Access.BANNER, ASKED, "4.0.19"),
    "mongos-4.0.19-noauth": Expected(OPEN, Access.RECORDS, version="4.0.19", fields=4),
}
CONSOLES = {
    "mongod-console-2.4-auth-nouser-norest-remote": Expected(
        Verdict.METADATA_ONLY, Access.NAMES, version="2.4.13-pre-"
    ),
    "mongod-console-2.4-auth-nouser-rest-remote": Expected(OPEN, Access.RECORDS, version="2.4.13-pre-"),
    "mongod-console-2.6-auth-users-remote": Expected(LOGIN, Access.NOTHING, ASKED),
}


async def _native(name: str, *, from_loopback: bool = True) -> Observation:
    async with MongoReplay(load_mongo(REPLIES / f"{name}.json")) as server:
        return await observe(Server(server.port), from_loopback=from_loopback)


def _as_expected(seen: Observation, expected: Expected) -> None:
    assert verdict(seen) is expected.verdict, seen
    assert (seen.reach, seen.access, seen.facts) == (Reach.ANSWERED, expected.access, expected.facts)
    assert seen.service is not None
    assert seen.service.version == expected.version
    assert seen.evidence


def test_every_recording_has_an_expectation() -> None:
    recorded = {path.stem for path in REPLIES.glob("mongo*.json")}
    assert recorded == NATIVE.keys() | CONSOLES.keys()


@pytest.mark.fact("MDB-01", "PEER-01", "VERDICT-03", "VERDICT-14")
@pytest.mark.parametrize("name", NATIVE)
async def test_recorded_server_is_judged_as_it_was(name: str) -> None:
    seen = await _native(name)
    _as_expected(seen, NATIVE[name])
    fields = {dataset.name: dataset.fields for dataset in seen.datasets}
    assert len(fields.get("h2db.people", ())) == NATIVE[name].fields


@pytest.mark.fact("MDB-67", "MDB-69")
@pytest.mark.parametrize("name", CONSOLES)
async def test_recorded_console_is_judged_on_its_own(name: str) -> None:
    async with HttpReplay(load_http(REPLIES / f"{name}.json")) as server:
        seen = await observe(Server(server.port), exchange_seconds=1.0)
    _as_expected(seen, CONSOLES[name])


@pytest.mark.fact("MDB-54", "MDB-55", "MDB-78")
@pytest.mark.parametrize("name", [name for name in NATIVE if NATIVE[name].fields])
async def test_open_server_tells_count_size_names_and_types(name: str) -> None:
    (people,) = [dataset for dataset in (await _native(name)).datasets if dataset.name == "h2db.people"]
    assert (people.kind, people.records, people.readable, people.system) == (Kind.COLLECTION, 20, True, False)
    assert people.bytes in (1360, 3000)
    assert ("email", "string") in [(field.path, field.type) for field in people.fields]


@pytest.mark.fact("MDB-33", "MDB-47")
async def test_old_server_is_listed_from_its_catalogue() -> None:
    seen = await _native("mongod-2.4.13-pre-noauth")
    assert [(dataset.name, dataset.records, dataset.system) for dataset in seen.datasets] == [
        ("h2db.system.indexes", None, True),
        ("h2db.people", 20, False),
    ]
    assert "its own machine" in seen.detail


@pytest.mark.fact("MDB-33")
async def test_vantage_is_told_only_where_it_matters() -> None:
    far = await _native("mongod-2.4.13-pre-noauth", from_loopback=False)
    assert verdict(far) is OPEN
    assert "its own machine" not in far.detail


async def test_localhost_exception_seen_through_a_forwarder_is_still_no_lock() -> None:
    far = await _native("mongod-4.0.19-auth-nouser-localhost-exception", from_loopback=False)
    assert Fact.LOCALHOST_EXCEPTION in far.facts
    assert verdict(far) is Verdict.LOCALHOST_EXCEPTION
    assert "forwarder" in far.detail


@pytest.mark.fact("MDB-21")
async def test_refused_old_server_on_loopback_does_not_claim_to_know_of_a_missing_user() -> None:
    near = await _native("mongod-3.4.24-auth-oneuser")
    far = await _native("mongod-3.4.24-auth-oneuser", from_loopback=False)
    assert "cannot be told" in near.detail
    assert "cannot be told" not in far.detail


@pytest.mark.fact("MDB-49")
async def test_arbiter_is_told_by_its_greeting() -> None:
    seen = await _native("mongod-4.0.19-rs-arbiter")
    assert any("arbiter" in exchange.why for exchange in seen.evidence)
    assert not seen.datasets


@pytest.mark.parametrize("name", NATIVE)
async def test_every_exchange_matches_its_template(name: str) -> None:
    templates = {template.id: template for template in REQUESTS}
    for exchange in (await _native(name)).transcript:
        pattern = re.sub(r"\\\{[a-z_]+\\\}", ".+", re.escape(templates[exchange.template].request))
        assert re.fullmatch(pattern, exchange.request), exchange


@pytest.mark.parametrize("name", NATIVE)
async def test_nothing_of_a_reply_beyond_names_types_and_counts_is_kept(name: str) -> None:
    shown = repr(await _native(name))
    for secret in ("gcc", "clang", "Debian", "memSizeMB", "HOST:", "127.0.0.1", "errmsg", "to execute command"):
        assert secret not in shown


@pytest.mark.fact("MDB-14", "MDB-31", "MDB-56")
@pytest.mark.parametrize("name", NATIVE)
async def test_members_that_a_greeting_names_are_never_asked(name: str) -> None:
    async with MongoReplay(load_mongo(REPLIES / f"{name}.json")) as server:
        await observe(Server(server.port))
        assert {"find", "usersInfo", "saslStart", "getParameter"}.isdisjoint(asked.name for asked in server.requests)
        assert all(asked.willing for asked in server.requests if asked.name not in ("isMaster", "OP_QUERY find"))
