"""How likely it is that so many values pass a check although they are of another sort."""

from functools import lru_cache
from math import exp, lgamma, log

#: A share of values is believed where chance alone would give it in less than one field of a million.
BELIEVED_BELOW = 1e-6


@lru_cache(maxsize=4096)
def by_chance(passed: int, tried: int, rate: float) -> float:
    """The probability that at least `passed` of `tried` values pass a check that each passes with probability `rate`.

    The upper tail of the binomial distribution, by logarithms, so that no count overflows.
    """
    if passed <= 0 or rate >= 1.0:
        return 1.0
    if rate <= 0.0:
        return 0.0
    whole = lgamma(tried + 1)
    return min(
        1.0,
        sum(
            exp(whole - lgamma(hits + 1) - lgamma(tried - hits + 1) + hits * log(rate) + (tried - hits) * log(1 - rate))
            for hits in range(passed, tried + 1)
        ),
    )


def is_beyond_chance(passed: int, tried: int, rate: float) -> bool:
    """Whether values of another sort would hardly ever pass so often."""
    return by_chance(passed, tried, rate) < BELIEVED_BELOW
