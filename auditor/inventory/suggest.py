"""What somebody who mistyped a word probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

# What people call a product, and the word under which it is asked.
_CALLED = {"opensearch": "elasticsearch", "elastic": "elasticsearch", "es": "elasticsearch", "mongo": "mongodb"}
_CALLED |= {"dashboards": "kibana", "opensearch-dashboards": "kibana", "opensearch_dashboards": "kibana"}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A clause for the end of a sentence that names the `known` word closest to `word`; empty where none is close."""
    choices = sorted(known)
    lowered = word.lower()[:100]  # difflib takes the square of the length
    other_name = _CALLED.get(lowered)
    if other_name in choices:
        return f"; did you mean '{other_name}'?"
    close = get_close_matches(lowered, choices, n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
