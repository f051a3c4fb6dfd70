"""Lines that keep what they hear ask exactly what bare lines ask, and what they kept leads to the same verdict."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.examine import Toolkit, assemble, conclude
from auditor.model.finding import RuleInfo
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Verdict
from auditor.model.plan import RequestTemplate
from auditor.model.target import Tls
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import Budget, Lines, Manner, Probe, WireError, WriteRefusedError
from auditor.probes.kibana import KibanaProbe
from auditor.probes.lines import SocketLines
from auditor.probes.mongodb import MongodbProbe
from auditor.testing import loopback, mongo_frames
from auditor.testing.loopback import ByteServer, saying
from auditor.testing.recorder import RecordingLines, RecordingProbe
from auditor.testing.recording import HttpRecording, MongoRecording, load_http, load_mongo
from auditor.testing.replay import HttpReplay, MongoReplay
from auditor.testing.scripted import target
from auditor.testing.scrub import scrub
from auditor.testing.tape import Tape
from auditor.testing.visit import revisit
from tests.testing.places import REPLIES

SERVERS = [
    (ElasticsearchProbe(), "es-8.5.0-open"),
    (ElasticsearchProbe(), "es-9.5.3-closed"),
    (ElasticsearchProbe(), "os-2.19.4-anonymous"),
    (ElasticsearchProbe(), "es-6.8.23-no-master"),
    (KibanaProbe(), "kibana-4.1.11.open"),
    (KibanaProbe(), "kibana-8.12.2.open"),
    (KibanaProbe(), "kibana-8.12.2.anonymous-only-walk+kibana-8.12.2.anonymous-only"),
    (KibanaProbe(), "osd-2.8.0.secured-walk+osd-2.8.0.secured"),
    (MongodbProbe(), "mongod-2.4.13-pre-noauth"),
    (MongodbProbe(), "mongod-3.4.24-auth-oneuser"),
    (MongodbProbe(), "mongod-4.4.0-noauth"),
    (MongodbProbe(), "mongos-4.0.19-auth"),
    (MongodbProbe(), "mongo-java-server-1.47.0-memory-MONGO_4_0"),
    (MongodbProbe(), "mongod-console-2.4-auth-nouser-rest-remote"),
]


@pytest.fixture(scope="module")
def toolkit() -> Toolkit:
    return assemble()


def serve(names: str, *, tls: ssl.SSLContext | None = None) -> HttpReplay | MongoReplay:
    paths = [REPLIES / f"{name}.json" for name in names.split("+")]
    if names.startswith("mongo") and "console" not in names:
        return MongoReplay(load_mongo(*paths), tls=tls)
    return HttpReplay(load_http(*paths), tls=tls)


async def recorded(probe: Probe, port: int, *, tls: Tls = Tls.AUTO, seconds: float = 1.5) -> tuple[Tape, Verdict]:
    tape = Tape()
    asked = target(probe.product, port=port, tls=tls)
    try:
        seen = await loopback.observe(
            RecordingProbe(probe, tape), port, tls=tls, budget=Budget(exchange_seconds=seconds)
        )
    except WireError as error:
        seen = Observation(error.reach, detail=error.detail)
    return tape, conclude(asked, seen).verdict


async def replayed(tape: Tape, probe: Probe, toolkit: Toolkit) -> Verdict:
    recording = tape.recording("x")
    assert recording is not None
    outcome = await revisit(
        scrub(recording), target(probe.product), toolkit=toolkit, manner=Manner(), from_loopback=tape.from_loopback
    )
    return outcome.verdict


@pytest.mark.parametrize(("probe", "names"), SERVERS, ids=[names for _, names in SERVERS])
async def test_a_recording_leads_to_the_same_verdict(probe: Probe, names: str, toolkit: Toolkit) -> None:
    async with serve(names) as server:
        tape, verdict = await recorded(probe, server.port)
    assert await replayed(tape, probe, toolkit) is verdict
    assert tape.from_loopback


@pytest.mark.parametrize(("probe", "names"), SERVERS, ids=[names for _, names in SERVERS])
async def test_a_recorder_asks_what_the_probe_asks_no_more_and_no_less(probe: Probe, names: str) -> None:
    async with serve(names) as server:
        bare = await loopback.observe(probe, server.port, budget=Budget(exchange_seconds=1.5))
    async with serve(names) as server:
        tape = Tape()
        kept = await loopback.observe(RecordingProbe(probe, tape), server.port, budget=Budget(exchange_seconds=1.5))
    assert [(each.request, each.status) for each in kept.transcript] == [
        (each.request, each.status) for each in bare.transcript
    ]
    assert replace(kept, transcript=()) == replace(bare, transcript=())


async def test_http_exchanges_are_kept_in_order_with_headers_and_bodies() -> None:
    async with serve("kibana-8.12.2.anonymous-only-walk+kibana-8.12.2.anonymous-only") as server:
        tape, _ = await recorded(KibanaProbe(), server.port)
        asked = server.requests
        session = server.session  # type: ignore[union-attr]  # an HTTP server
    assert [(each.request.method, each.request.target) for each in tape.http] == [
        (request.method, request.target)  # type: ignore[union-attr]  # likewise
        for request in asked
    ]
    with_session = [each for each in tape.http if each.request.header("cookie")]
    assert with_session
    assert all(session in (each.request.header("cookie") or "") for each in with_session)
    recording = tape.recording("kb")
    assert recording is not None
    assert session not in repr(scrub(recording))


@pytest.mark.parametrize("tls", [Tls.AUTO, Tls.REQUIRED])
@pytest.mark.parametrize(
    ("probe", "names"),
    [
        (ElasticsearchProbe(), "es-8.5.0-closed"),
        (KibanaProbe(), "kibana-8.12.2.secured-walk+kibana-8.12.2.secured"),
        (MongodbProbe(), "mongod-4.4.0-noauth"),
        (MongodbProbe(), "mongod-2.4.13-pre-noauth"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_was_said_in_tls_is_kept_and_the_vain_plain_try_is_not(
    probe: Probe, names: str, tls: Tls, self_signed: Path, toolkit: Toolkit
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed)
    async with serve(names, tls=context) as server:
        tape, verdict = await recorded(probe, server.port, tls=tls)
    recording = tape.recording("x")
    assert recording is not None
    assert all(exchange.reply is not None for exchange in recording.exchanges)
    assert await replayed(tape, probe, toolkit) is verdict
    assert verdict in (Verdict.OPEN, Verdict.AUTH_REQUIRED)


async def test_a_server_that_closes_on_the_old_opcode_is_recorded_as_one(toolkit: Toolkit) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            header = await reader.readexactly(16)
            length = mongo_frames.HEADER.unpack(header)[0]
            request = mongo_frames.read(header, await reader.readexactly(length - 16))
            if request.opcode == "OP_QUERY":
                return
            reply: dict[str, Any] = {"ok": 1.0, "isWritablePrimary": True, "maxWireVersion": 21}
            if "listDatabases" in request.document:
                reply = {"ok": 0.0, "code": 13, "errmsg": "command listDatabases requires authentication"}
            writer.write(mongo_frames.reply(request, [reply]))

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            await talk(reader, writer)

    async with ByteServer(guarded) as server:
        tape, verdict = await recorded(MongodbProbe(), server.port)
    recording = tape.recording("x")
    assert isinstance(recording, MongoRecording)
    assert ("OP_QUERY", None) in [(each.opcode, each.reply) for each in recording.exchanges]
    assert verdict is Verdict.AUTH_REQUIRED
    assert await replayed(tape, MongodbProbe(), toolkit) is verdict
    assert tape.broken == []


async def test_silence_and_half_an_answer_are_kept_as_an_end_and_counted() -> None:
    for talk in (loopback.silent, saying(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{")):
        async with ByteServer(talk) as server:
            tape, verdict = await recorded(ElasticsearchProbe(), server.port, seconds=0.3)
        recording = tape.recording("x")
        assert isinstance(recording, HttpRecording)
        assert {exchange.reply for exchange in recording.exchanges} == {None}
        assert len(tape.broken) == len(recording.exchanges)
        assert verdict is Verdict.INCONCLUSIVE
    async with ByteServer(loopback.silent) as server:
        tape, _ = await recorded(MongodbProbe(), server.port, seconds=0.3)
    assert tape.broken


@pytest.mark.parametrize("probe", [ElasticsearchProbe(), MongodbProbe()], ids=lambda probe: probe.product)
async def test_another_protocol_a_closed_port_and_a_limit_leave_nothing_to_keep(probe: Probe) -> None:
    async with ByteServer(saying(b"SSH-2.0-OpenSSH_9.2p1\r\n")) as server:
        tape, _ = await recorded(probe, server.port)
        port = server.port
    assert tape.recording("x") is None
    tape, verdict = await recorded(probe, port)  # nobody listens there any more
    assert (tape.recording("x"), verdict) == (None, Verdict.REFUSED)
    async with ByteServer(loopback.babbling) as server:  # past a limit
        tape, _ = await recorded(probe, server.port)
    assert tape.recording("x") is None


async def test_a_certificate_that_is_wanted_leaves_nothing_to_keep_but_no_ended_connections_either(
    self_signed: Path,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed)
    context.load_verify_locations(self_signed)
    context.verify_mode = ssl.CERT_REQUIRED
    for probe, names in ((MongodbProbe(), "mongod-4.4.0-noauth"), (ElasticsearchProbe(), "es-8.5.0-open")):
        async with serve(names, tls=context) as server:
            tape, verdict = await recorded(probe, server.port)
        assert verdict is Verdict.CLIENT_CERT_REQUIRED
        assert tape.recording("x") is None


async def test_a_server_that_only_ever_closes_is_replayed_as_one(toolkit: Toolkit) -> None:
    for probe in (MongodbProbe(), ElasticsearchProbe()):
        async with ByteServer(saying(b"")) as server:
            tape, verdict = await recorded(probe, server.port)
        assert verdict is Verdict.INCONCLUSIVE
        assert await replayed(tape, probe, toolkit) is verdict
        assert tape.broken == []


class OwnProtocol:
    """A plugin's probe that opens a stream, and says so in an observation when it cannot."""

    product = "redis"
    title = "Redis"
    default_ports: tuple[int, ...] = (6379,)
    rules: tuple[RuleInfo, ...] = ()
    requests: tuple[RequestTemplate, ...] = ()

    async def observe(self, lines: Lines) -> Observation:
        stream = await lines.stream()
        await stream.write(b"PING\r\n")
        return Observation(Reach.ANSWERED)


async def test_a_protocol_of_the_probes_own_is_told_apart_before_a_byte_is_sent() -> None:
    async with ByteServer(loopback.echoing) as server:
        tape, verdict = await recorded(OwnProtocol(), server.port)
        assert server.connections == 0
    assert tape.own_protocol
    assert tape.recording("x") is None
    assert verdict is Verdict.NOT_PROBED


@asynccontextmanager
async def recording_lines(product: str, port: int) -> AsyncIterator[tuple[RecordingLines, Tape]]:
    asked, tape = target(product, port=port), Tape()
    lines = SocketLines(asked, address="127.0.0.1", dial=lambda: loopback.dial(asked), budget=Budget(), manner=Manner())
    try:
        yield RecordingLines(lines, tape), tape
    finally:
        await lines.close()


async def test_what_could_write_is_refused_as_ever_and_nothing_of_it_is_kept() -> None:
    async with serve("es-8.5.0-open") as server, recording_lines("elasticsearch", server.port) as (lines, tape):
        with pytest.raises(WriteRefusedError):
            await lines.http().post("/people/_doc", template="x", body=b"{}")
        assert lines.http() is lines.http()
        assert tape.http == []
    async with serve("mongod-4.4.0-noauth") as server, recording_lines("mongodb", server.port) as (lines, tape):
        await lines.mongo().handshake()
        with pytest.raises(WriteRefusedError):
            await lines.mongo().command("shop", {"insert": "people"}, template="x")
        with pytest.raises(WriteRefusedError):
            await lines.mongo().legacy_find("shop.people", template="x", limit=1)
        assert [heard.exchange.name for heard in tape.mongo] == ["isMaster"]
