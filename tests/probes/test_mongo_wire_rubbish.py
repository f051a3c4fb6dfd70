"""The wire client against what is no MongoDB, or breaks its protocol: a reply or a WireError, within bounds."""

import struct

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.model.observation import Reach
from auditor.model.target import Tls
from auditor.probes.interface import WireError
from auditor.probes.mongo_exchange import ForeignError, TooLongError
from tests.probes.loopback import Caller, serving
from tests.probes.mongo_server import lines, mongo


def _reply(asked_id: int, body: bytes, *, opcode: int = 2013, length: int | None = None) -> bytes:
    return struct.pack("<iiii", 16 + len(body) if length is None else length, 5, asked_id, opcode) + body


async def _first_frame(caller: Caller) -> bytes:
    head = await caller.reader.readexactly(16)
    return head + await caller.reader.readexactly(struct.unpack_from("<i", head)[0] - 16)


@pytest.mark.fact("MDB-87")
async def test_a_server_that_closes_on_everything_is_no_lock() -> None:
    async with mongo(lambda _: None) as server, lines(server, exchange_seconds=0.5) as found:
        with pytest.raises(WireError) as error:
            await found.mongo().handshake()
    assert error.value.reach is Reach.BROKE_OFF
    assert server.names == ["isMaster", "hello"]


@pytest.mark.fact("MDB-90")
async def test_a_dead_backend_is_no_lock() -> None:
    async def hang_up(caller: Caller) -> None:
        caller.reset()

    async with serving(hang_up) as server, lines(server) as found:
        with pytest.raises(WireError) as error:
            await found.mongo().handshake()
    assert error.value.reach is Reach.BROKE_OFF


@pytest.mark.fact("PEER-08")
async def test_silence_is_no_time_out_of_the_connect_and_asks_for_no_tls() -> None:
    async def wait(caller: Caller) -> None:
        await caller.reader.read()

    async with serving(wait) as server, lines(server, exchange_seconds=0.2) as found:
        with pytest.raises(WireError) as error:
            await found.mongo().handshake()
        assert error.value.reach is Reach.BROKE_OFF
        assert server.accepted == 1


@pytest.mark.parametrize(
    ("greeting_bytes", "protocol"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"),
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "SSH"),
        (b"-ERR unknown command\r\n", "Redis or POP3"),
        (b"-ERR x", "Redis or POP3"),
        (b"220 mail.example.org ESMTP\r\n", "SMTP or FTP"),
        (b"hello, who is there?\r\n", "a protocol of plain text"),
    ],
)
async def test_another_protocol_is_named(greeting_bytes: bytes, protocol: str) -> None:
    async def talk(caller: Caller) -> None:
        await caller.send(greeting_bytes)
        caller.writer.write_eof()
        await caller.reader.read()

    async with serving(talk) as server, lines(server) as found:
        with pytest.raises(ForeignError) as error:
            await found.mongo().handshake()
    assert (error.value.reach, error.value.protocol) == (Reach.NOT_THE_PRODUCT, protocol)


@pytest.mark.fact("MDB-84")
async def test_an_echo_service_is_known() -> None:
    async def talk(caller: Caller) -> None:
        while data := await caller.reader.read(1024):
            await caller.send(data)

    async with serving(talk) as server, lines(server) as found:
        with pytest.raises(ForeignError, match="echo"):
            await found.mongo().handshake()


def _op_reply(document: bytes, *, count: int = 1) -> bytes:
    return struct.pack("<iqii", 8, 0, 0, count) + document


def _deep(levels: int) -> bytes:
    opening = b"".join(struct.pack("<i", 5 + 8 * (levels - level)) + b"\x03a\0" for level in range(levels))
    return opening + struct.pack("<i", 5) + b"\0" + b"\0" * levels


RUBBISH: dict[str, bytes] = {
    "binary": bytes(range(1, 40)),
    "another request's reply": _reply(12345, _op_reply(bson.encode({"ok": 1})), opcode=1),
    "OP_MSG to an OP_QUERY": _reply(1, b"\0\0\0\0\0" + bson.encode({"ok": 1})),
    "OP_COMPRESSED": _reply(1, b"\0" * 30, opcode=2012),
    "negative length": _reply(1, b"", opcode=1, length=-5),
    "length zero": _reply(1, b"", opcode=1, length=0),
    "two gigabytes": _reply(1, b"", opcode=1, length=2**31 - 1),
    "no document": _reply(1, _op_reply(b"", count=0), opcode=1),
    "two documents": _reply(1, _op_reply(bson.encode({"ok": 1}) * 2, count=2), opcode=1),
    "no BSON": _reply(1, _op_reply(struct.pack("<i", 20) + b"\xee" * 16), opcode=1),
    "a string that runs past its document": _reply(
        1, _op_reply(struct.pack("<i", 17) + b"\x02a\0" + struct.pack("<i", 99) + b"abcd\0\0"), opcode=1
    ),
    "20,000 levels": _reply(1, _op_reply(_deep(20_000)), opcode=1),
    "cut in the middle": _reply(1, _op_reply(bson.encode({"ok": 1}))[:-3], opcode=1, length=16 + 20 + 17),
}


@pytest.mark.fact("MDB-83")
@pytest.mark.parametrize("name", RUBBISH)
async def test_rubbish_breaks_off_and_is_no_recursion_and_no_allocation(name: str) -> None:
    async def talk(caller: Caller) -> None:
        await _first_frame(caller)
        await caller.send(RUBBISH[name])
        caller.writer.write_eof()
        await caller.reader.read()

    async with serving(talk) as server, lines(server) as found:
        with pytest.raises(WireError) as error:
            await found.mongo().handshake()
        assert error.value.reach is Reach.BROKE_OFF
        assert found.spending.received < 1 << 20


@pytest.mark.fact("MDB-85")
@pytest.mark.parametrize("length", [(1 << 20) + 1, 48_000_000])
async def test_a_reply_beyond_its_cap_is_not_read(length: int) -> None:
    async def talk(caller: Caller) -> None:
        await _first_frame(caller)
        await caller.send(_reply(1, b"", opcode=1, length=length))
        await caller.reader.read()

    async with serving(talk) as server, lines(server) as found:
        with pytest.raises(TooLongError) as error:
            await found.mongo().handshake()
        assert (error.value.reach, found.spending.received) == (Reach.TOO_MUCH, 16)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=st.binary(min_size=1, max_size=300), framed=st.booleans())
async def test_any_bytes_are_a_reply_or_a_wire_error(answer: bytes, framed: bool) -> None:
    async def talk(caller: Caller) -> None:
        await _first_frame(caller)
        await caller.send(_reply(1, _op_reply(answer), opcode=1) if framed else answer)
        caller.writer.write_eof()
        await caller.reader.read()

    async with serving(talk) as server, lines(server, tls=Tls.NEVER) as found:
        reach = Reach.ANSWERED
        try:
            await found.mongo().handshake()
        except WireError as error:
            reach = error.reach
        assert reach in (Reach.ANSWERED, Reach.BROKE_OFF, Reach.NOT_THE_PRODUCT, Reach.TOO_MUCH)
