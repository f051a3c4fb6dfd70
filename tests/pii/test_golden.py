from pathlib import Path

from auditor.model.dataset import Field
from auditor.pii.classify import Classifier
from tests.pii.score import load, score

DEV = Path(__file__).with_name("dev.jsonl")


def test_the_labelled_mappings_are_judged_no_worse_than_before(classifier: Classifier) -> None:
    gold = load(DEV)
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
    assert result.field_f1 >= 0.95
    assert result.index_f1 >= 0.97
    assert result.clean_flagged <= 0.05
    assert result.category_accuracy >= 0.93
    pinyin = score([mapping for mapping in gold if mapping["language"] == "zh-pinyin"], predicted)
    assert pinyin.recall >= 0.9
