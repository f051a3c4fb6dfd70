"""A connected socket on which every wait ends in time, and which reads nothing that nobody asked for.

asyncio's own transports read ahead into a buffer, as fast as the other side sends. Here a server that floods us fills
the kernel's buffer and then its own, never our memory.
"""

import asyncio
import contextlib
import socket

CHUNK = 1 << 16  # bytes asked of the kernel at once


class TimeIsUpError(Exception):
    """The other side did not do its part in time."""


class BoundedSocket:
    """A connected, non-blocking socket, which it owns. `until` is when waiting ends, in seconds of the loop's clock.

    `until` may only be moved later. `heard` counts the bytes since it was last set to 0: as long as nothing has come,
    a read that is over time looks once more, because it may be us who were late.
    """

    __slots__ = ("_descriptor", "_loop", "_socket", "_timer", "_waiter", "_wanted", "_watched", "heard", "until")

    def __init__(self, connection: socket.socket, *, until: float) -> None:
        self.until = until
        self.heard = 0
        self._socket = connection
        self._descriptor = connection.fileno()
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[bytes | OSError | None] | None = None
        self._wanted = 0  # bytes that the waiter takes at most; 0 where it waits to write
        self._watched = False  # the loop tells us when there is something to read
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._socket.fileno() < 0

    async def receive(self, at_most: int = CHUNK) -> bytes:
        """What has come, at least one byte; b"" at the end.

        Raises:
            TimeIsUpError: nothing came in time.
            OSError: the connection broke.
        """
        if self.heard and self._loop.time() >= self.until:
            raise TimeIsUpError
        self._wanted = at_most
        if not self._watched:
            self._loop.add_reader(self._descriptor, self._on_readable)
            self._watched = True
        try:
            got = await self._woken()
            if got is None:
                got = self._socket.recv(at_most)
        except (BlockingIOError, InterruptedError):
            raise TimeIsUpError from None
        finally:
            self._wanted = 0
        if isinstance(got, OSError):
            raise got
        self.heard += len(got)
        return got

    async def send(self, data: bytes) -> None:
        """Sends all of `data`.

        Raises:
            TimeIsUpError: the other side did not take it in time.
            OSError: the connection broke.
        """
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except (BlockingIOError, InterruptedError):
                if self._loop.time() >= self.until:
                    raise TimeIsUpError from None
                self._loop.add_writer(self._descriptor, self._wake)
                try:
                    await self._woken()
                finally:
                    if not self.is_closed:
                        self._loop.remove_writer(self._descriptor)

    def peek(self) -> bytes | None:
        """One byte of what has come, which stays there; b"" at the end; None if there is nothing.

        Raises:
            OSError: the connection broke.
        """
        try:
            return self._socket.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return None

    def close(self, farewell: bytes = b"") -> None:
        """Closes now; `farewell` is sent if that needs no waiting. Whoever still reads gets an OSError."""
        if self.is_closed:
            return
        with contextlib.suppress(OSError):  # whoever is gone needs no farewell
            if farewell:
                self._socket.send(farewell)
        if self._timer is not None:
            self._timer.cancel()
        if self._watched:
            self._loop.remove_reader(self._descriptor)
        if self._waiter is not None:
            self._loop.remove_writer(self._descriptor)
            self._wake()
        self._socket.close()

    async def _woken(self) -> bytes | OSError | None:
        """Waits until the socket is ready or the time is over; where `_wanted` is set, it is also read from."""
        if self._timer is None:
            self._timer = self._loop.call_at(self.until, self._on_time)
        self._waiter = self._loop.create_future()
        try:
            return await self._waiter
        finally:
            self._waiter = None

    def _wake(self, got: bytes | OSError | None = None) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(got)

    # The loop is always given the descriptor. Given the socket, its selector makes an error text with the socket's
    # repr whenever it looks for one that is not registered, and that costs more than all the rest of an exchange.

    def _on_readable(self) -> None:
        """Reads for whoever waits. Watching goes on after that, for the next answer; what comes unasked for ends it."""
        if not self._wanted or self._waiter is None or self._waiter.done():
            self._loop.remove_reader(self._descriptor)
            self._watched = False
            return
        try:
            self._wake(self._socket.recv(self._wanted))
        except (BlockingIOError, InterruptedError):
            pass  # a false alarm
        except OSError as error:
            self._wake(error)

    def _on_time(self) -> None:
        """One timer serves all exchanges in turn, for each ends later than the one before."""
        self._timer = None
        if self._loop.time() < self.until:
            self._timer = self._loop.call_at(self.until, self._on_time)
        else:
            self._wake()
