"""Reads Chinese that is written in Latin letters: "xyrsfzh" is 嫌疑人 (suspect) and 身份证号 (identity number)."""

from collections.abc import Iterable, Mapping

from auditor.pii.lexicon import Entry, Lexicon, Piece, Sense
from auditor.pii.rulepack import Role, RulePack, Strength

LONGEST_NAME = 28  # letters of a name that is tried as initials
_LONGEST = 14
_COST = {2: 2.2, 3: 1.5, 4: 1.15}  # of a piece by its letters: long initials seldom fit by chance
_SOMEONE_COST = 2.6
_UNKNOWN_COST = 4.0

_PERSON = Entry("…人", (), frozenset({Role.PERSON}))
_WEAKER = {
    Strength.SURE: Strength.LIKELY,
    Strength.LIKELY: Strength.LEAN,
    Strength.LEAN: Strength.BARE,
    Strength.BARE: Strength.BARE,
}


class Pinyin:
    """Initials and full spellings of the packs' Chinese terms."""

    def __init__(self, packs: Iterable[RulePack], lexicon: Lexicon) -> None:
        initials: dict[str, list[str]] = {}
        full: dict[str, list[str]] = {}
        shorts: dict[str, tuple[str, ...]] = {}
        for pack in packs:
            for term, letters, spelling in pack.spellings:
                if term in lexicon.entries:
                    if len(letters) > 2:
                        initials.setdefault(letters, []).append(term)
                    if len(spelling) > 4:
                        full.setdefault(spelling, []).append(term)
            shorts.update((letters, meanings) for letters, meanings in pack.shorts)
        known = lexicon.entries
        self.initials: Mapping[str, Entry] = {
            **{
                letters: _merged([known.get(term, Entry(term, (), frozenset({Role.NEUTRAL}))) for term in terms])
                for letters, terms in initials.items()
            },
            **{
                letters: _merged([known.get(term, Entry(term, (), frozenset({Role.NEUTRAL}))) for term in terms])
                for letters, terms in shorts.items()
            },
        }
        self.full: Mapping[str, Entry] = {
            spelling: _merged([known[term] for term in terms]) for spelling, terms in full.items()
        }

    def read(self, word: str) -> list[Piece]:
        """The pieces of a run of lower-case letters that make sense of all of it; empty if there are none."""
        if not 2 <= len(word) <= LONGEST_NAME or not word.isascii() or not word.isalpha():
            return []
        return self._spelt(word) or self._initials(word)

    def _spelt(self, word: str) -> list[Piece]:
        """Full spellings, longest first: "lianxirendianhua"."""
        pieces: list[Piece] = []
        position = 0
        while position < len(word):
            for end in range(len(word), position + 3, -1):
                entry = self.full.get(word[position:end])
                if entry is not None:
                    pieces.append(Piece(word[position:end], entry, "pinyin"))
                    position = end
                    break
            else:
                return []
        return pieces

    def _initials(self, word: str) -> list[Piece]:
        """The cheapest way to cut the whole word into initials, a stranger's role or an unknown beginning allowed."""
        best: list[tuple[float, list[Piece]] | None] = [None] * (len(word) + 1)
        best[0] = (0.0, [])
        for end in range(2, len(word) + 1):
            for start in range(max(0, end - _LONGEST), end - 1):
                before = best[start]
                if before is None:
                    continue
                part = word[start:end]
                entry = self.initials.get(part)
                if entry is not None:
                    cost = _COST.get(len(part), 1.0)
                elif part[-1] == "r" and len(part) in {2, 3, 4} and end < len(word):
                    entry, cost = _PERSON, _SOMEONE_COST  # …r is nearly always a person: …人
                elif start == 0 and len(part) <= 4 and end < len(word):
                    cost = _UNKNOWN_COST
                else:
                    continue
                held = best[end]
                if held is None or before[0] + cost < held[0]:
                    best[end] = (before[0] + cost, [*before[1], Piece(part, entry, "initials")])
        found = best[len(word)]
        if found is None or all(piece.entry is None or piece.entry is _PERSON for piece in found[1]):
            return []
        return found[1]


def _merged(entries: list[Entry]) -> Entry:
    """One entry for all words that are spelt alike; a meaning that is not the first, or not the only one, weighs less."""
    first = entries[0]
    if len(entries) == 1:
        return first
    if first.senses and all(entry.senses for entry in entries[1:]):
        rivals = [sense for entry in entries[1:] for sense in entry.senses]
        own = {sense.category for sense in first.senses}
        return Entry(
            first.text, (*first.senses, *(_weaker(sense) for sense in rivals if sense.category not in own)), first.roles
        )
    if first.senses:
        return Entry(first.text, tuple(_weaker(sense) for sense in first.senses), first.roles)
    later = next((entry for entry in entries[1:] if entry.senses), None)
    if later is None:
        return Entry(first.text, (), frozenset().union(*(entry.roles for entry in entries)))
    return Entry(later.text, tuple(_weaker(_weaker(sense)) for sense in later.senses), later.roles | first.roles)


def _weaker(sense: Sense) -> Sense:
    return Sense(sense.category, _WEAKER[sense.strength], sense.language)
