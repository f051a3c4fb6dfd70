"""One connection whose every read is bounded in bytes and time, with or without TLS, and how it can fail."""

import asyncio
import contextlib
import socket
import ssl

from auditor.model.observation import Reach, TlsSeen
from auditor.probes.bounded_socket import CHUNK, BoundedSocket, TimeIsUpError
from auditor.probes.interface import WireError
from auditor.probes.spending import Spending
from auditor.probes.tls import TlsLayer, reason, says_certificate_required, wants_certificate


class SilenceError(WireError):
    """Connected, asked, and not one byte came back in the time of an exchange."""


class HandshakeError(WireError):
    """No TLS came about. `spoke_tls`: whether the other side answered in TLS at all; if not, it may well be plain."""

    def __init__(self, detail: str, *, spoke_tls: bool) -> None:
        super().__init__(Reach.TLS_FAILED, detail)
        self.spoke_tls = spoke_tls


class SocketStream:
    """A ByteStream on a connected, non-blocking socket, which it owns. Made by `open`.

    An exchange begins with the first `write` after a `read` and has `budget.exchange_seconds`, until the next begins.
    """

    __slots__ = (
        "_asking",
        "_fresh",
        "_layer",
        "_loop",
        "_socket",
        "_spending",
        "_wrote",
        "certificate_requested",
        "received",
        "tls",
    )

    def __init__(self, connection: socket.socket, spending: Spending) -> None:
        self._loop = asyncio.get_running_loop()
        self._spending = spending
        self._socket = BoundedSocket(connection, until=self._loop.time() + spending.budget.exchange_seconds)
        self._layer: TlsLayer | None = None
        self._asking = False  # from a write to the next read
        self._wrote = False
        self._fresh = 0  # bytes of this exchange's answer, within TLS
        self.received = 0
        self.certificate_requested = False
        self.tls: TlsSeen | None = None

    @classmethod
    async def open(
        cls, connection: socket.socket, *, spending: Spending, tls: bool = False, server_name: str | None = None
    ) -> "SocketStream":
        """Takes over a connected, non-blocking socket and shakes hands where `tls` is set. It is closed on any error.

        Raises:
            HandshakeError: no TLS came about.
            WireError: CLIENT_CERTIFICATE_REQUIRED, or TOO_MUCH where the target's budget is spent.
        """
        stream = cls(connection, spending)
        try:
            stream._socket.until = spending.begin(stream._loop.time())
            if tls:
                await stream._shake_hands(TlsLayer(server_name))
        except BaseException:
            await stream.close()
            raise
        return stream

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._socket.is_closed

    @property
    def answered(self) -> int:
        """Bytes that came since the newest exchange began."""
        return self._fresh

    async def write(self, data: bytes) -> None:
        """Sends all of `data`. That the server has hung up is told by the next `read`, after its last words.

        Raises:
            WireError: the connection broke, the exchange took too long, or the target's budget is spent.
        """
        if not self._asking:
            self._socket.until = self._spending.ask(self._loop.time())
            self._socket.heard = self._fresh = 0
            self._asking = True
        self._wrote = True
        try:
            if self._layer is not None:
                while not self._layer.encrypt(data):
                    await self._exchange_records(self._layer)
                data = self._layer.outgoing()
            await self._socket.send(data)
        except (ConnectionResetError, BrokenPipeError):
            pass  # What the server said before it hung up (an alert, a 400) is still to be read; so is the end.
        except (OSError, TimeIsUpError) as error:
            raise self._failed(error) from error

    async def read(self, at_most: int) -> bytes:
        """At least one byte and at most `at_most`; b"" at the end of the stream.

        Raises:
            WireError: the connection broke, or the exchange or the target took too long or too many bytes.
                SilenceError where nothing came at all.
        """
        self._asking = False
        at_most = min(at_most, CHUNK)
        try:
            if self._layer is None:
                data = await self._socket.receive(at_most)
                self._spending.take(len(data))
            else:
                data = await self._decrypted(self._layer, at_most)
        except (OSError, TimeIsUpError) as error:
            raise self._failed(error) from error
        if not data and self._wants_certificate():
            raise _certificate_wanted()
        self.received += len(data)
        self._fresh += len(data)
        return data

    async def read_exactly(self, count: int) -> bytes:
        """Exactly `count` bytes.

        Raises:
            WireError: as `read`, and where the stream ends early.
        """
        whole = bytearray()
        while len(whole) < count:
            data = await self.read(count - len(whole))
            if not data:
                raise WireError(Reach.BROKE_OFF, f"closed after {len(whole)} of {count} bytes")
            whole += data
        return bytes(whole)

    async def is_quiet(self) -> bool:
        """Whether nothing has come since the last answer, no end either, so that the stream may be used again.

        Raises:
            WireError: TOO_MUCH, the target's bytes are spent.
        """
        try:
            if self.is_closed or self._layer is None:
                return not self.is_closed and self._socket.peek() is None
            while self._layer.decrypt(1) is None:
                if self._socket.peek() is None:
                    return True
                data = await self._socket.receive()  # may well be a session ticket of TLS 1.3, which is no answer
                self._spending.take(len(data))
                self._layer.feed(data)
        except (OSError, TimeIsUpError):
            pass  # broken: not quiet
        return False

    async def close(self) -> None:
        """Closes without waiting for the other side."""
        self._socket.close(farewell=self._layer.farewell() if self._layer is not None and self.tls is not None else b"")

    async def _shake_hands(self, layer: TlsLayer) -> None:
        self._layer = layer
        try:
            while not layer.handshake():
                await self._exchange_records(layer)
            await self._socket.send(layer.outgoing())
        except (OSError, TimeIsUpError) as error:
            raise await self._unshaken(layer, error) from error
        self.certificate_requested = layer.certificate_requested
        self.tls = layer.seen()

    async def _unshaken(self, layer: TlsLayer, error: Exception) -> WireError:
        """Why no TLS came about. Up to version 1.2 the server judges our (absent) certificate within the handshake."""
        match error:
            case TimeIsUpError():
                if self._spending.is_over(self._loop.time()):
                    return self._spending.out_of_time()
                why = f"no TLS handshake within {self._spending.budget.exchange_seconds:g} s"
            case ssl.SSLEOFError() | ssl.SSLZeroReturnError() if layer.certificate_requested:
                return _certificate_wanted()
            case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
                why = "closed during the TLS handshake"
            case ssl.SSLError():
                if says_certificate_required(error) or (layer.certificate_requested and wants_certificate(error)):
                    return _certificate_wanted()
                with contextlib.suppress(OSError, TimeIsUpError):  # our alert is a courtesy
                    await self._socket.send(layer.outgoing())
                why = f"the TLS handshake failed: {reason(error)}"
            case _ if layer.certificate_requested:
                return _certificate_wanted()
            case _:
                why = f"{_broken(error)} during the TLS handshake"
        return HandshakeError(why, spoke_tls=layer.spoke_tls)

    async def _exchange_records(self, layer: TlsLayer) -> None:
        """Sends what TLS wants sent, and feeds it what comes back."""
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # its last words may say why
            await self._socket.send(layer.outgoing())
        data = await self._socket.receive()
        self._spending.take(len(data))
        layer.feed(data)

    async def _decrypted(self, layer: TlsLayer, at_most: int) -> bytes:
        try:
            while (data := layer.decrypt(at_most)) is None:
                await self._exchange_records(layer)
        finally:
            self.certificate_requested = layer.certificate_requested  # a renegotiation may ask for one, too
        return data

    def _wants_certificate(self) -> bool:
        """Whether an end at this point means that the server asked for a certificate of ours and got none."""
        return self._wrote and not self.received and self._layer is not None and self._layer.certificate_requested

    def _failed(self, error: Exception) -> WireError:
        """What a failure in the middle of the talk means."""
        match error:
            case TimeIsUpError() if self._spending.is_over(self._loop.time()):
                return self._spending.out_of_time()
            case TimeIsUpError():
                seconds = f"{self._spending.budget.exchange_seconds:g} s"
                if not self._fresh:
                    return SilenceError(Reach.BROKE_OFF, f"connected, then silent for {seconds}")
                return WireError(Reach.TOO_MUCH, f"no complete answer within {seconds}, but {self._fresh} bytes of one")
            case ssl.SSLError() if says_certificate_required(error) and not self.received:
                return _certificate_wanted()
            case ssl.SSLError() if "ALERT" in (error.reason or "") and self._wants_certificate():
                return _certificate_wanted()
            case ssl.SSLError():
                return WireError(Reach.BROKE_OFF, f"TLS broke off: {reason(error)}")
            case _ if self._wants_certificate():
                return _certificate_wanted()
            case _:
                return WireError(Reach.BROKE_OFF, _broken(error))


def _broken(error: Exception) -> str:
    if isinstance(error, (ConnectionResetError, BrokenPipeError)):
        return "the connection was reset"
    return f"the connection failed ({getattr(error, 'strerror', None) or type(error).__name__})"


def _certificate_wanted() -> WireError:
    return WireError(
        Reach.CLIENT_CERTIFICATE_REQUIRED, "the server asked for a client certificate and ended the talk without one"
    )
