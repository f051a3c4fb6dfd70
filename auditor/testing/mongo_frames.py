"""The server's side of MongoDB's wire protocol: frames in, replies out; and replies read again, for a recorder.

It is written apart from `probes/mongo_wire.py`, so that neither hides the other's mistakes. Source: MongoDB's
wire-protocol specification (OP_QUERY 2004, OP_REPLY 1, OP_MSG 2013); all integers are little-endian.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bson
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError
from bson.int64 import Int64

HEADER = struct.Struct("<iiii")  # length, request id, response to, opcode
MAX_LENGTH = 48_000_000  # what servers announce as maxMessageSizeBytes

_OP_REPLY, _OP_QUERY, _OP_MSG = 1, 2004, 2013
_SLAVE_OK = 1 << 2
_CHECKSUM, _MORE_TO_COME = 1 << 0, 1 << 1
_QUERY_FAILURE, _AWAIT_CAPABLE = 1 << 1, 1 << 3
_MOST_DOCUMENTS = 100_000  # of one reply
#: A server's texts need not be UTF-8, nor its dates within Python's years.
_AS_IT_CAME: CodecOptions[dict[str, Any]] = CodecOptions(
    document_class=dict, unicode_decode_error_handler="replace", datetime_conversion=DatetimeConversion.DATETIME_MS
)


class FrameError(Exception):
    """The bytes are no frame that a server takes; real servers end the connection then."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `namespace` is OP_QUERY's full collection name, "" in OP_MSG; `limit` its numberToReturn."""

    opcode: str
    number: int
    document: Mapping[str, Any]
    namespace: str = ""
    slave_ok: bool = False
    limit: int = 0


def read(header: bytes, body: bytes) -> Request:
    """The request in a frame whose header has been read and whose length has been checked.

    Raises:
        FrameError: it is neither OP_QUERY nor OP_MSG, or it is malformed.
    """
    _, number, _, opcode = HEADER.unpack(header)
    try:
        if opcode == _OP_QUERY:
            return _query(number, body)
        if opcode == _OP_MSG:
            return _message(number, body)
    except (struct.error, BSONError, ValueError, IndexError) as error:
        raise FrameError(str(error)) from error
    raise FrameError(f"opcode {opcode}")


def _query(number: int, body: bytes) -> Request:
    (flags,) = struct.unpack_from("<i", body)
    end = body.index(b"\0", 4)
    _, limit = struct.unpack_from("<ii", body, end + 1)
    start = end + 9
    (size,) = struct.unpack_from("<i", body, start)
    document = bson.decode(body[start : start + size])
    return Request("OP_QUERY", number, document, body[4:end].decode(), bool(flags & _SLAVE_OK), limit)


def _message(number: int, body: bytes) -> Request:
    (flags,) = struct.unpack_from("<I", body)
    if flags & _MORE_TO_COME:
        raise FrameError("moreToCome in a request")
    rest = body[4:-4] if flags & _CHECKSUM else body[4:]
    if rest[:1] != b"\0":
        raise FrameError("no section of kind 0")
    (size,) = struct.unpack_from("<i", rest, 1)
    if size != len(rest) - 1:
        raise FrameError("bytes after the only section")
    return Request("OP_MSG", number, bson.decode(rest[1:]))


def reply(request: Request, documents: Sequence[Mapping[str, Any]]) -> bytes:
    """The frame that answers `request`; OP_MSG carries exactly one document."""
    if request.opcode == "OP_MSG":
        payload = struct.pack("<I", 0) + b"\0" + bson.encode(_with_long_ids(documents[0]))
        return _framed(request, _OP_MSG, payload)
    failed = bool(documents) and "$err" in documents[0]
    flags = _AWAIT_CAPABLE | (_QUERY_FAILURE if failed else 0)
    payload = struct.pack("<iqii", flags, 0, 0, len(documents))
    return _framed(request, _OP_REPLY, payload + b"".join(bson.encode(_with_long_ids(each)) for each in documents))


def is_reply(data: bytes | bytearray) -> bool:
    """Whether these bytes begin as a reply does: of another protocol nothing is kept."""
    if len(data) < HEADER.size:
        return False
    length, _, _, opcode = HEADER.unpack_from(data)
    return opcode in (_OP_REPLY, _OP_MSG) and HEADER.size <= length <= MAX_LENGTH


def is_whole(data: bytes | bytearray) -> bool:
    """Whether these bytes are a whole reply."""
    return is_reply(data) and len(data) >= HEADER.unpack_from(data)[0]


def read_reply(frame: bytes) -> list[dict[str, Any]]:
    """The documents of a whole reply.

    Raises:
        FrameError: it is malformed.
    """
    _, _, _, opcode = HEADER.unpack_from(frame)
    try:
        if opcode == _OP_MSG:
            if frame[HEADER.size + 4] != 0:
                raise FrameError("no section of kind 0")
            return [_document(frame, HEADER.size + 5)[0]]
        (many,) = struct.unpack_from("<i", frame, HEADER.size + 16)
        found, place = [], HEADER.size + 20
        for _ in range(min(many, _MOST_DOCUMENTS)):
            document, place = _document(frame, place)
            found.append(document)
    except (struct.error, BSONError, ValueError, IndexError, TypeError, OverflowError, RecursionError) as error:
        raise FrameError(str(error)) from error
    return found


def _document(frame: bytes, place: int) -> tuple[dict[str, Any], int]:
    """The document at `place`, and where the next one begins."""
    (size,) = struct.unpack_from("<i", frame, place)
    if size < 5:
        raise FrameError("a document of less than five bytes")
    return bson.decode(frame[place : place + size], _AS_IT_CAME), place + size


def _framed(request: Request, opcode: int, payload: bytes) -> bytes:
    return HEADER.pack(HEADER.size + len(payload), request.number + 1, request.number, opcode) + payload


def _with_long_ids(document: Mapping[str, Any]) -> Mapping[str, Any]:
    # Relaxed extended JSON forgets that a cursor's id is an int64; servers never send it as anything else.
    match document:
        case {"cursor": {"id": int(number), **rest}}:
            return {**document, "cursor": {"id": Int64(number), **rest}}
        case _:
            return document
