"""Recorded servers on loopback, served from a thread, so that the command under test can be a process of its own."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from pathlib import Path
from threading import Thread

from auditor.testing.contract import Listening
from auditor.testing.recording import load_http
from auditor.testing.replay import HttpReplay

REPLIES = Path(__file__).resolve().parents[1] / "probes" / "replies"


@contextmanager
def replayed(*names: str) -> Iterator[tuple[int, ...]]:
    """The ports of servers that answer as those recordings (`es-8.5.0-open`, …)."""
    with running(*(HttpReplay(load_http(REPLIES / f"{name}.json")) for name in names)) as ports:
        yield ports


@contextmanager
def running(*servers: AbstractAsyncContextManager[Listening]) -> Iterator[tuple[int, ...]]:
    """The ports of servers, which run in a thread."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    stack = AsyncExitStack()

    async def start() -> tuple[int, ...]:
        return tuple([(await stack.enter_async_context(server)).port for server in servers])

    async def end() -> None:
        for pause in (0.05, 0, 0, 0):  # so that a connection that was made just now is accepted, and can be closed
            await asyncio.sleep(pause)
        await stack.aclose()

    try:
        yield asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
