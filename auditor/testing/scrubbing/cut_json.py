"""Reads JSON that may have been cut off: by a byte cap, or when it was recorded."""

import re

from auditor.probes.elastic.listing import rest_of_cut_list
from auditor.probes.json_reply import JsonValue, parse

_MOST = 4 << 20  # characters of a cut body that are looked at
_DEEPEST = 200
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|"', re.DOTALL)
_ENDS = {"{": "}", "[": "]"}


def read(body: bytes) -> tuple[JsonValue, bool]:
    """The value in a body, and whether its end is missing. None where it is no JSON at all, cut or whole."""
    value = parse(body)
    opening = body[:64].lstrip().removeprefix(b"\xef\xbb\xbf")[:1]
    if value is not None or opening not in (b"{", b"["):
        return value, False
    # Of a list only whole items count, as for the probes.
    value = parse(rest_of_cut_list(body[:_MOST])) if opening == b"[" else None
    closed = _closed(body[:_MOST].decode("utf-8", "replace")) if value is None else None
    value = parse(closed.encode()) if closed is not None else value
    return value, value is not None


def unclosed(text: str) -> str:
    """The JSON text of an object with a comma in the place of its last brackets: as incomplete as what it came from.

    A list stays whole: of one that was cut the probes read as much as is there.
    """
    return f"{text.rstrip('}] ')}," if text.startswith("{") else text


def _closed(text: str) -> str | None:
    """The text up to its last whole member, with the brackets that are missing; None where it is malformed."""
    waiting: list[str] = []
    whole, open_there = 0, ""
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign == '"':  # a text without an end: so ends what is there
            break
        if sign in _ENDS:
            waiting.append(_ENDS[sign])
            if len(waiting) > _DEEPEST:
                break
            whole, open_there = token.end(), "".join(reversed(waiting))
        elif sign == ",":
            whole, open_there = token.start(), "".join(reversed(waiting))
        elif sign in "}]":
            if not waiting or waiting.pop() != sign:
                return None
            whole, open_there = token.end(), "".join(reversed(waiting))
    return text[:whole] + open_there if whole else None
