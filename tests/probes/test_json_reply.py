"""JSON from servers that nobody vouches for."""

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes import json_reply
from auditor.probes.json_reply import as_count, as_text, as_texts, digest, parse

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"{'a': 1}", b"[1,]", b"\x00", b"Unauthorized", b'{"a":1} x'])
def test_what_is_no_json_is_none(body: bytes) -> None:
    assert parse(body) is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 200_000, id="a depth bomb"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="a depth bomb that is well formed"),
        pytest.param(b'{"a":' * 50_000 + b"1" + b"}" * 50_000, id="objects in objects"),
        pytest.param(b"1" * 5_000, id="an integer of 5,000 digits"),
        pytest.param(b'{"total":' + b"9" * 100_000 + b"}", id="and of 100,000"),
        pytest.param(b"[" + b"{}," * 1_100_000 + b"{}]", id="a million objects in 3 MB"),
        pytest.param(b"[" + b"1," * 3_100_000 + b"1]", id="three million numbers"),
    ],
)
def test_bombs_are_none_and_harm_nobody(body: bytes) -> None:
    assert parse(body) is None


def test_of_equal_keys_the_last_wins() -> None:
    assert parse(b'{"total": 1, "total": 2}') == {"total": 2}


def test_numbers_that_json_does_not_have_become_none() -> None:
    assert parse(b'{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1e999}') == dict.fromkeys("abcd")


def test_lone_surrogates_become_replacement_characters_in_keys_and_values() -> None:
    found = parse(b'{"\\ud800k": ["v\\udfff", "\\ud83d\\ude00"]}')
    assert found == {"\ufffdk": ["v\ufffd", "\U0001f600"]}
    json.dumps(found, ensure_ascii=False).encode()


def test_bytes_that_are_not_utf8_become_replacement_characters() -> None:
    assert parse(b'{"a": "\xff\xfe", "b": "\xed\xa0\x80"}') == {"a": "\ufffd\ufffd", "b": "\ufffd\ufffd\ufffd"}


def test_a_byte_order_mark_is_forgiven() -> None:
    assert parse(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@given(VALUES)
def test_json_of_any_shape_comes_back_as_it_was(value: object) -> None:
    assert parse(json.dumps(value).encode()) == value


@given(
    st.binary(max_size=300) | st.text(alphabet='{}[]",:\\ud8dfNaInity0123456789eE+-. ', max_size=300).map(str.encode)
)
def test_any_bytes_give_a_value_that_can_be_written(body: bytes) -> None:
    json.dumps(parse(body), ensure_ascii=False, allow_nan=False).encode()


async def test_small_bodies_are_read_at_once_and_large_ones_in_a_thread() -> None:
    async def read_in(body: bytes) -> threading.Thread:
        return await digest(body, lambda _: threading.current_thread())

    assert await read_in(b"{}") is threading.main_thread()
    assert await read_in(b" " * (json_reply.OFF_LOOP_BYTES + 1)) is not threading.main_thread()


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (0, 0),
        (7, 7),
        ("12", 12),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (-1, None),
        (True, None),
        (1.0, 1),
        (1.5, None),
        (-1.0, None),
        (1e300, None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 40, None),
        (None, None),
        ([], None),
        ({}, None),
    ],
)
def test_counts(value: json_reply.JsonValue, count: int | None) -> None:
    assert as_count(value) == count


def test_texts_are_bounded() -> None:
    assert as_text("x" * 1000, at_most=10) == "x" * 10
    assert as_text(["x"]) == ""
    assert as_texts(["a", 1, None, "b"]) == ("a", "b")
    assert as_texts("a") == ("a",)
    assert len(as_texts(["a"] * 1000)) == 64
