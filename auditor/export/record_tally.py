"""What lies open, counted by kind of record: how many objects and documents, and what any of them is called out for."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from auditor.export.language import Language
from auditor.export.visible import visible
from auditor.export.words import category
from auditor.model.dataset import Gravity, RecordFinding, RecordKind
from auditor.model.enumeration import enumerated

MOST_CATEGORIES = 20  # named of one kind; our own vocabulary has fewer special ones

_NO_KIND = RecordKind("", "Not of a known kind")
_ORDER = (*Gravity, None)


@dataclass(slots=True)
class RecordTally:
    """One kind of record; an object that was reached by two ways counts once."""

    kind: RecordKind
    gravity: Gravity | None
    objects: int = 0
    documents: int = 0
    minors: int = 0  # objects with records about children
    key_person: int = 0  # objects with labels of a police watch-list
    special: dict[str, None] = field(default_factory=dict)  # categories, in the order in which they were met


def tally(objects: Iterable[tuple[Hashable, int | None, RecordFinding | None]]) -> tuple[RecordTally, ...]:
    """The kinds of some objects, gravest first, then by documents. Each object is told by its place, count and record.

    An object counts under what it is first of all.
    """
    tallies: dict[str, RecordTally] = {}
    seen: set[Hashable] = set()
    for place, documents, record in objects:
        if place in seen:
            continue
        seen.add(place)
        kind = _NO_KIND if record is None else record.kind
        one = tallies.setdefault(kind.id, RecordTally(kind, None))
        one.objects += 1
        one.documents += documents or 0
        if record is not None:
            one.gravity = min(one.gravity, record.gravity, key=_ORDER.index)
            one.minors += record.minors
            one.key_person += record.key_person
            one.special |= dict.fromkeys(record.special)
    return tuple(sorted(tallies.values(), key=lambda one: (_ORDER.index(one.gravity), -one.documents, one.kind.id)))


def called_out(about: RecordFinding | RecordTally, language: Language) -> Iterator[str]:
    """What must not be missed of a record, or of all of a kind, in the reader's words, made visible."""
    if about.special:
        words = [visible(language.t(category(one))) for one in about.special]
        yield language.t("special categories: {categories}", categories=enumerated(words, most=MOST_CATEGORIES))
    if about.minors:
        yield language.t("minors")
    if about.key_person:
        yield language.t("key persons")
