"""Which releases their makers no longer mend, and which are affected by a known hole: facts about versions, untried."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

from auditor.documents import Document
from auditor.model.target import Place
from auditor.model.version import numbers
from auditor.rulebook.source import RuleError, day, entry, items, parse, text, texts

_KEYS = frozenset({"as_of", "ended", "affected", "wire_versions"})


@dataclass(frozen=True, slots=True)
class Span:
    """Versions from `start` (included; () for the first) to `below` (excluded), as numbers."""

    start: tuple[int, ...]
    below: tuple[int, ...]

    def holds(self, version: tuple[int, ...]) -> bool:
        """Whether a version lies within."""
        return self.start <= version < self.below

    def touches(self, line: tuple[int, ...]) -> bool:
        """Whether a release of the line (4, 4), whose patch is not known, may lie within."""
        return self.start < (*line[:-1], line[-1] + 1) and line < self.below


@dataclass(frozen=True, slots=True)
class Ended:
    """Releases of some services that have not been mended since the day `ended`."""

    services: frozenset[str]
    span: Span
    ended: date
    source: str


@dataclass(frozen=True, slots=True)
class Affected:
    """A hole that a stranger needs no login for, and the versions that have it. `what` completes "in them, …"."""

    id: str
    services: frozenset[str]
    spans: tuple[Span, ...]
    what: str
    source: str


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What is known on the day `as_of`. `wire_versions` tells a MongoDB's release line from its maxWireVersion."""

    as_of: date
    ended: tuple[Ended, ...] = ()
    affected: tuple[Affected, ...] = ()
    wire_versions: Mapping[int, str] = field(default_factory=dict)


def read_lifecycle(source: Traversable) -> Lifecycle:
    """The facts in a file.

    Raises:
        RuleError: an entry lacks a key, has an unknown one, or a value of another kind.
    """
    document = parse(source)
    parts = entry(document.data, document.place(()), wanted=_KEYS)
    try:
        as_of = day(parts["as_of"])
        lines = {int(wire): text(line) for wire, line in dict(parts["wire_versions"]).items()}
    except (TypeError, ValueError) as error:
        raise RuleError(f"{document.place(())}: {error}") from error
    ended = tuple(_ended(raw, place) for raw, place in _entries(document, "ended"))
    affected = tuple(_affected(raw, place) for raw, place in _entries(document, "affected"))
    return Lifecycle(as_of, ended, affected, lines)


def _entries(document: Document, key: str) -> Iterator[tuple[Any, Place]]:
    found = document.data[key]
    if not isinstance(found, list):
        raise RuleError(f"{document.place((key,))}: a list is wanted")
    return ((raw, document.place((key, number))) for number, raw in enumerate(found))


def _ended(raw: Any, place: Place) -> Ended:
    wanted = frozenset({"services", "below", "ended", "source"})
    parts = entry(raw, place, wanted=wanted, optional=frozenset({"from"}))
    try:
        return Ended(frozenset(texts(parts["services"])), _span(parts), day(parts["ended"]), text(parts["source"]))
    except (TypeError, ValueError) as error:
        raise RuleError(f"{place}: {error}") from error


def _affected(raw: Any, place: Place) -> Affected:
    parts = entry(raw, place, wanted=frozenset({"id", "services", "spans", "what", "source"}))
    try:
        spans = tuple(
            _span(entry(span, place, wanted=frozenset({"below"}), optional=frozenset({"from"})))
            for span in items(parts["spans"])
        )
        said = (text(parts[key]) for key in ("what", "source"))
        return Affected(text(parts["id"]), frozenset(texts(parts["services"])), spans, *said)
    except (TypeError, ValueError) as error:
        raise RuleError(f"{place}: {error}") from error


def _span(parts: Mapping[str, Any]) -> Span:
    start, below = numbers(text(parts.get("from", ""))), numbers(text(parts["below"]))
    if not below or start >= below:
        raise ValueError("a span ends at a version, above the one it begins with")
    return Span(start, below)
