import asyncio
import re
import ssl
import time
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.observation import Reach
from auditor.model.target import Tls
from auditor.probes.http_signs import client_certificate_wanted, host_header, is_encoded
from auditor.probes.http_wire import SocketHttpWire
from auditor.probes.interface import HttpReply, WireError, WriteRefusedError
from auditor.probes.lines import SocketLines
from auditor.probes.stream import HandshakeError
from tests.probes.loopback import Caller, Certificate, Handler, Server, alerting, lines_to, make_certificate, serving

OLD, NEW = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
COUNTING = b'{"params":{"index":"*","body":{"size":0}}}'
KIBANA = b"HTTP/1.1 200 OK\r\nkbn-name: k\r\nContent-Length: 2\r\n\r\nok"
NGINX_HTTPS = (
    b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nConnection: close\r\n\r\n"
    b"<center>The plain HTTP request was sent to HTTPS port</center>"
)
GO_HTTPS = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"), subject="/CN=es-1")


def always(reply: bytes) -> Handler:
    """Answers every request of every connection with `reply`."""

    async def handler(caller: Caller) -> None:
        while True:
            await caller.request()
            await caller.send(reply)

    return handler


def once(*parts: bytes, reset: bool = False) -> Handler:
    """Answers one request with the parts, then hangs up."""

    async def handler(caller: Caller) -> None:
        await caller.reader.read(1 << 16)
        for part in parts:
            await caller.send(part)
        if reset:
            caller.reset()

    return handler


async def silent(caller: Caller) -> None:
    await asyncio.Event().wait()


async def root(lines: SocketLines) -> HttpReply:
    return await lines.http().get("/", template="root")


async def roots(lines: SocketLines, times: int) -> None:
    for _ in range(times):
        await root(lines)


async def root_of(server: Server, *, tls: Tls = Tls.AUTO, **budget: Any) -> HttpReply:
    async with lines_to(server, tls=tls, **budget) as lines:
        return await root(lines)


class TestRequest:
    async def test_a_get_is_sent_as_it_is_recorded_and_no_more(self) -> None:
        asked: list[bytes] = []

        async def handler(caller: Caller) -> None:
            asked.append(await caller.request())
            await caller.send(OK)

        async with serving(handler) as server, lines_to(server) as lines:
            reply = await lines.http().get("/_cat/indices?v", template="cat", headers={"Cookie": "a=b"})
            assert asked == [
                f"GET /_cat/indices?v HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
                f"User-Agent: {lines.manner.user_agent}\r\nAccept: */*\r\nCookie: a=b\r\n\r\n".encode()
            ]
            (exchange,) = lines.transcript.exchanges
            assert (exchange.request, exchange.template) == ("GET /_cat/indices?v", "cat")
            assert (exchange.status, exchange.sent, exchange.received) == (200, len(asked[0]), len(OK))
            assert exchange.milliseconds > 0
            assert exchange.why == ""
            assert reply.number == 0
            assert (reply.status, reply.body, reply.truncated, reply.http_version) == (200, b"ok", False, "1.1")

    async def test_a_post_carries_its_body_and_length(self) -> None:
        asked: list[bytes] = []

        async def handler(caller: Caller) -> None:
            while True:
                asked.append(await caller.request())
                await caller.send(KIBANA)

        async with serving(handler) as server, lines_to(server) as lines:
            await root(lines)
            await lines.http().post("/internal/search/es", template="s", body=COUNTING, headers={"a": "b"})
            await lines.http().post("/internal/search/es", template="s")
            head, _, body = asked[1].partition(b"\r\n\r\n")
            assert head.startswith(b"POST /internal/search/es HTTP/1.1\r\n")
            assert b"\r\na: b\r\nContent-Length: 42" in head
            assert body == COUNTING
            assert b"Content-Length: 0\r\n" in asked[2]

    @pytest.mark.parametrize(
        ("address", "port", "value"),
        [
            ("es-1.corp.example", 9200, "es-1.corp.example:9200"),
            ("10.0.0.1", 80, "10.0.0.1:80"),
            ("fd00::1", 9200, "[fd00::1]:9200"),
            ("fe80::1%eth0", 9200, "[fe80::1]:9200"),
            ("bücher.example", 9200, "xn--bcher-kva.example:9200"),
        ],
    )
    def test_the_host_header_names_the_address_of_the_inventory(self, address: str, port: int, value: str) -> None:
        assert host_header(address, port) == value

    @pytest.mark.parametrize("address", ["a b", "a\r\nX: y", "x" * 64 + "é"])
    async def test_an_address_that_cannot_be_a_header_is_refused(self, address: str) -> None:
        async with serving(always(OK)) as server, lines_to(server, address=address) as lines:
            with pytest.raises(ValueError, match=r"."):
                lines.http()

    @pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
    async def test_proxies_of_the_environment_are_not_honoured(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, "http://127.0.0.1:1")
        async with serving(always(OK)) as server:
            assert (await root_of(server)).status == 200

    async def test_nothing_refused_is_sent_or_recorded(self) -> None:
        async with serving(always(OK)) as server, lines_to(server) as lines:
            wire = lines.http()
            for path in ("/a b", "/a\r\nX: y", "//a", "/a/../b", "a", "/é", "/a\0"):
                with pytest.raises(ValueError, match="path"):
                    await wire.get(path, template="t")
            with pytest.raises(ValueError, match="not a header"):
                await wire.get("/", template="t", headers={"a": "b\r\nc: d"})
            with pytest.raises(WriteRefusedError):
                await wire.get("/", template="t", headers={"X-HTTP-Method-Override": "DELETE"})
            with pytest.raises(WriteRefusedError):
                await wire.post("/internal/search/es", template="t")
            assert server.accepted == 0
            assert lines.transcript.exchanges == []

    def test_only_get_and_post_can_be_said(self) -> None:
        public = {name for name in vars(SocketHttpWire) if not name.startswith("_")}
        assert public == {"get", "post", "scheme", "tls"}


class TestNaming:
    @pytest.mark.parametrize("name", ["kbn-name: my cluster", "osd-name: d", "X-App-Name: kibana"])
    @pytest.mark.parametrize("status", [200, 302, 401, 404, 503])
    async def test_a_server_that_names_itself_may_be_posted_to(self, name: str, status: int) -> None:
        reply = f"HTTP/1.1 {status} X\r\n{name}\r\nContent-Length: 0\r\n\r\n".encode()
        async with serving(always(reply)) as server, lines_to(server) as lines:
            await root(lines)
            posted = await lines.http().post("/internal/search/es", template="s")
            assert posted.status == status

    @pytest.mark.parametrize("name", ["kbn-name: my cluster", "osd-name: d", "X-App-Name: kibana"])
    async def test_dashboards_own_search_is_sent_to_dashboards_alone(self, name: str) -> None:
        reply = f"HTTP/1.1 200 OK\r\n{name}\r\nContent-Length: 0\r\n\r\n".encode()
        async with serving(always(reply)) as server, lines_to(server) as lines:
            await root(lines)
            if name.startswith("osd-name"):
                assert (await lines.http().post("/internal/search/opensearch", template="s")).status == 200
            else:
                with pytest.raises(WriteRefusedError, match="allow-list"):
                    await lines.http().post("/internal/search/opensearch", template="s")

    @pytest.mark.parametrize("headers", ["", "X-App-Name: shop\r\n", "Server: kibana\r\n", "kbn-version: 7.0.0\r\n"])
    async def test_other_servers_may_not(self, headers: str) -> None:
        reply = f"HTTP/1.1 200 OK\r\n{headers}Content-Length: 0\r\n\r\n".encode()
        async with serving(always(reply)) as server, lines_to(server) as lines:
            await root(lines)
            with pytest.raises(WriteRefusedError, match="named itself"):
                await lines.http().post("/internal/search/es", template="s")
            assert len(lines.transcript.exchanges) == 1

    async def test_the_login_is_only_sent_where_the_user_allowed_it(self) -> None:
        for allowed in (False, True):
            async with serving(always(KIBANA)) as server, lines_to(server, accept_guest_login=allowed) as lines:
                await root(lines)
                if allowed:
                    await lines.http().post("/internal/security/login", template="l")
                else:
                    with pytest.raises(WriteRefusedError):
                        await lines.http().post("/internal/security/login", template="l")

    async def test_a_broken_naming_counts_for_nothing(self) -> None:
        async with serving(once(KIBANA[:-1])) as server, lines_to(server, tls=Tls.NEVER) as lines:
            with pytest.raises(WireError):
                await root(lines)
            with pytest.raises(WriteRefusedError):
                await lines.http().post("/internal/search/es", template="s")


class TestConnections:
    async def test_a_connection_is_kept_as_long_as_the_server_keeps_it(self) -> None:
        async with serving(always(OK)) as server, lines_to(server) as lines:
            for _ in range(3):
                await root(lines)
            assert server.accepted == 1

    @pytest.mark.parametrize(
        "reply",
        [
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
            b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
            OK + b"rubbish",
            OK + OK,
        ],
    )
    async def test_a_connection_that_cannot_be_trusted_further_is_dropped(self, reply: bytes) -> None:
        async with serving(always(reply)) as server, lines_to(server) as lines:
            for _ in range(3):
                assert (await root(lines)).body == b"ok"
            assert server.accepted == 3

    async def test_an_answer_to_nobody_that_comes_later_is_not_taken_for_the_next(self) -> None:
        async def handler(caller: Caller) -> None:
            await caller.request()
            await caller.send(OK)
            if caller.number == 0:
                await caller.send(b"HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n")
                strays.set()
            await caller.reader.read()

        strays = asyncio.Event()
        async with serving(handler) as server, lines_to(server) as lines:
            assert (await root(lines)).status == 200
            await strays.wait()
            assert (await root(lines)).status == 200
            assert server.accepted == 2

    async def test_a_stray_reply_in_a_tls_record_of_its_own_is_not_taken_for_the_next(
        self, certificate: Certificate
    ) -> None:
        async def handler(caller: Caller) -> None:
            await caller.request()
            caller.writer.write(OK)
            caller.writer.write(b"HTTP/1.1 503 Stray\r\nContent-Length: 0\r\n\r\n")
            await caller.reader.read()

        async with (
            serving(handler, tls=certificate.context()) as server,
            lines_to(server, tls=Tls.REQUIRED) as lines,
        ):
            await roots(lines, 3)
            assert [exchange.status for exchange in lines.transcript.exchanges] == [200, 200, 200]
            assert server.accepted == 3

    async def test_a_kept_connection_that_has_ended_is_made_anew(self) -> None:
        async def handler(caller: Caller) -> None:
            await caller.request()
            await caller.send(OK)

        async with serving(handler) as server, lines_to(server) as lines:
            for _ in range(3):
                await root(lines)
                await asyncio.sleep(0.01)
            assert server.accepted == 3
            assert [exchange.status for exchange in lines.transcript.exchanges] == [200, 200, 200]

    @pytest.mark.parametrize("reset", [True, False])
    async def test_a_kept_connection_that_ends_on_our_request_is_made_anew_once(self, reset: bool) -> None:
        async def handler(caller: Caller) -> None:
            await caller.request()
            if caller.number == 0:
                await caller.send(OK)
                await caller.request()
            if reset:
                caller.reset()

        async with serving(handler) as server, lines_to(server, tls=Tls.NEVER) as lines:
            await root(lines)
            with pytest.raises(WireError, match="before a byte of an answer") as caught:
                await root(lines)
            assert caught.value.reach is Reach.BROKE_OFF
            assert server.accepted == 2
            assert [exchange.status for exchange in lines.transcript.exchanges] == [200, None, None]

    async def test_the_socket_of_the_sweep_is_used_first(self) -> None:
        async with serving(always(OK)) as server, lines_to(server, first=True) as lines:
            await root(lines)
            assert server.accepted == 1

    async def test_a_large_reply_is_read_whole_within_its_cap(self) -> None:
        body = b"m" * (5 << 20)
        reply = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        async with serving(always(reply)) as server, lines_to(server) as lines:
            whole = await lines.http().get("/_mapping", template="m", cap=16 << 20)
            assert (whole.body == body, whole.truncated) == (True, False)
            cut = await lines.http().get("/_mapping", template="m")
            assert (len(cut.body), cut.truncated) == (1 << 20, True)
            assert (await lines.http().get("/_mapping", template="m", cap=16 << 20)).body == body
            assert server.accepted == 2

    @pytest.mark.parametrize(
        ("coding", "bits"), [("gzip", 31), ("x-gzip", 31), ("GZip", 31), ("deflate", 15), ("deflate", -15)]
    )
    async def test_a_compression_that_nobody_asked_for_is_undone(self, coding: str, bits: int) -> None:
        packer = zlib.compressobj(wbits=bits)
        body = packer.compress(b'{"tagline":"You Know, for Search"}' * 9) + packer.flush()
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
        async with serving(always(head.encode() + body)) as server:
            told = await root_of(server)
            assert (told.body, told.truncated) == (b'{"tagline":"You Know, for Search"}' * 9, False)
            assert not is_encoded(told)

    async def test_what_was_compressed_may_not_grow_beyond_its_cap(self) -> None:
        packer = zlib.compressobj(wbits=31)
        body = packer.compress(bytes(64 << 20)) + packer.flush()
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
        async with serving(always(head.encode() + body)) as server:
            told = await root_of(server)
            assert (told.body, told.truncated) == (bytes(1 << 20), True)

    async def test_a_compressed_body_that_holds_nothing_is_handed_on_as_it_came(self) -> None:
        reply = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00"
        async with serving(always(reply)) as server:
            told = await root_of(server)
            assert told.body == b"\x1f\x8b\x08\x00"
            assert is_encoded(told)
            assert not is_encoded(HttpReply(200, (), b"", 0))


class TestTlsSettling:
    @pytest.mark.parametrize("tls", [Tls.AUTO, Tls.NEVER])
    async def test_plain_stays_plain(self, tls: Tls) -> None:
        async with serving(always(OK)) as server, lines_to(server, tls=tls) as lines:
            await root(lines)
            assert (lines.http().scheme, lines.http().tls, server.accepted) == ("http", None, 1)

    @pytest.mark.fact("ES-64")
    @pytest.mark.parametrize("newest", [OLD, NEW])
    async def test_a_tls_port_is_found_and_stays_so(self, certificate: Certificate, newest: ssl.TLSVersion) -> None:
        async with serving(always(OK), tls=certificate.context(newest=newest)) as server, lines_to(server) as lines:
            assert (await root(lines)).status == 200
            await root(lines)
            assert lines.http().scheme == "https"
            tls = lines.http().tls
            assert tls is not None
            assert tls.subject == "CN=es-1"
            assert server.accepted == 1  # kept; the plain one was no handshake and is not counted
            assert [exchange.status for exchange in lines.transcript.exchanges] == [None, 200, 200]

    async def test_required_tls_asks_nothing_in_plain(self, certificate: Certificate) -> None:
        async with (
            serving(always(OK), tls=certificate.context()) as server,
            lines_to(server, tls=Tls.REQUIRED, first=True) as lines,
        ):
            assert (await root(lines)).status == 200
            assert server.accepted == 1
            assert [exchange.status for exchange in lines.transcript.exchanges] == [200]

    async def test_required_tls_that_is_not_there_has_failed(self) -> None:
        async with (
            serving(once(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server,
            lines_to(server, tls=Tls.REQUIRED) as lines,
        ):
            with pytest.raises(WireError) as caught:
                await root(lines)
            assert caught.value.reach is Reach.TLS_FAILED
            assert lines.transcript.exchanges == []

    async def test_no_tls_is_tried_where_the_inventory_forbids_it(self, certificate: Certificate) -> None:
        async with serving(always(OK), tls=certificate.context()) as server:
            with pytest.raises(WireError) as caught:
                await root_of(server, tls=Tls.NEVER)
            assert caught.value.reach is Reach.BROKE_OFF
            assert server.accepted == 0  # asyncio counts completed handshakes only

    @pytest.mark.fact("ES-64")
    @pytest.mark.parametrize(
        "plain",
        [NGINX_HTTPS, GO_HTTPS, b"\x15\x03\x01\x00\x02\x02\x46", b"\x15", b""],
        ids=["nginx", "go", "alert", "half an alert", "nothing"],
    )
    @pytest.mark.parametrize("reset", [True, False])
    async def test_whatever_a_tls_port_answers_in_plain_tls_is_tried(
        self, certificate: Certificate, plain: bytes, reset: bool
    ) -> None:
        async with serving(always(OK), tls=certificate.context()) as secured:

            async def front(caller: Caller) -> None:
                first = await caller.reader.read(1 << 16)
                if first[:1] != b"\x16":
                    if plain:
                        await caller.send(plain)
                    elif reset:
                        caller.reset()
                    return
                reader, writer = await asyncio.open_connection("127.0.0.1", secured.port)
                writer.write(first)

                async def pump() -> None:
                    while data := await reader.read(1 << 16):
                        await caller.send(data)

                pumping = asyncio.create_task(pump())
                try:
                    while data := await caller.reader.read(1 << 16):
                        writer.write(data)
                finally:
                    pumping.cancel()
                    writer.close()

            async with serving(front) as server, lines_to(server) as lines:
                assert (await root(lines)).body == b"ok"
                assert lines.http().scheme == "https"
                await root(lines)
                assert server.accepted == 2

    @pytest.mark.parametrize("reset", [True, False])
    async def test_a_dead_backend_is_broken_off_and_no_failure_of_tls(self, reset: bool) -> None:
        async with serving(once(reset=reset)) as server, lines_to(server) as lines:
            with pytest.raises(WireError, match="before a byte of an answer") as caught:
                await root(lines)
            assert caught.value.reach is Reach.BROKE_OFF
            assert server.accepted == 2
            assert len(lines.transcript.exchanges) == 1

    async def test_a_port_that_hangs_up_on_plain_and_ignores_tls_is_broken_off(self) -> None:
        async def handler(caller: Caller) -> None:
            if caller.number:
                await asyncio.Event().wait()
            await caller.reader.read(100)

        async with serving(handler) as server:
            with pytest.raises(WireError, match="before a byte") as caught:
                await root_of(server, exchange_seconds=0.1)
            assert caught.value.reach is Reach.BROKE_OFF

    async def test_a_port_that_speaks_tls_but_not_with_us_has_failed_tls(self) -> None:
        async def handler(caller: Caller) -> None:
            await caller.reader.read(1000)
            if caller.number:
                await caller.send(bytes.fromhex("15030100020228"))

        async with serving(handler) as server:
            with pytest.raises(HandshakeError, match="handshake failure") as caught:
                await root_of(server)
            assert caught.value.reach is Reach.TLS_FAILED

    async def test_a_port_that_says_https_and_shakes_no_hands_has_failed_tls(self) -> None:
        async with serving(once(NGINX_HTTPS)) as server:
            with pytest.raises(WireError) as caught:
                await root_of(server)
            assert caught.value.reach is Reach.TLS_FAILED

    async def test_a_refused_second_connection_is_broken_off_and_never_refused(self) -> None:
        async with serving(once()) as server, lines_to(server, first=True) as lines:
            server.port = 1
            with pytest.raises(WireError) as caught:
                await root(lines)
            assert caught.value.reach is Reach.BROKE_OFF

    @pytest.mark.parametrize("newest", [OLD, NEW])
    @pytest.mark.parametrize("tls", [Tls.AUTO, Tls.REQUIRED])
    async def test_a_required_client_certificate_is_told_apart(
        self, certificate: Certificate, newest: ssl.TLSVersion, tls: Tls
    ) -> None:
        context = certificate.context(newest=newest, clients=ssl.CERT_REQUIRED)
        async with serving(always(OK), tls=context) as server:
            with pytest.raises(WireError) as caught:
                await root_of(server, tls=tls)
            assert caught.value.reach is Reach.CLIENT_CERTIFICATE_REQUIRED

    @pytest.mark.parametrize("newest", [OLD, NEW])
    async def test_an_alert_for_want_of_a_certificate_is_told_apart(
        self, certificate: Certificate, newest: ssl.TLSVersion
    ) -> None:
        with alerting(certificate.context(newest=newest, clients=ssl.CERT_REQUIRED)) as server:
            with pytest.raises(WireError) as caught:
                await root_of(server, tls=Tls.REQUIRED)
            assert caught.value.reach is Reach.CLIENT_CERTIFICATE_REQUIRED

    async def test_nginx_says_in_http_that_it_wants_a_certificate(self) -> None:
        body = b"<center><h1>400 Bad Request</h1></center><center>No required SSL certificate was sent</center>"
        reply = b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        async with serving(always(reply)) as server:
            assert client_certificate_wanted(await root_of(server))
        assert not client_certificate_wanted(HttpReply(200, (), body, 0))
        assert not client_certificate_wanted(HttpReply(400, (), b"Bad Request", 0))


class TestHostileServers:
    async def test_silence_is_broken_off(self) -> None:
        async with serving(silent) as server, lines_to(server, exchange_seconds=0.05) as lines:
            with pytest.raises(WireError, match=r"connected, then silent for 0\.05 s") as caught:
                await root(lines)
            assert caught.value.reach is Reach.BROKE_OFF
            assert server.accepted == 1  # silence is no sign of TLS
            (exchange,) = lines.transcript.exchanges
            assert (exchange.status, exchange.received, exchange.why) == (None, 0, "")

    async def test_a_tarpit_ends_with_the_time_of_the_exchange(self) -> None:
        async def drips(caller: Caller) -> None:
            for byte in OK * 1000:
                await caller.send(bytes((byte,)) if byte != 13 else b"x")
                await asyncio.sleep(0.01)

        async with serving(drips) as server:
            began = time.monotonic()
            with pytest.raises(WireError) as caught:
                await root_of(server, exchange_seconds=0.3)
            assert caught.value.reach is Reach.TOO_MUCH
            assert time.monotonic() - began < 3

    async def test_a_tarpit_over_many_exchanges_ends_with_the_time_of_the_target(self) -> None:
        async def handler(caller: Caller) -> None:
            while True:
                await caller.request()
                await asyncio.sleep(0.05)
                await caller.send(OK)

        async with serving(handler) as server, lines_to(server, target_seconds=0.3) as lines:
            with pytest.raises(WireError, match=r"the 0\.3 s that one target may cost are spent") as caught:
                await roots(lines, 100)
            assert caught.value.reach is Reach.TOO_MUCH
            answers = [exchange.status for exchange in lines.transcript.exchanges]
            assert answers[0] == 200
            assert len(answers) < 10

    @pytest.mark.parametrize(
        ("start", "again"),
        [
            (b"HTTP/1.1 200 OK\r\n", b"X-Endless: header\r\n" * 50),
            (b"HTTP/1.1 200 OK\r\nX: ", b"v" * 1000),
            (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Endless: trailer\r\n" * 50),
        ],
    )
    async def test_headers_without_end_are_too_much(self, start: bytes, again: bytes) -> None:
        async def handler(caller: Caller) -> None:
            await caller.request()
            await caller.send(start)
            while True:
                await caller.send(again)

        async with serving(handler) as server, lines_to(server) as lines:
            with pytest.raises(WireError, match="headers or framing") as caught:
                await root(lines)
            assert caught.value.reach is Reach.TOO_MUCH
            assert lines.spending.received < 1 << 20

    @pytest.mark.parametrize(
        ("start", "again"),
        [
            (b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n", b"x" * 65536),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
            (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
        ],
    )
    async def test_a_body_without_end_is_cut_and_marked(self, start: bytes, again: bytes) -> None:
        async def handler(caller: Caller) -> None:
            await caller.request()
            await caller.send(start)
            while True:
                await caller.send(again)

        async with serving(handler) as server, lines_to(server) as lines:
            reply = await lines.http().get("/", template="root", cap=100_000)
            assert (len(reply.body), reply.truncated) == (100_000, True)
            assert lines.spending.received < 400_000

    async def test_all_replies_together_are_bounded(self) -> None:
        reply = b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n" + b"x" * 50_000
        async with serving(always(reply)) as server, lines_to(server, target_bytes=120_000) as lines:
            await root(lines)
            await root(lines)
            with pytest.raises(WireError, match="120000 bytes that one target may send") as caught:
                await root(lines)
            assert caught.value.reach is Reach.TOO_MUCH

    async def test_requests_are_bounded(self) -> None:
        async with serving(always(OK)) as server, lines_to(server, requests=2) as lines:
            await root(lines)
            await root(lines)
            with pytest.raises(WireError, match="the 2 requests that one target may cost") as caught:
                await root(lines)
            assert caught.value.reach is Reach.TOO_MUCH
            assert len(lines.transcript.exchanges) == 2

    @pytest.mark.parametrize(
        "reply", [OK, OK[:17], b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"]
    )
    async def test_a_reset_at_any_byte_of_a_reply_is_broken_off(self, reply: bytes) -> None:
        async def handler(caller: Caller) -> None:
            await caller.request()
            if caller.number:
                await caller.send(reply[: caller.number])
                await asyncio.sleep(0.001)
            caller.reset()

        async with serving(handler) as server:
            for _ in range(len(reply)):
                with pytest.raises(WireError) as caught:
                    await root_of(server, tls=Tls.NEVER)
                assert caught.value.reach is Reach.BROKE_OFF

    @pytest.mark.parametrize(
        "greeting",
        [b"<html>alice@example.org</html>", b"SSH-2.0-OpenSSH_9.2\r\n", bytes(range(128, 256)), b"\x00" * 50],
    )
    async def test_what_is_not_http_is_another_product_and_nothing_of_it_leaks(self, greeting: bytes) -> None:
        async with serving(once(greeting)) as server:
            with pytest.raises(WireError) as caught:
                await root_of(server)
            assert caught.value.reach is Reach.NOT_THE_PRODUCT
            assert "alice" not in caught.value.detail
            assert caught.value.detail.isprintable()

    async def test_rubbish_from_a_server_that_has_spoken_http_is_broken_off(self) -> None:
        async def handler(caller: Caller) -> None:
            await caller.request()
            await caller.send(b"\x00rubbish" if caller.number else OK)

        async with serving(handler) as server, lines_to(server) as lines:
            await root(lines)
            with pytest.raises(WireError) as caught:
                await roots(lines, 2)
            assert caught.value.reach is Reach.BROKE_OFF

    async def test_the_text_of_a_mongod_is_an_ordinary_reply(self) -> None:
        body = b"It looks like you are trying to access MongoDB over HTTP on the native driver port.\n"
        head = b"HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
        async with serving(once(head % len(body) + body)) as server:
            reply = await root_of(server)
            assert (reply.http_version, reply.body) == ("1.0", body)

    async def test_being_cancelled_records_the_exchange_and_closes_the_line(self) -> None:
        async with serving(silent) as server, lines_to(server) as lines:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await root(lines)
            (exchange,) = lines.transcript.exchanges
            assert exchange.status is None


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=100).map(lambda tail: OK[:40] + tail)))
def test_any_bytes_from_a_server_give_a_reply_or_a_sentence(data: bytes) -> None:
    async def run() -> None:
        async with serving(once(data)) as server:
            began = time.monotonic()
            try:
                reply = await root_of(server, exchange_seconds=1.0)
            except WireError as error:
                assert re.fullmatch(r"[ -~]{5,200}", error.detail)  # noqa: PT017 - either end is right
            else:
                assert len(reply.body) <= len(data)
            assert time.monotonic() - began < 3

    asyncio.run(run())
