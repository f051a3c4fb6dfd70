import phonenumbers
import pytest

from auditor.pii.values.phones import REGIONS, is_phone_number, passing_by_chance, regions_of

EVERY = sorted({region for regions in REGIONS.values() for region in regions})


@pytest.mark.parametrize("region", EVERY)
def test_each_plans_example_passes_nationally_and_internationally(region: str) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    for form in (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.E164):
        text = phonenumbers.format_number(example, form)
        assert is_phone_number(text, (region,)), text
    abroad = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert is_phone_number(abroad, ())
    assert is_phone_number("00" + abroad[1:], ())


@pytest.mark.parametrize("text", ["", "+", "12", "call me", "0" * 500, "++44 20 7946 0958", "2023-04-05T10:00"])
def test_what_no_plan_has_does_not_pass(text: str) -> None:
    assert not is_phone_number(text, EVERY)


def test_without_its_trunk_zero_a_national_number_does_not_pass() -> None:
    assert is_phone_number("030 123456", ("DE",))
    assert not is_phone_number("30 123456", ("DE",))


def test_a_names_language_points_to_countries() -> None:
    assert regions_of({"zh"}) == ("CN",)
    assert regions_of({"zh-words", "de"}) == ("DE", "AT", "CH", "CN")
    assert regions_of(()) == REGIONS["en"]


def test_the_more_countries_the_more_passes_by_chance() -> None:
    assert passing_by_chance(("US",)) < passing_by_chance(("US", "GB")) < passing_by_chance(REGIONS["en"]) < 0.85
