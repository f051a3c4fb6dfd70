"""One TCP connection to one pinned address, with every way it can end told apart."""

import asyncio
import errno
import socket
from ipaddress import ip_address

from auditor.model.observation import Reach
from auditor.probes.interface import WireError

#: Our own machine ran out of something: the target was not tested, whatever it would have said.
_OUR_LIMITS = {
    errno.EMFILE: "this process has no file descriptor left",
    errno.ENFILE: "this machine has no file descriptor left",
    errno.ENOBUFS: "this machine has no buffer left",
    errno.ENOMEM: "this machine has no memory left",
    errno.EADDRNOTAVAIL: "this machine has no local port or address left for it",
    errno.EAGAIN: "this machine has no room for another connection",
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


async def connect(address: str, port: int, *, seconds: float) -> socket.socket:
    """A connected, non-blocking socket to an IP address; nothing is resolved here.

    Raises:
        WireError: REFUSED, TIMED_OUT (silence, or no route), BROKE_OFF, or NOT_TRIED where our machine is at its limit.
    """
    family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
    try:
        connection = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    except OSError as error:
        raise _ended(error) from error
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(connection, (address, port))
    except TimeoutError as error:
        connection.close()
        raise WireError(Reach.TIMED_OUT, f"silent for {seconds:g} s") from error
    except OSError as error:
        connection.close()
        raise _ended(error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _ended(error: OSError) -> WireError:
    if error.errno == errno.ECONNREFUSED:
        return WireError(Reach.REFUSED, "connection refused")
    if error.errno in _NO_WAY:
        return WireError(Reach.TIMED_OUT, _NO_WAY[error.errno])
    if error.errno in _OUR_LIMITS:
        return WireError(Reach.NOT_TRIED, _OUR_LIMITS[error.errno])
    return WireError(Reach.BROKE_OFF, f"the connection failed: {error.strerror or error}")
