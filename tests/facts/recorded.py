"""Looks up what a recorded server said, so that a test can hold a fact against the recording itself."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from auditor.testing.recording import HttpRecording, MongoRecording, RecordedReply, load_http, load_mongo

REPLIES = Path(__file__).parents[1] / "probes" / "replies"

#: Headers that a client sends to say who it is, not what it wants.
_PLAIN = frozenset({"accept", "content-type", "user-agent"})


@cache
def http(name: str) -> HttpRecording:
    """One HTTP recording, by its file's name."""
    return load_http(REPLIES / f"{name}.json")


@cache
def mongo(name: str) -> MongoRecording:
    """One MongoDB recording, by its file's name."""
    return load_mongo(REPLIES / f"{name}.json")


def http_names(*starts: str) -> list[str]:
    """The names of the recordings that begin so."""
    return sorted(path.stem for path in REPLIES.glob("*.json") if path.stem.startswith(starts))


def said(name: str, path: str, *headers: str, method: str = "GET") -> RecordedReply:
    """What a server answered to exactly this path, asked with exactly these headers (by name, or as "name: value").

    Raises:
        LookupError: that was not recorded.
    """
    for exchange in http(name).exchanges:
        sent = {key: value for key, value in exchange.request.headers if key not in _PLAIN}
        pairs = [header.partition(": ") for header in headers]
        wanted = {key: value or sent.get(key) for key, _, value in pairs}
        asked = (exchange.request.method, exchange.request.target) == (method, path)
        if asked and sent == wanted and exchange.reply is not None:
            return exchange.reply
    raise LookupError(f"{name}: {method} {path} with {headers or 'no headers'} was not recorded")


def every(name: str, *, but: tuple[str, ...] = ()) -> list[RecordedReply]:
    """All answers of a server, but for those to paths that begin with one of `but`."""
    exchanges = http(name).exchanges
    return [one.reply for one in exchanges if one.reply is not None and not one.request.target.startswith(but or "!")]


def body(reply: RecordedReply) -> Any:
    """An answer's JSON."""
    return json.loads(reply.body)


def headers(reply: RecordedReply, name: str) -> list[str]:
    """Every header of that (lower-case) name."""
    return [value for key, value in reply.headers if key.lower() == name]


def told(
    name: str, command: str, *, database: str | None = "admin", opcode: str = "OP_QUERY", of: str | None = None
) -> Mapping[str, Any] | None:
    """What a MongoDB server answered to a command (`of` a collection); None where it ended the connection.

    Raises:
        LookupError: that was not recorded.
    """
    for exchange in mongo(name).exchanges:
        asked = (exchange.opcode, exchange.name, exchange.database) == (opcode, command, database)
        if asked and (of is None or exchange.command[command] == of):
            return exchange.reply
    raise LookupError(f"{name}: {command} in {opcode} was not recorded")
