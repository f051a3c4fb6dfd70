"""What an outcome means for its owner: the findings, with severity, texts, and an identity that survives the night."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from auditor.judge import severity as severities
from auditor.judge.signs import signs_of
from auditor.model.dataset import DataSet
from auditor.model.enumeration import enumerated
from auditor.model.finding import Control, Finding, RuleInfo, Severity, fingerprint
from auditor.model.observation import Observation, Sign
from auditor.model.outcome import Outcome
from auditor.model.target import Expectation, Target, Tls
from auditor.model.version import numbers
from auditor.rulebook import Rulebook

#: Control groups (auditor/rulebook/controls.yaml) that categories of personal data add to a finding.
CATEGORY_CONTROLS: Mapping[str, frozenset[str]] = {
    "card_data": frozenset({"payment_card"}),
    "sensitive_personal_data": severities.SENSITIVE,
    "minors": frozenset({"minor_info"}),
    "criminal_records": frozenset({"criminal_record"}),
    "identity_numbers": frozenset({"national_id"}),
    "health_data": frozenset({"health_record", "health_id"}),
}


_INFERRED = "This is inferred from what the server said; nothing of the kind was tried."


@dataclass(frozen=True, slots=True)
class Texts:
    """What a rule's placeholders stand for on one target."""

    values: Mapping[str, str]

    def fill(self, text: str) -> str:
        """The sentence for people."""
        return text.format_map(self.values)

    def fill_command(self, text: str) -> str:
        """The command for a shell: a server may have chosen the values."""
        return text.format_map({name: _percent_encoded(name, value) for name, value in self.values.items()})


def judge_outcome(outcome: Outcome, rules: Sequence[RuleInfo], *, estate: str, book: Rulebook) -> tuple[Finding, ...]:
    """The findings of one outcome, by the rules of its product; pure.

    `estate` is the inventory's estate id, `book` what else they rest on (`rulebook.builtin_book()`).
    """
    found: list[Finding] = []
    groups = book.controls
    signs = tuple(signs_of(outcome, book))
    for rule in rules:
        if outcome.verdict not in rule.verdicts:
            continue
        match rule.per:
            case "dataset" | "dataset-names":
                found.extend(_of_datasets(outcome, rule, estate, groups))
            case "target":
                found.append(_of_target(outcome, rule, estate, groups))
            case "sign":
                found.extend(_of_signs(outcome, rule, estate, groups, [one for one in signs if one.id == rule.sign]))
            case _:  # "path" rules speak about two outcomes: see paths.py
                continue
    return tuple(found)


def _of_target(outcome: Outcome, rule: RuleInfo, estate: str, groups: Mapping[str, tuple[Control, ...]]) -> Finding:
    readable = [dataset for dataset in outcome.observation.datasets if dataset.personal and _readable(dataset, outcome)]
    graded = [severities.of_dataset(Severity.CRITICAL, dataset) for dataset in readable]
    level = severities.most((grade for grade, _ in graded), rule.severity)
    reasons = [outcome.why]
    if readable:
        names = enumerated([dataset.name for dataset in readable], most=3)
        reasons.append(f"Fields that look personal lie open in {names}.")
    elif outcome.target.asset.expect is Expectation.PUBLIC_BY_DESIGN:
        level = min(level, Severity.LOW, key=lambda one: one.rank)
        reasons.append(
            f"The inventory says it is public by design: {outcome.target.asset.reason or 'no reason given'}."
        )
    return finding_of(outcome, rule, estate, groups, level=level, reasons=reasons)


def _of_datasets(
    outcome: Outcome, rule: RuleInfo, estate: str, groups: Mapping[str, tuple[Control, ...]]
) -> Iterator[Finding]:
    wants_readable = rule.per == "dataset"
    for dataset in outcome.observation.datasets:
        if dataset.personal and _readable(dataset, outcome) is wants_readable:
            level, reason = severities.of_dataset(rule.severity, dataset)
            yield finding_of(outcome, rule, estate, groups, level=level, reasons=[reason], dataset=dataset)


def _of_signs(
    outcome: Outcome, rule: RuleInfo, estate: str, groups: Mapping[str, tuple[Control, ...]], signs: Sequence[Sign]
) -> Iterator[Finding]:
    for sign in signs:
        reasons = [sign.detail, *([_INFERRED] if sign.inferred else [])]
        yield finding_of(outcome, rule, estate, groups, level=rule.severity, reasons=reasons, other=sign.object)


def finding_of(
    outcome: Outcome,
    rule: RuleInfo,
    estate: str,
    groups: Mapping[str, tuple[Control, ...]],
    *,
    level: Severity,
    reasons: Sequence[str],
    dataset: DataSet | None = None,
    other: str | None = None,
) -> Finding:
    """One finding, its texts filled in. `other` names what it is about where that is no data set."""
    target, seen = outcome.target, outcome.observation
    subject = dataset.name if dataset else other
    categories = severities.categories_of(dataset) if dataset else ()
    guarded = (*categories, "minor_info") if dataset and dataset.record and dataset.record.minors else categories
    texts = _texts(target, seen, subject)
    return Finding(
        fingerprint=fingerprint(rule.id, estate, target.host, target.port, subject),
        rule=rule.id,
        severity=level,
        host=target.host,
        address=outcome.address,
        port=target.port,
        product=target.product,
        object=subject,
        title=texts.fill(rule.title),
        why=" ".join([texts.fill(rule.why), *reasons]),
        fix=texts.fill(_fix(rule, seen)),
        verify=texts.fill_command(rule.verify),
        controls=(*rule.controls, *(() if rule.per == "sign" else _more_controls(guarded, seen, groups))),
        owner=target.asset.owner,
        environment=target.asset.environment,
        records=dataset.records if dataset else None,
        categories=categories,
        place=target.asset.place,
    )


def _readable(dataset: DataSet, outcome: Outcome) -> bool:
    """Whether its records lay open. Where it was not asked by itself, the answer to the whole server stands for it."""
    if dataset.readable is None:
        return outcome.verdict.value == "open"
    return dataset.readable


def _more_controls(
    categories: Sequence[str], seen: Observation, groups: Mapping[str, tuple[Control, ...]]
) -> Iterator[Control]:
    for group, members in CATEGORY_CONTROLS.items():
        if members & frozenset(categories):
            yield from groups.get(group, ())
    if seen.tls is None:
        yield from groups.get("no_tls", ())


def _fix(rule: RuleInfo, seen: Observation) -> str:
    version = numbers(seen.service.version if seen.service else None)
    opensearch = bool(seen.service and "opensearch" in seen.service.name.lower().replace(" ", ""))
    for fix in rule.fixes:
        # OpenSearch counts its versions anew from 1: bounds are Elasticsearch's
        if fix.below is None or (version and not opensearch and version < numbers(fix.below)):
            return fix.text
    return rule.fixes[-1].text


def _texts(target: Target, seen: Observation, subject: str | None) -> Texts:
    service = seen.service
    behind = seen.behind
    scheme = "https" if seen.tls is not None or target.tls is Tls.REQUIRED else "http"
    host = f"[{target.address}]" if ":" in target.address else target.address
    return Texts(
        {
            "host": target.host,
            "address": host,
            "port": str(target.port),
            "url": f"{scheme}://{host}:{target.port}{target.path.rstrip('/')}",
            "object": subject or "",
            "service": service.name if service else target.product,
            "version": (service.version if service else None) or "of unknown version",
            "asked_by": seen.asked_by or "nobody",
            "identity": seen.identity or "an anonymous user",
            "behind": (behind.cluster_name if behind else None) or "the cluster behind it",
        }
    )


def _percent_encoded(name: str, value: str) -> str:
    """Only characters that mean nothing to a shell, quoted or not; an object's name stands inside a URL's path."""
    return quote(value, safe="" if name == "object" else ":/[]", errors="replace")
