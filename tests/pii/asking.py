"""Short ways to ask the classifier, and to read the rules' own examples."""

from collections.abc import Iterable

from auditor.model.dataset import Field, RecordFinding
from auditor.pii.classify import Classifier


def personal(classifier: Classifier, name: str, *fields: str) -> dict[str, tuple[str, ...]]:
    """Categories by path; a field is written "path" or "path:type"."""
    return {finding.field: finding.categories for finding in classifier.classify(name, listed(fields))}


def listed(fields: Iterable[str]) -> list[Field]:
    """Fields, each written "path" or "path:type"."""
    return [Field(*field.rsplit(":", 1)) if ":" in field else Field(field) for field in fields]


def example(text: str) -> tuple[str, list[str]]:
    """An example of the rules, "index / field sibling …", as the index and its fields."""
    name, _, fields = text.partition(" / ")
    return name, fields.split()


def record(classifier: Classifier, name: str, *fields: str) -> RecordFinding | None:
    """What the records are as a whole, by what the classifier finds in them."""
    asked = listed(fields)
    return classifier.record(name, asked, classifier.classify(name, asked))


def kinds(found: RecordFinding | None) -> tuple[str, ...]:
    """The ids of what records are, first of all and besides, and of what they are called out for."""
    if found is None:
        return ()
    called = [name for name, holds in (("minors", found.minors), ("key_person", found.key_person)) if holds]
    return (found.kind.id, *(kind.id for kind in found.further), *called)
