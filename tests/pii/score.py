"""Scores predictions against labelled mappings, by the same rules as the bar they are judged by.

A field is personal if it has at least one category. Ambiguous fields count nowhere. An index is personal if one of its
fields is. Where both sides call a field personal, the category is right if they share one.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of fields and of indices, and how many true positives had a right category."""

    hits: int
    false_alarms: int
    misses: int
    right_category: int
    index_hits: int
    index_false_alarms: int
    index_misses: int
    clean_indices: int

    @property
    def field_f1(self) -> float:
        return f1(self.hits, self.false_alarms, self.misses)

    @property
    def index_f1(self) -> float:
        return f1(self.index_hits, self.index_false_alarms, self.index_misses)

    @property
    def category_accuracy(self) -> float:
        return self.right_category / self.hits if self.hits else 0.0

    @property
    def clean_flagged(self) -> float:
        return self.index_false_alarms / self.clean_indices if self.clean_indices else 0.0

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false_alarms) if self.hits else 0.0

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.misses) if self.hits else 0.0


def f1(hits: int, false_alarms: int, misses: int) -> float:
    return 2 * hits / (2 * hits + false_alarms + misses) if hits else 0.0


def load(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def score(gold: Iterable[Mapping[str, Any]], predicted: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Score:
    """`predicted` is categories by path by mapping id."""
    hits = false_alarms = misses = right = 0
    indices = {(True, True): 0, (False, True): 0, (True, False): 0, (False, False): 0}
    for mapping in gold:
        found = predicted.get(mapping["id"], {})
        index_is = index_said = False
        for field in mapping["fields"]:
            if field["ambiguous"]:
                continue
            wanted, said = set(field["gold"]), set(found.get(field["path"], ()))
            index_is |= bool(wanted)
            index_said |= bool(said)
            hits += bool(wanted and said)
            right += bool(wanted & said)
            false_alarms += bool(said and not wanted)
            misses += bool(wanted and not said)
        indices[index_is, index_said] += 1
    return Score(
        hits=hits,
        false_alarms=false_alarms,
        misses=misses,
        right_category=right,
        index_hits=indices[True, True],
        index_false_alarms=indices[False, True],
        index_misses=indices[True, False],
        clean_indices=indices[False, True] + indices[False, False],
    )
