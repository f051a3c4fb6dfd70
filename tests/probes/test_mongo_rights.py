"""What a stranger may do besides reading: inferred from what the server says of us, untried, and no verdict's basis."""

from pathlib import Path
from typing import Any

import pytest

from auditor import rulebook
from auditor.examine import conclude as conclude_outcome
from auditor.judge import judge_outcome
from auditor.model.finding import Severity
from auditor.model.observation import Fact, Observation
from auditor.model.outcome import Verdict
from auditor.testing import mongo_frames
from auditor.testing.recording import load_mongo
from auditor.testing.replay import MongoReplay
from tests import factory
from tests.probes.loopback import Caller, Server, serving
from tests.probes.mongo_server import (
    BUILD,
    LOGIN,
    NO_SUCH_COMMAND,
    NOBODY,
    Asked,
    Document,
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

REPLIES = Path(__file__).parent / "replies"
EMPTY: dict[str, Reaction] = {
    "isMaster": greeting(9),
    "buildInfo": BUILD,
    "listDatabases": databases("local"),
    "getLog": {"log": [], "ok": 1.0},
    "connectionStatus": NOBODY,
}


def lent(*privileges: Document | str, user: str = "proxy") -> dict[str, Any]:
    """What connectionStatus tells where somebody has logged in for us."""
    who = {
        "authenticatedUsers": [{"user": user, "db": "admin"}],
        "authenticatedUserRoles": [{"role": "some", "db": "admin"}],
        "authenticatedUserPrivileges": list(privileges),
    }
    return {"authInfo": who, "ok": 1.0}


def privilege(database: str, collection: str, *actions: str) -> dict[str, Any]:
    return {"resource": {"db": database, "collection": collection}, "actions": list(actions)}


def findings(seen: Observation) -> dict[str, Any]:
    outcome = conclude_outcome(factory.target(product="mongodb", port=27017), seen, address="127.0.0.1")
    rules = [rule for rule in rulebook.builtin("mongodb") if rule.sign == "may_write"]
    made = judge_outcome(outcome, rules, estate="acme", book=rulebook.builtin_book())
    return {finding.rule: finding for finding in made}


@pytest.mark.parametrize("wire", [0, 2, 5, 9, 13, 25])
async def test_an_open_server_may_be_written_to_and_the_finding_says_that_nobody_tried(wire: int) -> None:
    seen = await seen_of(open_server(wire, {"find": [{"name": "shop.people"}]}), from_loopback=False)
    (sign,) = seen.signs
    assert (sign.id, sign.inferred, sign.object) == ("may_write", True, None)
    assert "its own machine" not in sign.detail
    finding = findings(seen)["writable-mongodb"]
    assert finding.severity is Severity.HIGH
    assert "inferred" in finding.why


@pytest.mark.parametrize(("wire", "told"), [(0, True), (2, True), (3, False), (25, False)])
async def test_from_its_own_machine_an_old_release_gives_everything_for_want_of_a_user(wire: int, told: bool) -> None:
    seen = await seen_of(open_server(wire, {"find": [{"name": "shop.people"}]}), from_loopback=True)
    assert ("its own machine" in seen.signs[0].detail) is told


async def test_an_open_server_without_a_collection_is_writable_too() -> None:
    seen = await seen_of(EMPTY)
    assert (verdict(seen), [sign.id for sign in seen.signs]) == (Verdict.OPEN, ["may_write"])


@pytest.mark.parametrize(
    ("hello", "writable"),
    [
        ({"msg": "isdbgrid"}, True),
        ({"setName": "rs0"}, True),
        ({"configsvr": 2, "setName": "cfg"}, True),
        ({"setName": "rs0", "ismaster": False, "secondary": True}, False),
        ({"setName": "rs0", "ismaster": False, "secondary": True, "hidden": True, "passive": True}, False),
        ({"readOnly": True}, False),
    ],
)
async def test_only_who_takes_writes_is_called_writable(hello: dict[str, Any], writable: bool) -> None:
    seen = await seen_of(open_server(9, {"isMaster": greeting(9, **hello)}))
    assert verdict(seen) is Verdict.OPEN
    assert bool(seen.signs) is writable
    if not writable:
        said = "primary of its replica set" if "setName" in hello else "no writes at present"
        assert said in seen.detail


@pytest.mark.parametrize(
    "silence",
    [LOGIN, NO_SUCH_COMMAND, {"ok": 1.0}, {"authInfo": {}, "ok": 1.0}, {"authInfo": 5, "ok": 1.0}, None, b"\0" * 30,
     {"authInfo": {"authenticatedUsers": "nobody"}, "ok": 1.0}, {"ok": 0.0, "authInfo": NOBODY["authInfo"]}],
)  # fmt: skip
async def test_who_does_not_say_whom_it_takes_us_for_gets_no_sign_and_the_same_verdict(silence: Reaction) -> None:
    for answers in (open_server(9), EMPTY):
        told = await seen_of(answers, exchange_seconds=1.0)
        untold = await seen_of({**answers, "connectionStatus": silence}, exchange_seconds=1.0)
        assert (verdict(untold), untold.access, untold.facts) == (verdict(told), told.access, told.facts)
        assert (untold.signs, untold.identity, untold.rights) == ((), "", ())


async def test_a_question_that_is_answered_too_long_or_never_costs_its_own_answer_alone() -> None:
    long = {"authInfo": {"authenticatedUsers": ["x" * 3_000_000]}, "ok": 1.0}
    seen = await seen_of(open_server(9, {"connectionStatus": long}))
    assert (verdict(seen), seen.signs) == (Verdict.OPEN, ())

    async def talk(caller: Caller) -> None:
        while True:
            head = await caller.reader.readexactly(16)
            rest = await caller.reader.readexactly(mongo_frames.HEADER.unpack(head)[0] - 16)
            request = mongo_frames.read(head, rest)
            command = dict(request.document)
            if "connectionStatus" in command:
                await caller.reader.read()  # and never a word
            reaction = table(EMPTY)(Asked(request.opcode, "admin", command))
            assert isinstance(reaction, dict)
            await caller.send(mongo_frames.reply(request, [reaction]))

    async with serving(talk) as server:
        seen = await observe(server, exchange_seconds=0.3)
    assert (verdict(seen), seen.signs) == (Verdict.OPEN, ())
    assert seen.transcript[-1].request.startswith("connectionStatus")


async def test_a_user_that_a_proxy_lends_and_that_may_only_read_gets_no_sign() -> None:
    reader = lent(privilege("shop", "", "find", "collStats", "listCollections"), user="reader")
    seen = await seen_of(open_server(9, {"connectionStatus": reader}))
    assert (verdict(seen), seen.signs) == (Verdict.OPEN, ())
    assert (seen.identity, seen.rights) == ("reader@admin", ("find on every collection of shop",))
    assert Fact.ANONYMOUS_IDENTITY not in seen.facts  # what it was given decided already


async def test_a_user_whose_privileges_are_not_told_gets_no_sign() -> None:
    who = {"authInfo": {"authenticatedUsers": [{"user": "x", "db": "admin"}]}, "ok": 1.0}
    seen = await seen_of(open_server(9, {"connectionStatus": who}))
    assert (seen.signs, seen.identity, seen.rights) == ((), "x@admin", ())


async def test_a_user_that_may_write_is_a_sign_with_what_and_where() -> None:
    writer = lent(privilege("shop", "people", "find", "insert", "remove"), privilege("shop", "", "find"))
    seen = await seen_of(open_server(9, {"connectionStatus": writer}))
    (sign,) = seen.signs
    assert "proxy@admin" in sign.detail
    assert "insert, remove on shop.people" in sign.detail
    assert seen.rights == ("find, insert, remove on shop.people", "find on every collection of shop")
    assert "writable-mongodb" in findings(seen)


async def test_the_same_user_on_a_secondary_is_none_and_the_detail_says_why() -> None:
    hello = greeting(9, setName="rs0", ismaster=False, secondary=True)
    writer = lent(privilege("", "", "insert"))
    seen = await seen_of(open_server(9, {"isMaster": hello, "connectionStatus": writer}))
    assert seen.signs == ()
    assert "primary of its replica set" in seen.detail
    assert seen.rights == ("insert on every database",)


async def test_an_identity_past_the_login_tells_its_rights() -> None:
    refusal = {"ok": 0.0, "code": 13, "errmsg": "not authorized on admin to execute command { listDatabases: 1 }"}
    who = lent({"resource": {"anyResource": True}, "actions": ["anyAction"]})
    answers: dict[str, Reaction] = {"isMaster": greeting(), "buildInfo": BUILD, "connectionStatus": who}
    seen = await seen_of(table(answers, otherwise=refusal), from_loopback=False)
    assert (verdict(seen), seen.identity) == (Verdict.ANONYMOUS_ROLE, "proxy@admin")
    assert seen.rights == ("anyAction on everything",)
    assert "anyAction on everything" in findings(seen)["writable-mongodb"].why


async def test_a_server_that_is_half_shut_is_not_called_writable() -> None:
    answers = open_server(9, {"shop aggregate people": LOGIN, "shop count people": LOGIN})
    seen = await seen_of(answers)
    assert verdict(seen) is Verdict.METADATA_ONLY
    assert seen.signs == ()


@pytest.mark.parametrize(
    ("name", "writable"),
    [
        ("mongod-2.4.13-pre-noauth", True),
        ("mongod-4.0.19-noauth", True),
        ("mongod-4.4.0-noauth", True),
        ("mongos-4.0.19-noauth", True),
        ("mongod-4.0.19-rs-secondary", False),
        ("mongod-4.0.19-rs-arbiter", False),
        ("mongod-4.0.19-auth-nouser-localhost-exception", False),
        ("mongod-2.4.13-pre-auth-nouser-remote", False),
        ("mongod-2.6.7-pre-auth-users-data-remote", False),
        ("mongod-3.4.24-auth-oneuser", False),
        ("mongod-4.4.0-auth-oneuser", False),
        ("mongos-4.0.19-auth", False),
        ("mongo-java-server-1.47.0-memory-MONGO_4_0", False),  # a stand-in says what it likes
    ],
)
async def test_recorded_servers_are_called_writable_where_they_were(name: str, writable: bool) -> None:
    async with MongoReplay(load_mongo(REPLIES / f"{name}.json")) as server:
        seen = await observe(Server(server.port))
    assert bool(seen.signs) is writable


async def test_a_large_server_leaves_room_for_the_question() -> None:
    rows = [{"name": f"c{number:03}"} for number in range(200)]
    more: dict[str, Reaction] = {
        "shop listCollections": {"cursor": {"id": 0, "ns": "shop.$cmd", "firstBatch": rows}, "ok": 1.0},
        "collStats": {"count": 3, "size": 1, "ok": 1.0},
        "count": {"n": 3, "ok": 1.0},
    }
    async with mongo(table(open_server(9, more))) as server:
        seen = await observe(server, requests=100)
    assert len(server.asked) <= 100
    assert server.names[-1] == "connectionStatus"
    assert [sign.id for sign in seen.signs] == ["may_write"]
    assert "as good as spent" in seen.detail


async def test_a_large_server_that_refuses_its_collections_is_still_asked_for_its_settings() -> None:
    rows = [{"name": f"c{number:03}"} for number in range(200)]
    answers: dict[str, Reaction] = {
        "isMaster": greeting(9),
        "buildInfo": BUILD,
        "listDatabases": databases("shop"),
        "listCollections": {"cursor": {"id": 0, "ns": "shop.$cmd", "firstBatch": rows}, "ok": 1.0},
        "hostInfo": {"system": {}, "ok": 1.0},
    }
    async with mongo(table(answers, otherwise={"ok": 0.0, "code": 8, "errmsg": "x"})) as server:
        seen = await observe(server, requests=60)
    assert verdict(seen) is Verdict.OPEN
    assert {"getLog", "hostInfo"} <= set(server.names)
