"""Where something listens, in one spelling, so that what two servers say of the same place can be compared."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address and a port. `host` is an IP address in its shortest spelling, or a DNS name in lower case."""

    host: str
    port: int

    @property
    def is_address(self) -> bool:
        """Whether `host` is an IP address."""
        return _address(self.host) is not None

    @property
    def is_loopback(self) -> bool:
        """Whether each machine means itself by it."""
        address = _address(self.host)
        return address.is_loopback if address is not None else self.host == "localhost"

    @property
    def is_wildcard(self) -> bool:
        """Whether it stands for every address, and so for none (0.0.0.0, ::)."""
        address = _address(self.host)
        return address is not None and address.is_unspecified

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def endpoint(host: str, port: int) -> Endpoint | None:
    """The endpoint of a host, an IP address (with or without brackets, a zone left out) or a name; None for neither."""
    bare = host.strip().removeprefix("[").removesuffix("]").partition("%")[0].rstrip(".")
    if not bare or not 0 < port <= 65_535:
        return None
    address = _address(bare)
    return Endpoint(bare.lower() if address is None else str(address), port)


def read_endpoint(text: str) -> Endpoint | None:
    """The endpoint in a text such as "10.0.0.1:9200", "[::1]:9200", "::1:9200" or "es-1.example:9200"; else None."""
    host, _, port = text.strip().rpartition(":")
    return endpoint(host, int(port)) if port.isascii() and port.isdecimal() and len(port) <= 5 else None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
