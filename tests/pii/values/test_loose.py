import pytest

from auditor.pii.values.loose import has_digit, has_letter, is_coordinate, is_dialled, is_us_ssn


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("219-09-9999", True),
        ("219099999", True),
        ("000-12-3456", False),
        ("666-12-3456", False),
        ("912-12-3456", False),
        ("219-00-9999", False),
        ("219-09-0000", False),
        ("219-099999", False),
    ],
)
def test_a_social_security_number_has_no_block_of_zeros(text: str, passes: bool) -> None:
    assert is_us_ssn(text) is passes


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("31.2304", True),
        ("-121.4737", True),
        ("181.0001", False),
        ("31.2", False),
        ("31.23,121.47", True),
        ("(121.47; 31.23)", True),
        ("95.10,95.20", False),
        ("POINT (121.47 31.23)", True),
        ("31", False),
    ],
)
def test_a_coordinate_lies_on_the_globe(text: str, passes: bool) -> None:
    assert is_coordinate(text) is passes


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("021-6123 4567 ext. 12", True),
        ("+44 20 7946 0958", True),
        ("8", True),
        ("13800001234, 13900001234", True),
        ("call me", False),
        ("a1", False),
    ],
)
def test_what_can_be_dialled_is_digits_and_what_stands_between_them(text: str, passes: bool) -> None:
    assert is_dialled(text) is passes


def test_digits_and_letters_of_any_script_count() -> None:
    assert has_letter("张1")
    assert not has_letter("12-34")
    assert has_digit("12 марта")
    assert not has_digit("yesterday")
    assert not has_digit("1" * 100)
