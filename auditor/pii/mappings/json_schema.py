"""Reads JSON Schema (draft 4 to 2020-12), OpenAPI's components, and MongoDB's dialect of it.

Only what names fields and types is followed: defaults, examples, enumerations and sampled values are not read.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

from auditor.index_mapping import FieldBag
from auditor.pii.mappings.named import MAX_FIELDS, NamedMapping

MAX_DEPTH = 64  # schemas in each other
_MOST_STEPS = 4 * MAX_FIELDS  # schemas looked at: references may multiply without naming one new field
_MOST_REFERENCES = 100  # of one to the next

_TOGETHER = ("allOf", "anyOf", "oneOf")
_BRANCHES = ("then", "else")
_ELEMENTS = ("items", "additionalItems", "unevaluatedItems", "contains")
_OTHERS = ("additionalProperties", "unevaluatedProperties")
_DEFINITIONS = ("$defs", "definitions")
_MARKS = frozenset(
    {"$schema", "$id", "$ref", "$defs", "definitions", "required", "additionalProperties", "title", "bsonType"}
    | {*_TOGETHER}
)
_FORMATS = {"date": "date", "date-time": "date", "time": "date", "ipv4": "ip", "ipv6": "ip", "binary": "binary"}
_SIMPLE = re.compile(r"\^?([A-Za-z0-9_.-]*[A-Za-z0-9_-])(\.[*+])?(\$)?")


def is_schema(value: Any) -> bool:
    """Whether this is a schema; a bare mapping of Elasticsearch, which looks much alike, is not."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("$schema"), str) or value.get("type") == "object" or "bsonType" in value:
        return True
    properties = value.get("properties")
    if isinstance(properties, dict):
        return not _MARKS.isdisjoint(value) or any(map(_speaks_schema, properties.values()))
    return any(isinstance(value.get(word), dict) for word in _DEFINITIONS) or any(
        isinstance(value.get(word), list) for word in _TOGETHER
    )


def _speaks_schema(definition: Any) -> bool:
    """Whether a property is described in words that no mapping of Elasticsearch has."""
    if not isinstance(definition, dict):
        return False
    return (
        not {"$ref", "items", "enum", "bsonType", "description", "anyOf", "oneOf", "allOf"}.isdisjoint(definition)
        or definition.get("type") in ("array", "number", "null")
        or isinstance(definition.get("type"), list)
    )


def is_openapi(value: Any) -> bool:
    """Whether this is an OpenAPI document, or one of Swagger 2."""
    return isinstance(value, dict) and ("openapi" in value or "swagger" in value)


def read(value: Any, *, name: str, titled: bool = True) -> Iterator[NamedMapping]:
    """The mapping of a schema; one for each definition where the schema itself has no fields.

    It is called after the schema's title where it has one and `titled` allows it.
    """
    body = value if isinstance(value, dict) else {}
    title = body.get("title") if titled else None
    whole = _Walk(body).read(body, name=title if isinstance(title, str) and title else name)
    definitions: dict[str, Any] = next((body[word] for word in _DEFINITIONS if isinstance(body.get(word), dict)), {})
    if whole.fields or not definitions:
        yield whole
        return
    for key, definition in definitions.items():
        yield _Walk(body).read(definition, name=key)


def read_openapi(value: Any, *, name: str) -> Iterator[NamedMapping]:
    """A mapping for each schema among the components (Swagger 2: definitions); `name` is for callers' symmetry."""
    components = value.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else value.get("definitions")
    for key, schema in (schemas if isinstance(schemas, dict) else {}).items():
        yield _Walk(value).read(schema, name=key)


class _Step(NamedTuple):
    """A schema that is still to be looked at, and the schemas around it with their paths."""

    path: str
    schema: Any
    around: dict[int, str]


class _Walk:
    """One way through one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._bag = FieldBag(MAX_FIELDS)
        self._seen: set[tuple[str, int]] = set()  # schemas at a path: many references may lead to one

    def read(self, schema: Any, *, name: str) -> NamedMapping:
        waiting: list[_Step] = [_Step("", schema, {})]
        steps = 0
        while waiting and not self._bag.truncated and steps < _MOST_STEPS:
            steps += 1
            path, here, around = waiting.pop()
            resolved = self._resolved(here)
            if resolved is None or (path, id(resolved)) in self._seen:
                continue
            self._seen.add((path, id(resolved)))
            if around.get(id(resolved), path) != path:  # a comment's answers are comments: told once
                self._bag.add(path, "object")
                continue
            parts = [*_parts(path, resolved), (path, self._at(resolved.get("$ref")))]
            inner = [(child, part) for child, part in parts if part is not None and len(around) < MAX_DEPTH]
            for kind in _kinds(resolved, bare=not inner) if path else ():
                self._bag.add(path, kind)
            within = {id(resolved): path, **around}
            waiting.extend(_Step(child, part, within) for child, part in reversed(inner))
        mapped = self._bag.mapped()
        return NamedMapping(name, mapped.fields, mapped.truncated or bool(waiting))

    def _resolved(self, schema: Any) -> dict[str, Any] | None:
        """The schema itself, or, where it is nothing but a reference, what that leads to within the document."""
        for _ in range(_MOST_REFERENCES):
            if not isinstance(schema, dict):
                return None
            target = self._at(schema.get("$ref", schema.get("$dynamicRef")))
            if target is None or "properties" in schema:
                return schema
            schema = target
        return None

    def _at(self, reference: Any) -> Any:
        """What a reference points to; None for one that leaves the document."""
        if not isinstance(reference, str) or not reference.startswith("#"):
            return None
        here: Any = self._document
        pointer = unquote(reference[1:])
        if pointer and not pointer.startswith("/"):  # "#address" names an "$anchor", or an "$id" in draft 4 to 7
            return next(self._anchored(pointer), None)
        for step in pointer.split("/")[1:]:
            word = step.replace("~1", "/").replace("~0", "~")
            if isinstance(here, dict):
                here = here.get(word)
            elif isinstance(here, list) and word.isascii() and word.isdecimal() and len(word) < 9:
                here = here[int(word)] if int(word) < len(here) else None
            else:
                return None
        return here

    def _anchored(self, anchor: str) -> Iterator[Any]:
        for word in _DEFINITIONS:
            definitions = self._document.get(word)
            for definition in definitions.values() if isinstance(definitions, dict) else ():
                if isinstance(definition, dict) and (
                    anchor in (definition.get("$anchor"), definition.get("$dynamicAnchor"))
                    or definition.get("$id", definition.get("id")) == f"#{anchor}"
                ):
                    yield definition


def _parts(path: str, schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The schemas within a schema, each with the path of the field that it describes."""
    below = f"{path}." if path else ""
    properties = schema.get("properties")
    if isinstance(properties, dict):
        yield from ((f"{below}{name}", part) for name, part in properties.items())
    matched = schema.get("patternProperties")
    if isinstance(matched, dict):
        for pattern, part in matched.items():
            simple = _SIMPLE.fullmatch(pattern)
            if simple is not None:
                yield f"{below}{simple[1]}{'' if simple[3] and not simple[2] else '*'}", part
            else:
                yield f"{below}*", part
    for word in (*_TOGETHER, *_BRANCHES, *_ELEMENTS, "prefixItems"):
        part = schema.get(word)
        for one in part if isinstance(part, list) else [part]:
            if isinstance(one, dict):
                yield path, one
    for word in ("dependentSchemas", "dependencies"):
        part = schema.get(word)
        if isinstance(part, dict):
            yield from ((path, one) for one in part.values() if isinstance(one, dict))
    for word in _OTHERS:
        part = schema.get(word)
        if isinstance(part, dict) and part:
            yield f"{below}*", part


def _kinds(schema: dict[str, Any], *, bare: bool) -> Iterator[str]:
    """The types of the values that a field holds itself; "object" only where nothing is told of what is in it."""
    told = next((schema[word] for word in ("bsonType", "x-bsonType", "type") if word in schema), "")
    for kind in told if isinstance(told, list) else [told]:
        if not isinstance(kind, str) or kind in {"array", "object"}:
            if bare:
                yield "object" if kind == "object" else ""
        elif kind == "string" and isinstance(schema.get("format"), str):
            yield _FORMATS.get(schema["format"], kind)
        elif kind or bare:
            yield kind
