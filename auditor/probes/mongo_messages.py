"""Frames of MongoDB's wire protocol as bytes: what goes out is built here, what comes in is taken apart, BSON unread.

Source: MongoDB's wire-protocol specification. OP_QUERY (2004) is answered by OP_REPLY (1), OP_MSG (2013) by OP_MSG. All
integers are little-endian. Nothing that a frame claims about itself is believed before it has been checked.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

HEADER_BYTES = 16
LONGEST_MESSAGE = 48_000_000  # what every server announces as maxMessageSizeBytes

_HEADER = struct.Struct("<iiii")  # length, request id, response to, opcode
_REPLY = struct.Struct("<iqii")  # flags, cursor id, starting from, number returned
_SLAVE_OK = 1 << 2  # of OP_QUERY: a secondary may answer
_QUERY_FAILURE = 1 << 1  # of OP_REPLY: its one document tells why a find was refused
_CHECKSUM_PRESENT, _MORE_TO_COME = 1 << 0, 1 << 1  # of OP_MSG
_REQUIRED_BITS = 0xFFFF & ~(_CHECKSUM_PRESENT | _MORE_TO_COME)  # an unknown one among bits 0-15 must be refused
_SMALLEST_DOCUMENT = 5


class Opcode(IntEnum):
    """The message types that occur between us and a server."""

    REPLY = 1
    QUERY = 2004
    COMPRESSED = 2012
    MSG = 2013

    @property
    def label(self) -> str:
        """Its name in the specification, "OP_MSG"."""
        return f"OP_{self.name}"

    @property
    def answer(self) -> "Opcode":
        """The opcode in which a server must answer it."""
        return Opcode.REPLY if self is Opcode.QUERY else Opcode.MSG


class FrameError(Exception):
    """Bytes that are no answer to what was asked; the message is a sentence on what is wrong with them."""


class EchoError(FrameError):
    """Our own bytes came back: an echo service."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first 16 bytes of a message. `length` counts the whole message; signed, as the wire has it."""

    length: int
    request_id: int
    response_to: int
    opcode: int


def query(request_id: int, namespace: str, document: bytes, *, limit: int = -1, fields: bytes = b"") -> bytes:
    """An OP_QUERY that a secondary may answer. A negative `limit` asks for one batch and no cursor."""
    body = struct.pack("<i", _SLAVE_OK) + namespace.encode() + b"\0" + struct.pack("<ii", 0, limit) + document + fields
    return _HEADER.pack(HEADER_BYTES + len(body), request_id, 0, Opcode.QUERY) + body


def message(request_id: int, document: bytes) -> bytes:
    """An OP_MSG of one body section, without a checksum."""
    body = struct.pack("<I", 0) + b"\0" + document
    return _HEADER.pack(HEADER_BYTES + len(body), request_id, 0, Opcode.MSG) + body


def request_id(frame: bytes) -> int:
    """The id under which a frame of ours asks."""
    return int(_HEADER.unpack_from(frame)[1])


def read_header(data: bytes, *, asked: Opcode, request_id: int) -> Header:
    """The header of the answer to our request, in the first 16 bytes of what came; its length is then one to rely on.

    Raises:
        FrameError: these bytes cannot begin that answer. EchoError where they are our own.
    """
    if len(data) < HEADER_BYTES:
        raise FrameError(f"closed after {len(data)} bytes")
    header = Header(*_HEADER.unpack_from(data))
    if header.opcode == asked and header.request_id == request_id and header.response_to != request_id:
        raise EchoError("our own bytes came back, as from an echo service")
    if header.opcode == Opcode.COMPRESSED:
        raise FrameError("a compressed reply came back, though compression was never offered")
    if header.opcode != asked.answer:
        raise FrameError(f"opcode {header.opcode} answered {asked.label}")
    if header.response_to != request_id:
        raise FrameError("the reply belongs to another request")
    smallest = HEADER_BYTES + (_REPLY.size if asked is Opcode.QUERY else 5 + _SMALLEST_DOCUMENT)
    if not smallest <= header.length <= LONGEST_MESSAGE:
        raise FrameError(f"a reply claims to be {header.length} bytes long")
    return header


class Place(NamedTuple):
    """Where a document lies within a body: its first byte, and the one after its last."""

    start: int
    end: int


def documents(body: bytes, *, opcode: Opcode) -> tuple[bytes, ...]:
    """The BSON documents of a reply's body (all behind the header), each whole and still unread.

    Raises:
        FrameError: the body does not hold what it says, or an OP_MSG does not hold exactly one document.
    """
    return tuple(body[place.start : place.end] for place in places(body, opcode=opcode))


def places(body: bytes, *, opcode: Opcode) -> tuple[Place, ...]:
    """Where the documents of a reply's body lie.

    Raises:
        FrameError: as `documents`.
    """
    if opcode is Opcode.MSG:
        return (_body_section(body),)
    if len(body) < _REPLY.size:
        raise FrameError("an OP_REPLY that ends within its own head")
    count = _REPLY.unpack_from(body)[3]
    found = _split(body, _REPLY.size, len(body))
    if count != len(found):
        raise FrameError(f"an OP_REPLY announces {count} documents and holds {len(found)}")
    return found


def is_query_failure(body: bytes) -> bool:
    """Whether the body of an OP_REPLY is marked as the refusal of a find."""
    return len(body) >= _REPLY.size and bool(_REPLY.unpack_from(body)[0] & _QUERY_FAILURE)


def _body_section(body: bytes) -> Place:
    if len(body) < 5:
        raise FrameError("an OP_MSG that ends within its own head")
    (flags,) = struct.unpack_from("<I", body)
    if flags & _REQUIRED_BITS or flags & _MORE_TO_COME:
        raise FrameError(f"an OP_MSG with flags {flags:#x}")
    end = len(body) - 4 if flags & _CHECKSUM_PRESENT else len(body)
    if end < 5 or body[4] != 0:
        raise FrameError("an OP_MSG that does not begin with its body")
    found = _split(body, 5, end)
    if len(found) != 1:
        raise FrameError("an OP_MSG with more than its body")  # document sequences are for requests only
    return found[0]


def _split(body: bytes, start: int, end: int) -> tuple[Place, ...]:
    found: list[Place] = []
    while start < end:
        if end - start < _SMALLEST_DOCUMENT:
            raise FrameError("a reply ends within a document")
        (length,) = struct.unpack_from("<i", body, start)
        if not _SMALLEST_DOCUMENT <= length <= end - start:
            raise FrameError(f"a document claims to be {length} bytes long")
        found.append(Place(start, start + length))
        start += length
    return tuple(found)


_GREETINGS: tuple[tuple[bytes, str], ...] = (
    (b"HTTP/", "HTTP"),
    (b"SSH-", "SSH"),
    (b"RFB ", "VNC"),
    (b"-ERR", "Redis or POP3"),
    (b"+OK", "POP3"),
    (b"* OK", "IMAP"),
    (b"220", "SMTP or FTP"),
    (b"<html", "HTML"),
    (b"<!DOC", "HTML"),
    (b"\x15\x03", "TLS"),
    (b"\xff\xfd", "Telnet"),
    (b"\xff\xfb", "Telnet"),
)


def other_protocol(data: bytes) -> str | None:
    """What else the first bytes of an answer speak, in a reader's word; None where they are merely not MongoDB's."""
    for start, name in _GREETINGS:
        if data.startswith(start):
            return name
    if len(data) > 5 and data[3] == 0 and data[4] == 10 and data[5:6].isdigit():  # MySQL's handshake, version 10
        return "MySQL"
    if len(data) >= 4 and all(32 <= byte < 127 or byte in (9, 10, 13) for byte in data):
        return "a protocol of plain text"
    return None
