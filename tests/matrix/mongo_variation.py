"""The ways in which a server of MongoDB's protocol may say the same: framings, numbers, unknown keys, names."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bson.int64 import Int64
from bson.timestamp import Timestamp

from auditor.testing.mongo_frames import Request
from tests.matrix.mongo_relay import Answers, Changes, Document, Manner, query

FRAMINGS: Final[Mapping[str, Manner]] = {
    "in small pieces": Manner(piece=1),
    "with checksums": Manner(checksum=True),
    "closed after each reply": Manner(once=True),
    "slowly": Manner(seconds=0.06),
}

_GOSSIP: Final[Document] = {
    "operationTime": Timestamp(1_764_000_000, 1),
    "$clusterTime": {
        "clusterTime": Timestamp(1_764_000_000, 1),
        "signature": {"hash": b"\0" * 20, "keyId": Int64(7_212_345_678_901_234_567)},
    },
    "$gleStats": {"lastOpTime": Timestamp(0, 0), "electionId": b"\1" * 12},
    "lastCommittedOpTime": Timestamp(1_764_000_000, 1),
    "$configServerState": {"opTime": {"ts": Timestamp(1, 1), "t": Int64(3)}},
    "$topologyTime": Timestamp(0, 1),
    "x_unknown": [None, {"ok": 0.0, "code": 13}],
}
_MEMBER: Final[Document] = {
    "setName": "rs0",
    "setVersion": 5,
    "hosts": ["192.0.2.41:27017", "192.0.2.42:27017"],
    "passives": ["192.0.2.43:27017"],
    "arbiters": ["192.0.2.44:27017"],
    "primary": "192.0.2.41:27017",
    "me": "192.0.2.42:27017",
    "electionId": b"\1" * 12,
    "topologyVersion": {"processId": b"\2" * 12, "counter": Int64(6)},
    "lastWrite": {"majorityWriteDate": None},
}


def _gossiping(_: Request, said: Document) -> Document:
    return said if _is_row(said) else {**said, **_GOSSIP}


def _is_row(said: Document) -> bool:
    """Whether it is a document of a legacy find: those have no `ok`."""
    return "ok" not in said


def _with(key: str, change: Callable[[Any], Any]) -> Changes:
    return lambda _, said: {**said, key: change(said[key])} if key in said else said


def _without(key: str) -> Changes:
    return lambda _, said: {name: value for name, value in said.items() if name != key}


def with_numbers(value: Any, change: Callable[[int | float], Any]) -> Any:
    """The same with all its whole numbers changed, but those of a cursor and those that a double cannot hold."""
    match value:
        case bool():
            return value
        case int() | float() if float(value).is_integer() and abs(value) < 1 << 53:
            return change(value)
        case dict():
            return {key: inner if key == "cursor" else with_numbers(inner, change) for key, inner in value.items()}
        case list():
            return [with_numbers(inner, change) for inner in value]
        case _:
            return value


def _numbers(change: Callable[[int | float], Any]) -> Changes:
    return lambda _, said: with_numbers(said, change)


def _worded(pattern: str, words: str) -> Changes:
    return _with("errmsg", lambda text: re.sub(pattern, words, text))


def _as_member(request: Request, said: Document) -> Document:
    greeted = next(iter(request.document), "").lower() in ("ismaster", "hello") and said.get("ok")
    return {**said, **_MEMBER} if greeted and "setName" not in said and said.get("msg") != "isdbgrid" else said


REPLIES: Final[Mapping[str, Changes]] = {
    "gossip in every document": _gossiping,
    "keys in reverse": lambda _, said: dict(reversed(said.items())),
    "ok as an integer": _with("ok", int),
    "ok as a long": _with("ok", lambda ok: Int64(int(ok))),
    "ok as a boolean": _with("ok", bool),
    "codes as doubles": _with("code", float),
    "codes as longs": _with("code", Int64),
    "wire versions as doubles": _with("maxWireVersion", float),
    "wire versions as longs": _with("maxWireVersion", Int64),
    "all numbers as doubles": _numbers(float),
    "all numbers as longs": _numbers(lambda number: Int64(int(number))),
    "codes without names": _without("codeName"),
    "commands told at length": _worded(r"\}$", ', lsid: { id: UUID("0e7c") }, $db: "admin", $readPreference: {} }'),
    "refusals with a capital": _worded(r"^command (?=\w+ requires)", "Command "),
    "refusals without a capital": _worded(r"^Command (?=\w+ requires)", "command "),
    "the greeting of a member": _as_member,
}

# --- Names


@dataclass(frozen=True, slots=True)
class Naming:
    """Every database and collection but the product's own has a longer name for whoever asks the relay."""

    tail: str

    def _own(self, name: str) -> bool:
        return name.split(".", 1)[0] in ("admin", "config", "local", "test") or ".system." in f".{name}"

    def _longer(self, place: str) -> str:
        if self._own(place):
            return place
        database, dot, collection = place.partition(".")
        kept = collection.startswith(("$cmd", "system."))
        return f"{database}{self.tail}{dot}{collection if kept or not collection else collection + self.tail}"

    def _row(self, row: Document) -> Document:
        name = str(row["name"])
        return row if name.startswith("system.") else {**row, "name": name + self.tail}

    def change(self, request: Request, said: Document) -> Document:
        """The reply, with the longer names."""
        name = next(iter(request.document), "")
        match said:
            case {"databases": [*rows]}:
                return {**said, "databases": [{**row, "name": self._longer(row["name"])} for row in rows]}
            case {"cursor": {"ns": str(place), "firstBatch": [*rows], **cursor}}:
                lists = name == "listCollections" and not self._own(place)
                batch = [self._row(row) for row in rows] if lists else rows
                return {**said, "cursor": {**cursor, "ns": self._longer(place), "firstBatch": batch}}
            case {"name": str(place), **rest} if request.namespace.endswith("system.namespaces"):
                return {**rest, "name": self._longer(place)}
            case {"ns": str(place), **rest}:
                return {**rest, "ns": self._longer(place)}
            case _:
                return said

    def rename(self, request: Request) -> bytes | None:
        """The frame that asks the server behind by its own names."""
        database = request.document.get("$db") or request.namespace.partition(".")[0]
        command = {
            key: value.removesuffix(self.tail) if place == 0 and isinstance(value, str) else value
            for place, (key, value) in enumerate(request.document.items())
            if key != "$db"
        }
        return query(request, str(database).removesuffix(self.tail), command)


NAMES: Final = ("-客户", "_2026", "-é" * 9, "😀", "-" + "x" * 30)

# --- Commands beyond a recording


def beyond(known: frozenset[str], answer: Document | None) -> Answers:
    """The same answer to every command that a recording does not know; None hangs up."""

    def choose(request: Request) -> Request | Document | None:
        name = next(iter(request.document), "").lower()
        return request if name in known or request.namespace.endswith((".namespaces", ".indexes")) else answer

    return choose


UNKNOWN: Final[Mapping[str, Document | None]] = {
    "59": {"ok": 0.0, "errmsg": "no such command: 'x'", "code": 59, "codeName": "CommandNotFound"},
    "13": {"ok": 0.0, "errmsg": "command x requires authentication", "code": 13, "codeName": "Unauthorized"},
    "an internal error": {"ok": 0.0, "errmsg": "internal error", "code": 1, "codeName": "InternalError"},
    "an empty document": {},
    "ok alone": {"ok": 1.0},
    "the end of the connection": None,
}
