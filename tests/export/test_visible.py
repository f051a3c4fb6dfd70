"""Nothing that a server sends hides, reorders or rings on the page."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.export.visible import NAME_LIMIT, visible, visible_prose


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("users", "users"),
        ("姓名", "姓名"),
        ("Straße Åse", "Straße Åse"),
        ("العربية", "العربية"),
        ("a\u202egnp.exe", "a⟨U+202E⟩gnp.exe"),
        ("\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("a\u00adb", "a⟨U+00AD⟩b"),
        ("a\u3164b", "a⟨U+3164⟩b"),
        ("a\ufe0f", "a⟨U+FE0F⟩"),
        ("a\u00a0b", "a⟨U+00A0⟩b"),
        ("bell\x07", "bell⟨U+0007⟩"),
        ("\x1b[31m", "⟨U+001B⟩[31m"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("half \ud800", "half ⟨U+D800⟩"),
        ("a\u2028b", "a⟨U+2028⟩b"),
        ("x\U000e0041", "x⟨U+E0041⟩"),
        ("e\u0301\u0301", "e\u0301\u0301"),
        ("e\u0301\u0301\u0301\u0301", "e\u0301\u0301⟨U+0301⟩⟨U+0301⟩"),
        ("", ""),
    ],
)
def test_what_hides_is_spelt_out(raw: str, shown: str) -> None:
    assert visible(raw) == shown


def test_a_long_name_is_cut_and_says_so() -> None:
    assert visible("x" * 200) == "x" * 200
    assert visible("x" * 201) == "x" * 200 + "… (+1 characters)"
    assert visible("x" * 5000) == "x" * 200 + "… (+4,800 characters)"


def test_sentences_keep_their_lines() -> None:
    assert visible_prose("one\ntwo\x00") == "one\ntwo⟨U+0000⟩"
    assert visible_prose("x" * 5000) == "x" * 4000 + "… (+1,000 characters)"
    assert visible_prose("line\n" * 1000).endswith("… (+1,000 characters)")


@given(st.text(st.characters(codec=None)))
def test_whatever_comes_out_can_be_printed_encoded_and_shown_again(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert shown.encode("utf-8") or shown == ""
    assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for letter in shown)
    assert len(shown) <= NAME_LIMIT * 12 + 40
    assert visible(shown, limit=10_000) == shown


@given(st.text(st.characters(codec=None)))
def test_what_hides_nothing_is_left_alone(text: str) -> None:
    plain = "".join(letter for letter in text if letter.isalnum() and letter.isascii())
    assert visible(plain[:NAME_LIMIT]) == plain[:NAME_LIMIT]


@given(st.text(st.characters(codec=None), max_size=NAME_LIMIT), st.text(st.characters(codec=None), max_size=NAME_LIMIT))
def test_two_names_that_differ_look_different(one: str, other: str) -> None:
    # Unless one of them spells out what the other hides, which its reader sees as what it is.
    if one != other and "⟨" not in one + other:
        assert visible(one) != visible(other)
