"""Names and types are read off raw bytes as bson itself would see them, and nothing else comes through."""

import datetime as dt
import struct
from typing import Any

import bson
import pytest
from bson import Binary, Code, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.bson_shape import ALIASES, Shape, places_within, read_shape
from auditor.probes.mongo_messages import FrameError, Place
from auditor.probes.mongo_reductions import BSON_TYPES, LONGEST_NAME, MOST_PATHS

CANARY = "alice.canary@example.org"


def shape_of(*documents: dict[str, Any] | bytes) -> Shape:
    encoded = [one if isinstance(one, bytes) else bson.encode(one) for one in documents]
    ends = [sum(map(len, encoded[: number + 1])) for number in range(len(encoded))]
    return read_shape(b"".join(encoded), map(Place, [0, *ends[:-1]], ends))


def document(*parts: bytes) -> bytes:
    body = b"".join(parts) + b"\0"
    return struct.pack("<i", len(body) + 4) + body


def test_every_type_is_named_by_an_alias_that_is_one() -> None:
    assert set(ALIASES.values()) == BSON_TYPES - {"number"}


def test_three_levels_are_read_and_those_of_documents_in_arrays() -> None:
    orders = [{"sku": CANARY, "size": {"cm": 3, "box": {"deep": 1}}}, 5, {"sku": None}, [{"hidden": 1}]]
    seen = shape_of({"_id": ObjectId(), "address": {"geo": {"lat": 1.5, "alt": {"m": 1}}}, "orders": orders})
    assert seen.seen == (
        ("_id", "objectId"),
        ("address", "object"),
        ("address.geo", "object"),
        ("address.geo.lat", "double"),
        ("address.geo.alt", "object"),
        ("orders", "array"),
        ("orders.sku", "string"),
        ("orders.size", "object"),
        ("orders.size.cm", "int"),
        ("orders.size.box", "object"),
        ("orders.sku", "null"),
    )
    assert (seen.documents, seen.truncated) == (1, False)


def test_several_documents_are_joined() -> None:
    seen = shape_of({"a": 1}, {"a": "x", "b": True}, {})
    assert seen == Shape((("a", "int"), ("a", "string"), ("b", "bool")), documents=3)


def test_types_that_no_driver_writes_any_more_are_stepped_over_too() -> None:
    text = struct.pack("<i", 6) + b"alice\0"
    old = document(b"\x06u\0", b"\x0cp\0" + text + bytes(12), b"\x0es\0" + text, b"\x0dj\0" + text, b"\x0an\0")
    assert shape_of(old).seen == (
        ("u", "undefined"),
        ("p", "dbPointer"),
        ("s", "symbol"),
        ("j", "javascript"),
        ("n", "null"),
    )


_LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "double": st.floats(),
    "string": st.text(max_size=8) | st.just(CANARY),
    "binData": st.binary(max_size=9) | st.builds(Binary, st.binary(max_size=5), st.sampled_from([0, 2, 5, 128])),
    "objectId": st.builds(ObjectId, st.binary(min_size=12, max_size=12)),
    "bool": st.booleans(),
    "date": st.datetimes(min_value=dt.datetime(1, 1, 1), max_value=dt.datetime(9999, 1, 1)),  # noqa: DTZ001 - bson's own
    "null": st.none(),
    "regex": st.just(Regex(f"^{CANARY}$", "im")),
    "javascript": st.just(Code(CANARY)),
    "javascriptWithScope": st.just(Code(CANARY, {"x": CANARY})),
    "int": st.integers(-(2**31), 2**31 - 1),
    "timestamp": st.builds(Timestamp, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)),
    "long": st.integers(-(2**63), 2**63 - 1).map(Int64),
    "decimal": st.just(Decimal128("3.14")),
    "minKey": st.just(MinKey()),
    "maxKey": st.just(MaxKey()),
}
_leaf = st.one_of(*(st.tuples(st.just(kind), values) for kind, values in _LEAVES.items()))
_names = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=6).filter(
    lambda name: name != "_id"  # bson puts it first, wherever it stood
)
Typed = tuple[str, Any]


def _objects(inner: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    return st.tuples(st.just("object"), st.dictionaries(_names, inner, max_size=4))


_typed = st.recursive(
    _leaf, lambda inner: _objects(inner) | st.tuples(st.just("array"), st.lists(inner, max_size=4)), max_leaves=20
)


def _plain(typed: Typed) -> Any:
    kind, value = typed
    if kind == "object":
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if kind == "array" else value


def _expected(fields: dict[str, Typed], prefix: str = "", depth: int = 3) -> dict[tuple[str, str], None]:
    found: dict[tuple[str, str], None] = {}
    for name, (kind, value) in fields.items():
        found[f"{prefix}{name}", kind] = None
        inner = [value] if kind == "object" else []
        if kind == "array":
            inner = [one for kind_of_one, one in value if kind_of_one == "object"]
        for one in inner if depth > 1 else []:
            found |= _expected(one, f"{prefix}{name}.", depth - 1)
    return found


@given(st.lists(st.dictionaries(_names, _typed, max_size=5), max_size=3))
def test_names_and_types_are_those_of_the_documents_and_no_value_comes_through(
    documents: list[dict[str, Typed]],
) -> None:
    expected: dict[tuple[str, str], None] = {}
    for fields in documents:
        expected |= _expected(fields)
    seen = shape_of(*({name: _plain(typed) for name, typed in fields.items()} for fields in documents))
    assert seen == Shape(tuple(expected), len(documents))
    assert CANARY not in repr(seen)


PERSON = bson.encode({"name": CANARY, "tags": [CANARY, {"x": CANARY}], "n": 5, "code": Code(CANARY, {"y": CANARY})})


@given(st.integers(0, len(PERSON) - 1), st.integers(0, 255), st.integers(0, len(PERSON)))
def test_bytes_that_are_no_bson_raise_a_sentence_without_a_piece_of_a_value(at: int, byte: int, end: int) -> None:
    broken = bytearray(PERSON)
    broken[at] = byte
    for body, place in ((bytes(broken), Place(0, len(PERSON))), (PERSON, Place(0, end)), (PERSON[:end], Place(0, end))):
        try:
            read_shape(body, [place])
        except FrameError as error:
            told: BaseException | None = error
            while told is not None:
                assert "alice" not in str(told)
                assert not any(isinstance(argument, bytes) for argument in told.args)
                told = told.__cause__ or told.__context__


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\5\0\0\0",
        b"\6\0\0\0\0",
        b"\5\0\0\0\1",
        document(b"\x02a"),
        document(b"\x02a\0\3\0\0"),
        document(b"\x02a\0" + struct.pack("<i", 0)),
        document(b"\x02a\0" + struct.pack("<i", -7)),
        document(b"\x02a\0" + struct.pack("<i", 2**31 - 1) + b"alice\0"),
        document(b"\x03a\0" + struct.pack("<i", 4)),
        document(b"\x03a\0" + struct.pack("<i", 6) + b"\0\0\0"),
        document(b"\x05a\0" + struct.pack("<i", -1) + b"\0"),
        document(b"\x0fa\0" + struct.pack("<i", 13) + bytes(9)),
        document(b"\x0ba\0alice"),
        document(b"\x01a\0\0\0"),
        document(b"\x99a\0"),
    ],
)
def test_what_is_no_bson_is_refused(broken: bytes) -> None:
    with pytest.raises(FrameError):
        read_shape(broken, [Place(0, len(broken))])


def test_what_lies_deeper_than_it_looks_is_stepped_over_whatever_it_is() -> None:
    odd = document(b"\x03d\0" + struct.pack("<i", 9) + b"\x99\x99\x99\x99\0")
    nested = document(b"\x03a\0" + document(b"\x03b\0" + document(b"\x03c\0" + odd)))
    assert shape_of(nested).seen == (("a", "object"), ("a.b", "object"), ("a.b.c", "object"))


def test_names_without_bound_are_cut_and_said_to_be() -> None:
    assert shape_of({"x" * LONGEST_NAME: 1}).seen == (("x" * LONGEST_NAME, "int"),)
    for name in ("x" * (LONGEST_NAME + 1), "界" * (LONGEST_NAME + 1), "x" * 500_000):
        assert shape_of({name: 1, "n": 1}) == Shape((("n", "int"),), 1, truncated=True)
    many = shape_of({f"user{number}": 1 for number in range(MOST_PATHS + 500)})
    assert (len(many.seen), many.truncated) == (MOST_PATHS, True)


def test_a_megabyte_of_the_smallest_elements_ends_early() -> None:
    tiny = document(b"\x0a\0" * 400_000)
    assert shape_of(tiny) == Shape((), 1, truncated=True)


def test_of_an_array_some_documents_are_looked_into() -> None:
    seen = shape_of({"a": [{f"k{number}": 1} for number in range(50)]})
    assert [path for path, _ in seen.seen] == ["a", *(f"a.k{number}" for number in range(10))]


def test_text_that_is_not_utf_8_is_a_name_all_the_same() -> None:
    assert shape_of(document(b"\x0a\xff\xfe\0")).seen == (("\ufffd\ufffd", "null"),)


@pytest.mark.parametrize(
    ("reply", "many"),
    [
        ({"cursor": {"id": Int64(0), "ns": "a.b", "firstBatch": [{"x": 1}, 5, {}]}, "ok": 1.0}, 2),
        ({"ok": 1.0, "cursor": {"firstBatch": []}}, 0),
        ({"ok": 1.0}, None),
        ({"ok": 1.0, "cursor": [{"firstBatch": []}]}, None),
        ({"ok": 1.0, "cursor": {"firstBatch": {"0": {}}}}, None),
        ({"ok": 1.0, "cursor": {"nextBatch": []}}, None),
    ],
)
def test_the_documents_of_a_batch_are_found_where_they_lie(reply: dict[str, Any], many: int | None) -> None:
    body = bson.encode(reply)
    found = places_within(body, Place(0, len(body)), "cursor", "firstBatch")
    assert (None if found is None else len(found)) == many
    assert all(bson.decode(body[one.start : one.end]) is not None for one in found or ())
