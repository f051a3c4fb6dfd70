"""The proxy keeps every byte and stays unseen, and what it overheard is a proof: it fails where it should."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bson
import pytest

from auditor.model.outcome import Verdict
from auditor.probes.interface import Budget
from auditor.testing.loopback import ByteServer, resetting, saying
from auditor.testing.recording import load_http, load_mongo
from auditor.testing.replay import HttpReplay, MongoReplay
from tests.real import certificates
from tests.real.asking import PATIENT
from tests.real.missing import MissingError, give_up
from tests.real.overheard import Overheard, Sent, overhear, read
from tests.real.proxy import Carried, Connection, RecordingProxy

REPLIES = Path(__file__).parents[1] / "probes" / "replies"
GET = b"GET /_search?size=0 HTTP/1.1\r\nHost: x\r\n\r\n"
CONSOLE = b"POST /kibana/api/console/proxy?path=%2F_search%3Fsize%3D0&method=GET HTTP/1.1\r\nContent-Length: 0\r\n\r\n"


def made(folder: Path) -> certificates.Certificates:
    try:
        return certificates.make(folder / "tls")
    except MissingError as error:
        give_up(str(error), in_ci_list=True)


def frame(command: Mapping[str, Any], *, database: str = "shop") -> bytes:
    document = {**command, "$db": database, "$readPreference": {"mode": "secondaryPreferred"}}
    body = struct.pack("<I", 0) + b"\0" + bson.encode(document)
    return struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body


def query(namespace: str, document: Mapping[str, Any], *, flags: int = 4, limit: int = -1) -> bytes:
    body = struct.pack("<i", flags) + namespace.encode() + b"\0" + struct.pack("<ii", 0, limit) + bson.encode(document)
    return struct.pack("<iiii", 16 + len(body), 1, 0, 2004) + body


def read_all(
    data: bytes, product: str = "elasticsearch", carried: Carried = Carried.PLAIN, sample: int = 0
) -> list[Sent]:
    return list(read(Connection(carried, bytearray(data)), product, sample=sample))


def product_of(recording: str) -> str:
    match recording.partition("-")[0]:
        case "es" | "os":
            return "elasticsearch"
        case "kibana" | "osd":
            return "kibana"
        case _:
            return "mongodb"


async def overhear_recorded(
    recording: str, *, tls: ssl.SSLContext | None = None, ours: certificates.Certificates | None = None
) -> tuple[Overheard, list[str]]:
    """A talk with a replayed server, and what the server itself was asked."""
    path, product = REPLIES / f"{recording}.json", product_of(recording)
    if product == "mongodb" and "console" not in recording:
        async with MongoReplay(load_mongo(path), tls=tls) as mongo:
            heard = await overhear(mongo.port, product, certificates=ours)
        return heard, ["find" if request.database is None else request.name for request in mongo.requests]
    async with HttpReplay(load_http(path), tls=tls) as http:
        # A console waits in silence for the end of what it takes for a request's head.
        budget = Budget(exchange_seconds=0.5) if product == "mongodb" else PATIENT
        heard = await overhear(http.port, product, certificates=ours, budget=budget)
    return heard, [f"{request.method} {request.target}" for request in http.requests]


def words(heard: Overheard) -> list[str]:
    """What the proxy overheard, in the words in which a replay keeps it."""
    requests = [sent.request for sent in heard.sent]
    return [one if one.startswith(("GET /", "POST /")) else one.partition(" ")[0] for one in requests]


@pytest.mark.parametrize(
    "recording", sorted(path.stem for path in REPLIES.glob("*.json") if not path.stem.startswith("mongod-console"))
)
async def test_of_every_recorded_server_it_keeps_what_that_was_asked_and_the_transcript_says_so(recording: str) -> None:
    heard, asked = await overhear_recorded(recording)
    heard.prove()
    assert not heard.sealed
    assert words(heard) == asked


@pytest.mark.parametrize("recording", sorted(path.stem for path in REPLIES.glob("mongod-console-*.json")))
async def test_of_a_console_the_replay_hears_only_what_is_http(recording: str) -> None:
    heard, asked = await overhear_recorded(recording)
    heard.prove()
    assert [request for request in words(heard) if request.startswith("GET /")] == asked


@pytest.mark.parametrize(
    ("recording", "verdict"),
    [
        ("es-7.17.29-open", Verdict.OPEN),
        ("os-2.19.4-closed", Verdict.AUTH_REQUIRED),
        ("kibana-7.10.2-oss.open", Verdict.OPEN),
        ("kibana-5.2.2.open", Verdict.OPEN),
        ("mongod-4.4.0-noauth", Verdict.OPEN),
        ("mongod-2.4.13-pre-noauth", Verdict.OPEN),
    ],
)
async def test_tls_that_ends_at_the_proxy_is_read_inside(recording: str, verdict: Verdict, tmp_path: Path) -> None:
    ours = made(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ours.both)
    heard, asked = await overhear_recorded(recording, tls=context, ours=ours)
    heard.prove()
    assert not heard.sealed
    assert words(heard)[1:] == asked  # plain was tried first, and broke off
    assert heard.outcome.verdict is verdict


async def test_tls_that_does_not_end_at_the_proxy_stays_sealed(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made(tmp_path).both)
    async with HttpReplay(load_http(REPLIES / "es-8.5.0-open.json"), tls=context) as server:
        heard = await overhear(server.port, "elasticsearch")
    assert heard.sealed
    assert [sent.request for sent in heard.sent] == ["GET /"]
    heard.prove()
    assert heard.outcome.verdict is Verdict.OPEN


async def test_a_reset_and_an_end_reach_the_client_as_they_are() -> None:
    async def ask(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(b"?")
            return await reader.read()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async with ByteServer(resetting) as server, RecordingProxy(server.port) as proxy:
        with pytest.raises(ConnectionResetError):
            await ask(proxy.port)
    async with ByteServer(saying(b"bye")) as server, RecordingProxy(server.port) as proxy:
        assert await ask(proxy.port) == b"bye"


async def test_bytes_that_come_after_the_server_has_left_are_kept() -> None:
    async with ByteServer(saying(b"bye")) as server, RecordingProxy(server.port) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"first, ")
        assert await reader.read() == b"bye"
        writer.write(b"last")
        writer.close()
        await writer.wait_closed()
    assert [bytes(connection.sent) for connection in proxy.connections] == [b"first, last"]


async def test_a_server_that_is_not_there_ends_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with RecordingProxy(port) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"?")
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()


async def test_one_request_too_many_too_few_or_of_another_length_is_no_proof() -> None:
    async with HttpReplay(load_http(REPLIES / "es-7.17.29-open.json")) as server:
        heard = await overhear(server.port, "elasticsearch")
    heard.prove()
    first, second, *rest = heard.sent
    for sent in (
        (first, second, *rest, Sent("GET /", 9)),
        (second, *rest),
        (second, first, *rest),
        (replace(first, size=first.size + 1), second, *rest),
        (replace(first, request="GET /other"), second, *rest),
        (),
    ):
        with pytest.raises(AssertionError):
            Overheard(heard.outcome, sent).prove()
    seen = heard.outcome.observation
    unplanned = replace(seen, transcript=tuple(replace(one, template="none") for one in seen.transcript))
    with pytest.raises(AssertionError):
        Overheard(replace(heard.outcome, observation=unplanned), heard.sent).prove()


def test_what_may_be_sent_is_read_to_the_byte() -> None:
    assert read_all(GET + GET) == [Sent("GET /_search?size=0", len(GET))] * 2
    assert read_all(CONSOLE, "kibana")[0].size == len(CONSOLE)
    assert read_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "mongodb")[0].request == "GET /"  # its HTTP console
    asked = frame({"count": "people"})
    assert read_all(asked + frame({"getLog": "startupWarnings"}, database="admin"), "mongodb") == [
        Sent("count shop.people (OP_MSG)", len(asked)),
        Sent("getLog admin startupWarnings (OP_MSG)", len(frame({"getLog": "startupWarnings"}, database="admin"))),
    ]
    old = query("shop.system.namespaces", {})
    assert read_all(old, "mongodb") == [Sent("find shop.system.namespaces (OP_QUERY)", len(old))]
    assert read_all(b"\x16\x03\x01 and so on", carried=Carried.SEALED) == []


@pytest.mark.parametrize(
    ("data", "product"),
    [
        (b"DELETE /people HTTP/1.1\r\n\r\n", "elasticsearch"),
        (b"PUT /people HTTP/1.1\r\n\r\n", "kibana"),
        (b"GET /_search HTTP/1.1\r\n\r\n", "elasticsearch"),
        (b"GET /people/_search?size=1 HTTP/1.1\r\n\r\n", "elasticsearch"),
        (b"GET / HTTP/1.1\r\nAuthorization: Basic eDp4\r\n\r\n", "elasticsearch"),
        (b"GET / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "elasticsearch"),
        (b"GET //evil.example/ HTTP/1.1\r\n\r\n", "kibana"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", "elasticsearch"),
        (b"GET / HTTP/1.0\r\n\r\n", "elasticsearch"),
        (b"GET / HTTP/1.1\r\nA: 1\r\nA: 2\r\n\r\n", "elasticsearch"),
        (CONSOLE, "elasticsearch"),
        (CONSOLE.replace(b"method=GET", b"method=PUT"), "kibana"),
        (CONSOLE.replace(b"path=", b"uri="), "kibana"),
        (CONSOLE.replace(b"&method=GET", b"&method=GET&method=GET"), "kibana"),
        (CONSOLE.replace(b"Content-Length: 0", b"Content-Length: 9"), "kibana"),
        (b"POST /api/console/proxy?path=%2F HTTP/1.1\r\n\r\n", "kibana"),
        (b"POST /people/_doc HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "kibana"),
        (b"POST /internal/search/es?op=x HTTP/1.1\r\n\r\n", "kibana"),
        (frame({"insert": "people", "documents": [{}]}), "mongodb"),
        (frame({"drop": "people"}), "mongodb"),
        (frame({"find": "people"}), "mongodb"),
        (frame({"count": "people", "query": {"a": 1}}), "mongodb"),
        (frame({"getLog": "global"}), "mongodb"),
        (frame({"aggregate": "people", "pipeline": [{"$out": "copy"}], "cursor": {}}), "mongodb"),
        (frame({"aggregate": "people", "pipeline": [{"$group": {"_id": {"$function": {}}}}]}), "mongodb"),
        (frame({"aggregate": "people", "pipeline": [{"$limit": 1, "$out": "copy"}]}), "mongodb"),
        (query("shop.people", {}), "mongodb"),
        (query("shop.system.namespaces", {"name": "x"}), "mongodb"),
        (query("admin.$cmd", {"isMaster": 1}, flags=0), "mongodb"),
        (query("admin.$cmd", {"isMaster": 1})[:-1], "mongodb"),
    ],
)
def test_whatever_could_write_or_bring_back_a_record_is_seen(data: bytes, product: str) -> None:
    with pytest.raises(AssertionError):
        read_all(data, product)


FIND = {"find": "people", "limit": 5, "batchSize": 5, "singleBatch": True, "maxTimeMS": 5_000}
QUERY = "size=5&terminate_after=5&timeout=2s&filter_path=took"
SAMPLES = [
    (f"GET /people/_search?{QUERY} HTTP/1.1\r\n\r\n".encode(), "elasticsearch"),
    (
        f"POST /api/console/proxy?path={quote('/people/_search?' + QUERY)}&method=GET HTTP/1.1\r\n\r\n".encode(),
        "kibana",
    ),
    (frame(FIND), "mongodb"),
    (query("shop.people", {}, limit=-5), "mongodb"),
]


@pytest.mark.parametrize(("data", "product"), SAMPLES)
def test_a_sample_is_seen_where_none_was_allowed_or_a_smaller_one(data: bytes, product: str) -> None:
    for allowed in (5, 6, 100):
        assert [sent.size for sent in read_all(data, product, sample=allowed)] == [len(data)]
    for allowed in (0, 4):
        with pytest.raises(AssertionError):
            read_all(data, product, sample=allowed)


@pytest.mark.parametrize(
    ("data", "product"),
    [
        (SAMPLES[0][0].replace(b"/people/", b"/"), "elasticsearch"),
        (SAMPLES[0][0].replace(b"people", b"_all"), "elasticsearch"),
        (SAMPLES[0][0].replace(b"people", b"*"), "elasticsearch"),
        (SAMPLES[0][0].replace(b"&timeout=2s", b""), "elasticsearch"),
        (SAMPLES[0][0].replace(b"after=5", b"after=500"), "elasticsearch"),
        (SAMPLES[0][0].replace(b"size=5", b"size=5&q=a"), "elasticsearch"),
        (SAMPLES[1][0].replace(b"people", b".kibana"), "kibana"),
        (frame({**FIND, "filter": {"a": 1}}), "mongodb"),
        (frame({**FIND, "singleBatch": False}), "mongodb"),
        (frame({**FIND, "maxTimeMS": 60_000}), "mongodb"),
        (query("shop.people", {}, limit=5), "mongodb"),
        (query("shop.people", {"a": 1}, limit=-5), "mongodb"),
    ],
)
def test_what_a_sample_may_not_ask_is_seen_though_one_was_allowed(data: bytes, product: str) -> None:
    with pytest.raises(AssertionError):
        read_all(data, product, sample=5)


def test_plain_words_on_a_sealed_connection_are_seen() -> None:
    with pytest.raises(AssertionError):
        read_all(GET, carried=Carried.SEALED)
