"""What somebody who mistyped a word of an inventory probably meant."""

from collections.abc import Iterable

from auditor import suggest

# What people call a product, and the word under which it is asked.
_CALLED = {"opensearch": "elasticsearch", "elastic": "elasticsearch", "es": "elasticsearch", "mongo": "mongodb"}
_CALLED |= {"dashboards": "kibana", "opensearch-dashboards": "kibana", "opensearch_dashboards": "kibana"}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A clause for the end of a sentence that names the `known` word closest to `word`; empty where none is close."""
    choices = tuple(known)
    other_name = _CALLED.get(word.lower())
    if other_name in choices:
        return f"; did you mean '{other_name}'?"
    return suggest.did_you_mean(word, choices)
