"""Cuts letters into pinyin syllables and initials: "chushengrq" is chu, sheng, r and q."""

import re

_FINALS = (
    "iang iong uang ang eng ing ong ian iao uai uan ua ui un uo ue ve an ai ao en ei er in ia ie iu ou a e i o u v"
).replace(" ", "|")
_SYLLABLE = re.compile(f"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])(?:{_FINALS})|(?:ang|eng|an|ai|ao|en|er|ou|a|e))")
_UNIT = re.compile(f"{_SYLLABLE.pattern}|[zcs]h|[bpmfdtnlgkhjqxrzcsyw]")
MOST = 12  # units of a name


def units(word: str) -> tuple[str, ...]:
    """The syllables and initials that the word is made of, longest first; none where something is left over.

    A word of initials alone gives none either: it is read by its letters.
    """
    found = tuple(_UNIT.findall(word))
    if not 2 <= len(found) <= MOST or "".join(found) != word or not any(map(_SYLLABLE.fullmatch, found)):
        return ()
    return found


def pattern(found: tuple[str, ...]) -> re.Pattern[str]:
    """What the full spelling of a term must match if these units are a way to write it."""
    return re.compile("".join(unit if _SYLLABLE.fullmatch(unit) else f"{unit}h?[a-z]+" for unit in found))
