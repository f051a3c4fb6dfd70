"""What a dynamic template tells of fields that are still to come: names with a wildcard, such as "phone_*".

Source: Elasticsearch reference, "Dynamic templates": `match` is held against a field's own name, `path_match` against
its whole path, both may be lists (from 8.9 on), and `*` stands for any text. A pattern with `match_pattern: regex` and
the exceptions (`unmatch`, `path_unmatch`) name no field.
"""

from collections.abc import Iterator
from typing import Any

_MOST_TEMPLATES = 1_000
_MOST_PATTERNS = 100  # of one template
# What a value is in JSON, and the type that it is given where the template leaves that to the server.
_DETECTED = {"string": "text", "long": "long", "double": "float", "boolean": "boolean", "date": "date"}


def patterns(templates: Any) -> Iterator[tuple[str, str]]:
    """Paths with a wildcard and the types that fields of such names get; none of a template that fits any name."""
    if not isinstance(templates, list):
        return
    for named in templates[:_MOST_TEMPLATES]:
        if not isinstance(named, dict):
            continue
        for template in named.values():
            if isinstance(template, dict) and template.get("match_pattern") != "regex":
                kind = _kind(template)
                for path in _paths(template):
                    if any(letter.isalpha() for letter in path):
                        yield path, kind


def _paths(template: dict[str, Any]) -> Iterator[str]:
    names, paths = _texts(template.get("match")), _texts(template.get("path_match"))
    if not paths:
        yield from names
    for path in paths:
        parent, dot, leaf = path.rpartition(".")
        if leaf == "*" and dot and names:
            yield from (f"{parent}.{name}" for name in names)
        else:
            yield path


def _texts(value: Any) -> list[str]:
    texts = value if isinstance(value, list) else [value]
    return [text for text in texts[:_MOST_PATTERNS] if isinstance(text, str)]


def _kind(template: dict[str, Any]) -> str:
    mapping = template.get("mapping", template.get("runtime"))
    kind = mapping.get("type") if isinstance(mapping, dict) else None
    if isinstance(kind, str) and not kind.startswith("{"):
        return kind
    matched = template.get("match_mapping_type")
    return _DETECTED.get(matched, "") if isinstance(matched, str) else ""
