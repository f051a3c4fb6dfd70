"""JSON Schema of every draft, OpenAPI's components, Compass's exports."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.mappings import MAX_FIELDS, Form
from tests.pii.mappings.reading import fields, mappings, only, sound

ADDRESS = {"type": "object", "properties": {"street": {"type": "string"}, "zip": {"type": ["string", "null"]}}}


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        pytest.param(
            {"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"a": {"type": "integer"}}},
            {"a": "integer"},
            id="draft 4",
        ),
        pytest.param(
            {"type": "object", "properties": {"born": {"type": "string", "format": "date"}, "ip": {"format": "ipv4"}}},
            {"born": "date", "ip": ""},
            id="a format is a type where text is",
        ),
        pytest.param(
            {"properties": {"home": {"$ref": "#/definitions/a"}}, "definitions": {"a": ADDRESS}},
            {"home.street": "string", "home.zip": "null|string"},
            id="definitions",
        ),
        pytest.param(
            {"properties": {"home": {"$ref": "#/$defs/a~1b"}}, "$defs": {"a/b": ADDRESS}},
            {"home.street": "string", "home.zip": "null|string"},
            id="a pointer with escapes",
        ),
        pytest.param(
            {"properties": {"home": {"$ref": "#adr"}}, "$defs": {"a": {"$anchor": "adr", **ADDRESS}}},
            {"home.street": "string", "home.zip": "null|string"},
            id="an anchor",
        ),
        pytest.param(
            {"properties": {"home": {"$ref": "#/$defs/a", "properties": {"x": {}}}}, "$defs": {"a": ADDRESS}},
            {"home.x": "", "home.street": "string", "home.zip": "null|string"},
            id="a reference and properties beside it",
        ),
        pytest.param(
            {"properties": {"a": {"$ref": "https://example.org/a.json"}, "b": {"$ref": "#/nowhere"}}},
            {"a": "", "b": ""},
            id="references that lead nowhere",
        ),
        pytest.param(
            {
                "allOf": [{"properties": {"a": {"type": "string"}}}],
                "anyOf": [{"properties": {"b": {"type": "number"}}}],
                "oneOf": [{"properties": {"a": {"type": "null"}}}, {"properties": {"c": {"const": "canary"}}}],
                "if": {"properties": {"no": {}}},
                "then": {"properties": {"d": {"type": "boolean"}}},
            },
            {"a": "null|string", "b": "number", "c": "", "d": "boolean"},
            id="put together, and of several kinds",
        ),
        pytest.param(
            {
                "type": "object",
                "properties": {
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "kin": {"type": "array", "items": [ADDRESS, {"type": "object", "properties": {"n": {}}}]},
                    "pair": {"prefixItems": [{"type": "string"}, {"type": "integer"}]},
                    "any": {"type": "array"},
                },
            },
            {"tags": "string", "kin.street": "string", "kin.zip": "null|string", "kin.n": "", "pair": "integer|string"}
            | {"any": ""},
            id="arrays",
        ),
        pytest.param(
            {
                "type": "object",
                "additionalProperties": ADDRESS,
                "patternProperties": {"^phone_.*$": {"type": "string"}, "^email$": {}, "^S_": {}, "[0-9]+": {}},
            },
            {"phone_*": "string", "email": "", "S_*": "", "*": "", "*.street": "string", "*.zip": "null|string"},
            id="names by a pattern",
        ),
        pytest.param(
            {"type": "object", "properties": {"a": {"type": "object"}, "b": True, "c": {}, "d": 3}},
            {"a": "object", "c": ""},
            id="what tells nothing",
        ),
        pytest.param(
            {"properties": {"a": {"x-bsonType": "int", "type": "integer", "x-sampleValues": ["canary"]}}, "title": 3},
            {"a": "int"},
            id="Compass's expanded schema",
        ),
        pytest.param(
            {"properties": {"name": {"type": "string"}, "child": {"$ref": "#"}, "kin": {"items": {"$ref": "#"}}}},
            {"name": "string", "child": "object", "kin": "object"},
            id="a schema within itself is told once",
        ),
    ],
)
def test_a_schema_gives_its_fields(schema: dict[str, Any], wanted: dict[str, str]) -> None:
    (found,) = mappings(json.dumps(schema), form=Form.JSON_SCHEMA)
    assert {field.path: field.type for field in found.fields} == wanted


def test_a_schema_is_called_after_its_title() -> None:
    assert fields({"title": "Customer", **ADDRESS}) == {"Customer": {"street": "string", "zip": "null|string"}}


def test_definitions_alone_are_a_mapping_each() -> None:
    found = fields({"$defs": {"Home": ADDRESS, "Person": {"properties": {"home": {"$ref": "#/$defs/Home"}}}}})
    assert found == {
        "Home": {"street": "string", "zip": "null|string"},
        "Person": {"home.street": "string", "home.zip": "null|string"},
    }


OPENAPI = """\
openapi: 3.1.0
info: {title: "Shop", version: 1.0.0}
paths: {}
components:
  schemas:
    User:
      type: object
      properties:
        email: {type: string, format: email, example: canary@example.org}
        home: {$ref: "#/components/schemas/Home"}
    Home: {type: object, properties: {street: {type: string}}}
"""
USER = {"User": {"email": "string", "home.street": "string"}, "Home": {"street": "string"}}


def test_the_components_of_openapi_are_a_mapping_each_in_yaml_too() -> None:
    assert fields(OPENAPI) == USER
    swagger = {
        "swagger": "2.0",
        "definitions": {
            "User": {"properties": {"email": {"type": "string"}, "home": {"$ref": "#/definitions/Home"}}},
            "Home": {"properties": {"street": {"type": "string"}}},
        },
    }
    assert fields(swagger) == USER


def test_references_that_multiply_end() -> None:
    levels = {f"l{n}": {"allOf": [{"$ref": f"#/$defs/l{n + 1}"}, {"$ref": f"#/$defs/l{n + 1}"}]} for n in range(60)}
    wide = {f"w{n}": {"properties": {x: {"$ref": f"#/$defs/w{n + 1}"} for x in "abcdefgh"}} for n in range(60)}
    deep: dict[str, Any] = {"$defs": {**levels, "l60": {"properties": {"a": {}}}}, "$ref": "#/$defs/l0", "title": "t"}
    assert only(deep) == {"a": ""}
    (found,) = mappings(json.dumps({"$defs": wide, "$ref": "#/$defs/w0", "title": "t"}))
    assert found.truncated
    assert len(found.fields) <= MAX_FIELDS


# fmt: off
KEYS = st.sampled_from([
    "properties", "type", "items", "$ref", "$defs", "definitions", "allOf", "anyOf", "additionalProperties", "a", "b",
    "patternProperties", "title", "$anchor", "format", "bsonType", "components", "schemas", "openapi",
])
# fmt: on
TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from(["#", "#/$defs/a", "#/properties/b", "#a", "object", "string", "^a.*$"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@given(st.dictionaries(KEYS, TREES, max_size=5))
def test_any_schema_gives_mappings_or_a_sentence(schema: dict[str, Any]) -> None:
    sound(json.dumps(schema))
    sound(json.dumps({"$schema": "x", **schema}))
    sound(json.dumps({"openapi": "3.0.0", "components": {"schemas": schema}}))
