"""Every kind of member: told by its greeting, judged by what it answers, and the members that it names left alone."""

from collections.abc import Mapping
from typing import Any

import pytest

from auditor.model.observation import Fact, Observation
from auditor.model.outcome import Verdict
from auditor.probes.mongodb.greeting import read_greeting
from tests.probes.mongo_server import (
    BUILD,
    LOGIN,
    NOBODY,
    Reaction,
    databases,
    greeting,
    mongo,
    observe,
    open_server,
    seen_of,
    table,
    verdict,
)

SET: dict[str, Any] = {
    "setName": "rs0",
    "hosts": ["192.0.2.1:27017", "192.0.2.2:27017"],
    "primary": "192.0.2.1:27017",
    "me": "192.0.2.2:27017",
}
SECONDARY = {**SET, "ismaster": False, "secondary": True}
NEITHER = {**SET, "ismaster": False, "secondary": False}
REFUSED_BY_STATE = {"ok": 0.0, "errmsg": "node is not in primary or recovering state", "code": 13436}

MEMBERS: dict[str, tuple[dict[str, Any], str]] = {
    "standalone": ({}, "standalone"),
    "read-only": ({"readOnly": True}, "standalone, read-only"),
    "mongos": ({"msg": "isdbgrid"}, "mongos"),
    "primary": (SET, "primary"),
    "secondary": (SECONDARY, "secondary"),
    "hidden": ({**SECONDARY, "passive": True, "hidden": True}, "secondary, hidden, priority 0"),
    "passive": ({**SECONDARY, "passive": True}, "secondary, priority 0"),
    "delayed, from 5.0": (
        {**SECONDARY, "passive": True, "hidden": True, "secondaryDelaySecs": 3600},
        "secondary, hidden, priority 0, 3600 s behind",
    ),
    "delayed, before 5.0": (
        {**SECONDARY, "passive": True, "slaveDelay": 120},
        "secondary, priority 0, 120 s behind",
    ),
    "config server, primary": ({**SET, "configsvr": 2}, "config server, primary"),
    "config server, secondary": ({**SECONDARY, "configsvr": 2}, "config server, secondary"),
    "config server of old": ({"configsvr": 1}, "config server, standalone"),
    "recovering": (NEITHER, "neither primary nor secondary"),
}


def _role(seen: Observation) -> str:
    assert seen.service is not None
    return dict(seen.service.details).get("role", "")


@pytest.mark.fact("MDB-49", "MDB-50", "MDB-51", "MDB-52")
@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("wire", [0, 9, 25])
async def test_each_member_is_named_and_its_lock_judged_as_any_other_s(member: str, wire: int) -> None:
    hello, role = MEMBERS[member]
    open_member = open_server(wire, {"isMaster": greeting(wire, **hello), "find": [{"name": "shop.people"}]})
    async with mongo(table(open_member)) as server:
        seen = await observe(server)
        assert (verdict(seen), _role(seen)) == (Verdict.OPEN, role)
        assert {asked.database for asked in server.asked} <= {"admin", "config", "local", "shop"}
    secured: dict[str, Reaction] = {"isMaster": greeting(wire, **hello), "buildInfo": BUILD}
    seen = await seen_of(table(secured, otherwise=LOGIN))
    assert (verdict(seen), _role(seen)) == (Verdict.AUTH_REQUIRED, role)


async def test_the_members_that_a_member_names_get_no_packet() -> None:
    async with mongo(table(open_server(9, {"isMaster": greeting(9, **SECONDARY)}))) as server:
        seen = await observe(server)
        asked = len(server.asked)
    assert server.server.accepted == 1
    assert asked == len(seen.transcript)


@pytest.mark.parametrize("delay", [-1, 0, 2**40, True, "3600", None, float("nan"), [1]])
def test_a_delay_that_is_none_is_none(delay: Any) -> None:
    member = read_greeting({**SECONDARY, "secondaryDelaySecs": delay}, wire_version=21)
    assert (member.behind, member.role) == (0, "secondary")


def test_members_are_told_apart() -> None:
    assert read_greeting({"arbiterOnly": True, "setName": "rs0"}, wire_version=7).arbiter
    assert read_greeting({"arbiterOnly": True, "setName": "rs0"}, wire_version=7).role == "arbiter"
    assert read_greeting({"msg": "isdbgrid", "ismaster": True}, wire_version=7).router
    assert read_greeting({"configsvr": 2, "ismaster": True}, wire_version=7).config_server
    waiting = read_greeting({"ismaster": False, "secondary": False, "isreplicaset": True}, wire_version=7)
    assert (waiting.uninitialised, waiting.unsettled) == (True, True)
    assert waiting.role == "member without a configuration"
    assert not read_greeting({"isWritablePrimary": True}, wire_version=21).unsettled
    assert read_greeting({"ismaster": True}, wire_version=21).writable
    assert not read_greeting({"ismaster": True, "readOnly": True}, wire_version=21).writable
    assert not read_greeting({"ismaster": 1}, wire_version=21).writable


def _recovering(wire: int, more: Mapping[str, Reaction], *, otherwise: Reaction = REFUSED_BY_STATE) -> Any:
    """A member in STARTUP2, RECOVERING or ROLLBACK: it answers what needs no data, and nothing else."""
    return table({"isMaster": greeting(wire, **NEITHER), "buildInfo": BUILD, **more}, otherwise=otherwise)


@pytest.mark.parametrize("wire", [5, 9, 25])
@pytest.mark.parametrize("settings", ["getLog", "hostInfo"])
async def test_an_open_recovering_member_is_open_by_what_it_tells_of_itself(wire: int, settings: str) -> None:
    told: dict[str, Reaction] = {"getLog": {"log": [], "ok": 1.0}, "hostInfo": {"system": {}, "ok": 1.0}}
    seen = await seen_of(_recovering(wire, {settings: told[settings], "connectionStatus": NOBODY}))
    assert (verdict(seen), seen.facts) == (Verdict.OPEN, frozenset({Fact.SECURITY_OFF}))
    assert "serves no data at present" in seen.detail
    assert "primary of its replica set" in seen.detail
    assert not seen.signs


@pytest.mark.parametrize("wire", [5, 9, 25])
async def test_a_secured_recovering_member_asks_for_the_login_before_it_tells_of_its_state(wire: int) -> None:
    seen = await seen_of(_recovering(wire, {}, otherwise=LOGIN))
    assert verdict(seen) is Verdict.AUTH_REQUIRED


@pytest.mark.parametrize("wire", [5, 9, 25])
async def test_a_recovering_member_whose_settings_ask_for_a_login_is_secured(wire: int) -> None:
    """The list is refused by state before the login is looked at on some releases; the settings then decide."""
    seen = await seen_of(_recovering(wire, {"getLog": LOGIN}))
    assert verdict(seen) is Verdict.AUTH_REQUIRED


async def test_a_recovering_member_that_tells_nothing_is_no_lock() -> None:
    seen = await seen_of(_recovering(9, {}))
    assert verdict(seen) is Verdict.INCONCLUSIVE
    assert {Fact.DEGRADED, Fact.UNSURE} <= seen.facts


REMOVED = {
    "ismaster": False,
    "secondary": False,
    "isreplicaset": True,
    "info": "Does not have a valid replica set config",
}
NO_MEMBER = {"ok": 0.0, "errmsg": "Our replica set config is invalid or we are not a member of it", "code": 93}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"log": [], "ok": 1.0}, Verdict.OPEN),
        (LOGIN, Verdict.AUTH_REQUIRED),
        (REFUSED_BY_STATE, Verdict.INCONCLUSIVE),
    ],
)
async def test_a_member_that_its_set_goes_on_without_holds_data_and_waits_for_nothing(
    settings: Reaction, expected: Verdict
) -> None:
    answers: dict[str, Reaction] = {
        "isMaster": greeting(9, **REMOVED),
        "buildInfo": BUILD,
        "replSetGetStatus": NO_MEMBER,
        "getLog": settings,
    }
    seen = await seen_of(table(answers, otherwise=REFUSED_BY_STATE))
    assert verdict(seen) is expected
    assert any("code 93" in exchange.why for exchange in seen.evidence)


async def test_a_shard_without_users_of_its_own_is_in_the_exception_from_its_own_machine_alone() -> None:
    no_role = {"ok": 0.0, "code": 13, "errmsg": "not authorized on admin to execute command { getLog: 1 }"}
    answers: dict[str, Reaction] = {
        "isMaster": greeting(9, **SET),
        "buildInfo": BUILD,
        "listDatabases": databases(),
        "getLog": no_role,
        "connectionStatus": NOBODY,
    }
    near = await seen_of(answers)
    assert verdict(near) is Verdict.LOCALHOST_EXCEPTION
    far = await seen_of(table({**answers, "listDatabases": LOGIN}, otherwise=LOGIN), from_loopback=False)
    assert verdict(far) is Verdict.AUTH_REQUIRED
