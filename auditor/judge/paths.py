"""The open path to a closed door: a cluster that gives strangers nothing here, and hands them its data over there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from auditor.judge import severity as severities
from auditor.judge.closed import Closed, ClosedTargets
from auditor.judge.findings import finding_of
from auditor.model.endpoint import Endpoint, endpoint, read_endpoint
from auditor.model.finding import Finding, RuleInfo, Severity
from auditor.model.observation import Fact, Service
from auditor.model.outcome import Outcome, Verdict
from auditor.rulebook import Rulebook

#: Closed targets that one front end gets a finding for; each of these says how many more there are.
MOST_OF_ONE: Final = 16

_REACHED: Final = frozenset({Verdict.OPEN, Verdict.PARTLY_OPEN, Verdict.ANONYMOUS_ROLE})
#: What such a server says of its cluster is made up, and the same on every one of them.
_SOMEBODY_ELSE: Final = frozenset({Fact.STAND_IN, Fact.LOOK_ALIKE})


@dataclass(frozen=True, slots=True)
class _Reached:
    """The cluster that a stranger reached, and where its nodes and the front end's own texts say that it listens."""

    front: str
    cluster: Service
    nodes: tuple[Endpoint, ...]
    backends: tuple[Endpoint, ...]

    @property
    def words(self) -> str:
        """The cluster for a reader."""
        name = f'the cluster "{self.cluster.cluster_name}"' if self.cluster.cluster_name else "a cluster without a name"
        uuid = self.cluster.cluster_uuid
        return f"{name} (uuid {uuid})" if uuid else f"{name} (it told no uuid)"


def link_paths(
    fronts: Iterable[tuple[Outcome, Sequence[RuleInfo]]],
    closed: Iterable[Outcome],
    *,
    estate: str,
    book: Rulebook,
) -> tuple[Finding, ...]:
    """A finding for each pair (server that handed a cluster's data over, target of it that gave nothing); pure.

    Both arguments may hold any outcomes. `fronts` is not touched where nothing is closed. Pairs are joined by the
    cluster's uuid, which a closed server rarely tells; else by the address at which a node of the cluster says that it
    listens; else by the address that the front end's own texts name as its backend.
    """
    targets = ClosedTargets.among(closed)
    if not targets:
        return ()
    found: list[Finding] = []
    for outcome, rules in fronts:
        rule = next((rule for rule in rules if rule.per == "path" and outcome.verdict in rule.verdicts), None)
        if rule is not None and outcome.verdict in _REACHED and not _SOMEBODY_ELSE & outcome.observation.facts:
            found.extend(_of_front(outcome, rule, targets, estate, book))
    return tuple(found)


def _of_front(front: Outcome, rule: RuleInfo, targets: ClosedTargets, estate: str, book: Rulebook) -> Iterator[Finding]:
    reached = _reached(front)
    joined, more = _join(reached, targets)
    personal = [dataset for dataset in front.observation.datasets if dataset.personal]
    level = severities.most((severities.of_dataset(Severity.CRITICAL, one)[0] for one in personal), rule.severity)
    for closed, basis in joined.items():
        reasons = [closed.why, basis]
        if more:
            reasons.append(f"{more} more targets of the inventory are closed nodes of this cluster.")
        yield finding_of(front, rule, estate, book.controls, level=level, reasons=reasons, other=closed.name)


def _reached(front: Outcome) -> _Reached:
    own, target = front.observation.service or Service(""), front.target
    cluster = front.observation.behind or own
    return _Reached(
        front=f"{target.host}:{target.port}",
        cluster=cluster,
        nodes=tuple(_places(cluster, "node", front)),
        backends=tuple(_places(own, "backend", front)),
    )


def _places(service: Service, key: str, front: Outcome) -> Iterator[Endpoint]:
    """Where the texts under `key` point, seen from here.

    A loopback address is the front end's own machine; as it stands it means something to us only on that machine.
    """
    here = endpoint(front.address, front.target.port)
    for told in (read_endpoint(value) for name, value in service.details if name == key):
        if told is None or told.is_wildcard:
            continue
        if told.is_loopback and here is not None:
            yield Endpoint(here.host, told.port)
        if not told.is_loopback or (here is not None and here.is_loopback):
            yield told


def _join(reached: _Reached, targets: ClosedTargets) -> tuple[dict[Closed, str], int]:
    """At most `MOST_OF_ONE` closed targets of this cluster, each with what the join rests on, and how many more."""
    uuid = reached.cluster.cluster_uuid or ""
    told = targets.of_cluster(uuid)
    placed: dict[Closed, str] = {}
    for closed, reason in _at_its_places(reached, targets):
        elsewhere = closed.uuid and uuid and closed.uuid != uuid  # the same address, in another network
        if closed.name not in told and closed.name != reached.front and not elsewhere:
            placed.setdefault(closed, reason)
    basis = f"both belong to {reached.words}"
    by_uuid = ((closed, f"{reached.front} and {closed.name} {basis}.") for closed in told.values())
    joined = dict(islice(chain(by_uuid, placed.items()), MOST_OF_ONE))
    return joined, len(told) + len(placed) - len(joined)


def _at_its_places(reached: _Reached, targets: ClosedTargets) -> Iterator[tuple[Closed, str]]:
    nodes = ((place, f"one of whose nodes says that it listens on {place}") for place in reached.nodes)
    backends = ((place, f"and an error text of its own names {place} as its backend") for place in reached.backends)
    for place, told in chain(nodes, backends):
        for closed in targets.at(place):
            yield closed, f"{reached.front} reached {reached.words}, {told}; that is {closed.name}."
