"""Reads one data file of the rulebook, and says in a sentence with its place what is wrong with it."""

from collections.abc import Mapping
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

from auditor import documents
from auditor.model.target import Place


class RuleError(Exception):
    """A data file is wrong; the message of what was read from a file begins with file:line:column."""


def parse(source: Traversable) -> documents.Document:
    """The document in a file.

    Raises:
        RuleError: it cannot be read, or is no YAML as this project takes it.
    """
    try:
        return documents.parse(source.read_text(encoding="utf-8"), file=source.name)
    except documents.DocumentError as error:
        raise RuleError("; ".join(f"{problem.place}: {problem.message}" for problem in error.problems)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{source.name}:1:1: cannot be read: {error}") from error


def text(value: Any) -> str:
    """A text without the space around it.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, str):
        raise TypeError(f"text is wanted, not {value!r}")
    return value.strip()


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts.

    Raises:
        TypeError: it is none.
    """
    return tuple(text(each) for each in items(value))


def items(value: Any) -> list[Any]:
    """A list.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, list):
        raise TypeError(f"a list is wanted, not {value!r}")
    return value


def day(value: Any) -> date:
    """A date, which YAML hands over as the text that stands there.

    Raises:
        TypeError, ValueError: it is none.
    """
    return date.fromisoformat(text(value))


def entry(
    value: Any, place: Place, *, wanted: frozenset[str], optional: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """An object that has the keys that are wanted, and no others but the optional ones.

    Raises:
        RuleError: it is anything else.
    """
    if not isinstance(value, Mapping):
        raise RuleError(f"{place}: an object with {', '.join(sorted(wanted))} is wanted")
    missing, unknown = wanted - value.keys(), value.keys() - wanted - optional
    if missing or unknown:
        what = f"{', '.join(sorted(missing))} missing" if missing else f"{', '.join(sorted(unknown))} unknown"
        raise RuleError(f"{place}: {what}")
    return dict(value)
