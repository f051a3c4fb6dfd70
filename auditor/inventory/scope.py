"""The guard: whether a packet may go to an address. It looks at numbers only and errs on the side of silence."""

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from socket import AF_INET, inet_pton
from typing import TypeAlias

from auditor.model.target import Address, AddressRange, Scope

Span: TypeAlias = tuple[int, int]  # first and last address as numbers, both included
Family: TypeAlias = int  # 4 or 6

# Nothing that may be audited lives there, whatever an inventory says.
_NEVER: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "an unspecified address"),  # RFC 1122 §3.2.1.3; Linux connects 0.0.0.0 to itself
    ("224.0.0.0/4", "a multicast address"),
    ("255.255.255.255/32", "the broadcast address"),
    ("::/128", "the unspecified address"),
    ("ff00::/8", "a multicast address"),
)

# What the internet does not route, by IANA's special-purpose registries (RFC 6890 and its successors). All else counts
# as public. The table is ours because ipaddress.is_global changes its mind between patch releases of Python.
_NOT_PUBLIC = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    "::/127", "64:ff9b:1::/48", "100::/64", "2001:2::/48", "2001:db8::/32", "3fff::/20", "fc00::/7", "fe80::/10",
    "ff00::/8",
)  # fmt: skip


class Spans:
    """A set of addresses as merged spans of numbers, so that asking for one costs a bisection."""

    __slots__ = ("_firsts", "spans")

    def __init__(self, spans: Iterable[Span]) -> None:
        merged: list[Span] = []
        for first, last in sorted(spans):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        self.spans = tuple(merged)
        self._firsts = [first for first, _ in merged]

    @property
    def size(self) -> int:
        """How many addresses there are."""
        return sum(last - first + 1 for first, last in self.spans)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._firsts, number) - 1
        return at >= 0 and number <= self.spans[at][1]

    def covers(self, span: Span) -> bool:
        """Whether all of `span` is in it."""
        at = bisect_right(self._firsts, span[0]) - 1
        return at >= 0 and span[1] <= self.spans[at][1]

    def within(self, span: Span) -> tuple[Span, ...]:
        """The parts of `span` that are in it, in order."""
        at = max(bisect_right(self._firsts, span[0]) - 1, 0)
        found = []
        for first, last in self.spans[at:]:
            if first > span[1]:
                break
            if last >= span[0]:
                found.append((max(first, span[0]), min(last, span[1])))
        return tuple(found)

    def without(self, others: "Spans") -> "Spans":
        """What is in it and not in `others`."""
        left: list[Span] = []
        for first, last in self.spans:
            start = first
            for cut_first, cut_last in others.within((first, last)):
                if cut_first > start:
                    left.append((start, cut_first - 1))
                start = cut_last + 1
            if start <= last:
                left.append((start, last))
        return Spans(left)


class Guard:
    """A scope made ready to be asked about many addresses."""

    __slots__ = ("_exclude", "_networks", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._networks = by_family(scope.networks)
        self._exclude = by_family(scope.exclude)

    def refusal(self, address: Address | str) -> str | None:
        """Why no packet may go to `address`, in a sentence; None if one may.

        An IPv6 address that stands for an IPv4 one (::ffff:10.0.0.1) is judged as that one, since the packet goes
        there; a zone (fe80::1%eth0) changes nothing. Text that is no address is refused.
        """
        try:
            family, number = number_of(address)
        except ValueError:
            return f"'{address}' is not an IP address"
        return self.refusal_of(family, number, address)

    def refusal_of(self, family: Family, number: int, shown: Address | str) -> str | None:
        """As `refusal`, of an address that was read already; `shown` is how the sentence calls it."""
        for spans, what in _NEVER_SPANS[family]:
            if number in spans:
                return f"{shown} is {what}"
        if number in self._exclude[family]:
            return f"{shown} is excluded by the scope"
        if number not in self._networks[family]:
            return f"{shown} is outside the scope"
        if not self.scope.allow_public and number not in _NOT_PUBLIC_SPANS[family]:
            return f"{shown} is a public address, which the scope does not allow"
        return None

    def refusal_of_range(self, network: AddressRange) -> str | None:
        """Why `network` may not be audited as a whole; None if it may.

        A part that the scope excludes is no reason: those addresses are left out, unless nothing remains.
        """
        family, span = span_of(network)
        for spans, what in _NEVER_SPANS[family]:
            if spans.within(span):
                return f"{network} contains {what}"
        if self._exclude[family].covers(span):
            return f"{network} is excluded by the scope"
        if not self._networks[family].covers(span):
            part = "partly " if self._networks[family].within(span) else ""
            return f"{network} is {part}outside the scope"
        if not self.scope.allow_public and not _NOT_PUBLIC_SPANS[family].covers(span):
            return f"{network} contains public addresses, which the scope does not allow"
        return None

    def admitted(self, network: AddressRange) -> Spans:
        """The addresses of a range that passed `refusal_of_range`, less those that the scope excludes."""
        family, span = span_of(network)
        return Spans([span]).without(self._exclude[family])


def refusal(scope: Scope, address: Address | str) -> str | None:
    """`Guard.refusal` for whoever keeps no guard; the last scopes asked about are kept ready."""
    return _guard(scope).refusal(address)


@lru_cache(maxsize=4)
def _guard(scope: Scope) -> Guard:
    return Guard(scope)


def wholly_public(network: AddressRange) -> bool:
    """Whether every address of the range is one that the internet routes."""
    family, span = span_of(network)
    return not _NOT_PUBLIC_SPANS[family].within(span)


def number_of(address: Address | str) -> tuple[Family, int]:
    """An address as family and number, the same for all its spellings.

    Raises:
        ValueError: the text is no IP address.
    """
    if isinstance(address, str):
        try:
            return 4, int.from_bytes(inet_pton(AF_INET, address))  # ten times as fast as ipaddress, and as strict
        except (OSError, ValueError):
            parsed = ip_address(address)
    else:
        parsed = address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return parsed.version, int(parsed)


def literal(text: str) -> tuple[Family, int] | None:
    """`number_of` where `text` is an address, None where it is a name."""
    if ":" not in text and not text[:1].isdigit():  # spares 5,000 host names an exception each
        return None
    try:
        return number_of(text)
    except ValueError:
        return None


def address_of(family: Family, number: int) -> Address:
    """The address that `number_of` tells the number of."""
    return IPv4Address(number) if family == 4 else IPv6Address(number)


def span_of(network: AddressRange) -> tuple[Family, Span]:
    """A range as family and span; one inside ::ffff:0:0/96 is the IPv4 range that it stands for."""
    first, last = int(network.network_address), int(network.broadcast_address)
    if isinstance(network, IPv6Network) and first >> 32 == last >> 32 == 0xFFFF:
        return 4, (first & 0xFFFFFFFF, last & 0xFFFFFFFF)
    return network.version, (first, last)


def by_family(networks: Iterable[AddressRange]) -> dict[Family, Spans]:
    """Ranges sorted into IPv4 and IPv6 and merged."""
    spans: dict[Family, list[Span]] = {4: [], 6: []}
    for network in networks:
        family, span = span_of(network)
        spans[family].append(span)
    return {family: Spans(found) for family, found in spans.items()}


_NOT_PUBLIC_SPANS = by_family(ip_network(text) for text in _NOT_PUBLIC)
_NEVER_SPANS = {
    family: tuple(
        (by_family([ip_network(text)])[family], what) for text, what in _NEVER if ip_network(text).version == family
    )
    for family in (4, 6)
}
