"""The targets of a run that gave a stranger nothing, found by the cluster that they name or by where they listen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from auditor.model.endpoint import Endpoint, endpoint
from auditor.model.outcome import Outcome, Verdict

#: Nothing came from there, for whatever reason. That may be a lock, so another way to the same data matters.
_UNREACHED = frozenset({Verdict.REFUSED, Verdict.TIMED_OUT})


@dataclass(frozen=True, slots=True)
class Closed:
    """One of them. `name` is host and port of the inventory, `why` a sentence; `uuid` its cluster's, "" if untold."""

    name: str
    why: str
    uuid: str


@dataclass(frozen=True, slots=True)
class ClosedTargets:
    """All of them. Looking one up costs the same however many there are."""

    _by_uuid: dict[str, dict[str, Closed]] = field(default_factory=dict)
    _by_endpoint: dict[Endpoint, dict[str, Closed]] = field(default_factory=dict)

    @classmethod
    def among(cls, outcomes: Iterable[Outcome]) -> "ClosedTargets":
        """Those that asked for a login or a certificate, and named hosts that refused or were silent."""
        found = cls()
        for outcome in outcomes:
            if outcome.verdict.protected or (outcome.verdict in _UNREACHED and outcome.target.named):
                found._add(outcome)
        return found

    def __bool__(self) -> bool:
        return bool(self._by_endpoint)

    def of_cluster(self, uuid: str) -> dict[str, Closed]:
        """Those that told this cluster's uuid, by name."""
        return self._by_uuid.get(uuid, {})

    def at(self, place: Endpoint) -> Iterator[Closed]:
        """Those that listen there."""
        yield from self._by_endpoint.get(place, {}).values()

    def _add(self, outcome: Outcome) -> None:
        target, service = outcome.target, outcome.observation.service
        uuid = (service.cluster_uuid if service else None) or ""
        name = f"{target.host}:{target.port}"
        away = "" if outcome.verdict.protected else "not reachable from here directly: "
        closed = Closed(name, f"{name} was judged {outcome.verdict.value}: {away}{outcome.why}", uuid)
        if uuid and uuid != "_na_":  # no master yet: of every such node the same
            self._by_uuid.setdefault(uuid, {}).setdefault(name, closed)
        shut = [address for address, verdict in outcome.others if verdict.protected or verdict in _UNREACHED]
        for address in dict.fromkeys((outcome.address, target.address, *shut)):
            place = endpoint(address, target.port)
            if place is not None:
                self._by_endpoint.setdefault(place, {}).setdefault(name, closed)
