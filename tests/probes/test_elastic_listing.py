"""Listings, statistics, aliases and the totals of searches."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.elastic.listing import (
    ListedIndex,
    is_system,
    read_aliases,
    read_cat_indices,
    read_search,
    read_stats,
    rest_of_cut_list,
)
from auditor.probes.json_reply import JsonValue, parse


@pytest.mark.fact("ES-30", "ES-68")
def test_a_listing_of_any_age() -> None:
    rows: JsonValue = [
        {"index": "people", "status": "open", "docs.count": "2", "pri.store.size": "10", "store.size": "20"},
        {"index": "old", "docs.count": "3", "store.size": "7"},  # 1.0 has no status
        {"index": "shut", "status": "close", "docs.count": None, "pri.store.size": None, "store.size": None},
    ]
    found = read_cat_indices(rows, limit=10)
    assert found is not None
    assert found.indices == (
        ListedIndex("people", 2, 10),
        ListedIndex("old", 3, 7),
        ListedIndex("shut", None, None, closed=True),
    )


def test_an_empty_listing_is_a_listing() -> None:
    found = read_cat_indices([], limit=10)
    assert found is not None
    assert found.indices == ()


@pytest.mark.parametrize("reply", [None, {}, {"error": "x"}, [1, 2], [{"health": "green"}], "people", [[]]])
def test_what_is_no_listing_is_none(reply: JsonValue) -> None:
    assert read_cat_indices(reply, limit=10) is None


def test_ten_thousand_indices_are_cut_and_said_so() -> None:
    rows: JsonValue = [{"index": f"i{number}"} for number in range(10_001)]
    found = read_cat_indices(rows, limit=10_000)
    assert found is not None
    assert (len(found.indices), found.truncated) == (10_000, True)
    whole = read_cat_indices(rows, limit=10_001)
    assert whole is not None
    assert not whole.truncated


def test_a_list_that_was_cut_keeps_its_whole_rows() -> None:
    body = b'[{"index":"a"},{"index":"b"},{"index":"c","docs.co'
    found = read_cat_indices(parse(rest_of_cut_list(body)), limit=10)
    assert found is not None
    assert [index.name for index in found.indices] == ["a", "b"]


def test_statistics_count_primaries() -> None:
    reply: JsonValue = {
        "_all": {},
        "indices": {
            "people": {
                "primaries": {"docs": {"count": 2}, "store": {"size_in_bytes": 9}},
                "total": {"docs": {"count": 4}, "store": {"size_in_bytes": 18}},
            }
        },
    }
    found = read_stats(reply, limit=5)
    assert found is not None
    assert found.indices == (ListedIndex("people", 2, 9),)
    assert read_stats({"error": "x"}, limit=5) is None


def test_aliases() -> None:
    reply: JsonValue = {"people": {"aliases": {"p": {}}}, "shut": {"aliases": {}}}
    assert read_aliases(reply, limit=5) == {"people": ("p",), "shut": ()}
    assert read_aliases({"error": "x", "status": 403}, limit=5) is None
    assert read_aliases(reply, limit=1) == {"people": ("p",)}
    odd: JsonValue = {"people": {"aliases": {"": {}, "x" * 2_000: {}, **{f"a{number}": {} for number in range(99)}}}}
    kept = (read_aliases(odd, limit=1) or {})["people"]
    assert (len(kept), kept[0]) == (64, "a0")


SHARDS: JsonValue = {"total": 5, "successful": 5, "failed": 0}


@pytest.mark.parametrize(
    ("total", "records", "lower_bound"),
    [
        pytest.param(3, 3, None, id="a number up to 6"),
        pytest.param({"value": 3, "relation": "eq"}, 3, None, id="an object from 7 on"),
        pytest.param({"value": 10_000, "relation": "gte"}, None, 10_000, id="a lower bound is no count"),
        pytest.param(None, None, None, id="none told"),
    ],
)
def test_a_search_tells_its_total(total: JsonValue, records: int | None, lower_bound: int | None) -> None:
    found = read_search({"took": 1, "_shards": SHARDS, "hits": {"total": total, "hits": []}})
    assert found is not None
    assert (found.records, found.lower_bound, found.searched) == (records, lower_bound, True)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param({"error": "x", "status": 400}, id="an error"),
        pytest.param({"error": {}, "took": 1, "hits": {"total": 1}}, id="an error that looks like an answer"),
        pytest.param({"took": 1, "hits": []}, id="hits of another make"),
        pytest.param({"hits": {"total": 1}}, id="hits alone"),
        pytest.param({"took": 1, "hits": {"total": "many"}}, id="a total that is none"),
        pytest.param([], id="a list"),
        pytest.param(None, id="no JSON"),
    ],
)
def test_what_is_no_search_is_none(reply: JsonValue) -> None:
    assert read_search(reply) is None


def test_documents_that_a_hostile_server_sends_are_not_kept() -> None:
    reply: JsonValue = {
        "took": 1,
        "_shards": SHARDS,
        "hits": {"total": 1, "hits": [{"_source": {"email": "jane@example.org"}}]},
    }
    assert "jane" not in repr(read_search(reply))


def test_a_search_that_no_shard_answered_read_nothing() -> None:
    found = read_search({"took": 1, "_shards": {"total": 5, "failed": 5}, "hits": {"total": 0}})
    assert found is not None
    assert not found.searched
    some = read_search({"took": 1, "_shards": {"total": 5, "failed": 4}, "hits": {"total": 1}})
    assert some is not None
    assert some.searched


@pytest.mark.parametrize(
    ("name", "system"),
    [
        (".kibana", True),
        (".security-7", True),
        (".opendistro_security", True),
        ("people", False),
        (".ds-logs-app-2026.11.23-000001", False),
        (".fs-logs-app-2026.11.23-000002", False),
        (".reindexed-v7-people", False),
    ],
)
def test_a_leading_dot_marks_the_products_own(name: str, system: bool) -> None:
    assert is_system(name) is system


WORDS = st.sampled_from(
    ["index", "docs.count", "store.size", "status", "indices", "_all", "aliases", "hits", "total", "took"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=6), inner, max_size=4),
    max_leaves=30,
)


@given(ANYTHING)
def test_any_json_is_read_within_the_limit(reply: Any) -> None:
    for listing in (read_cat_indices(reply, limit=2), read_stats(reply, limit=2)):
        assert listing is None or len(listing.indices) <= 2
    aliases = read_aliases(reply, limit=2)
    assert aliases is None or len(aliases) <= 2
    total = read_search(reply)
    assert total is None or total.records is None or total.records >= 0


@given(st.binary(max_size=80))
def test_any_cut_list_is_parsed_or_none(body: bytes) -> None:
    read_cat_indices(parse(rest_of_cut_list(body)), limit=5)
