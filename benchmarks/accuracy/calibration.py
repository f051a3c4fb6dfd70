"""Whether a confidence means what it says: of the findings that are sure to 0.9, how many are right."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from benchmarks.accuracy.labelled import Judged

EDGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)
_Z = 1.96  # 95 % of a normal distribution


@dataclass(frozen=True, slots=True)
class Band:
    """Findings whose confidence lies in [low, high): how many, how many of them on personal fields."""

    low: float
    high: float
    findings: int
    right: int

    @property
    def share(self) -> float:
        """The share that is right; 0.0 of none."""
        return self.right / self.findings if self.findings else 0.0

    @property
    def at_least(self) -> float:
        """The lower end of Wilson's 95 % interval of that share."""
        if not self.findings:
            return 0.0
        n, share = self.findings, self.share
        centre = share + _Z * _Z / (2 * n)
        spread = _Z * sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n))
        return (centre - spread) / (1 + _Z * _Z / n)


def bands(judged: Iterable[Judged]) -> tuple[Band, ...]:
    """The findings on fields that are scored, by confidence."""
    told = _told(judged)
    return tuple(_within(told, low, high) for low, high in itertools.pairwise(EDGES))


def above(judged: Iterable[Judged], least: float) -> Band:
    """All findings of at least that confidence."""
    return _within(_told(judged), least, EDGES[-1])


def _told(judged: Iterable[Judged]) -> list[tuple[float, bool]]:
    """Of each finding on a field that is scored its confidence, and whether the field is personal."""
    return [
        (one.findings[path].confidence, bool(gold))
        for one in judged
        for path, gold in one.mapping.gold.items()
        if path in one.findings
    ]


def _within(told: Iterable[tuple[float, bool]], low: float, high: float) -> Band:
    inside = [right for confidence, right in told if low <= confidence < high]
    return Band(low, high, len(inside), sum(inside))


def held_out(folds: Sequence[Sequence[Judged]], wanted: float = 0.95) -> tuple[tuple[float, Band], ...]:
    """For each fold: the least confidence at which the others are right to `wanted`, and how right it is there."""
    found = []
    for number, fold in enumerate(folds):
        others = [one for other, part in enumerate(folds) if other != number for one in part]
        least = next((step / 100 for step in range(50, 101) if above(others, step / 100).share >= wanted), 1.0)
        found.append((least, above(fold, least)))
    return tuple(found)
