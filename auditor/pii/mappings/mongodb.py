"""Reads what tools tell of a MongoDB collection's fields; the sampled values that stand beside them are passed over.

Sources: mongodb-schema (`src/schema-analyzer.ts`), which Compass ("Share Schema as JSON") and mongosh's analyze-schema
(`schema(db.users, {verbose: true})`) print; MongoDB manual, listCollections, for validators.
"""

from collections.abc import Iterator
from typing import Any

from auditor.index_mapping import FieldBag
from auditor.pii.mappings import json_schema
from auditor.pii.mappings.named import MAX_FIELDS, NamedMapping

_MAX_DEPTH = 100  # MongoDB's own limit of documents in each other
_CONTAINERS = frozenset({"Document", "Array"})
_ABSENT = frozenset({"Undefined", ""})
_INFO = frozenset({"name", "type", "options", "info", "idIndex"})


def is_analysis(value: Any) -> bool:
    """Whether this is an analysed schema: {"fields": [{"name", "types": [{"name", "bsonType"}]}]}."""
    fields = value.get("fields") if isinstance(value, dict) else None
    return isinstance(fields, list) and all(
        isinstance(entry, dict) and isinstance(entry.get("types"), list) for entry in fields
    )


def read_analysis(value: Any, *, name: str) -> Iterator[NamedMapping]:
    """The one mapping of an analysed schema."""
    bag = FieldBag(MAX_FIELDS)
    waiting: list[tuple[str, Any, int]] = [("", value.get("fields"), 0)]
    while waiting and not bag.truncated:
        prefix, fields, depth = waiting.pop()
        inner: list[tuple[str, Any, int]] = []
        for entry in fields if isinstance(fields, list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("name"), str):
                path = prefix + entry["name"]
                kinds, documents = _kinds(entry.get("types"))
                for kind in kinds or (["object"] if not documents else []):
                    bag.add(path, kind)
                if depth < _MAX_DEPTH:
                    inner.extend((f"{path}.", document, depth + 1) for document in documents)
        waiting.extend(reversed(inner))
    mapped, space = bag.mapped(), value.get("ns")  # "shop.users", from releases up to 3
    named = space.partition(".")[2] if isinstance(space, str) else ""
    yield NamedMapping(named or name, mapped.fields, mapped.truncated)


def _kinds(types: Any) -> tuple[list[str], list[Any]]:
    """The types of values in one field, elements of arrays included, and the lists of fields of its documents."""
    kinds: list[str] = []
    documents: list[Any] = []
    waiting = [(types, 0)]
    while waiting:
        entries, depth = waiting.pop()
        for entry in entries if isinstance(entries, list) else []:
            if not isinstance(entry, dict):
                continue
            kind = entry.get("bsonType", entry.get("name"))
            if isinstance(entry.get("fields"), list) and entry["fields"]:
                documents.append(entry["fields"])
            elif isinstance(kind, str) and kind not in _ABSENT | _CONTAINERS:
                kinds.append(kind)
            if depth < _MAX_DEPTH:
                waiting.append((entry.get("types"), depth + 1))
    return kinds, documents


def is_collections(value: Any) -> bool:
    """Whether this describes collections: what `db.getCollectionInfos()` or listCollections answers, or a validator."""
    if isinstance(value, dict):
        return "$jsonSchema" in value or _validator(value) is not None or _is_listing(_batch(value))
    return _is_listing(value)


def read_collections(value: Any, *, name: str) -> Iterator[NamedMapping]:
    """A mapping for each collection, of the fields that its validator names; none of one without a validator."""
    if isinstance(value, dict):
        batch = _batch(value)
        entries = batch if isinstance(batch, list) else [value]
    else:
        entries = value
    for entry in entries:
        named = entry.get("name")
        title = named if isinstance(named, str) else name
        schema = entry.get("$jsonSchema", _validator(entry))
        yield from json_schema.read(schema, name=title, titled=False) if schema else [NamedMapping(title, ())]


def _is_listing(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and isinstance(one.get("name"), str) and _is_info(one) for one in value)
    )


def _is_info(entry: dict[str, Any]) -> bool:
    """Whether this has the keys of listCollections alone: a document may well have a name and options."""
    known = entry.get("type") in {"collection", "view", "timeseries"} or isinstance(entry.get("options"), dict)
    return known and entry.keys() <= _INFO


def _batch(value: dict[str, Any]) -> Any:
    cursor = value.get("cursor")
    return cursor.get("firstBatch") if isinstance(cursor, dict) else None


def _validator(value: dict[str, Any]) -> Any:
    """The JSON Schema of a collection's description, wherever it stands in it; None if there is none."""
    options = value.get("options", value)
    validator = options.get("validator") if isinstance(options, dict) else None
    if not isinstance(validator, dict):
        return None
    conditions = validator.get("$and")
    parts = [validator, *(conditions if isinstance(conditions, list) else [])]
    return next((part["$jsonSchema"] for part in parts if isinstance(part, dict) and "$jsonSchema" in part), None)
