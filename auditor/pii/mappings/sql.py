"""Reads the tables that a text in SQL makes: CREATE TABLE and ALTER TABLE … ADD, of any of the common dialects."""

from collections import deque
from collections.abc import Iterator

from auditor.index_mapping import FieldBag
from auditor.pii.mappings.named import MAX_FIELDS, NamedMapping
from auditor.pii.mappings.source import Source
from auditor.pii.mappings.sql_columns import column
from auditor.pii.mappings.sql_tokens import Kind, Token, tokens

MAX_SQL = 256 << 20  # bytes; the rows of a dump are passed over at some 5 MB a second
_MOST_TABLES = 20_000
_MOST_TOKENS = 64  # of a column's definition that are kept; its name and type stand first
_MODIFIERS = 6  # words between CREATE and TABLE: OR REPLACE GLOBAL TEMPORARY
_BEGINNINGS = frozenset({"create", "go", "insert", "exec", "execute", "grant"})
_ACTIONS = frozenset(
    {
        "add",
        "drop",
        "alter",
        "modify",
        "change",
        "rename",
        "set",
        "enable",
        "disable",
        "with",
        "owner",
        "attach",
        "convert",
    }
)
_GENERIC = frozenset({"struct", "map", "array", "row", "uniontype"})
_END = Token(Kind.SIGN, "", "")


def read(source: Source) -> Iterator[NamedMapping]:
    """A mapping for each table, in the order in which they are first named.

    Raises:
        MappingError: the text is not UTF-8, or goes on beyond `MAX_SQL`, which is said after the last table.
    """
    source.limit = MAX_SQL
    stream, tables = _Stream(source), _Tables()
    while (token := stream.take()) is not _END:
        if token.lower == "create" and _leads_to_table(stream):
            _create(stream, tables)
        elif token.lower == "alter" and stream.passes("table"):
            _alter(stream, tables)
    yield from tables.mappings()
    if source.cut:
        raise source.error(f"more than {MAX_SQL >> 20} MiB of SQL; what comes from here on is not read")


class _Stream:
    """Tokens, of which some can be looked at before they are taken."""

    def __init__(self, source: Source) -> None:
        self._tokens = tokens(source)
        self._waiting: deque[Token] = deque()

    def look(self, ahead: int = 0) -> Token:
        while len(self._waiting) <= ahead:
            self._waiting.append(next(self._tokens, _END))
        return self._waiting[ahead]

    def take(self) -> Token:
        return self._waiting.popleft() if self._waiting else next(self._tokens, _END)

    def passes(self, *words: str) -> bool:
        """Takes `words` if they come next, all of them."""
        if any(self.look(number).lower != word for number, word in enumerate(words)):
            return False
        for _ in words:
            self.take()
        return True

    def name(self) -> tuple[str, ...]:
        """A name with what qualifies it; empty if none comes next."""
        parts: list[str] = []
        while self.look().kind in (Kind.WORD, Kind.NAME):
            parts.append(self.take().text)
            if not self.passes("."):
                break
            while self.passes("."):  # SQL Server: base..table
                pass
        return tuple(parts)


class _Tables:
    """The columns of each table by its name, whatever its case and however it is qualified."""

    def __init__(self) -> None:
        self._bags: dict[tuple[str, ...], FieldBag] = {}
        self._written: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._alike: dict[str, list[tuple[str, ...]]] = {}  # by the last part of the name

    def add(self, name: tuple[str, ...], definition: list[Token]) -> None:
        found = column(definition)
        bag = self.bag(name)
        if found is not None and bag is not None:
            bag.add(*found)

    def bag(self, name: tuple[str, ...]) -> FieldBag | None:
        key = tuple(part.lower() for part in name)
        alike = self._alike.setdefault(key[-1], [])
        # where one of two names says less, it is the other: "users" after "shop.users"
        known = next((other for other in alike if other == key or 1 in (len(other), len(key))), None)
        if known is None:
            if len(self._bags) >= _MOST_TABLES:
                return None
            known = key
            alike.append(key)
            self._written[key] = name
            self._bags[key] = FieldBag(MAX_FIELDS)
        return self._bags[known]

    def mappings(self) -> Iterator[NamedMapping]:
        for key, bag in self._bags.items():
            mapped, written = bag.mapped(), self._written[key]
            name = written[-1] if len(self._alike[key[-1]]) == 1 else ".".join(written)
            yield NamedMapping(name, mapped.fields, mapped.truncated)


def _leads_to_table(stream: _Stream) -> bool:
    for ahead in range(_MODIFIERS):
        token = stream.look(ahead)
        if token.lower == "table":
            for _ in range(ahead + 1):
                stream.take()
            return True
        if token.kind is not Kind.WORD:
            return False
    return False


def _create(stream: _Stream, tables: _Tables) -> None:
    stream.passes("if", "not", "exists")
    name = stream.name()
    if not name:
        return
    if stream.passes("using"):  # SQLite: CREATE VIRTUAL TABLE notes USING fts5(title, body)
        stream.name()
    if stream.look().lower != "(" or stream.look(1).lower == "select":
        return
    stream.take()
    tables.bag(name)
    for definition in _definitions(stream):
        tables.add(name, definition)


def _definitions(stream: _Stream) -> Iterator[list[Token]]:
    """What stands between the commas of a list in parentheses, of which the first was taken."""
    depth, within, definition, before = 1, 0, list[Token](), ""
    while depth and (token := stream.take()) is not _END:
        depth += (token.lower == "(") - (token.lower == ")")
        # Hive's struct<a int, b int>; elsewhere these are less and greater
        within += (token.lower == "<" and before in _GENERIC) - (token.lower == ">" and within > 0)
        before = token.lower
        if not depth or (depth == 1 and not within and token.lower == ","):
            yield definition
            definition = []
        elif len(definition) < _MOST_TOKENS:
            definition.append(token)
    if depth:
        yield definition


def _alter(stream: _Stream, tables: _Tables) -> None:
    stream.passes("if", "exists")
    stream.passes("only")
    name = stream.name()
    while name:
        if stream.passes("add"):
            _add(stream, tables, name)
        else:
            _action(stream)
        if not stream.passes(","):
            return


def _add(stream: _Stream, tables: _Tables, name: tuple[str, ...]) -> None:
    """What ADD is followed by: a column, a list of them in parentheses, or (SQL Server) several after one ADD."""
    while True:
        stream.passes("column")
        stream.passes("if", "not", "exists")
        if stream.passes("("):
            for definition in _definitions(stream):
                tables.add(name, definition)
        else:
            tables.add(name, _action(stream))
        if stream.look().lower != "," or stream.look(1).lower in _ACTIONS:
            return
        stream.take()


def _action(stream: _Stream) -> list[Token]:
    """The tokens up to the next comma or the end of the statement, which need not be marked."""
    depth, taken = 0, list[Token]()
    while (token := stream.look()) is not _END:
        if depth <= 0 and (token.lower in (",", ";") or _begins_statement(stream)):
            break
        depth += (token.lower == "(") - (token.lower == ")")
        stream.take()
        if len(taken) < _MOST_TOKENS:
            taken.append(token)
    return taken


def _begins_statement(stream: _Stream) -> bool:
    word = stream.look().lower
    if word in _BEGINNINGS:
        return True
    return (word, stream.look(1).lower) in {("alter", "table"), ("comment", "on")}
