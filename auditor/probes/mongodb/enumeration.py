"""What lies in the databases that a stranger could list: collections, their counts and sizes, and their fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from auditor.model.dataset import DataSet, Kind
from auditor.probes.mongo_allow import SYSTEM_DATABASES
from auditor.probes.mongo_reductions import Seen
from auditor.probes.mongodb.conversation import Asked, Conversation
from auditor.probes.mongodb.replies import Answer, Listing
from auditor.probes.mongodb.sampling import Sampler, fields_of, index_fields, schema_fields

_NO_LIST_COLLECTIONS = 2  # maxWireVersion of 2.6, the last without listCollections
_FIRST_WITH_GET_MORE = 4  # maxWireVersion of 3.2, which made getMore a command
_BATCH = 500  # names at once
_BATCHES = 40  # of one database: a cursor that never ends must end here
_ROWS_A_COLLECTION = 4  # in system.namespaces: the collection itself and its indexes
_INDEXES_UP_TO = 60  # collections; beyond, indexes are only asked where nothing else told the fields
FIELDS_UNTOLD = "fields of the documents"  # among what was not answered about a collection
_SYSTEM_TRIED = 3  # collections of the product's own that are counted where there are no others


@dataclass(frozen=True, slots=True)
class _Entry:
    """A collection as it was listed, with the fields that its validator told."""

    database: str
    name: str
    kind: Kind
    schema: Seen = ()

    @property
    def full_name(self) -> str:
        return f"{self.database}.{self.name}"

    @property
    def system(self) -> bool:
        return self.database in SYSTEM_DATABASES or self.name.startswith("system.")

    @property
    def askable(self) -> bool:
        """Whether the name came through whole; one that did not would name another collection, or make a new one."""
        return "\ufffd" not in self.full_name and "\0" not in self.name


@dataclass(slots=True)
class Found:
    """What the enumeration brought.

    `read` and `locked` are collections, not of the product's own unless there are no others, that were read, or
    refused for want of a login. `proof` is the first question that only a reader may ask and that was answered.
    """

    datasets: list[DataSet] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)
    proof: Asked | None = None
    truncated: bool = False
    unlisted: int = 0  # databases whose collections were not listed
    unasked: int = 0  # collections of which no more than the name is known
    cut: str = ""  # ... and why, in a sentence


async def enumerate_collections(talk: Conversation, listing: Listing) -> Found:
    """Lists every database's collections, then asks about each what a reader may know without seeing a record."""
    found = Found(truncated=listing.truncated)
    talk.hold_back()
    entries: list[_Entry] = []
    limit = talk.lines.budget.datasets
    whole = [name for name in listing.databases if "\ufffd" not in name]  # the others would be asked by a wrong name
    for place, database in enumerate(sorted(whole, key=lambda name: (name in SYSTEM_DATABASES, name))):
        # What is listed must leave room for what is counted: a list alone is no proof that anything can be read.
        if talk.over or len(entries) >= limit or (talk.half_spent and entries):
            found.truncated, found.unlisted = True, len(whole) - place
            break
        entries += await _collections(talk, database, limit - len(entries), found)
    own = [entry for entry in entries if not entry.system and entry.askable]
    spare = [entry for entry in entries if entry.system and entry.askable and entry.database != "local"]
    asked = await _details(talk, own or spare[:_SYSTEM_TRIED], found, until_read=not own)
    found.datasets = [asked.get(entry.full_name, _named(entry)) for entry in entries]
    if talk.over:
        found.unasked = sum(1 for entry in own if entry.full_name not in asked)
        found.truncated = found.truncated or found.unasked > 0
        found.cut = talk.over
    talk.release()
    return found


async def _collections(talk: Conversation, database: str, limit: int, found: Found) -> list[_Entry]:
    if talk.wire_version <= _NO_LIST_COLLECTIONS:
        return await _namespaces(talk, database, limit, found)
    asked = await _ask_listing(talk, database)
    if asked.answer is Answer.UNKNOWN:  # a re-implementation of an old release that claims to be a newer one
        return await _namespaces(talk, database, limit, found)
    if asked.locked and database not in SYSTEM_DATABASES:
        found.locked.append(f"{database}.*")
    entries: dict[str, _Entry] = {}
    batch, cursor, place = _cursor(asked.document, database, "firstBatch")
    for _ in range(_BATCHES):
        for row in batch:
            entry = _entry(database, row)
            if entry is not None:
                entries.setdefault(entry.name, entry)
        if not cursor or len(entries) >= limit or not batch or talk.wire_version < _FIRST_WITH_GET_MORE:
            break
        more = {"getMore": cursor, "collection": place, "batchSize": _BATCH}
        batch, cursor, _ = _cursor((await talk.ask(database, more, template="getMore")).document, database, "nextBatch")
    found.truncated = found.truncated or bool(cursor) or len(entries) > limit
    return list(entries.values())[:limit]


async def _ask_listing(talk: Conversation, database: str) -> Asked:
    command: dict[str, Any] = {"listCollections": 1, "cursor": {"batchSize": _BATCH}}
    asked = await talk.ask(database, command, template="listCollections")
    if asked.too_long:  # validators may be long; names are not
        command = {"listCollections": 1, "nameOnly": True, "cursor": {"batchSize": _BATCH}}
        asked = await talk.ask(database, command, template="listCollections")
    return asked


def _cursor(document: Mapping[str, Any], database: str, batch: str) -> tuple[Sequence[object], int, str]:
    """A cursor's rows, its id and its collection; nothing where the reply is about another database than was asked."""
    match document.get("cursor"):
        case {"id": int(number), "ns": str(place), **rest} if place.startswith(f"{database}."):
            rows, collection = rest.get(batch), place.removeprefix(f"{database}.")
            goes_on = bool(collection) and "\0" not in collection
            return (rows if isinstance(rows, list) else ()), int(number) if goes_on else 0, collection
        case _:
            return (), 0, ""


def _entry(database: str, row: object) -> _Entry | None:
    match row:
        case {"name": str(name), **rest} if 0 < len(name) <= 1_000:
            kind = Kind.VIEW if rest.get("type") == "view" else Kind.COLLECTION
            options = rest.get("options")
            validator = options.get("validator") if isinstance(options, Mapping) else None
            return _Entry(database, name, kind, schema_fields(validator))
        case _:
            return None


async def _namespaces(talk: Conversation, database: str, limit: int, found: Found) -> list[_Entry]:
    """Up to 2.6 the catalogue is a collection of its own; names with a `$` are those of indexes."""
    rows_at_most = limit * _ROWS_A_COLLECTION
    answer, rows = await talk.find(
        f"{database}.system.namespaces", template="find-namespaces", limit=rows_at_most, fields={"name": 1}
    )
    if answer in (Answer.LOGIN, Answer.NO_ROLE) and database not in SYSTEM_DATABASES:
        found.locked.append(f"{database}.*")
    names = [row["name"] for row in rows if isinstance(row.get("name"), str)]
    inside = [
        name.removeprefix(f"{database}.") for name in names if name.startswith(f"{database}.") and "$" not in name
    ]
    found.truncated = found.truncated or len(rows) >= rows_at_most or len(inside) > limit
    return [_Entry(database, name, Kind.COLLECTION) for name in dict.fromkeys(inside) if name][:limit]


async def _details(
    talk: Conversation, entries: Sequence[_Entry], found: Found, *, until_read: bool
) -> dict[str, DataSet]:
    """The data set of each entry that could still be asked about, by its full name."""
    sampler = Sampler(talk)
    asked: dict[str, DataSet] = {}
    indexes: dict[str, Seen] = {}
    for entry in entries:
        if talk.over or (until_read and found.read):
            break
        if talk.wire_version <= _NO_LIST_COLLECTIONS and f"{entry.database}." not in indexes:
            indexes |= {f"{entry.database}.": ()} | await _old_indexes(talk, entry.database)
        whole = len(entries) <= _INDEXES_UP_TO
        asked[entry.full_name] = await _detail(
            talk, sampler, entry, found, indexes.get(entry.full_name, ()), whole=whole
        )
    return asked


async def _detail(
    talk: Conversation, sampler: Sampler, entry: _Entry, found: Found, indexed: Seen, *, whole: bool
) -> DataSet:
    """Size, count and fields of one collection: some four questions, of which none brings back a value."""
    dataset, refused = _named(entry), []
    stats = Asked(Answer.UNASKED)
    if entry.kind is not Kind.VIEW:  # which has no size of its own
        stats = await talk.ask(entry.database, {"collStats": entry.name}, template="collStats")
        if not stats.given:
            refused.append("size")
    records = _count_in(stats.document, "count") if stats.given else None
    seen: Seen = ()
    answered = locked = cut = False
    if sampler.possible and records != 0:
        sample = await sampler.sample(entry.database, entry.name)
        seen, cut = sample.seen, sample.truncated
        answered, locked = sample.answer is Answer.GIVEN, sample.answer in (Answer.LOGIN, Answer.NO_ROLE)
    if not locked and (records is None or not answered or found.proof is None):
        count = await talk.ask(entry.database, {"count": entry.name}, template="count")
        told = _count_in(count.document, "n") if count.given else None
        records = records if told is None else told
        answered, locked = answered or told is not None, count.locked
        if told is None:
            refused.append("count")
        elif found.proof is None:
            found.proof = count
    if answered:
        found.read.append(entry.full_name)
    elif locked:
        found.locked.append(entry.full_name)
    indexed = indexed or await _indexes(talk, entry, wanted=not locked and (whole or not seen))
    fields, many = fields_of((*seen, *entry.schema, *indexed), limit=talk.lines.budget.fields)
    if not seen and records != 0:
        refused.append(FIELDS_UNTOLD)
    return replace(
        dataset,
        records=records,
        bytes=_count_in(stats.document, "size") if stats.given else None,
        readable=True if answered else False if locked else None,
        fields=fields,
        field_count=many,
        truncated=cut or many > len(fields),
        refused=tuple(refused),
    )


async def _indexes(talk: Conversation, entry: _Entry, *, wanted: bool) -> Seen:
    if not wanted or entry.kind is Kind.VIEW or talk.wire_version <= _NO_LIST_COLLECTIONS:
        return ()
    command = {"listIndexes": entry.name, "cursor": {"batchSize": _BATCH}}
    asked = await talk.ask(entry.database, command, template="listIndexes")
    return index_fields(_cursor(asked.document, entry.database, "firstBatch")[0]) if asked.given else ()


async def _old_indexes(talk: Conversation, database: str) -> dict[str, Seen]:
    """The indexed fields of each collection of a database, by its full name, from the catalogue of old releases."""
    _, rows = await talk.find(
        f"{database}.system.indexes", template="find-indexes", limit=10_000, fields={"ns": 1, "key": 1, "weights": 1}
    )
    found: dict[str, Seen] = {}
    for row in rows:
        if isinstance(name := row.get("ns"), str):
            found[name] = (*found.get(name, ()), *index_fields([row]))
    return found


def _named(entry: _Entry) -> DataSet:
    fields, many = fields_of(entry.schema, limit=len(entry.schema))
    return DataSet(entry.full_name, entry.kind, system=entry.system, fields=fields, field_count=many or None)


def _count_in(document: Mapping[str, Any], key: str) -> int | None:
    number = document.get(key)
    known = isinstance(number, (int, float)) and not isinstance(number, bool) and 0 <= number < 1 << 63
    return int(number) if known and number is not None else None
