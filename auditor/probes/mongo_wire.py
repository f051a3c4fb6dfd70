"""Speaks MongoDB's wire protocol to one target, and can only read. The one file that decodes BSON."""

import time
from collections.abc import Mapping
from typing import Any

import bson
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError
from bson.int64 import Int64

from auditor.model.observation import Exchange, Reach, TlsSeen
from auditor.model.target import Tls
from auditor.probes import mongo_allow, mongo_messages
from auditor.probes.interface import ByteStream, Lines, MongoReply, WireError
from auditor.probes.mongo_messages import EchoError, FrameError, Opcode
from auditor.probes.stream import SilenceError

HANDSHAKE, HANDSHAKE_HELLO = "handshake", "handshake-hello"  # ids of the RequestTemplates that `handshake` sends

_FIRST_WITH_OP_MSG = 6  # maxWireVersion of 3.6; older servers close on OP_MSG
_CATALOGUE_BYTES = 4 << 20  # of a legacy find: some 60,000 names
_HIGHEST_WIRE_VERSION = 1_000  # a number beyond it is no version
_OP_QUERY_REFUSED = 352  # UnsupportedOpQueryCommand: our choice of opcode was wrong, no more
#: Without it, secondaries answer 13435 instead of what was asked.
_READ_PREFERENCE = {"mode": "secondaryPreferred"}
#: Dates beyond Python's years and text that is not UTF-8 must not end the talk.
_OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(
    document_class=dict, unicode_decode_error_handler="replace", datetime_conversion=DatetimeConversion.DATETIME_MS
)
#: What bson raises on bytes that are not BSON; the last three where types or depths are absurd.
_UNDECODABLE = (BSONError, ValueError, TypeError, OverflowError, RecursionError)


class ClosedError(WireError):
    """The server broke off before it answered a byte of our protocol: what plain does to TLS, and OP_MSG to 3.4."""


class ForeignError(WireError):
    """Something else answered; `protocol` in a reader's word ("HTTP", "SSH", "an echo")."""

    def __init__(self, protocol: str) -> None:
        super().__init__(Reach.NOT_THE_PRODUCT, f"it answers in {protocol}")
        self.protocol = protocol


class TooLongError(WireError):
    """One reply was longer than its cap; the server may well answer a smaller question."""


class SocketMongoWire:
    """A MongoWire on the lines' streams.

    It connects when there is something to ask, again after each connection that broke, and never to an address that a
    reply names.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._stream: ByteStream | None = None
        self._fresh = True  # the open stream has answered nothing yet
        self._over_tls = lines.target.tls is Tls.REQUIRED
        self._opcode = Opcode.QUERY
        self._answered = False
        self._last_id = 0
        self.tls: TlsSeen | None = None
        self.wire_version = 0

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
            self._over_tls = True
        try:
            return await self._greet()
        except WireError as error:
            if error.reach is not Reach.TLS_FAILED or getattr(error, "spoke_tls", False):
                raise
            no_tls = error
        # Neither TLS nor OP_QUERY: re-implementations close on what they do not know.
        self._over_tls = False
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
        found, _ = await self._exchange(frame, Opcode.QUERY, request=request, template=template, cap=cap)
        return found

    async def close(self) -> None:
        """Closes without waiting for the other side."""
        if self._stream is not None:
            await self._stream.close()
            self._stream = None
            self._fresh = True

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
        reused = not self._fresh
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
        body = dict(command)
        if "getMore" in body:
            body["getMore"] = Int64(body["getMore"])  # servers take nothing shorter for a cursor's id
        if opcode is Opcode.MSG:
            body |= {"$db": database, "$readPreference": _READ_PREFERENCE}
            frame = mongo_messages.message(request_id, bson.encode(body))
        else:
            frame = mongo_messages.query(request_id, f"{database}.$cmd", bson.encode(body))
        request = mongo_allow.describe(database, command, opcode.label)
        cap = self._lines.budget.reply_bytes if cap is None else cap
        found, number = await self._exchange(frame, opcode, request=request, template=template, cap=cap)
        if len(found) != 1:
            raise await self._broken(f"{len(found)} documents answered a command")
        return MongoReply(found[0], opcode.label, number)

    async def _exchange(
        self, frame: bytes, opcode: Opcode, *, request: str, template: str, cap: int
    ) -> tuple[tuple[dict[str, Any], ...], int]:
        """Sends a frame, reads the documents that answer it and records both. The connection is closed on any error."""
        stream = await self._connected()
        began, before, status = time.perf_counter(), stream.received, None
        try:
            found = _decoded(await self._reply(stream, frame, opcode, cap=cap), opcode)
            status = _code(found)
        except (FrameError, *_UNDECODABLE) as error:
            raise await self._broken(
                f"answered with rubbish: {error}" if isinstance(error, FrameError) else _NO_BSON
            ) from error
        except WireError:
            await self.close()
            raise
        finally:
            number = self._lines.transcript.record(
                Exchange(
                    request=request,
                    template=template,
                    status=status,
                    sent=len(frame),
                    received=stream.received - before,
                    milliseconds=(time.perf_counter() - began) * 1000,
                )
            )
        self._answered, self._fresh = True, False
        return found, number

    async def _reply(self, stream: ByteStream, frame: bytes, asked: Opcode, *, cap: int) -> bytes:
        """The body of the reply to a frame, which has passed every check that needs no BSON."""
        head = b""
        try:
            await stream.write(frame)
            while len(head) < mongo_messages.HEADER_BYTES:
                data = await stream.read(mongo_messages.HEADER_BYTES - len(head))
                if not data:
                    break
                head += data
        except SilenceError:
            raise
        except WireError as error:
            if error.reach is Reach.BROKE_OFF and not head:
                raise ClosedError(Reach.BROKE_OFF, error.detail) from error
            raise
        if not head:
            raise ClosedError(Reach.BROKE_OFF, "closed without a byte")
        try:
            header = mongo_messages.read_header(head, asked=asked, request_id=mongo_messages.request_id(frame))
        except EchoError as error:
            raise ForeignError("our own bytes, as an echo service does") from error
        except FrameError as error:
            if not self._answered and (other := mongo_messages.other_protocol(head)) is not None:
                raise _foreign(other) from error
            raise
        if header.length > cap:
            raise TooLongError(Reach.TOO_MUCH, f"a reply of {header.length} bytes, more than the {cap} it may have")
        return await stream.read_exactly(header.length - mongo_messages.HEADER_BYTES)

    async def _connected(self) -> ByteStream:
        if self._stream is None:
            self._stream = await self._lines.stream(tls=self._over_tls)
            self._fresh = True
            self.tls = self._stream.tls or self.tls
        return self._stream

    async def _broken(self, detail: str) -> WireError:
        await self.close()
        return WireError(Reach.BROKE_OFF, detail)

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id


def _foreign(protocol: str) -> WireError:
    if protocol == "TLS":  # an alert: our plain bytes were no TLS
        return ClosedError(Reach.BROKE_OFF, "answered in TLS")
    return ForeignError(protocol)


_NO_BSON = "answered with bytes that are no BSON"


def _decoded(body: bytes, opcode: Opcode) -> tuple[dict[str, Any], ...]:
    return tuple(bson.decode(document, _OPTIONS) for document in mongo_messages.documents(body, opcode=opcode))


def _code(found: tuple[dict[str, Any], ...]) -> int | None:
    """The server's own error code, where it gave one."""
    code = found[0].get("code") if found else None
    return int(code) if isinstance(code, int) and not isinstance(code, bool) and abs(code) < 1 << 31 else None


def _wire_version(reply: MongoReply) -> int:
    version = reply.document.get("maxWireVersion")
    known = isinstance(version, int) and not isinstance(version, bool) and 0 <= version <= _HIGHEST_WIRE_VERSION
    return int(version) if known and version is not None else 0
