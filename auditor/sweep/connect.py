"""One TCP connection to one pinned address, with every way it can end told apart."""

import asyncio
import errno
import os
import socket
from ipaddress import IPv4Address, ip_address

from auditor.model.observation import Reach
from auditor.probes.interface import WireError

#: Our own machine ran out of something, and may have it again in a moment.
_BUSY = {
    errno.EMFILE: "this process has no file descriptor left",
    errno.ENFILE: "this machine has no file descriptor left",
    errno.ENOBUFS: "this machine has no buffer left",
    errno.ENOMEM: "this machine has no memory left",
    errno.EADDRNOTAVAIL: "this machine has no local port or address left for it",
    errno.EAGAIN: "this machine has no room for another connection",
}

#: Our own machine does not let us: the target was not tested, whatever it would have said.
_OUR_LIMITS = {
    errno.EPERM: "a firewall on this machine forbids it",
    errno.EACCES: "a firewall on this machine forbids it",
    errno.EAFNOSUPPORT: "this machine does not speak this address family",
}

#: Somebody on the way says that there is no way; as silent as no answer.
_NO_WAY = {
    errno.EHOSTUNREACH: "no route to the host",
    errno.ENETUNREACH: "no route to the network",
    errno.EHOSTDOWN: "the host is down",
    errno.ENETDOWN: "the network is down",
    errno.ETIMEDOUT: "the connection timed out",
}

#: What our own kernel says at once, before any packet: an audit from a machine without a network has tested nothing.
_NO_WAY_FROM_HERE = {
    errno.ENETUNREACH: "this machine has no route to it",
    errno.EHOSTUNREACH: "this machine has no route to it",
    errno.ENETDOWN: "this machine's network is down",
    errno.EINVAL: "this machine cannot send to that address",  # a link-local one without its zone, for example
}

#: What connect(2) of a non-blocking socket answers when the answer is still to come.
_UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EINTR, errno.EALREADY})


class BusyError(WireError):
    """NOT_TRIED, because our machine ran out of something that other connections will give back."""


async def connect(address: str, port: int, *, seconds: float) -> socket.socket:
    """A connected, non-blocking socket to an IP address; nothing is resolved here.

    A time-out counts only where the kernel still has no answer when we look: how late we look changes nothing.

    Raises:
        BusyError: our machine is at its limit for the moment.
        WireError: REFUSED, TIMED_OUT (silence, or no route), BROKE_OFF, or NOT_TRIED where our machine cannot.
    """
    family, where = _place(address, port)
    try:
        connection = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    except OSError as error:
        raise _ended(error.errno, error.strerror) from error
    failure: WireError | None
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        failure = await _failure(connection, where, seconds)
    except OSError as error:
        failure = _ended(error.errno, error.strerror)
    except BaseException:
        connection.close()
        raise
    if failure is not None:
        connection.close()
        raise failure
    return connection


async def _failure(connection: socket.socket, where: tuple[str | int, ...], seconds: float) -> WireError | None:
    """Connects; how that failed, or None where it did not."""
    code: int | None = connection.connect_ex(where)
    if code in _NO_WAY_FROM_HERE:
        return WireError(Reach.NOT_TRIED, _NO_WAY_FROM_HERE[code])
    if code in _UNDER_WAY:
        code = await _answer(connection, seconds)
    if code is None:
        return WireError(Reach.TIMED_OUT, f"silent for {seconds:g} s")
    if code:
        return _ended(code, os.strerror(code))
    return WireError(Reach.REFUSED, "connection refused") if _met_itself(connection) else None


async def _answer(connection: socket.socket, seconds: float) -> int | None:
    """How a connection under way ended: 0 for connected, else an errno; None if there is no answer in time."""
    loop = asyncio.get_running_loop()
    descriptor = connection.fileno()
    waiter: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not waiter.done():
            waiter.set_result(None)

    loop.add_writer(descriptor, wake)
    timer = loop.call_later(seconds, wake)
    try:
        await waiter
    finally:
        timer.cancel()
        loop.remove_writer(descriptor)
    code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        return code
    try:
        connection.getpeername()
    except OSError:  # not connected, and no error either: still silent
        return None
    return 0


def _place(address: str, port: int) -> tuple[socket.AddressFamily, tuple[str | int, ...]]:
    """The family and the kernel's form of an address; an IPv6 zone becomes the number of its interface."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        return socket.AF_INET, (address, port)
    zone = parsed.scope_id
    if zone is None:
        return socket.AF_INET6, (address, port)
    try:
        number = int(zone) if zone.isascii() and zone.isdigit() else socket.if_nametoindex(zone)
    except OSError as error:
        raise WireError(Reach.NOT_TRIED, f"this machine has no interface '{zone}'") from error
    return socket.AF_INET6, (address.partition("%")[0], port, 0, number)


def _met_itself(connection: socket.socket) -> bool:
    """Whether a connection to our own machine found nobody but itself, as TCP's simultaneous open allows.

    The kernel chose the very port that we asked for as the one to ask from; what comes back are our own words.
    """
    return bool(connection.getsockname()[:2] == connection.getpeername()[:2])


def _ended(code: int | None, text: str | None) -> WireError:
    if code == errno.ECONNREFUSED:
        return WireError(Reach.REFUSED, "connection refused")
    if code in _NO_WAY:
        return WireError(Reach.TIMED_OUT, _NO_WAY[code])
    if code in _BUSY:
        return BusyError(Reach.NOT_TRIED, _BUSY[code])
    if code in _OUR_LIMITS:
        return WireError(Reach.NOT_TRIED, _OUR_LIMITS[code])
    return WireError(Reach.BROKE_OFF, f"the connection failed: {text or code}")
