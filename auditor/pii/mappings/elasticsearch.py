"""Reads what Elasticsearch and OpenSearch say of indices: mappings of any age, and templates of indices to come."""

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.index_mapping import FieldBag, MappedFields, read_field_caps, read_mapping
from auditor.pii.mappings.named import MAX_FIELDS, NamedMapping

_MOST_TEMPLATES = 10_000


def is_mapping(value: Any) -> bool:
    """Whether this is a mapping, an index with its settings, or a template, by itself or in a list of them."""
    return isinstance(value, dict) and (
        is_index(value)
        or isinstance(value.get("properties"), dict)
        or isinstance(value.get("runtime"), dict)
        or _is_template(value)
        or any(isinstance(value.get(word), list) for word in _LISTS)
        or (any(map(_is_named, value.values())) and all(entry == {} or _is_named(entry) for entry in value.values()))
    )


def is_index(value: Any) -> bool:
    """Whether this can stand beside an index's name in an answer about many: with "mappings", whatever is in it."""
    return isinstance(value, dict) and any(isinstance(value.get(word), dict) for word in _INNER)


def read(value: Any, *, name: str) -> Iterator[NamedMapping]:
    """The mappings in what GET _mapping, _index_template, _component_template or _template answers, or in one body.

    A body is what makes an index or a template, or a mapping alone.
    """
    body = value if isinstance(value, dict) else {}
    listed = next((word for word in _LISTS if isinstance(body.get(word), list)), None)
    if listed is not None:
        for entry in body[listed][:_MOST_TEMPLATES]:
            if isinstance(entry, dict):
                named = entry.get("name")
                yield one(entry.get(_LISTS[listed]), name=named if isinstance(named, str) else name)
    elif is_index(body) or _is_template(body) or _is_bare(body):
        yield one(body, name=name)
    else:
        for index, entry in body.items():
            if isinstance(entry, dict):
                yield one(entry, name=index)


def one(value: Any, *, name: str) -> NamedMapping:
    """The fields of one index or template."""
    body = value if isinstance(value, dict) else {}
    template = body.get("template")
    if isinstance(template, dict):
        body = template
    inner = next((body[word] for word in _INNER if isinstance(body.get(word), dict)), body)
    asked = _asked_by_field(inner)
    return _named(read_mapping({"mappings": inner}, limit=MAX_FIELDS, dynamic=True) if asked is None else asked, name)


def is_field_caps(value: Any) -> bool:
    """Whether this is an answer to `GET /_field_caps`."""
    fields = value.get("fields") if isinstance(value, dict) else None
    return isinstance(fields, dict) and all(
        isinstance(types, dict) and all(isinstance(caps, dict) for caps in types.values()) for types in fields.values()
    )


def read_caps(value: Any, *, name: str) -> Iterator[NamedMapping]:
    """The one mapping in an answer to `GET /_field_caps`; it is named after its index where it is about one alone."""
    caps = read_field_caps(value, limit=MAX_FIELDS)
    if caps is not None:
        yield _named(caps.mapped, caps.indices[0] if len(caps.indices) == 1 else name)


_INNER = ("mappings", "mapping")
_LISTS = {"index_templates": "index_template", "component_templates": "component_template"}


def _is_template(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("template"), dict) or (
        isinstance(value.get("index_patterns"), list)
        and {"template", "composed_of", "priority"} & value.keys() != set()
    )


def _is_named(value: Any) -> bool:
    """Whether this stands beside the name of an index, of a legacy template, or of a mapping type of old."""
    return isinstance(value, dict) and (
        is_index(value) or _is_typed(value) or isinstance(value.get("properties"), dict)
    )


def _is_bare(value: Mapping[str, Any]) -> bool:
    """Whether this is the mapping of one index, without anything around it."""
    return not {"properties", "runtime", "dynamic_templates"}.isdisjoint(value) or _is_typed(value)


def _is_typed(value: Mapping[str, Any]) -> bool:
    """Whether this maps the types of one index, as up to 6, and not indices: its members have properties themselves."""
    return bool(value) and all(
        isinstance(inner, dict) and not is_index(inner) and isinstance(inner.get("properties"), dict)
        for inner in value.values()
    )


def _asked_by_field(mappings: Mapping[str, Any]) -> MappedFields | None:
    """The fields of an answer to `GET /_mapping/field/*`; None where it is none."""
    bag = FieldBag(MAX_FIELDS)
    levels = [mappings, *(inner for inner in mappings.values() if isinstance(inner, dict))]  # up to 6 below a type
    for level in levels:
        for entry in level.values():
            definition = entry.get("mapping") if isinstance(entry, dict) else None
            full = entry.get("full_name") if isinstance(entry, dict) else None
            if isinstance(definition, dict) and isinstance(full, str) and not full.startswith("_"):
                kinds = [part.get("type") for part in definition.values() if isinstance(part, dict)]
                bag.add(full, next((kind for kind in kinds if isinstance(kind, str)), ""))
    found = bag.mapped()
    return found if found.fields else None


def _named(mapped: MappedFields, name: str) -> NamedMapping:
    return NamedMapping(name, mapped.fields, mapped.truncated)
