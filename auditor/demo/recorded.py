"""Where a platform has no wheel of an embedded server, its recording answers instead, over real sockets."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from threading import Thread

from auditor.testing.recording import load_http, load_mongo
from auditor.testing.replay import HttpReplay, MongoReplay

#: How long the thread may take to open or close its socket, in seconds.
_PATIENCE = 30.0


@contextmanager
def replaying(name: str, *, port: int) -> Iterator[None]:
    """Answers on 127.0.0.1:`port` as the server "search" or "documents" did when tools/record_demo.py asked it."""
    with as_file(files("auditor.demo") / "recordings" / f"{name}.json") as path:
        server = (
            HttpReplay(load_http(path), port=port) if name == "search" else MongoReplay(load_mongo(path), port=port)
        )
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name=f"recording of {name}", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(_PATIENCE)
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(_PATIENCE)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_PATIENCE)
        loop.close()
