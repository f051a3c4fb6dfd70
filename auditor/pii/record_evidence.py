"""What the names of a record say together: categories, and the words of kinds and labels, each with where it stands."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence

from auditor.model.dataset import Field, FieldFinding
from auditor.pii.record_rule import RecordLabel
from auditor.pii.record_words import Mark, Place, RecordWords
from auditor.pii.tokens import path_segments

SAMPLED = 4_096  # names that are read for words besides the personal ones; of more, the first by alphabet


class RecordEvidence:
    """One record's names, read once for the words of all kinds and labels.

    `categories` has the best confidence of each. By the id of a kind or a label, `named` has a word of it in the
    index's name, `around` one in an object around personal fields, `against` the words in either that speak against it.
    """

    def __init__(
        self, words: RecordWords, name: str, fields: Iterable[Field], findings: Sequence[FieldFinding]
    ) -> None:
        self.categories: dict[str, float] = {}
        self.named: dict[str, str] = {}
        self.around: dict[str, str] = {}
        self.against: defaultdict[str, set[str]] = defaultdict(set)
        self._spoken: defaultdict[str, dict[str, str]] = defaultdict(dict)  # a word, and the first name that bears it
        self._denied: set[str] = set()  # against whom the name of a field speaks
        self._labelled: defaultdict[str, set[str]] = defaultdict(set)  # personal fields that bear a word of it
        self._fields: defaultdict[str, set[str]] = defaultdict(set)  # by category
        self._words = words
        parents: set[str] = set()
        leaves: set[str] = set()
        for finding in findings:
            self._add(finding, parents, leaves)
        self._read_names(name, parents)
        self._read_fields(fields, parents | leaves)

    def _add(self, finding: FieldFinding, parents: set[str], leaves: set[str]) -> None:
        for category in finding.told:
            if finding.confidence > self.categories.get(category, -1.0):
                self.categories[category] = finding.confidence
            self._fields[category].add(finding.field)
        segments = path_segments(finding.field) if "." in finding.field else [finding.field]
        parents.update(segments[:-1])
        leaves.update(segments[-1:])
        for segment in segments:
            for mark in self._words.read(segment):
                if mark.place is Place.FIELD:
                    self._labelled[mark.rule].add(finding.field)

    def _read_names(self, name: str, parents: Iterable[str]) -> None:
        self._read_marks(self._words.read_name(name), self.named)
        for parent in sorted(parents):
            self._read_marks(self._words.read(parent), self.around)

    def _read_marks(self, marks: Iterable[Mark], table: dict[str, str]) -> None:
        for mark in marks:
            if mark.place is Place.CALLED:
                table.setdefault(mark.rule, mark.word)
            elif mark.place is Place.AGAINST:
                self.against[mark.rule].add(mark.word)

    def _read_fields(self, fields: Iterable[Field], personal: set[str]) -> None:
        names = {name for field in fields for name in field.path.split(".", 32)}
        if len(names) > SAMPLED:
            names = set(heapq.nsmallest(SAMPLED, names))
        for name in sorted(names | personal):
            for mark in self._words.read(name):
                if mark.place is Place.AGAINST:
                    self._denied.add(mark.rule)
                else:
                    self._spoken[mark.rule].setdefault(mark.word, name)

    @property
    def heard(self) -> frozenset[str]:
        """The kinds and labels of which any word stands in any name."""
        return frozenset((*self._spoken, *self.named, *self.around))

    def spoken(self, rule: str) -> list[str]:
        """Names of fields that bear words of a kind: one for each word, and none twice."""
        return sorted(set(self._spoken[rule].values())) if rule in self._spoken else []

    def worn(self, label: RecordLabel) -> str:
        """The name that makes the record one of that label; "" if none does."""
        fields = self._labelled.get(label.id, set()).union(*(self._fields.get(one, ()) for one in label.categories))
        if fields:
            return min(fields)
        if label.beside.isdisjoint(self.categories) or label.id in self._denied or self.against.get(label.id):
            return ""
        return self.named.get(label.id) or self.around.get(label.id, "")

    def is_label_alone(self, label: RecordLabel) -> bool:
        """Whether all fields of the category that the label stands for bear the label's words, and speak of no more."""
        fields = self._fields.get(label.instead_of, set())
        return bool(fields) and fields <= self._labelled.get(label.id, set())
