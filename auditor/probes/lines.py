"""The lines to one target: every connection goes to the address that was checked, on one budget and one transcript."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from auditor.model.observation import Reach
from auditor.model.target import Target
from auditor.probes.http_wire import SocketHttpWire
from auditor.probes.interface import Budget, Manner, OpenTally, Transcript, WireError
from auditor.probes.spending import Spending
from auditor.probes.stream import SocketStream

if TYPE_CHECKING:
    from auditor.probes.mongo_wire import SocketMongoWire

Dial = Callable[[], Awaitable[socket.socket]]


class SocketLines:
    """The lines that an examination hands to a probe.

    `address` is the IP address that was checked against the scope; `dial` makes a connected, non-blocking socket to it
    and to the target's port, and is the only way out of here. `first` is a socket that the sweep has connected
    already: the first line takes it over. Requests, bytes and time of all lines are counted in `spending`.
    `open_tally` reaches the probe only where `manner` allows a sample.
    """

    def __init__(
        self,
        target: Target,
        *,
        address: str,
        dial: Dial,
        budget: Budget,
        manner: Manner,
        first: socket.socket | None = None,
        transcript: Transcript | None = None,
        open_tally: OpenTally | None = None,
    ) -> None:
        self.target = target
        self.budget = budget
        self.manner = manner
        self.transcript = Transcript() if transcript is None else transcript
        self.spending = Spending(budget)
        self.open_tally = open_tally if manner.sample > 0 else None
        self.from_loopback = _is_loopback(address)
        self._dial = dial
        self._first = first
        self._was_connected = first is not None
        self._streams: list[SocketStream] = []
        self._http: SocketHttpWire | None = None
        self._mongo: SocketMongoWire | None = None

    def http(self) -> SocketHttpWire:
        """The HTTP wire, the same at each call: what it has learnt of the target must not be asked again."""
        if self._http is None:
            self._http = SocketHttpWire(self)
        return self._http

    def mongo(self) -> "SocketMongoWire":
        """The MongoDB wire, likewise."""
        if self._mongo is None:
            from auditor.probes.mongo_wire import SocketMongoWire  # noqa: PLC0415 - bson only where it is spoken

            self._mongo = SocketMongoWire(self)
        return self._mongo

    async def stream(self, *, tls: bool = False) -> SocketStream:
        """A new connection, after a TLS handshake where `tls` is set. The caller closes it, or `close` does.

        Raises:
            HandshakeError: connected, but no TLS came about.
            WireError: it could not be made, the server wants a client certificate, or the target's budget is spent.
        """
        connection = await self._connected()
        name = _server_name(self.target.address) if tls else None
        stream = await SocketStream.open(connection, spending=self.spending, tls=tls, server_name=name)
        self._streams = [line for line in self._streams if not line.is_closed]
        self._streams.append(stream)
        return stream

    async def close(self) -> None:
        """Closes every connection without waiting for the other side."""
        if self._first is not None:
            self._first.close()
            self._first = None
        for stream in self._streams:
            await stream.close()
        self._streams.clear()

    async def _connected(self) -> socket.socket:
        if self._first is not None:
            connection, self._first = self._first, None
            return connection
        now = asyncio.get_running_loop().time()
        self.spending.begin(now)
        try:
            async with asyncio.timeout_at(self.spending.ends) as limit:
                connection = await self._dial()
        except WireError as error:
            raise self._unconnected(error.reach, error.detail) from error
        except TimeoutError as error:
            if limit.expired():
                raise self.spending.out_of_time() from error
            raise self._unconnected(Reach.TIMED_OUT, f"silent for {self.budget.connect_seconds:g} s") from error
        except ConnectionRefusedError as error:
            raise self._unconnected(Reach.REFUSED, "connection refused") from error
        except OSError as error:
            raise self._unconnected(Reach.BROKE_OFF, f"no connection: {error.strerror or error}") from error
        self._was_connected = True
        return connection

    def _unconnected(self, reach: Reach, detail: str) -> WireError:
        """A target that was connected to before is there; "refused" would clear it of whatever it holds."""
        if self._was_connected and reach in (Reach.REFUSED, Reach.TIMED_OUT):
            return WireError(Reach.BROKE_OFF, f"a further connection failed: {detail}")
        return WireError(reach, detail)


def _is_loopback(address: str) -> bool:
    parsed = ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None)
    return parsed.is_loopback or (mapped is not None and mapped.is_loopback)


def _server_name(address: str) -> str | None:
    """The name for SNI: RFC 6066 forbids addresses there, and a closing dot."""
    try:
        ip_address(address)
    except ValueError:
        return address.rstrip(".") or None
    return None
