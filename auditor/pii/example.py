"""The examples that rules carry: an index, a field, what stands beside it; what must be found, what must not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.model.dataset import Field
from auditor.pii.classify import Classifier
from auditor.pii.rulepack import Category, RulePack


@dataclass(frozen=True, slots=True)
class Example:
    """One example, written "index / field sibling:type …": the first field is the one it is about."""

    index: str
    fields: tuple[Field, ...]

    def found(self, classifier: Classifier) -> tuple[str, ...]:
        """The categories of its first field."""
        findings = classifier.classify(self.index, self.fields)
        return next((one.categories for one in findings if one.field == self.fields[0].path), ())


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that does not hold: its category, "yes" or "no", its number from 0, and why in a sentence."""

    category: str
    side: str
    number: int
    why: str


def parse(text: str) -> Example:
    """An example from its text.

    Raises:
        ValueError: it names no index or no field.
    """
    index, slash, rest = text.partition(" / ")
    fields = tuple(_field(word) for word in rest.split())
    if not slash or not index.strip() or not fields:
        raise ValueError(f"'{text}' is no example; write 'index / field sibling:type'")
    return Example(index.strip(), fields)


def failures(categories: Iterable[Category], classifier: Classifier) -> Iterator[Failure]:
    """The examples of these categories that `classifier` does not judge as they say."""
    for category in categories:
        for side, texts in (("yes", category.accepted), ("no", category.rejected)):
            for number, text in enumerate(texts):
                try:
                    found = parse(text).found(classifier)
                except ValueError as error:
                    yield Failure(category.id, side, number, str(error))
                    continue
                if (category.id in found) is (side == "no"):
                    yield Failure(category.id, side, number, _told(category.id, text, side, found))


def pack_failures(packs: Iterable[RulePack]) -> Iterator[Failure]:
    """The examples of all categories of the packs that the packs together do not judge as they say."""
    loaded = tuple(packs)
    classifier = Classifier(loaded)
    for pack in loaded:
        yield from failures(pack.categories, classifier)


def _field(word: str) -> Field:
    path, colon, kind = word.rpartition(":")
    return Field(path, kind) if colon else Field(word)


def _told(category: str, text: str, side: str, found: tuple[str, ...]) -> str:
    if side == "no":
        return f"'{text}' is found to be {category}, and must not be"
    return f"'{text}' is not found to be {category}, but {', '.join(found) or 'nothing'}"
