"""Servers on loopback that behave as a test wants, and lines to them."""

import asyncio
import contextlib
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditor.model.target import Asset, Place, Target, Tls
from auditor.probes.interface import Budget, Manner, WireError
from auditor.probes.lines import SocketLines
from auditor.testing.script import Answer, HttpAsked
from tests.probes.tally import SmallTally
from tests.real.missing import MissingError, give_up, tool

ASSET = Asset("host-1", (), Place("inventory.yaml", 1, 1))


@dataclass
class Caller:
    """One accepted connection, as the handler of a test sees it. `number` counts them from 0."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int

    async def request(self) -> bytes:
        """The next request, body included where its length is told."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                head += await self.reader.readexactly(int(line.split(b":")[1]))
        return head

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Ends the connection by RST instead of FIN."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Handler = Callable[[Caller], Awaitable[None]]


@dataclass
class Server:
    port: int
    accepted: int = 0
    sent_names: list[str | None] = field(default_factory=list)

    async def dial(self) -> socket.socket:
        connection = socket.socket()
        connection.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self.port))
        except BaseException:
            connection.close()
            raise
        return connection


@contextlib.asynccontextmanager
async def serving(handler: Handler, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A server that hands each connection to `handler` and closes it afterwards."""
    server = Server(0)
    tasks: set[asyncio.Task[Any]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, server.accepted = server.accepted, server.accepted + 1
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(Caller(reader, writer, number))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client hung up, or the test is over
        finally:
            writer.close()
            tasks.discard(task)

    if tls is not None:
        tls.sni_callback = lambda _socket, name, _context: server.sent_names.append(name)
    listener = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


#: What a web server of a test does with a request: it answers, says nothing (WireError), or hangs up (None).
WebScript = Callable[[HttpAsked], Answer | WireError | None]


def answering(script: WebScript) -> Handler:
    """A handler for `serving`: what ScriptedLines are given as their `http`, over a real socket."""

    async def talk(caller: Caller) -> None:
        while True:
            said = script(_asked(await caller.request()))
            if isinstance(said, WireError):
                await caller.reader.read()
            if not isinstance(said, Answer):
                return
            names = [*said.headers, ("content-length", str(len(said.body)))]
            head = "".join(f"{name}: {value}\r\n" for name, value in names)
            await caller.send(f"HTTP/1.1 {said.status} Said\r\n{head}\r\n".encode() + said.body)

    return talk


def _asked(request: bytes) -> HttpAsked:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return HttpAsked(method, path, headers, body, "")


@contextlib.contextmanager
def alerting(context: ssl.SSLContext) -> Iterator[Server]:
    """A blocking TLS server for one connection: unlike asyncio's, it sends its alert before it hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)

    def accept() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            connection.settimeout(30)
            with connection, context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(100)

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield Server(listener.getsockname()[1])
    finally:
        thread.join(60)
        listener.close()


def target_at(port: int, *, tls: Tls = Tls.AUTO, address: str = "127.0.0.1", product: str = "kibana") -> Target:
    return Target("host-1", address, port, product, tls, "/", ASSET)


@contextlib.asynccontextmanager
async def lines_to(
    server: Server,
    *,
    tls: Tls = Tls.AUTO,
    address: str = "127.0.0.1",
    first: bool = False,
    accept_guest_login: bool = False,
    sample: int = 0,
    **budget: Any,
) -> AsyncIterator[SocketLines]:
    """Lines to a server of a test; `budget` overrides what one target may cost."""
    lines = SocketLines(
        target_at(server.port, tls=tls, address=address),
        address="127.0.0.1",
        dial=server.dial,
        budget=Budget(**{"exchange_seconds": 5.0, **budget}),
        manner=Manner(accept_guest_login=accept_guest_login, sample=sample),
        first=await server.dial() if first else None,
        open_tally=SmallTally,
    )
    try:
        yield lines
    finally:
        await lines.close()


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate and its key, in one PEM file."""

    pem: Path
    der: bytes

    def context(
        self, *, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, clients: ssl.VerifyMode = ssl.CERT_NONE
    ) -> ssl.SSLContext:
        """A server's context. `clients` says whether it wants a certificate of them."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        context.maximum_version = newest
        if clients is not ssl.CERT_NONE:
            context.load_verify_locations(self.pem)
            context.verify_mode = clients
        return context


def make_certificate(folder: Path, *, subject: str) -> Certificate:
    """A new one, by the openssl program: the standard library cannot make any. Skips the test where there is none."""
    try:
        program = tool("openssl", "openssl")
    except MissingError as error:
        give_up(str(error), in_ci_list=True)
    key, pem = folder / "key.pem", folder / "server.pem"
    subprocess.run(
        [
            *(program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(pem), "-days", "30", "-subj", subject, "-utf8"),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    text = pem.read_text()
    pem.write_text(text + key.read_text())
    return Certificate(pem, ssl.PEM_cert_to_DER_cert(text))
