"""Speaks MongoDB's wire protocol to one target, and can only read. The one file that decodes BSON."""

from collections.abc import Mapping
from typing import Any

import bson
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError
from bson.int64 import Int64

from auditor.model.observation import Reach, TlsSeen
from auditor.model.target import Tls
from auditor.probes import bson_shape, mongo_allow, mongo_messages
from auditor.probes.interface import Lines, MongoReply, MongoSample, Tally, WireError
from auditor.probes.mongo_exchange import ClosedError, FrameLine
from auditor.probes.mongo_messages import FrameError, Opcode, Place
from auditor.probes.sampling import reduce

HANDSHAKE, HANDSHAKE_HELLO = "handshake", "handshake-hello"  # ids of the RequestTemplates that `handshake` sends
SAMPLE = "sample"  # ... and of the one that `sample` does

_FIRST_WITH_OP_MSG = 6  # maxWireVersion of 3.6; older servers close on OP_MSG
_FIRST_WITH_FIND = 4  # maxWireVersion of 3.2, which made find a command
_SAMPLE_MILLISECONDS = 5_000  # that a sample may cost the server
_CATALOGUE_BYTES = 4 << 20  # of a legacy find: some 60,000 names
_HIGHEST_WIRE_VERSION = 1_000  # a number beyond it is no version
_OP_QUERY_REFUSED = 352  # UnsupportedOpQueryCommand: our choice of opcode was wrong, no more
#: Without it, secondaries answer 13435 instead of what was asked.
_READ_PREFERENCE = {"mode": "secondaryPreferred"}
#: Dates beyond Python's years and text that is not UTF-8 must not end the talk.
_OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(
    document_class=dict, unicode_decode_error_handler="replace", datetime_conversion=DatetimeConversion.DATETIME_MS
)
#: By what a server tells that it refuses, and why.
_REFUSAL = frozenset({"ok", "code", "errmsg", "$err", "err"})
#: What bson raises on bytes that are not BSON; the last three where types or depths are absurd.
_UNDECODABLE = (BSONError, ValueError, TypeError, OverflowError, RecursionError)


class SocketMongoWire:
    """A MongoWire on the lines' streams.

    It connects when there is something to ask, again after each connection that broke, and never to an address that a
    reply names.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._line = FrameLine(lines)
        self._opcode = Opcode.QUERY
        self._last_id = 0
        self.wire_version = 0

    @property
    def tls(self) -> TlsSeen | None:
        """The TLS of the newest connection."""
        return self._line.tls

    async def handshake(self) -> MongoReply:
        """`isMaster` in OP_QUERY, or `hello` in OP_MSG where the server drops that; decides the opcode of what follows.

        With `tls: auto` it is plain first, then TLS where plain breaks off.

        Raises:
            WireError: no MongoDB reply came back. `reach` is NOT_THE_PRODUCT where something else answered.
        """
        if self._lines.target.tls is not Tls.AUTO:
            return await self._greet()
        try:
            return await self._is_master()
        except ClosedError:
            self._line.over_tls = True
        try:
            return await self._greet()
        except WireError as error:
            if error.reach is not Reach.TLS_FAILED or getattr(error, "spoke_tls", False):
                raise
            no_tls = error
        # Neither TLS nor OP_QUERY: re-implementations close on what they do not know.
        self._line.over_tls = False
        try:
            return await self._hello()
        except ClosedError as error:
            raise ClosedError(
                Reach.BROKE_OFF, f"{error.detail} on OP_QUERY and on OP_MSG, and speaks no TLS ({no_tls.detail})"
            ) from error

    async def command(
        self, database: str, command: Mapping[str, Any], *, template: str, cap: int | None = None
    ) -> MongoReply:
        """Runs a command of the read allow-list; its first key is its name.

        Raises:
            WireError: the connection ended, or the reply is not one, or a budget is spent.
            WriteRefusedError: the command, or a stage of its pipeline, is not on the read allow-list.
        """
        mongo_allow.check(database, command)
        reply = await self._ask(database, command, template=template, cap=cap)
        if reply.document.get("code") == _OP_QUERY_REFUSED and self._opcode is Opcode.QUERY:
            self._opcode = Opcode.MSG
            reply = await self._ask(database, command, template=template, cap=cap)
        return reply

    async def legacy_find(
        self, collection: str, *, template: str, limit: int, fields: Mapping[str, int] | None = None
    ) -> tuple[Mapping[str, Any], ...]:
        """An OP_QUERY find on a system catalogue (`DB.system.namespaces`, `DB.system.indexes`) of servers ≤ 2.6.

        A refusal comes as one document with `$err`. A listing may have 4 MiB.

        Raises:
            WireError: as `command`.
            WriteRefusedError: any other collection.
        """
        mongo_allow.check_find(collection)
        request_id = self._next_id()
        # A negative limit asks for one batch, so that no cursor is left behind on the server.
        chosen = bson.encode(dict(fields)) if fields else b""
        frame = mongo_messages.query(request_id, collection, bson.encode({}), limit=-abs(limit), fields=chosen)
        request = f"find {collection} ({Opcode.QUERY.label})"
        cap = min(self._lines.budget.mapping_bytes, _CATALOGUE_BYTES)
        found, _ = await self._line.exchange(
            frame,
            asked=Opcode.QUERY,
            request=request,
            template=template,
            cap=cap,
            read=lambda body: _decoded(body, Opcode.QUERY),
        )
        return found

    async def sample(self, database: str, collection: str, *, limit: int, tally: Tally) -> MongoSample:
        """The names and types of at most `limit` documents, and what `tally` counted of their values.

        A find: in OP_QUERY up to 3.0, as a command from 3.2 on. Only `Manner.sample` opens this door.

        Raises:
            WireError: as `command`.
            WriteRefusedError: more than was approved, or a collection of the product's own.
        """
        mongo_allow.check_sample(database, collection, limit=limit, approved=self._lines.manner.sample)
        opcode, request_id = self._opcode, self._next_id()
        as_command = self.wire_version >= _FIRST_WITH_FIND
        if as_command:
            command: dict[str, Any] = {"find": collection, "limit": limit, "batchSize": limit, "singleBatch": True}
            frame = self._frame(request_id, database, {**command, "maxTimeMS": _SAMPLE_MILLISECONDS}, opcode)
        else:
            frame = mongo_messages.query(request_id, f"{database}.{collection}", bson.encode({}), limit=-limit)
        (body, places, refusal), number = await self._line.exchange(
            frame,
            asked=opcode,
            request=mongo_allow.describe_sample(database, collection, opcode.label, limit=limit),
            template=SAMPLE,
            cap=self._lines.budget.reply_bytes,
            read=lambda body: _batch(body, opcode, as_command=as_command),
        )
        try:
            shape, counts = await reduce(
                len(body), lambda: (bson_shape.read_shape(body, places[:limit], tally), tally.counts())
            )
        except FrameError as error:
            raise await self._line.broken(f"answered with rubbish: {error}") from error
        return MongoSample(shape.seen, shape.documents, refusal, number, counts, truncated=shape.truncated)

    async def close(self) -> None:
        """Closes without waiting for the other side."""
        await self._line.close()

    async def _greet(self) -> MongoReply:
        try:
            return await self._is_master()
        except ClosedError:
            return await self._hello()

    async def _is_master(self) -> MongoReply:
        self._opcode = Opcode.QUERY
        reply = await self._ask("admin", {"isMaster": 1}, template=HANDSHAKE)
        if not reply.ok:
            return await self._hello()
        self.wire_version = _wire_version(reply)
        if self.wire_version >= _FIRST_WITH_OP_MSG:
            self._opcode = Opcode.MSG
        return reply

    async def _hello(self) -> MongoReply:
        self._opcode = Opcode.MSG
        reply = await self._ask("admin", {"hello": 1}, template=HANDSHAKE_HELLO)
        if not reply.ok:  # re-implementations may know the older word alone
            reply = await self._ask("admin", {"isMaster": 1}, template=HANDSHAKE)
        self.wire_version = _wire_version(reply)
        return reply

    async def _ask(
        self, database: str, command: Mapping[str, Any], *, template: str, cap: int | None = None
    ) -> MongoReply:
        """One command and its one document, in the opcode of the day; once more where an old connection had gone."""
        reused = not self._line.fresh
        try:
            return await self._ask_once(database, command, template=template, cap=cap)
        except ClosedError:
            if not reused:
                raise
            return await self._ask_once(database, command, template=template, cap=cap)

    async def _ask_once(
        self, database: str, command: Mapping[str, Any], *, template: str, cap: int | None
    ) -> MongoReply:
        opcode, request_id = self._opcode, self._next_id()
        found, number = await self._line.exchange(
            self._frame(request_id, database, command, opcode),
            asked=opcode,
            request=mongo_allow.describe(database, command, opcode.label),
            template=template,
            cap=self._lines.budget.reply_bytes if cap is None else cap,
            read=lambda body: _decoded(body, opcode),
        )
        if len(found) != 1:
            raise await self._line.broken(f"{len(found)} documents answered a command")
        return MongoReply(found[0], opcode.label, number)

    def _frame(self, request_id: int, database: str, command: Mapping[str, Any], opcode: Opcode) -> bytes:
        body = dict(command)
        if "getMore" in body:
            body["getMore"] = Int64(body["getMore"])  # servers take nothing shorter for a cursor's id
        if opcode is Opcode.MSG:
            body |= {"$db": database, "$readPreference": _READ_PREFERENCE}
            return mongo_messages.message(request_id, bson.encode(body))
        return mongo_messages.query(request_id, f"{database}.$cmd", bson.encode(body))

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id


def _decoded(body: bytes, opcode: Opcode) -> tuple[tuple[dict[str, Any], ...], int | None]:
    """The documents of a reply, and the server's own error code.

    Raises:
        FrameError: they are no BSON.
    """
    found = tuple(_document(document) for document in mongo_messages.documents(body, opcode=opcode))
    return found, _code(found)


def _document(data: bytes) -> dict[str, Any]:
    try:
        return bson.decode(data, _OPTIONS)
    except _UNDECODABLE as error:
        raise FrameError("bytes that are no BSON") from error


def _batch(
    body: bytes, opcode: Opcode, *, as_command: bool
) -> tuple[tuple[bytes, tuple[Place, ...], Mapping[str, Any]], int | None]:
    """Where the documents lie in a find's answer; where it holds none but a refusal, that, with its code.

    Raises:
        FrameError: the answer is neither.
    """
    places = mongo_messages.places(body, opcode=opcode)
    if as_command:
        if len(places) != 1:
            raise FrameError(f"{len(places)} documents answered a command")
        found = bson_shape.places_within(body, places[0], "cursor", "firstBatch")
    else:
        found = None if mongo_messages.is_query_failure(body) else places
    if found is not None:
        return (body, found, {}), None
    refusal = (_refusal(body, places[0]) if places else {}) or {"ok": 0}
    return (b"", (), refusal), _code((refusal,))


def _refusal(body: bytes, place: mongo_messages.Place) -> dict[str, Any]:
    """Of a document that may be anything, what a refusal is told by, and nothing else."""
    picked = [
        bytes([one.kind]) + one.name.encode() + b"\0" + body[one.place.start : one.place.end]
        for one in bson_shape.elements(body, place)
        if one.name in _REFUSAL
    ]
    document = b"".join(picked) + b"\0"
    return _document((len(document) + 4).to_bytes(4, "little") + document)


def _code(found: tuple[dict[str, Any], ...]) -> int | None:
    """The server's own error code, where it gave one."""
    code = found[0].get("code") if found else None
    return int(code) if isinstance(code, int) and not isinstance(code, bool) and abs(code) < 1 << 31 else None


def _wire_version(reply: MongoReply) -> int:
    version = reply.document.get("maxWireVersion")
    if not isinstance(version, (int, float)) or isinstance(version, bool):  # a double from servers in JavaScript
        return 0
    return int(version) if 0 <= version <= _HIGHEST_WIRE_VERSION and version == int(version) else 0
