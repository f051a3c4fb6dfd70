"""A connection that keeps the MongoDB frames which pass through it, whoever builds them and takes them apart.

It sees what is on the wire and nothing of what a probe makes of it, so that a probe's mistake is in no recording.
"""

import struct
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Any

from auditor.model.observation import Reach
from auditor.model.target import Target
from auditor.probes.interface import (
    Budget,
    ByteStream,
    HttpWire,
    Lines,
    Manner,
    MongoWire,
    OpenTally,
    Transcript,
    WireError,
)
from auditor.probes.stream import SilenceError
from auditor.testing import mongo_frames
from auditor.testing.recording import MongoExchange
from auditor.testing.tape import Heard, Tape

_FIND = "OP_QUERY find"
_CATALOGUES = (".system.namespaces", ".system.indexes")


class FrameTappingLines:
    """Lines whose streams keep what passes; the wires on them are the audit's own."""

    def __init__(self, lines: Lines, tape: Tape) -> None:
        self.target: Target = lines.target
        self.budget: Budget = lines.budget
        self.manner: Manner = lines.manner
        self.transcript: Transcript = lines.transcript
        self.from_loopback = lines.from_loopback
        self.open_tally: OpenTally | None = None
        self._lines = lines
        self._tape = tape

    def http(self) -> HttpWire:
        """The HTTP wire of the lines below, untapped."""
        return self._lines.http()

    def mongo(self) -> MongoWire:
        """The MongoDB wire of the lines below, untapped."""
        return self._lines.mongo()

    async def stream(self, *, tls: bool = False) -> ByteStream:
        """A connection that keeps its frames.

        Raises:
            WireError: as `Lines.stream`.
        """
        try:
            stream = await self._lines.stream(tls=tls)
        except WireError as error:
            self._tape.lost |= error.reach is Reach.CLIENT_CERTIFICATE_REQUIRED
            raise
        return FrameTappingStream(stream, self._tape, over_tls=tls)


class FrameTappingStream:
    """A ByteStream that passes everything on, and keeps each command that was sent with the reply that came back."""

    def __init__(self, stream: ByteStream, tape: Tape, *, over_tls: bool) -> None:
        self.tls = stream.tls
        self.received = stream.received
        self.certificate_requested = stream.certificate_requested
        self._stream = stream
        self._tape = tape
        self._over_tls = over_tls
        self._asked: MongoExchange | None = None  # what still waits for its reply
        self._came = bytearray()

    async def write(self, data: bytes) -> None:
        """Sends all of `data`.

        Raises:
            WireError: as `ByteStream.write`; then nothing was asked.
        """
        await self._stream.write(data)
        self._asked, self._came = _command(data), bytearray()

    async def read(self, at_most: int) -> bytes:
        """As `ByteStream.read`.

        Raises:
            WireError: as `ByteStream.read`.
        """
        return await self._heard(self._stream.read(at_most))

    async def read_exactly(self, count: int) -> bytes:
        """As `ByteStream.read_exactly`.

        Raises:
            WireError: as `ByteStream.read_exactly`.
        """
        return await self._heard(self._stream.read_exactly(count))

    async def close(self) -> None:
        """Closes without waiting for the other side; what was not answered until then is not kept."""
        self._tape.lost |= bool(self._asked is not None and self._came and not mongo_frames.is_reply(self._came))
        self._asked = None
        await self._stream.close()

    async def _heard(self, reading: Awaitable[bytes]) -> bytes:
        try:
            data = await reading
        except WireError as error:
            if error.reach is Reach.BROKE_OFF:
                self._ended(silent=isinstance(error, SilenceError))
            else:  # a limit of ours, or a certificate that was wanted
                self._tape.lost = True
            raise
        finally:
            self.tls, self.received = self._stream.tls, self._stream.received
            self.certificate_requested = self._stream.certificate_requested
        self._came += data
        if not data:
            self._ended()
        elif mongo_frames.is_whole(self._came):
            self._answered()
        return data

    def _answered(self) -> None:
        try:
            documents = mongo_frames.read_reply(bytes(self._came))
        except mongo_frames.FrameError:
            self._keep(None, broken=True)
            return
        is_find = self._asked is not None and self._asked.opcode == _FIND
        self._keep({"docs": documents} if is_find else documents[0] if documents else {})

    def _ended(self, *, silent: bool = False) -> None:
        """The server said no more. Of another protocol nothing is kept."""
        if not self._came or mongo_frames.is_reply(self._came):
            self._keep(None, broken=silent or bool(self._came))
        else:
            self._tape.lost = True

    def _keep(self, reply: Mapping[str, Any] | None, *, broken: bool = False) -> None:
        if self._asked is None:
            return
        exchange, self._asked = replace(self._asked, reply=reply), None
        self._tape.mongo.append(Heard(exchange, self._over_tls))
        if broken:
            self._tape.broken.append(exchange)


def _command(frame: bytes) -> MongoExchange | None:
    """The command in a frame, without its reply. None where documents are asked for: they are in no recording."""
    try:
        request = mongo_frames.read(frame[: mongo_frames.HEADER.size], frame[mongo_frames.HEADER.size :])
    except (mongo_frames.FrameError, struct.error):  # no frame of MongoDB's
        return None
    document = dict(request.document)
    if request.opcode == "OP_QUERY" and not request.namespace.endswith(".$cmd"):
        is_catalogue = request.namespace.endswith(_CATALOGUES)
        return MongoExchange(_FIND, None, {"find": request.namespace}, None) if is_catalogue else None
    database = document.pop("$db", None) if request.opcode == "OP_MSG" else request.namespace.removesuffix(".$cmd")
    document.pop("$readPreference", None)
    return None if "find" in document else MongoExchange(request.opcode, database, document, None)
