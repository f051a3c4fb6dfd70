"""The names and BSON types of documents, read off their raw bytes, and their values handed to a tally one by one.

No document is decoded: a text, a number or a date is read where it lies, and every other value is stepped over. Source:
the BSON specification, version 1.1 (bsonspec.org). All integers are little-endian. No error's sentence holds anything
that was read.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from auditor.probes.interface import Tally
from auditor.probes.mongo_messages import FrameError, Place
from auditor.probes.mongo_reductions import LONGEST_NAME, MOST_PATHS, Seen
from auditor.probes.sampling import MOST_VALUES

DEPTH = 3  # levels of names, as the reductions have them
_OF_AN_ARRAY = 10  # documents that are looked into, and values that are counted
_MOST_ELEMENTS = 100_000  # of one answer; a megabyte could hold half a million of the smallest
_SMALLEST_DOCUMENT = 5
_LONGEST_NAME_BYTES = 4 * (LONGEST_NAME + 1)  # of UTF-8; what is longer is cut, and then too long in characters

_OBJECT, _ARRAY = 0x03, 0x04
_LENGTH = struct.Struct("<i")
_NUMBERS = {0x01: struct.Struct("<d"), 0x10: struct.Struct("<i"), 0x12: struct.Struct("<q")}
_STRING, _SYMBOL, _DATE = 0x02, 0x0E, 0x09
_MILLISECONDS = struct.Struct("<q")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: The alias of each type (MongoDB manual, "BSON Types") by its code.
ALIASES = {
    0x01: "double",
    0x02: "string",
    _OBJECT: "object",
    _ARRAY: "array",
    0x05: "binData",
    0x06: "undefined",
    0x07: "objectId",
    0x08: "bool",
    0x09: "date",
    0x0A: "null",
    0x0B: "regex",
    0x0C: "dbPointer",
    0x0D: "javascript",
    0x0E: "symbol",
    0x0F: "javascriptWithScope",
    0x10: "int",
    0x11: "timestamp",
    0x12: "long",
    0x13: "decimal",
    0x7F: "maxKey",
    0xFF: "minKey",
}
#: Bytes of the types whose values all have the same length.
_SIZES = {
    0x01: 8, 0x06: 0, 0x07: 12, 0x08: 1, 0x09: 8, 0x0A: 0, 0x10: 4, 0x11: 8, 0x12: 8, 0x13: 16, 0x7F: 0, 0xFF: 0,
}  # fmt: skip


class Element(NamedTuple):
    """One name of a document, the code of its value's type, and where that value lies."""

    name: str
    kind: int
    place: Place


@dataclass(frozen=True, slots=True)
class Shape:
    """What some documents have in common: (dotted path, type) each once, in the order in which they were met."""

    seen: Seen = ()
    documents: int = 0
    truncated: bool = False  # there was more than is looked at


def read_shape(body: bytes, places: Iterable[Place], tally: Tally | None = None) -> Shape:
    """The shape of the documents at `places`: names to three levels, those of documents in arrays included.

    The values on these levels go to the tally, where there is one.

    Raises:
        FrameError: what was looked at is no BSON.
    """
    walk = _Walk(body, tally)
    count = 0
    for place in places:
        walk.document(place, "", DEPTH)
        count += 1
    return Shape(tuple(walk.seen), count, walk.truncated)


def places_within(body: bytes, place: Place, *path: str) -> tuple[Place, ...] | None:
    """Where the documents of the array lie to which `path` leads from a document ("cursor", "firstBatch").

    None where there is no such array. Elements of it that are no documents are passed over.

    Raises:
        FrameError: what was looked at is no BSON.
    """
    for step, name in enumerate(path):
        wanted = _ARRAY if step == len(path) - 1 else _OBJECT
        found = next((one for one in elements(body, place) if one.name == name), None)
        if found is None or found.kind != wanted:
            return None
        place = found.place
    return tuple(one.place for one in elements(body, place) if one.kind == _OBJECT)


def elements(body: bytes, place: Place) -> Iterator[Element]:
    """The elements of a document, in order.

    Raises:
        FrameError: the document is no BSON, as far as it was read.
    """
    if place.end - place.start < _SMALLEST_DOCUMENT or _length(body, place.start, place.end) != place.end - place.start:
        raise FrameError("a document has another length than it says")
    if body[place.end - 1] != 0:
        raise FrameError("a document does not end where it says")
    at, end = place.start + _LENGTH.size, place.end - 1
    while at < end:
        kind = body[at]
        after = _after_name(body, at + 1, end)
        name = body[at + 1 : min(after - 1, at + 1 + _LONGEST_NAME_BYTES)].decode("utf-8", "replace")
        at = after + _size(body, kind, after, end)
        if at > end:
            raise FrameError("a value runs past its document")
        yield Element(name, kind, Place(after, at))


@dataclass(slots=True)
class _Walk:
    """Goes through documents and collects what it sees, within bounds."""

    body: bytes
    tally: Tally | None
    seen: dict[tuple[str, str], None] = field(default_factory=dict)
    truncated: bool = False
    left: int = _MOST_ELEMENTS
    values_left: int = MOST_VALUES

    def document(self, place: Place, prefix: str, depth: int) -> None:
        for one in elements(self.body, place):
            if self._is_enough():
                return
            path = f"{prefix}{one.name}"
            if not one.name or len(path) > LONGEST_NAME:  # what is so long is no name
                self.truncated = self.truncated or bool(one.name)
                continue
            self.seen[path, ALIASES[one.kind]] = None
            if one.kind == _OBJECT and depth > 1:
                self.document(one.place, f"{path}.", depth - 1)
            elif one.kind == _ARRAY:
                self._array(one.place, path, depth - 1)
            else:
                self._count(one, path)

    def _array(self, place: Place, path: str, depth: int) -> None:
        looked_into = counted = 0
        for each in elements(self.body, place):
            if self._is_enough() or looked_into >= _OF_AN_ARRAY:
                return
            if each.kind == _OBJECT and depth > 0:
                looked_into += 1
                self.document(each.place, f"{path}.", depth)
            elif counted < _OF_AN_ARRAY:
                counted += 1
                self._count(each, path)

    def _count(self, one: Element, path: str) -> None:
        if self.tally is None or self.values_left <= 0:
            return
        self.values_left -= 1
        if (value := _value(self.body, one)) is not None:
            self.tally.take(path, value)

    def _is_enough(self) -> bool:
        self.left -= 1
        enough = self.left < 0 or len(self.seen) >= MOST_PATHS
        self.truncated = self.truncated or enough
        return enough


def _value(body: bytes, one: Element) -> object:
    """A text, number or date, as it lies there; None of any other type, and of a date beyond Python's years."""
    start, end = one.place
    if (number := _NUMBERS.get(one.kind)) is not None:
        return number.unpack_from(body, start)[0]
    if one.kind in (_STRING, _SYMBOL):
        return body[start + _LENGTH.size : end - 1].decode("utf-8", "replace")
    if one.kind == _DATE:
        try:
            return _EPOCH + timedelta(milliseconds=_MILLISECONDS.unpack_from(body, start)[0])
        except OverflowError:
            return None
    return None


def _after_name(body: bytes, at: int, end: int) -> int:
    """The byte after a name and its NUL."""
    stop = body.find(b"\0", at, end)
    if stop < 0:
        raise FrameError("a name without an end")
    return stop + 1


def _size(body: bytes, kind: int, at: int, end: int) -> int:
    """How many bytes a value takes that begins at `at`, as it says itself: the caller holds it against the document."""
    if (fixed := _SIZES.get(kind)) is not None:
        return fixed
    match kind:
        case 0x03 | 0x04:
            return _at_least(_length(body, at, end), _SMALLEST_DOCUMENT)
        case 0x02 | 0x0D | 0x0E:  # a length, then that many bytes, the NUL included
            return _LENGTH.size + _at_least(_length(body, at, end), 1)
        case 0x05:  # a length, a subtype, then that many bytes
            return _LENGTH.size + 1 + _at_least(_length(body, at, end), 0)
        case 0x0B:  # two texts that end in NUL
            return _after_name(body, _after_name(body, at, end), end) - at
        case 0x0C:  # a string, then an object id
            return _LENGTH.size + _at_least(_length(body, at, end), 1) + 12
        case 0x0F:  # a length that counts itself, then a string and a document
            return _at_least(_length(body, at, end), 14)
        case _:
            raise FrameError("a value of a type that nobody knows")


def _length(body: bytes, at: int, end: int) -> int:
    if at + _LENGTH.size > end:
        raise FrameError("a length that runs past its document")
    return int(_LENGTH.unpack_from(body, at)[0])


def _at_least(length: int, smallest: int) -> int:
    if length < smallest:
        raise FrameError("a value with a length that it cannot have")  # not told: it may be a piece of a value
    return length
