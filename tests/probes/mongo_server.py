"""A MongoDB server of a test: a function of commands on a real socket."""

import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from auditor import judge
from auditor.model.observation import Observation
from auditor.model.outcome import Verdict
from auditor.model.target import Tls
from auditor.probes.lines import SocketLines
from auditor.probes.mongodb import MongodbProbe
from auditor.testing import mongo_frames
from tests.probes.loopback import Caller, Server, lines_to, serving

Document: TypeAlias = Mapping[str, Any]
#: What a test's server does with a request: a document, several (a legacy find), raw bytes, or None to hang up.
Reaction: TypeAlias = Document | Sequence[Document] | bytes | None
LOGIN = {"ok": 0.0, "errmsg": "Command x requires authentication", "code": 13, "codeName": "Unauthorized"}
BUILD = {"version": "8.0.1", "gitVersion": "abc", "ok": 1.0}
NO_SUCH_COMMAND = {"ok": 0.0, "errmsg": "no such command", "code": 59, "codeName": "CommandNotFound"}


@dataclass
class Asked:
    """One request as the server saw it."""

    opcode: str
    database: str
    command: dict[str, Any]
    slave_ok: bool = False
    limit: int = 0
    namespace: str = ""

    @property
    def name(self) -> str:
        return next(iter(self.command), "")


Behaviour: TypeAlias = Callable[[Asked], Reaction]


@dataclass
class MongoServer:
    """Where it listens, and what it was asked."""

    server: Server
    asked: list[Asked] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [asked.name for asked in self.asked]


@contextlib.asynccontextmanager
async def mongo(behave: Behaviour, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[MongoServer]:
    """A server that answers each request as `behave` says."""
    seen: list[Asked] = []

    async def talk(caller: Caller) -> None:
        while True:
            header = await caller.reader.readexactly(mongo_frames.HEADER.size)
            length = mongo_frames.HEADER.unpack(header)[0]
            if not mongo_frames.HEADER.size < length < mongo_frames.MAX_LENGTH:
                return  # TLS or HTTP
            request = mongo_frames.read(header, await caller.reader.readexactly(length - len(header)))
            asked = _asked(request)
            seen.append(asked)
            reaction = behave(asked)
            if reaction is None:
                return
            if isinstance(reaction, bytes):
                await caller.send(reaction)
                continue
            documents = [reaction] if isinstance(reaction, Mapping) else reaction
            await caller.send(mongo_frames.reply(request, documents))

    async with serving(talk, tls=tls) as server:
        yield MongoServer(server, seen)


def _asked(request: mongo_frames.Request) -> Asked:
    command = dict(request.document)
    if request.opcode == "OP_MSG":
        return Asked("OP_MSG", command.pop("$db"), command)
    database, _, rest = request.namespace.partition(".")
    if rest != "$cmd":
        command = {"find": request.namespace}
    return Asked("OP_QUERY", database, command, request.slave_ok, request.limit, request.namespace)


def table(answers: Mapping[str, Reaction], *, otherwise: Reaction = NO_SUCH_COMMAND) -> Behaviour:
    """A behaviour by "DATABASE NAME COLLECTION", "DATABASE NAME" or "NAME", the most exact first."""

    def behave(asked: Asked) -> Reaction:
        long_name = f"{asked.database} {asked.name}"
        for name in (f"{long_name} {asked.command.get(asked.name)}", long_name, asked.name):
            if name in answers:
                return answers[name]
        return otherwise

    return behave


#: What connectionStatus tells where nobody is logged in: on an open server, and on a secured one.
NOBODY = {
    "authInfo": {"authenticatedUsers": [], "authenticatedUserRoles": [], "authenticatedUserPrivileges": []},
    "ok": 1.0,
}


def greeting(wire: int = 25, **more: Any) -> dict[str, Any]:
    """What isMaster tells."""
    return {
        "ismaster": True,
        "maxBsonObjectSize": 16_777_216,
        "minWireVersion": 0,
        "maxWireVersion": wire,
        **more,
        "ok": 1.0,
    }


def cursor(namespace: str, *rows: Document, number: int = 0, batch: str = "firstBatch") -> dict[str, Any]:
    """A cursor's reply."""
    return {"cursor": {"id": number, "ns": namespace, batch: list(rows)}, "ok": 1.0}


def databases(*names: str) -> dict[str, Any]:
    """A reply to listDatabases."""
    rows = [{"name": name, "sizeOnDisk": 8192.0, "empty": False} for name in names]
    return {"databases": rows, "totalSize": 8192.0 * len(rows), "ok": 1.0}


@contextlib.asynccontextmanager
async def lines(
    server: MongoServer | Server, *, tls: Tls = Tls.AUTO, from_loopback: bool = True, sample: int = 0, **budget: Any
) -> AsyncIterator[SocketLines]:
    """Lines to it; `from_loopback=False` is a test's way of standing further away, `sample` what the user allowed."""
    where = server.server if isinstance(server, MongoServer) else server
    async with lines_to(where, tls=tls, sample=sample, **{"exchange_seconds": 3.0, **budget}) as found:
        found.from_loopback = from_loopback
        yield found


async def observe(
    server: MongoServer | Server, *, tls: Tls = Tls.AUTO, from_loopback: bool = True, sample: int = 0, **budget: Any
) -> Observation:
    """What the probe sees, transcript included."""
    async with lines(server, tls=tls, from_loopback=from_loopback, sample=sample, **budget) as found:
        seen = await MongodbProbe().observe(found)
        return replace(seen, transcript=tuple(found.transcript.exchanges))


def verdict(seen: Observation) -> Verdict:
    return judge.decide(seen).verdict


def typed(*fields: tuple[str, str]) -> dict[str, Any]:
    rows = [{"_id": {"p": name, "t": kind, "u": "missing", "w": "missing"}, "auditorSeen": 3} for name, kind in fields]
    return cursor("shop.people", *rows)


def open_server(wire: int = 25, more: Mapping[str, Reaction] | None = None) -> dict[str, Reaction]:
    """An open server with one collection of people."""
    return {
        "isMaster": greeting(wire),
        "buildInfo": BUILD,
        "connectionStatus": NOBODY,
        "listDatabases": databases("admin", "config", "local", "shop"),
        "listCollections": cursor("none.$cmd.listCollections"),
        "shop listCollections": cursor("shop.$cmd.listCollections", {"name": "people", "type": "collection"}),
        "shop collStats people": {"ns": "shop.people", "count": 3, "size": 300, "ok": 1.0},
        "shop count people": {"n": 3, "ok": 1.0},
        "shop aggregate people": typed(("_id", "objectId"), ("email", "string"), ("born", "date")),
        "shop listIndexes people": cursor("shop.people", {"v": 2, "key": {"phone": 1}, "name": "phone_1"}),
        **(more or {}),
    }


async def seen_of(behave: Behaviour | Mapping[str, Reaction], **how: Any) -> Observation:
    async with mongo(table(behave) if isinstance(behave, Mapping) else behave) as server:
        return await observe(server, **how)
