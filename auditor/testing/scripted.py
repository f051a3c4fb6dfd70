"""Wires that answer from a script and fail loudly on anything else, for the tests of one probe's judgement."""

from collections.abc import Mapping
from itertools import accumulate
from typing import Any
from urllib.parse import urlsplit

import bson

from auditor.model.observation import Exchange, Reach, TlsSeen
from auditor.model.target import Asset, Place, ServiceSpec, Target, Tls
from auditor.probes import bson_shape, mongo_allow, mongo_messages
from auditor.probes.http_signs import names_dashboards, names_itself
from auditor.probes.interface import (
    Budget,
    ByteStream,
    HttpReply,
    Manner,
    MongoReply,
    MongoSample,
    OpenTally,
    Tally,
    Transcript,
    WireError,
)
from auditor.probes.mongo_wire import HANDSHAKE, SAMPLE
from auditor.probes.readonly import check_get, check_headers, check_post
from auditor.testing.script import (
    Answer,
    HttpAsked,
    HttpScript,
    MongoAsked,
    MongoScript,
    StreamScript,
    Table,
    UnexpectedRequestError,
    answer,
    given,
)

__all__ = ["Answer", "HttpAsked", "MongoAsked", "ScriptedLines", "UnexpectedRequestError", "answer", "target"]


def target(
    product: str = "elasticsearch",
    *,
    port: int = 9200,
    address: str = "127.0.0.1",
    tls: Tls = Tls.AUTO,
    path: str = "/",
) -> Target:
    """A target for a test, of a host named "host-1"."""
    asset = Asset("host-1", (ServiceSpec(product, (port,), tls, path),), Place("inventory.yaml", 1, 1))
    return Target("host-1", address, port, product, tls, path, asset)


class ScriptedLines:
    """The lines to one target, answered from scripts; give it to `Probe.observe` in a test.

    `http` is a table or a callable. A table's keys are "GET /path?query" or, for any query, "GET /path"; its values an
    `answer(…)`, a WireError to raise, or a list of these that is used up in order. `mongo` likewise: its keys are a
    command's name, or "DATABASE NAME", or "DATABASE NAME COLLECTION" ("admin listDatabases", "shop count users"), its
    values reply documents; "isMaster" answers the handshake, and "find DB.COLLECTION" a find (legacy, or of a sample),
    with a list of documents in `{"docs": […]}` or a refusal. `stream` is called with what the probe wrote and returns
    what the server sends.

    A request beyond the script raises UnexpectedRequestError, one that could write raises WriteRefusedError, as the
    real wires do. `http_asked` and `mongo_asked` hold what was sent, in order.
    """

    def __init__(
        self,
        asked_target: Target,
        *,
        http: HttpScript | None = None,
        mongo: MongoScript | None = None,
        stream: StreamScript | None = None,
        budget: Budget | None = None,
        manner: Manner | None = None,
        scheme: str = "http",
        tls: TlsSeen | None = None,
        from_loopback: bool = False,
        open_tally: OpenTally | None = None,
    ) -> None:
        self.target = asked_target
        self.budget = budget or Budget()
        self.manner = manner or Manner()
        self.transcript = Transcript()
        self.from_loopback = from_loopback
        self.open_tally = open_tally if self.manner.sample > 0 else None
        self.http_asked: list[HttpAsked] = []
        self.mongo_asked: list[MongoAsked] = []
        self._http = http if callable(http) else Table(http or {})
        self._mongo = mongo if callable(mongo) else Table(mongo or {})
        self._stream = stream
        self._tls = tls
        self._http_wire = ScriptedHttpWire(self, scheme, tls)
        self._mongo_wire = ScriptedMongoWire(self, tls)

    def http(self) -> "ScriptedHttpWire":
        """The HTTP wire, the same at each call."""
        return self._http_wire

    def mongo(self) -> "ScriptedMongoWire":
        """The MongoDB wire, the same at each call."""
        return self._mongo_wire

    async def stream(self, *, tls: bool = False) -> ByteStream:
        """A stream that answers from the script."""
        if self._stream is None:
            raise UnexpectedRequestError("the script holds no stream")
        return ScriptedStream(self._stream, self._tls if tls else None)

    def record(self, exchange: Exchange) -> int:
        """Keeps an exchange, within the budget's number of requests.

        Raises:
            WireError: TOO_MUCH, the budget's requests are spent.
        """
        if len(self.transcript.exchanges) >= self.budget.requests:
            raise WireError(Reach.TOO_MUCH, f"the {self.budget.requests} requests that one target may cost are spent")
        return self.transcript.record(exchange)

    def answer_http(self, asked: HttpAsked) -> Answer:
        """What the script answers to an HTTP request.

        Raises:
            UnexpectedRequestError: nothing.
            WireError: the script says so.
        """
        self.http_asked.append(asked)
        if callable(self._http):
            found = given(self._http(asked))
        else:
            path = urlsplit(asked.path).path
            found = self._http.look_up(f"{asked.method} {asked.path}", f"{asked.method} {path}")
        assert isinstance(found, Answer), "an HTTP script answers with answer(…) or a WireError"
        return found

    def answer_mongo(self, asked: MongoAsked, *names: str) -> Mapping[str, Any]:
        """What the script answers to a command, which a table may hold under any of `names`.

        Raises:
            UnexpectedRequestError: nothing.
            WireError: the script says so.
        """
        self.mongo_asked.append(asked)
        found = given(self._mongo(asked)) if callable(self._mongo) else self._mongo.look_up(*names)
        assert isinstance(found, Mapping), "a MongoDB script answers with documents or a WireError"
        return found


class ScriptedHttpWire:
    """An HttpWire that answers from a script, under the same guard as the real one."""

    def __init__(self, lines: ScriptedLines, scheme: str, tls: TlsSeen | None) -> None:
        self.scheme = scheme
        self.tls = tls
        self._lines = lines
        self._named = False
        self._dashboards = False

    async def get(
        self, path: str, *, template: str, headers: Mapping[str, str] | None = None, cap: int | None = None
    ) -> HttpReply:
        """Answers GET `path` from the script."""
        check_get(path, approved=self._lines.manner.sample)
        check_headers(headers or {})
        reply = self._ask(HttpAsked("GET", path, dict(headers or {}), b"", template), cap)
        self._named = self._named or names_itself(reply)
        self._dashboards = self._dashboards or names_dashboards(reply)
        return reply

    async def post(
        self,
        path: str,
        *,
        template: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        cap: int | None = None,
    ) -> HttpReply:
        """Answers POST `path` from the script, where the real wire would have sent it."""
        manner = self._lines.manner
        check_post(
            path,
            body,
            named=self._named,
            dashboards=self._dashboards,
            accept_guest_login=manner.accept_guest_login,
            approved=manner.sample,
        )
        check_headers(headers or {})
        return self._ask(HttpAsked("POST", path, dict(headers or {}), body, template), cap)

    def _ask(self, asked: HttpAsked, cap: int | None) -> HttpReply:
        found = self._lines.answer_http(asked)
        cap = self._lines.budget.reply_bytes if cap is None else cap
        body = found.body[:cap]
        exchange = Exchange(f"{asked.method} {asked.path}", asked.template, found.status, received=len(body))
        number = self._lines.record(exchange)
        return HttpReply(found.status, found.headers, body, number, truncated=len(found.body) > cap)


class ScriptedMongoWire:
    """A MongoWire that answers from a script, under the same guard as the real one."""

    def __init__(self, lines: ScriptedLines, tls: TlsSeen | None) -> None:
        self.tls = tls
        self.wire_version = 0
        self._lines = lines

    async def handshake(self) -> MongoReply:
        """Answers `isMaster` from the script and reads the wire version from it."""
        reply = self._ask(MongoAsked("admin", {"isMaster": 1}, HANDSHAKE), "isMaster")
        version = reply.document.get("maxWireVersion", 0)
        self.wire_version = version if isinstance(version, int) else 0
        return reply

    async def command(
        self, database: str, command: Mapping[str, Any], *, template: str, cap: int | None = None
    ) -> MongoReply:
        """Answers a command from the script, where the real wire would have sent it."""
        mongo_allow.check(database, command)
        asked = MongoAsked(database, dict(command), template)
        subject = command[asked.name]
        long_name = f"{database} {asked.name}"
        names = (f"{long_name} {subject}", long_name, asked.name)
        return self._ask(asked, *names)

    async def legacy_find(
        self, collection: str, *, template: str, limit: int, fields: Mapping[str, int] | None = None
    ) -> tuple[Mapping[str, Any], ...]:
        """Answers a legacy find from the script's `{"docs": […]}`."""
        mongo_allow.check_find(collection)
        reply = self._ask(MongoAsked("", {"find": collection}, template), f"find {collection}")
        return tuple(reply.document["docs"])[:limit]

    async def sample(self, database: str, collection: str, *, limit: int, tally: Tally) -> MongoSample:
        """Types and counts of the script's `{"docs": […]}`, where the real wire would have asked for them."""
        mongo_allow.check_sample(database, collection, limit=limit, approved=self._lines.manner.sample)
        asked = MongoAsked(database, {"find": collection, "limit": limit}, SAMPLE)
        reply = self._ask(asked, f"find {database}.{collection}")
        if "docs" not in reply.document:
            return MongoSample((), 0, reply.document, reply.number)
        documents = [bson.encode(document) for document in reply.document["docs"][:limit]]
        ends = list(accumulate(map(len, documents)))
        shape = bson_shape.read_shape(b"".join(documents), map(mongo_messages.Place, [0, *ends], ends), tally)
        return MongoSample(shape.seen, shape.documents, {}, reply.number, tally.counts(), truncated=shape.truncated)

    def _ask(self, asked: MongoAsked, *names: str) -> MongoReply:
        document = self._lines.answer_mongo(asked, *names)
        # The handshake itself is OP_QUERY; what it says decides the opcode of all that follows.
        opcode = "OP_MSG" if self.wire_version >= 6 and asked.template != HANDSHAKE else "OP_QUERY"
        if asked.template == SAMPLE:
            collection, limit = asked.command["find"], asked.command["limit"]
            request = mongo_allow.describe_sample(asked.database, collection, opcode, limit=limit)
        elif asked.database:
            request = mongo_allow.describe(asked.database, asked.command, opcode)
        else:
            request = f"find {{{asked.command['find']}}} ({opcode})"
        code = document.get("code")
        number = self._lines.record(Exchange(request, asked.template, code if isinstance(code, int) else None))
        return MongoReply(document, opcode, number)


class ScriptedStream:
    """A ByteStream whose other side is a function: what it returns for the bytes written is what can be read."""

    def __init__(self, script: StreamScript, tls: TlsSeen | None) -> None:
        self.tls = tls
        self.received = 0
        self.certificate_requested = False
        self._script = script
        self._waiting = b""

    async def write(self, data: bytes) -> None:
        """Hands `data` to the script."""
        self._waiting += self._script(data)

    async def read(self, at_most: int) -> bytes:
        """What the script has sent; b"" where it has sent no more."""
        taken, self._waiting = self._waiting[:at_most], self._waiting[at_most:]
        self.received += len(taken)
        return taken

    async def read_exactly(self, count: int) -> bytes:
        """Exactly `count` bytes.

        Raises:
            WireError: the script has sent fewer.
        """
        if len(self._waiting) < count:
            raise WireError(Reach.BROKE_OFF, f"the stream ended after {len(self._waiting)} of {count} bytes")
        return await self.read(count)

    async def close(self) -> None:
        """Nothing is left to be read."""
        self._waiting = b""
