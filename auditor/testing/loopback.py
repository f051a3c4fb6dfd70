"""Puts a probe to a server on loopback over real sockets, and a server of bare bytes to be put to."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from auditor.model.observation import Observation
from auditor.model.target import Target, Tls
from auditor.probes.interface import Budget, Manner, OpenTally, Probe
from auditor.probes.lines import SocketLines
from auditor.testing.listener import Listener
from auditor.testing.scripted import target

Talk: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def observe(
    probe: Probe,
    port: int,
    *,
    address: str = "127.0.0.1",
    tls: Tls = Tls.AUTO,
    path: str = "/",
    budget: Budget | None = None,
    manner: Manner | None = None,
    open_tally: OpenTally | None = None,
) -> Observation:
    """What `probe` states about the server on a loopback port, its transcript included.

    Raises:
        WireError: as `Probe.observe`.
    """
    asked = target(probe.product, port=port, address=address, tls=tls, path=path)
    lines = SocketLines(
        asked,
        address=address,
        dial=lambda: dial(asked),
        budget=budget or Budget(),
        manner=manner or Manner(),
        open_tally=open_tally,
    )
    try:
        seen = await probe.observe(lines)
    finally:
        await lines.close()
    return replace(seen, transcript=tuple(lines.transcript.exchanges))


async def dial(to: Target) -> socket.socket:
    """A connected, non-blocking socket to a target whose address is an IP address.

    Raises:
        OSError: no connection.
    """
    connection = socket.socket(socket.AF_INET6 if ":" in to.address else socket.AF_INET)
    connection.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(connection, (to.address, to.port))
    except BaseException:
        connection.close()
        raise
    return connection


class ByteServer(Listener):
    """A server on a free loopback port that talks as `talk(reader, writer)` does; each connection is closed after it.

    `connections` counts them. `async with ByteServer(saying(b"...")) as server: … server.port`.
    """

    def __init__(self, talk: Talk, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        super().__init__(host, tls=tls)
        self.connections = 0
        self._says = talk

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        super()._accept(reader, writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._says(reader, writer)


def saying(data: bytes, *, unasked: bool = False) -> Talk:
    """A talk that waits for a first byte (unless `unasked`), says `data` and ends."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not unasked:
            await reader.read(65_536)
        writer.write(data)
        await writer.drain()

    return talk


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes what comes and never says a word."""
    while await reader.read(65_536):
        pass


async def echoing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Gives back what it is told, as an echo service does."""
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


async def resetting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Resets the connection on the first byte."""
    await reader.read(1)
    connection = writer.get_extra_info("socket")
    # Linger of zero seconds: closing sends RST instead of FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


async def babbling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says one letter for ever, without a line's end: what a client without a byte limit would collect."""
    while True:
        writer.write(b"A" * 65_536)
        await writer.drain()
