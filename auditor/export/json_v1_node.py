"""An object of a JSON file that somebody hands us: asked key by key, it says in a sentence what is wrong, and where."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Any, TypeVar, overload

from auditor.export.visible import visible

Member = TypeVar("Member", bound=StrEnum)
Default = TypeVar("Default")

_LARGEST = 2**63 - 1


class Required(Enum):
    """The default of a key that must be there."""

    YES = "yes"


class ResultsError(Exception):
    """A results file cannot be read. The message is a sentence with the file and the place in it."""


class Node:
    """A JSON object with its place, built as it is walked, spelt out only for an error."""

    __slots__ = ("_key", "_parent", "_value")

    def __init__(self, value: Any, *, key: str, parent: "Node | None" = None) -> None:
        """`key` is the file's name for the outermost object, else the key below `parent`."""
        self._key = key
        self._parent = parent
        if not isinstance(value, dict):
            raise ResultsError(f"{self._place()}: expected an object, found {_short(value)}")
        self._value: dict[str, Any] = value

    def path(self) -> tuple[str, ...]:
        """The file's name and the keys that lead here."""
        return (self._key,) if self._parent is None else (*self._parent.path(), self._key)

    def wrong(self, key: str, expected: str) -> ResultsError:
        """The error that `key` of this object is not what was expected."""
        if key not in self._value:
            return ResultsError(f"{self._place(key)}: is missing; expected {expected}")
        return ResultsError(f"{self._place(key)}: expected {expected}, found {_short(self._value[key])}")

    @overload
    def text(self, key: str) -> str: ...
    @overload
    def text(self, key: str, default: None) -> str | None: ...
    @overload
    def text(self, key: str, default: str) -> str: ...
    def text(self, key: str, default: str | Required | None = Required.YES) -> str | None:
        """A string; `default` where there is none or null."""
        value: Any = self._value.get(key)
        if isinstance(value, str):
            return value
        return self._absent(key, value, default, "a text")

    @overload
    def whole(self, key: str, *, low: int = ..., high: int = ...) -> int: ...
    @overload
    def whole(self, key: str, default: None, *, low: int = ..., high: int = ...) -> int | None: ...
    @overload
    def whole(self, key: str, default: int, *, low: int = ..., high: int = ...) -> int: ...
    def whole(
        self, key: str, default: int | Required | None = Required.YES, *, low: int = 0, high: int = _LARGEST
    ) -> int | None:
        """A whole number from `low` to `high`."""
        value: Any = self._value.get(key)
        if type(value) is int and low <= value <= high:  # a bool is an int, and is none here
            return value
        return self._absent(key, value, default, f"a whole number from {low} to {high}")

    def number(self, key: str, default: float | Required = Required.YES, *, high: float = 1e15) -> float:
        """A number from 0 to `high`."""
        value: Any = self._value.get(key)
        if type(value) in (int, float) and 0 <= value <= high:
            return float(value)
        return self._absent(key, value, default, f"a number from 0 to {high:g}")

    @overload
    def flag(self, key: str) -> bool: ...
    @overload
    def flag(self, key: str, default: None) -> bool | None: ...
    @overload
    def flag(self, key: str, default: bool) -> bool: ...
    def flag(self, key: str, default: bool | Required | None = Required.YES) -> bool | None:
        """True or false."""
        value: Any = self._value.get(key)
        if isinstance(value, bool):
            return value
        return self._absent(key, value, default, "true or false")

    def member(self, key: str, kind: type[Member], default: Member | Required = Required.YES) -> Member:
        """One of an enumeration's values."""
        value: Any = self._value.get(key)
        if value is None and not isinstance(default, Required):
            return default
        try:
            return kind(value)
        except ValueError:
            raise self.wrong(key, f"one of {', '.join(kind)}") from None

    def day(self, key: str, default: date) -> date:
        """A date, YYYY-MM-DD."""
        value: Any = self._value.get(key)
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            return self._absent(key, value, default, "a date such as 2026-11-21")

    def moment(self, key: str) -> datetime:
        """A time since 1970, in UTC; one without a zone is taken as UTC."""
        value: Any = self._value.get(key)
        try:
            when = datetime.fromisoformat(value)
            when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
        except (TypeError, ValueError):
            raise self.wrong(key, "a time such as 2026-11-21T02:15:00Z") from None
        except OverflowError:
            raise self.wrong(key, "a time from 1970 on") from None
        if not 1970 <= when.year < 9999:  # the last year would overflow in another zone
            raise self.wrong(key, "a time from 1970 on")
        return when

    def has(self, key: str) -> bool:
        """Whether the key is there and not null."""
        return self._value.get(key) is not None

    def node(self, key: str) -> "Node":
        """The object below a key."""
        if key not in self._value:
            raise self.wrong(key, "an object")
        return Node(self._value[key], key=key, parent=self)

    def maybe(self, key: str) -> "Node | None":
        """The object below a key, None where there is none or null."""
        return self.node(key) if self.has(key) else None

    def nodes(self, key: str, *, required: bool = False) -> Iterator["Node"]:
        """Each object of the list below a key."""
        for index, value in enumerate(self._list(key, required)):
            yield Node(value, key=f"{key}[{index}]", parent=self)

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """The strings of the list below a key."""
        values = self._list(key, required)
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(key, "a list of texts")
        return tuple(values)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """The list below a key as pairs of strings."""
        values = self._list(key, required=False)
        for value in values:
            if not (isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) for each in value)):
                raise self.wrong(key, "a list of pairs of texts")
        return tuple((value[0], value[1]) for value in values)

    def keys(self) -> Iterator[str]:
        """The object's keys, in order."""
        return iter(self._value)

    def _list(self, key: str, required: bool) -> list[Any]:
        value: Any = self._value.get(key)
        if isinstance(value, list):
            return value
        if value is None and not required:
            return []
        raise self.wrong(key, "a list")

    def _absent(self, key: str, value: Any, default: Default | Required, expected: str) -> Default:
        if value is None and not isinstance(default, Required):
            return default
        raise self.wrong(key, expected)

    def _place(self, *below: str) -> str:
        file, *path = (*self.path(), *(visible(key, 80) for key in below))
        return f"{file}: {'.'.join(path)}" if path else file


def _short(value: Any) -> str:
    """A value as an error may quote it: one line, no longer than the sentence around it."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return json.dumps(value[:60]) + ("…" if len(value) > 60 else "")
    return json.dumps(value)[:60]
