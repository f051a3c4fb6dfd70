"""A plan as text for a person and as plain data for a program."""

from collections.abc import Sequence
from typing import Any

from auditor.inventory.plan import Plan
from auditor.model.plan import RequestTemplate
from auditor.model.target import ServiceSpec

#: Hosts listed by name; more are counted, and listed by `-o json`.
MOST_HOSTS = 20


def render(plan: Plan) -> str:
    """The plan as lines of text, ending in a line break."""
    return "\n".join([*_head(plan), "", *_targets(plan), "", *_time(plan), *_requests(plan)]) + "\n"


def plain(plan: Plan) -> dict[str, Any]:
    """The plan as JSON has it, whole."""
    inventory = plan.inventory
    return {
        "schema": "auditor.plan/1",
        "estate": {"id": inventory.estate.id, "name": inventory.estate.name},
        "authorization": {
            "approved_by": inventory.authorization.approved_by,
            "ticket": inventory.authorization.ticket,
            "valid_from": inventory.authorization.valid_from.isoformat(),
            "valid_until": inventory.authorization.valid_until.isoformat(),
        },
        "inventory": {"path": inventory.path, "sha256": inventory.sha256},
        "scope": {
            "networks": [str(network) for network in inventory.scope.networks],
            "exclude": [str(network) for network in inventory.scope.exclude],
            "allow_public": inventory.scope.allow_public,
        },
        "targets": plan.targets,
        "ports": [
            {"product": line.product, "port": line.port, "hosts": line.hosts, "addresses": line.addresses}
            for line in plan.ports
        ],
        "hosts": [
            {
                "name": host.name,
                "address": host.address,
                "services": [
                    {"product": spec.product, "ports": list(spec.ports), "tls": spec.tls.value, "path": spec.path}
                    for spec in host.services
                ],
            }
            for host in plan.hosts
        ],
        "networks": [
            {
                "name": network.name,
                "cidr": network.cidr,
                "addresses": network.addresses,
                "left_out": network.left_out,
                "targets": network.targets,
            }
            for network in plan.networks
        ],
        "pace": {
            "profile": plan.pace.profile,
            "rate": plan.pace.rate,
            "in_flight": plan.pace.in_flight,
            "per_address": plan.pace.per_address,
            "connect_seconds": plan.pace.connect_seconds,
        },
        "seconds": {"least": round(plan.least_seconds, 1), "all_silent": round(plan.silent_seconds, 1)},
        "requests": [
            {
                "id": request.id,
                "product": request.product,
                "request": request.request,
                "when": request.when,
                "purpose": request.purpose,
            }
            for request in plan.requests
        ],
    }


def _head(plan: Plan) -> list[str]:
    inventory = plan.inventory
    leave, scope = inventory.authorization, inventory.scope
    days = f"{leave.valid_from} to {leave.valid_until} ({inventory.estate.timezone})"
    lines = [
        f"{inventory.estate.name} ({inventory.estate.id})",
        f"  allowed by  {leave.approved_by}, {leave.ticket}, {days}",
        f"  scope       {', '.join(map(str, scope.networks))}",
    ]
    if scope.exclude:
        lines.append(f"  never       {', '.join(map(str, scope.exclude))}")
    for window in inventory.windows:
        on = f" on {', '.join(window.days)}" if window.days else ""
        lines.append(f"  not between {window.start} and {window.end}{on}")
    return lines


def _targets(plan: Plan) -> list[str]:
    if not plan.targets:
        return ["No target: nothing would be sent."]
    addresses = sum(network.addresses for network in plan.networks)
    sources = [counted(len(plan.hosts), "host")] if plan.hosts else []
    if plan.networks:
        sources.append(f"{counted(addresses, 'address', 'addresses')} of {counted(len(plan.networks), 'network')}")
    lines = [f"{counted(plan.targets, 'target')}: {' and '.join(sources)}", ""]
    table = [("product", "port", "hosts", "addresses")]
    table += [(line.product, str(line.port), f"{line.hosts:,}", f"{line.addresses:,}") for line in plan.ports]
    lines += columns(table, right=(1, 2, 3))
    if plan.hosts:
        lines += [
            "",
            *columns([(host.name, host.address, _services(host.services)) for host in plan.hosts[:MOST_HOSTS]]),
        ]
    if len(plan.hosts) > MOST_HOSTS:
        lines.append(f"  … and {counted(len(plan.hosts) - MOST_HOSTS, 'more host')}; -o json lists all")
    if plan.networks:
        table = [("network", "range", "addresses", "left out")]
        table += [(net.name, net.cidr, f"{net.addresses:,}", f"{net.left_out:,}") for net in plan.networks]
        lines += ["", *columns(table, right=(2, 3))]
    return lines


def _services(services: Sequence[ServiceSpec]) -> str:
    return ", ".join(f"{spec.product}:{'/'.join(map(str, spec.ports))}" for spec in services)


def _time(plan: Plan) -> list[str]:
    pace = plan.pace
    rate = "as fast as this machine can" if pace.rate is None else f"at most {pace.rate:,g} connects a second"
    at_once = f"{pace.in_flight:,} targets at once, {pace.per_address} an address"
    least, most = span(plan.least_seconds), span(plan.silent_seconds)
    return [
        f"Pace {pace.profile}: {rate}, {at_once}, {pace.connect_seconds:g} s to connect",
        f"Time: {least} if every target answers at once, {most} if all stay silent, and what is open takes longer",
    ]


def _requests(plan: Plan) -> list[str]:
    lines: list[str] = []
    product = None
    for request in plan.requests:
        if request.product != product:
            product = request.product
            lines += ["", f"What may be sent to a target of {product}, and nothing else:"]
        lines += _request(request)
    return lines


def _request(request: RequestTemplate) -> list[str]:
    return [f"  {request.request}", f"      sent   {request.when}", f"      tells  {request.purpose}"]


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number and its noun: 1 host, 2,000 hosts."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def span(seconds: float) -> str:
    """A length of time, rounded as a person would say it."""
    if seconds < 1:
        return "under a second"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def columns(rows: Sequence[tuple[str, ...]], *, right: tuple[int, ...] = ()) -> list[str]:
    """Rows as aligned lines, indented by two; the columns in `right` are flush right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
