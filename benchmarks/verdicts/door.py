"""An address of loopback that hands every byte on to a server on another port, and ends as that server ends."""

import asyncio
import re
import socket
import struct
from contextlib import suppress
from enum import Enum

from auditor.testing.listener import Listener

_REQUEST = re.compile(rb"[A-Z]{3,10} /[^\r\n]* HTTP/1\.[01]\r\n")
_CHUNK = 64 << 10
_MOST = 4 << 20  # bytes of one answer that is taken apart


class Http(Enum):
    """Whose manners a replayed HTTP server takes on, where a scanner would see the difference.

    `value` is what a line that is no request is answered, before the end of the connection. Netty's are those of
    Elasticsearch 1.7.6, 6.8.23 and OpenSearch 2.19.4 on this bench; Node's are its default for a client's error.
    """

    NETTY = b""
    NODE = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"


class Door(Listener):
    """`async with Door("127.20.1.7", 9200, to=45678): …`; servers of tests listen on 127.0.0.1 and a free port.

    `speaks` makes a replay behave as the real server does towards what is not HTTP/1.1: a line of another protocol
    ends the connection, a request of HTTP/1.0 is answered without chunks and with the end (by Netty in HTTP/1.0, by
    Node in HTTP/1.1). Scanners know products by such details, and a replay would wait in silence.
    """

    def __init__(self, host: str, port: int, *, to: int, speaks: Http | None = None) -> None:
        super().__init__(host, port)
        self._to = to
        self._speaks = speaks

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            await _close(writer, reset=True)
            return
        try:
            async with asyncio.TaskGroup() as both:
                first = await _first(reader) if self._speaks else b""
                if self._speaks and is_rubbish(first, self._speaks):
                    writer.write(self._speaks.value)
                elif first.partition(b"\r\n")[0].endswith(b" HTTP/1.0"):
                    both.create_task(self._answer_old(first, inner_reader, inner_writer, writer))
                else:
                    inner_writer.write(first)
                    both.create_task(_pump(inner_reader, writer))
                    both.create_task(_pump(reader, inner_writer))
        except* ConnectionError:
            await _close(writer, reset=True)  # what broke behind the door breaks before it
        finally:
            for each in (inner_writer, writer):
                await _close(each)

    async def _answer_old(
        self,
        request: bytes,
        inner_reader: asyncio.StreamReader,
        inner_writer: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
    ) -> None:
        first, _, rest = request.partition(b"\r\n")
        inner_writer.write(first + b"\r\nconnection: close\r\n" + rest)
        answer = b""
        while len(answer) < _MOST and (more := await inner_reader.read(_CHUNK)):
            answer += more
        writer.write(as_old(answer, status_line=self._speaks is Http.NETTY))
        await writer.drain()


async def _first(reader: asyncio.StreamReader) -> bytes:
    """What a client says first, up to the end of an HTTP request's head where it is one."""
    said = await reader.read(_CHUNK)
    while _REQUEST.match(said) and b"\r\n\r\n" not in said and (more := await reader.read(_CHUNK)):
        said += more
    return said


def is_rubbish(said: bytes, speaks: Http) -> bool:
    """Whether a server would end the talk: Node at a first byte that begins no request, Netty at a whole line."""
    said = said.lstrip(b"\r\n")
    if not said or _REQUEST.match(said):
        return False
    return b"\n" in said or (speaks is Http.NODE and not said[:1].isupper())


def as_old(answer: bytes, *, status_line: bool) -> bytes:
    """A whole HTTP/1.1 answer as a client of HTTP/1.0 gets it: unchunked, and with an old status line if asked for."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return answer
    lines = head.split(b"\r\n")
    kept = [line for line in lines if line.lower().replace(b" ", b"") != b"transfer-encoding:chunked"]
    if len(kept) < len(lines):
        body = _unchunked(body)
        kept.append(b"content-length: %d" % len(body))
    if status_line and kept[0].startswith(b"HTTP/1.1"):
        kept[0] = b"HTTP/1.0" + kept[0].removeprefix(b"HTTP/1.1")
    return b"\r\n".join(kept) + b"\r\n\r\n" + body


def _unchunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size or b"0", 16)
        if not length:
            break
        whole, body = whole + body[:length], body[length + 2 :]
    return whole


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        with suppress(OSError):  # the other side may have gone first
            writer.write_eof()


async def _close(writer: asyncio.StreamWriter, *, reset: bool = False) -> None:
    connection: socket.socket | None = writer.get_extra_info("socket")
    if reset and connection is not None:
        with suppress(OSError):  # closed already
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
