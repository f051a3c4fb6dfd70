"""Spreads an inventory into targets, one at a time: hosts first, then every address of every network.

A host that the inventory names by its address is asked under its name alone: a network that contains that address does
not ask the same port for the same product again. (Where a name resolves to is only known in the sweep, so a host
named by DNS and the network that it lies in both count.) Addresses that the scope excludes are left out of networks.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from auditor.inventory.scope import Family, Guard, Span, Spans, address_of, literal, span_of
from auditor.inventory.selection import Selection, Wanted
from auditor.model.target import Asset, Host, Inventory, Network, Scope, ServiceSpec, Target

__all__ = ["Part", "Selection", "count", "parts", "parts_of", "spread"]

_EVERYTHING = Selection()
_NOWHERE = Spans(())
_OCTETS = tuple(str(number) for number in range(256))


@dataclass(frozen=True, slots=True)
class Part:
    """What one host or network contributes: its services, and for a network its addresses.

    `taken` are the numbers of addresses that named hosts have, each with the (product, port) pairs that they ask.
    """

    asset: Asset
    services: tuple[ServiceSpec, ...]
    host: Host | None = None
    network: Network | None = None
    addresses: Spans = _NOWHERE
    taken: Mapping[int, frozenset[tuple[str, int]]] | None = None

    @property
    def size(self) -> int:
        """Its number of targets."""
        if self.host is not None:
            return sum([len(spec.ports) for spec in self.services])
        return sum(number for _, _, number in self.counts())

    def counts(self) -> Iterator[tuple[str, int, int]]:
        """Each (product, port) with its number of targets."""
        size = 1 if self.host is not None else self.addresses.size
        for spec in self.services:
            for port in spec.ports:
                double = sum((spec.product, port) in pairs for pairs in (self.taken or {}).values())
                yield spec.product, port, size - double


def spread(inventory: Inventory, selection: Selection = _EVERYTHING) -> Iterator[Target]:
    """Every target that is selected, in the inventory's order, those of one address together.

    Nothing is kept: a /12 costs no more memory than a /24.
    """
    for part in parts(inventory, selection):
        if part.host is not None:
            host, asset = part.host, part.asset
            for spec in part.services:
                for port in spec.ports:
                    yield Target(asset.name, host.address, port, spec.product, spec.tls, spec.path, asset)
        else:
            yield from _addresses(part)


def count(inventory: Inventory, selection: Selection = _EVERYTHING) -> int:
    """How many targets `spread` gives, by arithmetic."""
    return sum(part.size for part in parts(inventory, selection))


def parts(inventory: Inventory, selection: Selection = _EVERYTHING) -> Iterator[Part]:
    """What each selected host and network contributes, in the inventory's order; empty ones are left out."""
    return parts_of(inventory.scope, inventory.hosts, inventory.networks, selection)


def parts_of(
    scope: Scope, hosts: Collection[Host], networks: Collection[Network], selection: Selection = _EVERYTHING
) -> Iterator[Part]:
    """As `parts`, of hosts and networks that are no inventory yet."""
    wanted = Wanted(selection)
    for host in hosts:
        if wanted.host(host) and (services := wanted.services(host.asset)):
            yield Part(host.asset, services, host=host)
    if not networks:
        return
    guard = Guard(scope)
    taken = _taken(hosts)
    numbers = {family: sorted(number for of, number in taken if of == family) for family in (4, 6)}
    for network in networks:
        services = wanted.services(network.asset)
        family, addresses = wanted.addresses(network, guard.admitted(network.cidr))
        if not services or not addresses.spans:
            continue
        inside = {
            number: taken[family, number]
            for first, last in addresses.spans
            for number in numbers[family][bisect_left(numbers[family], first) : bisect_right(numbers[family], last)]
        }
        yield Part(network.asset, services, network=network, addresses=addresses, taken=inside or None)


def _taken(hosts: Collection[Host]) -> dict[tuple[Family, int], frozenset[tuple[str, int]]]:
    """What named hosts ask of the addresses that the inventory itself tells.

    Hosts that are not selected count too: their own name is the one under which findings are kept, every night.
    """
    taken: dict[tuple[Family, int], frozenset[tuple[str, int]]] = {}
    for host in hosts:
        where = literal(host.address)
        if where is not None:
            pairs = frozenset((spec.product, port) for spec in host.asset.services for port in spec.ports)
            taken[where] = taken.get(where, frozenset()) | pairs
    return taken


def _addresses(part: Part) -> Iterator[Target]:
    asset, name, taken = part.asset, part.asset.name, part.taken
    assert part.network is not None
    asked = [(spec.product, port, spec.tls, spec.path) for spec in part.services for port in spec.ports]
    texts = _ipv4_texts if span_of(part.network.cidr)[0] == 4 else _ipv6_texts
    for span in part.addresses.spans:
        for number, text in texts(span):
            pairs = taken.get(number) if taken is not None else None
            for product, port, tls, path in asked:
                if pairs is None or (product, port) not in pairs:
                    yield Target(text, text, port, product, tls, path, asset, name)


def _ipv4_texts(span: Span) -> Iterator[tuple[int, str]]:
    # IPv4Address(number) and its str take as long as all the rest of a target; the first three octets change seldom.
    first, last = span
    for block in range(first >> 8, (last >> 8) + 1):
        start = block << 8
        prefix = f"{block >> 16}.{block >> 8 & 255}.{block & 255}."
        for octet in range(max(first - start, 0), min(last - start, 255) + 1):
            yield start + octet, prefix + _OCTETS[octet]


def _ipv6_texts(span: Span) -> Iterator[tuple[int, str]]:
    number, last = span
    while number <= last:
        yield number, str(address_of(6, number))
        number += 1
