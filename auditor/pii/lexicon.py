"""All terms and words of the packs by what they are looked up with, and how a run of letters is cut into them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from auditor.pii.rulepack import Role, RulePack, Strength
from auditor.pii.tokens import key, split, unspaced

LONGEST_PHRASE = 6  # words
LONGEST_RUN = 14  # characters of a term in a script without spaces
SHORTEST_PIECE = 4  # letters of a word within a run of letters; shorter ones only if listed here
_SHORT_PIECES = frozenset(
    {
        "id",
        "no",
        "num",
        "nr",
        "url",
        "img",
        "pic",
        "day",
        "dob",
        "tel",
        "zip",
        "pin",
        "new",
        "old",
        "pwd",
        "sex",
        "age",
        "fax",
        "is",
        "of",
    }
)
_LONGEST_PART = 24
LONGEST_MISSPELT = 18
SHORTEST_MISSPELT = 7  # letters; below, another word is likelier than a slip


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing a term can mean."""

    category: str
    strength: Strength
    language: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the lexicon knows of one key."""

    text: str
    senses: tuple[Sense, ...] = ()
    roles: frozenset[Role] = frozenset()


class Piece(NamedTuple):
    """A stretch of a name: its letters, what the lexicon knows of them (None: nothing) and how that was found.

    `how` is "" for a plain match, "spelling" for a misspelt word, "initials" or "pinyin" for Chinese in Latin letters.
    """

    letters: str
    entry: Entry | None
    how: str = ""


class Lexicon:
    """The terms of all packs; it never changes once built."""

    def __init__(self, packs: Iterable[RulePack]) -> None:
        senses: dict[str, dict[str, Sense]] = {}
        roles: dict[str, frozenset[Role]] = {}
        texts: dict[str, str] = {}
        shared: dict[Sense, Sense] = {}  # a few hundred senses serve thousands of terms
        for pack in packs:
            for term in pack.terms:
                sense = Sense(term.category, term.strength, term.language)
                sense = shared.setdefault(sense, sense)
                for form in _forms(term.text, term.language):
                    known = senses.setdefault(form, {})
                    earlier = known.get(term.category)
                    if earlier is None or _RANK[sense.strength] > _RANK[earlier.strength]:
                        known[term.category] = sense
                    texts.setdefault(form, term.text)
            for text, role in pack.words:
                for form in _forms(text, ""):
                    held = roles.get(form, _NO_ROLES)
                    roles[form] = held | _ONLY[role] if held else _ONLY[role]
                    texts.setdefault(form, text)
        self.entries: dict[str, Entry] = {}
        for form, text in texts.items():
            found = senses.get(form, _NO_SENSES).values()
            ordered = tuple(sorted(found, key=_by_rank)) if len(found) > 1 else tuple(found)
            self.entries[form] = Entry(text, ordered, roles.get(form, _NO_ROLES))
        self._slips = _slips(form for form, entry in self.entries.items() if _is_spelling_checked(form, entry))

    def read(self, segment: str) -> list[Piece]:
        """The pieces of one path segment, left to right; nothing of it is lost but digits that mean nothing."""
        words = split(segment)
        pieces: list[Piece] = []
        position = 0
        while position < len(words):
            taken = self._longest(words, position)
            if taken:
                letters = "".join(words[position : position + taken])
                pieces.append(Piece(letters, self.entries[letters]))
                position += taken
                continue
            word = words[position]
            position += 1
            is_prefix = position == 1 < len(words) and len(word) == 1 and word.isascii()
            if not word.isdigit() and not is_prefix:  # "c_name": a letter for the column's type or its table
                pieces.extend(self._cut(word))
        unknown = [number for number, piece in enumerate(pieces) if piece.entry is None]
        if len(unknown) == 1 and 1 < len(pieces) == len(words) and len(words[unknown[0]]) > 2:
            # "birt_date" is a slip of one phrase, not an unknown word beside a date
            whole = self._misspelt("".join(words), words[: unknown[0]], words[unknown[0] + 1 :])
            if whole is not None:
                return [whole]
        return pieces

    def _longest(self, words: Sequence[str], position: int) -> int:
        for length in range(min(LONGEST_PHRASE, len(words) - position), 0, -1):
            letters = words[position] if length == 1 else "".join(words[position : position + length])
            if letters in self.entries:
                return length
        return 0

    def _cut(self, word: str) -> list[Piece]:
        """The pieces of a word that is not in the lexicon as it stands."""
        if unspaced(word):
            return self._cut_unspaced(word)
        if len(word) >= 2 * SHORTEST_PIECE - 2:
            parts = self._compound(word)
            if parts:
                return [Piece(part, self.entries[part]) for part in parts]
        slip = self._misspelt(word)
        return [slip if slip is not None else Piece(word, None)]

    def _cut_unspaced(self, word: str) -> list[Piece]:
        pieces: list[Piece] = []
        position = unknown = 0
        while position < len(word):
            left = len(word) - position
            for length in range(min(LONGEST_RUN, left), 0, -1):
                letters = word[position : position + length]
                # one character alone is a word at the end (…人, …号), hardly ever in the middle
                if letters in self.entries and (length > 1 or left == 1):
                    if unknown < position:
                        pieces.append(Piece(word[unknown:position], None))
                    pieces.append(Piece(letters, self.entries[letters]))
                    position += length
                    unknown = position
                    break
            else:
                position += 1
        if unknown < position:
            pieces.append(Piece(word[unknown:position], None))
        return pieces

    def _compound(self, word: str) -> list[str]:
        """The fewest known words that make up the whole of `word`, or none: "customerphonenumber"."""
        if len(word) > 40:
            return []
        best: list[list[str] | None] = [None] * (len(word) + 1)
        best[0] = []
        for start in range(len(word) - 1):
            before = best[start]
            if before is None:
                continue
            for end in range(start + 2, min(start + _LONGEST_PART, len(word)) + 1):
                part = word[start:end]
                if part not in self.entries or (len(part) < SHORTEST_PIECE and part not in _SHORT_PIECES):
                    continue
                held = best[end]
                if held is None or len(before) + 1 <= len(held):
                    best[end] = [*before, part]
        found = best[len(word)]
        return found if found and any(len(part) >= SHORTEST_PIECE for part in found) else []

    def _misspelt(self, word: str, before: Sequence[str] = (), after: Sequence[str] = ()) -> Piece | None:
        """The term that `word` is one slip away from: a letter wrong, missing, doubled or swapped.

        The slip must lie outside the words `before` and `after` that begin and end it.
        """
        if len(word) < SHORTEST_MISSPELT or len(word) > LONGEST_MISSPELT or not word.isascii():
            return None
        for form in (word, *_deletions(word)):
            meant = self._slips.get(form)
            if (
                meant is not None
                and _one_slip(word, meant)
                and meant.startswith("".join(before))
                and meant.endswith("".join(after))
            ):
                return Piece(word, self.entries[meant], "spelling")
        return None


_RANK = {Strength.SURE: 4, Strength.LIKELY: 3, Strength.LEAN: 2, Strength.BARE: 1, Strength.ALONE: 0}
_NO_SENSES: dict[str, Sense] = {}
_NO_ROLES: frozenset[Role] = frozenset()
_ONLY = {role: frozenset({role}) for role in Role}


def _by_rank(sense: Sense) -> int:
    return -_RANK[sense.strength]


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def _forms(text: str, language: str) -> tuple[str, ...]:
    """The keys of a term: as it is written, and with German umlauts spelt out."""
    form = key(text)
    if not text.isascii() and language in {"de", ""}:
        spelt = key(text.translate(_UMLAUTS))
        if spelt != form:
            return form, spelt
    return (form,) if form else ()


def _is_spelling_checked(form: str, entry: Entry) -> bool:
    """Whether slips in a term are forgiven: in English ones, which many write as their second language."""
    return (
        SHORTEST_MISSPELT <= len(form) <= LONGEST_MISSPELT
        and form.isascii()
        and any(sense.language == "en" and _RANK[sense.strength] > 1 for sense in entry.senses)
    )


def _deletions(word: str) -> list[str]:
    return [word[:position] + word[position + 1 :] for position in range(len(word))]


def _one_slip(word: str, meant: str) -> bool:
    """Whether one letter is wrong, missing, too many, or swapped with its neighbour."""
    if word == meant:
        return False
    start = 0
    while start < min(len(word), len(meant)) and word[start] == meant[start]:
        start += 1
    left, right = word[start:], meant[start:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[:2] == right[:2][::-1] and left[2:] == right[2:])
    )


def _slips(forms: Iterable[str]) -> dict[str, str]:
    """Each way to leave one letter out of a long term, with the term; two words that share one are a slip apart."""
    found: dict[str, str] = {}
    for form in sorted(forms):
        for deletion in _deletions(form):
            found.setdefault(deletion, form)
        found[form] = form
    return found
