"""Reads the mapping of an index, of any age.

`GET /_mapping` has three shapes. 0.90: index → type → properties. 1 to 6: index → "mappings" → type → properties.
From 7 on: index → "mappings" → properties. A multi-field (`email.keyword`) holds its parent's value again and counts
with it; an alias is a name of its own with the type of what it leads to.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from auditor.index_mapping.bag import LONGEST_PATH, LONGEST_TYPE, FieldBag, MappedFields
from auditor.index_mapping.patterns import patterns

_DEEPEST: Final = 64  # Elasticsearch's own limit is 20 (index.mapping.depth.limit)
_EMPTY: Final[Mapping[str, Any]] = {}


def read_mapping(entry: Any, *, limit: int, dynamic: bool = False) -> MappedFields:
    """The fields of one index: the value that `GET /_mapping` gives beside its name, or a bare mapping.

    `dynamic` adds what the dynamic templates name ("phone_*"). In an index that holds documents these add nothing:
    whatever matched has become a field of its own. In a template of indices to come they are all that is known.
    """
    bag = FieldBag(limit)
    body = _object(entry)
    body = _object(body["mappings"]) if isinstance(body.get("mappings"), dict) else body
    if "properties" in body or "runtime" in body:
        _gather(body, bag)
    else:  # up to 6: one level of mapping types, of which 0.90 to 5 allow several
        for name, mapping in body.items():
            if not name.startswith("_") or name == "_doc":
                _gather(_object(mapping), bag)
                if dynamic:
                    _gather_patterns(_object(mapping), bag)
    if dynamic:
        _gather_patterns(body, bag)
    return bag.mapped()


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else _EMPTY


def _text(value: Any) -> str:
    return value[:LONGEST_TYPE] if isinstance(value, str) else ""


def _gather(mapping: Mapping[str, Any], bag: FieldBag) -> None:
    for name, definition in _object(mapping.get("runtime")).items():
        _gather_runtime(name, _object(definition), bag)
    # A stack of our own: a mapping nested a thousand deep must not exhaust Python's.
    waiting: list[tuple[str, int, Iterator[tuple[str, Any]]]] = [
        ("", 0, iter(_object(mapping.get("properties")).items()))
    ]
    while waiting and not bag.truncated:
        prefix, depth, siblings = waiting[-1]
        for name, definition in siblings:
            if not isinstance(definition, dict):
                continue
            path = f"{prefix}{name}"
            children = definition.get("properties")
            if isinstance(children, dict) and children and depth < _DEEPEST:
                waiting.append((f"{path[:LONGEST_PATH]}.", depth + 1, iter(children.items())))
                break
            _gather_leaf(path, name, definition, bag)
            if bag.truncated:
                break
        else:
            waiting.pop()


def _gather_leaf(path: str, name: str, definition: Mapping[str, Any], bag: FieldBag) -> None:
    kind, target = _text(definition.get("type")), definition.get("path")
    if kind == "alias" and isinstance(target, str):
        bag.add_alias(path, target)
        return
    if kind == "multi_field":  # up to 0.90 the field itself is the sub-field of the same name
        kind = _text(_object(_object(definition.get("fields")).get(name)).get("type"))
    bag.add(path, kind or ("object" if "properties" in definition or "enabled" in definition else ""))


def _gather_runtime(name: str, definition: Mapping[str, Any], bag: FieldBag) -> None:
    parts = definition.get("fields")
    if definition.get("type") == "composite" and isinstance(parts, dict):
        for part, inner in parts.items():
            bag.add(f"{name}.{part}", _text(_object(inner).get("type")))
    else:
        bag.add(name, _text(definition.get("type")))


def _gather_patterns(mapping: Mapping[str, Any], bag: FieldBag) -> None:
    for path, kind in patterns(mapping.get("dynamic_templates")):
        bag.add(path, kind)
