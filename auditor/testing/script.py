"""What a scripted wire is told to answer, and the record of what it was asked."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from auditor.probes.interface import WireError


class UnexpectedRequestError(AssertionError):
    """The probe asked something that the script does not hold, or asked it once too often."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted HTTP answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def answer(status: int = 200, body: bytes | str | Mapping[str, Any] | Sequence[Any] = b"", **headers: str) -> Answer:
    """An HTTP answer. A body that is no text is sent as JSON; `kbn_name="x"` becomes the header `kbn-name: x`."""
    names = [(name.replace("_", "-"), value) for name, value in headers.items()]
    match body:
        case bytes():
            return Answer(status, tuple(names), body)
        case str():
            return Answer(status, tuple(names), body.encode())
        case _:
            return Answer(status, (("content-type", "application/json"), *names), json.dumps(body).encode())


@dataclass(frozen=True, slots=True)
class HttpAsked:
    """One HTTP request that a probe sent. `path` includes the query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    template: str


@dataclass(frozen=True, slots=True)
class MongoAsked:
    """One command that a probe sent; of a legacy find, `command` is `{"find": collection}` and `database` is ""."""

    database: str
    command: Mapping[str, Any]
    template: str

    @property
    def name(self) -> str:
        """The command's name, which is its first key."""
        return next(iter(self.command))


HttpAnswer: TypeAlias = Answer | WireError
HttpScript: TypeAlias = Mapping[str, HttpAnswer | Sequence[HttpAnswer]] | Callable[[HttpAsked], HttpAnswer]
MongoAnswer: TypeAlias = Mapping[str, Any] | WireError
MongoScript: TypeAlias = Mapping[str, MongoAnswer | Sequence[MongoAnswer]] | Callable[[MongoAsked], MongoAnswer]
StreamScript: TypeAlias = Callable[[bytes], bytes]


@dataclass(slots=True)
class Table:
    """A script in the form of a table, and how often each line of it was asked."""

    lines: Mapping[str, Any]
    turns: dict[str, int] = field(default_factory=dict)

    def look_up(self, *names: str) -> Any:
        """The answer under the first of `names` that the table knows; of a list, the next one.

        Raises:
            UnexpectedRequestError: it knows none, or the list is used up.
            WireError: that is the answer.
        """
        name = next((name for name in names if name in self.lines), None)
        if name is None:
            raise UnexpectedRequestError(
                f"not in the script: {names[0]}; it holds: {', '.join(self.lines) or 'nothing'}"
            )
        found = self.lines[name]
        if isinstance(found, (list, tuple)):
            turn = self.turns.get(name, 0)
            if turn >= len(found):
                raise UnexpectedRequestError(f"scripted {len(found)} times, asked once more: {name}")
            self.turns[name] = turn + 1
            found = found[turn]
        return given(found)


def given(scripted: Any) -> Any:
    """What a script answered; a WireError is raised."""
    if isinstance(scripted, WireError):
        raise scripted
    return scripted
