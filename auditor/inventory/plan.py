"""What an audit would do, worked out without a packet: how many targets, which requests, how long it takes at least."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.inventory.spread import Part, Selection, parts
from auditor.model.plan import RequestTemplate
from auditor.model.target import Inventory, ServiceSpec

# CPU of one connect in the sweep's engine, measured on one core with 5,000 in flight.
CONNECT_CPU_SECONDS = 22e-6


@dataclass(frozen=True, slots=True)
class PaceNumbers:
    """A profile as plain numbers. `rate` is connects a second (None: as the machine can), times are seconds."""

    profile: str
    rate: float | None
    in_flight: int
    per_address: int
    connect_seconds: float


@dataclass(frozen=True, slots=True)
class PlannedPort:
    """One product on one port: its targets at named hosts, and at addresses of networks."""

    product: str
    port: int
    hosts: int
    addresses: int


@dataclass(frozen=True, slots=True)
class PlannedHost:
    """A named host and what it is asked for."""

    name: str
    address: str
    services: tuple[ServiceSpec, ...]


@dataclass(frozen=True, slots=True)
class PlannedNetwork:
    """A network: how many of its addresses are asked, how many are left out, and the targets that makes.

    Left out are addresses that the scope or the selection excludes; `targets` also lacks what named hosts there ask.
    """

    name: str
    cidr: str
    addresses: int
    left_out: int
    targets: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All that would be sent. `requests` are in the order of their products; each says when it is sent.

    `least_seconds` is how long the connects take if all is answered at once; `silent_seconds` if nothing ever answers.
    Talking to what is open comes on top of both.
    """

    inventory: Inventory
    pace: PaceNumbers
    targets: int
    ports: tuple[PlannedPort, ...]
    hosts: tuple[PlannedHost, ...]
    networks: tuple[PlannedNetwork, ...]
    requests: tuple[RequestTemplate, ...]
    least_seconds: float
    silent_seconds: float


def plan(
    inventory: Inventory,
    selection: Selection,
    templates: Mapping[str, Iterable[RequestTemplate]],
    pace: PaceNumbers,
) -> Plan:
    """Works out the plan of a checked inventory. `templates` are the requests that each product's probe knows."""
    chosen = tuple(parts(inventory, selection))
    hosts: Counter[tuple[str, int]] = Counter()
    addresses: Counter[tuple[str, int]] = Counter()
    for part in chosen:
        tally = hosts if part.host is not None else addresses
        for product, port, number in part.counts():
            tally[product, port] += number
    both = hosts + addresses
    products = {product for product, _ in both}
    targets = both.total()
    most = max((sum(len(spec.ports) for spec in part.services) for part in chosen), default=0)
    least = _least_seconds(targets, pace)
    return Plan(
        inventory=inventory,
        pace=pace,
        targets=targets,
        ports=tuple(PlannedPort(*pair, hosts=hosts[pair], addresses=addresses[pair]) for pair in sorted(both)),
        hosts=tuple(
            PlannedHost(part.asset.name, part.host.address, part.services) for part in chosen if part.host is not None
        ),
        networks=tuple(_network(part) for part in chosen if part.network is not None),
        requests=tuple(request for product in sorted(products) for request in templates.get(product, ())),
        least_seconds=least,
        silent_seconds=max(least, _silent_seconds(targets, most, pace)),
    )


def _network(part: Part) -> PlannedNetwork:
    assert part.network is not None
    return PlannedNetwork(
        name=part.asset.name,
        cidr=str(part.network.cidr),
        addresses=part.addresses.size,
        left_out=part.network.cidr.num_addresses - part.addresses.size,
        targets=part.size,
    )


def _least_seconds(targets: int, pace: PaceNumbers) -> float:
    """N·P / R, and never less than the connects cost the processor: N·P·c."""
    by_rate = 0.0 if pace.rate is None else targets / pace.rate
    return max(by_rate, targets * CONNECT_CPU_SECONDS)


def _silent_seconds(targets: int, most: int, pace: PaceNumbers) -> float:
    """silent·T / C with all silent; one address alone takes its `most` targets, a few at once."""
    together = targets / pace.in_flight
    alone = most / pace.per_address
    return max(together, alone) * pace.connect_seconds
