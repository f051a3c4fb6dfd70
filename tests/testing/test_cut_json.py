"""JSON that was cut off anywhere still tells what came before, and never more."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.json_reply import parse
from auditor.testing.scrubbing.cut_json import read, unclosed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text('a"\\{}[],:\u00e9', max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('k"\\{', max_size=3), inner, max_size=4),
    max_leaves=15,
)


def is_part(part: Any, whole: Any) -> bool:
    match part, whole:
        case dict(), dict():
            return all(key in whole and is_part(inner, whole[key]) for key, inner in part.items())
        case list(), list():
            return len(part) <= len(whole) and all(map(is_part, part, whole))
        case _:
            return bool(part == whole)


@given(st.dictionaries(st.text(max_size=3), JSON, min_size=1) | st.lists(JSON, min_size=1), st.data())
def test_what_is_read_of_a_cut_text_is_a_part_of_the_whole(whole: Any, data: st.DataObject) -> None:
    text = json.dumps(whole)
    end = data.draw(st.integers(1, len(text)))
    value, cut = read(text[:end].encode())
    if end == len(text):
        assert (value, cut) == (whole, False)
    else:
        assert cut
        assert is_part(value, whole)


def test_an_object_that_was_cut_is_written_down_as_cut_and_read_the_same_again() -> None:
    value, cut = read(b'{"status":{"overall":{"level":"green"},"core":{"el')
    assert cut
    again = unclosed(json.dumps(value))
    assert parse(again.encode()) is None
    assert read(again.encode()) == (value, True)


def test_of_a_list_that_was_cut_only_whole_items_count() -> None:
    assert read(b'[{"index":"a","docs":"1"},{"index":"b"') == ([{"index": "a", "docs": "1"}], True)
    assert unclosed('[{"index":"a"}]') == '[{"index":"a"}]'


@given(st.binary(max_size=60) | st.text('{}[]",\\: a1', max_size=60).map(str.encode))
def test_anything_else_is_no_json_or_a_part_of_one_and_never_an_error(body: bytes) -> None:
    read(body)
    read(b"[" + body)


def test_depth_without_end_is_bounded() -> None:
    for body in (b"[" * 100_000, b'{"a":' * 100_000, b'[{"a":' * 100_000):
        value, _ = read(body)
        assert len(json.dumps(value)) < 2_000
