"""What rules are made of: categories with their terms by language, subjects, clues, initials, regulations."""

from dataclasses import dataclass
from enum import StrEnum

from auditor.pii.record_rule import RecordLabel, RecordRule


class RuleError(Exception):
    """Rule files are wrong; each line of the message begins with file:line:column."""


class Strength(StrEnum):
    """How much a term says by itself."""

    SURE = "sure"  # personal in nearly any record: a date of birth
    LIKELY = "likely"  # personal unless the record is about something else: an e-mail address
    LEAN = "lean"  # personal with a little evidence of a person: an address
    BARE = "bare"  # personal only in a record about a person: a name, a city
    ALONE = "alone"  # the same, and only where the name says nothing else: "class" of a student, but not "class_method"


class Shape(StrEnum):
    """What sort of value a field's type can hold, whatever its product calls the type."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    DATE = "date"
    BOOLEAN = "boolean"
    GEO = "geo"
    OBJECT = "object"
    BINARY = "binary"
    IP = "ip"
    REFERENCE = "reference"  # the id of another record


class Role(StrEnum):
    """What a word does beside a term."""

    PERSON = "person"
    ORGANISATION = "organisation"
    DEVICE = "device"
    PRODUCT = "product"
    PLACE = "place"
    EVENT = "event"
    DOCUMENT = "document"
    INFRASTRUCTURE = "infrastructure"
    CONVERSATION = "conversation"  # what people write to each other
    PARTY = "party"  # a party to an order, above its name and address
    ROUNDABOUT = "roundabout"  # above the way to somebody or something, or the thing above: it is what is around it
    TRANSACTION = "transaction"  # an order, a visit: it may well hold its customer
    TAIL = "tail"  # "…_type": the field is about the term, and does not hold it
    LEAD = "lead"  # "is_…", "count of …"
    CODE = "code"  # "…_code": of a listed characteristic the code is the thing itself
    DATE = "date"  # "…_date" and what follows in that place: when it happened
    ENCODING = "encoding"  # "…_code"
    IDENTIFIER = "identifier"  # "…_id", "…_no"
    FILLER = "filler"
    CLUE = "clue"  # a field that only a record about a thing has
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Term:
    """A term as it is written in the rules, and what it says."""

    text: str
    category: str
    strength: Strength
    language: str


@dataclass(frozen=True, slots=True)
class Category:
    """One sort of personal data.

    `coded`: the value of a listed characteristic may be a code (sex, nation). `weak`: it identifies nobody by itself.
    `avoid` are words that beside a term of this category mean something else; `parts` are names below a parent of this
    category that belong to it. `accepted` and `rejected` are the rules' own examples ("index / field sibling:type").
    A category without a title adds to the one of this id in an earlier pack.
    """

    id: str
    family: str
    title: str
    weak: bool
    coded: bool
    shapes: frozenset[Shape]
    avoid: tuple[str, ...]
    parts: tuple[str, ...]
    regulations: tuple[str, ...]
    accepted: tuple[str, ...]
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Regulation:
    """An article that a finding is evidence relevant to; never a legal conclusion."""

    framework: str
    id: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)  # two are the same if they are one: tens of thousands of terms
class RulePack:
    """Everything that one package of rules knows.

    A later pack may add terms to an earlier one's categories, and words to its kinds of record.
    """

    name: str
    categories: tuple[Category, ...] = ()
    terms: tuple[Term, ...] = ()
    words: tuple[tuple[str, Role], ...] = ()
    spellings: tuple[tuple[str, str, str], ...] = ()  # a Chinese term, its pinyin initials, its full pinyin
    # Two initials, the Chinese words they may stand for, and those they stand for at the end of a longer name.
    shorts: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = ()
    regulations: tuple[tuple[str, Regulation], ...] = ()
    records: tuple[RecordRule, ...] = ()
    record_labels: tuple[RecordLabel, ...] = ()
    special: tuple[str, ...] = ()  # categories that the law singles out: GDPR 9 and 10, PIPL 28

    def regulations_of(self, category: str) -> tuple[Regulation, ...]:
        """The articles printed beside a finding of this category, in the order of the rules."""
        known = dict(self.regulations)
        wanted = next((entry.regulations for entry in self.categories if entry.id == category), ())
        return tuple(known[name] for name in wanted)
