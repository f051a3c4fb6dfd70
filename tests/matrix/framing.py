"""The ways in which one HTTP reply may be put on the wire."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from tests.matrix.relay import Said, Writes, head, plainly


async def in_chunks(writer: asyncio.StreamWriter, said: Said) -> bool:
    """Chunked, with an extension and a trailer."""
    third = len(said.body) // 3 or 1
    pieces = [said.body[start : start + third] for start in range(0, len(said.body), third)]
    body = b"".join(b"%x;by=relay\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\nX-Trailer: 1\r\n\r\n"
    writer.write(head(said, "Transfer-Encoding: chunked") + (body if said.has_body else b""))
    await writer.drain()
    return True


async def in_small_pieces(writer: asyncio.StreamWriter, said: Said) -> bool:
    """By content-length, the first bytes one by one, the rest by the hundred."""
    whole = head(said, f"Content-Length: {len(said.body)}") + said.body
    for place in range(min(len(whole), 200)):
        writer.write(whole[place : place + 1])
        await writer.drain()
        await asyncio.sleep(0)
    for place in range(200, len(whole), 1_000):
        writer.write(whole[place : place + 1_000])
        await writer.drain()
        await asyncio.sleep(0)
    return True


async def in_old_http(writer: asyncio.StreamWriter, said: Said) -> bool:
    """HTTP/1.0: the body ends with the connection."""
    writer.write(head(said, version="1.0") + said.body)
    return False


async def until_the_end(writer: asyncio.StreamWriter, said: Said) -> bool:
    """HTTP/1.1 without a length: the body ends with the connection."""
    writer.write(head(said, "Connection: close") + said.body)
    return False


async def then_closed(writer: asyncio.StreamWriter, said: Said) -> bool:
    """By content-length, then closed as announced."""
    writer.write(head(said, f"Content-Length: {len(said.body)}", "Connection: close") + said.body)
    return False


async def then_closed_unsaid(writer: asyncio.StreamWriter, said: Said) -> bool:
    """By content-length, then closed although nothing said so."""
    await plainly(writer, said)
    return False


async def closed_late(writer: asyncio.StreamWriter, said: Said) -> bool:
    """As `then_closed_unsaid`, but only when the next request may be on its way."""
    await plainly(writer, said)
    await asyncio.sleep(0.004)
    return False


async def after_interim(writer: asyncio.StreamWriter, said: Said) -> bool:
    """After 100 Continue and 103 Early Hints."""
    writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n")
    return await plainly(writer, said)


async def with_bare_line_feeds(writer: asyncio.StreamWriter, said: Said) -> bool:
    """Header lines that end in LF alone."""
    writer.write(head(said, f"Content-Length: {len(said.body)}", end="\n") + said.body)
    await writer.drain()
    return True


async def slowly(writer: asyncio.StreamWriter, said: Said) -> bool:
    """With 60 ms before the head and as many before the body."""
    await asyncio.sleep(0.06)
    writer.write(head(said, f"Content-Length: {len(said.body)}"))
    await asyncio.sleep(0.06)
    writer.write(said.body)
    await writer.drain()
    return True


def _oddly(write: Callable[[Said], bytes]) -> Writes:
    """Bytes of another server's making, on a connection that is kept."""

    async def say(writer: asyncio.StreamWriter, said: Said) -> bool:
        writer.write(write(said))
        await writer.drain()
        return True

    return say


def _length(said: Said) -> str:
    return f"Content-Length: {len(said.body)}"


_ODD: Final[Mapping[str, Callable[[Said], bytes]]] = {
    "after a blank line": lambda said: b"\r\n" + head(said, _length(said)) + said.body,
    "without a reason": lambda said: head(said, _length(said)).replace(b" Said\r\n", b"\r\n", 1) + said.body,
    "with a space before the colon": lambda said: head(said, f"Content-Length : {len(said.body)}") + said.body,
    "with a folded header": lambda said: head(said, _length(said), "X-Long: a\r\n b") + said.body,
    "with two hundred headers": lambda said: (
        head(said, _length(said), *(f"X-{n}: {'v' * 200}" for n in range(200))) + said.body
    ),
    "with an offer of another protocol": lambda said: head(said, _length(said), "Upgrade: h2c") + said.body,
    "as HTTP/2.0": lambda said: head(said, _length(said), version="2.0") + said.body,
}

FRAMINGS: Final[Mapping[str, Writes]] = {
    **{name: _oddly(write) for name, write in _ODD.items()},
    "chunked": in_chunks,
    "in small pieces": in_small_pieces,
    "HTTP/1.0": in_old_http,
    "until the connection ends": until_the_end,
    "closed after each reply": then_closed,
    "closed after each reply without saying so": then_closed_unsaid,
    "closed a moment after each reply": closed_late,
    "after interim replies": after_interim,
    "with bare line feeds": with_bare_line_feeds,
    "slowly": slowly,
}
