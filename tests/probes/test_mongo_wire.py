"""The wire client against servers that behave, misbehave and are something else, over real sockets."""

import asyncio
import ssl
import struct
from typing import Any

import bson
import pytest
from bson.int64 import Int64

from auditor.model.observation import Reach
from auditor.model.target import Tls
from auditor.probes.interface import WireError, WriteRefusedError
from auditor.probes.mongo_exchange import ClosedError
from auditor.testing import mongo_frames
from tests.probes.loopback import Caller, Certificate, make_certificate, serving
from tests.probes.mongo_server import NO_SUCH_COMMAND, Asked, Reaction, cursor, greeting, lines, mongo, table


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("mongo"), subject="/CN=mongo.example.org")


async def _answer(caller: Caller, document: dict[str, Any]) -> bytes:
    """Answers one request in its own opcode and returns its bytes."""
    head = await caller.reader.readexactly(16)
    frame = head + await caller.reader.readexactly(struct.unpack_from("<i", head)[0] - 16)
    request = mongo_frames.read(head, frame[16:])
    await caller.send(mongo_frames.reply(request, [document]))
    return frame


@pytest.mark.fact("MDB-02", "MDB-03", "MDB-06", "MDB-08", "MDB-53", "PEER-13")
@pytest.mark.parametrize("wire", [0, 2, 3, 5])
async def test_up_to_3_4_every_question_is_an_op_query_that_a_secondary_may_answer(wire: int) -> None:
    hello = greeting(wire) if wire else {"ismaster": True, "ok": 1.0}
    async with (
        mongo(table({"isMaster": hello, "buildInfo": {"version": "3.4", "ok": 1.0}})) as server,
        lines(server) as found,
    ):
        await found.mongo().handshake()
        reply = await found.mongo().command("admin", {"buildInfo": 1}, template="buildInfo")
    assert found.mongo().wire_version == wire
    assert (reply.opcode, reply.document) == ("OP_QUERY", {"version": "3.4", "ok": 1.0})
    assert [(asked.opcode, asked.database, asked.slave_ok, asked.limit) for asked in server.asked] == [
        ("OP_QUERY", "admin", True, -1)
    ] * 2
    assert [asked.command for asked in server.asked] == [{"isMaster": 1}, {"buildInfo": 1}]


@pytest.mark.fact("MDB-02", "MDB-03", "MDB-08", "MDB-09", "MDB-12", "MDB-53", "PEER-13")
@pytest.mark.parametrize("wire", [6, 7, 8, 9, 13, 17, 21, 25])
async def test_from_3_6_on_every_question_after_the_first_is_an_op_msg(wire: int) -> None:
    async with (
        mongo(table({"isMaster": greeting(wire), "count": {"n": 3, "ok": 1.0}})) as server,
        lines(server) as found,
    ):
        await found.mongo().handshake()
        reply = await found.mongo().command("shop", {"count": "people"}, template="count")
    assert found.mongo().wire_version == wire
    assert (reply.opcode, reply.ok) == ("OP_MSG", True)
    assert [asked.opcode for asked in server.asked] == ["OP_QUERY", "OP_MSG"]
    assert (server.asked[1].database, server.asked[1].command) == (
        "shop",
        {"count": "people", "$readPreference": {"mode": "secondaryPreferred"}},
    )


async def test_compression_is_never_offered() -> None:
    async with mongo(table({"isMaster": greeting()})) as server, lines(server) as found:
        await found.mongo().handshake()
    assert server.asked[0].command == {"isMaster": 1}


@pytest.mark.fact("MDB-06")
@pytest.mark.parametrize("version", [None, "25", True, -1, 10**6, 2**40, 7.5, [7]])
async def test_a_wire_version_that_is_none_counts_as_the_oldest(version: Any) -> None:
    async with (
        mongo(table({"isMaster": {"ismaster": True, "maxWireVersion": version, "ok": 1.0}})) as server,
        lines(server) as found,
    ):
        await found.mongo().handshake()
    assert found.mongo().wire_version == 0


@pytest.mark.fact("MDB-87")
async def test_a_close_after_op_query_leads_to_hello_in_op_msg() -> None:
    def behave(asked: Asked) -> Reaction:
        return None if asked.opcode == "OP_QUERY" else {"isWritablePrimary": True, "maxWireVersion": 21, "ok": 1.0}

    async with mongo(behave) as server, lines(server, exchange_seconds=0.5) as found:
        reply = await found.mongo().handshake()
    assert (reply.opcode, found.mongo().wire_version) == ("OP_MSG", 21)
    assert server.names == ["isMaster", "hello"]


@pytest.mark.fact("MDB-10")
async def test_hello_unknown_leads_to_isMaster_in_op_msg() -> None:  # noqa: N802 - the command's own spelling
    def behave(asked: Asked) -> Reaction:
        if asked.opcode == "OP_QUERY":
            return None
        return greeting(7) if asked.name == "isMaster" else NO_SUCH_COMMAND

    async with mongo(behave) as server, lines(server, exchange_seconds=0.5) as found:
        await found.mongo().handshake()
    assert (server.names, found.mongo().wire_version) == (["isMaster", "hello", "isMaster"], 7)


async def test_isMaster_refused_in_op_query_leads_to_op_msg() -> None:  # noqa: N802 - the command's own spelling
    def behave(asked: Asked) -> Reaction:
        if asked.opcode == "OP_QUERY":
            return {"ok": 0.0, "errmsg": "Unsupported OP_QUERY command: isMaster", "code": 352}
        return {"isWritablePrimary": True, "maxWireVersion": 25, "ok": 1.0}

    async with mongo(behave) as server, lines(server) as found:
        assert (await found.mongo().handshake()).ok


@pytest.mark.fact("MDB-05")
async def test_352_is_our_mistake_and_mended_by_the_other_opcode() -> None:
    def behave(asked: Asked) -> Reaction:
        if asked.name == "isMaster":
            return greeting(5)
        return {"ok": 0.0, "code": 352} if asked.opcode == "OP_QUERY" else {"databases": [], "ok": 1.0}

    async with mongo(behave) as server, lines(server) as found:
        await found.mongo().handshake()
        reply = await found.mongo().command("admin", {"listDatabases": 1}, template="listDatabases")
    assert reply.ok


@pytest.mark.fact("MDB-86")
async def test_the_id_of_a_cursor_is_sent_as_an_int64() -> None:
    frames: list[bytes] = []

    async def talk(caller: Caller) -> None:
        frames.extend([await _answer(caller, greeting(9)) for _ in range(2)])

    async with serving(talk) as server, lines(server) as found:
        await found.mongo().handshake()
        await found.mongo().command("shop", {"getMore": 5, "collection": "$cmd.listCollections"}, template="getMore")
    assert bson.encode({"getMore": Int64(5)})[4:-1] in frames[1]


@pytest.mark.fact("MDB-57", "MDB-59")
async def test_tls_is_tried_where_plain_breaks_off(certificate: Certificate) -> None:
    async with mongo(table({"isMaster": greeting(9)}), tls=certificate.context()) as server, lines(server) as found:
        assert (await found.mongo().handshake()).ok
        assert found.mongo().tls is not None


async def test_tls_then_hello_where_op_query_is_dropped(certificate: Certificate) -> None:
    def behave(asked: Asked) -> Reaction:
        return None if asked.opcode == "OP_QUERY" else greeting(9)

    async with mongo(behave, tls=certificate.context()) as server, lines(server) as found:
        assert (await found.mongo().handshake()).opcode == "OP_MSG"
        assert found.mongo().tls is not None


@pytest.mark.fact("MDB-61")
async def test_required_tls_never_speaks_plain(certificate: Certificate) -> None:
    async with mongo(table({"isMaster": greeting(9)}), tls=certificate.context()) as server:
        async with lines(server, tls=Tls.REQUIRED) as found:
            assert (await found.mongo().handshake()).ok
        assert server.server.accepted == 1
    async with (
        mongo(table({"isMaster": greeting(9)})) as server,
        lines(server, tls=Tls.REQUIRED, exchange_seconds=0.5) as found,
    ):
        with pytest.raises(WireError) as error:
            await found.mongo().handshake()
        assert error.value.reach is Reach.TLS_FAILED
        assert not server.asked


async def test_forbidden_tls_is_never_spoken(certificate: Certificate) -> None:
    async with (
        mongo(table({"isMaster": greeting(9)}), tls=certificate.context()) as server,
        lines(server, tls=Tls.NEVER) as found,
    ):
        with pytest.raises(ClosedError):
            await found.mongo().handshake()
        assert found.mongo().tls is None


@pytest.mark.fact("MDB-64", "VERDICT-17")
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_wanted_client_certificate_is_told(certificate: Certificate, newest: ssl.TLSVersion) -> None:
    context = certificate.context(newest=newest, clients=ssl.CERT_REQUIRED)
    async with mongo(table({"isMaster": greeting(9)}), tls=context) as server, lines(server) as found:
        with pytest.raises(WireError) as error:
            await found.mongo().handshake()
    assert error.value.reach is Reach.CLIENT_CERTIFICATE_REQUIRED


@pytest.mark.fact("MDB-63")
async def test_a_mongod_that_wants_a_certificate_ends_after_the_first_request(certificate: Certificate) -> None:
    context = certificate.context(clients=ssl.CERT_OPTIONAL)
    async with mongo(lambda _: None, tls=context) as server, lines(server) as found:
        with pytest.raises(WireError) as error:
            await found.mongo().handshake()
    assert error.value.reach is Reach.CLIENT_CERTIFICATE_REQUIRED


@pytest.mark.fact("MDB-85", "PEER-07")
async def test_eighty_five_databases_are_no_small_buffer() -> None:
    rows = [{"name": f"database-{number:04}", "sizeOnDisk": 8192.0, "empty": False} for number in range(500)]
    async with (
        mongo(table({"isMaster": greeting(9), "listDatabases": {"databases": rows, "ok": 1.0}})) as server,
        lines(server) as found,
    ):
        await found.mongo().handshake()
        reply = await found.mongo().command("admin", {"listDatabases": 1}, template="listDatabases")
    assert len(reply.document["databases"]) == 500


async def test_a_broken_exchange_is_followed_by_a_new_connection() -> None:
    def behave(asked: Asked) -> Reaction:
        return {"isMaster": greeting(9), "count": {"n": 1, "ok": 1.0}}.get(asked.name)

    async with mongo(behave) as server, lines(server) as found:
        await found.mongo().handshake()
        with pytest.raises(ClosedError):
            await found.mongo().command("admin", {"hostInfo": 1}, template="hostInfo")
        assert (await found.mongo().command("shop", {"count": "people"}, template="count")).ok
    assert server.names == ["isMaster", "hostInfo", "hostInfo", "count"]


async def test_a_line_that_the_server_closed_meanwhile_costs_no_answer() -> None:
    async def talk(caller: Caller) -> None:
        await _answer(caller, greeting(9))

    async with serving(talk) as server, lines(server) as found:
        assert (await found.mongo().handshake()).opcode == "OP_QUERY"
        for _ in range(3):
            assert (await found.mongo().command("admin", {"hostInfo": 1}, template="hostInfo")).ok


async def test_what_may_not_be_asked_sends_nothing() -> None:
    async with mongo(table({"isMaster": greeting(9)})) as server, lines(server) as found:
        await found.mongo().handshake()
        with pytest.raises(WriteRefusedError):
            await found.mongo().command("shop", {"insert": "people", "documents": [{"a": 1}]}, template="x")
        with pytest.raises(WriteRefusedError):
            await found.mongo().legacy_find("shop.people", template="x", limit=1)
    assert server.names == ["isMaster"]


async def test_a_legacy_find_asks_for_one_batch_and_returns_its_rows() -> None:
    rows: list[Any] = [{"name": "shop.people"}, {"name": "shop.people.$_id_"}]
    async with mongo(table({"isMaster": greeting(2), "find": rows})) as server, lines(server) as found:
        await found.mongo().handshake()
        names = await found.mongo().legacy_find("shop.system.namespaces", template="find", limit=50, fields={"name": 1})
    assert list(names) == rows
    assert (server.asked[1].limit, server.asked[1].slave_ok) == (-50, True)


async def test_every_exchange_is_recorded_the_failed_ones_too() -> None:
    def behave(asked: Asked) -> Reaction:
        answers: dict[str, Reaction] = {
            "isMaster": greeting(9),
            "listDatabases": {"ok": 0.0, "errmsg": "command listDatabases requires authentication", "code": 13},
        }
        return answers.get(asked.name)

    async with mongo(behave) as server, lines(server) as found:
        await found.mongo().handshake()
        await found.mongo().command("admin", {"listDatabases": 1}, template="listDatabases")
        with pytest.raises(WireError):
            await found.mongo().command("admin", {"hostInfo": 1}, template="hostInfo")
    first, second, *failed = found.transcript.exchanges
    assert (first.request, first.template, first.status) == ("isMaster admin (OP_QUERY)", "handshake", None)
    assert (second.request, second.status) == ("listDatabases admin (OP_MSG)", 13)
    assert first.sent > 16
    assert first.received > 16
    assert [(exchange.request, exchange.received) for exchange in failed] == [("hostInfo admin (OP_MSG)", 0)] * 2


async def test_a_cancelled_exchange_is_cancelled() -> None:
    asked = asyncio.Event()

    async def wait(caller: Caller) -> None:
        await caller.reader.readexactly(16)
        asked.set()
        await caller.reader.read()

    async with serving(wait) as server, lines(server) as found:
        task = asyncio.create_task(found.mongo().handshake())
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.fact("MDB-56")
async def test_members_that_a_greeting_names_are_never_connected_to() -> None:
    hosts = {"hosts": ["192.0.2.1:27017"], "primary": "192.0.2.1:27017", "me": "192.0.2.2:27017", "setName": "rs0"}
    async with (
        mongo(table({"isMaster": greeting(9, **hosts), "count": cursor("a.b")})) as server,
        lines(server) as found,
    ):
        await found.mongo().handshake()
        await found.mongo().command("shop", {"count": "people"}, template="count")
    assert server.server.accepted == 1
