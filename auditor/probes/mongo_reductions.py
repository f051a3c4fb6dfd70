"""Aggregations that reduce documents to field names and types on the server, so that no value ever leaves it.

Each ends in a `$group` over names and types (or a `$project` of types alone), and each has a reader that takes nothing
but that shape: a server which does not know a stage may hand back whole documents, and those are dropped unread.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

Pipeline: TypeAlias = list[dict[str, Any]]
Seen: TypeAlias = tuple[tuple[str, str], ...]  # (dotted path, BSON type or "")

#: The aliases that `$type` reports (MongoDB manual, "BSON Types"), without "missing", which says that there is none.
BSON_TYPES = frozenset(
    {"double", "string", "object", "array", "binData", "undefined", "objectId", "bool", "date", "null", "regex"}
    | {"dbPointer", "javascript", "symbol", "javascriptWithScope", "int", "timestamp", "long", "decimal"}
    | {"minKey", "maxKey", "number"}
)
LONGEST_NAME = 1_000  # characters of a path; beyond it we do not believe that it is one
MOST_PATHS = 2_000  # of one collection: keys that are themselves data (an id for each key) must not flood us
_TALLY = "auditorSeen"  # no stored document has this key, so none can pass for an answer of ours
_ELEMENTS = 10  # documents of one array that are looked into


def _children(value: str) -> dict[str, Any]:
    """An expression: the fields of an embedded document, or of the documents in an array, as [{k, v}, …]; else []."""
    inside = {
        "$reduce": {
            "input": {
                "$filter": {
                    "input": {"$slice": [value, _ELEMENTS]},
                    "as": "e",
                    "cond": {"$eq": [{"$type": "$$e"}, "object"]},
                }
            },
            "initialValue": [],
            "in": {"$concatArrays": ["$$value", {"$objectToArray": "$$this"}]},
        }
    }
    is_array = {"$cond": [{"$eq": [{"$type": value}, "array"]}, inside, []]}
    return {"$cond": [{"$eq": [{"$type": value}, "object"]}, {"$objectToArray": value}, is_array]}


def _some(size: int) -> dict[str, Any]:
    return {"$sample": {"size": size}}


_TOP: Pipeline = [{"$project": {"_id": 0, "a": {"$objectToArray": "$$ROOT"}}}, {"$unwind": "$a"}]


def deep(size: int) -> Pipeline:
    """Names and types down to three levels, arrays of documents included. Needs 3.4.4 ($objectToArray)."""
    return [
        _some(size),
        *_TOP,
        {"$project": {"p": "$a.k", "t": {"$type": "$a.v"}, "c": _children("$a.v")}},
        {"$unwind": {"path": "$c", "preserveNullAndEmptyArrays": True}},
        {"$project": {"p": 1, "t": 1, "q": "$c.k", "u": {"$type": "$c.v"}, "d": _children("$c.v")}},
        {"$unwind": {"path": "$d", "preserveNullAndEmptyArrays": True}},
        {
            "$group": {
                "_id": {"p": "$p", "t": "$t", "q": "$q", "u": "$u", "r": "$d.k", "w": {"$type": "$d.v"}},
                _TALLY: {"$sum": 1},
            }
        },
        {"$limit": MOST_PATHS},
    ]


def flat(size: int) -> Pipeline:
    """Names and types of the first level, for servers that lack some expression of `deep`."""
    group = {"$group": {"_id": {"p": "$a.k", "t": {"$type": "$a.v"}}, _TALLY: {"$sum": 1}}}
    return [_some(size), *_TOP, group, {"$limit": MOST_PATHS}]


def mapped(size: int) -> Pipeline:
    """The same without a `$group`: one row of names and types for each document."""
    entry = {"k": "$$x.k", "t": {"$type": "$$x.v"}}
    pairs = {"$map": {"input": {"$objectToArray": "$$ROOT"}, "as": "x", "in": entry}}
    return [_some(size), {"$project": {"_id": 0, "f": pairs}}]


def names(size: int, within: str = "") -> Pipeline:
    """Names alone: of the first level, or of the documents in the field `within` (embedded, or in an array)."""
    group = {"$group": {"_id": "$a.k", _TALLY: {"$sum": 1}}}
    if not within:
        return [_some(size), *_TOP, group, {"$limit": MOST_PATHS}]
    inner: Pipeline = [{"$unwind": f"${within}"}, {"$project": {"_id": 0, "a": {"$objectToArray": f"${within}"}}}]
    return [_some(size), *inner, {"$unwind": "$a"}, group, {"$limit": MOST_PATHS}]


def types(size: int, paths: Sequence[str]) -> Pipeline:
    """The types of fields whose names are known, a document of types for each document."""
    asked = {f"t{number}": {"$type": f"${path}"} for number, path in enumerate(paths)}
    return [_some(size), {"$project": {"_id": 0, **asked}}]


def is_reduction(pipeline: object) -> bool:
    """Whether a pipeline is, to the letter, one that this file makes: nothing else may ask about documents."""
    match pipeline:
        case [{"$sample": {"size": int(size)}}, *_] if 0 < size <= 10_000 and not isinstance(size, bool):
            pass
        case _:
            return False
    known = [deep(size), flat(size), mapped(size), names(size)]
    match pipeline:
        case [_, {"$unwind": str(field)}, *_] if is_path(field[1:]):
            known.append(names(size, field[1:]))
        case [_, {"$project": {"_id": 0, **asked}}] if asked:  # without any it would exclude _id and show all else
            paths = [how.get("$type") for how in asked.values() if isinstance(how, dict)]
            known.append(types(size, [path[1:] for path in paths if isinstance(path, str) and is_path(path[1:])]))
        case _:
            pass
    return any(_same(pipeline, each) for each in known)


def _same(one: object, other: object) -> bool:
    """Equality that keeps True and 1, or 0 and 0.0, apart and looks at the order of keys."""
    match one, other:
        case dict(), dict():
            return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
        case list(), list():
            return len(one) == len(other) and all(map(_same, one, other))
        case _:
            return type(one) is type(other) and one == other


def is_path(text: str) -> bool:
    """Whether a name can be asked about as `$path`: no operator, no variable, nothing that a path cannot hold."""
    return (
        0 < len(text) <= LONGEST_NAME
        and "\0" not in text
        and all(step and not step.startswith("$") for step in text.split("."))
    )


def read_typed(batch: object) -> Seen | None:
    """What `deep` and `flat` found; None where one row has any other shape, whatever the others look like."""
    if not isinstance(batch, list):
        return None
    seen: dict[tuple[str, str], None] = {}
    for row in batch:
        key = _grouped(row)
        if not isinstance(key, Mapping) or not key.keys() <= {"p", "t", "q", "u", "r", "w"}:
            return None
        path: list[str] = []
        for name, kind in ((key.get("p"), key.get("t")), (key.get("q"), key.get("u")), (key.get("r"), key.get("w"))):
            if name is None and kind in (None, "missing"):
                break
            if not isinstance(name, str) or not _is_type(kind) or len(name) > LONGEST_NAME:
                return None
            path.append(name)
            seen[".".join(path)[:LONGEST_NAME], str(kind)] = None
        if not path:
            return None
    return tuple(seen)


def read_mapped(batch: object) -> Seen | None:
    """What `mapped` found; None where one row has any other shape."""
    if not isinstance(batch, list):
        return None
    seen: dict[tuple[str, str], None] = {}
    for row in batch:
        if not isinstance(row, Mapping) or row.keys() != {"f"} or not isinstance(row["f"], list):
            return None
        for pair in row["f"]:
            match pair:
                case {"k": str(name), "t": str(kind), **rest} if not rest and kind in BSON_TYPES:
                    seen[name[:LONGEST_NAME], kind] = None
                case _:
                    return None
    return tuple(seen)


def read_names(batch: object) -> tuple[str, ...] | None:
    """What `names` found; None where one row has any other shape."""
    if not isinstance(batch, list):
        return None
    found = [_grouped(row) for row in batch]
    if not all(isinstance(name, str) and name[:1] != "$" and 0 < len(name) <= LONGEST_NAME for name in found):
        return None
    return tuple(str(name) for name in found)


def read_types(batch: object, paths: Sequence[str]) -> Seen | None:
    """What `types` found for the fields of `paths`; None where one row has any other shape."""
    wanted = {f"t{number}": path for number, path in enumerate(paths)}
    if not isinstance(batch, list):
        return None
    seen: dict[tuple[str, str], None] = {}
    for row in batch:
        if not isinstance(row, Mapping) or not row.keys() <= wanted.keys():
            return None
        for name, kind in row.items():
            if kind in ("missing", "unknown"):  # no such field; a re-implementation without a word for it
                continue
            if not _is_type(kind):
                return None
            seen[wanted[name], str(kind)] = None
    return tuple(seen)


def joined(seen: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The types of each path as one text, "null|string", in alphabetical order; "" where none is known."""
    found: dict[str, set[str]] = {}
    for path, kind in seen:
        found.setdefault(path, set()).update({kind} - {""})
    return {path: "|".join(sorted(kinds)) for path, kinds in found.items()}


def _is_type(kind: object) -> bool:
    return isinstance(kind, str) and kind in BSON_TYPES


def _grouped(row: object) -> object:
    """The group's key in a row of ours; None in any other row."""
    if not isinstance(row, Mapping) or row.keys() != {"_id", _TALLY} or isinstance(row[_TALLY], bool):
        return None
    return row["_id"] if isinstance(row[_TALLY], (int, float)) else None
