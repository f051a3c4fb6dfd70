"""Short ways to have a schema read, and the two things that any text may lead to."""

import io
import json
from typing import Any

import pytest

from auditor.pii.mappings import MAX_FIELDS, Form, MappingError, NamedMapping, read


def mappings(text: str | bytes, *, name: str = "file", form: Form | None = None) -> list[NamedMapping]:
    """All mappings in a text."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return list(read(io.BytesIO(data), file="f", name=name, form=form))


def fields(schema: Any, *, form: Form | None = None) -> dict[str, dict[str, str]]:
    """Types by path by name; what is no text is written as JSON."""
    text = schema if isinstance(schema, str | bytes) else json.dumps(schema)
    return {one.id: {field.path: field.type for field in one.fields} for one in mappings(text, form=form)}


def only(schema: Any) -> dict[str, str]:
    """Types by path of the one mapping in a schema."""
    (found,) = fields(schema).values()
    return found


def complaint(text: str | bytes, *, form: Form | None = None) -> str:
    """What is said of a text that cannot be read."""
    with pytest.raises(MappingError) as caught:
        mappings(text, form=form)
    return str(caught.value)


def sound(text: str | bytes, *, form: Form | None = None) -> None:
    """Whatever a text is, mappings within bounds come of it, or a sentence with its place."""
    try:
        found = mappings(text, form=form)
        said = "f:1: "
    except MappingError as error:
        found, said = [], str(error)
    assert said.startswith("f:")
    assert "\n" not in said
    for mapping in found:
        paths = [field.path for field in mapping.fields]
        assert len(paths) <= MAX_FIELDS
        for path in (mapping.id, *paths):
            path.encode()  # no half of a surrogate pair, which no output would take
