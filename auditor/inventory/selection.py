"""Which part of an inventory a run is about: by tag, host, product; and a guard against selecting nothing by a typo."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import ip_network

from auditor.inventory.scope import Family, Spans, by_family, literal, span_of
from auditor.inventory.suggest import did_you_mean
from auditor.model.target import Asset, Host, Inventory, Network, ServiceSpec


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user asked for; an empty tuple asks for all.

    `tags` and `services` hold for hosts and networks that have any of them. `hosts` and `exclude` are names (`*` and
    `?` allowed), addresses or ranges; a range also picks single addresses of a network. `exclude` wins.
    """

    tags: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class Wanted:
    """A selection made ready to be asked about many hosts."""

    def __init__(self, selection: Selection) -> None:
        self._everything = selection == Selection()
        self._tags = frozenset(selection.tags)
        self._products = frozenset(selection.services)
        self._only = _Words(selection.hosts) if selection.hosts else None
        self._not = _Words(selection.exclude)

    def host(self, host: Host) -> bool:
        """Whether a named host is selected."""
        if self._everything:
            return True
        if not self._asset(host.asset) or self._not.host(host):
            return False
        return self._only is None or self._only.host(host)

    def addresses(self, network: Network, admitted: Spans) -> tuple[Family, Spans]:
        """Which of a network's `admitted` addresses are selected."""
        family, _ = span_of(network.cidr)
        if not self._asset(network.asset) or self._not.name(network.asset.name):
            return family, Spans(())
        if self._only is not None and not self._only.name(network.asset.name):
            only = self._only.ranges[family]
            admitted = Spans(part for span in admitted.spans for part in only.within(span))
        return family, admitted.without(self._not.ranges[family])

    def services(self, asset: Asset) -> tuple[ServiceSpec, ...]:
        """Which of an asset's services are selected."""
        if not self._products:
            return asset.services
        return tuple(spec for spec in asset.services if spec.product in self._products)

    def _asset(self, asset: Asset) -> bool:
        return not self._tags or not self._tags.isdisjoint(asset.tags)


def unmatched(inventory: Inventory, selection: Selection) -> Iterator[str]:
    """A sentence for each word of a selection that fits nothing: a typo there would audit nothing and look clean."""
    assets = [host.asset for host in inventory.hosts] + [network.asset for network in inventory.networks]
    tags = {tag for asset in assets for tag in asset.tags}
    products = {spec.product for asset in assets for spec in asset.services}
    names = {asset.name for asset in assets}
    for word in selection.tags:
        if word not in tags:
            yield f"no host or network has the tag '{word}'{did_you_mean(word, tags)}"
    for word in selection.services:
        if word not in products:
            yield f"no host or network has the service '{word}'{did_you_mean(word, products)}"
    for word in (*selection.hosts, *selection.exclude):
        words = _Words((word,))
        found = any(words.host(host) for host in inventory.hosts) or any(
            words.name(network.asset.name) or words.touches(network) for network in inventory.networks
        )
        if not found:
            yield f"no host or network is named '{word}', and no address of them fits{did_you_mean(word, names)}"


class _Words:
    """Names, patterns and ranges of --host or --exclude."""

    def __init__(self, words: tuple[str, ...]) -> None:
        networks = []
        self._names = set(words)
        self._patterns = [word for word in words if any(sign in word for sign in "*?")]
        for word in words:
            try:
                networks.append(ip_network(word, strict=False))
            except ValueError:
                continue
        self.ranges = by_family(networks)

    def name(self, name: str) -> bool:
        return name in self._names or any(fnmatchcase(name, pattern) for pattern in self._patterns)

    def host(self, host: Host) -> bool:
        if self.name(host.asset.name) or self.name(host.address):
            return True
        where = literal(host.address)
        return where is not None and where[1] in self.ranges[where[0]]

    def touches(self, network: Network) -> bool:
        family, span = span_of(network.cidr)
        return bool(self.ranges[family].within(span))
