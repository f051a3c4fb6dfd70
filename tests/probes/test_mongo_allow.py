"""Writing is not expressible, and no pipeline can bring a value back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes import mongo_allow
from auditor.probes import mongo_reductions as reductions
from auditor.probes.interface import WriteRefusedError

ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("admin", {"isMaster": 1}),
    ("admin", {"hello": 1}),
    ("admin", {"buildInfo": 1}),
    ("admin", {"listDatabases": 1}),
    ("admin", {"listDatabases": 1, "nameOnly": True}),
    ("shop", {"listCollections": 1, "cursor": {"batchSize": 500}}),
    ("shop", {"listCollections": 1, "nameOnly": True, "cursor": {}}),
    ("shop", {"listIndexes": "people", "cursor": {"batchSize": 5}}),
    ("shop", {"count": "people"}),
    ("shop", {"count": "people", "maxTimeMS": 100}),
    ("shop", {"collStats": "people"}),
    ("shop", {"dbStats": 1}),
    ("admin", {"getLog": "startupWarnings"}),
    ("admin", {"hostInfo": 1}),
    ("admin", {"replSetGetStatus": 1}),
    ("admin", {"connectionStatus": 1, "showPrivileges": True}),
    ("shop", {"getMore": -(2**63), "collection": "$cmd.listCollections", "batchSize": 5}),
    ("admin", {"auditorControlQuestion": 1}),
    ("shop", {"aggregate": "people", "pipeline": [{"$collStats": {"count": {}}}], "cursor": {}}),
    ("shop", {"aggregate": "people", "pipeline": [{"$match": {}}, {"$limit": 5}, {"$count": "n"}], "cursor": {}}),
]

REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("shop", {}),
    ("shop", {"insert": "people", "documents": [{}]}),
    ("shop", {"update": "people"}),
    ("shop", {"delete": "people"}),
    ("shop", {"drop": "people"}),
    ("shop", {"dropDatabase": 1}),
    ("shop", {"find": "people"}),
    ("shop", {"distinct": "people", "key": "email"}),
    ("shop", {"mapReduce": "people"}),
    ("shop", {"findAndModify": "people"}),
    ("shop", {"eval": "1"}),
    ("shop", {"create": "x"}),
    ("admin", {"shutdown": 1}),
    ("admin", {"setParameter": 1}),
    ("admin", {"killCursors": "x"}),
    ("admin", {"saslStart": 1}),
    ("admin", {"authenticate": 1}),
    ("admin", {"createUser": "x"}),
    ("admin", {"getParameter": "*"}),
    ("admin", {"getLog": "global"}),
    ("admin", {"getLog": "*"}),
    ("admin", {"ISMASTER": 1}),
    ("shop", {"count": "people", "query": {"email": "a@example.org"}}),
    ("shop", {"count": 1}),
    ("shop", {"count": ""}),
    ("shop", {"count": "a\0b"}),
    ("shop", {"count": {"$gt": 1}}),
    ("shop", {"collStats": "people", "scale": 1, "writeConcern": {}}),
    ("shop", {"listCollections": 1, "filter": {"name": "x"}}),
    ("shop", {"listCollections": 1, "cursor": {"batchSize": -1}}),
    ("shop", {"listCollections": 1, "cursor": {"batchSize": 1, "drop": 1}}),
    ("shop", {"listDatabases": True}),
    ("shop", {"listDatabases": 2}),
    ("shop", {"getMore": 2**63, "collection": "people"}),
    ("shop", {"getMore": 1}),
    ("shop", {"getMore": 1.5, "collection": "people"}),
    ("shop", {"isMaster": 1, "$db": "admin"}),
    ("shop", {"isMaster": 1, "compression": ["zlib"]}),
    ("shop", {"isMaster": 1, "insert": "people"}),
    ("", {"count": "people"}),
    ("a.b", {"count": "people"}),
    ("a$b", {"count": "people"}),
    ("a\0b", {"count": "people"}),
    ("shop", {"auditorControlQuestion": "people"}),
]

_GOOD = reductions.deep(100)
PIPELINES: list[Any] = [
    None,
    [],
    {},
    [{}],
    [{"$match": {}}],
    [{"$limit": 1}],
    [{"$sample": {"size": 1}}],
    [{"$project": {"email": 1}}],
    [{"$group": {"_id": "$email"}}],
    [{"$out": "x"}],
    [{"$merge": "x"}],
    [*_GOOD, {"$out": "x"}],
    [*_GOOD, {"$merge": {"into": "x"}}],
    [{"$lookup": {"from": "x"}}, *_GOOD],
    [{"$match": {"$where": "1"}}, {"$count": "n"}],
    [{"$match": {"email": "a@example.org"}}, {"$count": "n"}],
    [{"$match": {"$expr": {"$function": {}}}}, {"$count": "n"}],
    [{"$count": "$n"}],
    [{"$count": ""}],
    [{"$count": "a"}, {"$limit": 1}],
    [{"$project": {"n": "$email"}}, {"$count": "n"}],
    [{"$collStats": {"count": {"$function": 1}}}],
    [{"$collStats": {"latencyStats": {}}}],
    [{"$collStats": {}}, {"$project": {"x": 1}}],
    [*_GOOD[:-2]],
    [*_GOOD[:-1], {"$limit": 1}],
    [*_GOOD[:3], *_GOOD[4:]],
    [{"$sample": {"size": 1}}, {"$project": {"_id": 0, "t0": "$email"}}],
    [{"$sample": {"size": 1}}, {"$project": {"_id": 0, "t0": {"$type": "$$ROOT"}}}],
    [{"$sample": {"size": 1}}, {"$project": {"_id": 1, "t0": {"$type": "$email"}}}],
    [{"$sample": {"size": 1}}, {"$project": {"_id": 0, "t0": {"$type": "$email"}, "x": "$email"}}],
    [{"$sample": {"size": 1}}, {"$project": {"_id": 0}}],
    [{"$sample": {"size": True}}, *_GOOD[1:]],
    [{"$sample": {"size": 10**6}}, *_GOOD[1:]],
    [*_GOOD, *_GOOD],
    [_GOOD],
]


@pytest.mark.parametrize(("database", "command"), ALLOWED)
def test_reading_passes(database: str, command: dict[str, Any]) -> None:
    mongo_allow.check(database, command)


@pytest.mark.parametrize(("database", "command"), REFUSED)
def test_anything_else_is_refused(database: str, command: dict[str, Any]) -> None:
    with pytest.raises(WriteRefusedError):
        mongo_allow.check(database, command)


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_pipeline_that_could_write_or_bring_back_a_value_is_refused(pipeline: Any) -> None:
    with pytest.raises(WriteRefusedError):
        mongo_allow.check("shop", {"aggregate": "people", "pipeline": pipeline, "cursor": {}})


@pytest.mark.parametrize("field", ["$out", "$merge", "$function", "$where", "$accumulator"])
@pytest.mark.parametrize("depth", range(5))
def test_no_forbidden_operator_passes_however_deep_it_stands(field: str, depth: int) -> None:
    hidden: Any = {field: "x"}
    for _ in range(depth):
        hidden = {"$cond": [True, hidden, 0]}
    for place in range(len(_GOOD)):
        name = next(iter(_GOOD[place]))
        pipeline = [*_GOOD[:place], {name: hidden}, *_GOOD[place + 1 :]]
        with pytest.raises(WriteRefusedError):
            mongo_allow.check("shop", {"aggregate": "people", "pipeline": pipeline, "cursor": {}})


@pytest.mark.parametrize(
    "pipeline",
    [
        reductions.deep(100),
        reductions.flat(100),
        reductions.mapped(5),
        reductions.names(1),
        reductions.names(100, "address"),
        reductions.types(100, ["email", "address.city"]),
    ],
)
def test_every_reduction_that_we_make_passes(pipeline: reductions.Pipeline) -> None:
    mongo_allow.check("shop", {"aggregate": "people", "pipeline": pipeline, "cursor": {"batchSize": 5}, "maxTimeMS": 1})


@pytest.mark.parametrize("path", ["", "$x", "a.$x", "a..b", ".a", "a.", "a\0b", "x" * 2_000])
def test_a_name_that_is_no_path_makes_no_reduction(path: str) -> None:
    assert not reductions.is_path(path)
    assert not reductions.is_reduction(reductions.types(1, [path]))


@pytest.mark.parametrize("collection", ["shop.system.namespaces", "shop.system.indexes"])
def test_the_old_catalogues_may_be_read(collection: str) -> None:
    mongo_allow.check_find(collection)


@pytest.mark.parametrize(
    "collection",
    [
        "shop.people",
        "shop.system.users",
        "system.namespaces",
        ".system.namespaces",
        "shop.x.system.namespaces",
        "",
        "a",
    ],
)
def test_no_other_collection_may_be_found_in(collection: str) -> None:
    with pytest.raises(WriteRefusedError):
        mongo_allow.check_find(collection)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.sampled_from(["$email", "$$ROOT"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["$match", "$group", "$count", "$out", "_id", "x", "$limit"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(st.lists(_json, max_size=4))
def test_any_pipeline_is_checked_and_what_passes_only_counts(pipeline: list[Any]) -> None:
    try:
        mongo_allow.check("shop", {"aggregate": "people", "pipeline": pipeline, "cursor": {}})
    except WriteRefusedError:
        return
    assert "$count" in pipeline[-1]
    assert "$email" not in repr(pipeline)
    assert "$out" not in repr(pipeline)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ({"count": "people"}, "count shop.people (OP_MSG)"),
        ({"listDatabases": 1}, "listDatabases shop (OP_MSG)"),
        ({"getLog": "startupWarnings"}, "getLog shop startupWarnings (OP_MSG)"),
        ({"getMore": 5, "collection": "$cmd.x"}, "getMore shop.$cmd.x (OP_MSG)"),
        (
            {"aggregate": "p", "pipeline": [{"$match": {}}, {"$count": "n"}]},
            "aggregate shop.p [$match, $count] (OP_MSG)",
        ),
    ],
)
def test_a_command_is_written_down_without_its_arguments(command: dict[str, Any], text: str) -> None:
    assert mongo_allow.describe("shop", command, "OP_MSG") == text
