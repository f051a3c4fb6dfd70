"""Text in pieces: encodings, lines, and what is no text."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.mappings import source as sources
from auditor.pii.mappings.named import MappingError
from auditor.pii.mappings.source import Source
from tests.pii.mappings.reading import complaint, fields

LINE = '{"id": "é", "fields": [{"path": "姓名"}]}'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encodings_that_shells_write_are_read(encoding: str) -> None:
    assert fields(LINE.encode(encoding)) == {"é": {"姓名": ""}}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "f:1: there is nothing in it"),
        (b" \n\n ", "f:3: there is nothing in it"),
        (b'{"id":\n "\xff"}', "f:2: this is not UTF-8"),
        (b"\xff\xfe\x00", "f:1: this is not UTF-16"),
        (b"PK\x03\x04\x00\x00", "f:1: this is not a text"),
    ],
)
def test_what_is_no_text_is_said(data: bytes, said: str) -> None:
    assert complaint(data) == said


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), max_size=9), max_size=9))
def test_lines_are_given_and_counted_however_the_pieces_fall(lines: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sources, "PIECE", 4)
        source = Source(io.BytesIO("\n".join([*lines, ""]).encode()), file="f")
        for number, line in enumerate(lines, start=1):
            assert source.line == number
            if number % 3:
                assert source.next_line(100) == line
            else:
                source.skip_line()
        assert source.next_line(100) == ""


def test_a_line_that_is_too_long_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PIECE", 16)
    source = Source(io.BytesIO(b"x" * 100 + b"\nnext\n"), file="f")
    assert source.next_line(50) is None
    source.skip_line()
    assert source.next_line(50) == "next"


def test_a_broken_byte_far_on_is_placed_by_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PIECE", 16)
    source = Source(io.BytesIO(b"line\n" * 50 + b"\xff"), file="f")
    with pytest.raises(MappingError, match=r"^f:51: this is not UTF-8$"):
        source.rest(1 << 20)
