"""Mappings as the labelled ones are written, one a line."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.mappings import Form, MappingError, read
from tests.pii.mappings.reading import complaint, fields, mappings, sound

FIRST = '{"id": "a", "fields": [{"path": "x", "type": "text", "gold": [1]}], "source": {"repo": "r"}}'


def test_lines_give_a_mapping_each_and_other_keys_are_not_read() -> None:
    assert fields(f'{FIRST}\n\n{{"id": "b", "fields": [{{"path": "y"}}]}}\n') == {"a": {"x": "text"}, "b": {"y": ""}}


@pytest.mark.parametrize("text", [FIRST, json.dumps(json.loads(FIRST), indent=2), f"\ufeff\n {FIRST}"])
def test_one_mapping_may_be_written_in_any_way(text: str) -> None:
    assert fields(text) == {"a": {"x": "text"}}


def test_paths_are_given_back_as_they_are_written() -> None:
    paths = ["items[].phone", "items.0.phone", "items.$.phone", "é\u202e", ""]
    (found,) = mappings(json.dumps({"id": "a", "fields": [{"path": path} for path in paths]}))
    assert [field.path for field in found.fields] == paths


def test_a_half_of_a_surrogate_pair_is_replaced() -> None:
    assert fields('{"id": "a", "fields": [{"path": "x\\ud800"}]}') == {"a": {"x\ufffd": ""}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"id": 3, "fields": []}', 'f:1: "id" is missing'),
        (f'{FIRST}\n{{"id": 3, "fields": []}}', 'f:2: "id" is missing'),
        (f"{FIRST}\nnonsense", "f:2: this line is not JSON"),
        (f'{FIRST}\n\n{{"id": "b"}}', 'f:3: a mapping needs "id"'),
        (f"{FIRST}\n{'[' * 100_000}", "f:2: this line is not JSON: nested too deeply"),
        ('{"id": "a", "fields": [{"type": "text"}]}', 'f:1: field 1 has no "path"'),
        ('{"fields": [{"path": "x"}]}', 'f:1: "id" is missing'),
    ],
)
def test_a_wrong_line_is_named(text: str, said: str) -> None:
    assert complaint(text).startswith(said)


def test_what_comes_before_a_wrong_line_is_given() -> None:
    lines = read(io.BytesIO(f"{FIRST}\nnonsense".encode()), file="f", name="")
    assert next(lines).id == "a"
    with pytest.raises(MappingError, match=r"^f:2: "):
        next(lines)


def test_another_form_is_refused_where_lines_are_demanded() -> None:
    assert complaint('{"mappings": {}}', form=Form.JSONL) == (
        'f:1: a mapping needs "id" and a list "fields" of objects with "path"'
    )


ENTRIES = st.fixed_dictionaries(
    {}, optional={"path": st.text(max_size=5) | st.integers(), "type": st.text(max_size=5) | st.none()}
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.text(max_size=5) | st.integers(), "fields": st.lists(ENTRIES, max_size=4) | st.none()}
        ),
        max_size=4,
    )
)
def test_any_lines_give_mappings_or_a_sentence(lines: list[object]) -> None:
    sound("\n".join(json.dumps(line) for line in lines))


@given(st.text())
def test_any_text_gives_mappings_or_a_sentence(text: str) -> None:
    sound(text.encode("utf-8", "replace"))
    for form in Form:
        sound(text.encode("utf-8", "replace"), form=form)


@given(st.binary())
def test_any_bytes_give_mappings_or_a_sentence(data: bytes) -> None:
    sound(data)
