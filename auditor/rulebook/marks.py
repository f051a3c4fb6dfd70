"""Names by which it is known that somebody was here before: ransom notes, wiped servers, settings left as shipped."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources.abc import Traversable
from typing import Any

from auditor.documents import Document
from auditor.rulebook.source import RuleError, entry, parse, text

_KINDS = frozenset({"ransom", "tampering", "shipped"})
_SEPARATORS = re.compile(r"[\s_.-]+")
_PATTERN = re.compile(r"[a-z0-9_*=,]*[a-z0-9]{4,}[a-z0-9_*=,]*")  # nothing so short that it would fit anybody's data


@dataclass(frozen=True, slots=True)
class Mark:
    """One known name: a pattern for folded names (`*` stands for any text), what it tells, and who saw it."""

    pattern: str
    what: str
    source: str


@dataclass(frozen=True, slots=True)
class Marks:
    """`ransom` and `tampering` are names of indices, databases or collections, `shipped` subjects of certificates."""

    ransom: tuple[Mark, ...] = ()
    tampering: tuple[Mark, ...] = ()
    shipped: tuple[Mark, ...] = ()


def read_marks(source: Traversable) -> Marks:
    """The marks in a file: lists `ransom`, `tampering` and `shipped` of `{pattern, what, source}`.

    Raises:
        RuleError: it is anything else, or a pattern would fit almost any name.
    """
    document = parse(source)
    lists = entry(document.data, document.place(()), wanted=_KINDS | {"as_of"})
    return Marks(**{kind: tuple(_marks(document, kind, lists[kind])) for kind in sorted(_KINDS)})


def _marks(document: Document, kind: str, entries: Any) -> Iterable[Mark]:
    if not isinstance(entries, list):
        raise RuleError(f"{document.place((kind,))}: a list of marks is wanted")
    for number, raw in enumerate(entries):
        place = document.place((kind, number))
        mark = _mark(entry(raw, place, wanted=frozenset({"pattern", "what", "source"})))
        if mark is None:
            raise RuleError(f"{place}: a mark has three texts, its pattern folded and not too short to mean anything")
        yield mark


def _mark(parts: Mapping[str, Any]) -> Mark | None:
    try:
        mark = Mark(*(text(parts[key]) for key in ("pattern", "what", "source")))
    except TypeError:
        return None
    return mark if _PATTERN.fullmatch(mark.pattern) and mark.what and mark.source else None


def folded(name: str) -> str:
    """A name as marks see it: lower case, each run of separators one underscore ("READ__ME-to" is "read_me_to")."""
    return _SEPARATORS.sub("_", name[:1024].lower()).strip("_")


def known(name: str, marks: Iterable[Mark]) -> Mark | None:
    """The first mark that a name bears."""
    plain = folded(name)
    return next((mark for mark in marks if fnmatchcase(plain, mark.pattern)), None)
