"""The estate that classifying is measured on, the list it is measured beside, and the program that prints both."""

from collections import Counter

import pytest

from auditor.pii.tokens import split
from benchmarks import classify, regex_list
from benchmarks.naming import labelled, repeated, varied

OWN = labelled("dev")


def test_no_name_of_a_varied_estate_stands_twice_and_each_keeps_its_words() -> None:
    estate = varied(OWN, 5_000)
    assert sum(len(mapping.fields) for mapping in estate) == 5_000
    names = Counter(field.path.rpartition(".")[2] for mapping in estate for field in mapping.fields)
    assert max(names.values()) == 1
    originals = [field for _ in range(20) for mapping in OWN for field in mapping.fields]
    for original, field in zip(originals, (field for mapping in estate for field in mapping.fields), strict=False):
        wanted = "".join(split(original.path.rpartition(".")[2]))
        assert wanted in "".join(split(field.path.rpartition(".")[2]))
        assert field.type == original.type


def test_an_estate_is_the_same_each_time_and_another_by_another_seed() -> None:
    assert varied(OWN, 300) == varied(OWN, 300)
    assert varied(OWN, 300) != varied(OWN, 300, seed=2)


def test_a_repeated_estate_has_as_many_fields_as_wanted() -> None:
    estate = repeated(OWN, 2_000)
    assert sum(len(mapping.fields) for mapping in estate) == 2_000
    assert estate[: len(OWN)] == OWN


LISTED = {"user.emailAddress": "email", "DATE_OF_BIRTH": "birth_date", "ssn": "national_id", "clientIp": "ip_address"}


@pytest.mark.parametrize(("path", "category"), LISTED.items())
def test_the_plain_list_finds_what_such_lists_find(path: str, category: str) -> None:
    assert category in regex_list.categories_of(path)
    assert len(regex_list.PATTERNS) == 26


def test_the_program_prints_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert classify.main(["--fields", "600", "--rounds", "2"]) in (0, 1)
    shown = capsys.readouterr().out
    for words in ("600 fields of", "new names ", "names again ", "ratio ", "field F1 on", "memory: the classifier"):
        assert words in shown
