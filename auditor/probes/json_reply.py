"""Reads the JSON of servers that nobody vouches for: bounded, never raising, off the event loop where it is large."""

import asyncio
import json
import math
import re
from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
T = TypeVar("T")

# A body beyond this is parsed in a thread: 17 MB on the event loop would hold up every other target for a second.
OFF_LOOP_BYTES: Final = 256 << 10

# What one body may grow into. A mapping of 16 MiB with 300,000 fields passes; sixteen MiB of "{},{},…" does not.
_MOST_CONTAINERS: Final = 1_000_000
_MOST_VALUES: Final = 3_000_000
_LARGEST_COUNT: Final = (1 << 63) - 1
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


def parse(body: bytes) -> JsonValue:
    """The value that a JSON body holds; None where it is no JSON, or more of it than one reply may grow into.

    A JSON `null` is None as well: no server answers a question of ours with it. Of equal keys the last wins, as in
    every common reader. `NaN` and the infinities, which JSON does not have, become None. No string in the result holds
    a lone surrogate, which no file could take later; bytes that are not UTF-8 become replacement characters.
    """
    if body.count(b"{") + body.count(b"[") > _MOST_CONTAINERS or body.count(b",") > _MOST_VALUES:
        return None
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        # The parser is C and would keep the interpreter to itself, thread or not: a hook in Python at each object
        # lets the event loop have its turns.
        hook = _give_way if len(body) > OFF_LOOP_BYTES else None
        value: JsonValue = json.loads(text, parse_constant=_no_number, parse_float=_finite, object_hook=hook)
        if _SURROGATE.search(text):
            value = json.loads(_without_lone_surrogates(json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError):  # ValueError covers rubbish and integers of more than 4,300 digits
        return None
    return value


async def digest(body: bytes, read: Callable[[JsonValue], T]) -> T:
    """What `read` makes of the parsed body (of None where it is no JSON); in a thread where the body is large."""
    if len(body) <= OFF_LOOP_BYTES:
        return read(parse(body))
    return await asyncio.to_thread(lambda: read(parse(body)))


def as_object(value: JsonValue) -> dict[str, JsonValue]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: JsonValue) -> list[JsonValue]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: JsonValue, *, at_most: int = 512) -> str:
    """The value where it is a string, cut to `at_most` characters; else ""."""
    return value[:at_most] if isinstance(value, str) else ""


def as_texts(value: JsonValue, *, at_most: int = 64) -> tuple[str, ...]:
    """The strings of a list (or a lone string), at most so many of them."""
    if isinstance(value, str):
        return (as_text(value),)
    return tuple(as_text(item) for item in as_list(value)[:at_most] if isinstance(item, str))


def as_count(value: JsonValue) -> int | None:
    """The value where it counts something: an integer from 0 to 2**63 - 1, its digits, or it as a float; else None."""
    match value:
        case bool():
            return None
        case int():
            return value if 0 <= value <= _LARGEST_COUNT else None
        case float() if value.is_integer():  # what gateways that rewrite JSON in JavaScript or Lua make of integers
            return as_count(int(value))
        case str() if len(value) <= 19 and value.isascii() and value.isdecimal():
            return int(value)
        case _:
            return None


def _give_way(parsed: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return parsed


def _no_number(_: str) -> None:
    return None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _without_lone_surrogates(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
