"""Mappings of every age."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.dataset import Field
from auditor.probes.elastic.mapping import FieldBag, MappedFields, read_field_caps, read_mapping, read_mappings
from auditor.probes.json_reply import JsonValue, parse

PROPERTIES = {
    "email": {"type": "text", "fields": {"keyword": {"type": "keyword"}, "raw": {"type": "keyword"}}},
    "born": {"type": "date"},
    "home": {"properties": {"city": {"type": "keyword"}, "place": {"type": "geo_point"}}},
}
FLAT = {"email": "text", "born": "date", "home.city": "keyword", "home.place": "geo_point"}


def fields_of(entry: Any, *, limit: int = 1000) -> dict[str, str]:
    return {field.path: field.type for field in read_mapping(entry, limit=limit).fields}


def mapped(properties: Mapping[str, Any]) -> dict[str, str]:
    return fields_of({"mappings": {"properties": dict(properties)}})


@pytest.mark.fact("ES-25")
@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({"doc": {"properties": PROPERTIES}}, id="0.90: no level of mappings"),
        pytest.param({"mappings": {"doc": {"properties": PROPERTIES}}}, id="1 to 6: one type"),
        pytest.param({"mappings": {"_doc": {"properties": PROPERTIES}}}, id="6: the type that became none"),
        pytest.param(
            {"mappings": {"_default_": {"properties": {"x": {"type": "long"}}}, "doc": {"properties": PROPERTIES}}},
            id="the type that stands for none",
        ),
        pytest.param({"mappings": {"properties": PROPERTIES}}, id="7 and later"),
        pytest.param(
            {"mappings": {"dynamic": "strict", "_meta": {"a": {"properties": 1}}, "properties": PROPERTIES}},
            id="settings beside it",
        ),
        pytest.param({"properties": PROPERTIES}, id="a bare mapping"),
    ],
)
def test_every_shape_gives_the_same_fields(entry: JsonValue) -> None:
    assert fields_of(entry) == FLAT


def test_several_types_of_one_index_are_put_together() -> None:
    entry = {
        "mappings": {
            "cat": {"properties": {"name": {"type": "string"}, "age": {"type": "long"}}},
            "dog": {"properties": {"name": {"type": "string"}, "age": {"type": "string"}}},
        }
    }
    assert fields_of(entry) == {"name": "string", "age": "long|string"}


def test_a_type_may_be_called_runtime() -> None:
    assert fields_of({"doc": {"properties": {"a": {"type": "long"}}}}) == {"a": "long"}


@pytest.mark.parametrize(
    ("properties", "flat"),
    [
        pytest.param(
            {"name": {"type": "multi_field", "fields": {"name": {"type": "string"}, "raw": {"type": "string"}}}},
            {"name": "string"},
            id="multi_field of 0.90 is one field, of its main part's type",
        ),
        pytest.param(
            {"kin": {"type": "nested", "properties": {"name": {"type": "text"}}}}, {"kin.name": "text"}, id="nested"
        ),
        pytest.param(
            {"blob": {"type": "object", "enabled": False}}, {"blob": "object"}, id="an object nobody looks into"
        ),
        pytest.param({"empty": {"properties": {}}}, {"empty": "object"}, id="an object without fields yet"),
        pytest.param({"labels": {"type": "flattened"}}, {"labels": "flattened"}, id="flattened"),
        pytest.param({"labels": {"type": "flat_object"}}, {"labels": "flat_object"}, id="OpenSearch's flattened"),
        pytest.param(
            {"mail": {"type": "alias", "path": "home.post"}, "home": {"properties": {"post": {"type": "keyword"}}}},
            {"mail": "keyword", "home.post": "keyword"},
            id="an alias is a name of its own with the type of what it leads to",
        ),
        pytest.param(
            {"mail": {"type": "alias", "path": "post.raw"}, "post": {"type": "text", "fields": {"raw": {}}}},
            {"mail": "text", "post": "text"},
            id="an alias of a multi-field",
        ),
        pytest.param({"mail": {"type": "alias", "path": "gone"}}, {"mail": ""}, id="an alias that leads nowhere"),
        pytest.param(
            {"mail": {"type": "alias", "path": "post"}, "post": {"type": "alias", "path": "mail"}},
            {"mail": "", "post": ""},
            id="aliases that lead to each other",
        ),
        pytest.param({"mail": "text"}, {}, id="what is no definition is no field"),
        pytest.param(
            {"attributes": {"type": "passthrough", "properties": {"user": {"type": "keyword"}}}},
            {"attributes.user": "keyword"},
            id="passthrough",
        ),
        pytest.param(
            {"off": {"type": "object", "enabled": False, "properties": {"name": {"type": "text"}}}},
            {"off.name": "text"},
            id="fields named in an object nobody looks into",
        ),
        pytest.param({"a.b": {"type": "long"}}, {"a.b": "long"}, id="a dotted name"),
        pytest.param({"properties": {"type": "keyword"}}, {"properties": "keyword"}, id="a field called properties"),
        pytest.param(
            {"properties": {"properties": {"type": {"type": "keyword"}}}},
            {"properties.type": "keyword"},
            id="an object called properties",
        ),
        pytest.param({"手机号": {"type": "keyword"}}, {"手机号": "keyword"}, id="any script"),
    ],
)
def test_kinds_of_fields(properties: Mapping[str, Any], flat: Mapping[str, str]) -> None:
    assert mapped(properties) == flat


def test_runtime_fields_count() -> None:
    runtime: Any = {
        "day": {"type": "keyword", "script": {"source": "emit('x')"}},
        "geo": {"type": "composite", "fields": {"lat": {"type": "double"}, "lon": {"type": "double"}}},
    }
    assert fields_of({"mappings": {"runtime": runtime, "properties": {"a": {"type": "ip"}}}}) == {
        "day": "keyword",
        "geo.lat": "double",
        "geo.lon": "double",
        "a": "ip",
    }
    assert fields_of({"mappings": {"runtime": {"day": {"type": "keyword"}}}}) == {"day": "keyword"}


TEMPLATES = [
    {"phones": {"match": "phone_*", "mapping": {"type": "keyword"}}},
    {"below": {"path_match": "contact.*", "match": ["mail*", "fax"], "match_mapping_type": "string", "mapping": {}}},
    {"path": {"path_match": ["person.*_name"], "mapping": {"type": "{dynamic_type}"}}},
    {"runtime": {"match": "ip_*", "runtime": {"type": "ip"}}},
    {"everything": {"match_mapping_type": "string", "mapping": {"type": "keyword"}}},
    {"any": {"match": "*", "unmatch": "secret", "mapping": {"type": "text"}}},
    {"regex": {"match_pattern": "regex", "match": "^phone$", "mapping": {"type": "text"}}},
    "rubbish",
    {"rubbish": 3},
]


def test_dynamic_templates_name_what_is_still_to_come_and_only_where_asked() -> None:
    mapping: Any = {"properties": {"a": {"type": "long"}}, "dynamic_templates": TEMPLATES}
    assert fields_of(mapping) == {"a": "long"}
    wanted = {
        "phone_*": "keyword",
        "contact.mail*": "text",
        "contact.fax": "text",
        "person.*_name": "",
        "ip_*": "ip",
    }
    asked = read_mapping({"mappings": mapping}, limit=100, dynamic=True)
    assert {field.path: field.type for field in asked.fields} == {"a": "long"} | wanted
    for body in (
        {"mappings": {"dynamic_templates": TEMPLATES}},
        {"mappings": {"doc": {"dynamic_templates": TEMPLATES}}},
    ):
        found = read_mapping(body, limit=100, dynamic=True)
        assert {field.path: field.type for field in found.fields} == wanted


def test_the_limit_holds_and_is_told() -> None:
    many: Any = {f"f{number}": {"type": "long"} for number in range(50)}
    found = read_mapping({"mappings": {"properties": many}}, limit=10)
    assert len(found.fields) == 10
    assert found.truncated
    exact = read_mapping({"mappings": {"properties": many}}, limit=50)
    assert len(exact.fields) == 50
    assert not exact.truncated


def test_a_mapping_of_nine_hundred_levels_is_read_without_recursion() -> None:
    body = b'{"properties":{"a":' * 400 + b'{"type":"long"}' + b"}}" * 400
    found = read_mapping(parse(body), limit=10)
    assert len(found.fields) == 1
    assert len(found.fields[0].path) < 200


def test_indices_and_all_fields_together_are_limited() -> None:
    reply: Any = {
        f"i{number}": {"mappings": {"properties": {f"f{number}-{n}": {"type": "long"} for n in range(10)}}}
        for number in range(10)
    }
    found = read_mappings(reply, indices=5, fields=100, altogether=35)
    assert found is not None
    assert list(found) == ["i0", "i1", "i2", "i3", "i4"]
    assert [len(index.fields) for index in found.values()] == [10, 10, 10, 5, 0]
    assert [index.truncated for index in found.values()] == [False, False, False, True, True]


def test_indices_that_share_a_mapping_share_its_fields() -> None:
    reply: Any = {f"day-{number}": {"mappings": {"properties": PROPERTIES}} for number in range(100)}
    found = read_mappings(reply, indices=100, fields=100, altogether=10)
    assert found is not None
    assert len(found) == 100
    assert len({id(index) for index in found.values()}) == 1
    assert not any(index.truncated for index in found.values())


def test_an_empty_server_has_an_empty_mapping() -> None:
    assert read_mappings({}, indices=5, fields=5, altogether=5) == {}


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        "x",
        1,
        {"error": {"root_cause": [], "type": "x", "reason": "y"}, "status": 404},
        {"error": "IndexMissingException[[x] missing]", "status": 404},
        {"error": {"type": "security_exception", "reason": "no"}},
        {"took": 1, "hits": {"total": 3, "hits": []}},
        {"people": {"aliases": {}, "name": "x"}},
        {"message": "forbidden"},
    ],
)
def test_what_is_no_mapping_is_none(reply: JsonValue) -> None:
    assert read_mappings(reply, indices=5, fields=5, altogether=5) is None


CAPS: JsonValue = {
    "indices": ["people", "visits"],
    "fields": {
        "_id": {"_id": {"type": "_id"}},
        "_tier": {"keyword": {"type": "keyword", "metadata_field": True}},
        "email": {"text": {"type": "text"}},
        "email.keyword": {"keyword": {"type": "keyword"}},
        "home": {"object": {"type": "object"}},
        "home.city": {"keyword": {"type": "keyword"}, "text": {"type": "text"}},
        "kin": {"nested": {"type": "nested"}},
        "kin.name": {"text": {"type": "text"}},
        "gone": {"unmapped": {"type": "unmapped"}},
    },
}


def test_field_caps_give_the_same_fields_as_a_mapping_would() -> None:
    found = read_field_caps(CAPS, limit=100)
    assert found is not None
    assert found.indices == ("people", "visits")
    assert set(found.mapped.fields) == {
        Field("email", "text"),
        Field("home.city", "keyword|text"),
        Field("kin.name", "text"),
    }


@pytest.mark.parametrize("reply", [None, [], {}, {"fields": []}, {"error": "no", "fields": {}}])
def test_what_is_no_field_caps_is_none(reply: JsonValue) -> None:
    assert read_field_caps(reply, limit=10) is None


# fmt: off
WORDS = st.sampled_from([
    "mappings", "properties", "runtime", "type", "fields", "doc", "_doc", "email", "composite", "multi_field", "error",
    "alias", "path", "dynamic_templates", "match", "path_match", "mapping",
])
# fmt: on
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=8), inner, max_size=5),
    max_leaves=40,
)


def _is_sound(found: MappedFields, limit: int) -> bool:
    paths = [field.path for field in found.fields]
    return len(paths) <= limit and len(paths) == len(set(paths)) and all(isinstance(f.type, str) for f in found.fields)


@given(ANYTHING, st.integers(min_value=0, max_value=5))
def test_any_json_is_read_within_the_limit(reply: Any, limit: int) -> None:
    assert _is_sound(read_mapping(reply, limit=limit), limit)
    assert _is_sound(read_mapping(reply, limit=limit, dynamic=True), limit)
    found = read_mappings(reply, indices=3, fields=limit, altogether=limit)
    assert found is None or (len(found) <= 3 and all(_is_sound(index, limit) for index in found.values()))
    caps = read_field_caps(reply, limit=limit)
    assert caps is None or _is_sound(caps.mapped, limit)


@given(st.dictionaries(st.text(min_size=1, max_size=6), st.sampled_from(["text", "date", "long"]), max_size=8))
def test_the_three_shapes_agree_on_any_fields(types: dict[str, str]) -> None:
    properties: Any = {name: {"type": kind} for name, kind in types.items()}
    typed = fields_of(json.loads(json.dumps({"mappings": {"doc": {"properties": properties}}})))
    assert typed == types
    assert fields_of({"mappings": {"properties": properties}}) == types
    assert fields_of({"doc": {"properties": properties}}) == types


def test_one_path_of_many_types_keeps_a_bounded_list_of_them() -> None:
    bag = FieldBag(5)
    for number in range(100):
        bag.add("a", f"type-{number:03}")
    assert bag.mapped().fields[0].type.count("|") == 7
