"""What the labelled mappings must be judged like: a change of the rules that loses ground fails here."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.model.dataset import Field
from auditor.pii.classify import Classifier
from tests.pii.score import load, score


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that is good enough on a set; `pinyin` is the recall on mappings in pinyin."""

    field_f1: float
    precision: float
    index_f1: float
    clean_flagged: float
    category_accuracy: float
    pinyin: float


# A little below what docs/classification.md measures.
FLOORS = {
    "dev": Floor(0.98, 0.98, 0.99, 0.0, 0.98, 0.95),
    "studied": Floor(0.94, 0.97, 0.975, 0.06, 0.96, 0.93),
    "unseen": Floor(0.86, 0.91, 0.93, 0.16, 0.97, 0.82),
}


@pytest.mark.parametrize("name", FLOORS)
def test_the_labelled_mappings_are_judged_no_worse_than_before(name: str, classifier: Classifier) -> None:
    floor = FLOORS[name]
    gold = load(Path(__file__).with_name(f"{name}.jsonl"))
    predicted = {
        mapping["id"]: {
            finding.field: finding.categories
            for finding in classifier.classify(
                mapping["id"], [Field(field["path"], field["type"] or "") for field in mapping["fields"]]
            )
        }
        for mapping in gold
    }
    result = score(gold, predicted)
    assert result.field_f1 >= floor.field_f1
    assert result.precision >= floor.precision
    assert result.index_f1 >= floor.index_f1
    assert result.clean_flagged <= floor.clean_flagged
    assert result.category_accuracy >= floor.category_accuracy
    pinyin = score([mapping for mapping in gold if mapping["language"] == "zh-pinyin"], predicted)
    assert pinyin.recall >= floor.pinyin
