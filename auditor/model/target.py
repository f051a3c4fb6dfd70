"""What is to be asked: the inventory as read, its scope, and the targets it spreads into."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
AddressRange: TypeAlias = IPv4Network | IPv6Network


class Tls(StrEnum):
    """Whether a service is spoken to through TLS."""

    AUTO = "auto"  # plain first, TLS where plain breaks off
    REQUIRED = "required"
    NEVER = "never"


class Criticality(StrEnum):
    """How much the owner says a host matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Expectation(StrEnum):
    """What the owner expects a stranger to find."""

    CLOSED = "closed"
    PUBLIC_BY_DESIGN = "public_by_design"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Estate:
    """The organisation's own word for what is audited; `timezone` is an IANA zone name."""

    id: str
    name: str
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Authorization:
    """Who allowed this audit and for which days (both included, in the estate's zone); `place` is where it says so."""

    owner: str
    approved_by: str
    ticket: str
    valid_from: date
    valid_until: date
    contact: str
    sampling_approved_by: str | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """The only addresses that a packet may go to."""

    networks: tuple[AddressRange, ...]
    exclude: tuple[AddressRange, ...] = ()
    allow_public: bool = False
    max_targets: int = 262_144


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """One product on some ports of a host; `path` is the prefix below which it lives, always with a leading slash."""

    product: str
    ports: tuple[int, ...]
    tls: Tls = Tls.AUTO
    path: str = "/"


@dataclass(frozen=True, slots=True)
class Formerly:
    """The name (and, where it moved, the port) under which a host's findings were known before."""

    name: str
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A daily span of local time, "HH:MM" to "HH:MM", in which nothing is probed; it may cross midnight."""

    start: str
    end: str
    days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asset:
    """What the inventory says of a host or a network: facts for the report and for severity, never for the verdict."""

    name: str
    services: tuple[ServiceSpec, ...]
    place: Place
    owner: str | None = None
    environment: str | None = None
    criticality: Criticality = Criticality.MEDIUM
    tags: tuple[str, ...] = ()
    expect: Expectation = Expectation.CLOSED
    reason: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """A host with a name of its own in the inventory; `address` is a DNS name or an IP literal, as written."""

    asset: Asset
    address: str
    formerly: tuple[Formerly, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """A whole range of one's own; every address of it is a target, the first and the last included."""

    asset: Asset
    cidr: AddressRange


@dataclass(frozen=True, slots=True)
class Inventory:
    """A whole inventory that has been checked: it may be probed as it stands."""

    path: str
    sha256: str
    estate: Estate
    authorization: Authorization
    scope: Scope
    hosts: tuple[Host, ...] = ()
    networks: tuple[Network, ...] = ()
    vantage: str | None = None
    windows: tuple[Window, ...] = ()
    credentials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """One product on one port of one host: the unit that ends in exactly one Outcome.

    `host` is the inventory's name, or the address's own text for an address of a network.
    `address` is what is resolved and connected to: a DNS name or an IP literal.
    `asset` is shared by all targets of a host or network, so that a million targets stay small.
    """

    host: str
    address: str
    port: int
    product: str
    tls: Tls
    path: str
    asset: Asset
    network: str | None = None  # the inventory's name of the network it came from; None for a named host

    @property
    def named(self) -> bool:
        """Whether the inventory names this host itself, so that its silence must be accounted for."""
        return self.network is None
