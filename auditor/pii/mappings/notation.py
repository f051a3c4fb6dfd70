"""Reads JSON, and what mongosh prints of a value, as far as it may grow: names bare or in any quotes, ObjectId('…').

What is no name and no type of a schema is passed over as it is read: numbers, dates, patterns and the arguments of
calls become None, and a text keeps its first characters.
"""

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

from auditor.pii.mappings.source import BLANK, Source

MAX_VALUES = 600_000  # of one document; a field with a multi-field is six
MAX_DEPTH = 256  # Elasticsearch allows 20 objects in each other; each takes two levels
MAX_TEXT = 1 << 20  # characters of one text
MAX_SKIPPED = 1 << 30  # characters of a value that are passed over to come to the next
KEPT = 1_024  # characters of it that are kept

_TOKEN = re.compile(
    r"""(?P<punctuation>[{}\[\]:,();+])
      | (?P<double>"[^"\\]*(?:\\.[^"\\]*)*")
      | (?P<single>'[^'\\]*(?:\\.[^'\\]*)*'|`[^`\\]*(?:\\.[^`\\]*)*`)
      | (?P<word>[^\W\d][\w$]*|\$[\w$]*)
      | (?P<number>[-.]?\d[\w.]*(?:[-+]\d+)?|-\w+)
      | (?P<left_out>\.\.\.[^\n\]}]*|<ref\ \*\d+>|\*\d+)
      | (?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<pattern>/(?![*/])[^/\\\n]*(?:\\.[^/\\\n]*)*/\w*)""",
    re.VERBOSE | re.DOTALL,
)
# A member as nearly all are written, so that most of a large file is read in two steps a field, not in ten.
_MEMBER = re.compile(
    r"""[ \t\r\n,]*"(?P<name>[^"\\]{1,256})"\s*:\s*(?:(?P<open>[{\[])|"(?P<text>[^"\\]{0,256})"(?!\s*\+))"""
)
_STRUCTURE = re.compile(r"""[{}\[\]]|"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*'""", re.DOTALL)
_HALF = re.compile("[\ud800-\udfff]")
_HALF_WRITTEN = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None, "NaN": None, "Infinity": None}
_OPENING = {"{": "}", "[": "]"}


def parse(text: str) -> Any:
    """A whole small text as JSON; whoever calls sees to its size.

    Raises:
        ValueError: it is not JSON (`json.JSONDecodeError` tells where), or nested too deeply for the parser.
    """
    try:
        value = json.loads(text)
        if _HALF_WRITTEN.search(text):
            value = json.loads(_HALF.sub("\ufffd", json.dumps(value, ensure_ascii=False)))
    except RecursionError:
        raise ValueError("nested too deeply to be a schema") from None
    return value


class Notation:
    """Reads values from a source; `truncated` says that one was larger than is read, and lacks its end."""

    def __init__(self, source: Source, *, most: int = MAX_VALUES) -> None:
        self.truncated = False
        self._source = source
        self._most = most
        self._left = most

    def value(self) -> Any:
        """The value that comes next.

        Raises:
            MappingError: there is none, or it is broken; the message says where.
        """
        kind, text = self._next()
        if text not in _OPENING or kind != "punctuation":
            return self._scalar(kind, text)
        root: Any = {} if text == "{" else []
        stack: list[Any] = [root]
        while stack and not (self._left < 0 or self._source.cut):
            self._step(stack)
        if stack:
            self._skip(len(stack))
        return root

    def members(self) -> Iterator[tuple[str, Any]]:
        """The members of the object that comes next, one at a time. `renew` lets each be as large as a whole value.

        Raises:
            MappingError: as `value`, or what comes next is no object.
        """
        if self._next() != ("punctuation", "{"):
            raise self._source.error("an object is wanted here")
        while (token := self._next()) != ("punctuation", "}"):
            if token == ("punctuation", ","):
                continue
            if token[0] == "end":
                self._end()
                return
            name = self._name(*token)
            if self._source.cut:
                return
            yield name, self.value()

    def renew(self) -> None:
        """Lets the next value be as large as the first."""
        self._left, self.truncated = self._most, False
        self._source.renew()

    def _step(self, stack: list[Any]) -> None:
        """Reads one entry of the innermost object or list, or its end."""
        parent = stack[-1]
        if isinstance(parent, dict) and self._quick(parent, stack):
            return
        kind, text = self._next()
        if kind == "punctuation":
            if text == ",":
                return
            if text == ("}" if isinstance(parent, dict) else "]"):
                stack.pop()
                return
        name = ""
        if isinstance(parent, dict) and kind != "end":
            name = self._name(kind, text)
            kind, text = self._next()
        if kind == "end":
            self._end()
            return
        self._count()
        child = self._open(stack, text) if kind == "punctuation" and text in _OPENING else self._scalar(kind, text)
        if isinstance(parent, dict):
            parent[name] = child
        else:
            parent.append(child)

    def _quick(self, parent: dict[str, Any], stack: list[Any]) -> bool:
        """Reads a member of an object that is written in the usual way; False where the next is not."""
        match = _MEMBER.match(self._source.buffer, self._source.at)
        if match is None:
            return False
        self._source.at = match.end()
        self._count()
        opening = match["open"]
        parent[match["name"]] = match["text"] if opening is None else self._open(stack, opening)
        return True

    def _open(self, stack: list[Any], text: str) -> Any:
        if len(stack) >= MAX_DEPTH:
            raise self._source.error(f"nested deeper than {MAX_DEPTH} levels")
        child: Any = {} if text == "{" else []
        stack.append(child)
        return child

    def _count(self) -> None:
        self._left -= 1

    def _end(self) -> None:
        """The text has ended within a value: because no more of it is read, or because it is broken."""
        if not self._source.cut:
            raise self._source.error("the text ends in the middle of a value")
        self.truncated = True

    def _skip(self, depth: int) -> None:
        """Passes over the rest of a value of which `depth` objects and lists are open, without keeping any of it."""
        self.truncated = True
        source, skipped = self._source, 0
        while depth:
            source.renew()
            source.drop()
            while len(source.buffer) < 2 * MAX_TEXT and source.more():
                pass
            last = len(source.buffer) < 2 * MAX_TEXT and not source.cut
            for match in _STRUCTURE.finditer(source.buffer):
                if match.start() > MAX_TEXT and not last:
                    break  # what begins further on may end behind the buffer
                source.at = match.end()
                depth += 1 if match[0] in "{[" else -1 if match[0] in "}]" else 0
                if not depth:
                    return
            else:
                source.at = max(source.at, len(source.buffer) - MAX_TEXT)
            skipped += source.at
            if last:
                raise source.error("the text ends in the middle of a value")
            if skipped > MAX_SKIPPED:
                raise source.error(f"more than {MAX_SKIPPED >> 20} MiB lie behind what is read of one value")

    def _name(self, kind: str, text: str) -> str:
        """The name of a member, and the colon after it."""
        if kind not in {"double", "single", "word", "number"}:
            raise self._source.error("a name is wanted here")
        found = text if kind in {"word", "number"} else _unquoted(text)
        kind, text = self._next()
        if kind == "end":
            self._end()
        elif text != ":":
            raise self._source.error("a colon is wanted after a name")
        return found[:KEPT]

    def _next(self) -> tuple[str, str]:
        source = self._source
        while True:
            source.skip(BLANK)
            match = _TOKEN.match(source.buffer, source.at)
            # what reaches the end of the buffer may go on behind it
            while match is None or match.end() >= len(source.buffer) - 1:
                if len(source.buffer) - source.at > MAX_TEXT or not source.more():
                    break
                match = _TOKEN.match(source.buffer, source.at)
            if (match.end() if match else len(source.buffer)) - source.at > MAX_TEXT:
                raise source.error(f"a text of more than {MAX_TEXT:,} characters stands here")
            if match is None:
                if source.at >= len(source.buffer) or source.cut:
                    return "end", ""
                raise source.error("this is neither JSON nor what mongosh prints")
            source.at = match.end()
            if match.lastgroup not in {"comment", "left_out"}:
                return match.lastgroup or "", match[0]

    def _scalar(self, kind: str, text: str) -> Any:
        """What a token means that opens no object and no list, with what belongs to it passed over."""
        match kind:
            case "double" | "single":
                value = _unquoted(text)[:KEPT]
                while self._comes("+"):  # mongosh breaks long texts into sums
                    self._next()
                return value
            case "word":
                if text == "new" or self._comes("("):
                    self._call(text)
                    return None
                return _WORDS.get(text, text[:KEPT])
            case "number" | "pattern":
                return None
            case _:
                raise self._source.error("a value is wanted here")

    def _comes(self, text: str) -> bool:
        self._source.skip(BLANK)
        if self._source.buffer.startswith(text, self._source.at):
            self._source.at += 1
            return True
        return False

    def _call(self, word: str) -> None:
        """Passes over the arguments of a call, which are somebody's values."""
        if word == "new":
            self._next()
            if not self._comes("("):
                return
        open_ = 1
        while open_:
            kind, text = self._next()
            if kind == "end":
                return
            if kind == "punctuation":
                open_ += (text == "(") - (text == ")")


def _unquoted(text: str) -> str:
    inner = text[1:-1]
    if "\\" not in inner:
        return inner
    if text[0] == '"':
        with contextlib.suppress(ValueError):
            return _HALF.sub("\ufffd", json.loads(text, strict=False))
    return _HALF.sub("\ufffd", _ESCAPE.sub(_unescaped, inner))


def _unescaped(match: re.Match[str]) -> str:
    what = match[1]
    if len(what) > 1:
        return chr(int(what[1:], 16))
    return _ESCAPED.get(what, what)
