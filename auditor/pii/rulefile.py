"""Reads files of rules into a pack, and tells all that is wrong with them at once, each with its place."""

import contextlib
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from auditor import documents
from auditor.model.target import Place
from auditor.pii.record_rule import RecordLabel, RecordRule, listed, record_label, record_rule
from auditor.pii.rulepack import Category, Regulation, Role, RuleError, RulePack, Shape, Strength, Term
from auditor.suggest import did_you_mean

Word = TypeVar("Word", bound=StrEnum)


class Readable(Protocol):
    """A file to read: one of a package, of a folder, or in memory."""

    @property
    def name(self) -> str:
        """What errors call it."""
        ...

    def read_bytes(self) -> bytes:
        """All that is in it."""
        ...


def load(name: str, sources: Iterable[Readable], *, beside: Iterable[RulePack] = ()) -> RulePack:
    """Reads rule files into one pack, which may add to the categories of the packs `beside` it and name their articles.

    Raises:
        RuleError: a file cannot be read or says something that is no rule; one sentence a line.
    """
    reader = _Reader()
    for source in sources:
        reader.read(source)
    others = tuple(beside)
    known = {identity for pack in others for identity, _ in pack.regulations}
    known |= {identity for identity, _ in reader.regulations}
    there = {entry.id for pack in others for entry in pack.categories}
    entries: tuple[Category | RecordRule | RecordLabel, ...] = (
        *reader.categories,
        *reader.records,
        *reader.record_labels,
    )
    for entry in entries:
        place = reader.places[entry.id]
        for wanted in entry.regulations:
            if wanted not in known:
                hint = did_you_mean(wanted, known)
                reader.problems.append(
                    f"{place}: '{entry.id}' names the regulation '{wanted}', which no file describes{hint}"
                )
        if isinstance(entry, Category) and not entry.title and entry.id not in there:
            hint = did_you_mean(entry.id, there)
            reader.problems.append(f"{place}: '{entry.id}' has no title, and no category of that id to add to{hint}")
    if reader.problems:
        raise RuleError("\n".join(reader.problems))
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


_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
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
_SECTIONS = frozenset(
    {"family", "collisions", "categories", "subjects", "clues", "spellings", "shorts", "regulations", *_ROLES_OF_LISTS}
    | {"records", "record_labels", "special"}
)


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
        self.problems: list[str] = []

    def read(self, source: Readable) -> None:
        try:
            document = documents.parse(source.read_bytes(), file=source.name)
        except documents.DocumentError as error:
            self.problems.extend(str(problem) for problem in error.problems)
            return
        except OSError as error:
            self.problems.append(f"{source.name}: cannot be read: {error.strerror or error}")
            return
        if not isinstance(document.data, dict):
            self.problems.append(f"{document.place()}: a rule file is a mapping")
            return
        family = str(document.data.get("family", source.name))
        for key, value in document.data.items():
            with self._noting(document, key):
                self._section(key, value, family, document)

    @contextlib.contextmanager
    def _noting(self, document: documents.Document, *path: str) -> Iterator[None]:
        """Notes what is wrong with the part of a file at `path`, so that all of it is told at once."""
        try:
            yield
        except KeyError as error:
            self.problems.append(f"{document.place(path)}: not a rule: {error} is missing")
        except (TypeError, ValueError, AttributeError) as error:
            self.problems.append(f"{document.place(path)}: not a rule: {error}")

    def _section(self, key: str, value: Any, family: str, document: documents.Document) -> None:
        if key in _ROLES_OF_LISTS:
            self.words.extend((text, _ROLES_OF_LISTS[key]) for text in listed(value))
            return
        match key:
            case "family" | "collisions":
                pass
            case "categories" | "records" | "record_labels":
                for identity, entry in value.items():
                    self._entry(key, identity, family, entry, document)
            case "subjects":
                by_role = (
                    (_one_of(Role, role), texts) for role, languages in value.items() for texts in languages.values()
                )
                self.words.extend((text, role) for role, texts in by_role for text in listed(texts))
            case "clues":
                self.words.extend((text, Role.CLUE) for texts in value.values() for text in listed(texts))
            case "spellings":
                self.spellings.extend(_spelling(line) for line in value.splitlines())
            case "shorts":
                self.shorts.extend(_short(line) for line in value.splitlines())
            case "regulations":
                self.regulations.extend((identity, _regulation(entry)) for identity, entry in value.items())
            case "special":
                self.special.extend(value.split())
            case _:
                raise ValueError(f"unknown section '{key}'{did_you_mean(key, _SECTIONS)}")

    def _entry(self, key: str, identity: str, family: str, entry: Any, document: documents.Document) -> None:
        self.places[identity] = document.place((key, identity))
        if not _ID.fullmatch(identity):  # it is printed as it stands, in a terminal and in every report
            shown = documents.shorten(identity)
            self.problems.append(
                f"{document.key_place((key, identity))}: '{shown}' is no id: letters, digits, '_', '-', '.', at most 64"
            )
            return
        if key != "categories":
            with self._noting(document, key, identity):
                self._record(key, identity, entry)
            return
        with self._noting(document, key, identity):
            self._check_keys(identity, entry, document)
        with self._noting(document, key, identity):
            self._category(identity, family, entry)
        with self._noting(document, key, identity, "terms"):
            self._terms(identity, entry.get("terms", {}), document)

    def _record(self, key: str, identity: str, entry: dict[str, Any]) -> None:
        if key == "records":
            self.records.append(record_rule(identity, entry))
        else:
            self.record_labels.append(record_label(identity, entry))

    def _check_keys(self, identity: str, entry: dict[str, Any], document: documents.Document) -> None:
        for word in entry.keys() - _CATEGORY_KEYS:
            hint = did_you_mean(word, _CATEGORY_KEYS)
            place = document.key_place(("categories", identity, word))
            self.problems.append(f"{place}: not a rule: '{identity}' has an unknown key '{word}'{hint}")

    def _category(self, identity: str, family: str, entry: dict[str, Any]) -> None:
        examples = entry.get("examples", {})
        if "title" in entry or "types" in entry:  # else it adds to a category that has them
            entry = {"title": entry["title"], "types": entry["types"], **entry}
        self.categories.append(
            Category(
                id=identity,
                family=family,
                title=_text("title", entry.get("title", "")),
                weak=bool(entry.get("weak", False)),
                coded=bool(entry.get("coded", False)),
                shapes=frozenset(_one_of(Shape, word) for word in entry.get("types", "").split()),
                avoid=tuple(listed(entry.get("avoid", ""))),
                parts=tuple(listed(entry.get("parts", ""))),
                regulations=tuple(entry.get("regulations", "").split()),
                accepted=_examples(examples.get("yes", [])),
                rejected=_examples(examples.get("no", [])),
            )
        )

    def _terms(self, identity: str, terms: dict[str, Any], document: documents.Document) -> None:
        for language, strengths in terms.items():
            with self._noting(document, "categories", identity, "terms", language):
                for strength, texts in strengths.items():
                    with self._noting(document, "categories", identity, "terms", language, strength):
                        level = _one_of(Strength, strength)
                        self.terms.extend(Term(text, identity, level, language) for text in listed(texts))


def _one_of(kind: type[Word], word: str) -> Word:
    """The member of an enumeration that a word of a file names."""
    try:
        return kind(word)
    except ValueError:
        hint = did_you_mean(word, kind) or f"; known are: {', '.join(kind)}"
        raise ValueError(f"'{word}' is not a valid {kind.__name__}{hint}") from None


def _regulation(entry: dict[str, Any]) -> Regulation:
    return Regulation(**{name: _text(name, value) for name, value in entry.items()})


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"'{name}' is a text; put it in quotes")
    return value


def _examples(texts: Any) -> tuple[str, ...]:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError("examples are lists of texts, 'index / field sibling'")
    return tuple(texts)


def _spelling(line: str) -> tuple[str, str, str]:
    term, initials, full = line.split()
    return term, initials, full


def _short(line: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    alone, _, last = line.partition("|")
    initials, *meanings = alone.split()
    return initials, tuple(meanings), tuple(last.split())
