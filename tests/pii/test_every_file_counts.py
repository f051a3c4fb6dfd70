"""Mutation: the rules without any one file, category, kind of record, language or role, are found wanting.

The same check that the whole rules pass, so that a file which nobody needs, or whose loss nobody sees, fails here.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable

import pytest

from auditor.pii import Classifier, builtin_rules
from auditor.pii.example import failures
from auditor.pii.rulefile import load
from auditor.pii.rulepack import Role, RuleError, RulePack

pytestmark = pytest.mark.no_cover  # what it runs is covered elsewhere, and tracing it takes minutes

FILES = sorted(
    (file for file in (files("auditor.pii") / "rules").iterdir() if file.name.endswith(".yaml")),
    key=lambda file: file.name,
)
WHOLE = builtin_rules()


def wanting(make: Callable[[], RulePack]) -> str:
    """What is wrong with rules first: they cannot be loaded, or an example of the whole rules does not hold by them."""
    try:
        pack = make()
    except RuleError as error:
        return str(error)
    return next((failure.why for failure in failures(WHOLE, Classifier([pack]))), "")


def of(sources: Iterable[Traversable]) -> Callable[[], RulePack]:
    return lambda: load("some", sources)


def test_the_whole_rules_are_not_wanting() -> None:
    assert wanting(of(FILES)) == ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_without_any_one_file_the_rules_are_wanting(file: Traversable) -> None:
    assert wanting(of(other for other in FILES if other is not file))


@pytest.mark.parametrize("identity", [category.id for category in WHOLE.categories])
def test_without_any_one_category_the_rules_are_wanting(identity: str) -> None:
    less = replace(
        WHOLE,
        categories=tuple(category for category in WHOLE.categories if category.id != identity),
        terms=tuple(term for term in WHOLE.terms if term.category != identity),
    )
    assert wanting(lambda: less)


@pytest.mark.parametrize(
    "identity", [*(rule.id for rule in WHOLE.records), *(label.id for label in WHOLE.record_labels)]
)
def test_without_any_one_kind_of_record_or_label_the_rules_are_wanting(identity: str) -> None:
    less = replace(
        WHOLE,
        records=tuple(rule for rule in WHOLE.records if rule.id != identity),
        record_labels=tuple(label for label in WHOLE.record_labels if label.id != identity),
    )
    assert wanting(lambda: less)


@pytest.mark.parametrize("language", sorted({term.language for term in WHOLE.terms}))
def test_without_any_one_language_the_rules_are_wanting(language: str) -> None:
    less = replace(WHOLE, terms=tuple(term for term in WHOLE.terms if term.language != language))
    assert wanting(lambda: less)


@pytest.mark.parametrize("role", Role)
def test_without_the_words_of_any_one_role_the_rules_are_wanting(role: Role) -> None:
    less = replace(WHOLE, words=tuple(word for word in WHOLE.words if word[1] is not role))
    assert wanting(lambda: less)


@pytest.mark.parametrize("category", WHOLE.categories, ids=lambda category: category.id)
def test_a_category_has_three_examples_of_what_it_is_and_two_of_what_it_is_not(category) -> None:  # type: ignore[no-untyped-def]  # one of the above
    assert len(category.accepted) >= 3
    assert len(category.rejected) >= 2
