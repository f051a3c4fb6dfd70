import asyncio
import socket
import ssl
import struct
from pathlib import Path
from typing import Any

import bson
import pymongo
import pytest
from elastic_transport import HttpHeaders, NodeConfig, Urllib3HttpNode

from auditor.testing.recording import HttpExchange, HttpRecording, RecordedRequest, load_http, load_mongo
from auditor.testing.replay import HttpReplay, MongoReplay
from tests.testing.places import REPLIES

ES = load_http(REPLIES / "es-8.5.0-open.json")
MONGO_44 = load_mongo(REPLIES / "mongod-4.4.0-noauth.json")


async def talk(port: int, sent: bytes, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> bytes:
    """What a server sends until it ends the connection; we end our side after `sent`."""
    reader, writer = await asyncio.open_connection(host, port, ssl=tls)
    writer.write(sent)
    if writer.can_write_eof():
        writer.write_eof()
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def op_query(namespace: str, document: dict[str, Any], flags: int = 4) -> bytes:
    body = struct.pack("<i", flags) + namespace.encode() + b"\0" + struct.pack("<ii", 0, -1) + bson.encode(document)
    return struct.pack("<iiii", 16 + len(body), 7, 0, 2004) + body


def op_msg(document: dict[str, Any]) -> bytes:
    body = struct.pack("<I", 0) + b"\0" + bson.encode(document)
    return struct.pack("<iiii", 16 + len(body), 7, 0, 2013) + body


@pytest.mark.fact("CLIENT-04")
async def test_an_official_transport_reads_a_replayed_elasticsearch() -> None:
    async with HttpReplay(ES) as server:
        node = Urllib3HttpNode(NodeConfig("http", "127.0.0.1", server.port))
        meta, body = await asyncio.to_thread(node.perform_request, "GET", "/_mapping", None, HttpHeaders())
        assert meta.status == 200
        assert b"birth_date" in body  # recorded in chunks, sent in chunks
        await asyncio.to_thread(node.close)
        assert [(request.method, request.target) for request in server.requests] == [("GET", "/_mapping")]


async def test_a_connection_is_kept_for_several_requests_and_closed_when_asked() -> None:
    async with HttpReplay(ES) as server:
        first = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        last = b"GET /_search?size=0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        said = await talk(server.port, first + last + first)
        assert said.count(b"HTTP/1.1 200") == 2


async def test_head_gets_headers_without_a_body() -> None:
    async with HttpReplay(ES) as server:
        said = await talk(server.port, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert said.endswith(b"\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 200")


async def test_old_consoles_answer_in_http_1_0_and_close() -> None:
    async with HttpReplay(load_http(REPLIES / "mongod-console-2.6-auth-users-remote.json")) as server:
        said = await talk(server.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
        assert said.startswith(b"HTTP/1.0 401")
        assert said.count(b"HTTP/1.0") == 1


async def test_the_cookie_that_is_set_opens_what_was_recorded_behind_it() -> None:
    names = ("kibana-8.12.2.anonymous-only-walk.json", "kibana-8.12.2.anonymous-only.json")
    async with HttpReplay(load_http(*(REPLIES / name for name in names))) as server:
        said = await talk(server.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert f"sid={server.session}".encode() in said
        with_cookie = f"GET /api/spaces/space HTTP/1.1\r\nHost: x\r\nCookie: sid={server.session}\r\n\r\n".encode()
        assert (await talk(server.port, with_cookie)).startswith(b"HTTP/1.1 200")
        without = await talk(server.port, b"GET /api/spaces/space HTTP/1.1\r\nHost: x\r\n\r\n")
        assert without.startswith(b"HTTP/1.1 401")


async def test_a_recorded_end_of_connection_is_an_end_without_a_byte() -> None:
    silent = HttpRecording("silent", (HttpExchange(RecordedRequest("GET", "/"), None),))
    async with HttpReplay(silent) as server:
        assert await talk(server.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == b""


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"x" * 100_000, b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"],
)
async def test_rubbish_ends_an_http_connection_and_not_the_server(rubbish: bytes) -> None:
    async with HttpReplay(ES) as server:
        assert await talk(server.port, rubbish) == b""
        assert (await talk(server.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")).startswith(b"HTTP/1.1 200")


async def test_it_can_listen_on_ipv6() -> None:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            pytest.skip("needs IPv6 on loopback: ::1 cannot be bound")
    async with HttpReplay(ES, host="::1") as server:
        assert (await talk(server.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "::1")).startswith(b"HTTP/1.1 200")


async def test_the_official_client_reads_a_replayed_mongod() -> None:
    def read(port: int) -> tuple[list[str], list[str]]:
        with pymongo.MongoClient[dict[str, Any]]("127.0.0.1", port, directConnection=True) as client:
            return client.list_database_names(), client["h2db"].list_collection_names()

    async with MongoReplay(MONGO_44) as server:
        assert await asyncio.to_thread(read, server.port) == (["admin", "config", "h2db", "local"], ["people"])
        assert {"listDatabases", "listCollections"} <= {asked.name for asked in server.requests}


async def test_op_query_is_answered_in_op_reply_and_names_the_request() -> None:
    async with MongoReplay(MONGO_44) as server:
        said = await talk(server.port, op_query("admin.$cmd", {"isMaster": 1}))
        length, _, answers, opcode = struct.unpack_from("<iiii", said)
        assert (length, answers, opcode) == (len(said), 7, 1)
        assert bson.decode(said[36:])["maxWireVersion"] == 9
        assert [(asked.opcode, asked.database, asked.name) for asked in server.requests] == [
            ("OP_QUERY", "admin", "isMaster")
        ]


async def test_a_wrapped_query_is_unwrapped_as_a_mongos_does() -> None:
    wrapped = {"$query": {"listDatabases": 1}, "$readPreference": {"mode": "secondaryPreferred"}}
    async with MongoReplay(load_mongo(REPLIES / "mongod-4.0.19-rs-secondary.json")) as server:
        assert bson.decode((await talk(server.port, op_query("admin.$cmd", wrapped, flags=0)))[36:])["ok"] == 1
        plain = bson.decode((await talk(server.port, op_query("admin.$cmd", {"listDatabases": 1}, flags=0)))[36:])
        assert plain["code"] == 13435


async def test_cursor_ids_are_64_bits_wide_as_servers_send_them() -> None:
    async with MongoReplay(MONGO_44) as server:
        said = await talk(server.port, op_msg({"listCollections": 1, "$db": "h2db"}))
        assert isinstance(bson.decode(said[21:])["cursor"]["id"], bson.Int64)


async def test_op_msg_to_an_old_server_ends_the_connection_without_a_byte() -> None:
    async with MongoReplay(load_mongo(REPLIES / "mongod-3.4.24-auth-oneuser.json")) as server:
        assert await talk(server.port, op_msg({"isMaster": 1, "$db": "admin"})) == b""


async def test_a_refused_legacy_find_is_flagged_as_a_failed_query() -> None:
    async with MongoReplay(load_mongo(REPLIES / "mongod-2.4.13-pre-auth-nouser-remote.json")) as server:
        said = await talk(server.port, op_query("h2db.system.namespaces", {}))
        assert struct.unpack_from("<i", said, 16)[0] & 2
        assert bson.decode(said[36:])["code"] == 16550


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("mongod-2.4.13-pre-noauth", b"You are trying to access MongoDB on the native driver port."),
        ("mongod-4.0.19-noauth", b"It looks like you are trying to access MongoDB over HTTP"),
        ("mongo-java-server-1.47.0-memory-MONGO_4_0", b""),
    ],
)
async def test_only_a_real_mongod_greets_http(name: str, greeting: bytes) -> None:
    async with MongoReplay(load_mongo(REPLIES / f"{name}.json")) as server:
        said = await talk(server.port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert said.startswith(b"HTTP/1.0 200") if greeting else said == b""
        assert greeting in said


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40), struct.pack("<iiii", 20, 1, 0, 2013) + b"abcd"]
    + [struct.pack("<iiii", 26, 1, 0, code) + bytes(10) for code in (1, 2004, 2012, 2013)],
)
async def test_rubbish_ends_a_mongodb_connection_and_not_the_server(rubbish: bytes) -> None:
    async with MongoReplay(MONGO_44) as server:
        assert await talk(server.port, rubbish) == b""
        assert await talk(server.port, op_msg({"ping": 1, "$db": "admin"})) != b""


async def test_both_replays_can_speak_tls(self_signed: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    async with HttpReplay(ES, tls=context) as server, MongoReplay(MONGO_44, tls=context) as mongo:
        assert (await talk(server.port, request, tls=trusting)).startswith(b"HTTP/1.1 200")
        assert await talk(server.port, request) == b""
        reader, writer = await asyncio.open_connection("127.0.0.1", mongo.port, ssl=trusting)
        writer.write(op_msg({"ping": 1, "$db": "admin"}))
        assert struct.unpack("<iiii", await reader.readexactly(16))[3] == 2013
        writer.close()


async def test_leaving_ends_every_connection() -> None:
    async with MongoReplay(MONGO_44) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    writer.close()
