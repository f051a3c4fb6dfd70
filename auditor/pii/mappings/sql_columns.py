"""One entry of a table's list: a column with its name and type, or a constraint, which is none."""

from collections.abc import Sequence

from auditor.pii.mappings.sql_tokens import Kind, Token

_MOST_WORDS = 4  # of a type: "timestamp without time zone" says all that matters with them
# What ends a type.
# fmt: off
_AFTER_TYPE = frozenset({
    "not", "null", "default", "primary", "unique", "references", "check", "collate", "constraint", "generated", "as",
    "auto_increment", "autoincrement", "identity", "comment", "charset", "on", "encode", "visible", "invisible",
    "sparse", "rowguidcol", "stored", "virtual", "key", "persisted", "masked", "compression", "storage", "after",
    "first", "using", "with", "deferrable", "enable", "disable", "sortkey", "distkey", "options", "encrypted", "index",
})
# fmt: on
# Words that begin a constraint if a list of columns follows; as names of columns they stand before a type.
_LISTS = frozenset({"key", "index", "unique", "fulltext", "spatial", "primary", "foreign"})
_NEVER = frozenset({"constraint", "like", "supplemental", "select", "inherits"})
_WITH = {"period": "for", "exclude": "using"}


def column(definition: Sequence[Token]) -> tuple[str, str] | None:
    """Name and type of a column ("" where none is told); None for a constraint, and for what is neither."""
    if not definition or definition[0].kind not in (Kind.WORD, Kind.NAME):
        return None
    name = definition[0]
    if name.kind is Kind.WORD and _is_constraint(definition):
        return None
    return (name.text, _type(definition[1:])) if name.text else None


def _is_constraint(definition: Sequence[Token]) -> bool:
    word = definition[0].lower
    second = definition[1] if len(definition) > 1 else None
    if word in _NEVER:
        return True
    if word == "check":
        return second is not None and second.lower == "("
    if word in _WITH:
        return second is not None and (second.lower == _WITH[word] or second.lower == "(")
    return word in _LISTS and _is_followed_by_list(definition[1:])


def _is_followed_by_list(rest: Sequence[Token]) -> bool:
    """Whether names come in parentheses: KEY by_mail (email), PRIMARY KEY (id); but not: key varchar(20)."""
    for number, token in enumerate(rest):
        if token.lower == "(":
            inner = rest[number + 1] if number + 1 < len(rest) else None
            return inner is not None and inner.kind in (Kind.WORD, Kind.NAME) and inner.lower not in {"max", "char"}
        if token.lower in ("using", "key", "index"):
            continue
        if number > 3 or token.kind is Kind.SIGN:
            return False
    return False


def _type(rest: Sequence[Token]) -> str:
    words: list[str] = []
    depth = 0
    for number, token in enumerate(rest):
        if token.kind is Kind.SIGN:
            depth += (token.lower in ("(", "<")) - (token.lower in (")", ">"))
            if token.lower == "." and not depth:
                words.clear()  # a type of some schema: dbo.PhoneNumber
        elif depth:
            if token.text == "1" and words == ["tinyint"]:
                return "boolean"  # what MySQL makes of BOOL
        elif token.kind is Kind.WORD and (token.lower in _AFTER_TYPE or _is_charset(rest, number)):
            break
        elif token.kind in (Kind.WORD, Kind.NAME) and len(words) < _MOST_WORDS:
            words.append(token.text.lower())
    return " ".join(words)


def _is_charset(rest: Sequence[Token], number: int) -> bool:
    """Whether CHARACTER is not the type's but its character set's."""
    return rest[number].lower == "character" and number + 1 < len(rest) and rest[number + 1].lower == "set"
