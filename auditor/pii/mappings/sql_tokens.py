"""Cuts SQL into names, texts and signs, as MySQL, PostgreSQL, SQL Server, Oracle and SQLite write it.

A parser of whole SQL would weigh more than the rest of this program (sqlglot 30: 8.3 MB, 0.09 s to import) and wants to
be told the dialect; a lighter one (sqlparse 0.6) leaves the grammar of columns to its caller. Of a schema only names
and types are wanted, and the values of a dump are to be passed over as they are read: no token here keeps one.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from auditor.pii.mappings.source import Source

AHEAD = 64 << 10  # characters that are there before a token is read; what is longer is passed over in pieces
_LONGEST_NAME = 256  # Oracle and SQL Server allow 128


class Kind(Enum):
    """What a token is."""

    WORD = auto()  # a bare name or a keyword
    NAME = auto()  # a name in quotes of any sort
    TEXT = auto()  # a literal: what it says is not kept
    NUMBER = auto()
    SIGN = auto()


class Token(NamedTuple):
    """A piece of SQL. `text` is without quotes, and empty for a literal; `lower` is what a keyword is known by."""

    kind: Kind
    text: str
    lower: str = ""


_LITERAL = Token(Kind.TEXT, "")
_SIGNS = {sign: Token(Kind.SIGN, sign, sign) for sign in "(),;.<>[]="}
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<comment>--[^\n]*|\#(?=[\s#-])[^\n]*|/\*!\d*|\*/)   # MySQL runs what /*!50100 holds */; #t is a table
      | (?P<remark>/\*)
      | (?P<oracle>[nN]?[qQ]'\S)
      | (?P<quoted>(?:[nbxeNBXE]|_\w{1,20}\s?)?')
      | (?P<word>[^\W\d][\w$\#]*|[\#@][\w$\#@]+)
      | (?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]\[\d][^\]\[]*\])
      | (?P<dollar>\$(?:[^\W\d]\w{0,62})?\$)
      | (?P<number>\d[\w.]*)
      | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r"(?:[^']|'')*")
_ESCAPING = re.compile(r"(?:[^'\\]|\\.|'')*", re.DOTALL)
_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_STDIN = re.compile(r"[^;\n]*\bFROM\s+STDIN\b[^;\n]*;", re.IGNORECASE)
_VALUES = re.compile(r"\s*\(")
# Rows of values, up to the end of the statement or of the batch. Their texts are passed over one by one.
_ROWS = re.compile(r"""(?:[^;'"`\n]+|\n(?!\s*(?:GO|CREATE|ALTER)\b)|"(?:[^"]|"")*"|`[^`]*`)+""", re.IGNORECASE)
_MYSQL = re.compile(r"`|\b(?:MySQL|MariaDB|AUTO_INCREMENT)\b", re.IGNORECASE)


def tokens(source: Source) -> Iterator[Token]:
    """The tokens of a text in order, without comments, rows of VALUES and the data of COPY; a broken end ends them.

    Raises:
        MappingError: it is not UTF-8.
    """
    _fill(source)
    # Only MySQL takes a backslash for an escape in every text; elsewhere 'C:\' ends where it seems to.
    inside = _ESCAPING if _MYSQL.search(source.buffer) else _PLAIN
    while _fill(source):
        match = _TOKEN.match(source.buffer, source.at)
        if match is None:
            return
        source.at = match.end()
        match match.lastgroup:
            case "space" | "comment":
                continue
            case "word":
                text = match[0][:_LONGEST_NAME]
                yield Token(Kind.WORD, text, text.lower())
                _skip_data(source, text, inside)
            case "sign":
                yield _SIGNS.get(match[0]) or Token(Kind.SIGN, match[0], match[0])
            case "name":
                yield Token(Kind.NAME, _unquoted(match[0])[:_LONGEST_NAME])
            case "number":
                yield Token(Kind.NUMBER, match[0][:_LONGEST_NAME])
            case "remark":
                _skip_past(source, "*/")
            case "oracle":
                _skip_past(source, f"{_CLOSING.get(match[0][-1], match[0][-1])}'")
                yield _LITERAL
            case "dollar":
                _skip_past(source, match[0])
                yield _LITERAL
            case _:
                _skip_text(source, _ESCAPING if match[0] in {"e'", "E'"} else inside)
                yield _LITERAL


def _skip_data(source: Source, word: str, inside: re.Pattern[str]) -> None:
    """Passes over what a dump holds besides its schema, after the word that leads to it."""
    lower = word.lower()
    if lower == "copy" and _STDIN.match(source.buffer, source.at):
        _skip_past(source, "\n\\.")
    elif lower == "values" and _VALUES.match(source.buffer, source.at):
        while _fill(source):
            if rows := _ROWS.match(source.buffer, source.at):
                source.at = rows.end()
            elif source.buffer[source.at] in "'\"`":
                source.at += 1
                _skip_text(source, inside)
            else:
                return


def _unquoted(text: str) -> str:
    quote = text[-1]
    return text[1:-1].replace(quote * 2, quote)


def _fill(source: Source) -> bool:
    """Sees to it that a whole token lies in the buffer; False at the end of the text."""
    while len(source.buffer) - source.at < AHEAD and source.more():
        pass
    return source.at < len(source.buffer)


def _skip_past(source: Source, mark: str) -> None:
    while _fill(source):
        end = source.buffer.find(mark, source.at)
        if end >= 0:
            source.at = end + len(mark)
            return
        # the mark may begin at the very end of what was read
        source.at = max(source.at + 1, len(source.buffer) - len(mark) + 1)


def _skip_text(source: Source, inside: re.Pattern[str]) -> None:
    while _fill(source):
        match = inside.match(source.buffer, source.at)
        source.at = match.end() if match else source.at
        if source.at < len(source.buffer):
            source.at += 1
            return
