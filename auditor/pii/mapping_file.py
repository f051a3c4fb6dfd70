"""Reads what `auditor classify` is given: an index mapping, the answer of _field_caps, or mappings as JSON lines."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.model.dataset import Field

MAX_FIELDS = 2_000_000
MAX_DEPTH = 64

# What stands beside a field's own definition in a mapping and is no field.
_SETTINGS = frozenset(
    {
        "dynamic",
        "dynamic_templates",
        "date_detection",
        "numeric_detection",
        "_all",
        "_source",
        "_routing",
        "_meta",
        "_parent",
        "_ttl",
        "_timestamp",
        "_size",
        "_id",
        "_type",
        "_field_names",
        "_default_",
        "runtime",
        "dynamic_date_formats",
        "include_in_all",
        "_data_stream_timestamp",
        "_tier",
        "subobjects",
    }
)


class MappingError(Exception):
    """The text is no mapping; the message is a sentence that begins with file:line."""


@dataclass(frozen=True, slots=True)
class NamedMapping:
    """The fields of one index or collection, under the name whose words are evidence."""

    id: str
    fields: tuple[Field, ...]


def read(text: str, *, file: str, name: str) -> Iterator[NamedMapping]:
    """The mappings in one file. `file` is what errors call it, `name` stands for an index that the file does not name.

    Raises:
        MappingError: it is not JSON, or JSON of another kind.
    """
    stripped = text.lstrip("\ufeff")
    try:
        data = json.loads(stripped)
    except json.JSONDecodeError as error:
        if "\n" not in stripped.strip():
            raise MappingError(f"{file}:{error.lineno}: this is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise MappingError(f"{file}:1: nested too deeply to be a mapping") from error
    else:
        if not isinstance(data, dict):
            raise MappingError(f"{file}:1: a JSON object is wanted")
        yield from _document(data, place=f"{file}:1", name=name)
        return
    for number, line in enumerate(stripped.splitlines(), start=1):
        if line.strip():
            yield _line(line, place=f"{file}:{number}")


def _line(line: str, *, place: str) -> NamedMapping:
    try:
        data = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise MappingError(f"{place}: this line is not JSON: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("fields"), list):
        raise MappingError(f'{place}: a mapping needs "id" and a list "fields" of objects with "path"')
    return _listed(data, place=place)


def _listed(data: Mapping[str, Any], *, place: str) -> NamedMapping:
    identity = data.get("id")
    if not isinstance(identity, str):
        raise MappingError(f'{place}: "id" is missing or no text')
    fields = []
    for number, entry in enumerate(data["fields"]):
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(path, str):
            raise MappingError(f'{place}: field {number + 1} has no "path"')
        shape = entry.get("type")
        fields.append(Field(path, shape if isinstance(shape, str) else ""))
        if len(fields) > MAX_FIELDS:
            raise MappingError(f"{place}: more than {MAX_FIELDS} fields")
    return NamedMapping(identity, tuple(fields))


def _document(data: dict[str, Any], *, place: str, name: str) -> Iterator[NamedMapping]:
    fields = data.get("fields")
    if isinstance(fields, list):
        yield _listed(data, place=place)
    elif isinstance(fields, dict) and all(isinstance(types, dict) for types in fields.values()):
        yield NamedMapping(_indices_name(data, name), _capabilities(fields))
    elif _is_mapping(data):
        yield NamedMapping(name, flatten(data, place=place))
    else:
        found = False
        for index, body in data.items():
            if isinstance(body, dict) and _is_mapping(body):
                found = True
                yield NamedMapping(index, flatten(body, place=place))
        if not found:
            raise MappingError(
                f'{place}: neither an index mapping, nor the answer of _field_caps, nor a line with "id" and "fields"'
            )


def _indices_name(data: Mapping[str, Any], name: str) -> str:
    indices = data.get("indices")
    if isinstance(indices, list) and len(indices) == 1 and isinstance(indices[0], str):
        return indices[0]
    return indices if isinstance(indices, str) else name


def _capabilities(fields: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of a _field_caps answer: path -> type -> capabilities; objects and metadata fields are no values."""
    found = []
    for path, types in fields.items():
        shapes = sorted(
            kind for kind, caps in types.items() if not (isinstance(caps, dict) and caps.get("metadata_field"))
        )
        shapes = [kind for kind in shapes if kind not in {"object", "nested", "unmapped"}]
        if shapes:
            found.append(Field(path, "|".join(shapes)))
    return tuple(found)


def _is_mapping(body: Mapping[str, Any]) -> bool:
    return any(isinstance(body.get(word), dict) for word in ("mappings", "properties", "mapping"))


def flatten(body: Mapping[str, Any], *, place: str = "mapping:1") -> tuple[Field, ...]:
    """The leaves of an Elasticsearch mapping body, with or without "mappings" and types (legacy, at most one level).

    Raises:
        MappingError: there are more than `MAX_FIELDS`.
    """
    for word in ("mappings", "mapping"):
        inner = body.get(word)
        if isinstance(inner, dict):
            body = inner
            break
    found: dict[str, str] = {}
    if isinstance(body.get("properties"), dict) and not _is_field(body["properties"]):
        _walk(body["properties"], found, place)
    else:
        for kind, typed in body.items():  # a mapping of Elasticsearch <= 6: one level of types
            if kind not in _SETTINGS and isinstance(typed, dict) and isinstance(typed.get("properties"), dict):
                _walk(typed["properties"], found, place)
    return tuple(Field(path, shape) for path, shape in found.items())


def _is_field(properties: Mapping[str, Any]) -> bool:
    # a type that is itself called "properties" would hold a definition, not definitions
    return isinstance(properties.get("type"), str)


def _walk(properties: Mapping[str, Any], found: dict[str, str], place: str) -> None:
    waiting: list[tuple[str, Mapping[str, Any], int]] = [("", properties, 0)]
    while waiting:
        prefix, level, depth = waiting.pop()
        deeper: list[tuple[str, Mapping[str, Any], int]] = []
        for name, definition in level.items():
            if not isinstance(definition, dict):
                continue
            path = f"{prefix}{name}"
            inner = definition.get("properties")
            if isinstance(inner, dict) and inner and depth < MAX_DEPTH:
                deeper.append((f"{path}.", inner, depth + 1))
                continue
            shape = definition.get("type")
            found[path] = shape if isinstance(shape, str) else "object"
            if len(found) > MAX_FIELDS:
                raise MappingError(f"{place}: more than {MAX_FIELDS} fields")
        waiting.extend(reversed(deeper))
