"""Which data sets are sampled and when it ends, whatever the product; and the two walks that feed a tally."""

import asyncio
import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.dataset import DataSet, Field, Kind, ValueCounts
from auditor.probes import sampling
from auditor.probes.bson_shape import read_shape
from auditor.probes.elastic.documents import tally_documents
from auditor.probes.interface import Budget, Manner, Tally
from auditor.probes.mongo_messages import Place
from auditor.probes.sampling import MOST_VALUES, End, Taken
from auditor.testing.scripted import ScriptedLines, target
from tests.probes.tally import SmallTally


class Watching:
    """A tally that keeps what it is handed, for a test to look at."""

    def __init__(self, name: str = "", fields: Sequence[Field] = ()) -> None:
        self.taken: list[tuple[str, object]] = []

    def take(self, path: str, value: object) -> None:
        self.taken.append((path, value))

    def counts(self) -> tuple[ValueCounts, ...]:
        return ()


def dataset(name: str, records: int | None = 1) -> DataSet:
    return DataSet(name, Kind.INDEX, records=records, readable=True)


def lines(*, sample: int = 5, **budget: Any) -> ScriptedLines:
    return ScriptedLines(target(), manner=Manner(sample=sample), budget=Budget(**budget), open_tally=SmallTally)


async def sampled(
    datasets: Sequence[DataSet], take: sampling.Take, through: ScriptedLines, *, spent: float = 0.0
) -> tuple[DataSet, ...]:
    began = asyncio.get_running_loop().time() - spent
    return await sampling.sample(datasets, take, lines=through, began=began, may=lambda each: each.name != "not-this")


async def taken(each: DataSet, documents: int, tally: Tally) -> Taken:
    return Taken(End.TAKEN, DataSet(each.name, each.kind, sampled=documents))


async def test_the_order_of_the_data_sets_stays_and_only_the_chosen_change() -> None:
    mine = [
        dataset("small"),
        dataset("empty", 0),
        dataset("not-this"),
        DataSet("locked", Kind.INDEX, readable=False),
        DataSet("unasked", Kind.INDEX),
        DataSet(".own", Kind.INDEX, readable=True, system=True),
        dataset("uncounted", None),
    ]
    found = await sampled(mine, taken, lines())
    assert [each.name for each in found] == [each.name for each in mine]
    assert [each.name for each in found if each.sampled] == ["small", "uncounted"]


async def test_without_leave_nothing_is_asked() -> None:
    async def never(each: DataSet, documents: int, tally: Tally) -> Taken:
        raise AssertionError(each.name)

    mine = (dataset("a"),)
    assert await sampled(mine, never, lines(sample=0)) == mine
    without_a_tally = ScriptedLines(target(), manner=Manner(sample=5))
    assert await sampled(mine, never, without_a_tally) == mine


@pytest.mark.parametrize("spent", [59.9, 61.0])
async def test_what_no_time_was_left_for_is_not_taken_and_what_was_taken_stays(spent: float) -> None:
    async def slow(each: DataSet, documents: int, tally: Tally) -> Taken:
        await asyncio.sleep(0 if each.name == "first" and spent < 60 else 3600)
        return await taken(each, documents, tally)

    found = await sampled([dataset("first", 9), dataset("second"), dataset("third")], slow, lines(), spent=spent)
    assert [each.sampled for each in found] == ([5, None, None] if spent < 60 else [None] * 3)
    assert found[-1].refused == ("sample: not taken",)


async def test_a_time_out_of_another_s_is_not_swallowed() -> None:
    async def fails(each: DataSet, documents: int, tally: Tally) -> Taken:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await sampled([dataset("a")], fails, lines())


async def test_a_single_document_that_is_too_long_is_not_asked_for_again() -> None:
    asked: list[int] = []

    async def too_long(each: DataSet, documents: int, tally: Tally) -> Taken:
        asked.append(documents)
        return Taken(End.TOO_LONG, each)

    (found,) = await sampled([dataset("a")], too_long, lines(sample=9))
    assert (asked, found.refused) == ([9], ("sample: too long for one reply",))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=30,
)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_the_body_the_walk_ends_and_hands_over_texts_and_numbers(body: bytes) -> None:
    tally = Watching()
    tally_documents(body, tally, limit=3)
    assert all(type(value) in (str, int, float) and path for path, value in tally.taken)


@given(st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=4), max_size=5), st.integers(1, 5))
def test_documents_are_counted_up_to_the_limit(documents: list[Any], limit: int) -> None:
    body = json.dumps({"took": 1, "hits": {"hits": [{"_source": each} for each in documents]}}).encode()
    assert tally_documents(body, Watching(), limit=limit) == min(len(documents), limit)


KEYS = ["alice@example.org", "+49 171 2345678", "11010519491231002X", "4111111111111111", "Alice Smith"]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_is_a_value_is_no_part_of_a_path_unless_the_mapping_has_it(key: str) -> None:
    document = {"contacts": {key: {"phone": 1}}, "address_line_2": 2}
    body = json.dumps({"took": 1, "hits": {"hits": [{"_source": document}]}}).encode()
    unmapped, mapped = Watching(), Watching()
    tally_documents(body, unmapped, limit=1, known=frozenset({"contacts", "address_line_2"}))
    assert sorted(unmapped.taken) == [("address_line_2", 2), ("contacts.*.phone", 1)]
    tally_documents(body, mapped, limit=1, known=frozenset({f"contacts.{key}.phone"}))
    assert (f"contacts.{key}.phone", 1) in mapped.taken


def test_no_more_values_are_looked_at_than_a_sample_may_have() -> None:
    many = {f"f{number}": {"a": [number]} for number in range(MOST_VALUES)}
    tally = Watching()
    assert tally_documents(json.dumps({"hits": {"hits": [{"_source": many}]}}).encode(), tally, limit=1) == 1
    assert 0 < len(tally.taken) < MOST_VALUES
    counted = Watching()
    body = bson.encode({"a": [{"b": list(range(50))} for _ in range(50)], "c": list(range(50))})
    read_shape(body * 2, [Place(0, len(body)), Place(len(body), 2 * len(body))], counted)
    assert len(counted.taken) == 2 * (10 * 10 + 10)


AWARE = bson.codec_options.CodecOptions[dict[str, Any]](tz_aware=True)
WORDS = st.text(st.characters(codec="utf-8"), max_size=8)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0."), min_size=1, max_size=4)
LEAVES = (
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats() | WORDS | st.binary(max_size=4)
)
BSON = st.recursive(
    LEAVES | st.datetimes(timezones=st.just(UTC)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), BSON, max_size=3), min_size=1, max_size=3))
def test_of_bson_the_values_are_those_that_a_decoder_reads(documents: list[dict[str, Any]]) -> None:
    encoded = [bson.encode(document) for document in documents]
    ends = list(accumulate(map(len, encoded)))
    tally = Watching()
    shape = read_shape(b"".join(encoded), map(Place, [0, *ends], ends), tally)
    wanted = [pair for each in encoded for pair in _values(bson.decode(each, AWARE), "", 3)]
    assert [(path, _plain(value)) for path, value in tally.taken] == [(path, _plain(value)) for path, value in wanted]
    assert shape == read_shape(b"".join(encoded), map(Place, [0, *ends], ends))


def _plain(value: object) -> object:
    return "nan" if isinstance(value, float) and math.isnan(value) else value


def _values(value: Any, path: str, depth: int) -> Any:
    """What the walk is to hand over, in its order, by recursion over decoded documents."""
    match value:
        case dict() if depth > 0:
            for name, inner in value.items():
                yield from _values(inner, f"{path}.{name}" if path else name, depth - 1)
        case list():
            for inner in value:
                if isinstance(inner, dict) or not isinstance(inner, (list, bytes, bool)):
                    yield from _values(inner, path, depth)
        case bool():
            return
        case str() | int() | float() | datetime():
            yield path, value
