"""What a stranger could list: an index or a collection, its fields, and which of them look personal."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: Begins what `DataSet.refused` says of a sample that was wanted and did not come.
NOT_SAMPLED: Final = "sample: "

#: Categories that stand beside what a field holds: they say that it is a child's, or of a police case.
_WHOSE = frozenset({"minor_info", "criminal_record"})


class Kind(StrEnum):
    """What a data set is called by its product."""

    INDEX = "index"
    ALIAS = "alias"
    DATA_STREAM = "data_stream"
    COLLECTION = "collection"
    VIEW = "view"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Field:
    """A field's dotted path and the type its server reports ("text", "objectId", "string|null"); "" if unknown."""

    path: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """What the sampled values of one field came to: counts, never a value.

    `passed` holds, for each check that was tried, how many of the `distinct` values passed it; a check that none
    passed stands there with 0.
    """

    field: str
    values: int
    distinct: int
    passed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FieldFinding:
    """A field that looks personal. It holds names, counts and reasons, never a value.

    `categories` are ids of the classifier's vocabulary, the likeliest first; `confidence` lies in 0..1. `counts` are
    those of a sample, where one was allowed and taken.
    """

    field: str
    categories: tuple[str, ...]
    confidence: float
    why: str
    counts: ValueCounts | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """The categories that are counted: the likeliest, and what it says beside it of whose data it is.

        The rest are other ways to read the same name. A guardian's telephone is a telephone, and a child's data too.
        """
        first, rest = self.categories[:1], self.categories[1:]
        return (*first, *(one for one in rest if one in _WHOSE)) if rest else first


class Gravity(StrEnum):
    """How much harm the disclosure of one record of a kind can do to the person it is about."""

    GRAVE = "grave"  # who somebody is before the state, health, offences, money, secrets: a few are enough
    SERIOUS = "serious"  # a person can be found and approached by it
    SLIGHT = "slight"  # accounts and addresses of machines: the traces of a person, seldom the person


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record by its id in the rules, and what readers call it."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class RecordFinding:
    """What the records of a data set are as a whole: its personal fields taken together. Never a value.

    `kind` is what they are first of all, `further` what they are besides. `gravity` is that of the gravest of these;
    None where no kind fits, and the fields speak for themselves. `confidence` lies in 0..1. `special` are the
    categories among its fields that the law singles out (GDPR 9 and 10, PIPL 28); `minors` says that they are about
    children, `key_person` that they hold a label of a police watch-list. `regulations` are the articles that all this
    is evidence relevant to.
    """

    kind: RecordKind
    confidence: float
    why: str
    gravity: Gravity | None = None
    further: tuple[RecordKind, ...] = ()
    special: tuple[str, ...] = ()
    minors: bool = False
    key_person: bool = False
    regulations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataSet:
    """An index or collection that a stranger can at least name.

    `records` and `bytes` are None where the server did not tell. `fields` is emptied once the classifier has
    read it; `field_count` keeps how many there were. `refused` says which questions about it were not answered.
    `aliases` are further names under which its server gives it. `sampled` is how many documents were requested and
    reduced to `counts` where that was allowed (None: it was not asked for); like the fields, counts are emptied once
    the classifier has read them.
    """

    name: str
    kind: Kind
    records: int | None = None
    bytes: int | None = None
    readable: bool | None = None  # True: a count or size-0 search of it was answered; False: refused; None: not asked
    system: bool = False  # the product's own bookkeeping (.kibana, admin, local), not the organisation's data
    fields: tuple[Field, ...] = ()
    field_count: int | None = None
    truncated: bool = False  # there were more fields than the budget allows
    personal: tuple[FieldFinding, ...] = ()
    record: RecordFinding | None = None  # what those fields are together; None where none looks personal
    refused: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    sampled: int | None = None
    counts: tuple[ValueCounts, ...] = ()
