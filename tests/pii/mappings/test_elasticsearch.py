"""Mappings, templates and answers of Elasticsearch and OpenSearch, as people have them in files."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.pii.mappings.elasticsearch import one
from auditor.probes.elastic.mapping import read_mappings
from tests.pii.mappings.reading import fields, mappings, only, sound

PEOPLE = {
    "properties": {
        "name": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
        "home": {"properties": {"city": {"type": "keyword"}}},
    }
}
FLAT = {"name": "text", "home.city": "keyword"}
FUTURE = {"dynamic_templates": [{"phones": {"match": "phone_*", "mapping": {"type": "keyword"}}}], **PEOPLE}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(PEOPLE, id="bare"),
        pytest.param({"dynamic": "strict", "_source": {"enabled": True}, **PEOPLE}, id="bare with settings"),
        pytest.param({"mappings": PEOPLE}, id="an index"),
        pytest.param({"mappings": {"_doc": PEOPLE}}, id="typed"),
        pytest.param({"mappings": {"person": PEOPLE, "_default_": {"dynamic": True}}}, id="of 1 to 5"),
        pytest.param({"person": PEOPLE}, id="of 0.90"),
        pytest.param({"settings": {}, "mappings": PEOPLE}, id="what makes an index"),
        pytest.param({"index_patterns": ["p*"], "template": {"mappings": PEOPLE}}, id="what makes a template"),
        pytest.param({"template": {"mappings": PEOPLE}, "priority": 1}, id="a simulated template"),
        pytest.param({"template": "p*", "mappings": {"doc": PEOPLE}}, id="what made a template up to 5"),
    ],
)
def test_a_body_of_one_index_is_called_after_its_file(body: dict[str, object]) -> None:
    assert fields(body) == {"file": FLAT}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"people": {"mappings": PEOPLE}}, id="_mapping"),
        pytest.param({"people": {"mappings": {"doc": PEOPLE}}}, id="_mapping up to 6"),
        pytest.param({"people": {"person": PEOPLE}}, id="_mapping of 0.90"),
        pytest.param({"people": {"aliases": {}, "mappings": PEOPLE, "settings": {}}}, id="GET /people"),
        pytest.param({"people": {"order": 0, "index_patterns": ["p*"], "mappings": PEOPLE}}, id="_template"),
        pytest.param(
            {"index_templates": [{"name": "people", "index_template": {"template": {"mappings": PEOPLE}}}]},
            id="_index_template",
        ),
        pytest.param(
            {"component_templates": [{"name": "people", "component_template": {"template": {"mappings": PEOPLE}}}]},
            id="_component_template",
        ),
        pytest.param(
            {
                "people": {
                    "mappings": {
                        "_id": {"full_name": "_id", "mapping": {}},
                        "name": {"full_name": "name", "mapping": {"name": {"type": "text"}}},
                        "home.city": {"full_name": "home.city", "mapping": {"city": {"type": "keyword"}}},
                    }
                }
            },
            id="_mapping/field/*",
        ),
    ],
)
@pytest.mark.parametrize("indent", [None, 2], ids=["in one line", "in many"])
def test_an_answer_names_its_indices(answer: dict[str, object], indent: int | None) -> None:
    assert fields(json.dumps(answer, indent=indent)) == {"people": FLAT}


@pytest.mark.parametrize("indent", [None, 2], ids=["in one line", "in many"])
def test_an_answer_about_many_indices_gives_each(indent: int | None) -> None:
    answer = {"people": {"mappings": PEOPLE}, "empty": {"mappings": {}}, "bare": {}}
    assert fields(json.dumps(answer, indent=indent)) == {"people": FLAT, "empty": {}, "bare": {}}


def test_templates_tell_of_fields_that_are_still_to_come() -> None:
    assert only({"template": {"mappings": FUTURE}, "index_patterns": ["p*"]}) == {**FLAT, "phone_*": "keyword"}


def test_field_capabilities_give_values_once() -> None:
    caps = {
        "indices": ["people"],
        "fields": {
            "name": {"text": {"type": "text"}},
            "name.raw": {"keyword": {"type": "keyword"}},
            "home": {"object": {"type": "object"}},
            "_id": {"_id": {"metadata_field": True}},
            "age": {"long": {}, "keyword": {}},
        },
    }
    assert fields(caps) == {"people": {"name": "text", "age": "keyword|long"}}
    assert fields({**caps, "indices": ["people", "visits"]}) == {"file": {"name": "text", "age": "keyword|long"}}


BODIES: list[Any] = [
    PEOPLE,
    {"properties": {"mail": {"type": "alias", "path": "post.raw"}, "post": {"type": "text", "fields": {"raw": {}}}}},
    {"runtime": {"age": {"type": "long"}, "at": {"type": "composite", "fields": {"lat": {"type": "double"}}}}},
    {"properties": {"a.b": {"type": "flattened"}, "kin": {"type": "nested", "properties": {"name": {"type": "text"}}}}},
    {"properties": {"off": {"type": "object", "enabled": False}, "x": {"type": "multi_field", "fields": {"x": {}}}}},
    {"doc": PEOPLE, "_default_": {}},
]


@pytest.mark.parametrize("body", BODIES)
def test_a_file_and_a_live_answer_give_the_same_fields(body: dict[str, Any]) -> None:
    live = read_mappings({"people": {"mappings": body}}, indices=1, fields=1000, altogether=1000)
    assert live is not None
    (offline,) = mappings(json.dumps({"people": {"mappings": body}}))
    assert offline.fields == live["people"].fields


NAMES = st.sampled_from(
    ["properties", "type", "fields", "mappings", "runtime", "template", "doc", "path", "alias", "x"]
)
TREES = st.recursive(
    st.none() | st.booleans() | NAMES | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)  # a busy machine is no fault of the parsers
@given(st.dictionaries(NAMES, TREES, max_size=4))
def test_what_is_read_live_is_what_is_read_from_a_file_whatever_it_is(body: dict[str, Any]) -> None:
    live = read_mappings({"people": {"mappings": body}}, indices=1, fields=1000, altogether=1000)
    assert live is not None
    assert one({"mappings": body}, name="people").fields == live["people"].fields


@given(TREES)
def test_any_json_gives_mappings_or_a_sentence(data: object) -> None:
    sound(json.dumps(data))


@given(st.dictionaries(st.sampled_from(["index_templates", "component_templates", "index_patterns"]), TREES))
def test_any_templates_give_mappings_or_a_sentence(data: object) -> None:
    sound(json.dumps(data))
