"""Holds what names say against what the sampled values came to: raises, lowers, drops and adds findings."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from auditor.model.dataset import Field, FieldFinding, ValueCounts
from auditor.pii.values import catalogue
from auditor.pii.values.catalogue import OFFICIAL, tried
from auditor.pii.values.check import Check
from auditor.pii.values.contradiction import refuting
from auditor.pii.values.hints import Hint
from auditor.pii.values.sample import LEAST_AGAINST, Sample

# In log-odds of the confidence.
CONFIRMED = 1.5  # most values pass a check that values of another sort hardly pass
SUPPORTED = 0.5  # the same, of a check that others pass often; or most values are masked, so that somebody thought so
REFUTED = 3.0  # ten values and none passes what all should: one of twenty fields is written in a form not known here
REFUTED_BY_EACH = 0.05  # by each value more; little, for values of one field are alike
REFUTED_AT_MOST = 6.0  # so that no more than 43 are needed against the surest name
PASSED_OFTEN = 0.3  # the chance from which a check only supports
LIKELIEST = 0.99  # no confidence is raised beyond this
LIKELIEST_BY_VALUES = 0.95  # nor, where the name says nothing, beyond this
DROPPED_BELOW = 0.5

# What a field with such values might be called: the judgement of names says whether, so called and in that place, it
# would be personal. A citizen's number is a person's anywhere; a mailbox below a shop is not. What looks like people's
# names is believed only where even a mailbox would be a person's.
_CALLED = {
    "national_id": ("national id number",),
    "email": ("email",),
    "phone": ("phone number",),
    "payment_card": ("credit card number",),
    "bank_account": ("iban",),
    "person_name": ("full name", "email"),
}

Judge = Callable[[Sequence[Field]], Sequence[FieldFinding]]


def adjusted(
    findings: Sequence[FieldFinding],
    fields: Sequence[Field],
    counts: Sequence[ValueCounts],
    *,
    hint_of: Callable[[str], Hint],
    judge: Judge,
) -> tuple[FieldFinding, ...]:
    """The findings of names as a sample's counts leave them, in the order of the fields; each bears its counts.

    A share of values counts *for* a category where chance alone would give it in less than one field of a million: by
    the upper tail of the binomial distribution over the distinct values in the clear, each passing with the check's
    `chance`. Of 40 values at least 16 must pass GB 11643 (chance 0.095), of six all; of five, all are not enough. A
    check that is strong enough alone makes a finding where the name says nothing, if `judge`, which judges the names of
    the fields it is given beside those known, finds personal what would be called so in that place.

    Values count *against* a name that means one sort of value where at least ten are in the clear and none passes its
    check, and against an official number of a person where most are organisations' codes. A finding whose confidence
    falls below 0.5 goes. Masked, hashed and pointing values are in neither count.
    """
    by_field = {count.field: count for count in counts if count.distinct}
    if not by_field:
        return tuple(findings)
    found = {finding.field: finding for finding in findings}
    samples = {path: Sample(count, tried(hint_of(path))) for path, count in by_field.items()}
    judged = _judged(samples, judge)
    weighed = []
    for path in dict.fromkeys([*(field.path for field in fields), *found, *by_field]):
        finding, sample = found.get(path), samples.get(path)
        if sample is not None:
            finding = _weighed(path, finding, sample, hint_of(path), judged)
        if finding is not None:
            weighed.append(replace(finding, counts=by_field.get(path)))
    return tuple(weighed)


def _judged(samples: Mapping[str, Sample], judge: Judge) -> dict[str, FieldFinding]:
    """What the names' judgement finds, by path, if fields are called after what their values are."""
    wanted = dict.fromkeys(
        _called(path, name)
        for path, sample in samples.items()
        for check in sample.telling()
        for name in _CALLED[check.categories[0]]
    )
    return {finding.field: finding for finding in judge([Field(path) for path in wanted])} if wanted else {}


def _called(path: str, name: str) -> str:
    above, dot, _ = path.rpartition(".")
    return f"{above}{dot}{name}"


def _weighed(
    path: str, finding: FieldFinding | None, sample: Sample, hint: Hint, judged: Mapping[str, FieldFinding]
) -> FieldFinding | None:
    """The finding as its values leave it; None if there is none."""
    refuted: dict[str, Check] = {}
    if finding is not None:
        for category in finding.categories:
            check = refuting(category, hint, sample)
            if check is not None:
                refuted[category] = check
    by_values = [
        made for check in sample.telling() if (made := _found_by_values(path, check, sample, judged)) is not None
    ]
    if finding is not None:
        left = tuple(category for category in finding.categories if category not in refuted)
        if left:
            finding = _confirmed(replace(finding, categories=left), sample)
        elif by_values:
            finding = None  # the values are of another sort, and say of which
        else:
            finding = _refuted(finding, refuted, sample)
    for made in by_values:
        finding = made if finding is None else _joined(finding, made)
    return finding


def _found_by_values(
    path: str, check: Check, sample: Sample, judged: Mapping[str, FieldFinding]
) -> FieldFinding | None:
    """The finding that the values make, as sure as if the field were called so; None where that were not personal."""
    category = check.categories[0]
    alike = [judged.get(_called(path, name)) for name in _CALLED[category]]
    confidences = [finding.confidence for finding in alike if finding is not None]
    if len(confidences) < len(alike):
        return None
    return FieldFinding(path, (category,), min(LIKELIEST_BY_VALUES, confidences[0]), sample.told(check))


def _joined(finding: FieldFinding, made: FieldFinding) -> FieldFinding:
    """One finding of both the name's and the values' categories; the name's where they agree."""
    if set(made.categories) & set(finding.categories):
        return finding
    return replace(
        finding,
        categories=(*made.categories, *finding.categories)[:3],
        confidence=max(finding.confidence, made.confidence),
        why=f"{made.why}; {finding.why}",
    )


def _confirmed(finding: FieldFinding, sample: Sample) -> FieldFinding | None:
    """The finding raised, where its values speak for it; lowered, where they are codes of organisations."""
    if finding.categories[0] in OFFICIAL and sample.speaks_for(catalogue.CREDIT_CODE):
        return _moved(finding, -REFUTED_AT_MOST, f"but {sample.told(catalogue.CREDIT_CODE)}")
    speaking = [
        check
        for check in sample.checks
        if not set(finding.categories).isdisjoint(check.categories) and sample.speaks_for(check)
    ]
    if speaking:
        check = min(speaking, key=lambda check: check.chance)
        told = next(category for category in check.categories if category in finding.categories)
        others = [category for category in finding.categories if category != told]
        finding = replace(finding, categories=(told, *others))
        return _moved(finding, SUPPORTED if check.chance > PASSED_OFTEN else CONFIRMED, sample.told(check))
    if sample.is_mostly(catalogue.MASKED):
        return _moved(finding, SUPPORTED, sample.told(catalogue.MASKED))
    if sample.is_mostly(catalogue.HASHED):
        return replace(finding, why=f"{finding.why}; {sample.told(catalogue.HASHED)}")
    return finding


def _refuted(finding: FieldFinding, refuted: Mapping[str, Check], sample: Sample) -> FieldFinding | None:
    """The finding lowered, because no value passes what all should."""
    weight = min(REFUTED_AT_MOST, REFUTED + REFUTED_BY_EACH * (sample.clear - LEAST_AGAINST))
    return _moved(finding, -weight, f"but {sample.told(refuted[finding.categories[0]])}")


def _moved(finding: FieldFinding, weight: float, why: str) -> FieldFinding | None:
    """The finding with its confidence moved by log-odds, and the reason added; None below the least confidence."""
    odds = min(finding.confidence, LIKELIEST) / (1 - min(finding.confidence, LIKELIEST))
    confidence = round(1 / (1 + math.exp(-weight) / odds), 2)
    if weight > 0:
        confidence = max(finding.confidence, min(LIKELIEST, confidence))
    return replace(finding, confidence=confidence, why=f"{finding.why}; {why}") if confidence >= DROPPED_BELOW else None
