"""Takes the values of one data set's sample as they are read, reduces them to counts, and keeps none."""

import math
from collections.abc import Callable
from datetime import date
from hashlib import blake2b
from secrets import token_bytes
from typing import NoReturn

from auditor.model.dataset import ValueCounts
from auditor.pii.values.catalogue import tried
from auditor.pii.values.check import Check
from auditor.pii.values.hints import Hint

MOST_FIELDS = 5_000
MOST_DISTINCT = 1_000  # values of one field that are told apart and checked
MOST_DIGESTS = 100_000  # of all fields together: about 10 MB
LONGEST_VALUE = 256  # characters; what is longer is free text, which no check reads
LONGEST_PATH = 2_048  # characters
LONG_TEXT = "long_text"  # counted beside the checks: how many distinct values were too long for them
_DIGEST_BYTES = 12  # two of 100,000 values fall together with a probability below 1e-19
_DIGESTED = 4_096  # characters of a long text that tell it from another


class ValueTally:
    """Counts of one data set's sampled values, by field. It satisfies `Tally` of the probes.

    Values are told apart by BLAKE2b under a key of its own, which is random and forgotten with the digests when
    `counts` is called; what is taken after that is not counted. No value is stored, printed, raised or pickled. What
    passes the bounds above is dropped.
    """

    __slots__ = ("_counted", "_digests", "_fields", "_hint_of", "_key")

    def __init__(self, hint_of: Callable[[str], Hint]) -> None:
        self._hint_of = hint_of
        self._fields: dict[str, _FieldCount] = {}
        self._key: bytes | None = token_bytes(16)
        self._digests = 0
        self._counted: tuple[ValueCounts, ...] = ()

    def take(self, path: str, value: object) -> None:
        """Counts one value of the field at the dotted `path`: a text, a number or a date; all else is dropped."""
        if self._key is None or len(path) > LONGEST_PATH:
            return
        text = _text_of(value)
        if not text:
            return
        field = self._fields.get(path)
        if field is None:
            if len(self._fields) >= MOST_FIELDS:
                return
            field = self._fields[path] = _FieldCount(tried(self._hint_of(path)))
        field.values += 1
        if len(field.seen) >= MOST_DISTINCT or self._digests >= MOST_DIGESTS:
            return
        told = f"{len(text)} {text[:_DIGESTED]}".encode("utf-8", "surrogatepass")
        digest = blake2b(told, key=self._key, digest_size=_DIGEST_BYTES).digest()
        if digest not in field.seen:
            field.seen.add(digest)
            self._digests += 1
            field.check(text)

    def counts(self) -> tuple[ValueCounts, ...]:
        """The counts, a field each in the order first seen; forgets the digests and their key, and takes no more."""
        if self._key is not None:
            self._counted = tuple(field.told(path) for path, field in self._fields.items())
            self._fields.clear()
            self._key = None
        return self._counted

    def __repr__(self) -> str:
        return "<ValueTally>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a tally of values is not pickled or copied")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a tally of values is not pickled or copied")


class _FieldCount:
    """How many distinct values of one field passed which check."""

    __slots__ = ("checks", "long", "passed", "seen", "values")

    def __init__(self, checks: tuple[Check, ...]) -> None:
        self.checks = checks
        self.passed = [0] * len(checks)
        self.long = 0
        self.values = 0
        self.seen: set[bytes] = set()

    def check(self, text: str) -> None:
        if len(text) > LONGEST_VALUE:
            self.long += 1
            return
        for place, check in enumerate(self.checks):
            self.passed[place] += check.passes(text)

    def told(self, path: str) -> ValueCounts:
        passed = [(check.id, count) for check, count in zip(self.checks, self.passed, strict=True)]
        return ValueCounts(path, self.values, len(self.seen), (*passed, (LONG_TEXT, self.long)))


def _text_of(value: object) -> str:
    """The value as a text without blanks around it; "" for what no check can use.

    Asks the built-in types themselves, so that no method of a class derived from them is run.
    """
    kind = type(value)
    if issubclass(kind, str):
        return str.strip(value)  # type: ignore[arg-type]  # mypy does not narrow by the type's own type
    if issubclass(kind, bool):
        return ""
    if issubclass(kind, int):
        return int.__repr__(value) if int.bit_length(value) <= 128 else ""  # type: ignore[arg-type]  # as above
    if issubclass(kind, float):
        return _written(float.__float__(value))  # type: ignore[arg-type]  # as above
    return date.isoformat(value) if issubclass(kind, date) else ""  # type: ignore[arg-type]  # as above


def _written(number: float) -> str:
    """A whole number without its fraction: a telephone number in a double is still one."""
    if not math.isfinite(number):
        return ""
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
