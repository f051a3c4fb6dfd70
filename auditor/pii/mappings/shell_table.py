"""Reads what a MongoDB shell prints of a collection's fields as a table, or as variety's JSON: paths and types alone.

Sources: variety's README (`variety.js` prints `| key | types | occurrences | percents |`, and sampled values in a
column `lastValue`, which is not read; elements of arrays are called `XX`); the README of mongosh's analyze-schema,
whose `schema(db.users)` prints rows of `'path' | '100.0 %' | 'Type'`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from auditor.index_mapping import FieldBag
from auditor.pii.mappings.named import MAX_FIELDS, NamedMapping
from auditor.pii.mappings.source import Source

_LONGEST_LINE = 64 << 10
_BORDER = re.compile(r"\s*[|│]")
_COUNTED = re.compile(r"\s*\(\d+\)$")  # "String (3)"
_CONTAINERS = frozenset({"object", "array"})


def is_table(text: str) -> bool:
    """Whether the beginning of a text is such a table, whatever the shell printed before it."""
    return any(_columns(_cells(line)) is not None for line in text.splitlines() if _BORDER.match(line))


def read_table(source: Source, *, name: str) -> Iterator[NamedMapping]:
    """The one mapping of a table.

    Raises:
        MappingError: it has no row.
    """
    bag, columns = FieldBag(MAX_FIELDS), None
    while source.at < len(source.buffer) or source.more():
        line = source.next_line(_LONGEST_LINE)
        if line is None:
            raise source.error(f"a line of more than {_LONGEST_LINE:,} characters is no row of a table")
        cells = _cells(line) if _BORDER.match(line) else []
        columns = columns or _columns(cells)
        if columns is not None and len(cells) > max(columns) and _columns(cells) is None:
            path, types = (cells[column].strip("'\" ") for column in columns)
            if path.strip("-─ "):
                _add(bag, path, types.split(","))
        if bag.truncated:
            break
    yield _mapped(bag, name)


def is_variety(value: Any) -> bool:
    """Whether this is variety's answer with `outputFormat='json'`: [{"_id": {"key"}, "value": {"types"}}]."""
    return isinstance(value, list) and bool(value) and all(_keyed(entry) is not None for entry in value)


def read_variety(value: Any, *, name: str) -> Iterator[NamedMapping]:
    """The one mapping of variety's JSON."""
    bag = FieldBag(MAX_FIELDS)
    for entry in value:
        keyed = _keyed(entry)
        if keyed is not None:
            _add(bag, *keyed)
    yield _mapped(bag, name)


def _keyed(entry: Any) -> tuple[str, list[str]] | None:
    identity, value = (entry.get("_id"), entry.get("value")) if isinstance(entry, dict) else (None, None)
    if not isinstance(identity, dict) or not isinstance(value, dict) or not isinstance(identity.get("key"), str):
        return None
    types = value.get("types", value.get("type"))
    kinds = [types] if isinstance(types, str) else types
    return identity["key"], [kind for kind in kinds if isinstance(kind, str)] if isinstance(kinds, list | dict) else []


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.replace("│", "|").strip().strip("|").split("|")]


def _columns(cells: Sequence[str]) -> tuple[int, int] | None:
    """Where path and types stand, if these are the headings of one of the two tables."""
    match cells:
        case ["key", "types", *_]:
            return 0, 1
        case ["(index)", "0", "1", "2", *_]:
            return 1, 3
        case _:
            return None


def _add(bag: FieldBag, path: str, types: Sequence[str]) -> None:
    segments = [segment for segment in path.split(".") if segment != "XX"]
    kinds = [_COUNTED.sub("", kind.strip()) for kind in types]
    plain = [kind for kind in kinds if kind and kind.lower() not in _CONTAINERS]
    if segments:
        for kind in plain or (["object"] if kinds else [""]):
            bag.add(".".join(segments), kind)


def _mapped(bag: FieldBag, name: str) -> NamedMapping:
    mapped = bag.mapped()
    return NamedMapping(name, mapped.fields, mapped.truncated)
