"""Short ways to ask the classifier, and to read the rules' own examples."""

from auditor.model.dataset import Field
from auditor.pii.classify import Classifier


def personal(classifier: Classifier, name: str, *fields: str) -> dict[str, tuple[str, ...]]:
    """Categories by path; a field is written "path" or "path:type"."""
    asked = [Field(*field.rsplit(":", 1)) if ":" in field else Field(field) for field in fields]
    return {finding.field: finding.categories for finding in classifier.classify(name, asked)}


def example(text: str) -> tuple[str, list[str]]:
    """An example of the rules, "index / field sibling …", as the index and its fields."""
    name, _, fields = text.partition(" / ")
    return name, fields.split()
