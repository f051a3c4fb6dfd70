"""The words that speak for a kind of record, looked up in names: whole words, Chinese anywhere, pinyin as a whole."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import NamedTuple

from auditor.pii.record_rule import RecordLabel, RecordRule, Words
from auditor.pii.tokens import key, split, unspaced

REMEMBERED = 16_384  # names whose words are kept, so that memory stays flat whatever is audited
SHORTEST_INITIALS = 4  # letters; shorter ones are many words', and stand in the rules where they are meant
SHORTEST_PINYIN = 6
SHORTEST_COMPOUND = 8
LONGEST_PHRASE = 4  # words
HEAD = 3  # letters by which most words of names are known to begin none of ours
_VOWELS = frozenset("aeiou")


class Place(Enum):
    """Which of a rule's lists a word stands in."""

    CALLED = "called"
    FIELD = "field"
    AGAINST = "against"


class Mark(NamedTuple):
    """A word found in a name: whose word it is (the id of a kind or a label), of which list, and how it is written."""

    rule: str
    place: Place
    word: str


class RecordWords:
    """All words of the rules; it never changes once built, but for the names that it remembers."""

    def __init__(
        self,
        rules: Iterable[RecordRule],
        labels: Iterable[RecordLabel],
        *,
        spellings: Iterable[tuple[str, str, str]],
        pieces: Callable[[str], Iterable[str]],
    ) -> None:
        """`spellings` are Chinese words with initials and full pinyin; `pieces` cuts a name into words it knows."""
        self._whole: dict[str, tuple[Mark, ...]] = {}
        self._within: dict[str, tuple[Mark, ...]] = {}
        self._stems: dict[str, tuple[Mark, ...]] = {}
        self._pieces = pieces
        self._known: dict[str, tuple[Mark, ...]] = {}
        spelt = _unmistakable(spellings)
        for rule in rules:
            for place, words in (
                (Place.CALLED, rule.called),
                (Place.FIELD, rule.fields),
                (Place.AGAINST, rule.against),
            ):
                self._add(rule.id, place, words, spelt)
        for label in labels:
            for place, words in (
                (Place.FIELD, label.words),
                (Place.CALLED, label.called),
                (Place.AGAINST, label.against),
            ):
                self._add(label.id, place, words, spelt)
        self._longest = max(map(len, self._within), default=0)
        self._stem_lengths = sorted(set(map(len, self._stems)))
        self._heads = frozenset(form[:HEAD] for form in (*self._whole, *self._stems))

    @property
    def remembered(self) -> int:
        """How many names are kept with their words; at most `REMEMBERED`, however many were seen."""
        return len(self._known)

    def read(self, segment: str) -> tuple[Mark, ...]:
        """Every word of the rules in one segment of a path, or in an index's name."""
        found = self._known.get(segment)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[segment] = self._read(segment)
        return found

    def read_name(self, name: str) -> tuple[Mark, ...]:
        """The same of an index's name, where every word may be a compound: "hr_employeedata"."""
        found = self.read(name)
        if len(name) <= SHORTEST_COMPOUND:
            return found
        compounds = [word for word in split(name) if len(word) >= SHORTEST_COMPOUND]
        return (*found, *[mark for word in compounds for mark in self.read(word)])

    def _add(self, rule: str, place: Place, words: Words, spelt: Mapping[str, tuple[str, ...]]) -> None:
        for text in words.latin:
            _append(self._whole, key(text), Mark(rule, place, text))
        for text in words.unspaced:
            mark = Mark(rule, place, text)
            _append(self._within, key(text), mark)
            for form in spelt.get(text, ()):
                _append(self._whole, form, mark)
        for stem in words.stems:
            _append(self._stems, stem, Mark(rule, place, stem))

    def _read(self, segment: str) -> tuple[Mark, ...]:
        words = split(segment)
        found: list[Mark] = []
        self._read_words(words, found)
        if not found and len(words) == 1 and len(segment) >= SHORTEST_COMPOUND:
            parts = [*self._pieces(segment)]
            if len(parts) > 1:
                self._read_words(parts, found)
        return tuple(dict.fromkeys(found))

    def _read_words(self, words: list[str], found: list[Mark]) -> None:
        letters = "".join(words)
        start = 0
        for position, word in enumerate(words):
            if unspaced(word):
                self._read_within(word, found)
            elif word in self._whole or letters[start : start + HEAD] in self._heads:
                self._read_phrases(words[position : position + LONGEST_PHRASE], found)
            if len(word) > SHORTEST_INITIALS and _VOWELS.isdisjoint(word):
                self._read_initials(word, found)
            start += len(word)

    def _read_phrases(self, words: list[str], found: list[Mark]) -> None:
        for length in self._stem_lengths:
            found += self._stems.get(words[0][:length], ())
        joined = ""
        for word in words:
            joined += word
            found += self._whole.get(joined, ())
            if joined[-1] == "s":
                found += self._whole.get(joined[:-1], ())

    def _read_initials(self, word: str, found: list[Mark]) -> None:
        """Stems within a run of initials: "shbzdryxx" holds "zdry"."""
        for start in range(1, len(word) - SHORTEST_INITIALS + 1):
            for length in self._stem_lengths:
                if length >= SHORTEST_INITIALS:
                    found += self._stems.get(word[start : start + length], ())

    def _read_within(self, word: str, found: list[Mark]) -> None:
        for start in range(len(word)):
            for end in range(start + 1, min(len(word), start + self._longest) + 1):
                found += self._within.get(word[start:end], ())


def _append(table: dict[str, tuple[Mark, ...]], form: str, mark: Mark) -> None:
    if form and mark not in table.get(form, ()):
        table[form] = (*table.get(form, ()), mark)


def _unmistakable(spellings: Iterable[tuple[str, str, str]]) -> dict[str, tuple[str, ...]]:
    """Of each Chinese word the ways to spell it that are long enough, and no other word's."""
    rows = [*spellings]
    owners: dict[str, set[str]] = {}
    for word, initials, full in rows:
        owners.setdefault(initials, set()).add(word)
        owners.setdefault(full, set()).add(word)
    found: dict[str, tuple[str, ...]] = {}
    for word, initials, full in rows:
        forms = (initials if len(initials) >= SHORTEST_INITIALS else "", full if len(full) >= SHORTEST_PINYIN else "")
        found[word] = tuple(form for form in forms if form and owners[form] == {word})
    return found
