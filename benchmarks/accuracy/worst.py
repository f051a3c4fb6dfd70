"""The errors that the classifier is surest of, each with the reason why it stays."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmarks.accuracy.labelled import Judged

_REASONS = Path(__file__).with_name("reasons.yaml")
ALARMS = 12  # of the surest false alarms that are told
MISSES = 15  # of the misses


def worst(judged: Sequence[Judged]) -> list[str]:
    """A table of the surest false alarms, and one of misses: those in records that are a person's for certain first.

    Raises:
        KeyError: reasons.yaml has no reason for one; what it says of errors that are gone is told as well.
    """
    reasons: dict[str, str] = yaml.safe_load(_REASONS.read_text(encoding="utf-8"))
    alarms, misses = _alarms(judged)[:ALARMS], _misses(judged)[:MISSES]
    lines = [
        "Called personal, and are not:",
        "",
        "| mapping / field | said | confidence | why it stays |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {name} | {said} | {confidence:.2f} | {reasons[name]} |" for name, said, confidence in alarms]
    lines += ["", "Personal, and not found:", "", "| mapping / field | label | why it stays |", "| --- | --- | --- |"]
    lines += [f"| {name} | {label} | {reasons[name]} |" for name, label, _ in misses]
    return lines


def _alarms(judged: Sequence[Judged]) -> list[tuple[str, str, float]]:
    found = [
        (f"{one.mapping.id} / {path}", finding.categories[0], finding.confidence)
        for one in judged
        for path, gold in one.mapping.gold.items()
        if not gold and (finding := one.findings.get(path)) is not None
    ]
    return sorted(found, key=lambda row: (-row[2], row[0]))


def _misses(judged: Sequence[Judged]) -> list[tuple[str, str, int]]:
    """Each with how many personal fields of its mapping were found: the more, the plainer a person's record it is."""
    found = [
        (f"{one.mapping.id} / {path}", gold[0], sum(bool(one.mapping.gold.get(name)) for name in one.findings))
        for one in judged
        for path, gold in one.mapping.gold.items()
        if gold and path not in one.findings
    ]
    return sorted(found, key=lambda row: (-row[2], row[0]))
