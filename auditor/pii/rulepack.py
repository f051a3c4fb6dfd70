"""Reads the rules by which names are judged: categories with their terms by language, subjects, clues, initials."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources.abc import Traversable
from typing import Any

from auditor import documents
from auditor.model.target import Place
from auditor.pii.record_rule import RecordLabel, RecordRule, listed, record_label, record_rule


class RuleError(Exception):
    """A rule file is wrong; the message begins with file:line:column."""


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


@dataclass(frozen=True, slots=True)
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


def load(name: str, sources: Iterable[Traversable]) -> RulePack:
    """Reads rule files into one pack.

    Raises:
        RuleError: a file cannot be read or says something that is no rule.
    """
    reader = _Reader()
    for source in sources:
        reader.read(source)
    known = {identity for identity, _ in reader.regulations}
    entries: tuple[Category | RecordRule | RecordLabel, ...] = (
        *reader.categories,
        *reader.records,
        *reader.record_labels,
    )
    for entry in entries:
        for wanted in entry.regulations:
            if wanted not in known:
                place = reader.places[entry.id]
                raise RuleError(f"{place}: '{entry.id}' names the regulation '{wanted}', which no file describes")
    return RulePack(
        name=name,
        categories=tuple(reader.categories),
        terms=tuple(reader.terms),
        words=tuple(reader.words),
        spellings=tuple(reader.spellings),
        shorts=tuple(reader.shorts),
        regulations=tuple(reader.regulations),
        records=tuple(reader.records),
        record_labels=tuple(reader.record_labels),
        special=tuple(reader.special),
    )


_CATEGORY_KEYS = frozenset({"title", "weak", "coded", "types", "avoid", "parts", "regulations", "terms", "examples"})
_ROLES_OF_LISTS = {
    "tails": Role.TAIL,
    "leads": Role.LEAD,
    "codes": Role.CODE,
    "fillers": Role.FILLER,
    "neutral": Role.NEUTRAL,
    "dates": Role.DATE,
    "encodings": Role.ENCODING,
    "identifiers": Role.IDENTIFIER,
    "parties": Role.PARTY,
    "roundabouts": Role.ROUNDABOUT,
    "transactions": Role.TRANSACTION,
    "conversations": Role.CONVERSATION,
}


class _Reader:
    def __init__(self) -> None:
        self.categories: list[Category] = []
        self.places: dict[str, Place] = {}
        self.terms: list[Term] = []
        self.words: list[tuple[str, Role]] = []
        self.spellings: list[tuple[str, str, str]] = []
        self.shorts: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
        self.regulations: list[tuple[str, Regulation]] = []
        self.records: list[RecordRule] = []
        self.record_labels: list[RecordLabel] = []
        self.special: list[str] = []

    def read(self, source: Traversable) -> None:
        try:
            document = documents.parse(source.read_bytes(), file=source.name)
        except documents.DocumentError as error:
            raise RuleError("; ".join(str(problem) for problem in error.problems)) from error
        except OSError as error:
            raise RuleError(f"{source.name}: cannot be read: {error}") from error
        if not isinstance(document.data, dict):
            raise RuleError(f"{document.place()}: a rule file is a mapping")
        family = str(document.data.get("family", source.name))
        for key, value in document.data.items():
            try:
                self._section(key, value, family, document)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise RuleError(f"{document.place((key,))}: not a rule: {error}") from error

    def _section(self, key: str, value: Any, family: str, document: documents.Document) -> None:
        if key in _ROLES_OF_LISTS:
            self.words.extend((text, _ROLES_OF_LISTS[key]) for text in listed(value))
            return
        match key:
            case "family" | "collisions":
                pass
            case "categories" | "records" | "record_labels":
                for identity, entry in value.items():
                    self.places[identity] = document.place((key, identity))
                    self._entry(key, identity, family, entry)
            case "subjects":
                by_role = ((Role(role), texts) for role, languages in value.items() for texts in languages.values())
                self.words.extend((text, role) for role, texts in by_role for text in listed(texts))
            case "clues":
                self.words.extend((text, Role.CLUE) for texts in value.values() for text in listed(texts))
            case "spellings":
                self.spellings.extend(_spelling(line) for line in value.splitlines())
            case "shorts":
                self.shorts.extend(_short(line) for line in value.splitlines())
            case "regulations":
                self.regulations.extend((identity, Regulation(**entry)) for identity, entry in value.items())
            case "special":
                self.special.extend(value.split())
            case _:
                raise ValueError(f"unknown section '{key}'")

    def _entry(self, key: str, identity: str, family: str, entry: dict[str, Any]) -> None:
        if key == "records":
            self.records.append(record_rule(identity, entry))
        elif key == "record_labels":
            self.record_labels.append(record_label(identity, entry))
        else:
            self._category(identity, family, entry)

    def _category(self, identity: str, family: str, entry: dict[str, Any]) -> None:
        unknown = entry.keys() - _CATEGORY_KEYS
        if unknown:
            raise ValueError(f"'{identity}' has an unknown key '{min(unknown)}'")
        examples = entry.get("examples", {})
        self.categories.append(
            Category(
                id=identity,
                family=family,
                title=entry["title"],
                weak=bool(entry.get("weak", False)),
                coded=bool(entry.get("coded", False)),
                shapes=frozenset(Shape(word) for word in entry["types"].split()),
                avoid=tuple(listed(entry.get("avoid", ""))),
                parts=tuple(listed(entry.get("parts", ""))),
                regulations=tuple(entry.get("regulations", "").split()),
                accepted=tuple(examples.get("yes", ())),
                rejected=tuple(examples.get("no", ())),
            )
        )
        for language, strengths in entry["terms"].items():
            for strength, texts in strengths.items():
                level = Strength(strength)
                self.terms.extend(Term(text, identity, level, language) for text in listed(texts))


def _spelling(line: str) -> tuple[str, str, str]:
    term, initials, full = line.split()
    return term, initials, full


def _short(line: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    alone, _, last = line.partition("|")
    initials, *meanings = alone.split()
    return initials, tuple(meanings), tuple(last.split())
