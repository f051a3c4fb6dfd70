"""A relay on loopback before a server of MongoDB's protocol: it hands on each request and says the reply otherwise."""

import asyncio
import contextlib
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import bson

from auditor.testing import mongo_frames
from auditor.testing.mongo_frames import Request
from tests.matrix.relay import Relay, passing


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
    return byte


_OP_QUERY, _OP_MSG, _CHECKSUM = 2004, 2013, 1
_CRC = [_crc_of(byte) for byte in range(256)]
_NO_FRAME = (b"\x16\x03", b"GET ", b"POST")  # TLS, HTTP
Document: TypeAlias = dict[str, Any]

#: What a reply becomes; the request is the one that the server behind was asked.
Changes: TypeAlias = Callable[[Request, Document], Document]
#: The relay's own answer; None: it hangs up; the request itself: it goes on to the server behind.
Answers: TypeAlias = Callable[[Request], "Request | Document | None"]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a relay says what it says: in pieces of so many bytes (0: whole), with checksums, ending each connection."""

    piece: int = 0
    checksum: bool = False
    once: bool = False
    seconds: float = 0.0


def as_asked(request: Request) -> Request:
    """Every request, unchanged."""
    return request


def as_said(_: Request, document: Document) -> Document:
    """Every reply, unchanged."""
    return document


@dataclass(slots=True)
class _Behind:
    """The server behind, on a connection that is made when it is needed."""

    port: int
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(default=None)

    async def fetch(self, frame: bytes) -> bytes:
        """The frame that answers a frame.

        Raises:
            OSError, IncompleteReadError: it hung up.
        """
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(frame)
        header = await reader.readexactly(mongo_frames.HEADER.size)
        length = mongo_frames.HEADER.unpack(header)[0]
        if not mongo_frames.HEADER.size < length < mongo_frames.MAX_LENGTH:
            raise ConnectionError("no frame")
        return header + await reader.readexactly(length - len(header))

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()


@contextlib.asynccontextmanager
async def relaying(
    port: int,
    *,
    answers: Answers = as_asked,
    changes: Changes = as_said,
    manner: Manner | None = None,
    renames: Callable[[Request], bytes | None] = lambda _: None,
    host: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    """Relays to the server on a port of 127.0.0.1 and yields its own port on `host`.

    `renames` may give the frame that is sent on in the place of the request's. What is no frame passes through.
    """
    how = manner or Manner()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind = _Behind(port)
        try:
            while True:
                header = await reader.readexactly(mongo_frames.HEADER.size)
                length = mongo_frames.HEADER.unpack(header)[0]
                if header.startswith(_NO_FRAME) or not len(header) < length < mongo_frames.MAX_LENGTH:
                    await passing(header, reader, writer, port)
                    return
                body = await reader.readexactly(length - len(header))
                request = mongo_frames.read(header, body)
                chosen = answers(request)
                if chosen is None:
                    return
                if isinstance(chosen, Request):
                    documents = _documents(await behind.fetch(renames(request) or header + body), request)
                    said = [changes(request, document) for document in documents]
                else:
                    said = [chosen]
                await _say(writer, _checked(mongo_frames.reply(request, said), how), how)
                if how.once:
                    return
        finally:
            behind.close()

    async with Relay(talk, host=host, tls=tls) as own:
        yield own.port


def _documents(frame: bytes, request: Request) -> list[Document]:
    start = mongo_frames.HEADER.size + (5 if request.opcode == "OP_MSG" else 20)
    found = []
    while start < len(frame):
        (size,) = struct.unpack_from("<i", frame, start)
        found.append(bson.decode(frame[start : start + size]))
        start += size
    return found


def query(request: Request, database: str, command: Document) -> bytes:
    """The frame of a request, about another database and with another command."""
    document = bson.encode(command)
    if request.opcode == "OP_MSG":
        payload, opcode = struct.pack("<I", 0) + b"\0" + bson.encode({**command, "$db": database}), _OP_MSG
    else:
        place = f"{database}.{request.namespace.partition('.')[2]}".encode() + b"\0"
        head = struct.pack("<i", 4) + place + struct.pack("<ii", 0, request.limit)
        payload, opcode = head + document, _OP_QUERY
    return mongo_frames.HEADER.pack(mongo_frames.HEADER.size + len(payload), request.number, 0, opcode) + payload


async def _say(writer: asyncio.StreamWriter, frame: bytes, how: Manner) -> None:
    await asyncio.sleep(how.seconds)
    piece = how.piece or len(frame)
    single = min(len(frame), 120) if how.piece == 1 else 0
    pieces = [frame[place : place + 1] for place in range(single)]
    pieces += [frame[place : place + max(piece, 1_000)] for place in range(single, len(frame), max(piece, 1_000))]
    for part in pieces:
        writer.write(part)
        await writer.drain()
        if how.piece:
            await asyncio.sleep(0)


def _checked(frame: bytes, how: Manner) -> bytes:
    """The frame of an OP_MSG with its checksum behind it."""
    length, number, asked, opcode = mongo_frames.HEADER.unpack_from(frame)
    if not how.checksum or opcode != _OP_MSG:
        return frame
    header = mongo_frames.HEADER.pack(length + 4, number, asked, opcode)
    whole = header + struct.pack("<I", _CHECKSUM) + frame[mongo_frames.HEADER.size + 4 :]
    return whole + struct.pack("<I", _crc32c(whole))


def _crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli), as the protocol's specification wants it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _CRC[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF
