"""A proxy on loopback that hands every byte on, both ways, and keeps what the client sent."""

import asyncio
import contextlib
import socket
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Self, TypeAlias

from tests.real.certificates import Certificates

Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_CHUNK = 1 << 16
_HANDSHAKE = b"\x16"  # the first byte of a TLS hello; no request of HTTP or MongoDB begins so
_GRACE = 5.0  # seconds for the last connections to end, once the client has left
_BROKEN = (ConnectionError, ssl.SSLError, TimeoutError)


class Carried(StrEnum):
    """In what the bytes of one connection came."""

    PLAIN = "plain"
    OPENED = "opened"  # TLS that ended at the proxy: kept is what stood inside
    SEALED = "sealed"  # TLS between client and server: kept are its records


@dataclass(slots=True)
class Connection:
    """What the client sent on one connection, from the first byte to the last."""

    carried: Carried = Carried.PLAIN
    sent: bytearray = field(default_factory=bytearray)


class RecordingProxy:
    """Stands before the loopback port `to`: `async with RecordingProxy(9200) as proxy: … proxy.port`.

    `connections` holds what was sent, in the order in which the client connected. It is complete once the proxy has
    been left. With `certificates` the client's TLS ends here and goes on anew, so that its bytes can be read; what is
    plain is handed on as plain, and the server makes of it what it likes. Without them TLS passes through sealed.

    With `tls_to` it makes one port of two: whoever begins in TLS is taken to that one.
    """

    def __init__(self, to: int, *, tls_to: int | None = None, certificates: Certificates | None = None) -> None:
        self.port = 0
        self.connections: list[Connection] = []
        self._to = to
        self._tls_to = to if tls_to is None else tls_to
        self._certificates = certificates
        self._talks: set[asyncio.Task[None]] = set()
        self._listening: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listening.setblocking(False)
        self.port = self._listening.getsockname()[1]
        self._accepting = asyncio.create_task(self._accept(self._listening))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._listening is not None
        assert self._accepting is not None
        self._accepting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._accepting
        self._listening.close()
        if self._talks:
            await asyncio.wait(self._talks, timeout=_GRACE)
        for talk in tuple(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _accept(self, listening: socket.socket) -> None:
        while True:
            client, _ = await asyncio.get_running_loop().sock_accept(listening)
            connection = Connection()
            self.connections.append(connection)
            talk = asyncio.create_task(self._talk(client, connection))
            self._talks.add(talk)
            talk.add_done_callback(self._talks.discard)

    async def _talk(self, client: socket.socket, connection: Connection) -> None:
        try:
            first = await _first_byte(client)
            if first == _HANDSHAKE:
                connection.carried = Carried.SEALED if self._certificates is None else Carried.OPENED
            inside = self._certificates if connection.carried is Carried.OPENED else None
            to = self._to if connection.carried is Carried.PLAIN else self._tls_to
            server = await asyncio.open_connection("127.0.0.1", to, ssl=_trusting() if inside else None)
            try:
                near = await _taken_over(client, tls=_serving(inside) if inside else None)
                try:
                    await asyncio.gather(_upwards(near, server, connection), _downwards(server, near))
                finally:
                    await _close(near[1])
            finally:
                await _close(server[1])
        except _BROKEN:
            pass  # how a client or a server ends a connection is its own affair
        finally:
            client.close()


async def _close(writer: asyncio.StreamWriter) -> None:
    if not writer.is_closing():  # closed twice, asyncio's TLS can no longer be aborted
        writer.close()
    try:
        async with asyncio.timeout(1):
            await writer.wait_closed()
    except _BROKEN:
        writer.transport.abort()  # TLS would wait half a minute for the other side's farewell


async def _upwards(client: Streams, server: Streams, connection: Connection) -> None:
    """What the client sends, until it leaves: then the server's side is closed, too."""
    with contextlib.suppress(*_BROKEN):
        while data := await client[0].read(_CHUNK):
            connection.sent += data
            with contextlib.suppress(*_BROKEN):  # a server that has left reads nothing, but we go on listening
                server[1].write(data)
                await server[1].drain()
    if server[1].can_write_eof():
        server[1].close()
    else:
        server[1].transport.abort()  # its farewell in TLS may be waited for in vain


async def _downwards(server: Streams, client: Streams) -> None:
    """What the server sends, and how it ends: by an end or by a reset, as the client would see it without us."""
    try:
        while data := await server[0].read(_CHUNK):
            client[1].write(data)
            await client[1].drain()
        if client[1].can_write_eof():
            client[1].write_eof()
        else:
            client[1].close()  # TLS knows no half of a connection
    except _BROKEN:
        connection = client[1].get_extra_info("socket")
        with contextlib.suppress(OSError):  # the client may have left before
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client[1].transport.abort()


async def _first_byte(client: socket.socket) -> bytes:
    """The first byte of what has come, which stays there; b"" where the client has left."""
    loop = asyncio.get_running_loop()
    client.setblocking(False)
    ready: asyncio.Future[None] = loop.create_future()

    def readable() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(client, readable)
    try:
        await ready
    finally:
        loop.remove_reader(client)
    return client.recv(1, socket.MSG_PEEK)


async def _taken_over(client: socket.socket, *, tls: ssl.SSLContext | None) -> Streams:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, client, ssl=tls)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


def _serving(made: Certificates) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.both)
    return context


def _trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
