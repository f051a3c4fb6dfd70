"""From what pydantic found wrong to a place in the file and a sentence for whoever wrote it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from auditor.documents import Document, Path, Problem, shorten
from auditor.inventory.schema import MODELS
from auditor.inventory.suggest import did_you_mean

# What a mapping is called in a sentence, where its key alone would not do.
_CALLED = {
    (): "the inventory",
    ("hosts",): "a host",
    ("networks",): "a network",
    ("windows",): "a window",
    ("formerly",): "'formerly'",
    ("services",): "a service",
}

# pydantic's word for a value of the wrong sort, and what is wanted instead.
_WANTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "list_type": "a list",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
}

_BOOLEAN_WORDS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_CHOICE = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Complaint:
    """A sentence about the value at a path, or about its key where `at_key`."""

    path: Path
    message: str
    at_key: bool = False

    def locate(self, document: Document) -> Problem:
        """The same, with its place in the file."""
        place = document.key_place(self.path) if self.at_key else document.place(self.path)
        return Problem(place, self.message)


def complaints(error: ValidationError) -> Iterator[Complaint]:
    """Each thing that pydantic found, in its order."""
    for detail in error.errors(include_url=False):
        yield _complaint(detail["type"], detail["loc"], detail.get("input"), detail.get("ctx", {}), detail["msg"])


def _complaint(kind: str, path: Path, value: Any, context: dict[str, Any], message: str) -> Complaint:
    key = next((f"'{step}'" for step in reversed(path) if isinstance(step, str)), "an inventory")
    if path and isinstance(path[-1], int):
        key = f"an entry of {key}"
    match kind:
        case "sentence":
            subject = f"{key} " if message.startswith(("is ", "must ")) else ""
            return Complaint(path, subject + message)
        case "extra_forbidden":
            return Complaint(path, _unknown(path), at_key=True)
        case "missing":
            return Complaint(path[:-1], f"{_called(path[:-1])} lacks {key}")
        case _ if value is None:
            return Complaint(path, f"{key} is empty; leave it out or fill it in", at_key=True)
        case "literal_error":
            return Complaint(path, _choice(key, value, str(context.get("expected", ""))))
        case "string_type" if isinstance(value, bool | int | float):
            written = str(value).lower() if isinstance(value, bool) else value
            return Complaint(path, f"{key} must be text; write it in quotes: '{written}'")
        case "bool_type" if isinstance(value, str) and (meant := _BOOLEAN_WORDS.get(value.lower())):
            return Complaint(path, f"{key} must be true or false, not {_kind(value)}; did you mean {meant}?")
        case "too_short":
            return Complaint(path, f"{key} must not be an empty list")
        case "greater_than_equal" | "less_than_equal":
            bound = context.get("ge", context.get("le"))
            return Complaint(path, f"{key} must be {'at least' if 'ge' in context else 'at most'} {bound:,}")
        case _ if kind in _WANTED:
            return Complaint(path, f"{key} must be {_WANTED[kind]}, not {_kind(value)}")
        case _:
            return Complaint(path, f"{key}: {shorten(message, 200)}")


def _unknown(path: Path) -> str:
    known = tuple(MODELS[_shape(path[:-1])].model_fields)
    word = str(path[-1])
    hint = did_you_mean(word, known) or f"; known are: {', '.join(known)}"
    return f"unknown key '{shorten(word)}' in {_called(path[:-1])}{hint}"


def _called(path: Path) -> str:
    shape = _shape(path)
    return _CALLED.get(shape) or _CALLED.get(shape[-1:]) or f"'{shape[-1]}'"


def _shape(path: Path) -> tuple[str, ...]:
    return tuple(step for step in path if isinstance(step, str))


def _choice(key: str, value: Any, expected: str) -> str:
    choices = _CHOICE.findall(expected)
    if not choices:  # the version, the one choice that is a number
        return f"{key} must be {expected}, not {_kind(value)}"
    listed = f"{', '.join(choices[:-1])} or {choices[-1]}"
    hint = did_you_mean(value, choices) if isinstance(value, str) else ""
    return f"{key} must be {listed}, not {_kind(value)}{hint}"


def _kind(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {shorten(str(value))}"
        case str():
            return f"'{shorten(value)}'"
        case list():
            return "a list"
        case _:
            return "a mapping"
