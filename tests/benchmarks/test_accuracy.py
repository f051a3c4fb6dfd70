from pathlib import Path

from benchmarks.accuracy.folds import FOLDS, split
from benchmarks.accuracy.labelled import load
from benchmarks.accuracy.page import write_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "classification.md"


def test_the_page_is_what_the_rules_are_worth_now() -> None:
    assert PAGE.read_text(encoding="utf-8") == write_page(), "run make accuracy-page"


def test_a_repository_is_in_one_fold_and_nothing_is_lost() -> None:
    mappings = load("dev") + load("studied")
    parts = split(mappings)
    assert len(parts) == FOLDS
    assert sorted(one.id for part in parts for one in part) == sorted(one.id for one in mappings)
    homes = [{one.repository for one in part} for part in parts]
    for number, home in enumerate(homes):
        assert home.isdisjoint(set().union(*homes[number + 1 :]))
