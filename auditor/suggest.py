"""What somebody who mistyped a word probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 100  # difflib takes the square of the length


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A clause for the end of a sentence that names the `known` word closest to `word`; empty where none is close."""
    close = get_close_matches(word.lower()[:_LONGEST], sorted(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
