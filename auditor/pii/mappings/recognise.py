"""Tells by its content what sort of schema a value of JSON is, and has it read; a document with values is refused."""

from collections.abc import Callable, Iterator
from typing import Any

from auditor.pii.mappings import elasticsearch, json_lines, json_schema, mongodb, shell_table
from auditor.pii.mappings.form import Form
from auditor.pii.mappings.named import MappingError, NamedMapping

READ = (
    "a mapping or a template of Elasticsearch, an answer of _field_caps, an analysed schema or a validator of MongoDB, "
    "JSON Schema, SQL, or JSON lines of mappings"
)
_SHOWN = 12  # entries of a value that are looked at to call it a document
_VALUES = (
    "this is a document with its values, and no value is read here; give the schema instead: what "
    "GET /INDEX/_mapping, db.getCollectionInfos() or Compass's schema export says"
)

#: For each form the tests that tell it, with what reads it, the surest first.
_FORMS: tuple[tuple[Form, Callable[[Any], bool], Callable[..., Iterator[NamedMapping]]], ...] = (
    (Form.MONGODB, mongodb.is_analysis, mongodb.read_analysis),
    (Form.MONGODB, mongodb.is_collections, mongodb.read_collections),
    (Form.MONGODB, shell_table.is_variety, shell_table.read_variety),
    (Form.FIELD_CAPS, elasticsearch.is_field_caps, elasticsearch.read_caps),
    (Form.JSON_SCHEMA, json_schema.is_openapi, json_schema.read_openapi),
    (Form.MAPPING, elasticsearch.is_index, elasticsearch.read),
    (Form.JSON_SCHEMA, json_schema.is_schema, json_schema.read),
    (Form.MAPPING, elasticsearch.is_mapping, elasticsearch.read),
)


def read_value(value: Any, *, place: str, name: str, form: Form | None = None) -> Iterator[NamedMapping]:
    """The mappings in a value, which `form` says how to read where it is given.

    Raises:
        MappingError: it is no schema, or not of that form.
    """
    if _is_document(value):
        raise MappingError(f"{place}: {_VALUES}")
    if form is Form.JSONL or (form is None and json_lines.is_listed(value)):
        yield from json_lines.read(value, place=place)
        return
    for known, fits, read in _FORMS:
        if form in (None, known) and fits(value):
            yield from read(value, name=name)
            return
    raise MappingError(f"{place}: {_refusal(value, form)}")


def _refusal(value: Any, form: Form | None) -> str:
    if not isinstance(value, dict | list):
        return "a JSON object is wanted"
    if isinstance(value, dict) and "error" in value:
        return "this is a server's error, not a schema"
    if holds_values(value):
        return _VALUES
    wanted = f"no schema of the form {form}" if form is not None else "no schema that is known"
    return f"this is {wanted}; read are {READ}"


def _is_document(value: Any) -> bool:
    """Whether this has what no schema has, though a name such as "properties" or "options" may make it look like one.

    That is a document's own id, a search's hits, or properties that are texts.
    """
    for entry in value[:_SHOWN] if isinstance(value, list) else [value]:
        if not isinstance(entry, dict):
            continue
        identity, hits, properties = entry.get("_id", {}), entry.get("hits"), entry.get("properties")
        if not isinstance(identity, dict) or any(name.startswith("$") for name in identity):
            return True
        if isinstance(hits, dict) and "hits" in hits:
            return True
        if isinstance(properties, dict) and any(isinstance(one, str) for one in properties.values()):
            return True
    return False


def holds_values(value: Any) -> bool:
    """Whether this looks like a document or a search's answer: names with plain values beside each other."""
    entries = value[:_SHOWN] if isinstance(value, list) else [value]
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        hits = entry.get("hits")
        if isinstance(hits, dict | list) or "_source" in entry or "_id" in entry:
            return True
        if any(not isinstance(part, dict | list) for part in entry.values()):
            return True
    return False
