"""A relay on loopback before a cell's server: it hands on each request and says the reply in another way."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from auditor.testing.loopback import ByteServer
from auditor.testing.script import HttpAsked

_FRAMING = frozenset({"content-length", "transfer-encoding"})
Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One HTTP reply of the server behind, without its framing."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that (lower-case) name, "" where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def without(self, *names: str) -> Headers:
        """All other headers."""
        return tuple(pair for pair in self.headers if pair[0].lower() not in names)

    @property
    def has_body(self) -> bool:
        """Whether its status allows one."""
        return self.status not in (204, 304)


#: What of a request goes on to the server behind; an answer where the relay says something itself; None: it hangs up.
Forwards: TypeAlias = Callable[[HttpAsked], HttpAsked | Said | None]
Changes: TypeAlias = Callable[[HttpAsked, Said], Said]
Writes: TypeAlias = Callable[[asyncio.StreamWriter, Said], Awaitable[bool]]


def as_asked(asked: HttpAsked) -> HttpAsked | Said | None:
    """Every request, unchanged."""
    return asked


def as_said(_: HttpAsked, said: Said) -> Said:
    """Every reply, unchanged."""
    return said


def head(said: Said, *framing: str, version: str = "1.1", end: str = "\r\n") -> bytes:
    """A status line and headers, ended by an empty line; `framing` are further header lines."""
    lines = [
        f"HTTP/{version} {said.status} Said",
        *(f"{name}: {value}" for name, value in said.headers),
        *(framing if said.has_body else ()),
    ]
    return (end.join([*lines, "", ""])).encode("utf-8", "surrogateescape")


async def plainly(writer: asyncio.StreamWriter, said: Said) -> bool:
    """By content-length, on a connection that is kept. Each writer returns whether it is."""
    writer.write(head(said, f"Content-Length: {len(said.body)}") + said.body)
    await writer.drain()
    return True


@contextlib.asynccontextmanager
async def relaying(
    port: int,
    *,
    forwards: Forwards = as_asked,
    changes: Changes = as_said,
    writes: Writes = plainly,
    host: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    """Relays HTTP to the server on a port of 127.0.0.1 and yields its own port on `host`.

    What is no HTTP, in either direction, passes through as it came.
    """

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                first = await reader.readexactly(4)
            except asyncio.IncompleteReadError:
                return
            if first not in (b"GET ", b"POST"):
                await passing(first, reader, writer, port)
                return
            request = first + await reader.readuntil(b"\r\n\r\n")
            length = next((value for name, value in _parsed(request)[1] if name.lower() == "content-length"), "0")
            chosen = forwards(_asked(request, await reader.readexactly(int(length))))
            if chosen is None:
                return
            said = chosen if isinstance(chosen, Said) else await _fetch(chosen, port)
            if isinstance(said, bytes):
                writer.write(said)
                return
            asked = chosen if isinstance(chosen, HttpAsked) else _asked(request, b"")
            if not await writes(writer, changes(asked, said)):
                return

    async with Relay(talk, host=host, tls=tls) as own:
        yield own.port


class Relay(ByteServer):
    """A free port; whatever hangs up on either side ends the talk."""

    _broken = (OSError, asyncio.IncompleteReadError)


async def passing(first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Hands on what comes from either side, as it comes, to the server on a port of 127.0.0.1."""
    there, onward = await asyncio.open_connection("127.0.0.1", port)
    onward.write(first)
    pumps = [asyncio.ensure_future(_pump(reader, onward)), asyncio.ensure_future(_pump(there, writer))]
    try:
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        onward.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


async def _fetch(asked: HttpAsked, port: int) -> Said | bytes:
    """What the server behind says; its bytes where that is no HTTP.

    Raises:
        OSError, IncompleteReadError: it hung up.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = [
            f"{asked.method} {asked.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in asked.headers.items()),
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + asked.body)
        first = await reader.readexactly(5)
        if first != b"HTTP/":
            return first + await reader.read()
        status, headers = _parsed(first + await reader.readuntil(b"\r\n\r\n"))
        said = Said(int(status[1]), headers, b"")
        if said.header("transfer-encoding") == "chunked":
            body = b""
            while size := int(await reader.readuntil(b"\r\n"), 16):
                body += (await reader.readexactly(size + 2))[:-2]
        elif length := said.header("content-length"):
            body = await reader.readexactly(int(length))
        else:
            body = await reader.read() if said.has_body else b""
        return Said(said.status, said.without(*_FRAMING), body)
    finally:
        writer.close()


def _parsed(request: bytes) -> tuple[list[str], Headers]:
    first, *lines = request[:-4].decode("utf-8", "surrogateescape").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return first.split(" ", 2), tuple((name, value.strip()) for name, _, value in pairs)


def _asked(request: bytes, body: bytes) -> HttpAsked:
    (method, path, _), headers = _parsed(request)
    return HttpAsked(method, path, {name.lower(): value for name, value in headers}, body, "")
