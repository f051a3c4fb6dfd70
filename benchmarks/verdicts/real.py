"""Endpoints that are real servers, on this machine: the demo's embedded ones, and those of the tests that need Java."""

import asyncio
import importlib.util
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

from auditor.demo import estate, fronts
from auditor.demo.process import free_port
from auditor.model.outcome import Verdict
from benchmarks.verdicts.door import Door
from benchmarks.verdicts.endpoint import PORTS, Endpoint, How, Serve
from benchmarks.verdicts.scoring import Truth
from tests.real import elastic, mongo
from tests.real.catalogue import SERVERS, State
from tests.real.missing import MissingError
from tests.real.seeds import seed_mongo

#: Starts a server that lives as long as the stack, and returns its port on 127.0.0.1. It may take its time.
Start = Callable[[ExitStack, Path], int]

_OPEN = (Truth.OPEN, Verdict.OPEN)
_ROLE = (Truth.OPEN, Verdict.ANONYMOUS_ROLE)
_LOGIN = (Truth.NOT_OPEN, Verdict.AUTH_REQUIRED)

#: In the order in which they are started, three at once: the two of one release are not in the same round.
_JAVA = (
    ("es-1.7.6", State.OPEN, _OPEN),
    ("es-6.8.23", State.ANONYMOUS, _ROLE),
    ("os-2.19.4", State.ANONYMOUS, _ROLE),
    ("os-2.19.4", State.CLOSED, _LOGIN),
    ("es-6.8.23", State.CLOSED, _LOGIN),
)


def endpoints() -> Iterator[Endpoint]:
    """All of them."""
    guarded = "a proxy with a password before osmem-server"
    yield _embedded("osmem-server", "elasticsearch", "osmem-server, seeded", _OPEN, search_server)
    yield _embedded("password-proxy", "elasticsearch", guarded, _LOGIN, _started(_guarded))
    yield _embedded("nx-27017", "mongodb", "nx-27017, seeded", _OPEN, _started(_documents))
    what = "mongo-java-server 1.47 as MongoDB 5.0, seeded"
    serve = _started(_java_mongo)
    yield Endpoint("mongo-java-server-real", "mongodb", what, How.REAL, *_OPEN, serve, PORTS["mongodb"], java=True)
    for release, state, (truth, verdict) in _JAVA:
        name, what = f"{release}-{state}-real", f"{release}, {state}, seeded"
        serve = _started(_java_search(release, state))
        yield Endpoint(name, "elasticsearch", what, How.REAL, truth, verdict, serve, PORTS["elasticsearch"], java=True)


def search_server(host: str, port: int) -> AbstractAsyncContextManager[None]:
    """Serves osmem-server, seeded."""
    return _started(_search)(host, port)


def _embedded(name: str, product: str, what: str, true: tuple[Truth, Verdict], serve: Serve) -> Endpoint:
    return Endpoint(f"{name}-real", product, what, How.REAL, *true, serve, PORTS[product])


def _started(start: Start) -> Serve:
    @asynccontextmanager
    async def serve(host: str, port: int) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            servers = ExitStack()
            stack.push_async_callback(asyncio.to_thread, servers.close)
            inner = await asyncio.to_thread(start, servers, Path(folder))
            await stack.enter_async_context(Door(host, port, to=inner))
            yield

    return serve


def _search(stack: ExitStack, folder: Path) -> int:
    _need("osmem_server", "osmem-server")
    port = free_port()
    estate.start_search(stack, port, folder)
    return port


def _documents(stack: ExitStack, folder: Path) -> int:
    _need("nx_27017", "nx-27017")
    port = free_port()
    estate.start_documents(stack, port, folder)
    return port


def _guarded(stack: ExitStack, folder: Path) -> int:
    backend, port = _search(stack, folder), free_port()
    stack.enter_context(fronts.login(port, backend=backend, user="operations", password=secrets.token_urlsafe()))
    return port


def _java_mongo(stack: ExitStack, folder: Path) -> int:
    started = mongo.start_java("MONGO_5_0")
    stack.callback(started.stop)
    seed_mongo(started.port)
    return started.port


def _java_search(release: str, state: State) -> Start:
    def start(stack: ExitStack, folder: Path) -> int:
        started = elastic.start(next(server for server in SERVERS if server.name == release), state)
        stack.callback(started.stop)
        return started.port

    return start


def _need(module: str, package: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise MissingError(f"needs {package} (the extra `demo`): not installed here")
