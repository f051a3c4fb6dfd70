"""The servers of recorded and scripted cells, started on loopback: replays, web servers, mongods, bare talks, TLS."""

import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from pathlib import Path

from auditor.testing.contract import Listening
from auditor.testing.loopback import ByteServer, Talk
from auditor.testing.recording import load_http, load_mongo
from auditor.testing.replay import HttpReplay, MongoReplay
from auditor.testing.script import Answer
from tests.matrix.relay import passing
from tests.probes.loopback import Caller, Certificate, Server, WebScript, answering, make_certificate, serving
from tests.probes.mongo_server import Behaviour, mongo
from tests.real.process import free_port

REPLIES = Path(__file__).parents[1] / "probes" / "replies"
_CONSOLES = "mongod-console-"


class Stage:
    """What servers need besides their lines; the certificate is made when the first one wants it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def certificate(self) -> Certificate:
        """One for all."""
        return make_certificate(self.folder, subject="/CN=cell.example")


Serve = Callable[[Stage], AbstractAsyncContextManager[Listening]]


def replayed(*names: str) -> Serve:
    """One recording, or several of the same server."""
    paths = [REPLIES / f"{name}.json" for name in names]

    def serve(_: Stage) -> AbstractAsyncContextManager[Listening]:
        if names[0].startswith("mongo") and not names[0].startswith(_CONSOLES):
            return MongoReplay(load_mongo(*paths))
        return HttpReplay(load_http(*paths))

    return serve


def always(said: Answer) -> WebScript:
    """The same answer to everything."""
    return lambda _: said


def web(script: WebScript, *, tls: bool = False) -> Serve:
    """A web server of a script."""
    return lambda stage: serving(answering(script), tls=stage.certificate.context() if tls else None)


def mongod(behave: Behaviour, *, tls: bool = False) -> Serve:
    """A server of MongoDB's protocol."""

    @contextlib.asynccontextmanager
    async def serve(stage: Stage) -> AsyncIterator[Server]:
        async with mongo(behave, tls=stage.certificate.context() if tls else None) as server:
            yield server.server

    return serve


def mongod_with_certificates(*, newest: ssl.TLSVersion) -> Serve:
    """A mongod that wants a certificate: it lets the handshake succeed and ends the talk at the first request."""

    async def hang_up(caller: Caller) -> None:
        await caller.reader.read(1)

    return lambda stage: serving(hang_up, tls=stage.certificate.context(newest=newest, clients=ssl.CERT_OPTIONAL))


def either(plain: Serve, secure: Serve) -> Serve:
    """Plain and TLS on one port, told apart by the first byte, as allowSSL and preferSSL do."""

    @contextlib.asynccontextmanager
    async def serve(stage: Stage) -> AsyncIterator[Server]:
        async with plain(stage) as behind, secure(stage) as behind_tls:

            async def talk(caller: Caller) -> None:
                first = await caller.reader.readexactly(1)
                port = behind_tls.port if first == b"\x16" else behind.port
                await passing(first, caller.reader, caller.writer, port)

            async with serving(talk) as server:
                yield server

    return serve


def talking(talk: Talk) -> Serve:
    """A server of bare bytes."""
    return lambda _: ByteServer(talk)


def nobody() -> Serve:
    """A port on which nobody listens."""

    @contextlib.asynccontextmanager
    async def serve(_: Stage) -> AsyncIterator[Server]:
        yield Server(free_port())

    return serve
