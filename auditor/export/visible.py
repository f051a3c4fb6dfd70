"""Text from servers made harmless to the eye: what hides, reorders or rings is spelt out, what is endless is cut."""

import re

NAME_LIMIT = 200
PROSE_LIMIT = 4_000

# Characters that Unicode calls letters, marks or symbols, and that show nothing at all: fillers, joiners, selectors.
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
# Two accents on a letter are a language, a tower of them covers the lines around it.
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_suspicious = re.compile(f"[{_BLANK}]|[{_MARKS}]{{3}}")
_hidden = re.compile(f"[{_BLANK}]|(?<=[{_MARKS}]{{2}})[{_MARKS}]")


def visible(text: str, limit: int = NAME_LIMIT) -> str:
    """`text` with every control, bidirectional, invisible or half character written as ⟨U+202E⟩, and cut at `limit`.

    A note says how many characters are left out. The result is printable and can be encoded.
    """
    if len(text) <= limit and text.isprintable() and (text.isascii() or not _suspicious.search(text)):
        return text
    kept = _hidden.sub(_spelt, text[:limit])
    if not kept.isprintable():
        kept = "".join(letter if letter.isprintable() else f"⟨U+{ord(letter):04X}⟩" for letter in kept)
    return kept if len(text) <= limit else f"{kept}… (+{len(text) - limit:,} characters)"


def visible_prose(text: str, limit: int = PROSE_LIMIT) -> str:
    """The same for sentences, which may have several lines."""
    if text.isprintable() and len(text) <= limit:
        return visible(text, limit)
    return "\n".join(visible(line, limit) for line in text[:limit].split("\n")) + (
        f"… (+{len(text) - limit:,} characters)" if len(text) > limit else ""
    )


def _spelt(match: re.Match[str]) -> str:
    return f"⟨U+{ord(match[0]):04X}⟩"
