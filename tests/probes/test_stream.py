import asyncio
import hashlib
import socket
import ssl
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from auditor.model.observation import Reach
from auditor.probes.interface import Budget, WireError
from auditor.probes.spending import Spending
from auditor.probes.stream import HandshakeError, SilenceError, SocketStream
from tests.probes.loopback import Caller, Certificate, Handler, Server, alerting, make_certificate, serving

OLD, NEW = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"), subject="/C=DE/O=ACME, Ltd/CN=es-1.corp.example")


@asynccontextmanager
async def stream_to(
    server: Server, *, tls: bool = False, name: str | None = None, **budget: Any
) -> AsyncIterator[SocketStream]:
    spending = Spending(Budget(**{"exchange_seconds": 5.0, **budget}))
    stream = await SocketStream.open(await server.dial(), spending=spending, tls=tls, server_name=name)
    try:
        yield stream
    finally:
        await stream.close()


async def asked(server: Server) -> bytes:
    """The answer to one question through TLS, the handshake included."""
    async with stream_to(server, tls=True) as stream:
        await stream.write(b"hi")
        return await stream.read(2)


async def echo(caller: Caller) -> None:
    while data := await caller.reader.read(1 << 16):
        await caller.send(data)


def sends(*parts: bytes) -> Handler:
    """Reads once, sends the parts, closes."""

    async def handler(caller: Caller) -> None:
        await caller.reader.read(1 << 16)
        for part in parts:
            await caller.send(part)

    return handler


async def silent(caller: Caller) -> None:
    await asyncio.Event().wait()


async def resets(caller: Caller) -> None:
    await caller.reader.read(1 << 16)
    caller.reset()


async def floods(caller: Caller) -> None:
    while True:
        await caller.send(b"x" * 65536)


class TestPlain:
    async def test_what_is_written_comes_back(self) -> None:
        async with serving(echo) as server, stream_to(server) as stream:
            for data in (b"one", b"t" * 300_000):
                await stream.write(data)
                assert await stream.read_exactly(len(data)) == data
            assert stream.received == 300_003
            assert stream.tls is None
            assert not stream.certificate_requested

    async def test_a_read_returns_no_more_than_asked_and_the_end_is_empty(self) -> None:
        async with serving(sends(b"abcdef")) as server, stream_to(server) as stream:
            await stream.write(b"?")
            assert await stream.read(4) == b"abcd"
            assert await stream.read(4) == b"ef"
            assert await stream.read(4) == b""

    async def test_an_early_end_is_no_exact_answer(self) -> None:
        async with serving(sends(b"abc")) as server, stream_to(server) as stream:
            await stream.write(b"?")
            with pytest.raises(WireError, match="closed after 3 of 10 bytes") as caught:
                await stream.read_exactly(10)
            assert caught.value.reach is Reach.BROKE_OFF

    async def test_a_reset_is_broken_off(self) -> None:
        async with serving(resets) as server, stream_to(server) as stream:
            await stream.write(b"?")
            with pytest.raises(WireError, match="reset") as caught:
                await stream.read(1)
            assert caught.value.reach is Reach.BROKE_OFF

    @pytest.mark.parametrize("last_words", [b"bye", b""])
    async def test_last_words_are_read_although_our_own_came_too_late(self, last_words: bytes) -> None:
        async def hangs_up(caller: Caller) -> None:
            if last_words:
                await caller.send(last_words)

        async with serving(hangs_up) as server, stream_to(server) as stream:
            await asyncio.sleep(0.01)
            for _ in range(3):  # the first write is answered by a reset, the second meets it
                await stream.write(b"too late")
                await asyncio.sleep(0.01)
            assert await stream.read(3) == last_words
            assert await stream.read(3) == b""

    async def test_silence_is_broken_off_and_never_timed_out(self) -> None:
        async with serving(silent) as server, stream_to(server, exchange_seconds=0.05) as stream:
            await stream.write(b"?")
            with pytest.raises(SilenceError, match=r"connected, then silent for 0\.05 s") as caught:
                await stream.read(1)
            assert caught.value.reach is Reach.BROKE_OFF

    async def test_a_drip_of_bytes_is_too_much(self) -> None:
        async def drips(caller: Caller) -> None:
            while True:
                await caller.send(b"x")
                await asyncio.sleep(0.01)

        async with serving(drips) as server, stream_to(server, exchange_seconds=0.2) as stream:
            await stream.write(b"?")
            began = time.monotonic()
            with pytest.raises(WireError, match=r"no complete answer within 0\.2 s") as caught:
                await stream.read_exactly(1 << 20)
            assert caught.value.reach is Reach.TOO_MUCH
            assert time.monotonic() - began < 2

    async def test_each_exchange_has_its_own_time(self) -> None:
        async def answers_late(caller: Caller) -> None:
            while await caller.reader.read(100):
                await asyncio.sleep(0.15)
                await caller.send(b"y")

        async with serving(answers_late) as server, stream_to(server, exchange_seconds=0.4) as stream:
            for _ in range(4):
                await stream.write(b"?")
                assert await stream.read(1) == b"y"

    async def test_a_server_that_does_not_take_our_bytes_ends_the_exchange(self) -> None:
        async with serving(silent) as server, stream_to(server, exchange_seconds=0.2) as stream:
            with pytest.raises(WireError) as caught:
                await stream.write(b"x" * (64 << 20))
            assert caught.value.reach is Reach.BROKE_OFF

    async def test_a_flood_that_nobody_reads_stays_with_its_sender(self) -> None:
        sent = 0

        async def counted_flood(caller: Caller) -> None:
            nonlocal sent
            while True:
                await caller.send(b"x" * 65536)
                sent += 65536

        async with serving(counted_flood) as server, stream_to(server) as stream:
            await stream.write(b"?")
            assert await stream.read(10) == b"x" * 10
            before = -1
            while before != sent:  # until the kernel's buffers are full
                before = sent
                await asyncio.sleep(0.05)
            assert sent < 32 << 20
            assert stream.received == 10

    async def test_a_flood_that_is_read_ends_with_the_bytes_of_the_target(self) -> None:
        async with serving(floods) as server, stream_to(server, target_bytes=1 << 20) as stream:
            await stream.write(b"?")
            with pytest.raises(WireError, match="1048576 bytes that one target may send") as caught:
                await stream.read_exactly(1 << 30)
            assert caught.value.reach is Reach.TOO_MUCH
            assert stream.received <= 1 << 20

    async def test_a_flood_that_is_read_ends_with_the_time_of_the_exchange(self) -> None:
        async with serving(floods) as server, stream_to(server, target_bytes=1 << 50, exchange_seconds=0.2) as stream:
            await stream.write(b"?")
            with pytest.raises(WireError, match="no complete answer") as caught:
                await stream.read_exactly(1 << 50)
            assert caught.value.reach is Reach.TOO_MUCH

    async def test_the_requests_of_a_target_are_counted_across_exchanges(self) -> None:
        async with serving(echo) as server, stream_to(server, requests=2) as stream:
            for _ in range(2):
                await stream.write(b"a")
                await stream.write(b"b")
                await stream.read_exactly(2)
            with pytest.raises(WireError, match="the 2 requests") as caught:
                await stream.write(b"c")
            assert caught.value.reach is Reach.TOO_MUCH

    async def test_the_time_of_a_target_bounds_its_exchanges(self) -> None:
        async with serving(silent) as server, stream_to(server, target_seconds=0.1) as stream:
            await stream.write(b"?")
            with pytest.raises(WireError, match=r"0\.1 s that one target may cost") as caught:
                await stream.read(1)
            assert caught.value.reach is Reach.TOO_MUCH
            with pytest.raises(WireError, match=r"0\.1 s that one target may cost"):
                await stream.write(b"?")

    async def test_an_answer_is_read_although_we_were_late(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            stream = await SocketStream.open(ours, spending=Spending(Budget(exchange_seconds=0.05)))
            await stream.write(b"?")
            theirs.sendall(b"here in time")
            time.sleep(0.1)  # noqa: ASYNC251 - the loop is starved, as by another target's parsing
            assert await stream.read(100) == b"here in time"
            await stream.close()

    async def test_closing_wakes_whoever_reads(self) -> None:
        async with serving(silent) as server, stream_to(server) as stream:
            await stream.write(b"?")
            reading = asyncio.create_task(stream.read(1))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            await stream.close()
            with pytest.raises(WireError):
                await reading

    async def test_a_cancelled_read_leaves_nothing_behind(self) -> None:
        async with serving(silent) as server, stream_to(server) as stream:
            await stream.write(b"?")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await stream.read(1)
        assert stream.is_closed

    async def test_a_line_is_quiet_until_something_comes_or_it_ends(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        stream = await SocketStream.open(ours, spending=Spending(Budget()))
        assert await stream.is_quiet()
        theirs.sendall(b"x")
        assert not await stream.is_quiet()
        assert await stream.read(10) == b"x"
        assert await stream.is_quiet()
        theirs.close()
        assert not await stream.is_quiet()
        await stream.close()
        assert not await stream.is_quiet()


class TestTls:
    @pytest.mark.fact("ES-65")
    @pytest.mark.parametrize(("newest", "version"), [(OLD, "TLSv1.2"), (NEW, "TLSv1.3")])
    async def test_the_certificate_is_recorded_and_not_trusted(
        self, certificate: Certificate, newest: ssl.TLSVersion, version: str
    ) -> None:
        async with (
            serving(echo, tls=certificate.context(newest=newest)) as server,
            stream_to(server, tls=True, name="es-1.corp.example") as stream,
        ):
            await stream.write(b"h" * 200_000)
            assert await stream.read_exactly(200_000) == b"h" * 200_000
            assert stream.received == 200_000
            assert stream.tls is not None
            assert stream.tls.version == version
            assert stream.tls.certificate_sha256 == hashlib.sha256(certificate.der).hexdigest()
            assert stream.tls.subject == stream.tls.issuer == "C=DE,O=ACME\\, Ltd,CN=es-1.corp.example"
            assert stream.tls.not_after.endswith("Z")
            assert server.sent_names == ["es-1.corp.example"]
            assert not stream.certificate_requested

    @pytest.mark.parametrize("name", ["", "a" * 70 + ".example", ".example", "a..b", "x" * 300])
    async def test_a_name_that_cannot_be_sent_is_left_out(self, certificate: Certificate, name: str) -> None:
        async with (
            serving(echo, tls=certificate.context()) as server,
            stream_to(server, tls=True, name=name or None) as stream,
        ):
            assert stream.tls is not None

    async def test_what_old_servers_speak_is_spoken(self, certificate: Certificate) -> None:
        context = certificate.context()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
        async with serving(echo, tls=context) as server, stream_to(server, tls=True) as stream:
            assert stream.tls is not None
            assert stream.tls.version == "TLSv1"

    @pytest.mark.parametrize("newest", [OLD, NEW])
    async def test_a_certificate_that_is_asked_for_and_not_needed_does_not_matter(
        self, certificate: Certificate, newest: ssl.TLSVersion
    ) -> None:
        context = certificate.context(newest=newest, clients=ssl.CERT_OPTIONAL)
        async with serving(echo, tls=context) as server, stream_to(server, tls=True) as stream:
            assert stream.certificate_requested
            await stream.write(b"hi")
            assert await stream.read_exactly(2) == b"hi"

    @pytest.mark.fact("ES-66", "VERDICT-17")
    @pytest.mark.parametrize("newest", [OLD, NEW])
    async def test_a_required_client_certificate_is_told_apart(
        self, certificate: Certificate, newest: ssl.TLSVersion
    ) -> None:
        context = certificate.context(newest=newest, clients=ssl.CERT_REQUIRED)
        async with serving(echo, tls=context) as server:
            with pytest.raises(WireError) as caught:
                await asked(server)
            assert caught.value.reach is Reach.CLIENT_CERTIFICATE_REQUIRED

    @pytest.mark.fact("MDB-63")
    @pytest.mark.parametrize("newest", [OLD, NEW])
    @pytest.mark.parametrize("by_reset", [True, False])
    async def test_an_end_before_an_answer_to_a_client_without_the_certificate_asked_for_says_the_same(
        self, certificate: Certificate, newest: ssl.TLSVersion, by_reset: bool
    ) -> None:
        # As a real mongod does: the handshake succeeds, then it hangs up.
        context = certificate.context(newest=newest, clients=ssl.CERT_OPTIONAL)
        async with (
            serving(resets if by_reset else sends(), tls=context) as server,
            stream_to(server, tls=True) as stream,
        ):
            await stream.write(b"hi")
            with pytest.raises(WireError) as caught:
                await stream.read(2)
            assert caught.value.reach is Reach.CLIENT_CERTIFICATE_REQUIRED

    async def test_an_end_after_an_answer_has_nothing_to_do_with_certificates(self, certificate: Certificate) -> None:
        context = certificate.context(clients=ssl.CERT_OPTIONAL)
        async with serving(sends(b"answer"), tls=context) as server, stream_to(server, tls=True) as stream:
            await stream.write(b"hi")
            assert await stream.read(100) == b"answer"
            assert await stream.read(100) == b""

    async def test_silence_after_a_certificate_request_is_silence(self, certificate: Certificate) -> None:
        context = certificate.context(clients=ssl.CERT_OPTIONAL)
        async with serving(silent, tls=context) as server, stream_to(server, tls=True, exchange_seconds=0.5) as stream:
            await stream.write(b"hi")
            with pytest.raises(SilenceError):
                await stream.read(2)

    async def test_an_end_without_a_request_for_a_certificate_is_an_end(self, certificate: Certificate) -> None:
        async with serving(sends(), tls=certificate.context()) as server, stream_to(server, tls=True) as stream:
            await stream.write(b"hi")
            assert await stream.read(2) == b""

    @pytest.mark.parametrize(
        ("handler", "spoke_tls", "why"),
        [
            (sends(b"HTTP/1.1 400 Bad Request\r\n\r\n"), False, "failed"),
            (sends(), False, "closed"),
            (resets, False, "reset"),
            (sends(bytes.fromhex("15030100020228")), True, "handshake failure"),
            (sends(bytes.fromhex("1603030004"), b"\xff" * 4), True, "failed"),
            (sends(bytes.fromhex("16030300ff02")), True, "closed"),
        ],
    )
    async def test_a_failed_handshake_says_whether_the_other_side_spoke_tls(
        self, handler: Handler, spoke_tls: bool, why: str
    ) -> None:
        async with serving(handler) as server:
            with pytest.raises(HandshakeError, match=why) as caught:
                async with stream_to(server, tls=True):
                    pass
            assert caught.value.reach is Reach.TLS_FAILED
            assert caught.value.spoke_tls is spoke_tls

    @pytest.mark.fact("MDB-62")
    async def test_silence_in_the_handshake_is_a_failed_handshake(self) -> None:
        async with serving(silent) as server:
            with pytest.raises(HandshakeError, match=r"no TLS handshake within 0\.05 s") as caught:
                async with stream_to(server, tls=True, exchange_seconds=0.05):
                    pass
            assert not caught.value.spoke_tls

    async def test_a_handshake_beyond_the_time_of_the_target_is_too_much(self) -> None:
        async with serving(silent) as server:
            with pytest.raises(WireError, match="one target may cost") as caught:
                async with stream_to(server, tls=True, target_seconds=0.05):
                    pass
            assert caught.value.reach is Reach.TOO_MUCH

    async def test_a_flood_in_the_handshake_ends_with_the_bytes_of_the_target(self) -> None:
        async def floods_records(caller: Caller) -> None:
            while True:
                await caller.send(bytes.fromhex("160303000100") * 1000)

        async with serving(floods_records) as server:
            with pytest.raises(WireError) as caught:
                async with stream_to(server, tls=True, target_bytes=100_000):
                    pass
            assert caught.value.reach in (Reach.TOO_MUCH, Reach.TLS_FAILED)

    async def test_rubbish_after_the_handshake_is_broken_off(self, certificate: Certificate) -> None:
        async def rubbish(caller: Caller) -> None:
            await caller.reader.read(100)
            raw = caller.writer.get_extra_info("socket").dup()
            raw = socket.socket(fileno=raw.detach())
            with raw:
                raw.send(b"\x17\x03\x03\x00\x20" + b"r" * 32)
            await asyncio.Event().wait()

        async with serving(rubbish, tls=certificate.context()) as server, stream_to(server, tls=True) as stream:
            await stream.write(b"hi")
            with pytest.raises(WireError, match="TLS broke off") as caught:
                await stream.read(100)
            assert caught.value.reach is Reach.BROKE_OFF

    async def test_session_tickets_do_not_disturb_a_quiet_line(self, certificate: Certificate) -> None:
        async with serving(echo, tls=certificate.context()) as server, stream_to(server, tls=True) as stream:
            await stream.write(b"hi")
            await stream.read_exactly(2)
            assert await stream.is_quiet()

    @pytest.mark.parametrize("newest", [OLD, NEW])
    @pytest.mark.parametrize("stray", [b"", b"stray"])
    async def test_an_end_or_a_stray_byte_within_tls_is_not_quiet(
        self, certificate: Certificate, newest: ssl.TLSVersion, stray: bytes
    ) -> None:
        async def handler(caller: Caller) -> None:
            await caller.send(await caller.reader.read(100))
            await go_on.wait()
            if stray:
                await caller.send(stray)
                await asyncio.Event().wait()

        go_on = asyncio.Event()
        context = certificate.context(newest=newest)
        async with serving(handler, tls=context) as server, stream_to(server, tls=True) as stream:
            await stream.write(b"hi")
            await stream.read_exactly(2)
            assert await stream.is_quiet()
            go_on.set()
            await asyncio.sleep(0.05)
            assert not await stream.is_quiet()

    @pytest.mark.fact("ES-66", "MDB-64")
    @pytest.mark.parametrize("newest", [OLD, NEW])
    async def test_an_alert_for_want_of_a_certificate_is_understood(
        self, certificate: Certificate, newest: ssl.TLSVersion
    ) -> None:
        with alerting(certificate.context(newest=newest, clients=ssl.CERT_REQUIRED)) as server:
            with pytest.raises(WireError) as caught:
                await asked(server)
            assert caught.value.reach is Reach.CLIENT_CERTIFICATE_REQUIRED

    async def test_where_the_interpreter_hides_handshakes_the_alert_of_tls_1_3_still_tells(
        self, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("auditor.probes.tls._CERTIFICATE_REQUEST", -1)
        with alerting(certificate.context(clients=ssl.CERT_REQUIRED)) as server:
            async with stream_to(server, tls=True) as stream:
                assert not stream.certificate_requested
                await stream.write(b"hi")
                with pytest.raises(WireError) as caught:
                    await stream.read(2)
            assert caught.value.reach is Reach.CLIENT_CERTIFICATE_REQUIRED
