"""Reads Chinese that is written in Latin letters: "xyrsfzh" is 嫌疑人 (suspect) and 身份证号 (identity number)."""

from collections.abc import Iterable, Mapping, Sequence

from auditor.pii.lexicon import Entry, Lexicon, Piece, Sense
from auditor.pii.rulepack import Role, RulePack, Strength
from auditor.pii.syllables import are_written, units

LONGEST_NAME = 28  # letters of a name that is tried as initials
_LONGEST = 14
_COST = {2: 2.2, 3: 1.5, 4: 1.15}  # of a piece by its letters: long initials seldom fit by chance
_LONG = 4  # letters from which initials are taken at their word
_SOMEONE_COST = 2.6
_UNKNOWN_COST = 4.0
_CODE_COST = 1.6

_PERSON = Entry("…人", (), frozenset({Role.PERSON}))
# After these, too, two letters keep their personal meaning: 家庭 + dz is a home address.
_BEARERS = frozenset({"家庭", "联系", "毕业", "工作", "本人", "单位", "公司", "企业", "学校"})
# Before these, two letters keep it: xb + dm is the code of the sex.
_CLOSERS = frozenset({"码", "代码", "名称", "编码", "汉字", "全拼", "首拼", "中文", "描述", "文本"})
# What two letters mean even after two: "fq" may be 父亲 or 发起, so "fqsj" is no telephone, but "fqxm" is a name.
_PLAIN = frozenset(
    {"姓名", "电话", "性别", "地址", "年龄", "警号", "学号", "工号", "邮编", "照片", "职务", "民族", "住址", "学历"}
)
_CODE = Entry("码", (), frozenset({Role.CODE}))
_NAME = Entry("名", (), frozenset({Role.FILLER}))
_STRONG = frozenset({Strength.SURE, Strength.LIKELY})
_MOSTLY = 0.6  # of the words that are spelt alike: personal ones at this share keep more of their weight
_SPEAKING_AGAINST = frozenset({Role.CLUE, Role.TAIL, Role.LEAD})
_WEAKER = {
    Strength.SURE: Strength.LIKELY,
    Strength.LIKELY: Strength.LEAN,
    Strength.LEAN: Strength.BARE,
    Strength.BARE: Strength.BARE,
    Strength.ALONE: Strength.ALONE,
}


class Pinyin:
    """Initials and full spellings of the packs' Chinese terms."""

    def __init__(self, packs: Iterable[RulePack], lexicon: Lexicon) -> None:
        initials: dict[str, list[Entry]] = {}
        full: dict[str, list[Entry]] = {}
        self._terms: dict[str, list[tuple[Entry, str]]] = {}
        self._last: dict[str, Entry] = {}
        for pack in packs:
            for term, letters, spelling in pack.spellings:
                entry = lexicon.entries.get(term)
                if entry is not None:
                    self._terms.setdefault(letters, []).append((entry, spelling))
                    if len(letters) > 2:
                        initials.setdefault(letters, []).append(entry)
                    if len(spelling) > 4:
                        full.setdefault(spelling, []).append(entry)
            for letters, meanings, last in pack.shorts:
                initials[letters] = [_entry(lexicon, meaning) for meaning in meanings]
                if last:
                    self._last[letters] = _merged([_entry(lexicon, meaning) for meaning in last])
        self._initials: Mapping[str, Entry] = {
            letters: _modest(_merged(entries), len(letters)) if len(letters) < _LONG else _merged(entries)
            for letters, entries in initials.items()
        }
        self._full: Mapping[str, Entry] = {spelling: _merged(entries) for spelling, entries in full.items()}

    def read(self, word: str) -> list[Piece]:
        """The pieces of a run of lower-case letters that make sense of all of it; empty if there are none."""
        if not 2 <= len(word) <= LONGEST_NAME or not word.isascii() or not word.isalpha():
            return []
        spelt = self._spelt(word)
        if spelt:
            return spelt
        short = self._abbreviated(word)
        if short and all(piece.entry is not None for piece in short):
            return short
        return self._mixed(word) or short

    def unmistakable(self, word: str) -> tuple[Entry, str] | None:
        """The term that a word of at least four letters spells, whole or by its initials, and which of the two."""
        if len(word) >= _LONG:
            for spelt, how in ((self._full, "pinyin"), (self._initials, "initials")):
                entry = spelt.get(word)
                if entry is not None:
                    return entry, how
        return None

    def _spelt(self, word: str) -> list[Piece]:
        """Full spellings, longest first: "lianxirendianhua"."""
        pieces: list[Piece] = []
        position = 0
        while position < len(word):
            for end in range(len(word), position + 3, -1):
                entry = self._full.get(word[position:end])
                if entry is not None:
                    pieces.append(Piece(word[position:end], entry, "pinyin"))
                    position = end
                    break
            else:
                return []
        return pieces

    def _mixed(self, word: str) -> list[Piece]:
        """Syllables and initials side by side, as few terms as possible: "chushengrq", "xingm"."""
        found = units(word)
        letters = "".join(unit[0] for unit in found)
        best: list[list[Piece] | None] = [[], *[None] * len(found)]
        for end in range(1, len(found) + 1):
            for start in range(max(0, end - _LONGEST), end):
                before = best[start]
                held = best[end]
                if before is None or (held is not None and len(before) + 1 >= len(held)):
                    continue
                entry = self._written(found[start:end], letters[start:end])
                if entry is not None:
                    best[end] = [*before, Piece("".join(found[start:end]), entry, "pinyin")]
        return best[len(found)] or []

    def _written(self, found: tuple[str, ...], letters: str) -> Entry | None:
        """What the units are a way to write; None if they are none, or nothing but initials."""
        terms = self._terms.get(letters)
        if terms is None or len(found) < 2 or len("".join(found)) == len(letters):
            return None
        meant = [entry for entry, spelling in terms if are_written(found, spelling)]
        return _merged(meant) if meant else None

    def _abbreviated(self, word: str) -> list[Piece]:
        """The cheapest way to cut the whole word into initials, a stranger's role or an unknown beginning allowed."""
        if not _INITIAL_LETTERS.issuperset(word) or sum(map(word.count, "aeo")) > len(word) / 2:
            return []
        best = self._cheapest(word)
        pieces: list[Piece] = []
        end = len(word)
        while end:
            step = best[end]
            if step is None:
                return []
            pieces.append(Piece(word[step[1] : end], step[2], "initials"))
            end = step[1]
        pieces.reverse()
        if all(piece.entry is None or piece.entry is _PERSON for piece in pieces):
            return []
        return self._weighed(pieces)

    def _cheapest(self, word: str) -> list[tuple[float, int, Entry | None] | None]:
        """For each end the least cost of the letters up to it, where its last piece starts, and what that means."""
        length = len(word)
        best: list[tuple[float, int, Entry | None] | None] = [(0.0, 0, None), *[None] * length]
        for start in range(length - 1):
            before = best[start]
            if before is None:
                continue
            for end in range(start + 2, min(length, start + _LONGEST) + 1):
                entry, cost = self._priced(word[start:end], first=start == 0, last=end == length)
                held = best[end]
                if cost and (held is None or before[0] + cost < held[0]):
                    best[end] = (before[0] + cost, start, entry)
        before = best[length - 1]
        if word[-1] == "m" and before is not None and before[2] is not None:
            held = best[length]  # 性别码, 类型码: the standards for schools write 码 as one letter; a person has 名
            if held is None or before[0] + _CODE_COST < held[0]:
                best[length] = (before[0] + _CODE_COST, length - 1, _NAME if Role.PERSON in before[2].roles else _CODE)
        return best

    def _priced(self, part: str, *, first: bool, last: bool) -> tuple[Entry | None, float]:
        """What the letters mean as one piece and what that costs; 0 if they can be none."""
        entry = self._initials.get(part)
        if entry is not None:
            return entry, _COST.get(len(part), 1.0)
        if last or len(part) > 4:
            return None, 0.0
        if part[-1] == "r":
            return _PERSON, _SOMEONE_COST  # …r is nearly always a person: …人
        return None, _UNKNOWN_COST if first else 0.0

    def _weighed(self, pieces: Sequence[Piece]) -> list[Piece]:
        """The pieces, where two letters mean somebody's data only if what stands around them lets them."""
        resolved = list(pieces)
        for number, piece in enumerate(pieces[1:], start=1):
            before = pieces[number - 1]
            if len(piece.letters) == _LONG - 1 and piece.entry is not None and before.entry is None:
                resolved[number] = _faint(piece)  # after a stranger, three letters may be chance
            if len(piece.letters) != 2 or piece.entry is None:
                continue
            if _bears(before) and (len(before.letters) > 2 or piece.entry.text in _PLAIN):
                continue
            last = number == len(pieces) - 1
            entry = self._last.get(piece.letters, piece.entry) if last else piece.entry
            stranger = before.entry is None
            # after an unknown beginning the plainest still speak, if faintly; anything else may be anything
            senses = tuple(map(_bare, entry.senses)) if last and stranger and entry.text in _PLAIN else ()
            resolved[number] = Piece(piece.letters, Entry(entry.text, senses, entry.roles), piece.how)
        for number, piece in enumerate(pieces[:-1]):
            if len(piece.letters) != _LONG - 1 or piece.entry is None or Role.PERSON in piece.entry.roles:
                continue
            if not _closes(pieces[number + 1].entry):
                resolved[number] = _faint(piece)  # 出生地 + lj may as well be something else altogether
        first = resolved[0]
        if len(pieces) > 1 and len(first.letters) == 2 and first.entry is not None:
            after = resolved[1].entry
            if after is None or after.text not in _CLOSERS:
                resolved[0] = Piece(first.letters, Entry(first.entry.text, (), first.entry.roles), first.how)
        return resolved


_INITIAL_LETTERS = frozenset("abcdefghjklmnopqrstwxyz")  # no syllable begins with i, u or v


def _entry(lexicon: Lexicon, term: str) -> Entry:
    return lexicon.entries.get(term, Entry(term, (), frozenset({Role.NEUTRAL})))


def _modest(entry: Entry, letters: int) -> Entry:
    """What few letters may say at most: nothing is sure, and a word for a person in two is no name yet."""
    if letters == 2 and Role.PERSON in entry.roles:
        return Entry(entry.text, (), entry.roles)
    ceiling = Strength.LEAN if letters == 2 else Strength.LIKELY
    senses = tuple(
        Sense(sense.category, ceiling, sense.language) if sense.strength in _STRONG else sense for sense in entry.senses
    )
    return Entry(entry.text, senses, entry.roles)


def _faint(piece: Piece) -> Piece:
    """The piece, saying no more than what a record about a person lets it."""
    assert piece.entry is not None
    return piece._replace(entry=Entry(piece.entry.text, tuple(map(_bare, piece.entry.senses)), piece.entry.roles))


def _closes(entry: Entry | None) -> bool:
    """Whether three letters before this piece keep their meaning: a code, a name, or somebody's data again."""
    return entry is not None and (entry.text in _CLOSERS or bool(entry.senses))


def _bears(piece: Piece) -> bool:
    """Whether what follows this piece may be told by two letters: 报警人 + dh is a telephone, 入库 + dh a docket."""
    return piece.entry is not None and (Role.PERSON in piece.entry.roles or piece.entry.text in _BEARERS)


def _merged(entries: Sequence[Entry]) -> Entry:
    """One entry for all words that are spelt alike; a meaning that has a rival weighs less."""
    first = entries[0]
    if len(entries) == 1:
        return first
    speaking = [entry for entry in entries if entry.senses]
    if not speaking:
        return Entry(first.text, (), frozenset().union(*(entry.roles for entry in entries)))
    senses: dict[str, Sense] = {}
    for number, entry in enumerate(speaking):
        for sense in entry.senses:
            senses.setdefault(sense.category, sense if number == 0 else _weaker(sense))
    roles = frozenset().union(*(entry.roles for entry in entries))
    roles -= _SPEAKING_AGAINST - frozenset.intersection(*(entry.roles for entry in entries))
    if len(speaking) == len(entries):
        return Entry(speaking[0].text, tuple(senses.values()), roles)
    # Rivals that are nobody's data: two letters have been ranked by hand, of longer ones the share decides.
    if len(speaking[0].text) == 2:
        found = map(_weaker, senses.values())
    elif len(speaking) >= _MOSTLY * len(entries):
        found = map(_lean, senses.values())
    else:
        found = map(_bare, senses.values())
    return Entry(speaking[0].text, tuple(found), roles)


def _lean(sense: Sense) -> Sense:
    return Sense(sense.category, Strength.LEAN, sense.language) if sense.strength in _STRONG else sense


def _bare(sense: Sense) -> Sense:
    return Sense(sense.category, Strength.BARE, sense.language)


def _weaker(sense: Sense) -> Sense:
    return Sense(sense.category, _WEAKER[sense.strength], sense.language)
