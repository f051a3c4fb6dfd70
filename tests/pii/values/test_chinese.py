import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.values.chinese import (
    is_credit_code,
    is_identity_number,
    is_mobile_number,
    is_name,
    is_old_identity_number,
    is_plate,
)
from tests.pii.values.made import CREDIT_LETTERS, PLACES, credit_codes, days, identity_numbers


def test_the_examples_of_the_standards_pass() -> None:
    assert is_identity_number("11010519491231002X")  # GB 11643-1999, annex
    assert is_credit_code("91350100M000100Y43")  # GB 32100-2015


@given(identity_numbers())
def test_an_identity_number_passes_in_either_case(number: str) -> None:
    assert is_identity_number(number)
    assert is_identity_number(number.lower())


@given(identity_numbers(), st.integers(0, 17), st.integers(1, 9))
def test_an_identity_number_with_one_digit_changed_never_passes(number: str, place: int, by: int) -> None:
    digit = number[place]
    changed = "0" if digit == "X" else str((int(digit) + by) % 10)
    assert not is_identity_number(number[:place] + changed + number[place + 1 :])


@pytest.mark.parametrize(
    "number",
    [
        "",
        "11010519491231002",
        "11010519491231002XX",
        "990105194912310021",  # no province
        "110105194913310024",  # no month
        "110105194902310029",  # no day
        "110105209912310028",  # not born yet
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_what_has_no_place_or_day_is_no_identity_number(number: str) -> None:
    assert not is_identity_number(number)


@given(st.sampled_from(PLACES), days(), st.integers(0, 999))
def test_the_old_number_is_the_new_one_without_century_and_check(place: str, day: str, order: int) -> None:
    if day < "2000":
        assert is_old_identity_number(f"{place}{day[2:]}{order:03}")
    assert not is_old_identity_number(f"{place}9913{order:05}")


@given(credit_codes())
def test_a_credit_code_passes_and_is_no_identity_number(code: str) -> None:
    assert is_credit_code(code)
    assert not is_identity_number(code)


@given(credit_codes(), st.integers(8, 17), st.sampled_from(CREDIT_LETTERS))
def test_a_credit_code_with_one_letter_changed_never_passes(code: str, place: int, letter: str) -> None:
    if letter != code[place]:
        assert not is_credit_code(code[:place] + letter + code[place + 1 :])


@pytest.mark.parametrize(
    "text", ["13800000000", "+8613800000000", "86-19912345678", "0086 15012345678", "138 0000 0000"]
)
def test_mobile_numbers_pass_as_they_are_written(text: str) -> None:
    assert is_mobile_number(text)


@pytest.mark.parametrize("text", ["12800000000", "1380000000", "138000000000", "02112345678", "23800000000"])
def test_other_numbers_of_that_length_are_no_mobile_numbers(text: str) -> None:
    assert not is_mobile_number(text)


@pytest.mark.parametrize("text", ["京A12345", "沪AD12345", "粤B·12345", "浙A1234学"])
def test_plates_pass_with_five_or_six_characters(text: str) -> None:
    assert is_plate(text)


@pytest.mark.parametrize("text", ["京A1234", "京I12345", "A12345", "京A1234567", "北京A12345"])
def test_what_is_no_plate_does_not_pass(text: str) -> None:
    assert not is_plate(text)


@pytest.mark.parametrize(
    ("text", "passes"), [("王小明", True), ("李四", True), ("欧阳小明", True), ("苹果手机", False)]
)
def test_a_name_begins_with_a_surname_and_is_short(text: str, passes: bool) -> None:
    assert is_name(text) is passes
    assert not is_name(text + "有限公司")
