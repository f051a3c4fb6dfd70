"""Decides first what a record is about: a person, or an organisation, a device, a product, a place, an event, a log."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from auditor.pii.reading import THINGS, Reading
from auditor.pii.rulepack import Role, Strength

# How far each sort of evidence moves the balance; positive is "a person". A bare name needs about 1.7.
NAME_ALONE = 2.6  # the index is called after persons (or after things: negative)
NAME_MIXED = 1.4  # it names both; the last word decides
NAME_TRANSACTION = 0.8  # orders, visits, messages: they hold their people
NAME_TERM = 1.3  # it is called after personal data itself: "passports"
PARENT = 3.2  # the nested object is called after persons or things
SURE_SIBLING = 1.2
LIKELY_SIBLING = 0.35
SIBLINGS_AT_MOST = 2.8
CLUE = 0.75
CLUES_AT_MOST = 3.0
INHERITED = 0.85  # of the balance of the record around a nested object that says nothing itself


@dataclass(slots=True)
class Evidence:
    """What the fields of one object (the record itself or a nested one) say about it."""

    sure: set[str] = field(default_factory=set)
    likely: set[str] = field(default_factory=set)
    clues: set[str] = field(default_factory=set)
    witnesses: list[str] = field(default_factory=list)  # up to three names, for the reason

    def add(self, name: str, reading: Reading) -> None:
        """Counts one field."""
        if reading.clue:
            self.clues.add(reading.clue)
        for candidate in reading.candidates[:1]:
            if candidate.owner in THINGS:
                continue
            strengths = {sense.strength for sense in candidate.senses}
            if Strength.SURE in strengths or (candidate.owner is Role.PERSON and Strength.LIKELY in strengths):
                self.sure.add(candidate.senses[0].category)
                if len(self.witnesses) < 3:
                    self.witnesses.append(name)
            elif strengths & {Strength.LIKELY, Strength.LEAN}:
                self.likely.add(candidate.senses[0].category)

    def weigh(self, *, transaction: bool) -> float:
        """The balance of all fields; an order's prices say little against its customer."""
        for_person = min(SIBLINGS_AT_MOST, SURE_SIBLING * len(self.sure) + LIKELY_SIBLING * len(self.likely))
        against = min(CLUE if transaction else CLUES_AT_MOST, CLUE * len(self.clues))
        return for_person - against


@dataclass(frozen=True, slots=True)
class Subject:
    """What an object is about. `balance` above 0 speaks for a person; `why` says it in words, "" where nothing did."""

    balance: float
    why: str = ""


def of_name(readings: Iterable[Reading]) -> tuple[float, str, bool]:
    """The balance that an index's name alone gives, the word that gave it, and whether it is about a transaction."""
    persons: list[str] = []
    things: list[str] = []
    last: Role | None = None
    term = ""
    transaction = False
    for reading in readings:
        for candidate in reading.candidates:
            if any(sense.strength in {Strength.SURE, Strength.LIKELY} for sense in candidate.senses):
                term = term or candidate.letters
        transaction = transaction or any(
            p.entry is not None and Role.TRANSACTION in p.entry.roles for p in reading.pieces
        )
        if reading.subject is Role.PERSON:
            persons.append(reading.subject_word)
            last = Role.PERSON
        elif reading.subject in THINGS:
            things.append(reading.subject_word)
            last = reading.subject
    if persons and things:
        return (NAME_MIXED, persons[-1], transaction) if last is Role.PERSON else (-NAME_MIXED, things[-1], transaction)
    if persons:
        return NAME_ALONE, persons[-1], transaction
    if things:
        return -NAME_ALONE, things[-1], transaction
    if term:
        return NAME_TERM, term, transaction
    return (NAME_TRANSACTION if transaction else 0.0), "", transaction
