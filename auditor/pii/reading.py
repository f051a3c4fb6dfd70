"""What one name says by itself, before anything is known of its neighbours: which terms it holds, and about whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from auditor.pii.lexicon import Piece, Sense
from auditor.pii.rulepack import Category, Role, Shape, Strength
from auditor.pii.tokens import key

THINGS = frozenset(
    {Role.ORGANISATION, Role.DEVICE, Role.PRODUCT, Role.PLACE, Role.EVENT, Role.DOCUMENT, Role.INFRASTRUCTURE}
)
_THINGS_IN_ORDER = tuple(role for role in Role if role in THINGS)
WEAKEST = frozenset({Strength.BARE, Strength.ALONE})
_FLAGS = frozenset({"is", "has", "have", "had", "was", "did", "does", "是否", "flag", "bool"})
_FOREIGN_SHORT = 3
_NO_ROLES: frozenset[Role] = frozenset()
_COMPANY = frozenset({Role.FILLER, Role.PERSON, Role.CODE}) | THINGS
# Categories whose terms take a number after them in their stride: "phone_no", "vehicle_number".
_NUMBERS_OF = frozenset({"phone", "vehicle_id", "device_id", "health_id", "postal_address", "education", "employment"})
# Families whose values are themselves numbers or codes, so that "…_code" after a term takes nothing away.
_NUMBERED = frozenset({"government_id", "financial"})


class Candidate(NamedTuple):
    """A term found in a name, and whom the name itself says it is about (None: it does not say)."""

    senses: tuple[Sense, ...]
    term: str
    letters: str
    how: str
    owner: Role | None
    owner_word: str
    strange: bool = False  # a weak term beside a word that nobody knows

    @property
    def short(self) -> bool:
        """Whether it is so few letters that, in another language than English, they need company in that language."""
        return len(self.letters) <= _FOREIGN_SHORT and not self.how and self.letters.isascii()

    def told(self, company: str) -> str:
        """The reason a person can read; `company` says what the record is about, "" if nothing does."""
        match self.how:
            case "initials":
                said = f"'{self.letters}' is the initials of {self.term}"
            case "pinyin":
                said = f"'{self.letters}' is {self.term} in pinyin"
            case "spelling":
                said = f"'{self.letters}' is a misspelt '{self.term}'"
            case _ if key(self.letters) == key(self.term):
                said = f"the name says '{self.term}'"
            case _:
                said = f"'{self.letters}' says '{self.term}'"
        if self.owner is Role.PERSON and self.owner_word != self.letters:
            return f"{said}, of '{self.owner_word}'"
        return f"{said}; {company}" if company else said


@dataclass(frozen=True, slots=True)
class Reading:
    """One path segment, read. `candidates` come likeliest first; `subject` is the last word that is one."""

    pieces: tuple[Piece, ...]
    candidates: tuple[Candidate, ...]
    subject: Role | None
    subject_word: str
    clue: str  # the word that only a record about a thing has; "" if none
    letters: str  # of all pieces, joined: what the segment is looked up by together with another
    known: bool  # whether every piece is in the lexicon


class Reader:
    """Turns pieces into readings by the categories' own words to avoid."""

    def __init__(self, categories: Mapping[str, Category], avoid: Mapping[str, frozenset[str]]) -> None:
        self._categories = categories
        self._avoid = avoid

    def read(self, pieces: Sequence[Piece]) -> Reading:
        """What the pieces say together."""
        letters = "".join([piece.letters for piece in pieces])
        if all(piece.entry is None for piece in pieces):
            return Reading(tuple(pieces), (), None, "", "", letters, not pieces)
        found = [position for position, piece in enumerate(pieces) if piece.entry is not None and piece.entry.senses]
        candidates = []
        for position in self._preferred(pieces, found):
            senses = self._living(pieces, position)
            if senses:
                piece = pieces[position]
                assert piece.entry is not None
                owner, word = _owner(pieces, position, senses)
                strange = all(sense.strength in WEAKEST for sense in senses) and any(
                    other.entry is None for other in pieces
                )
                candidates.append(Candidate(senses, piece.entry.text, piece.letters, piece.how, owner, word, strange))
        subject, subject_word = _subject(pieces)
        clue = "" if subject is Role.PERSON else next((p.letters for p in pieces if _has(p, Role.CLUE)), "")
        return Reading(
            tuple(pieces),
            tuple(candidates),
            subject,
            subject_word,
            clue,
            letters,
            all(piece.entry is not None for piece in pieces),
        )

    def _preferred(self, pieces: Sequence[Piece], found: list[int]) -> list[int]:
        """The last term is the head, but "…Name" or "…Code" after a listed characteristic only says how it is told."""
        order = found[::-1]
        if len(order) > 1 and order[1] == order[0] - 1 and _has(pieces[order[0]], Role.CODE):
            before = pieces[order[1]].entry
            assert before is not None
            if any(self._categories[sense.category].coded and sense.strength not in WEAKEST for sense in before.senses):
                order[0], order[1] = order[1], order[0]
        return order

    def _living(self, pieces: Sequence[Piece], position: int) -> tuple[Sense, ...]:
        """The senses that the words around a term leave alive."""
        entry = pieces[position].entry
        assert entry is not None
        if len(pieces) == 1:
            return entry.senses
        if any(_has(piece, Role.TAIL) and not _strong(piece) for piece in pieces[position + 1 :]):
            return ()
        flagged = False
        for piece in pieces[:position]:
            if _has(piece, Role.LEAD) and not _strong(piece):
                if _words(piece).isdisjoint(_FLAGS):
                    return ()
                flagged = True
        if position and pieces[0].letters == "num" and all(sense.language == "en" for sense in entry.senses):
            return ()  # "num_comments" counts; in other tongues "num" is a number's, "num_dni"
        if position and _heads(pieces[0]) and all(_is_weak(sense) for sense in entry.senses):
            return ()  # "id_medico", "fecha_ciudad": in other tongues what it is about comes last
        rest = pieces[position + 1 :]
        if Role.PERSON in entry.roles and any(not _names(piece) for piece in rest):
            return ()  # "holder" is somebody's name, "holder's birthday" is not
        following = _roles(rest[0]) if rest else _NO_ROLES
        around = [piece for number, piece in enumerate(pieces) if number != position]
        others: frozenset[str] = frozenset().union(*map(_words, around))
        return tuple(
            sense
            for sense in entry.senses
            if self._lives(sense, around, others, following) and not (flagged and self._no_flag(sense))
        )

    def _no_flag(self, sense: Sense) -> bool:
        return Shape.BOOLEAN not in self._categories[sense.category].shapes

    def _lives(self, sense: Sense, around: Sequence[Piece], others: frozenset[str], following: frozenset[Role]) -> bool:
        if following and not _survives(self._categories[sense.category], sense, following):
            return False
        if not others.isdisjoint(self._avoid[sense.category]):
            return False
        return sense.strength not in WEAKEST or all(_harmless(piece, sense) for piece in around)


def _roles(piece: Piece) -> frozenset[Role]:
    return _NO_ROLES if piece.entry is None else piece.entry.roles


def _heads(piece: Piece) -> bool:
    """Whether a name that begins so is, in tongues that put the head first, when or under which key, and not what."""
    return piece.letters == "id" or not _roles(piece).isdisjoint({Role.DATE, Role.ENCODING})


def _is_weak(sense: Sense) -> bool:
    return sense.strength in WEAKEST


def _names(piece: Piece) -> bool:
    """Whether after a word for a person this piece still leaves it that person's name."""
    return piece.entry is not None and not piece.entry.roles.isdisjoint({Role.CODE, Role.FILLER})


def _words(piece: Piece) -> frozenset[str]:
    """What the piece may be called by: its letters, and what they stand for."""
    return frozenset({piece.letters}) if piece.entry is None else frozenset({piece.letters, piece.entry.text})


def _survives(category: Category, sense: Sense, following: frozenset[Role]) -> bool:
    """Whether "…_code" or "…_id" after a term leaves it what it was: a sex's code is a sex."""
    if category.family in _NUMBERED:
        return True
    if Role.DATE in following:
        return category.id == "birth_date" or category.family == "financial"
    if Role.ENCODING in following:
        return category.coded and sense.strength not in WEAKEST
    if Role.IDENTIFIER in following:
        if sense.strength in WEAKEST:
            return False
        return (category.coded and category.family in {"demographic", "special"}) or category.id in _NUMBERS_OF
    return True


def _harmless(piece: Piece, sense: Sense) -> bool:
    """Whether a weak term keeps its meaning beside this piece."""
    if piece.entry is None:
        return sense.strength is Strength.BARE
    roles = piece.entry.roles
    if sense.strength is Strength.ALONE:
        return Role.FILLER in roles
    return not roles.isdisjoint(_COMPANY)


def _has(piece: Piece, role: Role) -> bool:
    return piece.entry is not None and role in piece.entry.roles


def _strong(piece: Piece) -> bool:
    return piece.entry is not None and any(sense.strength not in WEAKEST for sense in piece.entry.senses)


def role_of(piece: Piece) -> Role | None:
    """The subject that a piece is a word for, if it is one."""
    if piece.entry is None:
        return None
    roles = piece.entry.roles
    if Role.PERSON in roles:
        return Role.PERSON
    if not roles or Role.FILLER in roles:
        return None
    return next((role for role in _THINGS_IN_ORDER if role in roles), None)


def _owner(pieces: Sequence[Piece], position: int, senses: Sequence[Sense]) -> tuple[Role | None, str]:
    """Whom the words beside a term say it is about: the nearest before it, else the nearest after it."""
    around = [*range(position - 1, -1, -1), *range(position + 1, len(pieces))]
    for number in around:
        role = role_of(pieces[number])
        if role is not None:
            return role, pieces[number].letters
    itself = pieces[position]
    if _has(itself, Role.PERSON) and any(sense.strength in {Strength.SURE, Strength.LIKELY} for sense in senses):
        return Role.PERSON, itself.letters
    return None, ""


def _subject(pieces: Sequence[Piece]) -> tuple[Role | None, str]:
    for piece in reversed(pieces):
        role = role_of(piece)
        if role is not None:
            return role, piece.letters
    return (Role.TRANSACTION, "") if any(_has(piece, Role.TRANSACTION) for piece in pieces) else (None, "")
