"""What servers may say to an HTTP request that a recording does not know."""

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from auditor.testing.script import HttpAsked
from tests.matrix.relay import Forwards, Said, plainly

_OWN = (("Content-Type", "application/json"),)
UNKNOWN: Final[Mapping[str, Said | None]] = {
    "a 404 in JSON": Said(404, _OWN, b'{"statusCode":404,"error":"Not Found","message":"Not Found"}'),
    "a 404 page": Said(404, (("Content-Type", "text/html"),), b"<html>404 Not Found</html>"),
    "no handler": Said(400, _OWN, b'{"error":"no handler found for uri [/x] and method [GET]"}'),
    "a 405": Said(405, _OWN, b'{"error":"Incorrect HTTP method for uri [/x], allowed: [POST]","status":405}'),
    "a 500": Said(500, _OWN, b'{"error":{"type":"null_pointer_exception","reason":null},"status":500}'),
    "an empty 200": Said(200, (), b""),
    "an empty object": Said(200, _OWN, b"{}"),
    "an empty list": Said(200, _OWN, b"[]"),
    "a page": Said(200, (("Content-Type", "text/html"),), b"<html><title>Welcome</title></html>"),
    "the end of the connection": None,
}


def place_of(path: str) -> str:
    """What a request is about: its path, and of the console the path within; without the query."""
    place, _, query = path.partition("?")
    inner = next((pair[5:] for pair in query.split("&") if pair.startswith("path=")), "")
    return f"{place} {unquote(inner).partition('?')[0]}" if inner else place


def beyond(known: frozenset[str], answer: Said | None) -> Forwards:
    """The same answer to every request whose place is not among the known; None hangs up."""
    return lambda asked: asked if place_of(asked.path) in known else answer


_NOTHING: Final = Said(0, (), b"")


def silent_once(known: frozenset[str]) -> Forwards:
    """No answer to the first request whose place is not among the known; the rest goes on."""
    first: list[str] = []

    def choose(asked: HttpAsked) -> HttpAsked | Said:
        if place_of(asked.path) in known or first:
            return asked
        first.append(asked.path)
        return _NOTHING

    return choose


async def or_silently(writer: asyncio.StreamWriter, said: Said) -> bool:
    """Plainly; of what is no answer, not a byte."""
    if said is _NOTHING:
        await asyncio.sleep(60)
    return await plainly(writer, said)
