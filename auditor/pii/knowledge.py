"""All that the packs know, ready to read names with: one reading a name, remembered within bounds."""

from collections.abc import Iterable
from functools import lru_cache

from auditor.pii.lexicon import Lexicon, Piece
from auditor.pii.pinyin import Pinyin
from auditor.pii.reading import Candidate, Reader, Reading
from auditor.pii.rulepack import Category, RulePack, Shape, Strength
from auditor.pii.tokens import key, split

REMEMBERED = 16_384  # readings of each sort that are kept, so that memory stays flat whatever is audited


@lru_cache(maxsize=4)
def _read_in(packs: tuple[RulePack, ...]) -> tuple[Lexicon, Pinyin]:
    """What never changes once it is read, and takes half a second to read: made once of the same packs."""
    lexicon = Lexicon(packs)
    return lexicon, Pinyin(packs, lexicon)


class Knowledge:
    """Built once; two names that are equal are read once."""

    def __init__(self, packs: Iterable[RulePack]) -> None:
        loaded = tuple(packs)
        self._lexicon, self._pinyin = _read_in(loaded)
        categories: dict[str, Category] = {}
        parts: dict[str, frozenset[str]] = {}
        avoid: dict[str, frozenset[str]] = {}
        for pack in loaded:
            for entry in pack.categories:
                categories.setdefault(entry.id, entry)
                parts[entry.id] = parts.get(entry.id, frozenset()) | frozenset(map(key, entry.parts))
                avoid[entry.id] = avoid.get(entry.id, frozenset()) | frozenset(map(key, entry.avoid))
        self._shapes = {identity: entry.shapes for identity, entry in categories.items()}
        self._parts = parts
        self._coded = frozenset(identity for identity, entry in categories.items() if entry.coded)
        self._reader = Reader(categories, avoid)
        self._plain: dict[str, Reading] = {}
        self._chinese: dict[str, Reading | None] = {}

    @property
    def remembered(self) -> int:
        """How many readings are kept; at most twice `REMEMBERED`, however many names were seen."""
        return len(self._plain) + len(self._chinese)

    def shapes(self, category: str) -> frozenset[Shape]:
        """What a value of this category can be held in."""
        return self._shapes[category]

    def has_part(self, category: str, letters: str) -> bool:
        """Whether a field so called, below a parent of this category, belongs to it: street, below an address."""
        return letters in self._parts[category]

    def is_coded(self, category: str) -> bool:
        """Whether a value of this category may be a code of a list: a sex, a nation."""
        return category in self._coded

    def phrase(self, letters: str) -> Candidate | None:
        """What letters of two segments say if, taken together, they are a term."""
        entry = self._lexicon.entries.get(letters)
        return None if entry is None or not entry.senses else Candidate(entry.senses, entry.text, letters, "", None, "")

    def plain(self, segment: str) -> Reading:
        """The segment read as words of the lexicon."""
        reading = self._plain.get(segment)
        if reading is None:
            if len(self._plain) >= REMEMBERED:
                self._plain.clear()
            reading = self._plain[segment] = self._reader.read(self._lexicon.read(segment))
        return reading

    def chinese(self, segment: str) -> Reading | None:
        """The segment read as Chinese in Latin letters; None if it makes no sense so."""
        try:
            return self._chinese[segment]  # at once: another thread may clear what it looks for
        except KeyError:
            pass
        if len(self._chinese) >= REMEMBERED:
            self._chinese.clear()
        reading = self._chinese[segment] = self._read_chinese(segment)
        return reading

    def unmistakable(self, segment: str) -> Reading | None:
        """The segment read as the one Chinese term that it can only be, even where no other name is; None of others."""
        words = [word for word in split(segment) if not word.isdigit()] if segment.isascii() else []
        found = self._pinyin.unmistakable(words[0]) if len(words) == 1 else None
        if found is None or all(sense.strength is not Strength.SURE for sense in found[0].senses):
            return None
        return self._reader.read([Piece(words[0], *found)])

    def _read_chinese(self, segment: str) -> Reading | None:
        words = [word for word in split(segment) if not word.isdigit()]
        if len(words) > 1 and len(words[0]) == 1 and "_" in segment:
            words = words[1:]  # "C_XM": a letter for the column's type, as some houses have it
        if not words or not all(word.isascii() for word in words):
            return None
        parts = [self._pinyin.read(word) for word in words]
        if not all(parts):
            joined = self._pinyin.read("".join(words)) if len(words) > 1 and "_" not in segment else []
            if joined:
                parts = [joined]
            elif not _mostly(words, parts):
                return None
            else:  # "HKDZ_SQS": what makes sense, and the rest as strangers
                parts = [part or [Piece(word, None)] for word, part in zip(words, parts, strict=True)]
        return self._reader.read([piece for part in parts for piece in part])


def _mostly(words: list[str], parts: list[list[Piece]]) -> bool:
    """Whether what could be read of a name is more than chance, and what could not is too short to be a word."""
    pairs = list(zip(words, parts, strict=True))
    return any(part and len(word) > 2 for word, part in pairs) and all(part or len(word) < 4 for word, part in pairs)
