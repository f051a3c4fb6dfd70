"""What tools tell of MongoDB's collections: analysed schemas and validators, with no value of anybody."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pii.mappings.reading import fields, only, sound

SAMPLED = {"values": ["canary"], "probability": 1, "unique": 1, "hasDuplicates": False, "count": 5}


def entry(name: str, *types: dict[str, Any], path: Any = None) -> dict[str, Any]:
    return {"name": name, "path": path or [name], "count": 5, "type": "x", "types": [*types], "probability": 1}


def plain(kind: str) -> dict[str, Any]:
    return {"name": kind, "bsonType": kind, "path": ["x"], **SAMPLED}


def document(*inner: dict[str, Any]) -> dict[str, Any]:
    return {"name": "Document", "bsonType": "Document", "fields": [*inner], "count": 1}


def array(*types: dict[str, Any]) -> dict[str, Any]:
    return {"name": "Array", "bsonType": "Array", "types": [*types], "lengths": [1]}


ANALYSED = {
    "count": 5,
    "fields": [
        entry("_id", plain("ObjectId")),
        entry("phone", plain("String"), plain("Null"), plain("Undefined")),
        entry("home", document(entry("city", plain("String"), path="home.city"))),
        entry("tags", array(plain("String"), plain("Int32"))),
        entry("kin", array(document(entry("name", plain("String")))), plain("String")),
        entry("mail", {"name": "Email", "bsonType": "String", **SAMPLED}),
        entry("empty", document()),
        entry("none", array()),
    ],
}
FLAT = {
    "_id": "ObjectId",
    "phone": "Null|String",
    "tags": "Int32|String",
    "kin": "String",
    "mail": "String",
    "empty": "object",
    "none": "object",
    "home.city": "String",
    "kin.name": "String",
}


@pytest.mark.parametrize("indent", [None, 2], ids=["in one line", "in many"])
def test_an_analysed_schema_gives_unions_and_no_values(indent: int | None) -> None:
    """Compass's "Share Schema as JSON", and mongosh's schema(db.users, {verbose: true})."""
    text = json.dumps(ANALYSED, indent=indent)
    assert fields(text) == {"file": FLAT}
    assert "canary" not in str(fields(text))


def test_what_mongosh_prints_of_it_is_read_as_well() -> None:
    printed = """{
      fields: [
        { name: '_id', path: [ '_id' ], count: 2,
          types: [ { name: 'ObjectId', bsonType: 'ObjectId', values: [ ObjectId('6123'), new Date("2024, (x)") ] } ] },
        { name: "phone", types: [ { bsonType: 'String', values: [ 'it\\'s ' + 'canary', /x\\/y/i, ... 3 more ] } ] },
        { name: 'deep', types: [ [Object] ] }, // cut by the shell
      ],
      count: Long('2'), n: -Infinity
    }"""
    assert only(printed) == {"_id": "ObjectId", "phone": "String", "deep": "object"}


def test_a_namespace_names_the_collection() -> None:
    assert list(fields({**ANALYSED, "ns": "shop.app.users"})) == ["app.users"]
    assert list(fields({**ANALYSED, "ns": 3})) == ["file"]


VALIDATOR = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["name"],
        "title": "not the collection's name",
        "properties": {
            "name": {"bsonType": "string", "description": "must be a string", "enum": ["canary"]},
            "phone": {"bsonType": ["string", "null"]},
            "kin": {"bsonType": "array", "items": {"bsonType": "object", "properties": {"age": {"bsonType": "int"}}}},
        },
    }
}
VALIDATED = {"name": "string", "phone": "null|string", "kin.age": "int"}
INFO = {"name": "users", "type": "collection", "options": {"validator": VALIDATOR}, "info": {"readOnly": False}}
PLAIN = {"name": "plain", "type": "collection", "options": {}, "info": {"readOnly": False}}


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        pytest.param(VALIDATOR, {"file": VALIDATED}, id="a validator, or Compass's MongoDB schema"),
        pytest.param({"validator": VALIDATOR}, {"file": VALIDATED}, id="createCollection's options"),
        pytest.param(
            {"validator": {"$and": [{"a": 1}, VALIDATOR]}}, {"file": VALIDATED}, id="one condition of several"
        ),
        pytest.param(INFO, {"users": VALIDATED}, id="one collection"),
        pytest.param([INFO, PLAIN], {"users": VALIDATED, "plain": {}}, id="getCollectionInfos"),
        pytest.param({"cursor": {"firstBatch": [INFO]}, "ok": 1}, {"users": VALIDATED}, id="listCollections"),
    ],
)
def test_validators_name_fields(told: object, wanted: dict[str, dict[str, str]]) -> None:
    assert fields(told) == wanted


def test_what_mongosh_prints_of_getCollectionInfos_is_read() -> None:  # noqa: N802 - its own name
    printed = """[
      {
        name: 'users', type: 'collection',
        options: { validator: { '$jsonSchema': { bsonType: 'object',
          properties: { name: { bsonType: 'string', description: 'a ' +
            'name' } } } } },
        info: { readOnly: false, uuid: UUID('c1f5e0b4-0000-4000-8000-000000000000') },
        idIndex: { v: 2, key: { _id: 1 }, name: '_id_' }
      }
    ]"""
    assert fields(printed) == {"users": {"name": "string"}}


KEYS = st.sampled_from(["fields", "types", "name", "bsonType", "path", "options", "validator", "$jsonSchema", "cursor"])
TREES = st.recursive(
    st.none() | st.text(max_size=4) | st.sampled_from(["Document", "Array", "String", "collection"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


@given(TREES)
def test_any_json_gives_mappings_or_a_sentence(data: object) -> None:
    sound(json.dumps(data))
