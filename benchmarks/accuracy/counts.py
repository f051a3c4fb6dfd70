"""Counts right and wrong answers by the same rules as the tests do: ambiguous fields count nowhere."""

from collections.abc import Iterable

from benchmarks.accuracy.labelled import Judged
from tests.pii.score import Score, score


def count(judged: Iterable[Judged]) -> Score:
    """The counts of all mappings together."""
    every = list(judged)
    gold = [
        {
            "id": one.mapping.id,
            "fields": [{"path": path, "gold": gold, "ambiguous": False} for path, gold in one.mapping.gold.items()],
        }
        for one in every
    ]
    said = {one.mapping.id: {path: finding.categories for path, finding in one.findings.items()} for one in every}
    return score(gold, said)
