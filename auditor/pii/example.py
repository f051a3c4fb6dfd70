"""The examples that rules carry: an index, a field, what stands beside it; what must be found, what must not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.model.dataset import Field
from auditor.pii.classify import Classifier
from auditor.pii.record_rule import RecordLabel, RecordRule
from auditor.pii.rulepack import Category, RulePack


@dataclass(frozen=True, slots=True)
class Example:
    """One example, written "index / field sibling:type …": the first field is the one it is about.

    Where it is one of a kind of record, all of them are.
    """

    index: str
    fields: tuple[Field, ...]

    def found(self, classifier: Classifier) -> tuple[str, ...]:
        """The categories of its first field."""
        findings = classifier.classify(self.index, self.fields)
        return next((one.categories for one in findings if one.field == self.fields[0].path), ())

    def recognised(self, classifier: Classifier) -> tuple[str, ...]:
        """The kinds of record that it is, and the labels that it bears."""
        record = classifier.record(self.index, self.fields, classifier.classify(self.index, self.fields))
        if record is None:
            return ()
        labels = [name for name, holds in (("minors", record.minors), ("key_person", record.key_person)) if holds]
        return (record.kind.id, *(kind.id for kind in record.further), *labels)


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that does not hold.

    `section` and `rule` say whose it is ("categories", "phone"), `side` is "yes" or "no", `number` counts from 0.
    """

    section: str
    rule: str
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


def failures(pack: RulePack, classifier: Classifier) -> Iterator[Failure]:
    """The examples of a pack's categories, kinds of record and labels that `classifier` does not judge as they say."""
    for section, rules in (
        ("categories", pack.categories),
        ("records", pack.records),
        ("record_labels", pack.record_labels),
    ):
        for rule in rules:
            for side, texts in (("yes", rule.accepted), ("no", rule.rejected)):
                for number, text in enumerate(texts):
                    why = _wrong(rule, text, classifier, wanted=side == "yes")
                    if why:
                        yield Failure(section, rule.id, side, number, why)


def lacking(pack: RulePack) -> Iterator[tuple[str, str]]:
    """The rules of a pack that need examples of what they are and of what they are not, each with its section.

    What only adds to a rule of another pack needs none.
    """
    sections: tuple[tuple[str, Iterable[Category | RecordRule | RecordLabel]], ...] = (
        ("categories", (rule for rule in pack.categories if rule.title)),
        ("records", (rule for rule in pack.records if rule.needs)),
    )
    for section, rules in sections:
        yield from ((section, rule.id) for rule in rules if not (rule.accepted and rule.rejected))


def _field(word: str) -> Field:
    path, colon, kind = word.rpartition(":")
    return Field(path, kind) if colon else Field(word)


def _wrong(rule: Category | RecordRule | RecordLabel, text: str, classifier: Classifier, *, wanted: bool) -> str:
    """Why an example does not hold, in a sentence; "" where it does."""
    try:
        example = parse(text)
    except ValueError as error:
        return str(error)
    found = example.found(classifier) if isinstance(rule, Category) else example.recognised(classifier)
    # a kind of record that is about nobody is recognised by there being none
    holds = not found if isinstance(rule, RecordRule) and rule.nobody else rule.id in found
    if holds is wanted:
        return ""
    if not wanted:
        return f"'{text}' is found to be {rule.id}, and must not be"
    return f"'{text}' is not found to be {rule.id}, but {', '.join(found) or 'nothing'}"
