"""Cuts letters into pinyin syllables and initials: "chushengrq" is chu, sheng, r and q."""

import re
from functools import lru_cache

_FINALS = (
    "iang iong uang ang eng ing ong ian iao uai uan ua ui un uo ue ve an ai ao en ei er in ia ie iu ou a e i o u v"
).replace(" ", "|")
_SYLLABLE = re.compile(f"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])(?:{_FINALS})|(?:ang|eng|an|ai|ao|en|er|ou|a|e))")
_UNIT = re.compile(f"{_SYLLABLE.pattern}|[bpmfdtnlgkhjqxrzcsyw]")
_WHOLE = re.compile(f"(?:{_UNIT.pattern}){{2,}}")
MOST = 12  # units of a name


def units(word: str) -> tuple[str, ...]:
    """The syllables and initials that the word is made of, longest first; none where something is left over.

    A word of initials alone gives none either: it is read by its letters.
    """
    if not _WHOLE.fullmatch(word):
        return ()
    found = tuple(_UNIT.findall(word))
    if not 2 <= len(found) <= MOST or len(found) == len(word) or "".join(found) != word:
        return ()
    return found if any(map(_SYLLABLE.fullmatch, found)) else ()


def are_written(found: tuple[str, ...], spelling: str) -> bool:
    """Whether these units are a way to write a term, by its full spelling: syllables of it, or their beginnings."""
    if not spelling.startswith(found[0]) or (_SYLLABLE.fullmatch(found[-1]) and not spelling.endswith(found[-1])):
        return False  # most are told apart so, before a pattern is made
    return _pattern(found).fullmatch(spelling) is not None


@lru_cache(maxsize=4096)
def _pattern(found: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("".join(unit if _SYLLABLE.fullmatch(unit) else f"{unit}h?[a-z]+" for unit in found))
