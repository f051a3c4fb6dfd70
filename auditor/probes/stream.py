"""One connection whose every read is bounded in bytes and time, with or without TLS.

It works on the bare socket: nothing is read before somebody asks for it, so that a server which floods us fills the
kernel's buffer and then its own, never our memory.
"""

import asyncio
import contextlib
import socket
import ssl

from auditor.model.observation import Reach, TlsSeen
from auditor.probes.interface import WireError
from auditor.probes.spending import Spending
from auditor.probes.tls import TlsLayer, wants_certificate

_CHUNK = 1 << 16  # bytes asked of the kernel at once


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
        "_heard",
        "_layer",
        "_loop",
        "_socket",
        "_spending",
        "_until",
        "_waiter",
        "_wrote",
        "certificate_requested",
        "received",
        "tls",
    )

    def __init__(self, connection: socket.socket, spending: Spending) -> None:
        self._socket = connection
        self._spending = spending
        self._loop = asyncio.get_running_loop()
        self._layer: TlsLayer | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._until = 0.0  # when the exchange must have ended, on the loop's clock
        self._asking = False  # from a write to the next read
        self._wrote = False
        self._heard = 0  # bytes that came in this exchange, of TLS or within it
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
            stream._until = spending.begin(stream._loop.time())
            if tls:
                await stream._shake_hands(server_name)
        except BaseException:
            await stream.close()
            raise
        return stream

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._socket.fileno() < 0

    @property
    def answered(self) -> int:
        """Bytes that came since the newest exchange began."""
        return self._fresh

    async def write(self, data: bytes) -> None:
        """Sends all of `data`.

        Raises:
            WireError: the connection broke, the exchange took too long, or the target's budget is spent.
        """
        if not self._asking:
            self._until = self._spending.ask(self._loop.time())
            self._asking, self._heard, self._fresh = True, 0, 0
        self._wrote = True
        if self._layer is None:
            await self._send(data)
            return
        try:
            while not self._layer.encrypt(data):
                await self._exchange_records()
        except ssl.SSLError as error:
            raise self._broken_tls(error) from error
        await self._send(self._layer.outgoing())

    async def read(self, at_most: int) -> bytes:
        """At least one byte and at most `at_most`; b"" at the end of the stream.

        Raises:
            WireError: the connection broke, or the exchange or the target took too long or too many bytes.
                SilenceError where nothing came at all.
        """
        self._asking = False
        at_most = min(at_most, _CHUNK)
        data = await self._receive(at_most) if self._layer is None else await self._decrypted(self._layer, at_most)
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

    def is_quiet(self) -> bool:
        """Whether nothing, no end either, has come since the last answer, so that the line may be used again."""
        if self.is_closed:
            return False
        try:
            if self._layer is None:
                self._socket.recv(1, socket.MSG_PEEK)
                return False
            data = self._socket.recv(_CHUNK)  # may well be a session ticket of TLS 1.3, which is no answer
            self._spending.take(len(data))
            self._layer.feed(data)
            return self._layer.decrypt(1) is None
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:  # an ssl.SSLError too
            return False

    async def close(self) -> None:
        """Closes without waiting for the other side."""
        if self.is_closed:
            return
        if self._layer is not None and self.tls is not None:
            with contextlib.suppress(OSError):  # whoever is gone needs no farewell
                self._socket.send(self._layer.farewell())
        if self._waiter is not None:
            self._stop_waiting()
            _wake(self._waiter)
        self._socket.close()

    async def _shake_hands(self, server_name: str | None) -> None:
        layer = self._layer = TlsLayer(server_name)
        try:
            while not layer.handshake():
                await self._exchange_records()
            await self._send(layer.outgoing())
        except SilenceError as error:
            seconds = f"{self._spending.budget.exchange_seconds:g} s"
            raise HandshakeError(f"no TLS handshake within {seconds}", spoke_tls=layer.spoke_tls) from error
        except ssl.SSLEOFError as error:
            # Up to TLS 1.2 the server judges our (absent) certificate within the handshake.
            if layer.certificate_requested:
                raise _certificate_wanted() from error
            raise HandshakeError("closed during the TLS handshake", spoke_tls=layer.spoke_tls) from error
        except ssl.SSLError as error:
            asked = layer.certificate_requested and wants_certificate(error)
            if asked or "ALERT_CERTIFICATE_REQUIRED" in (error.reason or ""):
                raise _certificate_wanted() from error
            with contextlib.suppress(WireError):  # our alert is a courtesy
                await self._send(layer.outgoing())
            raise HandshakeError(f"the TLS handshake failed: {_reason(error)}", spoke_tls=layer.spoke_tls) from error
        except WireError as error:
            if error.reach is not Reach.BROKE_OFF:
                raise
            if layer.certificate_requested:
                raise _certificate_wanted() from error
            raise HandshakeError(f"{error.detail} during the TLS handshake", spoke_tls=layer.spoke_tls) from error
        self.certificate_requested = layer.certificate_requested
        self.tls = layer.seen()

    async def _exchange_records(self) -> None:
        """Sends what TLS wants sent, and feeds it what comes back."""
        assert self._layer is not None
        await self._send(self._layer.outgoing())
        self._layer.feed(await self._receive(_CHUNK))

    async def _decrypted(self, layer: TlsLayer, at_most: int) -> bytes:
        try:
            while (data := layer.decrypt(at_most)) is None:
                await self._exchange_records()
        except ssl.SSLError as error:
            raise self._broken_tls(error) from error
        finally:
            self.certificate_requested = layer.certificate_requested  # a renegotiation may ask for one, too
        return data

    async def _receive(self, at_most: int) -> bytes:
        while True:
            # Where nothing has come yet we look once more after the time is over: it may be us who were late.
            if self._heard and self._loop.time() >= self._until:
                raise self._expired()
            await self._wait(writing=False)
            try:
                data = self._socket.recv(at_most)
            except (BlockingIOError, InterruptedError):
                if self._loop.time() >= self._until:
                    raise self._expired() from None
            except OSError as error:
                raise self._broken(error) from error
            else:
                self._heard += len(data)
                self._spending.take(len(data))
                return data

    async def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except (BlockingIOError, InterruptedError):
                if self._loop.time() >= self._until:
                    raise self._expired() from None
                await self._wait(writing=True)
            except OSError as error:
                raise self._broken(error) from error

    async def _wait(self, *, writing: bool) -> None:
        """Until the socket is ready or the exchange's time is over."""
        self._waiter = waiter = self._loop.create_future()
        timer = self._loop.call_at(self._until, _wake, waiter)
        if writing:
            self._loop.add_writer(self._socket, _wake, waiter)
        else:
            self._loop.add_reader(self._socket, _wake, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            if self._waiter is not None:
                self._stop_waiting()

    def _stop_waiting(self) -> None:
        self._waiter = None
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)

    def _expired(self) -> WireError:
        if self._spending.is_over(self._loop.time()):
            return self._spending.out_of_time()
        seconds = f"{self._spending.budget.exchange_seconds:g} s"
        if not self._fresh:
            return SilenceError(Reach.BROKE_OFF, f"connected, then silent for {seconds}")
        return WireError(
            Reach.TOO_MUCH, f"an answer that was not complete after {seconds} ({self._fresh} bytes had come)"
        )

    def _wants_certificate(self) -> bool:
        """Whether an end at this point means that the server asked for a certificate of ours and got none."""
        return self._wrote and not self.received and self._layer is not None and self._layer.certificate_requested

    def _broken(self, error: OSError) -> WireError:
        if self._wants_certificate():
            return _certificate_wanted()
        if isinstance(error, (ConnectionResetError, BrokenPipeError)):
            return WireError(Reach.BROKE_OFF, "the connection was reset")
        return WireError(Reach.BROKE_OFF, f"the connection failed ({error.strerror or type(error).__name__})")

    def _broken_tls(self, error: ssl.SSLError) -> WireError:
        reason = error.reason or ""
        named = "ALERT_CERTIFICATE_REQUIRED" in reason and not self.received
        if named or ("ALERT" in reason and self._wants_certificate()):
            return _certificate_wanted()
        return WireError(Reach.BROKE_OFF, f"TLS broke off: {_reason(error)}")


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)


def _certificate_wanted() -> WireError:
    return WireError(
        Reach.CLIENT_CERTIFICATE_REQUIRED, "the server asked for a client certificate and ended the talk without one"
    )


def _reason(error: ssl.SSLError) -> str:
    """OpenSSL's own words, e.g. "wrong version number"."""
    return (error.reason or str(error)).lower().replace("_", " ")[:80]
