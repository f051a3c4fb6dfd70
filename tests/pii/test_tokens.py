import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.tokens import MAX_NAME, key, path_segments, split, unaccent


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dateOfBirth", ["date", "of", "birth"]),
        ("IDCardNo", ["id", "card", "no"]),
        ("phone_number2", ["phone", "number", "2"]),
        ("e-mail", ["e", "mail"]),
        ("Straße", ["strasse"]),
        ("número", ["numero"]),
        ("địaChỉ", ["dia", "chi"]),
        ("doğum_yılı", ["dogum", "yili"]),
        ("身份证号", ["身份证号"]),
        ("ＩＤカード", ["id", "カード"]),
        ("전화번호", ["전화번호"]),
        ("фамилия", ["фамилия"]),
        ("رقم_الهاتف", ["رقم", "هاتف"]),
        ("पता", ["पता"]),
        ("__", []),
    ],
)
def test_a_name_is_cut_into_its_words(name: str, words: list[str]) -> None:
    assert split(name) == words


@given(st.text())
def test_splitting_is_total_bounded_and_lower_case(text: str) -> None:
    words = split(text)
    assert all(words)
    assert len(words) <= 4 * MAX_NAME
    assert all(word == word.lower() for word in words)


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_plain_letters_have_no_accents(text: str) -> None:
    assert unaccent(text) == text


@given(st.lists(st.sampled_from(["date", "of", "birth", "phone", "no"]), min_size=1, max_size=8))
def test_the_key_does_not_depend_on_the_style(words: list[str]) -> None:
    assert (
        key("_".join(words)) == key("-".join(words)) == key("".join(word.title() for word in words)) == "".join(words)
    )


# fmt: off
ELEMENTS = [
    "items.phone", "items[].phone", "items[0].phone", "items[*].phone", "items.0.phone", "items.12[].phone",
    "items.$.phone", "items.$[].phone", "items.$[one].phone", "items.*.phone", "items.phone.$", ".items..phone.",
]
# fmt: on


@pytest.mark.parametrize("path", ELEMENTS)
def test_which_element_of_an_array_is_meant_changes_no_path(path: str) -> None:
    assert path_segments(path) == ["items", "phone"]


def test_what_only_looks_like_an_element_stays() -> None:
    assert path_segments("phone_*.2nd.$ref.a[b c]") == ["phone_*", "2nd", "$ref", "a[b c]"]


@given(st.text(alphabet="ab.0$*[]", max_size=200))
def test_a_path_has_no_empty_segment_and_a_bounded_depth(path: str) -> None:
    segments = path_segments(path)
    assert all(segments)
    assert len(segments) <= 32
