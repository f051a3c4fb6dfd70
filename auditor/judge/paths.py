"""The open path to a closed door: a cluster that refuses strangers, and a front end that reaches it for them."""

from collections.abc import Iterable, Sequence

from auditor.judge import severity as severities
from auditor.judge.findings import finding_of
from auditor.model.finding import Finding, RuleInfo, Severity
from auditor.model.outcome import Outcome, Verdict
from auditor.rulebook import Rulebook

_REACHED = frozenset({Verdict.OPEN, Verdict.PARTLY_OPEN, Verdict.ANONYMOUS_ROLE})


def link_paths(
    fronts: Iterable[tuple[Outcome, Sequence[RuleInfo]]],
    closed: Iterable[Outcome],
    *,
    estate: str,
    book: Rulebook,
) -> tuple[Finding, ...]:
    """A finding for each pair (front end that reached a cluster, target of the same cluster that refused us); pure.

    Pairs are joined by the cluster's uuid where the closed server told it, else by the address that the front end's own
    texts name as its backend. A uuid of "_na_" (no master yet) joins nothing.
    """
    refused = tuple(closed)
    found: list[Finding] = []
    for outcome, rules in fronts:
        rule = next((rule for rule in rules if rule.per == "path"), None)
        if rule is None or outcome.verdict not in _REACHED:
            continue
        for other in refused:
            if _same_cluster(outcome, other):
                name = f"{other.target.host}:{other.target.port}"
                personal = [dataset for dataset in outcome.observation.datasets if dataset.personal]
                level = severities.most(
                    (severities.of_dataset(Severity.CRITICAL, dataset)[0] for dataset in personal), rule.severity
                )
                reasons = [f"{name} was judged {other.verdict.value}: {other.why}"]
                found.append(finding_of(outcome, rule, estate, book.controls, level=level, reasons=reasons, other=name))
    return tuple(found)


def _same_cluster(front: Outcome, other: Outcome) -> bool:
    behind, service = front.observation.behind, other.observation.service
    if behind and service and behind.cluster_uuid and behind.cluster_uuid == service.cluster_uuid:
        return behind.cluster_uuid != "_na_"
    own = front.observation.service
    backends = {value for key, value in (own.details if own else ()) if key == "backend"}
    return bool({f"{other.address}:{other.target.port}", f"{other.target.address}:{other.target.port}"} & backends)
