import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.classify import Classifier
from auditor.pii.syllables import MOST, are_written, units
from tests.pii.asking import personal


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("chushengrq", ("chu", "sheng", "r", "q")),
        ("xingm", ("xing", "m")),
        ("csriqi", ("c", "s", "ri", "qi")),
        ("zhuangtaidm", ("zhuang", "tai", "d", "m")),
        ("sfzh", ()),
        ("invoice", ()),
        ("xing", ()),
    ],
)
def test_a_word_is_cut_into_syllables_and_initials(word: str, found: tuple[str, ...]) -> None:
    assert units(word) == found


@pytest.mark.parametrize(
    ("word", "spelling", "is_written"),
    [
        ("xingm", "xingming", True),
        ("xingm", "xiangmu", False),
        ("chushengrq", "chushengriqi", True),
        ("csriqi", "chushengriqi", True),
        ("chushengrq", "chushengdi", False),
    ],
)
def test_units_are_held_against_a_whole_spelling(word: str, spelling: str, is_written: bool) -> None:
    assert are_written(units(word), spelling) is is_written


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=40))
def test_nothing_is_lost_and_nothing_added(word: str) -> None:
    found = units(word)
    assert "".join(found) in {word, ""}
    assert len(found) <= MOST


def test_a_record_whose_names_mix_both_ways_is_read(classifier: Classifier) -> None:
    fields = ("xingm", "xingb", "chushengrq", "shenfzh", "jiatzz", "lianxdh")
    assert personal(classifier, "renyxx", *fields).keys() == set(fields)
