"""Frames: built as servers take them, and taken apart whatever the bytes."""

import struct
import tracemalloc

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes import mongo_messages
from auditor.probes.mongo_messages import LONGEST_MESSAGE, EchoError, FrameError, Opcode
from auditor.testing import mongo_frames

HEADER = struct.Struct("<iiii")
DOCUMENT = bson.encode({"ok": 1.0})


def _header(length: int = 100, *, to: int = 7, opcode: int = Opcode.MSG, own: int = 99) -> bytes:
    return HEADER.pack(length, own, to, opcode)


def test_a_query_is_what_a_server_reads() -> None:
    frame = mongo_messages.query(7, "admin.$cmd", bson.encode({"isMaster": 1}))
    read = mongo_frames.read(frame[:16], frame[16:])
    assert (read.opcode, read.namespace, read.document, read.slave_ok, read.limit) == (
        *("OP_QUERY", "admin.$cmd", {"isMaster": 1}),
        *(True, -1),
    )
    assert HEADER.unpack_from(frame)[0] == len(frame)
    assert mongo_messages.request_id(frame) == 7


def test_a_message_is_what_a_server_reads() -> None:
    frame = mongo_messages.message(8, bson.encode({"hello": 1, "$db": "admin"}))
    read = mongo_frames.read(frame[:16], frame[16:])
    assert (read.opcode, read.number, read.document) == ("OP_MSG", 8, {"hello": 1, "$db": "admin"})


@pytest.mark.parametrize("opcode", [Opcode.QUERY, Opcode.MSG])
def test_a_server_s_reply_is_taken_apart(opcode: Opcode) -> None:
    request = mongo_frames.Request(opcode.label, 7, {})
    frame = mongo_frames.reply(request, [{"ok": 1.0}])
    header = mongo_messages.read_header(frame[:16], asked=opcode, request_id=7)
    assert header.length == len(frame)
    assert mongo_messages.documents(frame[16:], opcode=opcode) == (DOCUMENT,)


@pytest.mark.fact("MDB-83")
@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"short",
        _header(to=8),
        _header(opcode=Opcode.REPLY),
        _header(opcode=Opcode.COMPRESSED),
        _header(opcode=Opcode.QUERY),
        _header(opcode=12345),
        _header(-1),
        _header(0),
        _header(16),
        _header(25),
        _header(LONGEST_MESSAGE + 1),
        _header(2**31 - 1),
        _header(-(2**31)),
    ],
)
def test_a_header_that_cannot_be_ours_is_refused_before_anything_is_read_or_allocated(head: bytes) -> None:
    with pytest.raises(FrameError):
        mongo_messages.read_header(head, asked=Opcode.MSG, request_id=7)


@pytest.mark.fact("MDB-84")
@pytest.mark.parametrize("opcode", [Opcode.QUERY, Opcode.MSG])
def test_our_own_bytes_are_known_for_an_echo(opcode: Opcode) -> None:
    own = mongo_messages.message(7, DOCUMENT) if opcode is Opcode.MSG else mongo_messages.query(7, "a.$cmd", DOCUMENT)
    with pytest.raises(EchoError):
        mongo_messages.read_header(own[:16], asked=opcode, request_id=7)


def test_an_op_msg_with_a_checksum_is_read_and_its_checksum_dropped() -> None:
    body = struct.pack("<I", 1) + b"\0" + DOCUMENT + b"\1\2\3\4"
    assert mongo_messages.documents(body, opcode=Opcode.MSG) == (DOCUMENT,)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0\0\0\0",
        b"\0\0\0\0\0",
        b"\0\0\0\0\1" + DOCUMENT,  # a document sequence
        struct.pack("<I", 2) + b"\0" + DOCUMENT,  # more to come
        struct.pack("<I", 1 << 9) + b"\0" + DOCUMENT,  # a required bit that nobody knows
        b"\0\0\0\0\0" + DOCUMENT + DOCUMENT,
        b"\0\0\0\0\0" + DOCUMENT[:-1],
        b"\0\0\0\0\0" + struct.pack("<i", -5) + b"\0",
        b"\0\0\0\0\0" + struct.pack("<i", 2**31 - 1) + b"\0",
        b"\0\0\0\0\0" + struct.pack("<i", 0) + b"\0",
    ],
)
def test_a_malformed_op_msg_is_refused(body: bytes) -> None:
    with pytest.raises(FrameError):
        mongo_messages.documents(body, opcode=Opcode.MSG)


@pytest.mark.parametrize("count", [-1, 0, 2, 2**31 - 1])
def test_an_op_reply_that_announces_another_number_of_documents_is_refused(count: int) -> None:
    body = struct.pack("<iqii", 8, 0, 0, count) + DOCUMENT
    with pytest.raises(FrameError):
        mongo_messages.documents(body, opcode=Opcode.QUERY)


def test_an_op_reply_of_several_documents_is_split() -> None:
    body = struct.pack("<iqii", 8, 0, 0, 2) + DOCUMENT + DOCUMENT
    assert mongo_messages.documents(body, opcode=Opcode.QUERY) == (DOCUMENT, DOCUMENT)


@given(head=st.binary(max_size=32), asked=st.sampled_from([Opcode.QUERY, Opcode.MSG]))
def test_any_header_is_read_or_refused(head: bytes, asked: Opcode) -> None:
    try:
        header = mongo_messages.read_header(head, asked=asked, request_id=7)
    except FrameError:
        return
    assert header.response_to == 7
    assert header.opcode == asked.answer
    assert 16 < header.length <= LONGEST_MESSAGE


@given(body=st.binary(max_size=400), opcode=st.sampled_from([Opcode.QUERY, Opcode.MSG]))
def test_any_body_is_split_or_refused_within_its_own_bytes(body: bytes, opcode: Opcode) -> None:
    try:
        found = mongo_messages.documents(body, opcode=opcode)
    except FrameError:
        return
    assert sum(map(len, found)) <= len(body)


@given(
    prefix=st.sampled_from([b"\0\0\0\0\0", struct.pack("<iqii", 8, 0, 0, 1)]),
    length=st.integers(-(2**31), 2**31 - 1),
    rest=st.binary(max_size=50),
)
def test_a_claimed_length_never_makes_us_allocate(prefix: bytes, length: int, rest: bytes) -> None:
    tracemalloc.start()
    try:
        mongo_messages.documents(prefix + struct.pack("<i", length) + rest, opcode=Opcode.MSG)
    except FrameError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 1 << 20


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "HTTP"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "SSH"),
        (b"-ERR unknown command", "Redis or POP3"),
        (b"220 mail.example.org ESMTP", "SMTP or FTP"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "TLS"),
        (b"J\0\0\0\x0a8.0.36\0", "MySQL"),
        (b"what do you want?", "a protocol of plain text"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07", None),
        (b"", None),
    ],
)
def test_other_protocols_are_named_where_they_are_known(data: bytes, name: str | None) -> None:
    assert mongo_messages.other_protocol(data) == name


@given(st.binary(max_size=64))
def test_naming_a_protocol_never_fails(data: bytes) -> None:
    mongo_messages.other_protocol(data)
