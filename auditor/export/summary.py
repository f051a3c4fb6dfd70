"""What a report amounts to: read once from front to back, counted, and sorted into what its readers ask for."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from auditor.export.record_tally import RecordTally, tally
from auditor.model.dataset import FieldFinding, RecordFinding
from auditor.model.finding import Finding, Severity
from auditor.model.observation import Observation, Service
from auditor.model.outcome import Outcome, Verdict
from auditor.model.report import AuditReport

Key = tuple[str, int, str]  # host, port, product: what a finding and an outcome have in common


class PersonalObject(NamedTuple):
    """An index or collection with fields that look personal, and the way on which it was reached."""

    host: str
    port: int
    product: str
    name: str
    kind: str
    records: int | None
    bytes: int | None
    owner: str | None
    fields: tuple[FieldFinding, ...]
    record: RecordFinding | None
    cluster: str | None  # what a front end and the database behind it have in common


class Gap(NamedTuple):
    """Ports of one host that ended the same way, and said nothing about protection."""

    host: str
    ports: tuple[int, ...]
    verdict: Verdict
    why: str
    owner: str | None


class Shield(NamedTuple):
    """A service that was seen to hold a stranger off."""

    host: str
    port: int
    product: str
    verdict: Verdict
    service: str
    asked_by: str
    owner: str | None


@dataclass(slots=True)
class OwnerTally:
    """What waits for one owner; the name is None where the inventory tells none."""

    name: str | None
    counts: Counter[Severity] = field(default_factory=Counter)
    hosts: set[str] = field(default_factory=set)


@dataclass(slots=True)
class ControlTally:
    """A control, and the findings that are evidence relevant to it."""

    framework: str
    id: str
    why: str
    counts: Counter[Severity] = field(default_factory=Counter)
    hosts: set[str] = field(default_factory=set)


@dataclass(slots=True)
class CategoryTally:
    """A category of personal data, and how much of it could be read."""

    id: str
    fields: int = 0
    objects: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """A report's numbers and its rows, each in the order in which it is printed.

    `subjects` are the outcomes that findings speak about. `objects` come by kind of record, in the order of `kinds`.
    `places` and `records` count an object once that was reached by two ways.
    """

    severities: dict[Severity, int]
    findings: tuple[Finding, ...]
    subjects: dict[Key, Outcome]
    owners: tuple[OwnerTally, ...]
    controls: tuple[ControlTally, ...]
    categories: tuple[CategoryTally, ...]
    kinds: tuple[RecordTally, ...]
    objects: tuple[PersonalObject, ...]
    places: int
    records: int
    gaps: tuple[Gap, ...]
    shields: tuple[Shield, ...]


def summarise(report: AuditReport) -> Summary:
    """Reads `report` once."""
    findings = tuple(report.findings)
    outcomes = _read_outcomes(report.outcomes, {(each.host, each.port, each.product) for each in findings})
    severities = Counter(each.severity for each in findings)
    kinds = kinds_of(outcomes.objects)
    order = {one.kind.id: number for number, one in enumerate(kinds)}
    places = {_place(each): each.records or 0 for each in outcomes.objects}
    return Summary(
        severities={severity: severities[severity] for severity in Severity},
        findings=findings,
        subjects=outcomes.subjects,
        owners=_owners(findings),
        controls=_controls(findings),
        categories=_categories(outcomes.objects),
        kinds=kinds,
        objects=tuple(sorted(outcomes.objects, key=lambda each: order.get(_kind(each), len(order)))),
        places=len(places),
        records=sum(places.values()),
        gaps=tuple(
            Gap(host, tuple(ports), verdict, why, owner)
            for (host, verdict, why, owner), ports in sorted(
                outcomes.gaps.items(), key=lambda item: _GAP_ORDER.index(item[0][1])
            )
        ),
        shields=tuple(outcomes.shields),
    )


# What says nothing comes first, what says that nothing is there last.
_GAP_ORDER = (
    Verdict.INCONCLUSIVE, Verdict.TIMED_OUT, Verdict.DNS_FAILED, Verdict.OUT_OF_SCOPE, Verdict.NOT_PROBED,
    Verdict.NOT_INITIALISED, Verdict.LOCALHOST_EXCEPTION, Verdict.OTHER_SERVICE, Verdict.NO_DATA_NODE, Verdict.REFUSED,
)  # fmt: skip


@dataclass(slots=True)
class _Outcomes:
    subjects: dict[Key, Outcome] = field(default_factory=dict)
    objects: list[PersonalObject] = field(default_factory=list)
    gaps: dict[tuple[str, Verdict, str, str | None], list[int]] = field(default_factory=dict)
    shields: list[Shield] = field(default_factory=list)


def _read_outcomes(outcomes: Iterable[Outcome], wanted: set[Key]) -> _Outcomes:
    read = _Outcomes()
    for outcome in outcomes:
        target, seen, verdict = outcome.target, outcome.observation, outcome.verdict
        owner = target.asset.owner
        key = (target.host, target.port, target.product)
        if key in wanted:
            read.subjects[key] = outcome
        read.objects += personal_objects(outcome)
        if verdict.protected:
            read.shields.append(Shield(*key, verdict, service_name(seen.service), seen.asked_by, owner))
        elif not verdict.exposed:
            why = seen.detail or outcome.why
            read.gaps.setdefault((target.host, verdict, why, owner), []).append(target.port)
    return read


def personal_objects(outcome: Outcome) -> Iterator[PersonalObject]:
    """What an outcome lists that has fields that look personal."""
    target, seen = outcome.target, outcome.observation
    for dataset in seen.datasets:
        if dataset.personal:
            yield PersonalObject(
                target.host,
                target.port,
                target.product,
                dataset.name,
                dataset.kind.value,
                dataset.records,
                dataset.bytes,
                target.asset.owner,
                dataset.personal,
                dataset.record,
                _cluster(seen),
            )


def kinds_of(objects: Iterable[PersonalObject]) -> tuple[RecordTally, ...]:
    """Which kinds of record some objects hold, and how many."""
    return tally((_place(each), each.records, each.record) for each in objects)


def _cluster(seen: Observation) -> str | None:
    service = seen.behind or seen.service
    return None if service is None else service.cluster_uuid or service.cluster_name


def _kind(found: PersonalObject) -> str:
    return found.record.kind.id if found.record else ""


def _place(found: PersonalObject) -> tuple[object, ...]:
    """What makes two rows the same object: a cluster, a name and a count that agree, else nothing but the address."""
    if found.cluster is None or found.records is None:
        return (found.host, found.port, found.name)
    return (found.cluster, found.name, found.records)


def service_name(service: Service | None) -> str:
    """Name and version, as in "OpenSearch 2.11.0"; "" where nobody said who they are."""
    if service is None:
        return ""
    return f"{service.name} {service.version}" if service.version else service.name


def _owners(findings: Iterable[Finding]) -> tuple[OwnerTally, ...]:
    tallies: dict[str | None, OwnerTally] = {}
    for finding in findings:
        tally = tallies.setdefault(finding.owner, OwnerTally(finding.owner))
        tally.counts[finding.severity] += 1
        tally.hosts.add(finding.host)
    return tuple(sorted(tallies.values(), key=lambda each: _weight(each.counts), reverse=True))


def _controls(findings: Iterable[Finding]) -> tuple[ControlTally, ...]:
    tallies: dict[tuple[str, str], ControlTally] = {}
    for finding in findings:
        for control in finding.controls:
            key = (control.framework, control.id)
            tally = tallies.get(key)
            if tally is None:
                tally = tallies[key] = ControlTally(control.framework, control.id, control.why)
            tally.counts[finding.severity] += 1
            tally.hosts.add(finding.host)
    return tuple(sorted(tallies.values(), key=lambda each: (each.framework, each.id)))


def _weight(counts: Counter[Severity]) -> tuple[int, ...]:
    return tuple(counts[severity] for severity in Severity)


def _categories(objects: Iterable[PersonalObject]) -> tuple[CategoryTally, ...]:
    tallies: dict[str, CategoryTally] = {}
    for each in objects:
        here: dict[str, int] = {}
        for found in each.fields:
            for identifier in found.told:
                here[identifier] = here.get(identifier, 0) + 1
        for identifier, count in here.items():
            tally = tallies.get(identifier)
            if tally is None:
                tally = tallies[identifier] = CategoryTally(identifier)
            tally.fields += count
            tally.objects += 1
    return tuple(sorted(tallies.values(), key=lambda each: (-each.objects, -each.fields, each.id)))
