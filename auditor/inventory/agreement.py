"""Whether the parts of an inventory agree with each other: its dates, its scope, and no target named twice."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import TypeAlias
from zoneinfo import ZoneInfo

from auditor.documents import Path
from auditor.inventory.complaint import Complaint
from auditor.inventory.scope import Family, Guard, literal, span_of, wholly_public
from auditor.inventory.spread import parts_of
from auditor.model.target import Asset, Authorization, Estate, Expectation, Host, Network, Scope, ServiceSpec, Window

Literals: TypeAlias = Mapping[int, tuple[Family, int]]  # of the hosts whose address is no name, by their position


def check_dates(authorization: Authorization, estate: Estate | None, now: datetime) -> Iterator[Complaint]:
    """The authorisation must cover today, as the estate's own calendar has it."""
    if authorization.valid_until < authorization.valid_from:
        yield Complaint(
            ("authorization", "valid_until"),
            f"'valid_until' ({authorization.valid_until}) lies before 'valid_from' ({authorization.valid_from})",
        )
        return
    zone = estate.timezone if estate is not None else "UTC"
    today = _today(now, zone)
    if today > authorization.valid_until:
        yield Complaint(
            ("authorization", "valid_until"),
            f"the authorisation expired on {authorization.valid_until}; today is {today} in {zone}",
        )
    elif today < authorization.valid_from:
        yield Complaint(
            ("authorization", "valid_from"),
            f"the authorisation only begins on {authorization.valid_from}; today is {today} in {zone}",
        )


def _today(now: datetime, zone: str) -> date:
    known: tzinfo = UTC if zone == "UTC" else ZoneInfo(zone)
    try:
        return now.astimezone(known).date()
    except OverflowError:  # the first or the last day that there is
        return now.date()


def check_windows(windows: Mapping[int, Window]) -> Iterator[Complaint]:
    """A window that ends when it begins would forbid nothing, or everything."""
    for position, window in windows.items():
        if window.start in (window.end, "24:00"):
            yield Complaint(("windows", position), f"the window from {window.start} to {window.end} holds no time")


def check_scope(scope: Scope) -> Iterator[Complaint]:
    """A public range is of no use without the leave to probe public addresses."""
    for position, network in enumerate(scope.networks):
        if not scope.allow_public and wholly_public(network):
            yield Complaint(
                ("scope", "networks", position),
                f"{network} is public; say 'allow_public: true' if it is yours and may be probed",
            )


def check_names(hosts: Mapping[int, Host], networks: Mapping[int, Network]) -> Iterator[Complaint]:
    """A name stands for one host or network, and a name that is an address for that address alone."""
    seen: dict[str, Asset] = {}
    for section, assets in (("hosts", hosts), ("networks", networks)):
        for position, one in assets.items():
            name = one.asset.name
            first = seen.setdefault(name, one.asset)
            if first is not one.asset:
                yield Complaint((section, position, "name"), f"the name '{name}' is taken at {first.place}")
            where = literal(name)
            if where is not None and (isinstance(one, Network) or literal(one.address) != where):
                yield Complaint((section, position, "name"), f"the name '{name}' is an address, but not this one's")


def check_expectations(hosts: Mapping[int, Host], networks: Mapping[int, Network]) -> Iterator[Complaint]:
    """Public by design is a decision, and a decision has a reason."""
    for section, assets in (("hosts", hosts), ("networks", networks)):
        for position, one in assets.items():
            if one.asset.expect is Expectation.PUBLIC_BY_DESIGN and one.asset.reason is None:
                yield Complaint((section, position, "expect"), "'expect: public_by_design' needs a 'reason'")


def check_addresses(
    scope: Scope, hosts: Mapping[int, Host], networks: Mapping[int, Network], literals: Literals
) -> Iterator[Complaint]:
    """No address and no range outside the scope. Names are looked up, and held against it, in the sweep."""
    guard = Guard(scope)
    for position, (family, number) in literals.items():
        if (reason := guard.refusal_of(family, number, hosts[position].address)) is not None:
            yield Complaint(("hosts", position, "address"), reason)
    for position, network in networks.items():
        if (reason := guard.refusal_of_range(network.cidr)) is not None:
            yield Complaint(("networks", position, "cidr"), reason)


def check_hosts_once(hosts: Mapping[int, Host], literals: Literals) -> Iterator[Complaint]:
    """No address is asked twice for the same product on the same port."""
    seen: dict[tuple[object, int, str], Host] = {}
    told: set[tuple[int, str]] = set()  # one complaint about two hosts, not one for each port
    for position, host in hosts.items():
        where = literals.get(position) or host.address.lower().removesuffix(".")
        for spec in host.asset.services:
            for port in spec.ports:
                first = seen.setdefault((where, port, spec.product), host)
                if first is not host and (position, first.asset.name) not in told:
                    told.add((position, first.asset.name))
                    yield Complaint(
                        ("hosts", position, "address"),
                        f"{host.address} port {port} is asked for {spec.product} by '{first.asset.name}' already"
                        f" ({first.asset.place})",
                    )


def check_services_once(path: Path, services: tuple[ServiceSpec, ...]) -> Iterator[Complaint]:
    """A list of services, which stands at `path`, has each product and port once."""
    seen: set[tuple[str, int]] = set()
    for number, spec in enumerate(services):
        for port in spec.ports:
            if (spec.product, port) in seen:
                yield Complaint((*path, number), f"{spec.product} on port {port} is listed twice")
            seen.add((spec.product, port))


def check_networks_apart(networks: Mapping[int, Network]) -> Iterator[Complaint]:
    """Two networks that overlap may not ask the same port for the same product."""
    asked: dict[tuple[str, int, int], list[tuple[int, int, int]]] = {}
    for position, network in networks.items():
        family, (first, last) = span_of(network.cidr)
        for spec in network.asset.services:
            for port in spec.ports:
                asked.setdefault((spec.product, port, family), []).append((first, last, position))
    told: set[tuple[int, int]] = set()
    for (product, port, _), spans in asked.items():
        spans.sort()
        reach, holder = -1, -1
        for first, last, position in spans:
            later, earlier = max(position, holder), min(position, holder)
            if first <= reach and later != earlier and (later, earlier) not in told:
                told.add((later, earlier))
                other = networks[earlier]
                yield Complaint(
                    ("networks", later, "cidr"),
                    f"{networks[later].cidr} overlaps '{other.asset.name}' ({other.cidr}, {other.asset.place}),"
                    f" which asks port {port} for {product} already",
                )
            if last > reach:
                reach, holder = last, position


def check_size(scope: Scope, hosts: Mapping[int, Host], networks: Mapping[int, Network]) -> Iterator[Complaint]:
    """No more targets than the scope allows, so that one digit too few in a prefix does not sweep a continent."""
    sizes = [(part.size, part.asset.name) for part in parts_of(scope, tuple(hosts.values()), tuple(networks.values()))]
    total = sum(size for size, _ in sizes)
    if total > scope.max_targets:
        size, name = max(sizes)
        yield Complaint(
            ("scope", "max_targets"),
            f"the inventory spreads into {total:,} targets, more than 'max_targets' ({scope.max_targets:,}) allows;"
            f" the largest part is '{name}' with {size:,}",
        )
