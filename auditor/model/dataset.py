"""What a stranger could list: an index or a collection, its fields, and which of them look personal."""

from dataclasses import dataclass
from enum import StrEnum


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
    refused: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    sampled: int | None = None
    counts: tuple[ValueCounts, ...] = ()
