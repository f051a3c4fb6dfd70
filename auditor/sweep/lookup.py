"""Threads that wait for the system's resolver, and that nobody has to wait for."""

import asyncio
import socket
from collections.abc import Callable
from ipaddress import ip_address
from queue import SimpleQueue
from threading import Thread
from typing import TypeAlias, TypeVar

from auditor.model.target import Address

Job: TypeAlias = Callable[[], None]
Said = TypeVar("Said")


class Lookups:
    """getaddrinfo in up to `threads` daemon threads.

    Not a ThreadPoolExecutor: Python joins its threads when the process ends, so that one name whose resolver hangs
    would hold up the exit of an interrupted run for as long.
    """

    def __init__(self, threads: int) -> None:
        self._most = threads
        self._started = 0
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()

    async def addresses(self, name: str, *, seconds: float) -> tuple[Address, ...]:
        """The addresses of a name. The time begins when a thread takes the name up: waiting for one costs it nothing.

        Raises:
            TimeoutError: the resolver did not answer in time.
            OSError: it answered with an error, or no thread can be had.
            ValueError: the name cannot be asked for.
        """
        loop = asyncio.get_running_loop()
        begun: asyncio.Future[None] = loop.create_future()
        # An error travels as a result: set as the exception of a future that nobody waits for any more, it is logged.
        ended: asyncio.Future[tuple[Address, ...] | Exception] = loop.create_future()

        def job() -> None:
            if _tell(loop, begun, None):
                try:
                    found: tuple[Address, ...] | Exception = addresses_of(name)
                except (OSError, ValueError) as error:
                    found = error
                _tell(loop, ended, found)

        self._hire()
        self._jobs.put(job)
        try:
            await begun
            async with asyncio.timeout(seconds):
                found = await ended
        finally:
            begun.cancel()
            ended.cancel()
        if isinstance(found, Exception):
            raise found
        return found

    def close(self) -> None:
        """Lets idle threads go; one whose resolver hangs goes when that comes back, or with the process."""
        for _ in range(self._started):
            self._jobs.put(None)

    def _hire(self) -> None:
        if self._started >= self._most:
            return
        try:
            Thread(target=_serve, args=(self._jobs,), name="resolve", daemon=True).start()
        except RuntimeError as error:  # "can't start new thread"
            if not self._started:
                raise OSError("this machine has no room for another thread") from error
        else:
            self._started += 1


def addresses_of(name: str) -> tuple[Address, ...]:
    """The addresses that the system's resolver knows for a name, each once, in its order.

    Raises:
        OSError: it knows none, or failed.
        ValueError: the name cannot be asked for.
    """
    infos = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    texts = dict.fromkeys(str(info[4][0]) for info in infos)
    return tuple(ip_address(text) for text in texts)


def _serve(jobs: "SimpleQueue[Job | None]") -> None:
    while (job := jobs.get()) is not None:
        job()


def _tell(loop: asyncio.AbstractEventLoop, future: "asyncio.Future[Said]", said: Said) -> bool:
    """Settles a future from a thread; False where nobody waits for it any more."""

    def settle() -> None:
        if not future.done():
            future.set_result(said)

    if future.done():
        return False
    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # the loop is closed: the run has ended
        return False
    return True
