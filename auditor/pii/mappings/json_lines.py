"""Reads mappings written as {"id", "fields": [{"path", "type"}]}, one a line; other keys are not read."""

from collections.abc import Iterator
from typing import Any

from auditor.model.dataset import Field
from auditor.pii.mappings.named import MAX_FIELDS, MappingError, NamedMapping


def is_listed(value: Any) -> bool:
    """Whether this is one such line: a list of fields, of which the first has a path and no types of its own."""
    fields = value.get("fields") if isinstance(value, dict) else None
    if not isinstance(fields, list):
        return False
    first = fields[0] if fields else None
    return "id" in value if not isinstance(first, dict) else "types" not in first


def read(value: Any, *, place: str) -> Iterator[NamedMapping]:
    """The one mapping of a line.

    Raises:
        MappingError: "id" or a field's "path" is missing.
    """
    if not isinstance(value, dict) or not isinstance(value.get("fields"), list):
        raise MappingError(f'{place}: a mapping needs "id" and a list "fields" of objects with "path"')
    identity = value.get("id")
    if not isinstance(identity, str):
        raise MappingError(f'{place}: "id" is missing or no text')
    fields = []
    for number, entry in enumerate(value["fields"][:MAX_FIELDS]):
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(path, str):
            raise MappingError(f'{place}: field {number + 1} has no "path"')
        kind = entry.get("type")
        fields.append(Field(path, kind if isinstance(kind, str) else ""))
    yield NamedMapping(identity, tuple(fields), len(value["fields"]) > MAX_FIELDS)
