"""What the servers of tests share: listening on loopback, and ending every talk when the test ends."""

import asyncio
import ssl
from contextlib import suppress
from types import TracebackType
from typing import ClassVar, Self


class Listener:
    """Gives each connection to `_talk` in a task of its own, and closes it after that; leaving ends all that still run.

    Port 0 is any free one; `port` holds the one that came of it. `host` may be "::1". With `tls` the port speaks TLS
    only, as configured by that context. `_broken` are the errors in which a talk may end without being at fault.
    """

    _broken: ClassVar[tuple[type[Exception], ...]] = (ConnectionError,)

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None) -> None:
        self.host = host
        self.port = port
        self._tls = tls
        self._talks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for talk in tuple(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.ensure_future(self._guarded(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _guarded(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(*self._broken):  # what a client does to its connection is its own affair
                await self._talk(reader, writer)
        finally:
            writer.close()
            with suppress(*self._broken):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise AssertionError("each server speaks its own protocol")
