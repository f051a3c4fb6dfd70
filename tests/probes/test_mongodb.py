"""The probe's judgement where no recording exists: newer releases, clouds, stand-ins, honeypots and hostile servers."""

import json
from collections.abc import Mapping
from typing import Any

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.model.dataset import Kind
from auditor.model.observation import Access, Fact, Observation, Reach
from auditor.model.outcome import Verdict
from auditor.probes.interface import Probe, WireError
from auditor.probes.mongodb import MongodbProbe
from tests.probes.loopback import Caller, serving
from tests.probes.mongo_server import (
    NO_SUCH_COMMAND,
    Asked,
    Behaviour,
    Reaction,
    cursor,
    databases,
    greeting,
    mongo,
    observe,
    table,
    verdict,
)

CANARY = "alice.canary@example.org"
PERSON = {"_id": CANARY, "name": CANARY, "email": CANARY, "n": 5, "p": CANARY, "t": "string", "f": [{"k": CANARY}]}
LOGIN = {"ok": 0.0, "errmsg": "Command x requires authentication", "code": 13, "codeName": "Unauthorized"}
BUILD = {"version": "8.0.1", "gitVersion": "abc", "ok": 1.0}


def _typed(*fields: tuple[str, str]) -> dict[str, Any]:
    rows = [{"_id": {"p": name, "t": kind, "u": "missing", "w": "missing"}, "auditorSeen": 3} for name, kind in fields]
    return cursor("shop.people", *rows)


def _open(wire: int = 25, more: Mapping[str, Reaction] | None = None) -> dict[str, Reaction]:
    """An open server with one collection of people."""
    return {
        "isMaster": greeting(wire),
        "buildInfo": BUILD,
        "listDatabases": databases("admin", "config", "local", "shop"),
        "listCollections": cursor("none.$cmd.listCollections"),
        "shop listCollections": cursor("shop.$cmd.listCollections", {"name": "people", "type": "collection"}),
        "shop collStats people": {"ns": "shop.people", "count": 3, "size": 300, "ok": 1.0},
        "shop count people": {"n": 3, "ok": 1.0},
        "shop aggregate people": _typed(("_id", "objectId"), ("email", "string"), ("born", "date")),
        "shop listIndexes people": cursor("shop.people", {"v": 2, "key": {"phone": 1}, "name": "phone_1"}),
        **(more or {}),
    }


async def _seen(behave: Behaviour | Mapping[str, Reaction], **how: Any) -> Observation:
    async with mongo(table(behave) if isinstance(behave, Mapping) else behave) as server:
        return await observe(server, **how)


def test_the_class_is_a_probe() -> None:
    probe: Probe = MongodbProbe()
    assert (probe.product, probe.default_ports) == ("mongodb", (27017,))
    assert probe.rules
    assert len({template.id for template in probe.requests}) == len(probe.requests)


@pytest.mark.parametrize("wire", [5, 6, 8, 13, 17, 21, 25])
async def test_an_open_server_of_any_age_is_open_with_its_fields(wire: int) -> None:
    seen = await _seen(_open(wire))
    assert (verdict(seen), seen.access, seen.facts) == (Verdict.OPEN, Access.RECORDS, frozenset())
    (people,) = [dataset for dataset in seen.datasets if not dataset.system]
    assert (people.name, people.kind, people.records, people.bytes, people.readable) == (
        *("shop.people", Kind.COLLECTION, 3),
        *(300, True),
    )
    assert {field.path: field.type for field in people.fields} == {
        "_id": "objectId",
        "email": "string",
        "born": "date",
        "phone": "",
    }
    assert [exchange.why for exchange in seen.evidence] == [
        "listed databases without a login: 4 of them, 3 beyond local",
        "counted a collection's records without a login",
    ]


@pytest.mark.parametrize("wire", [13, 17, 21, 25])
async def test_a_secured_server_of_any_age_asks_for_a_login(wire: int) -> None:
    seen = await _seen(table({"isMaster": greeting(wire), "buildInfo": BUILD}, otherwise=LOGIN))
    assert (verdict(seen), seen.asked_by) == (Verdict.AUTH_REQUIRED, "MongoDB's access control")
    assert seen.evidence[0].status == 13
    assert "requires authentication" in seen.evidence[0].why


async def test_buildInfo_refused_costs_the_version_alone() -> None:  # noqa: N802 - the command's own spelling
    seen = await _seen(_open(26, {"buildInfo": LOGIN}))
    assert verdict(seen) is Verdict.OPEN
    assert seen.service is not None
    assert (seen.service.name, seen.service.version) == ("MongoDB", None)


async def test_a_secured_server_is_left_after_three_questions() -> None:
    async with mongo(table({"isMaster": greeting(), "buildInfo": BUILD}, otherwise=LOGIN)) as server:
        await observe(server)
    assert server.names == ["isMaster", "buildInfo", "listDatabases"]


async def test_cosmos_is_named_and_asks_for_a_login() -> None:
    refusal = {"ok": 0, "code": 13, "errmsg": "Command listDatabases not supported prior to authentication."}
    hello = greeting(13, me="acme.mongo.cosmos.azure.com:10255", setName="globaldb")
    unknown = {"ok": 0, "code": 115, "errmsg": "Command not supported prior to authentication."}
    seen = await _seen(table({"isMaster": hello, "listDatabases": refusal}, otherwise=unknown))
    assert (verdict(seen), seen.asked_by) == (Verdict.AUTH_REQUIRED, "Azure Cosmos DB's access control")


async def test_documentdb_is_named_and_asks_for_a_login() -> None:
    hello = greeting(9, hosts=["docdb-1.cluster-x.eu-west-1.docdb.amazonaws.com:27017"], setName="rs0")
    refusal = {"ok": 0.0, "code": 13, "errmsg": "Authorization failure", "operationTime": 1}
    seen = await _seen(table({"isMaster": hello}, otherwise=refusal))
    assert (verdict(seen), seen.asked_by) == (Verdict.AUTH_REQUIRED, "Amazon DocumentDB's access control")


async def test_an_open_ferretdb_is_open_and_named() -> None:
    build = {**BUILD, "ferretdb": {"version": "v2.1.0"}}
    seen = await _seen(_open(more={"buildInfo": build}))
    assert (verdict(seen), seen.facts) == (Verdict.OPEN, frozenset({Fact.STAND_IN}))
    assert seen.service is not None
    assert seen.service.name == "FerretDB"


async def test_ok_to_a_command_that_no_server_has_is_a_stand_in() -> None:
    seen = await _seen(table(_open(), otherwise={"ok": 1}))
    assert (verdict(seen), seen.facts) == (Verdict.OPEN, frozenset({Fact.STAND_IN}))
    assert any("stand-in" in exchange.why for exchange in seen.evidence)


async def test_ok_to_everything_and_no_list_is_something_else() -> None:
    seen = await _seen(lambda _: {"ok": 1})
    assert verdict(seen) is Verdict.OTHER_SERVICE
    assert seen.access is not Access.RECORDS


async def test_an_open_server_that_refuses_settings_is_open_whatever_else_it_refuses() -> None:
    seen = await _seen(table(_open(), otherwise=LOGIN))
    assert verdict(seen) is Verdict.OPEN


async def test_an_open_server_whose_admin_is_all_there_is_is_open() -> None:
    answers = {
        "isMaster": greeting(),
        "buildInfo": BUILD,
        "listDatabases": databases("admin", "config", "local"),
        "admin listCollections": cursor("admin.$cmd.listCollections", {"name": "system.version", "type": "collection"}),
        "admin count system.version": {"n": 1, "ok": 1.0},
    }
    seen = await _seen(answers)
    assert (verdict(seen), seen.access) == (Verdict.OPEN, Access.RECORDS)
    assert [(dataset.name, dataset.system) for dataset in seen.datasets] == [("admin.system.version", True)]


@pytest.mark.parametrize("command", ["getLog", "hostInfo"])
async def test_an_empty_open_server_is_known_by_what_it_tells_of_itself(command: str) -> None:
    told: dict[str, Any] = {"getLog": {"log": [], "ok": 1.0}, "hostInfo": {"system": {}, "ok": 1.0}}
    answers = {"isMaster": greeting(), "buildInfo": BUILD, "listDatabases": databases(), command: told[command]}
    seen = await _seen(answers)
    assert (verdict(seen), seen.facts) == (Verdict.OPEN, frozenset({Fact.SECURITY_OFF}))
    assert "without a login" in seen.evidence[-1].why


async def test_a_recovering_open_member_is_open() -> None:
    recovering = {"ok": 0.0, "errmsg": "node is recovering", "code": 13436}
    answers = {"isMaster": greeting(9, ismaster=False, setName="rs0"), "getLog": {"log": [], "ok": 1.0}}
    seen = await _seen(table({**answers, "buildInfo": BUILD}, otherwise=recovering))
    assert (verdict(seen), seen.access) == (Verdict.OPEN, Access.RECORDS)


async def test_a_recovering_member_of_which_nothing_else_is_known_is_no_lock() -> None:
    recovering = {"ok": 0.0, "errmsg": "node is recovering", "code": 13436}
    seen = await _seen(table({"isMaster": greeting(9), "buildInfo": BUILD}, otherwise=recovering))
    assert verdict(seen) is Verdict.INCONCLUSIVE
    assert {Fact.UNSURE, Fact.DEGRADED} <= seen.facts


@pytest.mark.parametrize("secured", [True, False])
async def test_an_uninitialised_member_is_told_by_code_94_and_its_greeting(secured: bool) -> None:
    hello = greeting(
        9, ismaster=False, secondary=False, isreplicaset=True, info="Does not have a valid replica set config"
    )
    waiting = {"ok": 0.0, "errmsg": "no replset config has been received", "code": 94}
    unreadable = {"ok": 0.0, "errmsg": "not master and slaveOk=false", "code": 13435}
    answers: dict[str, Reaction] = {"isMaster": hello, "buildInfo": BUILD}
    if not secured:
        answers |= {"replSetGetStatus": waiting, "getLog": {"log": [], "ok": 1.0}}
    seen = await _seen(table(answers, otherwise=LOGIN if secured else unreadable))
    assert verdict(seen) is Verdict.NOT_INITIALISED
    assert seen.evidence


async def test_a_secured_arbiter_is_an_arbiter() -> None:
    hello = greeting(9, ismaster=False, arbiterOnly=True, setName="rs0")
    seen = await _seen(table({"isMaster": hello, "buildInfo": BUILD}, otherwise=LOGIN))
    assert verdict(seen) is Verdict.NO_DATA_NODE


async def test_an_identity_that_a_proxy_lends_us_is_named() -> None:
    refusal = {"ok": 0.0, "code": 13, "errmsg": "not authorized on admin to execute command { listDatabases: 1 }"}
    who = {"authInfo": {"authenticatedUsers": [{"user": "proxy", "db": "admin"}]}, "ok": 1.0}
    answers = {"isMaster": greeting(), "buildInfo": BUILD, "connectionStatus": who}
    seen = await _seen(table(answers, otherwise=refusal), from_loopback=False)
    assert (verdict(seen), seen.identity) == (Verdict.ANONYMOUS_ROLE, "proxy@admin")


@pytest.mark.parametrize(
    "refusal",
    [
        {"ok": 0.0, "code": 13, "errmsg": "listDatabases may only be run against the admin database."},
        {"ok": 0.0, "errmsg": "access denied; use admin db"},
        {"ok": 0.0, "code": 18, "errmsg": "Authentication failed."},
        {"ok": 0.0, "code": 13435, "errmsg": "not master and slaveOk=false"},
        {"ok": 0.0, "code": 13436, "errmsg": "node is not in primary or recovering state"},
        {"ok": 0.0, "code": 40571, "errmsg": "OP_MSG requests require a $db argument"},
        {"ok": 0.0, "code": 352, "errmsg": "Unsupported OP_QUERY command: listDatabases"},
        {"ok": 0.0, "code": 13},
        {"ok": 0.0},
        {},
    ],
)
@pytest.mark.parametrize("wire", [0, 25])
async def test_a_refusal_that_is_no_login_never_protects(refusal: Reaction, wire: int) -> None:
    seen = await _seen(table({"isMaster": greeting(wire)}, otherwise=refusal))
    assert verdict(seen) is Verdict.INCONCLUSIVE
    assert Fact.PRODUCT_ASKED_LOGIN not in seen.facts


async def test_another_dialect_is_another_service() -> None:
    seen = await _seen(table({"isMaster": greeting(7)}, otherwise=NO_SUCH_COMMAND))
    assert verdict(seen) is Verdict.OTHER_SERVICE


async def test_a_server_that_vanishes_after_its_greeting_is_no_lock() -> None:
    seen = await _seen(table({"isMaster": greeting(9)}, otherwise=None))
    assert (verdict(seen), seen.reach) == (Verdict.INCONCLUSIVE, Reach.ANSWERED)
    assert seen.evidence


async def test_names_without_records_are_names() -> None:
    answers = {
        "isMaster": greeting(),
        "buildInfo": BUILD,
        "listDatabases": databases("shop"),
        "listCollections": cursor("shop.$cmd.listCollections", {"name": "people"}),
    }
    seen = await _seen(table(answers, otherwise=LOGIN))
    assert (verdict(seen), seen.access) == (Verdict.METADATA_ONLY, Access.NAMES)
    assert [(dataset.name, dataset.readable) for dataset in seen.datasets] == [("shop.people", False)]


async def test_some_collections_refused_is_partly_open_and_says_which() -> None:
    rows = [{"name": "people", "type": "collection"}, {"name": "secrets", "type": "collection"}]
    answers = _open(
        more={
            "shop listCollections": cursor("shop.$cmd.listCollections", *rows),
            "shop collStats secrets": LOGIN,
            "shop aggregate secrets": LOGIN,
            "shop count secrets": LOGIN,
        }
    )
    seen = await _seen(answers)
    assert verdict(seen) is Verdict.PARTLY_OPEN
    assert seen.partial == (
        "answered without a login: shop.people",
        "refused for want of a login: shop.secrets",
    )


async def test_a_mongos_without_local_is_open() -> None:
    seen = await _seen(_open(9, {"isMaster": greeting(9, msg="isdbgrid"), "listDatabases": databases("shop")}))
    assert verdict(seen) is Verdict.OPEN
    assert seen.service is not None
    assert ("role", "mongos") in seen.service.details


@pytest.mark.parametrize("batch", [[PERSON], [PERSON] * 3, [{**PERSON, "auditorSeen": 1}]])
async def test_whole_documents_handed_back_are_dropped_unread(batch: list[dict[str, Any]]) -> None:
    seen = await _seen(_open(more={"shop aggregate people": cursor("shop.people", *batch)}))
    assert CANARY not in repr(seen)
    assert verdict(seen) is Verdict.OPEN
    (people,) = [dataset for dataset in seen.datasets if not dataset.system]
    assert [field.path for field in people.fields] == ["phone"]
    assert people.refused == ("fields of the documents",)


async def test_a_server_that_answers_every_question_with_documents_leaks_none_of_them() -> None:
    everything = {
        **cursor("shop.people", PERSON),
        "databases": [{**PERSON, "name": "shop"}],
        "ok": 1.0,
        "errmsg": CANARY,
    }

    def behave(asked: Asked) -> Reaction:
        return greeting(9) if asked.name == "isMaster" else everything

    async with mongo(behave) as server:
        seen = await observe(server)
    # A collection's name is a name, whatever it looks like.
    assert CANARY not in repr(seen).replace(f"shop.{CANARY}", "")


@pytest.mark.parametrize("name", ["a.b", "a/b", "a b", "a$b", 'a"b', "a\\b", "x" * 300, ""])
async def test_a_name_that_no_database_can_have_is_not_asked_about(name: str) -> None:
    async with mongo(table(_open(more={"listDatabases": databases(name, "shop")}))) as server:
        seen = await observe(server)
    assert verdict(seen) is Verdict.OPEN
    assert {asked.database for asked in server.asked} == {"admin", "shop"}


async def test_a_name_that_did_not_come_through_whole_is_not_asked_about() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "people"},
        {"name": "caf\ufffd"},
        {"name": "nul\0l"},
        {"name": ""},
        {"name": 5},
    ]
    answers = _open(
        more={
            "listDatabases": databases("shop", "caf\ufffd"),
            "shop listCollections": cursor("shop.$cmd.listCollections", *rows),
        }
    )
    async with mongo(table(answers)) as server:
        await observe(server)
    assert {asked.command.get("count") for asked in server.asked} - {None} == {"people"}
    assert {asked.database for asked in server.asked} == {"admin", "shop"}


_hostile = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.just(CANARY)
    | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["ok", "code", "_id", "p", "t", "cursor", "firstBatch", "id", "f", "k", "n", "email", "count"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    reply=st.dictionaries(st.sampled_from(["ok", "code", "errmsg", "cursor", "n", "count", "f"]), _hostile, max_size=6),
    known=st.sets(st.sampled_from(["buildInfo", "listDatabases", "shop listCollections"])),
    wire=st.sampled_from([0, 5, 25]),
)
async def test_no_answer_of_a_hostile_server_makes_the_probe_fail_or_keep_a_value(
    reply: dict[str, Any], known: set[str], wire: int
) -> None:
    bson.encode(reply)
    answers = {name: answer for name, answer in _open(wire).items() if name in known | {"isMaster"}}
    seen = await _seen(table(answers, otherwise=reply))
    assert seen.reach is Reach.ANSWERED
    assert CANARY not in repr(seen)


_odd_names = (
    st.text(max_size=6) | st.sampled_from(["shop", "a.b", "$cmd", "system.js", "", "a\0", CANARY[:5]]) | st.none()
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    databases_told=st.lists(_odd_names, max_size=4),
    collections_told=st.lists(_odd_names, max_size=4),
    fields_told=st.lists(_odd_names, max_size=4),
    number=st.integers(-(2**63), 2**63 - 1),
    place=_odd_names,
)
async def test_no_name_that_a_server_invents_makes_the_probe_fail(
    databases_told: list[Any], collections_told: list[Any], fields_told: list[Any], number: int, place: Any
) -> None:
    def behave(asked: Asked) -> Reaction:
        match asked.name:
            case "isMaster":
                return greeting(9)
            case "listDatabases":
                return {"databases": [{"name": name} for name in [*databases_told, "shop"]], "ok": 1.0}
            case "listCollections" | "getMore":
                batch = "firstBatch" if asked.name == "listCollections" else "nextBatch"
                rows = [{"name": name, "type": "collection"} for name in collections_told]
                return cursor(f"{asked.database}.{place or ''}", *rows, number=number, batch=batch)
            case "aggregate":
                rows = [{"_id": name, "auditorSeen": 1} for name in fields_told]
                if "$unwind" in repr(asked.command["pipeline"]):
                    return cursor(f"{asked.database}.{asked.command['aggregate']}", *rows)
                types = {f"t{place}": "object" for place in range(len(fields_told))}
                return cursor(f"{asked.database}.{asked.command['aggregate']}", types)
            case _:
                return {"ok": 1.0}

    seen = await _seen(behave, requests=60)
    assert seen.reach is Reach.ANSWERED


@settings(max_examples=40, deadline=None)
@given(refusal=st.sampled_from([LOGIN, {"ok": 0.0, "code": 13435}, {"ok": 0.0, "code": 18}, NO_SUCH_COMMAND]))
async def test_records_are_never_seen_where_every_data_command_was_refused(refusal: dict[str, Any]) -> None:
    known = {name: _open()[name] for name in ("isMaster", "buildInfo", "listDatabases", "shop listCollections")}
    seen = await _seen(table(known, otherwise=refusal))
    assert seen.access is not Access.RECORDS


async def test_http_on_the_port_is_another_service() -> None:
    async def talk(caller: Caller) -> None:
        if (await caller.reader.read(4)).startswith(b"GET"):
            await caller.reader.readuntil(b"\r\n\r\n")
            body = json.dumps({"tagline": "You Know, for Search"}).encode()
            head = f"HTTP/1.1 200 OK\r\nserver: nginx\r\ncontent-length: {len(body)}\r\n\r\n"
            await caller.send(head.encode() + body)
        else:
            await caller.send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")

    async with serving(talk) as server:
        seen = await observe(server)
    assert (verdict(seen), seen.reach) == (Verdict.OTHER_SERVICE, Reach.NOT_THE_PRODUCT)
    assert "nginx" in seen.detail


async def test_the_native_port_s_text_over_http_is_a_hint_and_no_lock() -> None:
    async def talk(caller: Caller) -> None:
        if (await caller.reader.read(4)).startswith(b"GET"):
            await caller.reader.readuntil(b"\r\n\r\n")
            text = b"It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"
            head = f"HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n"
            await caller.send(head.encode() + text)

    async with serving(talk) as server:
        seen = await observe(server)
    assert verdict(seen) is Verdict.INCONCLUSIVE
    assert seen.service is not None
    assert seen.service.name == "MongoDB"


async def test_ssh_on_the_port_is_not_asked_in_http() -> None:
    async def talk(caller: Caller) -> None:
        await caller.send(b"SSH-2.0-OpenSSH_9.2\r\n")
        await caller.reader.read(1024)

    async with serving(talk) as server:
        with pytest.raises(WireError) as error:
            await observe(server)
        assert server.accepted == 1
    assert (error.value.reach, error.value.detail) == (Reach.NOT_THE_PRODUCT, "it answers in SSH")
