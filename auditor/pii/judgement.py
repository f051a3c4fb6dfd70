"""One mapping being judged: what its objects are about first, then each of its fields."""

import heapq
import zlib
from collections.abc import Iterable, Iterator, Sequence

from auditor.model.dataset import Field, FieldFinding
from auditor.pii.knowledge import Knowledge
from auditor.pii.lexicon import Sense
from auditor.pii.reading import THINGS, WEAKEST, Candidate, Reading
from auditor.pii.rulepack import Role, Shape, Strength
from auditor.pii.shapes import accepts, shapes_of
from auditor.pii.subject import (
    INHERITED,
    PARENT,
    PARTY,
    SHARED_WITH_FIRMS,
    UNKNOWN,
    Evidence,
    Subject,
    of_name,
    of_record,
)
from auditor.pii.tokens import path_segments
from auditor.pii.weighing import Company, confidence_of, weigh

MAX_OBJECTS = 20_000  # nested objects that are weighed on their own; in a mapping with more, each is like the record
PLACES_KEPT = 100_000
_WORD = 5  # letters of a word that a name in pinyin does not hold by chance
SAMPLED = 500  # names that decide whether a mapping is in pinyin


class Judgement:
    """What is found out about one index or collection."""

    def __init__(self, knowledge: Knowledge, name: str, fields: Sequence[Field]) -> None:
        self._knowledge = knowledge
        self._fields = fields
        self._kept = [_place(field.path) for field in fields] if len(fields) <= PLACES_KEPT else None
        self._pinyin = self._looks_pinyin()
        self._languages: set[str] = set()
        self._evidence: dict[str, Evidence] = {"": Evidence()}
        self._gather()
        named = of_name(name, self._read)
        self._transaction = named.transaction
        self._company = Company(named, frozenset(self._languages))
        self._subjects: dict[str, Subject] = {"": of_record(named, self._evidence[""])}

    def findings(self) -> tuple[FieldFinding, ...]:
        """The fields that look personal, in the order given."""
        judged = (self._judge(field, *place) for field, place in zip(self._fields, self._places(), strict=True))
        return tuple(finding for finding in judged if finding is not None)

    def _places(self) -> Iterable[tuple[str, str]]:
        """For each field the object it stands in and its own name; worked out again where they are too many to keep."""
        return self._kept if self._kept is not None else (_place(field.path) for field in self._fields)

    def _gather(self) -> None:
        """Lets every field say what it says of the object it stands in."""
        parents = {parent for parent, _ in self._places()}
        if len(parents) <= MAX_OBJECTS:
            self._evidence |= {parent: Evidence() for parent in parents}
        for parent, leaf in self._places():
            reading = self._read(leaf)
            evidence = self._evidence.get(parent)
            if evidence is not None:
                evidence.add(leaf, reading)
            for candidate in reading.candidates:
                if not candidate.short:
                    self._languages.update(sense.language for sense in candidate.senses)

    def _read(self, segment: str) -> Reading:
        plain = self._knowledge.plain(segment)
        if plain.known and not (self._pinyin and _bare_letters(segment)):
            return plain
        if self._pinyin:
            chinese = self._knowledge.chinese(segment)
        else:
            chinese = self._knowledge.unmistakable(segment) if len(plain.pieces) == 1 else None
        return plain if chinese is None else chinese

    def _looks_pinyin(self) -> bool:
        """Whether enough names are Chinese in Latin letters for the rest to be read so."""
        leaves = {leaf for _, leaf in self._places()}
        if len(leaves) > SAMPLED:
            leaves = set(heapq.nsmallest(SAMPLED, leaves, key=_scattered))
        strangers = [leaf for leaf in leaves if _bare_letters(leaf) or not self._knowledge.plain(leaf).known]
        if len(strangers) < 0.2 * len(leaves):
            return False
        seen = strong = 0
        for left, leaf in zip(range(len(strangers), 0, -1), strangers, strict=True):
            if seen + left < 0.2 * len(leaves):
                return False  # whatever the rest may be
            if any(
                piece.entry is not None and len(piece.letters) >= _WORD for piece in self._knowledge.plain(leaf).pieces
            ):
                continue  # "prev_location" is no Chinese
            chinese = self._knowledge.chinese(leaf)
            if chinese is not None and chinese.known:
                seen += 1
                strong += _any_sense(chinese, frozenset({Strength.SURE}))
        return (seen >= 2 and seen >= 0.3 * len(leaves)) or (strong >= 1 and seen >= 0.2 * len(leaves))

    def _subject(self, parent: str) -> Subject:
        """What the object at `parent` is about."""
        known = self._subjects.get(parent)
        if known is not None:
            return known
        above, _, segment = parent.rpartition(".")
        reading = self._read(segment)
        if reading.subject is Role.PERSON and not _is_only(reading, Role.ROUNDABOUT):
            named, why = PARENT, f"below '{segment}'"
        elif _is_only(reading, Role.PARTY):
            named, why = PARTY, f"below '{segment}'"
        elif reading.subject in THINGS and not _any_sense(reading, _STANDING):
            named, why = -PARENT, ""
        else:
            outer = self._subject(above)
            named, why = INHERITED * outer.balance, outer.why
        evidence = self._evidence.get(parent, UNKNOWN)
        balance = evidence.weigh(named, transaction=self._transaction)
        subject = Subject(balance, why, tuple(evidence.witnesses))
        if len(self._subjects) <= MAX_OBJECTS:
            self._subjects[parent] = subject
        return subject

    def _judge(self, field: Field, parent: str, leaf: str) -> FieldFinding | None:
        reading = self._read(leaf)
        if not parent and not reading.candidates:
            return None
        shapes = shapes_of(field.type)
        if shapes == {Shape.REFERENCE}:
            return None
        subject = self._subject(parent)
        evidence = self._evidence.get(parent, UNKNOWN)
        for candidate in self._candidates(parent, reading):
            scored = [
                (weigh(sense, candidate, subject, evidence, self._company, whole=shapes == _WHOLE), sense.category)
                for sense in candidate.senses
                if not (sense.category in SHARED_WITH_FIRMS and self._stands_in_firm(parent))
                and accepts(self._knowledge.shapes(sense.category), shapes)
                and not _is_counted(sense, shapes)
            ]
            personal = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])
            if personal:
                categories = tuple(dict.fromkeys(category for _, category in personal))[:3]
                reason = candidate.told(subject.told(leaf))
                return FieldFinding(field.path, categories, confidence_of(personal[0][0]), reason)
        return None

    def _stands_in_firm(self, parent: str) -> bool:
        """Whether an object above tells of somebody's employer or school: the address below it is theirs."""
        return bool(parent) and any(
            candidate.senses[0].category in _OF_FIRMS
            for segment in parent.split(".")
            for candidate in self._read(segment).candidates[:1]
        )

    def _candidates(self, parent: str, reading: Reading) -> Iterator[Candidate]:
        """What a name says together with its parent, if it has one, and what it says by itself."""
        if parent:
            yield from self._as_part(parent, reading)
        yield from reading.candidates

    def _as_part(self, parent: str, reading: Reading) -> Iterator[Candidate]:
        """What a leaf means as a part of the object it stands in: name.first, phones.number, diagnoses.code."""
        above, _, segment = parent.rpartition(".")
        whole = self._read(segment)
        for letters in (whole.letters + reading.letters, reading.letters + whole.letters):
            phrase = self._knowledge.phrase(letters)
            if phrase is not None:
                yield phrase
        if _any_sense(reading, _STANDING):
            return
        while above and not whole.candidates and whole.subject is None:
            above, _, segment = above.rpartition(".")  # "diagnoses.mondo.name": mondo says nothing, diagnoses does
            whole = self._read(segment)
        for candidate in whole.candidates:
            senses = tuple(sense for sense in candidate.senses if self._belongs(sense, reading))
            if senses:
                yield candidate._replace(senses=senses, letters=segment)

    def _belongs(self, sense: Sense, reading: Reading) -> bool:
        """Whether the leaf is a part of what its parent means in this sense."""
        if sense.strength is Strength.ALONE:
            return False
        if self._knowledge.has_part(sense.category, reading.letters):
            return True
        if any(own.category == sense.category for candidate in reading.candidates for own in candidate.senses):
            return True
        if reading.letters in _CONCEPT and self._knowledge.is_coded(sense.category):
            return True
        # below a diagnosis all is health data but ids, dates and flags
        return (
            sense.category == "health_record"
            and sense.strength is Strength.SURE
            and not any(piece.entry is not None and piece.entry.roles & _FORMAL for piece in reading.pieces)
        )


_WHOLE = frozenset({Shape.OBJECT})
_OF_FIRMS = frozenset({"education", "employment"})
_STANDING = frozenset(Strength) - WEAKEST
# What FHIR tells a listed characteristic by: maritalStatus.coding.code.
_CONCEPT = frozenset({"code", "display", "text"})
_FORMAL = frozenset({Role.TAIL, Role.LEAD, Role.CODE})


def _place(path: str) -> tuple[str, str]:
    """The path of the object that a field stands in ("" for the record itself), and its own name."""
    if "." not in path:
        return "", path
    segments = path_segments(path)
    return (".".join(segments[:-1]), segments[-1]) if segments else ("", "")


def _is_counted(sense: Sense, shapes: frozenset[Shape]) -> bool:
    """Whether a weak word for a place stands on a number: a "state" that is a number is a status."""
    return sense.category == "postal_address" and sense.strength in WEAKEST and shapes == {Shape.NUMBER}


def _is_only(reading: Reading, role: Role) -> bool:
    """Whether the name is one word, and that word plays the role."""
    entry = reading.pieces[0].entry if len(reading.pieces) == 1 else None
    return entry is not None and role in entry.roles


def _any_sense(reading: Reading, strengths: frozenset[Strength]) -> bool:
    return any(sense.strength in strengths for candidate in reading.candidates for sense in candidate.senses)


def _scattered(name: str) -> tuple[int, str]:
    """An order in which neighbours in the alphabet are none, and which is always the same."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass")), name


def _bare_letters(segment: str) -> bool:
    """Whether a name is so short and so void of vowels that it may be initials although a word is spelt alike."""
    return len(segment) <= 4 and segment.isascii() and not set(segment.lower()) & set("aeiou")
