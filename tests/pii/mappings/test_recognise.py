"""The content tells what a file is; documents with values are refused without a word of them."""

import json

import pytest

from auditor.pii.mappings import Form
from tests.pii.mappings.reading import complaint, fields

SCHEMAS = {
    Form.MAPPING: '{"mappings": {"properties": {"a": {"type": "text"}}}}',
    Form.FIELD_CAPS: '{"fields": {"a": {"text": {"type": "text"}}}}',
    Form.MONGODB: '{"fields": [{"name": "a", "types": [{"bsonType": "String"}]}]}',
    Form.JSON_SCHEMA: '{"type": "object", "properties": {"a": {"type": "string"}}}',
    Form.SQL: "CREATE TABLE file (a text)",
    Form.JSONL: '{"id": "file", "fields": [{"path": "a", "type": "text"}]}',
}


@pytest.mark.parametrize("form", Form)
def test_each_form_is_known_by_its_content_and_may_be_named(form: Form) -> None:
    assert fields(SCHEMAS[form]) == fields(SCHEMAS[form], form=form)
    assert [path for found in fields(SCHEMAS[form]).values() for path in found] == ["a"]


@pytest.mark.parametrize("form", [Form.MAPPING, Form.FIELD_CAPS, Form.MONGODB])
def test_another_form_than_the_one_named_is_refused(form: Form) -> None:
    assert complaint('{"id": "a", "fields": [{"path": "x"}], "n": [{}]}', form=form).startswith("f:1: this is ")


DOCUMENTS = [
    pytest.param('{"_id": {"$oid": "1"}, "name": "canary", "phone": "canary"}', id="mongoexport"),
    pytest.param('{"_id": {"$oid": "1"}, "name": "canary"}\n{"_id": {"$oid": "2"}, "name": "canary"}', id="its lines"),
    pytest.param("[\n  { _id: ObjectId('1'), name: 'canary' },\n  { _id: ObjectId('2') }\n]", id="find() of mongosh"),
    pytest.param("{ _id: 1, name: 'canary', home: { city: 'canary' } }", id="findOne() of mongosh"),
    pytest.param('{"took": 1, "hits": {"total": 1, "hits": [{"_source": {"name": "canary"}}]}}', id="_search"),
    pytest.param('{"_index": "people", "_id": "1", "_source": {"name": "canary"}}', id="_doc"),
    pytest.param('[{"name": "canary", "type": "canary"}]', id="any list of documents"),
    pytest.param('[{"name": "canary", "phone": "canary", "options": {"news": true}}]', id="with a name and options"),
    pytest.param('{"cursor": {"firstBatch": [{"_id": 1, "name": "canary", "options": {}}]}, "ok": 1}', id="find"),
    pytest.param('{"type": "Feature", "properties": {"name": "canary"}}', id="GeoJSON"),
    pytest.param('{"_id": "1", "name": "canary", "template": {"a": 1}}', id="with a template"),
    pytest.param('{"_id": "1", "name": "canary", "definitions": {"canary": {"a": 1}}}', id="with definitions"),
    pytest.param('{"_id": "1", "name": "canary", "fields": []}', id="with fields"),
    pytest.param("[\n  { _id: ObjectId('1'), name: 'canary', options: { a: 1 } }\n]", id="mongosh, with options"),
]


@pytest.mark.parametrize("text", DOCUMENTS)
@pytest.mark.parametrize("form", [None, Form.MAPPING, Form.MONGODB, Form.JSON_SCHEMA])
def test_a_document_with_values_is_refused_and_not_quoted(text: str, form: Form | None) -> None:
    said = complaint(text, form=form)
    assert "this is a document with its values, and no value is read here" in said
    assert "canary" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "this is not JSON, nor anything else that is read"),
        ("<html>", "this is not JSON, nor anything else that is read"),
        ('{"error": {"type": "security_exception"}, "status": 401}', "this is a server's error, not a schema"),
        ("[[1], [2]]", "this is no schema that is known"),
        ('{"a": {"b": {}}}', "this is no schema that is known"),
        ("{}", "this is no schema that is known"),
        ('{"mappings": {}}\n\n{"mappings": {}}', "a mapping needs"),
        ('{\n"mappings": {}}\n\n{"mappings": {}}', "a second value starts here"),
        ("openapi: [", "f:2:1: not YAML"),
        ("openapi: 3.0.0\ncomponents: {}", "there is no table, index or collection in it"),
    ],
)
def test_what_is_no_schema_is_said(text: str, said: str) -> None:
    assert said in complaint(text)


def test_a_mapping_may_be_written_in_yaml() -> None:
    assert fields("mappings:\n  properties:\n    a: {type: text}\n") == {"file": {"a": "text"}}


def test_a_schema_and_a_bare_mapping_are_told_apart() -> None:
    leaf = {"properties": {"tags": {"type": "keyword", "fields": {"raw": {"type": "text"}}}}}
    assert fields(json.dumps(leaf)) == {"file": {"tags": "keyword"}}
    leaf = {"properties": {"tags": {"type": "array", "items": {"properties": {"a": {"type": "string"}}}}}}
    assert fields(json.dumps(leaf)) == {"file": {"tags.a": "string"}}
