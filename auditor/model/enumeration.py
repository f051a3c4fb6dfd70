"""How one sentence of an outcome names several things: the first of them, and how many more there are."""

from collections.abc import Sequence


def enumerated(words: Sequence[str], *, most: int = 10, between: str = ", ") -> str:
    """`a, b and 3 more`: at most `most` words, "" for none."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return between.join(words[:most]) + more
