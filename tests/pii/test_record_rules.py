"""Kinds of record and labels as rules: their own examples hold, and a wrong rule is named with its place."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from textwrap import dedent

import pytest

from auditor import documents
from auditor.pii import builtin_rules
from auditor.pii.classify import Classifier
from auditor.pii.record_rule import RecordLabel, RecordRule, listed
from auditor.pii.rulefile import load
from auditor.pii.rulepack import RuleError, RulePack
from tests.pii.asking import example, kinds, record

PACK = builtin_rules()
RULES: tuple[RecordRule | RecordLabel, ...] = (*PACK.records, *PACK.record_labels)
NOBODY = {rule.id for rule in PACK.records if rule.nobody}


def recognised(classifier: Classifier, rule: RecordRule | RecordLabel, text: str) -> bool:
    name, fields = example(text)
    found = record(classifier, name, *fields)
    return found is None if rule.id in NOBODY else rule.id in kinds(found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_what_a_rule_gives_as_its_examples_is_recognised(
    rule: RecordRule | RecordLabel, classifier: Classifier
) -> None:
    assert rule.accepted
    for text in rule.accepted:
        assert recognised(classifier, rule, text), text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_what_a_rule_gives_as_no_examples_is_not_recognised(
    rule: RecordRule | RecordLabel, classifier: Classifier
) -> None:
    assert rule.rejected
    for text in rule.rejected:
        assert not recognised(classifier, rule, text), text


def test_every_category_that_a_rule_names_is_one_of_the_vocabulary() -> None:
    named = {category for rule in PACK.records for category in rule.covered | rule.own | rule.unless}
    named |= {category for label in PACK.record_labels for category in label.categories | label.beside}
    assert named | set(PACK.special) <= {category.id for category in PACK.categories}


def test_every_rule_has_an_article_and_one_kind_is_what_remains() -> None:
    assert all(rule.regulations for rule in RULES)
    assert [rule.id for rule in PACK.records if not rule.needs] == ["personal_data"]
    assert all(rule.gravity for rule in PACK.records if rule.needs and not rule.nobody)


def test_every_special_category_is_one_that_the_law_singles_out() -> None:
    articles = {category.id: category.regulations for category in PACK.categories}
    for category in PACK.special:
        assert {"gdpr-9", "gdpr-10", "pipl-28"} & set(articles[category]), category


def chinese() -> Iterator[str]:
    file = files("auditor.pii") / "rules" / "records.yaml"
    data = documents.parse(file.read_bytes(), file=file.name).data
    for entry in (*data["records"].values(), *data["record_labels"].values()):
        for words in ("called", "fields", "words"):
            yield from listed(entry.get(words, {}).get("zh", ""))


def test_every_chinese_word_is_spelt_in_pinyin() -> None:
    spelt = {word for word, _, _ in PACK.spellings}
    common = {term.text for term in PACK.terms if term.language == "zh-words"}  # too common to be read back
    for word in chinese():
        assert word in spelt | common, f"{word}: run tools/pinyin_initials.py"


WRONG = [
    ("records: {x: {title: X, colour: red}}", "unknown key 'colour'"),
    ("records: {x: {title: X, gravity: heavy}}", "'heavy' is not a valid Gravity"),
    ("records: {x: {title: X, needs: [{every: name}]}}", "unknown key 'every'"),
    ("records: {x: {title: X, needs: [{}]}}", "asks for nothing"),
    ("records: {x: {title: X, needs: [{some: a b, at_least: 3}]}}", "more than there is"),
    ("records: {x: {title: X, called: [a]}}", "not a rule"),
    ("records: {x: {title: X, regulations: nowhere-1}}", "which no file describes"),
    ("records: {x: {gravity: grave}}", "'title'"),
    ("record_labels: {x: {title: X, gravity: grave}}", "unknown key 'gravity'"),
    ("record_labels: {x: {title: X, words: {en: [a]}}}", "a comma-separated text is wanted"),
    ("records: [a]", "not a rule"),
]


def pack(folder: Path, text: str) -> RulePack:
    file = folder / "rules.yaml"
    file.write_text(dedent(text), encoding="utf-8")
    return load("test", [file])


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_wrong_rule_is_an_error_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"^rules\.yaml:\d+:\d+: ") as caught:
        pack(tmp_path, text)
    assert said in str(caught.value)


LIBRARY = """
    regulations: {local-1: {framework: Local, id: "Art. 1", why: "Who reads what."}}
    records:
      loan:
        title: Library loan
        gravity: grave
        regulations: local-1
        needs: [{all: person_name, fields: 2}]
        fields: {en: "borrowed book, due back, shelf mark"}
      student:
        title: Student record
        called: {en: hogwarts}
"""


def test_a_second_pack_adds_kinds_of_its_own(tmp_path: Path) -> None:
    both = Classifier([builtin_rules(), pack(tmp_path, LIBRARY)])
    found = record(both, "t_1", "full_name", "borrowed_book", "due_back")
    assert found is not None
    assert (found.kind.id, found.kind.title, found.regulations) == ("loan", "Library loan", ("Local Art. 1",))


def test_a_second_pack_adds_words_to_a_kind_that_is_there(tmp_path: Path) -> None:
    alone, both = Classifier([builtin_rules()]), Classifier([builtin_rules(), pack(tmp_path, LIBRARY)])
    asked = ("hogwarts", "full_name", "email")
    assert kinds(record(alone, *asked)) == ("contact_list",)
    assert kinds(record(both, *asked)) == ("student",)


def test_without_rules_of_records_there_is_no_record(tmp_path: Path) -> None:
    text = "categories: {person_name: {title: Name, types: text, terms: {en: {sure: full name}}}}"
    bare = Classifier([pack(tmp_path, text)])
    assert record(bare, "patients", "full_name") is None
