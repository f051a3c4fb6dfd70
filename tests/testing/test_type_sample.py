from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes import mongo_reductions
from auditor.testing.type_sample import Blank, UnknownStageError, aggregate, recorded_documents

BATCH = [{"f": [{"k": "_id", "t": "objectId"}, {"k": "email", "t": "string"}]}, {"f": [{"k": "email", "t": "null"}]}]
TO_ARRAY = {"$project": {"_id": 0, "a": {"$objectToArray": "$$ROOT"}}}


def rows(*stages: dict[str, Any]) -> list[dict[str, Any]]:
    documents = recorded_documents(BATCH)
    assert documents is not None
    return aggregate(documents, stages)


def test_grouping_counts_each_name_with_each_of_its_types() -> None:
    group = {"$group": {"_id": {"k": "$a.k", "t": {"$type": "$a.v"}}, "n": {"$sum": 1}}}
    assert rows(TO_ARRAY, {"$unwind": "$a"}, group) == [
        {"_id": {"k": "_id", "t": "objectId"}, "n": 1},
        {"_id": {"k": "email", "t": "string"}, "n": 1},
        {"_id": {"k": "email", "t": "null"}, "n": 1},
    ]


def test_mapping_in_place_gives_the_recorded_wording_back() -> None:
    body = {"k": "$$x.k", "t": {"$type": "$$x.v"}}
    mapped = {"$project": {"_id": 0, "f": {"$map": {"input": {"$objectToArray": "$$ROOT"}, "as": "x", "in": body}}}}
    assert rows(mapped) == BATCH


@pytest.mark.parametrize("ask", [mongo_reductions.deep, mongo_reductions.flat])
def test_our_own_questions_for_types_are_answered(ask: Callable[[int], list[dict[str, Any]]]) -> None:
    assert mongo_reductions.read_typed(rows(*ask(20))) == (("_id", "objectId"), ("email", "string"), ("email", "null"))


def test_our_own_questions_for_names_or_for_types_alone_are_answered() -> None:
    assert mongo_reductions.read_names(rows(*mongo_reductions.names(20))) == ("_id", "email")
    assert mongo_reductions.read_names(rows(*mongo_reductions.names(20, "sub"))) == ()
    batch = rows(*mongo_reductions.types(20, ["email", "absent"]))
    assert mongo_reductions.read_types(batch, ["email", "absent"]) == (("email", "string"), ("email", "null"))
    assert mongo_reductions.read_mapped(rows(*mongo_reductions.mapped(20))) is not None


def test_types_of_one_name_can_be_collected() -> None:
    group = {"$group": {"_id": "$a.k", "types": {"$addToSet": {"$type": "$a.v"}}}}
    assert rows(TO_ARRAY, {"$unwind": {"path": "$a"}}, group)[1] == {"_id": "email", "types": ["string", "null"]}


def test_a_sample_and_a_limit_are_kept_to() -> None:
    assert [len(rows({stage: given})) for stage, given in (("$limit", 1), ("$sample", {"size": 1}))] == [1, 1]


def test_a_question_for_values_finds_none() -> None:
    assert rows({"$limit": 1}) == [{"_id": None, "email": None}]
    assert "string" in repr(Blank("string"))


@pytest.mark.parametrize(
    "stage", [{"$lookup": {}}, {"$project": {"x": {"$toUpper": "$email"}}}, {"$group": {}}, {}, {"$limit": "x"}]
)
def test_what_is_unknown_or_malformed_is_named_not_guessed(stage: dict[str, Any]) -> None:
    with pytest.raises(UnknownStageError):
        rows(stage)


@pytest.mark.parametrize("batch", [[], [{"email": "x"}], [{"f": "x"}], [{"f": [{"k": 1, "t": 2}]}], [3]])
def test_a_batch_of_another_shape_is_no_sample(batch: list[Any]) -> None:
    assert recorded_documents(batch) is None


@given(
    pipeline=st.lists(
        st.dictionaries(
            st.sampled_from(["$sample", "$limit", "$project", "$unwind", "$group", "$sort", "$count", "$match"]),
            st.recursive(
                st.none() | st.integers() | st.sampled_from(["$$ROOT", "$a", "$$x", "email"]),
                lambda inner: st.dictionaries(
                    st.sampled_from(["_id", "a", "$type", "$map", "size", "$sum"]), inner, max_size=2
                ),
                max_leaves=5,
            ),
            max_size=2,
        ),
        max_size=4,
    )
)
def test_any_pipeline_is_answered_or_named_unknown(pipeline: list[dict[str, Any]]) -> None:
    with suppress(UnknownStageError):
        assert isinstance(rows(*pipeline), list)
