"""Counts right and wrong answers as the labels' guide has it: ambiguous fields count nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.accuracy.labelled import Judged


@dataclass(frozen=True, slots=True)
class Counts:
    """Fields and indices by what is true and what was said."""

    hits: int
    false_alarms: int
    misses: int
    right_category: int
    index_hits: int
    index_false_alarms: int
    index_misses: int
    clean: int

    @property
    def precision(self) -> float:
        """The share of the fields called personal that are."""
        return _share(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        """The share of the personal fields that were found."""
        return _share(self.hits, self.hits + self.misses)

    @property
    def f1(self) -> float:
        """The harmonic mean of both, over fields."""
        return _share(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)

    @property
    def index_f1(self) -> float:
        """Likewise over mappings, each personal if one of its fields is."""
        return _share(2 * self.index_hits, 2 * self.index_hits + self.index_false_alarms + self.index_misses)

    @property
    def category_accuracy(self) -> float:
        """Of the fields rightly called personal, the share whose category is an acceptable one."""
        return _share(self.right_category, self.hits)


def count(judged: Iterable[Judged]) -> Counts:
    """The counts of all mappings together."""
    hits = false_alarms = misses = right = 0
    index = {(True, True): 0, (False, True): 0, (True, False): 0, (False, False): 0}
    for one in judged:
        index_is = index_said = False
        for path, gold in one.mapping.gold.items():
            finding = one.findings.get(path)
            index_is |= bool(gold)
            index_said |= finding is not None
            if finding is None:
                misses += bool(gold)
            elif gold:
                hits += 1
                right += not set(gold).isdisjoint(finding.categories)
            else:
                false_alarms += 1
        index[index_is, index_said] += 1
    clean = index[False, True] + index[False, False]
    return Counts(hits, false_alarms, misses, right, index[True, True], index[False, True], index[True, False], clean)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
