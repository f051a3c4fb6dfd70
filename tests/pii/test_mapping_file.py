import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.dataset import Field
from auditor.pii.mapping_file import MappingError, flatten, read

PEOPLE = {
    "properties": {
        "name": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
        "home": {"properties": {"city": {"type": "keyword"}}},
    }
}
FLAT = (Field("name", "text"), Field("home.city", "keyword"))


def _read(data: object, name: str = "file") -> list[tuple[str, tuple[Field, ...]]]:
    return [(mapping.id, mapping.fields) for mapping in read(json.dumps(data), file="f.json", name=name)]


@pytest.mark.parametrize(
    "body",
    [
        PEOPLE,
        {"mappings": PEOPLE},
        {"mappings": {"_doc": PEOPLE}},
        {"mappings": {"person": PEOPLE, "_default_": {"dynamic": True}}},
        {"settings": {}, "mappings": PEOPLE},
    ],
    ids=["properties", "mappings", "typed", "legacy type", "with settings"],
)
def test_a_mapping_body_is_flattened_to_its_leaves(body: dict[str, object]) -> None:
    assert _read(body) == [("file", FLAT)]


def test_an_answer_of_many_indices_gives_each_under_its_name() -> None:
    assert _read({"people": {"mappings": PEOPLE}, "empty": {"mappings": {}}}) == [("people", FLAT), ("empty", ())]


def test_an_answer_of_the_oldest_release_has_types_without_mappings() -> None:
    assert flatten({"person": PEOPLE}) == FLAT


def test_field_capabilities_give_values_only() -> None:
    caps = {
        "indices": ["people"],
        "fields": {
            "name": {"text": {"type": "text"}},
            "home": {"object": {"type": "object"}},
            "_id": {"_id": {"metadata_field": True}},
            "age": {"long": {}, "keyword": {}},
        },
    }
    assert _read(caps) == [("people", (Field("name", "text"), Field("age", "keyword|long")))]


def test_lines_give_a_mapping_each_and_other_keys_are_not_read() -> None:
    first = '{"id": "a", "fields": [{"path": "x", "type": "text", "gold": [1]}]}'
    lines = first + '\n\n{"id": "b", "fields": [{"path": "y"}]}\n'
    assert [(m.id, m.fields) for m in read(lines, file="f", name="n")] == [
        ("a", (Field("x", "text"),)),
        ("b", (Field("y"),)),
    ]


def test_fields_of_a_one_line_file_are_read_as_a_line() -> None:
    assert _read({"id": "a", "fields": [{"path": "x"}]}) == [("a", (Field("x"),))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", r"f:1: this is not JSON"),
        ("[1]", r"f:1: a JSON object is wanted"),
        ('{"a": 1}', r"f:1: neither an index mapping"),
        ('{"id": "a", "fields": []}\n{"id": 3, "fields": []}', r'f:2: "id" is missing'),
        ('{"id": "a", "fields": []}\nnonsense', r"f:2: this line is not JSON"),
        ('{"id": "a", "fields": []}\n{"id": "b"}', r'f:2: a mapping needs "id"'),
        ('{"id": "a", "fields": [{"type": "text"}]}', r'f:1: field 1 has no "path"'),
        ("[" * 100_000, r"f:1: "),
    ],
)
def test_what_is_no_mapping_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(MappingError, match=said):
        list(read(text, file="f", name="n"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["mappings", "properties", "type", "fields", "id", "path", "x"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


def _sentence_or_mappings(text: str) -> None:
    try:
        mappings = list(read(text, file="f", name="n"))
    except MappingError as error:
        sentence = str(error)
    else:
        sentence = "f:"
        assert all(isinstance(field.path, str) for mapping in mappings for field in mapping.fields)
    assert sentence.startswith("f:")


@given(JSON)
def test_any_json_gives_mappings_or_a_sentence(data: object) -> None:
    _sentence_or_mappings(json.dumps(data))


@given(st.text())
def test_any_text_gives_mappings_or_a_sentence(text: str) -> None:
    _sentence_or_mappings(text)
