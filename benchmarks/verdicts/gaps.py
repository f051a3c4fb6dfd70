"""Guards with a gap: a real nginx that refuses some paths of an open server and forgets others that give the same."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

from auditor.model.outcome import Verdict
from benchmarks.verdicts.door import Door
from benchmarks.verdicts.endpoint import PORTS, Endpoint, How, Serve
from benchmarks.verdicts.real import search_server
from benchmarks.verdicts.scoring import Truth
from benchmarks.verdicts.serving import load, replaying
from tests.real.fronts import start_nginx
from tests.real.process import free_port

_LOGIN = """add_header WWW-Authenticate 'Basic realm="ops"' always; return 401;"""


def endpoints() -> Iterator[Endpoint]:
    """All of them."""
    yield _endpoint(
        "nginx-403-on-underscores",
        "elasticsearch",
        "403 on / and all that begins with an underscore, before osmem-server; /*/_search passes",
        _guarded(search_server, "^/(_|$)", "return 403;"),
    )
    yield _endpoint(
        "nginx-401-on-page-and-console",
        "kibana",
        "401 on / and the console, before kibana-7.10.2-oss.open; /internal/search/es passes",
        _guarded(replaying(load("kibana-7.10.2-oss.open")), "^/($|api/console)", _LOGIN),
    )


def _endpoint(name: str, product: str, what: str, serve: Serve) -> Endpoint:
    return Endpoint(name, product, what, How.FRONT, Truth.OPEN, Verdict.PARTLY_OPEN, serve, PORTS[product])


def _guarded(behind: Serve, paths: str, refusal: str) -> Serve:
    @asynccontextmanager
    async def serve(host: str, port: int) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            backend = free_port()
            await stack.enter_async_context(behind("127.0.0.1", backend))
            nginx = await asyncio.to_thread(start_nginx, f"location ~ {paths} {{ {refusal} }}", backend)
            stack.push_async_callback(asyncio.to_thread, nginx.stop)
            await stack.enter_async_context(Door(host, port, to=nginx.port))
            yield

    return serve
