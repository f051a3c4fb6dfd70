import pytest

from auditor.pii import builtin_rules
from auditor.pii.classify import Classifier
from auditor.pii.rulefile import load
from auditor.pii.rulepack import Category, RuleError
from tests.pii.asking import example, personal

CATEGORIES = builtin_rules().categories


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
def test_what_a_category_gives_as_its_examples_is_found(category: Category, classifier: Classifier) -> None:
    for text in category.accepted:
        name, fields = example(text)
        assert category.id in personal(classifier, name, *fields).get(fields[0].split(":")[0], ()), text


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
def test_what_a_category_gives_as_no_examples_is_not_found(category: Category, classifier: Classifier) -> None:
    for text in category.rejected:
        name, fields = example(text)
        assert category.id not in personal(classifier, name, *fields).get(fields[0].split(":")[0], ()), text


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
def test_every_category_has_examples_both_ways_and_a_regulation(category: Category) -> None:
    assert category.accepted
    assert category.rejected
    assert builtin_rules().regulations_of(category.id)


def test_every_category_of_the_vocabulary_is_there_once() -> None:
    assert len({category.id for category in CATEGORIES}) == len(CATEGORIES) == 40


def test_every_chinese_term_has_its_spelling(tmp_path: object) -> None:
    pack = builtin_rules()
    spelt = {term for term, _, _ in pack.spellings}
    for term in pack.terms:
        if term.language == "zh" and all("\u4e00" <= character <= "\u9fff" for character in term.text):
            assert term.text in spelt, f"{term.text}: run tools/pinyin_initials.py"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("categories: {x: {title: X, types: text, terms: {en: {certain: a}}}}", "'certain' is not a valid Strength"),
        ("categories: {x: {title: X, types: colour, terms: {}}}", "'colour' is not a valid Shape"),
        ("categories: {x: {title: X, types: text, terms: {}, colour: red}}", "unknown key 'colour'"),
        ("categories: {x: {title: X, types: text, terms: {}, regulations: nowhere-1}}", "which no file describes"),
        (r'categories: {"x\e[31m": {title: X, types: text, terms: {}}}', "'x\ufffd[31m' is no id"),
        ("categories: {<b>x</b>: {title: X, types: text, terms: {}}}", "'<b>x</b>' is no id"),
        ("records: {=1+1: {title: X}}", "'=1+1' is no id"),
        ("categories: {x: {title: 5, types: text, terms: {}}}", "'title' is a text"),
        ("regulations: {gdpr-9: {framework: GDPR, id: 9, why: X}}", "'id' is a text"),
        ("surprise: 1", "unknown section 'surprise'"),
        ("tails: [a, b]", "a comma-separated text is wanted"),
        ("subjects: {martian: {en: a}}", "'martian' is not a valid Role"),
        ("[]", "a rule file is a mapping"),
        ("a: [", "not YAML"),
    ],
)
def test_a_wrong_rule_is_an_error_with_its_place(text: str, said: str, tmp_path) -> None:  # type: ignore[no-untyped-def]  # pytest's tmp_path
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=r"^rules\.yaml:\d+:\d+: ") as caught:
        load("test", [file])
    assert said in str(caught.value)


def test_a_second_pack_adds_its_terms_to_the_first(tmp_path) -> None:  # type: ignore[no-untyped-def]  # pytest's tmp_path
    file = tmp_path / "rules.yaml"
    file.write_text(
        "categories: {employment: {title: Work, types: text, terms: {en: {sure: guild rank}}}}", encoding="utf-8"
    )
    both = Classifier([builtin_rules(), load("guild", [file])])
    assert personal(both, "people", "guildRank") == {"guildRank": ("employment",)}
    assert not personal(Classifier([builtin_rules()]), "people", "guildRank")
