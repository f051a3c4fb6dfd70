"""The probe's judgement where no recording exists: newer releases, clouds, stand-ins, honeypots and hostile servers."""

from typing import Any

import pytest

from auditor.model.dataset import Kind
from auditor.model.observation import Access, Fact, Reach
from auditor.model.outcome import Verdict
from auditor.probes.interface import Probe
from auditor.probes.mongodb import MongodbProbe
from tests.probes.mongo_server import (
    BUILD,
    LOGIN,
    NO_SUCH_COMMAND,
    Reaction,
    cursor,
    databases,
    greeting,
    mongo,
    observe,
    open_server,
    seen_of,
    table,
    verdict,
)


def test_the_class_is_a_probe() -> None:
    probe: Probe = MongodbProbe()
    assert (probe.product, probe.default_ports) == ("mongodb", (27017,))
    assert probe.rules
    assert len({template.id for template in probe.requests}) == len(probe.requests)


@pytest.mark.fact("MDB-16", "MDB-29", "PEER-03", "VERDICT-03")
@pytest.mark.parametrize("wire", [5, 6, 8, 13, 17, 21, 25])
async def test_an_open_server_of_any_age_is_open_with_its_fields(wire: int) -> None:
    seen = await seen_of(open_server(wire))
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
        "names no user: nobody is logged in",
    ]


@pytest.mark.fact("MDB-19", "PEER-03", "VERDICT-13")
@pytest.mark.parametrize("wire", [13, 17, 21, 25])
async def test_a_secured_server_of_any_age_asks_for_a_login(wire: int) -> None:
    seen = await seen_of(table({"isMaster": greeting(wire), "buildInfo": BUILD}, otherwise=LOGIN))
    assert (verdict(seen), seen.asked_by) == (Verdict.AUTH_REQUIRED, "MongoDB's access control")
    assert seen.evidence[0].status == 13
    assert "requires authentication" in seen.evidence[0].why


async def test_buildInfo_refused_costs_the_version_alone() -> None:  # noqa: N802 - the command's own spelling
    seen = await seen_of(open_server(26, {"buildInfo": LOGIN}))
    assert verdict(seen) is Verdict.OPEN
    assert seen.service is not None
    assert (seen.service.name, seen.service.version) == ("MongoDB", None)


@pytest.mark.parametrize(("wire", "name"), [(26, "MongoDB"), (25, "a re-implementation of MongoDB")])
async def test_the_version_alone_is_a_build_from_8_1_on(wire: int, name: str) -> None:
    build = {"version": "8.1.0", "versionArray": [8, 1, 0, 0], "ok": 1.0}
    seen = await seen_of(table({"isMaster": greeting(wire), "buildInfo": build}, otherwise=LOGIN))
    assert seen.service is not None
    assert (seen.service.name, seen.service.version) == (name, "8.1.0")
    assert verdict(seen) is Verdict.AUTH_REQUIRED


async def test_a_secured_server_is_left_after_three_questions() -> None:
    async with mongo(table({"isMaster": greeting(), "buildInfo": BUILD}, otherwise=LOGIN)) as server:
        await observe(server)
    assert server.names == ["isMaster", "buildInfo", "listDatabases"]


@pytest.mark.fact("MDB-92")
async def test_cosmos_is_named_and_asks_for_a_login() -> None:
    refusal = {"ok": 0, "code": 13, "errmsg": "Command listDatabases not supported prior to authentication."}
    hello = greeting(13, me="acme.mongo.cosmos.azure.com:10255", setName="globaldb")
    unknown = {"ok": 0, "code": 115, "errmsg": "Command not supported prior to authentication."}
    seen = await seen_of(table({"isMaster": hello, "listDatabases": refusal}, otherwise=unknown))
    assert (verdict(seen), seen.asked_by) == (Verdict.AUTH_REQUIRED, "Azure Cosmos DB's access control")


async def test_documentdb_is_named_and_asks_for_a_login() -> None:
    hello = greeting(9, hosts=["docdb-1.cluster-x.eu-west-1.docdb.amazonaws.com:27017"], setName="rs0")
    refusal = {"ok": 0.0, "code": 13, "errmsg": "Authorization failure", "operationTime": 1}
    seen = await seen_of(table({"isMaster": hello}, otherwise=refusal))
    assert (verdict(seen), seen.asked_by) == (Verdict.AUTH_REQUIRED, "Amazon DocumentDB's access control")


async def test_an_open_ferretdb_is_open_and_named() -> None:
    build = {**BUILD, "ferretdb": {"version": "v2.1.0"}}
    seen = await seen_of(open_server(more={"buildInfo": build}))
    assert (verdict(seen), seen.facts) == (Verdict.OPEN, frozenset({Fact.STAND_IN}))
    assert seen.service is not None
    assert seen.service.name == "FerretDB"


@pytest.mark.fact("MDB-89", "VERDICT-30")
async def test_ok_to_a_command_that_no_server_has_is_a_stand_in() -> None:
    seen = await seen_of(table(open_server(), otherwise={"ok": 1}))
    assert (verdict(seen), seen.facts) == (Verdict.OPEN, frozenset({Fact.STAND_IN}))
    assert any("stand-in" in exchange.why for exchange in seen.evidence)


async def test_ok_to_everything_and_no_list_is_something_else() -> None:
    seen = await seen_of(lambda _: {"ok": 1})
    assert verdict(seen) is Verdict.OTHER_SERVICE
    assert seen.access is not Access.RECORDS


@pytest.mark.fact("MDB-29")
async def test_an_open_server_that_refuses_settings_is_open_whatever_else_it_refuses() -> None:
    seen = await seen_of(table(open_server(), otherwise=LOGIN))
    assert verdict(seen) is Verdict.OPEN


async def test_an_open_server_whose_admin_is_all_there_is_is_open() -> None:
    answers = {
        "isMaster": greeting(),
        "buildInfo": BUILD,
        "listDatabases": databases("admin", "config", "local"),
        "admin listCollections": cursor("admin.$cmd.listCollections", {"name": "system.version", "type": "collection"}),
        "admin count system.version": {"n": 1, "ok": 1.0},
    }
    seen = await seen_of(answers)
    assert (verdict(seen), seen.access) == (Verdict.OPEN, Access.RECORDS)
    assert [(dataset.name, dataset.system) for dataset in seen.datasets] == [("admin.system.version", True)]


@pytest.mark.fact("MDB-30")
@pytest.mark.parametrize("command", ["getLog", "hostInfo"])
async def test_an_empty_open_server_is_known_by_what_it_tells_of_itself(command: str) -> None:
    told: dict[str, Any] = {"getLog": {"log": [], "ok": 1.0}, "hostInfo": {"system": {}, "ok": 1.0}}
    answers = {"isMaster": greeting(), "buildInfo": BUILD, "listDatabases": databases(), command: told[command]}
    seen = await seen_of(answers)
    assert (verdict(seen), seen.facts) == (Verdict.OPEN, frozenset({Fact.SECURITY_OFF}))
    assert "without a login" in seen.evidence[-1].why


async def test_a_recovering_open_member_is_open() -> None:
    recovering = {"ok": 0.0, "errmsg": "node is recovering", "code": 13436}
    answers = {"isMaster": greeting(9, ismaster=False, setName="rs0"), "getLog": {"log": [], "ok": 1.0}}
    seen = await seen_of(table({**answers, "buildInfo": BUILD}, otherwise=recovering))
    assert (verdict(seen), seen.access) == (Verdict.OPEN, Access.RECORDS)


async def test_a_recovering_member_of_which_nothing_else_is_known_is_no_lock() -> None:
    recovering = {"ok": 0.0, "errmsg": "node is recovering", "code": 13436}
    seen = await seen_of(table({"isMaster": greeting(9), "buildInfo": BUILD}, otherwise=recovering))
    assert verdict(seen) is Verdict.INCONCLUSIVE
    assert {Fact.UNSURE, Fact.DEGRADED} <= seen.facts


@pytest.mark.fact("MDB-39", "MDB-50", "VERDICT-16")
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
    seen = await seen_of(table(answers, otherwise=LOGIN if secured else unreadable))
    assert verdict(seen) is Verdict.NOT_INITIALISED
    assert seen.evidence


@pytest.mark.fact("MDB-49", "VERDICT-18")
async def test_a_secured_arbiter_is_an_arbiter() -> None:
    hello = greeting(9, ismaster=False, arbiterOnly=True, setName="rs0")
    seen = await seen_of(table({"isMaster": hello, "buildInfo": BUILD}, otherwise=LOGIN))
    assert verdict(seen) is Verdict.NO_DATA_NODE


async def test_an_identity_that_a_proxy_lends_us_is_named() -> None:
    refusal = {"ok": 0.0, "code": 13, "errmsg": "not authorized on admin to execute command { listDatabases: 1 }"}
    who = {"authInfo": {"authenticatedUsers": [{"user": "proxy", "db": "admin"}]}, "ok": 1.0}
    answers = {"isMaster": greeting(), "buildInfo": BUILD, "connectionStatus": who}
    seen = await seen_of(table(answers, otherwise=refusal), from_loopback=False)
    assert (verdict(seen), seen.identity) == (Verdict.ANONYMOUS_ROLE, "proxy@admin")


@pytest.mark.fact("MDB-05", "MDB-12", "MDB-35", "MDB-36", "MDB-37")
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
    seen = await seen_of(table({"isMaster": greeting(wire)}, otherwise=refusal))
    assert verdict(seen) is Verdict.INCONCLUSIVE
    assert Fact.PRODUCT_ASKED_LOGIN not in seen.facts


@pytest.mark.fact("MDB-91")
async def test_another_dialect_is_another_service() -> None:
    seen = await seen_of(table({"isMaster": greeting(7)}, otherwise=NO_SUCH_COMMAND))
    assert verdict(seen) is Verdict.OTHER_SERVICE


async def test_a_server_that_vanishes_after_its_greeting_is_no_lock() -> None:
    seen = await seen_of(table({"isMaster": greeting(9)}, otherwise=None))
    assert (verdict(seen), seen.reach) == (Verdict.INCONCLUSIVE, Reach.ANSWERED)
    assert seen.evidence


async def test_names_without_records_are_names() -> None:
    answers = {
        "isMaster": greeting(),
        "buildInfo": BUILD,
        "listDatabases": databases("shop"),
        "listCollections": cursor("shop.$cmd.listCollections", {"name": "people"}),
    }
    seen = await seen_of(table(answers, otherwise=LOGIN))
    assert (verdict(seen), seen.access) == (Verdict.METADATA_ONLY, Access.NAMES)
    assert [(dataset.name, dataset.readable) for dataset in seen.datasets] == [("shop.people", False)]


@pytest.mark.fact("VERDICT-04")
async def test_some_collections_refused_is_partly_open_and_says_which() -> None:
    rows = [{"name": "people", "type": "collection"}, {"name": "secrets", "type": "collection"}]
    answers = open_server(
        more={
            "shop listCollections": cursor("shop.$cmd.listCollections", *rows),
            "shop collStats secrets": LOGIN,
            "shop aggregate secrets": LOGIN,
            "shop count secrets": LOGIN,
        }
    )
    seen = await seen_of(answers)
    assert verdict(seen) is Verdict.PARTLY_OPEN
    assert seen.partial == (
        "answered without a login: shop.people",
        "refused for want of a login: shop.secrets",
    )


@pytest.mark.fact("MDB-51")
async def test_a_mongos_without_local_is_open() -> None:
    seen = await seen_of(open_server(9, {"isMaster": greeting(9, msg="isdbgrid"), "listDatabases": databases("shop")}))
    assert verdict(seen) is Verdict.OPEN
    assert seen.service is not None
    assert ("role", "mongos") in seen.service.details
