from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.values.chance import by_chance, is_beyond_chance


@given(st.integers(1, 60), st.integers(0, 60), st.integers(1, 99))
def test_the_tail_is_that_of_exact_fractions(tried: int, passed: int, hundredths: int) -> None:
    rate = Fraction(hundredths, 100)
    exact = sum(comb(tried, hits) * rate**hits * (1 - rate) ** (tried - hits) for hits in range(passed, tried + 1))
    assert by_chance(passed, tried, float(rate)) == pytest.approx(float(exact), rel=1e-9, abs=1e-300)


def test_the_ends_are_certain() -> None:
    assert by_chance(0, 10, 0.5) == 1.0
    assert by_chance(3, 10, 1.0) == 1.0
    assert by_chance(1, 1000, 0.0) == 0.0
    assert by_chance(1000, 1000, 0.9) > 0


@pytest.mark.parametrize(
    ("rate", "tried", "least"),
    [
        (0.095, 5, 6),
        (0.095, 6, 6),
        (0.095, 40, 16),
        (0.01, 5, 4),
        (0.71, 40, 41),
        (0.71, 100, 92),
        (0.9, 100, 101),
        (0.9, 200, 198),
    ],
)
def test_the_least_number_that_chance_does_not_explain(rate: float, tried: int, least: int) -> None:
    assert next((k for k in range(tried + 1) if is_beyond_chance(k, tried, rate)), tried + 1) == least
