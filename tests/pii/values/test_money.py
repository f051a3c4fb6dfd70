import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.values.money import is_card_number, is_iban, satisfies_luhn
from tests.pii.values.made import card_numbers, ibans

# Published by the schemes and their processors for tests; no account lies behind them.
CARDS = [
    "4111111111111111", "4222222222222", "5555555555554444", "2223003122003222", "378282246310005", "6011111111111117",
    "3530111333300000", "30569309025904", "6200000000000005", "4111 1111 1111 1111", "3782-822463-10005",
]  # fmt: skip


@pytest.mark.parametrize("number", CARDS)
def test_the_schemes_test_numbers_pass(number: str) -> None:
    assert is_card_number(number)


@given(card_numbers())
def test_a_card_number_passes_as_it_is_and_in_blocks(number: str) -> None:
    assert is_card_number(number)
    assert is_card_number(" ".join(re.findall("[0-9]{4}(?:[0-9]{1,3}$)?", number)))


@given(card_numbers(), st.integers(0, 18), st.integers(1, 9))
def test_a_card_number_with_one_digit_changed_never_passes(number: str, place: int, by: int) -> None:
    place %= len(number)
    changed = str((int(number[place]) + by) % 10)
    assert not is_card_number(number[:place] + changed + number[place + 1 :])


def test_a_check_digit_alone_makes_no_card() -> None:
    assert satisfies_luhn("79927398713")  # the patent's example
    assert satisfies_luhn("490154203237518")  # a telephone's IMEI, the standard's example
    assert not is_card_number("79927398713")
    assert not is_card_number("490154203237518")
    assert not is_card_number("0000000000000000")


# The registry's and the central banks' examples.
@pytest.mark.parametrize(
    "text",
    [
        "GB82 WEST 1234 5698 7654 32",
        "DE89370400440532013000",
        "FR1420041010050500013M02606",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
        "de89 3704 0044 0532 0130 00",
    ],
)
def test_the_registrys_examples_pass(text: str) -> None:
    assert is_iban(text)


@given(ibans(), st.integers(2, 30), st.integers(1, 9))
def test_an_iban_passes_and_with_one_digit_changed_never(text: str, place: int, by: int) -> None:
    assert is_iban(text)
    place %= len(text)
    if text[place].isdigit():
        assert not is_iban(text[:place] + str((int(text[place]) + by) % 10) + text[place + 1 :])


def test_an_iban_has_its_countrys_length() -> None:
    assert not is_iban("DE893704004405320130000")
    assert not is_iban("XX8937040044053201300")
    assert not is_iban(" " * 10_000)
