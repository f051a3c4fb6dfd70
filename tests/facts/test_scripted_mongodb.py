"""States of MongoDB servers that no recording holds, each as a server on a socket that answers as it was seen to."""

import asyncio
import ssl
from collections.abc import Mapping

import bson
import pytest

from auditor.model.observation import Access, Fact, Reach
from auditor.model.outcome import Verdict
from auditor.model.target import Tls
from auditor.probes.interface import WireError
from auditor.testing.loopback import ByteServer, silent
from auditor.testing.replay import HttpReplay, MongoReplay
from tests.facts import recorded
from tests.probes.loopback import Certificate, Server, make_certificate
from tests.probes.mongo_server import (
    BUILD,
    LOGIN,
    Asked,
    Behaviour,
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
from tests.real.proxy import RecordingProxy

OPEN_MONGOD = recorded.mongo("mongod-4.0.19-noauth")
NATIVE_NEW = b"It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"
NATIVE_OLD = b"You are trying to access MongoDB on the native driver port.\n"

GIVEN_LOG = {"log": [], "ok": 1.0}
NO_ROLE = {"ok": 0.0, "code": 13, "errmsg": "not authorized on admin to execute command { getLog: 1 }"}
OLD_LOGIN = {"ok": 0.0, "errmsg": "unauthorized"}
NOT_READABLE = {"ok": 0.0, "code": 13436, "errmsg": "not primary or secondary; cannot currently read from this member"}
NOT_MASTER = {"ok": 0.0, "code": 13435, "errmsg": "not master and slaveOk=false"}


def answering(wire: int, listed: Reaction, settings: Reaction, **more: object) -> Behaviour:
    """A server with this greeting, this answer to listDatabases, and that to getLog and hostInfo."""
    hello = greeting(wire, **more) if wire else {"ismaster": True, "ok": 1.0, **more}
    nobody = {"authInfo": {"authenticatedUsers": []}, "ok": 1.0}
    answers = {"isMaster": hello, "buildInfo": BUILD, "connectionStatus": nobody, "listDatabases": listed}
    return table({**answers, "getLog": settings, "hostInfo": settings, "find": [{"name": "local.startup_log"}]})


@pytest.mark.fact("MDB-23", "MDB-24", "MDB-25", "MDB-26", "MDB-27", "MDB-28", "MDB-49", "VERDICT-18")
@pytest.mark.parametrize(
    ("wire", "listed", "settings"),
    [
        pytest.param(0, databases("local"), GIVEN_LOG, id="open 2.4"),
        pytest.param(2, databases("local"), GIVEN_LOG, id="open 2.6"),
        pytest.param(5, databases("local"), GIVEN_LOG, id="open 3.4"),
        pytest.param(7, databases("local"), GIVEN_LOG, id="open 4.0"),
        pytest.param(9, NOT_READABLE, GIVEN_LOG, id="open 4.4"),
        pytest.param(0, databases("local"), GIVEN_LOG, id="secured 2.4, which asks nobody on its own machine"),
        pytest.param(2, databases("local"), GIVEN_LOG, id="secured 2.6, likewise"),
        pytest.param(5, NO_ROLE, NO_ROLE, id="secured 3.4"),
        pytest.param(7, databases(), NO_ROLE, id="secured 4.0"),
        pytest.param(9, NOT_MASTER, LOGIN, id="secured 4.4"),
        pytest.param(9, NOT_READABLE, NO_ROLE, id="secured 4.4, by the other code"),
    ],
)
async def test_an_arbiter_holds_no_data_however_it_answers(wire: int, listed: Reaction, settings: Reaction) -> None:
    seen = await seen_of(answering(wire, listed, settings, ismaster=False, arbiterOnly=True, setName="rs0"))
    assert (verdict(seen), Fact.NO_DATA_NODE in seen.facts) == (Verdict.NO_DATA_NODE, True)
    assert seen.access is not Access.RECORDS


@pytest.mark.fact("MDB-20", "MDB-33")
@pytest.mark.parametrize("wire", [0, 2])
async def test_up_to_2_6_its_own_machine_is_given_everything_and_told_so(wire: int) -> None:
    answers: dict[str, Reaction] = {**open_server(wire), "find": [{"name": "shop.people"}]}
    if not wire:
        answers["isMaster"] = {"ismaster": True, "ok": 1.0}
    near = await seen_of(answers, from_loopback=True)
    far = await seen_of(answers, from_loopback=False)
    assert (verdict(near), verdict(far)) == (Verdict.OPEN, Verdict.OPEN)
    assert ("its own machine" in near.detail, "its own machine" in far.detail) == (True, False)


@pytest.mark.fact("MDB-21")
async def test_3_4_without_a_user_looks_secured_and_the_doubt_is_told() -> None:
    seen = await seen_of(answering(5, NO_ROLE, NO_ROLE), from_loopback=True)
    assert verdict(seen) is Verdict.AUTH_REQUIRED
    assert "whether a first user is still missing cannot be told" in seen.detail


@pytest.mark.fact("MDB-22", "MDB-34", "VERDICT-14")
@pytest.mark.parametrize("wire", [7, 9])
@pytest.mark.parametrize("member", [{}, {"setName": "shard-1", "hosts": ["192.0.2.1:27018"]}])
async def test_from_4_0_on_a_missing_user_shows_and_so_it_does_on_a_shard(
    wire: int, member: Mapping[str, object]
) -> None:
    seen = await seen_of(answering(wire, databases(), NO_ROLE, **member), from_loopback=True)
    assert verdict(seen) is Verdict.LOCALHOST_EXCEPTION


@pytest.mark.fact("MDB-32")
@pytest.mark.parametrize("wire", [0, 2, 5, 7, 9])
async def test_from_afar_a_missing_user_never_shows(wire: int) -> None:
    refusal: Reaction = OLD_LOGIN if not wire else NO_ROLE if wire < 7 else LOGIN
    seen = await seen_of(answering(wire, refusal, refusal), from_loopback=False)
    assert (verdict(seen), Fact.LOCALHOST_EXCEPTION in seen.facts) == (Verdict.AUTH_REQUIRED, False)
    assert "missing" not in seen.detail


@pytest.mark.fact("MDB-40")
@pytest.mark.parametrize("state", [{"secondary": True}, {"ismaster": False}])
async def test_a_secured_member_is_a_login_and_no_doubt(state: Mapping[str, object]) -> None:
    seen = await seen_of(answering(9, LOGIN, LOGIN, setName="rs0", **state))
    assert verdict(seen) is Verdict.AUTH_REQUIRED


@pytest.mark.fact("MDB-31")
async def test_what_an_arbiter_tells_its_own_machine_is_not_asked() -> None:
    async with mongo(answering(9, NOT_READABLE, LOGIN, arbiterOnly=True)) as server:
        await observe(server)
    assert "getLog" in server.names
    assert {"serverStatus", "getParameter"}.isdisjoint(server.names)


@pytest.mark.fact("MDB-46")
async def test_a_collection_that_has_gone_is_empty_and_no_refusal() -> None:
    gone = {"ns": "shop.people", "count": 0, "size": 0, "ok": 1.0}
    answers = open_server(9, {"shop collStats people": gone, "shop count people": {"n": 0, "ok": 1.0}})
    seen = await seen_of(answers)
    assert verdict(seen) is Verdict.OPEN
    assert [(data.name, data.records) for data in seen.datasets] == [("shop.people", 0)]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("mongo"), subject="/CN=mongo.example.org")


@pytest.mark.fact("MDB-57", "MDB-58")
@pytest.mark.parametrize(("tls", "spoken"), [(Tls.AUTO, False), (Tls.NEVER, False), (Tls.REQUIRED, True)])
async def test_a_port_that_speaks_both_is_read_in_either(certificate: Certificate, tls: Tls, spoken: bool) -> None:
    async with (
        MongoReplay(OPEN_MONGOD) as plain,
        MongoReplay(OPEN_MONGOD, tls=certificate.context()) as secure,
        RecordingProxy(plain.port, tls_to=secure.port) as both,
    ):
        seen = await observe(Server(both.port), tls=tls)
    assert (verdict(seen), seen.tls is not None) == (Verdict.OPEN, spoken)


async def greeting_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What a mongod that requires TLS makes of plain bytes: a text to HTTP, an end to anything else."""
    if await reader.read(4) == b"GET ":
        await reader.readuntil(b"\r\n\r\n")
        writer.write(in_http_1_0(NATIVE_NEW))


def in_http_1_0(text: bytes) -> bytes:
    return b"HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text)


@pytest.mark.fact("MDB-57", "MDB-59", "MDB-60")
async def test_a_port_that_requires_tls_drops_plain_bson_and_still_greets_plain_http(certificate: Certificate) -> None:
    async with (
        ByteServer(greeting_http) as plain,
        MongoReplay(OPEN_MONGOD, tls=certificate.context()) as secure,
        RecordingProxy(plain.port, tls_to=secure.port) as port,
    ):
        over_tls = await observe(Server(port.port), tls=Tls.AUTO)
        plainly = await observe(Server(port.port), tls=Tls.NEVER)
    assert (verdict(over_tls), over_tls.tls is not None) == (Verdict.OPEN, True)
    assert verdict(plainly) is Verdict.INCONCLUSIVE
    assert plainly.service is not None
    assert plainly.service.name == "MongoDB"


@pytest.mark.fact("MDB-63", "VERDICT-17")
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_an_end_after_a_wish_for_a_certificate_is_the_wish(
    certificate: Certificate, newest: ssl.TLSVersion
) -> None:
    wishing = certificate.context(newest=newest, clients=ssl.CERT_OPTIONAL)  # the handshake succeeds without any
    async with (
        ByteServer(greeting_http) as plain,
        mongo(lambda _: None, tls=wishing) as secure,
        RecordingProxy(plain.port, tls_to=secure.server.port) as port,
    ):
        with pytest.raises(WireError) as ended:
            await observe(Server(port.port))
    assert ended.value.reach is Reach.CLIENT_CERTIFICATE_REQUIRED


@pytest.mark.fact("MDB-62")
async def test_silence_to_a_tls_hello_is_no_tls_and_no_lock() -> None:
    async with ByteServer(silent) as plain:
        with pytest.raises(WireError) as ended:
            await observe(Server(plain.port), tls=Tls.REQUIRED, exchange_seconds=0.3)
    assert ended.value.reach is Reach.TLS_FAILED


@pytest.mark.fact("MDB-65", "MDB-66")
@pytest.mark.parametrize("text", [NATIVE_NEW, NATIVE_OLD])
async def test_the_text_for_http_is_a_hint_at_the_product_and_opens_nothing(text: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(4) == b"GET ":
            await reader.readuntil(b"\r\n\r\n")
            writer.write(in_http_1_0(text))

    async with ByteServer(talk) as server:
        seen = await observe(Server(server.port))
    assert verdict(seen) is Verdict.INCONCLUSIVE
    assert seen.service is not None
    assert seen.service.name == "MongoDB"


@pytest.mark.fact("MDB-67", "MDB-76")
async def test_the_two_ports_of_one_server_are_judged_apart() -> None:
    native = recorded.mongo("mongod-2.4.13-pre-auth-nouser-remote")
    console = recorded.http("mongod-console-2.4-auth-nouser-rest-remote")
    async with MongoReplay(native) as shut, HttpReplay(console) as wide_open:
        refused = await observe(Server(shut.port), from_loopback=False)
        given = await observe(Server(wide_open.port), from_loopback=False, exchange_seconds=0.5)
    assert (verdict(refused), verdict(given)) == (Verdict.AUTH_REQUIRED, Verdict.OPEN)


@pytest.mark.fact("PEER-04")
@pytest.mark.parametrize("wire", [0, 5, 7, 9, 21])
async def test_open_and_secured_never_read_the_same(wire: int) -> None:
    refusal = OLD_LOGIN if not wire else LOGIN
    opened = await seen_of({**open_server(wire), "find": [{"name": "shop.people"}]})
    secured = await seen_of(table({"isMaster": greeting(wire), "buildInfo": BUILD}, otherwise=refusal))
    assert (verdict(opened), verdict(secured)) == (Verdict.OPEN, Verdict.AUTH_REQUIRED)
    assert opened.detail != secured.detail


@pytest.mark.fact("PEER-06")
@pytest.mark.parametrize("refusal", [LOGIN, OLD_LOGIN, NO_ROLE, NOT_MASTER])
async def test_a_refused_list_is_never_an_empty_server(refusal: Reaction) -> None:
    seen = await seen_of(answering(9, refusal, refusal), from_loopback=False)
    assert not verdict(seen).exposed
    assert seen.access is Access.BANNER


@pytest.mark.fact("PEER-07", "MDB-85")
@pytest.mark.parametrize("many", [85, 300, 2_000])
async def test_any_number_of_databases_is_a_list_that_can_be_read(many: int) -> None:
    names = [f"database-{number:04}" for number in range(many)]
    listed = databases(*names)
    assert len(bson.encode(listed)) > 5_000

    def behave(asked: Asked) -> Reaction:
        people = cursor(f"{asked.database}.$cmd.listCollections", {"name": "people", "type": "collection"})
        answers = {"isMaster": greeting(9), "listDatabases": listed, "listCollections": people}
        return table({**answers, "count": {"n": 3, "ok": 1.0}})(asked)

    seen = await seen_of(behave)
    assert verdict(seen) is Verdict.OPEN
    assert f"{many} of them" in seen.evidence[0].why
    assert "database-0000.people" in {data.name for data in seen.datasets}


@pytest.mark.fact("PEER-10")
async def test_an_empty_admin_hides_nothing() -> None:
    seen = await seen_of(open_server(9))  # it lists admin, and admin has no collection
    assert verdict(seen) is Verdict.OPEN
    assert [data.name for data in seen.datasets] == ["shop.people"]
