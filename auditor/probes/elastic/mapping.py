"""Reads field names and types out of what Elasticsearch and OpenSearch of every age say of their mappings.

`GET /_mapping` has three shapes. 0.90: index → type → properties. 1 to 6: index → "mappings" → type → properties.
From 7 on: index → "mappings" → properties. `GET /_field_caps` (from 5.4) lists paths with their types instead.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from auditor.model.dataset import Field
from auditor.probes.json_reply import JsonValue, as_object, as_text, as_texts

_DEEPEST: Final = 64  # Elasticsearch's own limit is 20 (index.mapping.depth.limit)
_LONGEST_PATH: Final = 1024
_CONTAINERS: Final = frozenset({"object", "nested"})


@dataclass(frozen=True, slots=True)
class MappedFields:
    """The fields of one index in the order of its mapping; `truncated` says that there were more than the limit."""

    fields: tuple[Field, ...] = ()
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class FieldCaps:
    """What `_field_caps` tells: the indices it spoke about (named from 7.2 on), and the fields of all of them."""

    indices: tuple[str, ...]
    mapped: MappedFields


class FieldBag:
    """Gathers the fields of one index up to a limit. Paths are kept once; two types of one path become "date|text"."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.truncated = False
        self._types: dict[str, str] = {}

    @property
    def full(self) -> bool:
        """Whether a further field would be one too many."""
        return len(self._types) >= self.limit

    def add(self, path: str, kind: str) -> None:
        """Keeps a field, or marks the bag truncated."""
        path = path[:_LONGEST_PATH]
        known = self._types.get(path)
        if known is None and self.full:
            self.truncated = True
        elif known is None:
            self._types[path] = kind
        elif kind and kind not in known.split("|"):
            self._types[path] = "|".join(sorted({*filter(None, known.split("|")), kind})[:8])

    def mapped(self) -> MappedFields:
        """What was gathered."""
        return MappedFields(tuple(Field(path, kind) for path, kind in self._types.items()), self.truncated)


def read_mappings(reply: JsonValue, *, indices: int, fields: int, altogether: int) -> dict[str, MappedFields] | None:
    """The fields of each index in a reply to `GET /_mapping`; None where it is no such reply.

    At most `indices` entries, `fields` fields of one index and `altogether` fields of all are kept; an index that got
    fewer than it has is marked truncated. Indices that share a mapping (one a day, say) share the tuple too.
    """
    if not isinstance(reply, dict) or not all(map(_is_index, reply.values())):
        return None
    found: dict[str, MappedFields] = {}
    shared: dict[MappedFields, MappedFields] = {}
    left = altogether
    for name, entry in reply.items():
        if len(found) >= indices:
            break
        mapped = read_mapping(entry, limit=min(fields, left))
        known = shared.setdefault(mapped, mapped)
        if known is mapped:
            left -= len(mapped.fields)
        found[name[:_LONGEST_PATH]] = known
    return found


def read_mapping(entry: JsonValue, *, limit: int) -> MappedFields:
    """The fields of one index: the value that `GET /_mapping` gives beside its name, or a bare mapping."""
    bag = FieldBag(limit)
    body = as_object(entry)
    body = as_object(body["mappings"]) if isinstance(body.get("mappings"), dict) else body
    if "properties" in body or "runtime" in body:
        _gather(body, bag)
    else:  # up to 6: one level of mapping types, of which 0.90 to 5 allow several
        for name, mapping in body.items():
            if not name.startswith("_") or name == "_doc":
                _gather(as_object(mapping), bag)
    return bag.mapped()


def read_field_caps(reply: JsonValue, *, limit: int) -> FieldCaps | None:
    """The indices and fields in a reply to `GET /_field_caps?fields=*`; None where it is no such reply."""
    document = as_object(reply)
    listed = document.get("fields")
    if not isinstance(listed, dict) or "error" in document:
        return None
    types = {path: kind for path, capability in listed.items() if (kind := _capability(path, as_object(capability)))}
    bag = FieldBag(limit)
    for path, kind in types.items():
        if kind not in _CONTAINERS and not _has_plain_parent(path, types):
            bag.add(path, kind)
    return FieldCaps(as_texts(document.get("indices"), at_most=100_000), bag.mapped())


def _is_index(entry: JsonValue) -> bool:
    """Whether this can stand beside an index's name; an error, with its "reason" and "root_cause", cannot."""
    if not isinstance(entry, dict):
        return False
    return isinstance(entry.get("mappings"), dict) or all(isinstance(mapping, dict) for mapping in entry.values())


def _gather(mapping: Mapping[str, JsonValue], bag: FieldBag) -> None:
    for name, definition in as_object(mapping.get("runtime")).items():
        _gather_runtime(name, as_object(definition), bag)
    # A stack of our own: a mapping nested a thousand deep must not exhaust Python's.
    waiting: list[tuple[str, int, Iterator[tuple[str, JsonValue]]]] = [
        ("", 0, iter(as_object(mapping.get("properties")).items()))
    ]
    while waiting and not bag.truncated:
        prefix, depth, siblings = waiting[-1]
        for name, raw in siblings:
            definition = as_object(raw)
            path = f"{prefix}{name}"
            children = definition.get("properties")
            if isinstance(children, dict) and children and depth < _DEEPEST:
                waiting.append((f"{path[:_LONGEST_PATH]}.", depth + 1, iter(children.items())))
                break
            bag.add(path, _type(name, definition))
            if bag.truncated:
                break
        else:
            waiting.pop()


def _gather_runtime(name: str, definition: Mapping[str, JsonValue], bag: FieldBag) -> None:
    parts = definition.get("fields")
    if definition.get("type") == "composite" and isinstance(parts, dict):
        for part, inner in parts.items():
            bag.add(f"{name}.{part}", as_text(as_object(inner).get("type"), at_most=64))
    else:
        bag.add(name, as_text(definition.get("type"), at_most=64))


def _type(name: str, definition: Mapping[str, JsonValue]) -> str:
    """The type of a leaf. Its multi-fields (`email.keyword`) hold the same value again and are not listed."""
    kind = as_text(definition.get("type"), at_most=64)
    if kind == "multi_field":  # up to 0.90 the field itself is the sub-field of the same name
        kind = as_text(as_object(as_object(definition.get("fields")).get(name)).get("type"), at_most=64)
    return kind or ("object" if "properties" in definition or "enabled" in definition else "")


def _capability(path: str, capability: Mapping[str, JsonValue]) -> str:
    """The types of a path, joined by "|"; "" for metadata such as `_id`, and for a path mapped nowhere."""
    if path.startswith("_"):
        return ""
    kinds = sorted(
        kind[:64]
        for kind, detail in capability.items()
        if not kind.startswith("_") and kind != "unmapped" and as_object(detail).get("metadata_field") is not True
    )
    return "|".join(kinds[:8])


def _has_plain_parent(path: str, types: Mapping[str, str]) -> bool:
    """Whether `a.b` is a multi-field: its parent is itself a field that holds a value, not an object."""
    parent, dot, _ = path.rpartition(".")
    return bool(dot) and types.get(parent, "object") not in _CONTAINERS
