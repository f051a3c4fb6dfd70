"""Recordings: what real servers answered, kept as JSON, so that a probe can be tried without them.

HTTP recordings are lists of `{"request": {method, path, headers?, body?}, "response": {status, headers, body, …}}`,
MongoDB ones of `{"command", "opcode", "reply"}` in MongoDB's relaxed extended JSON. A null response or reply means
that the server ended the connection without a byte.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bson import json_util
from bson.errors import BSONError


class RecordingError(Exception):
    """A file is not a recording. The message is a sentence that names the file and the entry."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One HTTP request. `target` is path and query as sent; header names are lower case."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True)
class RecordedReply:
    """One HTTP answer. Header names keep the server's spelling; `body` may have been cut when it was recorded."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    reason: str = ""
    version: str = "HTTP/1.1"

    def header(self, name: str) -> str | None:
        """The first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True)
class HttpExchange:
    """A request and its answer; None where the server ended the connection instead."""

    request: RecordedRequest
    reply: RecordedReply | None


@dataclass(frozen=True, slots=True)
class HttpRecording:
    """What one HTTP server answered, in the order in which it was asked."""

    name: str
    exchanges: tuple[HttpExchange, ...]


@dataclass(frozen=True, slots=True)
class MongoExchange:
    """A command and its answer; None where the server ended the connection instead.

    `opcode` is "OP_MSG", "OP_QUERY" (a command) or "OP_QUERY find" (a query on a collection; the reply is
    `{"docs": […]}`). `database` is None for a query, whose `command` then holds its namespace.
    """

    opcode: str
    database: str | None
    command: Mapping[str, Any]
    reply: Mapping[str, Any] | None

    @property
    def name(self) -> str:
        """The command's name, which is its first key."""
        return next(iter(self.command), "")


@dataclass(frozen=True, slots=True)
class MongoRecording:
    """What one MongoDB server answered, in the order in which it was asked."""

    name: str
    exchanges: tuple[MongoExchange, ...]


def load_http(*paths: Path) -> HttpRecording:
    """An HTTP recording, from one file or from several of the same server; of equal requests the first file's counts.

    Raises:
        RecordingError: a file cannot be read or is not an HTTP recording.
    """
    read = [read_http(_text(path), name=path.name) for path in paths]
    return HttpRecording("+".join(path.stem for path in paths), tuple(each for one in read for each in one.exchanges))


def load_mongo(*paths: Path) -> MongoRecording:
    """A MongoDB recording, from one file or from several of the same server.

    Raises:
        RecordingError: a file cannot be read or is not a MongoDB recording.
    """
    read = [read_mongo(_text(path), name=path.name) for path in paths]
    return MongoRecording("+".join(path.stem for path in paths), tuple(each for one in read for each in one.exchanges))


def read_http(text: str, *, name: str) -> HttpRecording:
    """The HTTP recording that a text holds; `name` is what errors call it.

    Raises:
        RecordingError: it is no such recording.
    """
    return HttpRecording(name, tuple(_http_exchange(entry, where) for where, entry in _entries(text, name, json.loads)))


def read_mongo(text: str, *, name: str) -> MongoRecording:
    """The MongoDB recording that a text holds; `name` is what errors call it.

    Raises:
        RecordingError: it is no such recording.
    """
    entries = _entries(text, name, json_util.loads)
    return MongoRecording(name, tuple(_mongo_exchange(entry, where) for where, entry in entries))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise RecordingError(f"{path.name} cannot be read as a recording: {error}") from error


def _entries(text: str, name: str, parse: Callable[[str], Any]) -> list[tuple[str, Mapping[str, Any]]]:
    try:
        data = parse(text)
    except (ValueError, TypeError, RecursionError, BSONError) as error:
        raise RecordingError(f"{name} cannot be read as a recording: {error}") from error
    if not isinstance(data, list) or not data:
        raise RecordingError(f"{name} is not a recording: it should hold a list of exchanges")
    found: list[tuple[str, Mapping[str, Any]]] = []
    for number, entry in enumerate(data, start=1):
        where = f"{name}, entry {number}"
        if not isinstance(entry, dict):
            raise RecordingError(f"{where}: an exchange should be an object")
        found.append((where, entry))
    return found


def _http_exchange(entry: Mapping[str, Any], where: str) -> HttpExchange:
    match entry:
        case {"request": {"method": str(method), "path": str(target), **rest}, "response": None}:
            return HttpExchange(_request(method, target, rest, where), None)
        case {
            "request": {"method": str(method), "path": str(target), **rest},
            "response": {"status": int(status), "headers": list(headers), "body": str(body), **more},
        }:
            names = _pairs(headers, where)
            reason, version = more.get("reason", ""), more.get("version", _version(names))
            if not isinstance(reason, str) or not isinstance(version, str):
                raise RecordingError(f"{where}: `reason` and `version` should be texts")
            reply = RecordedReply(status, names, _octets(body), reason, version)
            return HttpExchange(_request(method, target, rest, where), reply)
        case _:
            raise RecordingError(
                f"{where}: expected a request (method, path) and a response (status, headers, body; or null)"
            )


def _request(method: str, target: str, rest: Mapping[Any, Any], where: str) -> RecordedRequest:
    headers, body = rest.get("headers") or {}, rest.get("body") or ""
    if not isinstance(headers, dict) or not isinstance(body, str) or not target.startswith("/"):
        raise RecordingError(f"{where}: a request has a path that starts with /, headers as an object and a text body")
    names = tuple((name.lower(), str(value)) for name, value in headers.items())
    return RecordedRequest(method, target, names, _octets(body))


def _pairs(headers: list[Any], where: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for header in headers:
        match header:
            case [str(name), str(value)]:
                found.append((name, value))
            case _:
                raise RecordingError(f"{where}: headers should be [name, value] pairs")
    return tuple(found)


def _version(headers: tuple[tuple[str, str], ...]) -> str:
    # Recorded without its version. Only MongoDB's old HTTP consoles leave the date out, and they speak HTTP/1.0.
    names = {name.lower() for name, _ in headers}
    return "HTTP/1.1" if "date" in names or "connection" not in names else "HTTP/1.0"


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _mongo_exchange(entry: Mapping[str, Any], where: str) -> MongoExchange:
    match entry:
        case {
            "opcode": "OP_MSG" | "OP_QUERY" | "OP_QUERY find" as opcode,
            "command": dict(command),
            "reply": reply,
        } if command and (reply is None or isinstance(reply, dict)):
            database = command.get("$db")
            if database is not None and not isinstance(database, str):
                raise RecordingError(f"{where}: $db should be a text")
            return MongoExchange(opcode, database, {k: v for k, v in command.items() if k != "$db"}, reply)
        case _:
            raise RecordingError(
                f"{where}: expected an opcode (OP_MSG, OP_QUERY, OP_QUERY find), a command and a reply"
            )
