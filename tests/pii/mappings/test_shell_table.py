"""Tables that MongoDB's shells print, and variety's JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.mappings import Form
from tests.pii.mappings.reading import complaint, fields, only, sound

VARIETY = """\
MongoDB shell version v4.4.0
Using collection of "users"

+-----------------------------------------------------------------------------------+
| key                | types                | occurrences | percents | lastValue     |
| ------------------ | -------------------- | ----------- | -------- | ------------- |
| _id                | ObjectId             |           5 |    100.0 | canary        |
| name               | String               |           5 |    100.0 | canary        |
| pets               | String (1),Array (1) |           2 |     40.0 | [Array]       |
| pets.XX.owner.name | String               |           2 |     40.0 | canary | bird |
| tags.XX            | Number, String       |           2 |     40.0 | canary        |
| home               | Object               |           2 |     40.0 | [Object]      |
+-----------------------------------------------------------------------------------+
"""
ANALYSED = """\
┌─────────┬─────────────┬───────────┬────────────┐
│ (index) │      0      │     1     │     2      │
├─────────┼─────────────┼───────────┼────────────┤
│    0    │ '_id      ' │ '100.0 %' │ 'ObjectID' │
│    1    │ 'home.city' │ '50.0 %'  │ 'Number'   │
│    2    │ 'home.city' │ '50.0 %'  │ 'String'   │
└─────────┴─────────────┴───────────┴────────────┘
"""


def test_varietys_table_gives_paths_and_types_and_no_last_value() -> None:
    assert fields(VARIETY) == {
        "file": {
            "_id": "ObjectId",
            "name": "String",
            "pets": "String",
            "pets.owner.name": "String",
            "tags": "Number|String",
            "home": "object",
        }
    }


def test_the_table_of_analyze_schema_is_read() -> None:
    assert only(ANALYSED) == {"_id": "ObjectID", "home.city": "Number|String"}


@pytest.mark.parametrize("types", [{"String": 5, "Date": 1}, ["String", "Date"]], ids=["counted", "listed"])
def test_varietys_json_is_read(types: object) -> None:
    answer = [
        {"_id": {"key": "a.XX.born"}, "value": {"types": types}, "totalOccurrences": 5, "percentContaining": 100.0},
        {"_id": {"key": "name"}, "value": {"type": "String"}, "lastValue": "canary"},
    ]
    assert only(answer) == {"a.born": "Date|String", "name": "String"}


def test_a_row_that_does_not_end_is_said() -> None:
    assert complaint(f"{ANALYSED}{'x' * 100_000}") == "f:8: a line of more than 65,536 characters is no row of a table"


@given(st.lists(st.text(alphabet="|│ key'types-(index)012XX.a\n", max_size=30), max_size=12))
def test_any_table_gives_a_mapping_or_a_sentence(lines: list[str]) -> None:
    sound("\n".join(["| key | types |", *lines]))
    sound("\n".join(["│ (index) │ 0 │ 1 │ 2 │", *lines]), form=Form.MONGODB)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"_id": st.fixed_dictionaries({"key": st.text(max_size=8)})},
            optional={"value": st.fixed_dictionaries({"types": st.none() | st.text() | st.lists(st.text())})},
        ),
        max_size=4,
    )
)
def test_any_answer_gives_a_mapping_or_a_sentence(answer: list[object]) -> None:
    sound(json.dumps(answer))
