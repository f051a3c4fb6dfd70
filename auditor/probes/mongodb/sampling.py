"""Which fields a collection has: reduced on the server to names and types, or read from its indexes and validator."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.model.dataset import Field
from auditor.probes import mongo_reductions as reductions
from auditor.probes.mongo_reductions import MOST_PATHS, Pipeline, Seen, is_path
from auditor.probes.mongodb.conversation import Asked, Conversation
from auditor.probes.mongodb.replies import Answer

_DOCUMENTS = 100  # of a collection that are reduced
_SERVER_MILLISECONDS = 5_000  # that a reduction may cost the server
_FIRST_WITH_REDUCTIONS = 5  # maxWireVersion of 3.4; $objectToArray came with 3.4.4
_TRIES = 2  # collections on which every wording may fail before no more are tried
_TYPED_AT_ONCE = 200  # names whose types are asked in one go
_NESTED = 5  # embedded fields of a collection that are looked into where `deep` is not understood
_SCHEMA_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """What became of one collection's sampling; `answered` where the server said ok, whatever it sent."""

    answer: Answer
    seen: Seen = ()
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class _Wording:
    """One way to put the question, and the reader of its answer."""

    pipeline: Callable[[int], Pipeline]
    read: Callable[[object], Seen | None]


def _read_bare(batch: object) -> Seen | None:
    names = reductions.read_names(batch)
    return None if names is None else tuple((name, "") for name in names)


_WORDINGS = (
    _Wording(reductions.deep, reductions.read_typed),
    _Wording(reductions.flat, reductions.read_typed),
    _Wording(reductions.mapped, reductions.read_mapped),
    _Wording(reductions.names, _read_bare),
)


class Sampler:
    """Asks for names and types in the wording that this server has shown to understand."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        self._first = 0  # the wording that worked last
        self._failures = 0

    @property
    def possible(self) -> bool:
        """Whether it is worth asking: the release is new enough, and not every wording has failed before."""
        return self._talk.wire_version >= _FIRST_WITH_REDUCTIONS and self._failures < _TRIES

    async def sample(self, database: str, collection: str) -> Sample:
        """The fields of some documents of a collection."""
        best = Answer.UNASKED
        for place, wording in list(enumerate(_WORDINGS))[self._first :]:
            asked = await self._ask(database, collection, wording.pipeline(_DOCUMENTS))
            if asked.locked or asked.answer is Answer.UNASKED:
                return Sample(asked.answer)
            best = Answer.GIVEN if asked.given else best
            batch = _first_batch(asked.document, database) if asked.given else None
            seen = wording.read(batch)
            if seen is None or not isinstance(batch, list):
                continue
            if seen:
                self._first = place
                self._failures = 0
            if wording.pipeline is reductions.names:
                seen = await self._typed(database, collection, [name for name, _ in seen])
            return Sample(Answer.GIVEN, seen, truncated=len(batch) >= MOST_PATHS)
        self._failures += 1
        return Sample(best if best is Answer.GIVEN else Answer.OTHER)

    async def _typed(self, database: str, collection: str, names: list[str]) -> Seen:
        """The types of names that were told alone, and the names within those that are documents or arrays."""
        found: dict[str, str] = dict.fromkeys(names, "")
        found.update(await self._types(database, collection, names))
        outers = [name for name, kind in found.items() if is_path(name) and {"object", "array"} & set(kind.split("|"))]
        for outer in outers[:_NESTED]:
            asked = await self._ask(database, collection, reductions.names(_DOCUMENTS, outer))
            inner = reductions.read_names(_first_batch(asked.document, database)) if asked.given else None
            paths = [f"{outer}.{name}" for name in inner or ()]
            found.update(dict.fromkeys(paths, ""))
            if "array" not in found[outer]:  # below an array `$type` would speak of the array
                found.update(await self._types(database, collection, paths))
        return tuple(found.items())

    async def _types(self, database: str, collection: str, names: list[str]) -> dict[str, str]:
        paths = [name for name in names if is_path(name)][:_TYPED_AT_ONCE]
        if not paths:
            return {}
        asked = await self._ask(database, collection, reductions.types(_DOCUMENTS, paths))
        seen = reductions.read_types(_first_batch(asked.document, database), paths) if asked.given else None
        return reductions.joined(seen or ())

    async def _ask(self, database: str, collection: str, pipeline: Pipeline) -> Asked:
        command = {
            "aggregate": collection,
            "pipeline": pipeline,
            "cursor": {"batchSize": MOST_PATHS + 1},  # one more than there can be, so that the cursor ends at once
            "maxTimeMS": _SERVER_MILLISECONDS,
        }
        return await self._talk.ask(database, command, template="aggregate")


def _first_batch(document: Mapping[str, Any], database: str) -> object:
    """The rows of a cursor's first batch; None where there is no cursor, or it is over another database."""
    cursor = document.get("cursor")
    if not isinstance(cursor, Mapping):
        return None
    place = cursor.get("ns")
    if isinstance(place, str) and not place.startswith(f"{database}."):
        return None
    return cursor.get("firstBatch")


def index_fields(rows: Iterable[object]) -> Seen:
    """The fields that indexes are over: names alone, no record is touched. Text indexes tell theirs as weights."""
    names: dict[str, None] = {}
    for row in rows:
        if not isinstance(row, Mapping):
            continue
        for part in (row.get("key"), row.get("weights")):
            if isinstance(part, Mapping):
                names.update(dict.fromkeys(str(name) for name in part))
    return tuple((name, "") for name in names if is_path(name) and name not in ("_fts", "_ftsx"))


def schema_fields(validator: object) -> Seen:
    """The fields that a `$jsonSchema` validator names, with the BSON types that it allows them."""
    found: dict[tuple[str, str], None] = {}
    if isinstance(validator, Mapping):
        _walk(validator.get("$jsonSchema"), "", _SCHEMA_DEPTH, found)
    return tuple(found)


def _walk(schema: object, prefix: str, depth: int, found: dict[tuple[str, str], None]) -> None:
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping) or depth == 0:
        return
    for name, rule in list(properties.items())[:MOST_PATHS]:
        path = f"{prefix}{name}"
        if not is_path(path) or len(found) >= MOST_PATHS:
            continue
        told = rule.get("bsonType") if isinstance(rule, Mapping) else None
        kinds = [kind for kind in (told if isinstance(told, list) else [told]) if isinstance(kind, str)]
        known = [kind for kind in kinds if kind in reductions.BSON_TYPES]
        found.update(dict.fromkeys([(path, kind) for kind in known] or [(path, "")]))
        _walk(rule, f"{path}.", depth - 1, found)
        _walk(rule.get("items") if isinstance(rule, Mapping) else None, f"{path}.", depth - 1, found)


def fields_of(seen: Iterable[tuple[str, str]], *, limit: int) -> tuple[tuple[Field, ...], int]:
    """Fields in the order in which they were seen, at most `limit`, and how many there were."""
    types = reductions.joined(seen)
    fields = tuple(Field(path, kind) for path, kind in types.items())
    return fields[:limit], len(fields)
