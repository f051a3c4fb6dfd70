"""One frame out and one answer in, over the lines to one target: the part of MongoDB's talk that needs no BSON."""

import time
from collections.abc import Callable
from typing import TypeVar

from auditor.model.observation import Exchange, Reach, TlsSeen
from auditor.model.target import Tls
from auditor.probes import mongo_messages
from auditor.probes.interface import ByteStream, Lines, WireError
from auditor.probes.mongo_messages import EchoError, FrameError, Opcode
from auditor.probes.stream import SilenceError

Found = TypeVar("Found")


class ClosedError(WireError):
    """The server broke off before it answered a byte of our protocol: what plain does to TLS, and OP_MSG to 3.4."""


class ForeignError(WireError):
    """Something else answered; `protocol` in a reader's word ("HTTP", "SSH", "an echo")."""

    def __init__(self, protocol: str) -> None:
        super().__init__(Reach.NOT_THE_PRODUCT, f"it answers in {protocol}")
        self.protocol = protocol


class TooLongError(WireError):
    """One reply was longer than its cap; the server may well answer a smaller question."""


class FrameLine:
    """A connection that is made when there is something to ask, again after each one that broke, and nowhere else.

    `over_tls` says how the next connection is made, `fresh` that the open one has answered nothing yet.
    """

    def __init__(self, lines: Lines) -> None:
        self.over_tls = lines.target.tls is Tls.REQUIRED
        self.fresh = True
        self.tls: TlsSeen | None = None
        self._lines = lines
        self._stream: ByteStream | None = None
        self._answered = False

    async def exchange(
        self,
        frame: bytes,
        *,
        asked: Opcode,
        request: str,
        template: str,
        cap: int,
        read: Callable[[bytes], tuple[Found, int | None]],
    ) -> tuple[Found, int]:
        """Sends a frame, hands its answer's body (at most `cap` bytes with its header) to `read`, and records both.

        `read` returns what it made of the body, and the server's own error code. Returned are the former and the
        exchange's number. The connection is closed on any error.

        Raises:
            WireError: the connection ended, or what came is no answer, or a budget is spent.
        """
        stream = await self._connected()
        began, before, status = time.perf_counter(), stream.received, None
        try:
            found, status = read(await self._reply(stream, frame, asked, cap=cap))
        except FrameError as error:
            raise await self.broken(f"answered with rubbish: {error}") from error
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
        self._answered, self.fresh = True, False
        return found, number

    async def broken(self, detail: str) -> WireError:
        """Closes, and makes the error that says why."""
        await self.close()
        return WireError(Reach.BROKE_OFF, detail)

    async def close(self) -> None:
        """Closes without waiting for the other side."""
        if self._stream is not None:
            await self._stream.close()
            self._stream = None
            self.fresh = True

    async def _reply(self, stream: ByteStream, frame: bytes, asked: Opcode, *, cap: int) -> bytes:
        """The body of the reply to a frame, which has passed every check that its header allows."""
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
            self._stream = await self._lines.stream(tls=self.over_tls)
            self.fresh = True
            self.tls = self._stream.tls or self.tls
        return self._stream


def _foreign(protocol: str) -> WireError:
    if protocol == "TLS":  # an alert: our plain bytes were no TLS
        return ClosedError(Reach.BROKE_OFF, "answered in TLS")
    return ForeignError(protocol)
