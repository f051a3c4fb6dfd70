"""One endpoint of the estate: what serves it, what is true of it, and the verdict that ours must give."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from auditor.model.outcome import Verdict
from benchmarks.verdicts.scoring import Truth

#: Where each product usually listens. Every endpoint has an address of its own, so that all can: a scanner knows
#: services by their ports.
PORTS = {"elasticsearch": 9200, "kibana": 5601, "mongodb": 27017}
CONSOLE_PORT = 28017

#: The third number of the addresses of each product, in 127.20.0.0/16.
_SUBNETS = {"elasticsearch": 1, "kibana": 2, "mongodb": 3}

#: Serves an endpoint at an address and port of loopback for as long as it is entered.
Serve: TypeAlias = Callable[[str, int], AbstractAsyncContextManager[None]]


class How(StrEnum):
    """Where an endpoint's answers come from."""

    REAL = "real"
    RECORDED = "recorded"
    FRONT = "proxy"  # a real nginx, stunnel or haproxy, before a recording or before nothing
    SCRIPTED = "scripted"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`name` is unique; `what` says to a reader what the name does not.

    `java`: it counts against the servers of Java that may run at once.
    """

    name: str
    product: str
    what: str
    how: How
    truth: Truth
    verdict: Verdict
    serve: Serve
    port: int
    java: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """An endpoint and its address."""

    endpoint: Endpoint
    address: str


def place(endpoints: Sequence[Endpoint]) -> tuple[Placed, ...]:
    """Gives each endpoint an address of its own, the same on every run.

    Raises:
        ValueError: two have the same name, or there are more of a product than addresses.
    """
    if len({endpoint.name for endpoint in endpoints}) != len(endpoints):
        raise ValueError("two endpoints have the same name")
    taken = dict.fromkeys(_SUBNETS, 0)
    placed: list[Placed] = []
    for endpoint in endpoints:
        taken[endpoint.product] += 1
        if taken[endpoint.product] > 254:
            raise ValueError(f"more than 254 endpoints of {endpoint.product}")
        placed.append(Placed(endpoint, f"127.20.{_SUBNETS[endpoint.product]}.{taken[endpoint.product]}"))
    return tuple(placed)


def rounds(placed: Sequence[Placed], *, java_at_once: int) -> tuple[tuple[Placed, ...], ...]:
    """The estate in rounds, so that no more Java servers than that run at once; all else is in the first."""
    java = [one for one in placed if one.endpoint.java]
    light = tuple(one for one in placed if not one.endpoint.java)
    groups = [tuple(java[start : start + java_at_once]) for start in range(0, len(java), java_at_once)] or [()]
    return tuple(group for group in ((*light, *groups[0]), *groups[1:]) if group)
