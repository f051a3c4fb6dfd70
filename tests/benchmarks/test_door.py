"""The door that puts servers on addresses of their own: every byte, every end, and a server's manners."""

import asyncio
import socket

import pytest

from auditor.testing import loopback
from auditor.testing.loopback import ByteServer, saying
from benchmarks.verdicts.door import Door, Http, as_old, is_rubbish
from benchmarks.verdicts.serving import load, replaying
from tests.real.process import free_port

HOST = "127.20.9.1"
pytestmark = pytest.mark.usefixtures("whole_loopback")


async def talk(port: int, *said: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        for each in said:
            writer.write(each)
            await writer.drain()
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


async def test_every_byte_is_handed_on_and_the_end_too() -> None:
    port = free_port(HOST)
    async with ByteServer(saying(b"x" * 300_000)) as server, Door(HOST, port, to=server.port):
        assert await talk(port, b"hello") == b"x" * 300_000


async def test_what_the_server_resets_is_reset() -> None:
    port = free_port(HOST)
    async with ByteServer(loopback.resetting) as server, Door(HOST, port, to=server.port):
        with pytest.raises(ConnectionResetError):
            await talk(port, b"hello")


async def test_where_nobody_listens_behind_it_the_connection_is_reset() -> None:
    port = free_port(HOST)
    async with Door(HOST, port, to=free_port()):
        with pytest.raises(ConnectionResetError):
            await talk(port, b"hello")


async def test_a_replayed_elasticsearch_answers_http_1_0_in_http_1_0() -> None:
    port = free_port(HOST)
    async with replaying(load("es-6.8.23-open"), speaks=Http.NETTY)(HOST, port):
        answer = await talk(port, b"GET / HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.0 200 OK\r\ncontent-type: application/json")
    assert b'"number" : "6.8.23"' in answer


async def test_a_replayed_kibana_keeps_to_1_1_and_names_its_status() -> None:
    port = free_port(HOST)
    async with replaying(load("kibana-6.2.3-oss.open"))(HOST, port):
        answer = await talk(port, b"GET / HTTP/1.0\r\n", b"\r\n")
        assert answer.startswith(b"HTTP/1.1 200 OK\r\nkbn-name: kibana")
        assert (await talk(port, b"\x16\x03\x01\x02\x00")).startswith(b"HTTP/1.1 400 Bad Request")


async def test_it_can_be_opened_again_at_once() -> None:
    port = free_port(HOST)
    for _ in range(2):
        async with ByteServer(saying(b"hello")) as server, Door(HOST, port, to=server.port):
            assert await talk(port, b"x") == b"hello"
    with socket.socket() as probe:
        assert probe.connect_ex((HOST, port)) != 0


def test_chunks_are_put_together_for_a_client_that_does_not_know_them() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nx: y\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert as_old(chunked, status_line=True) == b"HTTP/1.0 200 OK\r\nx: y\r\ncontent-length: 5\r\n\r\nabcde"
    assert as_old(b"no head", status_line=True) == b"no head"


@pytest.mark.parametrize(
    ("said", "netty", "node"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", False, False),
        (b"\r\n\r\n", False, False),
        (b"HELP\r\n", True, True),
        (b"\x16\x03\x01\x02\x00", False, True),
        (b"GET / HT", False, False),
    ],
)
def test_what_is_no_request_ends_the_talk_as_with_the_real_server(said: bytes, netty: bool, node: bool) -> None:
    assert (is_rubbish(said, Http.NETTY), is_rubbish(said, Http.NODE)) == (netty, node)
