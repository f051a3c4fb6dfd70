"""Says which fields of an index or collection look personal, by their names, types and company alone."""

import math
from collections.abc import Iterable, Sequence

from auditor.model.dataset import Field, FieldFinding, Kind
from auditor.pii.lexicon import Lexicon, Piece, Sense
from auditor.pii.pinyin import Pinyin
from auditor.pii.reading import THINGS, WEAKEST, Candidate, Reader, Reading
from auditor.pii.rulepack import Category, Role, RulePack, Shape, Strength
from auditor.pii.shapes import accepts, shapes_of
from auditor.pii.subject import CONVERSING, INHERITED, PARENT, SAME_CATEGORY, Evidence, NameEvidence, Subject, of_name
from auditor.pii.tokens import key, path_segments, split

REMEMBERED = 16_384  # names whose reading is kept, so that memory stays flat whatever is audited

# score = base + slope * balance of the subject; personal above 0.
_WEIGHTS = {
    Strength.SURE: (2.4, 0.4),
    Strength.LIKELY: (1.0, 0.8),
    Strength.LEAN: (0.0, 0.9),
    Strength.BARE: (-1.5, 0.9),
    Strength.ALONE: (-1.5, 0.9),
}
_OWN_PERSON, _OWN_THING = 3.2, -4.0
_OBJECT_DISCOUNT = 0.6
_OWN_STANDING = frozenset({Strength.SURE, Strength.LIKELY})
_FOREIGN_SHORT = 3  # letters: below, a word of another language needs company in that language


class Classifier:
    """Built once from packs of rules; it answers the same for the same names, in whatever order."""

    def __init__(self, packs: Iterable[RulePack]) -> None:
        self._packs = tuple(packs)
        self._lexicon = Lexicon(self._packs)
        self._pinyin = Pinyin(self._packs, self._lexicon)
        self._categories: dict[str, Category] = {entry.id: entry for pack in self._packs for entry in pack.categories}
        self._parts = {identity: frozenset(map(key, entry.parts)) for identity, entry in self._categories.items()}
        avoid = {identity: frozenset(map(key, entry.avoid)) for identity, entry in self._categories.items()}
        self._reader = Reader(self._categories, avoid)
        self._plain: dict[str, Reading] = {}
        self._chinese: dict[str, Reading | None] = {}

    def classify(self, name: str, fields: Sequence[Field], *, kind: Kind | None = None) -> tuple[FieldFinding, ...]:
        """The fields that look personal, in the order given.

        `name` is the index's or collection's; its words are evidence. `kind` is accepted for callers that know it; a
        view or a stream is judged like an index. Pure: nothing is asked and nothing is kept but readings of names.
        """
        return _Judgement(self, name, fields).findings()

    @property
    def remembered(self) -> int:
        """How many readings are kept; bounded, however many names were seen."""
        return len(self._plain) + len(self._chinese)

    def plain(self, segment: str) -> Reading:
        """The segment read as words of the lexicon."""
        reading = self._plain.get(segment)
        if reading is None:
            reading = self._reader.read(self._lexicon.read(segment))
            if len(self._plain) >= REMEMBERED:
                self._plain.clear()
            self._plain[segment] = reading
        return reading

    def chinese(self, segment: str) -> Reading | None:
        """The segment read as Chinese in Latin letters; None if it makes no sense so."""
        if segment in self._chinese:
            return self._chinese[segment]
        if len(self._chinese) >= REMEMBERED:
            self._chinese.clear()
        reading = self._chinese[segment] = self._read_chinese(segment)
        return reading

    def _read_chinese(self, segment: str) -> Reading | None:
        words = [word for word in split(segment) if not word.isdigit()]
        if not words or not all(word.isascii() for word in words):
            return None
        parts = [self._pinyin.read(word) for word in words]
        if not all(parts):
            joined = self._pinyin.read("".join(words)) if len(words) > 1 else []
            if joined:
                parts = [joined]
            elif not any(len(word) > 2 for word, part in zip(words, parts, strict=True) if part):
                return None
            else:  # "HKDZ_SQS": what makes sense, and the rest as strangers
                parts = [part or [Piece(word, None)] for word, part in zip(words, parts, strict=True)]
        return self._reader.read([piece for part in parts for piece in part])


class _Judgement:
    """One mapping being judged: what its objects are about, then each field."""

    def __init__(self, classifier: Classifier, name: str, fields: Sequence[Field]) -> None:
        self.classifier = classifier
        self.fields = fields
        self.places = [_place(field.path) for field in fields]
        self.readings: dict[str, Reading] = {}
        self.pinyin = self._looks_pinyin()
        self.languages: set[str] = set()
        self.evidence: dict[str, Evidence] = {}
        for parent, leaf in self.places:
            reading = self.read(leaf)
            self.evidence.setdefault(parent, Evidence()).add(leaf, reading)
            for candidate in reading.candidates:
                if len(candidate.letters) > _FOREIGN_SHORT:
                    self.languages.update(sense.language for sense in candidate.senses)
        named = of_name(name, self.read)
        self.transaction, self.conversation = named.transaction, named.conversation
        evidence = self.evidence.get("", Evidence())
        total = evidence.weigh(named.balance, transaction=self.transaction)
        self.subjects: dict[str, Subject] = {"": Subject(total, _because(named, evidence))}

    def findings(self) -> tuple[FieldFinding, ...]:
        found = []
        for field, (parent, leaf) in zip(self.fields, self.places, strict=True):
            finding = self._judge(field, parent, leaf)
            if finding is not None:
                found.append(finding)
        return tuple(found)

    def read(self, segment: str) -> Reading:
        reading = self.readings.get(segment)
        if reading is None:
            reading = self.readings[segment] = self._read(segment)
        return reading

    def _read(self, segment: str) -> Reading:
        plain = self.classifier.plain(segment)
        if plain.known and not (self.pinyin and _bare_letters(segment)):
            return plain
        chinese = self.classifier.chinese(segment)
        return chinese if chinese is not None and (self.pinyin or _unmistakable(chinese)) else plain

    def _looks_pinyin(self) -> bool:
        """Whether enough names are Chinese in Latin letters for the rest to be read so."""
        seen = strong = 0
        leaves = {leaf for _, leaf in self.places}
        strangers = [leaf for leaf in leaves if _bare_letters(leaf) or not self.classifier.plain(leaf).known]
        if len(strangers) < 0.2 * len(leaves):
            return False
        for leaf in strangers:
            chinese = self.classifier.chinese(leaf)
            if chinese is not None and chinese.known:
                seen += 1
                strong += any(s.strength is Strength.SURE for c in chinese.candidates for s in c.senses)
        return (seen >= 2 and seen >= 0.3 * len(leaves)) or (strong >= 1 and seen >= 0.2 * len(leaves))

    def subject(self, parent: str) -> Subject:
        """What the object at `parent` is about."""
        known = self.subjects.get(parent)
        if known is not None:
            return known
        above, _, segment = parent.rpartition(".")
        reading = self.read(segment)
        evidence = self.evidence.get(parent, Evidence())
        if reading.subject is Role.PERSON:
            named, why = PARENT, f"below '{segment}'"
        elif reading.subject in THINGS and not _is_part(reading):
            named, why = -PARENT, ""
        else:
            outer = self.subject(above)
            named, why = INHERITED * outer.balance, outer.why
        subject = Subject(evidence.weigh(named, transaction=self.transaction), why)
        self.subjects[parent] = subject
        return subject

    def _judge(self, field: Field, parent: str, leaf: str) -> FieldFinding | None:
        shapes = shapes_of(field.type)
        if shapes == {Shape.REFERENCE}:
            return None
        subject = self.subject(parent)
        reading = self.read(leaf)
        evidence = self.evidence[parent]
        best: tuple[float, Candidate, tuple[Sense, ...]] | None = None
        for candidate in (*self._with_parent(parent, leaf, reading), *reading.candidates):
            scored = [
                (
                    self._score(sense, candidate, subject, evidence)
                    - (_OBJECT_DISCOUNT if shapes == {Shape.OBJECT} else 0.0),
                    sense,
                )
                for sense in candidate.senses
                if accepts(self.classifier._categories[sense.category].shapes, shapes)
            ]
            alive = [(score, sense) for score, sense in scored if score > 0]
            if alive:
                alive.sort(key=lambda pair: -pair[0])
                best = (alive[0][0], candidate, tuple(sense for _, sense in alive))
                break
        if best is None:
            return None
        score, candidate, senses = best
        categories = tuple(dict.fromkeys(sense.category for sense in senses))[:3]
        return FieldFinding(
            field.path, categories, round(1 / (1 + math.exp(-1.3 * score)), 2), self._why(candidate, subject, parent)
        )

    def _score(self, sense: Sense, candidate: Candidate, subject: Subject, evidence: Evidence) -> float:
        strength = sense.strength
        if (
            len(candidate.letters) <= _FOREIGN_SHORT
            and not candidate.how
            and sense.language not in {"en", "zh"}
            and sense.language not in self.languages
        ):
            strength = Strength.BARE
        base, slope = _WEIGHTS[strength]
        balance = max(-4.0, min(4.0, subject.balance))
        if evidence.contact and sense.category in {"phone", "email"}:
            balance = max(balance, 0.0)
        if candidate.owner is Role.PERSON:
            balance = max(balance, _OWN_PERSON)
        elif candidate.owner is not None:
            balance = min(balance, _OWN_THING)
        score = base + slope * balance
        if strength not in _OWN_STANDING and candidate.owner not in THINGS:
            if sense.category in evidence.sure:
                score += SAME_CATEGORY
            if self.conversation and sense.category == "communication_content":
                score += CONVERSING
        return score

    def _with_parent(self, parent: str, leaf: str, reading: Reading) -> Iterable[Candidate]:
        """What a leaf means as a part of the object it stands in: name.first, phones.number, diagnoses.code."""
        if not parent:
            return
        segment = parent.rpartition(".")[2]
        for joined in (f"{segment}_{leaf}", f"{leaf}_{segment}"):
            entry = self.classifier._lexicon.entries.get(key(joined))
            if entry is not None and entry.senses:
                yield Candidate(entry.senses, entry.text, joined, "", None, "")
        if reading.candidates and any(s.strength not in WEAKEST for c in reading.candidates for s in c.senses):
            return
        letters = key(leaf)
        above = self.read(segment)
        while parent and not above.candidates and above.subject is None:
            parent, _, segment = parent.rpartition(".")  # "diagnoses.mondo.name": mondo says nothing, diagnoses does
            above = self.read(segment)
        for candidate in above.candidates:
            senses = tuple(
                sense
                for sense in candidate.senses
                if sense.strength is not Strength.ALONE
                and (
                    letters in self.classifier._parts[sense.category]
                    or _says(reading, sense.category)
                    or _is_all_health(sense, reading)
                )
            )
            if senses:
                yield Candidate(senses, candidate.term, segment, candidate.how, candidate.owner, candidate.owner_word)

    def _why(self, candidate: Candidate, subject: Subject, parent: str) -> str:
        match candidate.how:
            case "initials":
                said = f"'{candidate.letters}' is the initials of {candidate.term}"
            case "pinyin":
                said = f"'{candidate.letters}' is {candidate.term} in pinyin"
            case "spelling":
                said = f"'{candidate.letters}' is a misspelt '{candidate.term}'"
            case _ if key(candidate.letters) == key(candidate.term):
                said = f"the name says '{candidate.term}'"
            case _:
                said = f"'{candidate.letters}' says '{candidate.term}'"
        if candidate.owner is Role.PERSON and candidate.owner_word != candidate.letters:
            return f"{said}, of '{candidate.owner_word}'"
        return f"{said}; {subject.why}" if subject.why and subject.balance > 0 else said


def _place(path: str) -> tuple[str, str]:
    segments = path_segments(path)
    return (".".join(segments[:-1]), segments[-1]) if segments else ("", "")


def _bare_letters(segment: str) -> bool:
    """Whether a name is so short and so void of vowels that it may be initials although a word is spelt alike."""
    return len(segment) <= 4 and segment.isascii() and not set(segment.lower()) & set("aeiou")


def _says(reading: Reading, category: str) -> bool:
    return any(sense.category == category for candidate in reading.candidates for sense in candidate.senses)


def _is_all_health(sense: Sense, reading: Reading) -> bool:
    """Whether everything below a diagnosis is health data too: all but its ids, dates and flags."""
    return (
        sense.category == "health_record"
        and sense.strength is Strength.SURE
        and not any(
            piece.entry is not None and piece.entry.roles & {Role.TAIL, Role.LEAD, Role.CODE}
            for piece in reading.pieces
        )
    )


def _unmistakable(chinese: Reading) -> bool:
    """Whether a name can only be Chinese initials, even where no other name is: one long, well-known form."""
    return (
        len(chinese.pieces) == 1
        and len(chinese.pieces[0].letters) >= 4
        and any(sense.strength is Strength.SURE for candidate in chinese.candidates for sense in candidate.senses)
    )


def _is_part(reading: Reading) -> bool:
    """Whether a nested object is called after personal data, so that its other words do not make it a thing."""
    return any(sense.strength not in WEAKEST for candidate in reading.candidates for sense in candidate.senses)


def _because(named: NameEvidence, evidence: Evidence) -> str:
    reasons = []
    if named.word and named.balance > 0:
        reasons.append(f"the index's name says '{named.word}'")
    if evidence.witnesses:
        reasons.append(f"siblings {', '.join(sorted(evidence.witnesses))}")
    return "; ".join(reasons)
