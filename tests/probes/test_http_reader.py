"""The parser of replies, apart from any socket."""

import time
import tracemalloc
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.model.observation import Reach
from auditor.probes.http_wire import _ReplyReader
from auditor.probes.interface import WireError

CAP, HEAD = 1 << 16, 1 << 12

SIMPLE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n" + b'{"ok":"true"}'
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n"
)
TO_CLOSE = b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\nuntil the end"
INTERIM = b"HTTP/1.1 100 Continue\r\nX: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + SIMPLE
WHOLE = {"simple": SIMPLE, "chunked": CHUNKED, "to close": TO_CLOSE, "interim": INTERIM}


def read(parts: Iterable[bytes], *, cap: int = CAP, head: int = HEAD) -> _ReplyReader:
    """A reader that was fed `parts`, and the end where they did not suffice."""
    reader = _ReplyReader(cap, head)
    for part in parts:
        if reader.done:
            break
        reader.feed(part)
    if not reader.done:
        reader.end()
    reader.release()
    return reader


def told(reader: _ReplyReader) -> tuple[object, ...]:
    return reader.status, reader.version, reader.headers, bytes(reader.body), reader.truncated


def test_a_reply_is_taken_apart() -> None:
    reader = read([SIMPLE])
    assert told(reader) == (
        200,
        "1.1",
        [("content-type", "application/json"), ("content-length", "13")],
        b'{"ok":"true"}',
        False,
    )
    assert reader.reusable


@pytest.mark.fact("ES-71")
def test_a_chunked_body_is_joined_and_trailers_are_dropped() -> None:
    reader = read([CHUNKED])
    assert reader.body == b"hello world"
    assert reader.headers == [("transfer-encoding", "chunked")]
    assert reader.reusable


def test_a_reply_of_http_1_0_ends_with_its_connection() -> None:
    reader = read([TO_CLOSE])
    assert (reader.version, bytes(reader.body)) == ("1.0", b"until the end")
    assert not reader.reusable


def test_interim_replies_are_passed_over() -> None:
    reader = read([INTERIM])
    assert (reader.status, reader.headers[0][0]) == (200, "content-type")
    assert reader.reusable


@pytest.mark.parametrize("status", [204, 304])
def test_replies_without_a_body_end_with_their_headers(status: int) -> None:
    reader = read([b"HTTP/1.1 %d Nothing\r\nContent-Length: 10\r\n\r\n" % status])
    assert (reader.status, bytes(reader.body), reader.reusable) == (status, b"", True)


def test_repeated_empty_and_strange_headers_are_kept() -> None:
    head = b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nX-Empty:\r\nWWW-AUTHENTICATE:  Bearer \r\nX: \xe9\x80\r\n"
    assert read([head + b"Content-Length: 0\r\n\r\n"]).headers == [
        ("www-authenticate", "Basic"),
        ("x-empty", ""),
        ("www-authenticate", "Bearer"),
        ("x", "\xe9\x80"),
        ("content-length", "0"),
    ]


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
        b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nX-Odd: a\x01b\r\nContent-Length: 2\r\n\r\nhi",
        b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\nhi\r\n0\r\n\r\n",
    ],
)
def test_sloppy_servers_are_understood(reply: bytes) -> None:
    reader = read([reply])
    assert (reader.status, bytes(reader.body)) == (200, b"hi")


@pytest.mark.parametrize("rubbish", [b"x", b"HTTP/1.1 200 OK\r\n\r\n", SIMPLE, b"\x00" * 100])
def test_rubbish_after_a_reply_gives_up_the_connection_and_keeps_the_reply(rubbish: bytes) -> None:
    reader = read([SIMPLE + rubbish])
    assert told(reader) == told(read([SIMPLE]))
    assert not reader.reusable


def test_an_upgrade_nobody_asked_for_is_a_reply_and_no_line_to_go_on_with() -> None:
    reader = read([b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n\x00\x00\x00"])
    assert (reader.status, reader.reusable) == (101, False)


@pytest.mark.parametrize("name", WHOLE)
@given(st.data())
def test_a_reply_cut_anywhere_says_the_same(name: str, data: st.DataObject) -> None:
    whole = WHOLE[name]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1))))
    parts = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert told(read(parts)) == told(read([whole]))


@pytest.mark.parametrize("name", WHOLE)
def test_a_reply_that_ends_early_anywhere_is_broken_off(name: str) -> None:
    whole = WHOLE[name]
    for length in range(len(whole)):
        if name == "to close" and length >= whole.index(b"\r\n\r\n") + 4:
            assert whole.endswith(b"\r\n\r\n" + bytes(read([whole[:length]]).body) + whole[length:])
            continue
        with pytest.raises(WireError) as caught:
            read([whole[:length]])
        assert caught.value.reach is Reach.BROKE_OFF


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 5000])
@pytest.mark.parametrize("framing", ["length", "chunks", "close"])
def test_the_cap_cuts_the_body_and_says_so(size: int, framing: str) -> None:
    body = b"z" * size
    head = {
        "length": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + body,
        "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nz\r\n" * size + b"0\r\n\r\n",
        "close": b"HTTP/1.1 200 OK\r\n\r\n" + body,
    }[framing]
    reader = read([head], cap=100)
    assert reader.body == body[:100]
    assert reader.truncated is (size > 100)
    assert reader.reusable is (size <= 100 and framing != "close")


@pytest.mark.parametrize(
    "endless",
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Header: value\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"v" * 100),
        (b"HTTP/1.1 200 ", b"reason " * 100),
        (b"", b"\r\n" * 50),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: value\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX: ", b"v" * 100),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"extension" * 100),
    ],
)
def test_framing_without_end_is_too_much(endless: tuple[bytes, bytes]) -> None:
    start, again = endless
    enough = HEAD // len(again) + 1
    with pytest.raises(WireError) as caught:
        read([start, *[again] * enough])
    assert caught.value.reach is Reach.TOO_MUCH


def test_chunks_of_one_byte_cost_no_more_memory_than_their_body() -> None:
    cap = 1 << 20
    piece = b"2\r\nxy\r\n" * 8000
    tracemalloc.start()
    try:
        reader = _ReplyReader(cap, 1 << 16)
        reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not reader.done:
            reader.feed(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(reader.body) == cap
    assert peak < 4 * cap


@pytest.mark.parametrize(
    ("opening", "hint"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", 'not HTTP but "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"'),
        (b"220 mail.example.org ESMTP " + b"x" * 100, 'not HTTP but "220 mail.example.org ESMTP xxxxxxxxxxxxx"'),
        (b"-ERR unknown command\r\n", 'not HTTP but "-ERR unknown command"'),
        (b"<html>alice@example.org", "markup without an HTTP status line (HTTP/0.9, or not HTTP)"),
        (b'{"email": "alice@example.org"}', "an answer that is not HTTP"),
        (b"4111 1111 1111 1111", "an answer that is not HTTP"),
        (b"\x4a\x00\x00\x00\x0a8.0.33", "an answer that is not HTTP"),
        (b"HTTQ/1.1 200 OK\r\n\r\n", "an answer that is not HTTP"),
    ],
)
def test_what_is_not_http_is_quoted_only_where_it_is_a_greeting(opening: bytes, hint: str) -> None:
    for parts in ([opening], [opening[i : i + 1] for i in range(len(opening))]):
        with pytest.raises(WireError) as caught:
            read(parts)
        assert caught.value.reach is Reach.NOT_THE_PRODUCT
    with pytest.raises(WireError) as caught:
        read([opening])
    assert caught.value.detail == hint


@pytest.mark.parametrize(
    "broken",
    [
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n",
    ],
)
def test_broken_http_is_broken_off_and_never_another_product(broken: bytes) -> None:
    with pytest.raises(WireError) as caught:
        read([broken])
    assert caught.value.reach is Reach.BROKE_OFF


FRAGMENTS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.0 400 No\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: 4294967296\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Connection: close\r\n",
        b"Upgrade: x\r\nConnection: upgrade\r\n",
        b"\r\n",
        b"5\r\nhello\r\n",
        b"0\r\n\r\n",
        b"hello",
        b"\x15\x03\x01\x00\x02",
    ]
)


@given(st.lists(st.one_of(FRAGMENTS, st.binary(max_size=50)), max_size=12))
@example([b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 200_000])
def test_any_bytes_are_a_reply_or_an_error_in_bounded_time(parts: list[bytes]) -> None:
    began = time.monotonic()
    try:
        reader = read(parts, cap=1000)
    except WireError as error:
        assert error.reach in (Reach.BROKE_OFF, Reach.NOT_THE_PRODUCT, Reach.TOO_MUCH)  # noqa: PT017 - either end is right
    else:
        assert reader.done
        assert 100 <= reader.status <= 999
        assert len(reader.body) <= 1000
    assert time.monotonic() - began < 1


@given(st.lists(st.one_of(FRAGMENTS, st.binary(max_size=20)), max_size=8).map(b"".join), st.integers(1, 7))
def test_any_bytes_mean_the_same_however_they_are_cut(whole: bytes, step: int) -> None:
    def meaning(parts: Iterable[bytes]) -> tuple[object, ...]:
        try:
            return told(read(parts, cap=1000))
        except WireError as error:
            return (error.reach,)

    assert meaning(whole[i : i + step] for i in range(0, len(whole), step)) == meaning([whole] if whole else [])
