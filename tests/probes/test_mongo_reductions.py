"""Readers of reductions take names and types, and nothing else whatever a server sends."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes import mongo_reductions as reductions
from auditor.probes.mongodb.sampling import fields_of, index_fields, schema_fields
from auditor.testing.type_sample import Blank, aggregate

CANARY = "alice@example.org"
PERSON = {"_id": CANARY, "name": "Alice", "email": CANARY, "n": 5, "tags": ["x"], "address": {"city": "Bonn"}}


def _row(**key: Any) -> dict[str, Any]:
    return {"_id": key, "auditorSeen": 3}


def test_three_levels_are_joined_into_paths_with_their_types() -> None:
    rows = [
        _row(p="address", t="object", q="geo", u="object", r="lat", w="double"),
        _row(p="address", t="object", q="city", u="string", w="missing"),
        _row(p="name", t="string", u="missing", w="missing"),
        _row(p="name", t="null", u="missing", w="missing"),
        _row(p="tags", t="array", q=None, u=None),
    ]
    seen = reductions.read_typed(rows)
    assert seen is not None
    assert reductions.joined(seen) == {
        "address": "object",
        "address.geo": "object",
        "address.geo.lat": "double",
        "address.city": "string",
        "name": "null|string",
        "tags": "array",
    }


@pytest.mark.fact("MDB-80", "MDB-81", "MDB-82")
@pytest.mark.parametrize(
    "rows",
    [
        None,
        {},
        "x",
        [PERSON],
        [_row(p="name", t="string"), PERSON],
        [{"_id": CANARY, "auditorSeen": 1, "email": CANARY}],
        [{"_id": {"p": "name", "t": "string"}}],
        [{"_id": {"p": "name", "t": "string"}, "auditorSeen": CANARY}],
        [{"_id": {"p": "name", "t": "string"}, "auditorSeen": True}],
        [{"_id": CANARY, "auditorSeen": 1}],
        [_row(p="$a.k", t={"$type": "$a.v"})],
        [_row(p="name", t="$$x.t")],
        [_row(p="name", t=CANARY)],
        [_row(p="name", t="string", value=CANARY)],
        [_row(p=5, t="string")],
        [_row(p="name")],
        [_row(q="name", u="string")],
        [_row()],
        [_row(p="x" * 5_000, t="string")],
    ],
)
def test_a_row_of_another_shape_drops_the_whole_reply(rows: Any) -> None:
    assert reductions.read_typed(rows) is None


def test_a_row_for_each_document_is_read_too() -> None:
    rows = [{"f": [{"k": "email", "t": "string"}, {"k": "n", "t": "int"}]}, {"f": []}]
    assert reductions.read_mapped(rows) == (("email", "string"), ("n", "int"))


@pytest.mark.parametrize(
    "rows",
    [
        None,
        [PERSON],
        [{"f": CANARY}],
        [{"f": [CANARY]}],
        [{"f": [{"k": "email", "t": "$$x.t"}]}],
        [{"f": [{"k": "email", "t": "string", "v": CANARY}]}],
        [{"f": [], "email": CANARY}],
    ],
)
def test_a_row_for_each_document_of_another_shape_is_dropped(rows: Any) -> None:
    assert reductions.read_mapped(rows) is None


@pytest.mark.parametrize(
    "rows",
    [None, [PERSON], [{"_id": CANARY, "n": 3}], [{"_id": 5, "auditorSeen": 1}], [{"_id": "$a.k", "auditorSeen": 1}]],
)
def test_names_of_another_shape_are_dropped(rows: Any) -> None:
    assert reductions.read_names(rows) is None


def test_names_are_read() -> None:
    assert reductions.read_names([{"_id": "email", "auditorSeen": 20}, {"_id": "n", "auditorSeen": 1.0}]) == (
        "email",
        "n",
    )


def test_types_are_read_by_the_number_of_their_path() -> None:
    rows = [{"t0": "string", "t1": "missing"}, {"t0": "null", "t1": "unknown"}]
    assert reductions.read_types(rows, ["email", "n"]) == (("email", "string"), ("email", "null"))


@pytest.mark.parametrize(
    "rows",
    [None, [PERSON], [{"t0": CANARY}], [{"t0": {"$type": "$email"}}], [{"t1": "string"}], [{"t0": "string", "_id": 1}]],
)
def test_types_of_another_shape_are_dropped(rows: Any) -> None:
    assert reductions.read_types(rows, ["email"]) is None


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.just(CANARY) | st.sampled_from(["p", "string", "int"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["_id", "p", "t", "q", "u", "f", "k", "n", "auditorSeen", "t0"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@pytest.mark.fact("MDB-82")
@given(_values)
def test_readers_are_total_and_no_type_is_ever_a_value(batch: Any) -> None:
    for seen in (reductions.read_typed(batch), reductions.read_mapped(batch), reductions.read_types(batch, ["x"])):
        for _, kind in seen or ():
            assert kind in reductions.BSON_TYPES
    reductions.read_names(batch)


@given(st.lists(st.fixed_dictionaries({"_id": st.just(CANARY), "n": st.integers()}), min_size=1))
def test_stored_documents_handed_back_never_pass_for_an_answer(batch: Any) -> None:
    assert reductions.read_typed(batch) is None
    assert reductions.read_mapped(batch) is None
    assert reductions.read_names(batch) is None
    assert reductions.read_types(batch, ["email"]) is None


@pytest.mark.fact("MDB-78")
@pytest.mark.parametrize("wording", [reductions.flat, reductions.mapped])
def test_the_questions_and_their_readers_fit_together(wording: Any) -> None:
    documents = [{"email": Blank("string"), "n": Blank("int")}, {"email": Blank("null")}]
    rows = aggregate(documents, wording(100))
    read = reductions.read_mapped if wording is reductions.mapped else reductions.read_typed
    assert reductions.joined(read(rows) or ()) == {"email": "null|string", "n": "int"}


@pytest.mark.fact("MDB-77")
def test_index_keys_are_field_names() -> None:
    rows = [
        {"v": 2, "key": {"_id": 1}, "name": "_id_"},
        {"key": {"email": 1, "address.city": -1}, "partialFilterExpression": {"email": CANARY}},
        {"key": {"_fts": "text", "_ftsx": 1}, "weights": {"bio": 1}},
        {"key": {"$**": 1}},
        {"key": "x"},
        "y",
    ]
    assert index_fields(rows) == (("_id", ""), ("email", ""), ("address.city", ""), ("bio", ""))


@pytest.mark.fact("MDB-77")
def test_a_schema_tells_names_and_types_and_none_of_its_examples() -> None:
    validator = {
        "$jsonSchema": {
            "bsonType": "object",
            "properties": {
                "email": {"bsonType": "string", "enum": [CANARY], "description": CANARY},
                "age": {"bsonType": ["int", "null"]},
                "address": {"bsonType": "object", "properties": {"city": {"bsonType": "string"}}},
                "orders": {"bsonType": "array", "items": {"properties": {"sku": {"bsonType": CANARY}}}},
                "odd": CANARY,
                "$bad": {},
            },
        }
    }
    seen = schema_fields(validator)
    assert reductions.joined(seen) == {
        "email": "string",
        "age": "int|null",
        "address": "object",
        "address.city": "string",
        "orders": "array",
        "orders.sku": "",
        "odd": "",
    }
    assert CANARY not in repr(seen)


@given(_values)
def test_validators_of_any_shape_are_read_or_ignored(validator: Any) -> None:
    schema_fields(validator)
    schema_fields({"$jsonSchema": validator})
    schema_fields({"$jsonSchema": {"properties": {"a": validator}}})


def test_a_schema_without_end_is_cut() -> None:
    schema: dict[str, Any] = {"bsonType": "object"}
    schema["properties"] = {"a": schema, "b": schema}
    assert len(schema_fields({"$jsonSchema": schema})) <= 30


def test_fields_are_capped_and_counted() -> None:
    fields, many = fields_of([(f"f{number}", "int") for number in range(50)], limit=10)
    assert (len(fields), many) == (10, 50)
