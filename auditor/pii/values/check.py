"""What a check of values is: a test that a text passes or fails, and what passing says."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One test of a value's text.

    `said` continues "38 of 40 distinct values …". `categories` are those that passing values speak for, the one they
    would be found as first; empty for a check that speaks for none. `chance` is the share of texts of
    another sort but the same form that pass: not of random characters, which hardly ever do, but of the neighbours
    that pass most often (an order number that begins with a region and a date passes all of GB 11643 but its check
    digit, and that by one in eleven). Tests hold each figure against measured rates. `alone` is the share of the
    distinct values that makes a finding where the name says nothing; None if no share does.
    """

    id: str
    said: str
    passes: Callable[[str], bool]
    categories: tuple[str, ...] = ()
    chance: float = 1.0
    alone: float | None = None
