"""Decides first what a record is about: a person, or an organisation, a device, a product, a place, an event, a log."""

from collections.abc import Callable
from dataclasses import dataclass, field

from auditor.pii.reading import THINGS, Reading, role_of
from auditor.pii.rulepack import Role, Strength

# How far each sort of evidence moves the balance; positive is "a person". A bare name needs about 1.7.
NAME_ALONE = 2.6  # the index is called after persons (or after things: negative)
NAME_MIXED = 1.4  # it names both; the last word decides
NAME_TRANSACTION = 0.8  # orders, visits, messages: they hold their people
NAME_CONVERSATION = 1.8  # tweets, chats: each is somebody's
NAME_OVERRULED = 0.5  # of a thing's name, where at least two sorts of fields are sure to be a person's
NAME_TERM = 1.3  # it is called after personal data itself: "passports"
PARENT = 3.2  # the nested object is called after persons or things
SURE_SIBLING = 1.2
TOLD_SIBLING = 0.8
INITIALS_SIBLING = 0.5
LIKELY_SIBLING = 0.7
SHARED_SIBLING = 0.4  # counted only where nothing speaks for a thing
SIBLINGS_AT_MOST = 2.8
CLUE = 0.75
CLUES_AT_MOST = 3.0
CLUES_DOUBTED = 0.5  # of the clues, where the name says plainly that it is about persons
PARTY = 1.7  # it is called after a party to a contract: a person, if its fields are
INHERITED = 0.85  # of the balance of the record around a nested object that says nothing itself

# What holds data rather than being what the data is about: "a hospital's app" is no record about an app.
# fmt: off
_PROGRAMS = frozenset({
    "app", "apps", "application", "applications", "system", "systems", "service", "services", "db", "database",
    "api", "server", "table", "index", "collection", "schema", "model", "models", "module", "code",
})
# fmt: on
# Whom the law wants a firm to name; the telephone beside them is the firm's.
_FIGUREHEADS = frozenset({"legal", "legalperson", "fddbr", "frdb", "fr", "法人", "法定代表人", "法人代表", "owner"})
_JOURNALS = frozenset({"log", "logs", "日志"})
# A shop has these too, so that they do not speak for a person.
SHARED_WITH_FIRMS = frozenset(
    {"email", "phone", "postal_address", "social_account", "tax_id", "bank_account", "photo", "geo_location"}
)
AT_HOME = frozenset({"en", "zh"})  # languages whose short words need no company
# Fleets and workshops are full of plates: one is somebody's only where somebody is.
ONLY_WITH_SOMEBODY = frozenset({"vehicle_id"})
# What is told of vacancies, courses, shops and their sites as well: there even a sure term is nobody's.
FOUND_ON_THINGS = SHARED_WITH_FIRMS | {"employment", "education", "financial_profile", "health_record", "credential"}


@dataclass(slots=True)
class Evidence:
    """What the fields of one object (the record itself or a nested one) say about it."""

    sure: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)  # sure, but things are told of so as well
    likely: set[str] = field(default_factory=set)
    initials: set[str] = field(default_factory=set)  # likely by two or three letters, which may be chance
    shared: set[str] = field(default_factory=set)  # likely, but firms have them too
    clues: set[str] = field(default_factory=set)
    somebody: bool = False  # a field is called after a person, or is surely a person's
    contact: bool = False  # somebody to turn to is named, so that a firm's telephone is that person's
    witnesses: list[str] = field(default_factory=list)  # up to four names, for the reason

    def add(self, name: str, reading: Reading) -> None:
        """Counts one field."""
        if reading.clue:
            self.clues.add(reading.clue)
        self.somebody |= reading.subject is Role.PERSON
        for candidate in reading.candidates[:1]:
            category = candidate.senses[0].category
            if candidate.owner in THINGS or category in ONLY_WITH_SOMEBODY:
                continue
            if candidate.short and all(sense.language not in AT_HOME for sense in candidate.senses):
                continue
            strengths = {sense.strength for sense in candidate.senses}
            if Strength.SURE in strengths or (candidate.owner is Role.PERSON and Strength.LIKELY in strengths):
                (self.told if category in FOUND_ON_THINGS and candidate.owner is None else self.sure).add(category)
                self.somebody = True
                # the first in the alphabet, so that the order of fields changes no reason
                self.witnesses = sorted({*self.witnesses, name})[:4]
            elif strengths & {Strength.LIKELY, Strength.LEAN}:
                if candidate.how == "initials" and len(candidate.letters) < 4:
                    self.initials.add(category)
                else:
                    (self.shared if category in SHARED_WITH_FIRMS else self.likely).add(category)
            self.contact |= category == "person_name" and (
                "contact" in candidate.letters
                or (candidate.owner is Role.PERSON and candidate.owner_word not in _FIGUREHEADS)
            )

    def weigh(self, named: float = 0.0, *, transaction: bool) -> float:
        """The balance of a name's own and all fields; an order's prices say little against its customer."""
        lesser = INITIALS_SIBLING * max(0, len(self.initials) - 1)
        if named >= 0:  # a vacancy has an employer and a salary too
            lesser += TOLD_SIBLING * len(self.told) + LIKELY_SIBLING * max(0, len(self.likely) - 1)
        for_person = min(SIBLINGS_AT_MOST, SURE_SIBLING * len(self.sure) + lesser)
        against = min(CLUE if transaction else CLUES_AT_MOST, CLUE * len(self.clues))
        if named >= NAME_ALONE:
            against *= CLUES_DOUBTED
        if named < 0 and len(self.sure) > 1:
            named *= NAME_OVERRULED
        if named >= 0 and not self.clues:
            for_person += SHARED_SIBLING * max(0, len(self.shared) - 1)  # none vouches for itself
        return named + for_person - against


UNKNOWN = Evidence()  # of an object without fields of its own; nothing is ever added to it


@dataclass(frozen=True, slots=True)
class Subject:
    """What an object is about. `balance` above 0 speaks for a person; `why` says it in words, "" where nothing did."""

    balance: float
    why: str = ""
    witnesses: tuple[str, ...] = ()

    def told(self, leaf: str) -> str:
        """The reason for the field `leaf`, where there is one that speaks for a person; no field is its own sibling."""
        if self.balance <= 0:
            return ""
        siblings = [name for name in self.witnesses if name != leaf][:3]
        reasons = [self.why] if self.why else []
        return "; ".join([*reasons, f"siblings {', '.join(siblings)}"] if siblings else reasons)


@dataclass(frozen=True, slots=True)
class NameEvidence:
    """What an index's name alone says: the balance, the word that gave it, and what sort of traffic it holds."""

    balance: float
    word: str
    transaction: bool
    conversation: bool
    firm: bool  # it is called after an organisation


def of_name(name: str, read: Callable[[str], Reading]) -> NameEvidence:
    """Weighs the words of an index's or collection's name; the last one that says anything decides."""
    persons: list[str] = []
    things: list[str] = []
    last: Role | None = None
    term = ""
    reading = read(name)
    for piece in reading.pieces:
        role = role_of(piece)
        if role is Role.PERSON:
            persons.append(piece.letters)
            last = role
        elif role is not None and piece.letters not in _PROGRAMS:
            things.append(piece.letters)
            last = role
    for candidate in reading.candidates:
        if any(sense.strength in {Strength.SURE, Strength.LIKELY} for sense in candidate.senses):
            term = term or candidate.letters
    roles = frozenset().union(*(piece.entry.roles for piece in reading.pieces if piece.entry is not None))
    transaction, conversation = Role.TRANSACTION in roles, Role.CONVERSATION in roles
    if (persons or transaction or conversation) and _JOURNALS.issuperset(things):
        things = []  # a log of logins is about those who log in
        last = Role.PERSON
    if persons and things:
        balance, word = (NAME_MIXED, persons[-1]) if last is Role.PERSON else (-NAME_MIXED, things[-1])
    elif persons:
        balance, word = NAME_ALONE, persons[-1]
    elif things and term:
        balance, word = -NAME_MIXED, things[-1]
    elif things:
        balance, word = -NAME_ALONE, things[-1]
    else:
        balance, word = (NAME_TERM, term) if term else (0.0, "")
    if not word and (transaction or conversation):
        balance = NAME_CONVERSATION if conversation else NAME_TRANSACTION
    return NameEvidence(balance, word, transaction, conversation, last is Role.ORGANISATION)


def of_record(named: NameEvidence, evidence: Evidence) -> Subject:
    """What the record itself is about, by its index's name and its own fields."""
    why = f"the index's name says '{named.word}'" if named.word and named.balance > 0 else ""
    return Subject(evidence.weigh(named.balance, transaction=named.transaction), why, tuple(evidence.witnesses))
