"""The only file that speaks HTTP: HTTP/1.1 by hand on a bounded stream, GET and a few reading POSTs.

Requests are written out here; replies are taken apart by llhttp (through httptools) in a lenient mood, for many of the
servers we ask are old. No redirect is followed, no cookie kept, no proxy variable honoured. We ask for no compression;
where a server compresses nevertheless, that is undone, or, of a kind that the standard library does not know, the body
is handed on as it came and its `content-encoding` header says so (`http_signs.is_encoded`). Longer than its neighbours
because the parser has its only door here.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httptools

from auditor.model.observation import Exchange, Reach, TlsSeen
from auditor.model.target import Tls
from auditor.probes import readonly
from auditor.probes.bounded_socket import CHUNK
from auditor.probes.http_coding import decoded
from auditor.probes.http_signs import (
    client_certificate_wanted,
    host_header,
    https_wanted,
    names_dashboards,
    names_itself,
    not_http,
    perhaps_https,
)
from auditor.probes.interface import HttpReply, WireError
from auditor.probes.stream import HandshakeError, SilenceError, SocketStream

if TYPE_CHECKING:
    from auditor.probes.lines import SocketLines

__all__ = ["SocketHttpWire", "client_certificate_wanted"]

_OPENING = 48  # bytes kept of the beginning
_MOST_INTERIM = 8  # 1xx replies before the real one


class SocketHttpWire:
    """An HttpWire on the lines of one target; one connection at a time, kept while the server keeps it."""

    def __init__(self, lines: "SocketLines") -> None:
        self._lines = lines
        self._kept: SocketStream | None = None
        self._spoken = False  # this target has answered in HTTP
        self._named = False  # ... and has named itself Kibana or Dashboards
        self._dashboards = False  # ... and that was Dashboards
        self._secure: bool | None = {Tls.REQUIRED: True, Tls.NEVER: False, Tls.AUTO: None}[lines.target.tls]
        self._tls: TlsSeen | None = None
        host, agent = host_header(lines.target.address, lines.target.port), lines.manner.user_agent
        if " " in host or not (readonly.is_header_value(host) and readonly.is_header_value(agent)):
            raise ValueError("the address or the user agent cannot be sent as a header")
        self._common = f"Host: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\n"

    @property
    def scheme(self) -> str:
        """Which of "http" and "https" the server turned out to speak."""
        return "https" if self._secure else "http"

    @property
    def tls(self) -> TlsSeen | None:
        """The TLS of the newest connection."""
        return self._tls

    async def get(
        self, path: str, *, template: str, headers: Mapping[str, str] | None = None, cap: int | None = None
    ) -> HttpReply:
        """Sends GET `path` (absolute, already encoded) and returns what came back. Redirects are not followed.

        Raises:
            WireError: no complete HTTP reply came back, or a budget is spent.
            WriteRefusedError: a header or a console call that would be more than a reading GET, or a search that could
                bring back documents beyond `Manner.sample`.
            ValueError: `path` or a header could not be sent as what it is.
        """
        readonly.check_get(path, approved=self._lines.manner.sample)
        reply = await self._ask("GET", path, template=template, headers=headers, body=None, cap=cap)
        self._named = self._named or names_itself(reply)
        self._dashboards = self._dashboards or names_dashboards(reply)
        return reply

    async def post(
        self,
        path: str,
        *,
        template: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        cap: int | None = None,
    ) -> HttpReply:
        """Sends POST `path`, one of Kibana's reading endpoints, to a server that named itself in an answer to a GET.

        Raises:
            WireError: as `get`.
            WriteRefusedError: the path is not on the list, or the server has not named itself.
            ValueError: as `get`.
        """
        manner = self._lines.manner
        readonly.check_post(
            path,
            body,
            named=self._named,
            dashboards=self._dashboards,
            accept_guest_login=manner.accept_guest_login,
            approved=manner.sample,
        )
        return await self._ask("POST", path, template=template, headers=headers, body=body, cap=cap)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        template: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        cap: int | None,
    ) -> HttpReply:
        headers = headers or {}
        readonly.check_headers(headers)
        own = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        length = "" if body is None else f"Content-Length: {len(body)}\r\n"
        head = f"{method} {path} HTTP/1.1\r\n{self._common}{own}{length}\r\n"
        question = _Question(
            line=f"{method} {path}",
            template=template,
            request=head.encode("latin-1") + (body or b""),
            cap=self._lines.budget.reply_bytes if cap is None else cap,
        )
        if self._secure is not None:
            return await self._exchange(question, secure=self._secure)
        return await self._settle(question)

    async def _settle(self, question: "_Question") -> HttpReply:
        """The first exchange with a target of which we do not know whether it speaks TLS: plain, then TLS."""
        ended: WireError | None = None
        plain: HttpReply | None = None  # an answer that will do where no TLS is spoken
        try:
            reply = await self._exchange(question, secure=False)
        except _HungUpError as error:
            ended = error
        else:
            if not https_wanted(reply):
                if not perhaps_https(reply, port=self._lines.target.port):
                    self._secure = False
                    return reply
                plain = reply
            await self._drop()
        try:
            self._kept = await self._opened(secure=True)
        except WireError as error:
            # Where nobody shook hands TLS was a vain guess, and what happened is how the plain talk ended.
            vain = (isinstance(error, HandshakeError) and not error.spoke_tls) or error.reach is Reach.BROKE_OFF
            if plain is not None and vain:
                self._secure = False
                return plain
            if ended is not None and vain:
                raise ended from error
            raise
        self._secure = True
        return await self._exchange(question, secure=True)

    async def _exchange(self, question: "_Question", *, secure: bool) -> HttpReply:
        if self._kept is not None and not await self._kept.is_quiet():
            await self._drop()
        stream, self._kept = self._kept, None
        if stream is None:
            return await self._talk(await self._opened(secure=secure), question)
        old = stream.received > 0
        try:
            return await self._talk(stream, question)
        except _HungUpError:
            if not old:
                raise
            # The server gave up the kept connection while our request was on its way: that is no answer to it.
            return await self._talk(await self._opened(secure=secure), question)

    async def _drop(self) -> None:
        if self._kept is not None:
            await self._kept.close()
            self._kept = None

    async def _opened(self, *, secure: bool) -> SocketStream:
        stream = await self._lines.stream(tls=secure)
        self._tls = stream.tls
        return stream

    async def _talk(self, stream: SocketStream, question: "_Question") -> HttpReply:
        """One request and its reply on one connection; recorded however it ends."""
        loop = asyncio.get_running_loop()
        reader = _ReplyReader(question.cap, self._lines.budget.head_bytes)
        began, before, asked = loop.time(), stream.received, self._lines.spending.requests
        try:
            await self._converse(stream, question, reader)
        finally:
            reader.release()
            # Not even begun where a budget was spent: then there is nothing to record.
            if self._lines.spending.requests > asked:
                number = self._lines.transcript.record(
                    Exchange(
                        request=question.line,
                        template=question.template,
                        status=reader.status if reader.done else None,
                        sent=len(question.request),
                        received=stream.received - before,
                        milliseconds=(loop.time() - began) * 1000,
                    )
                )
            if reader.reusable:
                self._kept = stream
            else:
                await stream.close()
        self._spoken = True
        headers, body, truncated = reader.headers, bytes(reader.body), reader.truncated
        coding = next((value for name, value in headers if name == "content-encoding"), "")
        if (plain := decoded(body, coding, cap=question.cap)) is not None:
            body, truncated = plain[0], plain[1] or truncated
            headers = [pair for pair in headers if pair[0] != "content-encoding"]
        return HttpReply(
            status=reader.status,
            headers=tuple(headers),
            body=body,
            number=number,
            truncated=truncated,
            http_version=reader.version,
        )

    async def _converse(self, stream: SocketStream, question: "_Question", reader: "_ReplyReader") -> None:
        try:
            await stream.write(question.request)
            while not reader.done:
                if data := await stream.read(CHUNK):
                    reader.feed(data)
                else:
                    reader.end()
        except SilenceError:
            raise
        except _NotHttpError as error:
            if reader.opening.startswith(b"\x15"):  # a TLS alert: how OpenSSL's servers answer what is not TLS
                raise _HungUpError(Reach.BROKE_OFF, "plain HTTP was answered with a TLS alert") from error
            if self._spoken:
                raise WireError(Reach.BROKE_OFF, "answered with something that is not HTTP") from error
            raise
        except WireError as error:
            if error.reach is Reach.BROKE_OFF and not stream.answered:
                raise _HungUpError(Reach.BROKE_OFF, f"{error.detail} before a byte of an answer") from error
            raise


class _HungUpError(WireError):
    """The server ended the talk without a byte of an answer, or with a TLS alert."""


class _NotHttpError(WireError):
    """What came is not the beginning of an HTTP reply."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A request as it is sent, and what is to be recorded of it."""

    line: str
    template: str
    request: bytes
    cap: int


class _ReplyReader:
    """Takes a reply apart as it comes in; `done` once it is whole, or as long as it may be.

    Its methods `on_…` are what httptools calls. `room` bounds the bytes that may come without one of them being body:
    status line, headers, interim replies, chunk lines and trailers are of no use without end.
    """

    __slots__ = (
        "_cap",
        "_headed",
        "_interim",
        "_keep",
        "_parser",
        "_room",
        "_rooms",
        "_skipping",
        "_surplus",
        "body",
        "done",
        "headers",
        "opening",
        "status",
        "truncated",
        "version",
    )

    def __init__(self, cap: int, head_bytes: int) -> None:
        self._cap = cap
        self._room = self._rooms = head_bytes
        self._headed = self._skipping = self._keep = self._surplus = False
        self._interim = 0
        self.status = 0
        self.version = ""
        self.headers: list[tuple[str, str]] = []
        self.body = bytearray()  # one buffer: a list of one-byte chunks would cost fifty times their bytes
        self.opening = b""  # the first bytes, to tell what this is if it is not HTTP
        self.done = self.truncated = False
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_chunked_length=True,
            lenient_optional_lf_after_cr=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )

    @property
    def reusable(self) -> bool:
        """Whether the connection stands just after this reply and the server keeps it."""
        return self.done and self._keep and not self._surplus and not self.truncated

    def release(self) -> None:
        """Lets go of the parser, which holds us as we hold it: the body must not wait for the garbage collector."""
        self._parser = None

    def feed(self, data: bytes) -> None:
        """Takes the next bytes.

        Raises:
            _NotHttpError: this is no HTTP.
            WireError: BROKE_OFF, HTTP that cannot be understood; TOO_MUCH, headers or framing without end.
        """
        if len(self.opening) < _OPENING:
            self.opening += data[: _OPENING - len(self.opening)]
        taken = 0
        while taken < len(data) and not self.done:
            piece = data[taken : taken + self._room]
            taken += len(piece)
            self._room -= len(piece)
            self._parse(piece)
            if (self._room <= 0 or self._interim > _MOST_INTERIM) and not self.done:
                raise WireError(Reach.TOO_MUCH, f"more than {self._rooms} bytes of headers or framing")
        self._surplus = self._surplus or taken < len(data)

    def end(self) -> None:
        """The connection has ended: so does a reply whose length nothing else tells.

        Raises:
            WireError: BROKE_OFF, in the middle of a reply.
        """
        if not self._headed:
            raise WireError(Reach.BROKE_OFF, "closed in the middle of the headers" if self.opening else "closed")
        coding = [value.lower() for name, value in self.headers if name == "transfer-encoding"]
        if coding[-1].endswith("chunked") if coding else any(name == "content-length" for name, _ in self.headers):
            raise WireError(Reach.BROKE_OFF, f"closed after {len(self.body)} bytes of a longer body")
        self.done = True

    def _parse(self, piece: bytes) -> None:
        assert self._parser is not None
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserUpgrade:  # 101, unasked for: a whole reply, and then not HTTP
            self.done = self._surplus = True
        except httptools.HttpParserError as error:
            if self.done:
                self._surplus = True
            elif self.opening.lstrip(b"\r\n").startswith(b"HTTP/"):
                raise WireError(Reach.BROKE_OFF, f"answered in broken HTTP: {error}") from error
            else:
                raise _NotHttpError(Reach.NOT_THE_PRODUCT, not_http(self.opening)) from error

    def on_message_begin(self) -> None:
        """A status line begins; after a whole reply that is rubbish, or an answer to nobody."""
        self._surplus = self.done

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; trailers are not kept."""
        if not self._headed:
            self.headers.append((name.decode("latin-1").lower(), value.decode("latin-1").strip()))

    def on_headers_complete(self) -> None:
        """The end of the headers, of the reply or of an interim one."""
        if self.done or self._parser is None:
            return
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != 101:  # RFC 9110, 15.2
            self._skipping = True
            self._interim += 1
            self.headers.clear()
            return
        self.status, self.version = status, self._parser.get_http_version()
        self._headed = True
        self._room = self._rooms

    def on_body(self, data: bytes) -> None:
        """Some of the body."""
        if self.done:
            return
        self._room = self._rooms
        left = self._cap - len(self.body)
        self.body += data[:left]
        if len(data) > left:
            self.done = self.truncated = True

    def on_message_complete(self) -> None:
        """The end of the reply, or of an interim one."""
        if self._skipping:
            self._skipping = False
        elif not self.done and self._parser is not None:
            self.done = True
            self._keep = self._parser.should_keep_alive()
