"""The one loader of YAML: a document with the place of each of its nodes, bounded and strict.

PyYAML alone keeps the last of two equal keys silently, reads `no` as False and `22:22` as 1342. Here scalars are read
by YAML 1.2's core rules, narrowed to what JSON has: null, true and false, decimal numbers; all else is text (dates,
`no`, `0o17`, `007`). Keys are always text. A duplicate key is an error, and so are merge keys, tags that would build
objects, and aliases that would grow. The parser's events are read one by one (the C parser's where PyYAML has it): its
composer recurses, and calls back into Python for every scalar, which takes twice the time. All of it stands in this
one file, longer than our others, because an outside library has one door.
"""

import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import yaml

from auditor.model.target import Place

MAX_BYTES = 8 << 20  # of a file; 70,000 hosts fit
MAX_NODES = 1_000_000  # after aliases are written out
MAX_EVENTS = 2 * MAX_NODES
MAX_DEPTH = 64
_TOO_MANY = f"more than {MAX_NODES:,} values, aliases written out; split the file"

Path: TypeAlias = tuple[str | int, ...]

_Parser: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

# What may begin a number, a boolean or a null; any other plain scalar is text at the first glance.
_TELLING = frozenset(["", *"-0123456789tTfFnN~"])
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,299})", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,299})(?:\.[0-9]{1,299})?(?:[eE][-+]?[0-9]{1,4})?", re.ASCII)
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

# What a document may not hold, by YAML 1.2 §5.1; asked only after the parser has stumbled over it.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# A place is one integer, line << 24 | column: 8 MiB have fewer columns, and the garbage collector skips integers.
_COLUMN_BITS = 24


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file, told in a sentence, and where."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class DocumentError(Exception):
    """The text is no document that may be read. `problems` has all that could be found, in the file's order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where it says it.

    `data` is made of dict, list, str, int, float, bool and None; parts are shared where the file uses aliases, so read
    it and do not change it.
    """

    data: Any
    file: str
    _start: int
    _frames: "dict[int, _Frame]"  # by the id of the dict or list, which `data` keeps alive

    def place(self, path: Path = ()) -> Place:
        """Where the value at `path` begins; of a path that is not there, where its nearest ancestor begins."""
        packed, here = self._start, self.data
        for step in path:
            frame = self._frames.get(id(here))
            if frame is None or (found := frame.value_at(step)) is None:
                break
            packed, here = found, here[step]
        return _place(self.file, packed)

    def key_place(self, path: Path) -> Place:
        """Where the key that ends `path` stands; `place(path)` where it ends in no key of the document."""
        here = self.data
        for step in path[:-1]:
            frame = self._frames.get(id(here))
            if frame is None or frame.value_at(step) is None:
                return self.place(path)
            here = here[step]
        frame = self._frames.get(id(here))
        packed = frame.keys.get(path[-1]) if frame is not None and path and isinstance(path[-1], str) else None
        return self.place(path) if packed is None else _place(self.file, packed)


def parse(text: str | bytes, *, file: str) -> Document:
    """Reads one YAML document; `file` is what its places call it.

    Raises:
        DocumentError: it is too large, not UTF-8, not YAML, not exactly one document, or uses what is refused here.
    """
    return _Reader(file).read(_decode(text, file))


def resolve(text: str) -> Any:
    """What a plain (unquoted) scalar means: None, a bool, an int, a finite float, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


_NO_KEYS: dict[str, int] = {}


class _Frame:
    """A mapping or sequence, and where its parts stand."""

    __slots__ = ("anchor", "before", "data", "key", "keys", "mapping", "places", "table")

    def __init__(self, data: Any, anchor: str | None, before: int) -> None:
        self.data = data
        self.mapping = type(data) is dict
        # Where each key stands, in the file's order; a sequence has none.
        self.keys: dict[str, int] = {} if self.mapping else _NO_KEYS
        self.places: list[int] = []  # where each value stands, in the same order
        self.key: str | None = None  # of a mapping: the key whose value comes next
        self.anchor = anchor
        self.before = before  # nodes counted before it, so that an alias to it can be weighed
        self.table: dict[str | int, int] | None = None

    def value_at(self, step: str | int) -> int | None:
        if self.table is None:  # only made of the few mappings that somebody asks about
            self.table = dict(zip(self.keys if self.mapping else range(len(self.places)), self.places, strict=True))
        return self.table.get(step)


class _Reader:
    """Builds the data from the parser's events, with a stack of its own: no depth can exhaust the interpreter's."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.stack: list[_Frame] = []
        self.frames: dict[int, _Frame] = {}
        self.anchors: dict[str, tuple[Any, int]] = {}  # the node, and how many nodes it stands for
        self.nodes = 0  # in what is closed; an alias counts for all that it repeats
        self.root: Any = None
        self.root_start = -1  # until there is one

    def read(self, text: str) -> Document:
        try:
            parser = _Parser(text)
            try:
                self._follow(parser.get_event)
            finally:
                parser.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._fail(_packed(mark) if mark else 0, _syntax(error, text))
        except yaml.YAMLError as error:
            self._fail(*_unreadable(error, text))
        if self.root_start < 0:
            self._fail(0, "the file is empty")
        if self.problems:
            raise DocumentError(tuple(self.problems))
        return Document(self.root, self.file, self.root_start, self.frames)

    def _follow(self, following: Any) -> None:
        stack, scalar = self.stack, yaml.ScalarEvent
        opening, closing = yaml.MappingStartEvent, yaml.MappingEndEvent
        for _ in range(MAX_EVENTS):
            event = following()
            kind = type(event)
            if kind is scalar and event.tag is None and event.anchor is None and stack:
                # Nearly all events come this way, so it is `_key` or `_scalar` once more without their calls.
                frame, text, mark = stack[-1], event.value, event.start_mark
                if frame.mapping and frame.key is None:
                    if text in frame.keys or text == "<<":
                        self._key(frame, event)
                    else:
                        frame.keys[text] = mark.line << _COLUMN_BITS | mark.column
                        frame.key = text
                    continue
                # implicit[0] is true of a plain scalar: the only sort that may mean anything but its text
                value = resolve(text) if text[:1] in _TELLING and event.implicit[0] else text
                if frame.mapping:
                    frame.data[frame.key] = value
                    frame.key = None
                else:
                    frame.data.append(value)
                frame.places.append(mark.line << _COLUMN_BITS | mark.column)
            elif kind is opening:
                self._open(event, {}, "map")
            elif kind is closing:
                self._close(stack.pop(), event)
            elif not self._take(event, kind):
                return
        self._fail(_packed(event.start_mark), _TOO_MANY)

    def _take(self, event: Any, kind: type) -> bool:
        """Follows one event of the rarer kinds; whether there are more to come."""
        if kind is yaml.SequenceStartEvent:
            self._open(event, [], "seq")
        elif kind is yaml.SequenceEndEvent:
            self._close(self.stack.pop(), event)
        elif kind is yaml.ScalarEvent:
            if self.stack and self.stack[-1].mapping and self.stack[-1].key is None:
                self._key(self.stack[-1], event)
            else:
                self._scalar(event)
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent and self.root_start >= 0:
            self._fail(_packed(event.start_mark), "a second document starts here; a file holds one")
        return kind is not yaml.StreamEndEvent

    def _key(self, frame: _Frame, event: Any) -> None:
        key: str = event.value
        packed = _packed(event.start_mark)
        self._check_tag(event.tag, "str", packed)
        if event.anchor is not None:
            self.anchors[event.anchor] = (key, 1)
        if key == "<<" and event.implicit[0]:
            self._note(packed, "merge keys ('<<') are not read; write the keys out")
        elif (first := frame.keys.get(key)) is not None:
            self._note(packed, f"the key '{shorten(key)}' stands twice; the first is at {_place(self.file, first)}")
        frame.keys.setdefault(key, packed)
        frame.key = key

    def _scalar(self, event: Any) -> None:
        text: str = event.value
        packed = _packed(event.start_mark)
        self._check_tag(event.tag, "str", packed)
        if event.implicit[0] and not text and not self.stack:
            return  # `---` and nothing more
        value = resolve(text) if event.implicit[0] else text
        self._put(value, packed)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)

    def _open(self, event: Any, data: dict[str, Any] | list[Any], tag: str) -> None:
        mark, stack = event.start_mark, self.stack
        packed = mark.line << _COLUMN_BITS | mark.column
        if event.tag is not None:
            self._check_tag(event.tag, tag, packed)
        if len(stack) >= MAX_DEPTH:
            self._fail(packed, f"nested deeper than {MAX_DEPTH} levels")
        self._put(data, packed)
        frame = self.frames[id(data)] = _Frame(data, event.anchor, self.nodes)
        stack.append(frame)

    def _close(self, frame: _Frame, event: Any) -> None:
        self.nodes += len(frame.places)
        if self.nodes > MAX_NODES:
            self._fail(_packed(event.start_mark), _TOO_MANY)
        if frame.anchor is not None:
            self.anchors[frame.anchor] = (frame.data, self.nodes - frame.before + 1)

    def _alias(self, event: Any) -> None:
        packed = _packed(event.start_mark)
        name = shorten(event.anchor)
        if any(frame.anchor == event.anchor for frame in self.stack):
            self._fail(packed, f"'*{name}' stands inside '&{name}', so it would contain itself")
        if event.anchor not in self.anchors:
            self._note(packed, f"'*{name}' refers to nothing: no '&{name}' stands before it")
        value, weight = self.anchors.get(event.anchor, (None, 1))
        self.nodes += weight - 1
        if self.nodes > MAX_NODES:
            self._fail(packed, _TOO_MANY)
        self._put(value, packed)

    def _put(self, value: Any, packed: int) -> None:
        """Hangs a node where it belongs."""
        if not self.stack:
            self.root, self.root_start = value, packed
            return
        frame = self.stack[-1]
        if not frame.mapping:
            frame.data.append(value)
        elif frame.key is not None:
            frame.data[frame.key] = value
            frame.key = None
        else:
            self._fail(packed, "a key is a word, not a list, a mapping or an alias")
        frame.places.append(packed)

    def _check_tag(self, tag: str | None, fitting: str, packed: int) -> None:
        if tag not in (None, "!", f"tag:yaml.org,2002:{fitting}"):
            self._note(packed, f"the tag '{shorten(str(tag))}' is not known here; leave it out")

    def _note(self, packed: int, message: str) -> None:
        self.problems.append(Problem(_place(self.file, packed), message))

    def _fail(self, packed: int, message: str) -> NoReturn:
        self._note(packed, message)
        raise DocumentError(tuple(self.problems))


def shorten(text: str, limit: int = 60) -> str:
    """Text from a file as a message may quote it: on one line, without control characters, cut visibly."""
    clean = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text[:limit])
    return clean if len(text) <= limit else f"{clean}…"


def _decode(text: str | bytes, file: str) -> str:
    size = len(text)
    if size > MAX_BYTES:
        raise DocumentError((Problem(Place(file, 1, 1), f"the file is larger than {MAX_BYTES >> 20} MiB; split it"),))
    try:
        # A str may hold lone surrogates, which no UTF-8 has and the parser would not survive.
        whole = text.decode() if isinstance(text, bytes) else text.encode().decode()
    except UnicodeDecodeError as error:
        assert isinstance(text, bytes)
        before = text[: error.start].decode()
        message = f"the byte 0x{text[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise DocumentError((Problem(_place_after(before, file), message),)) from error
    except UnicodeEncodeError as error:
        assert isinstance(text, str)
        place = _place_after(text[: error.start], file)
        raise DocumentError((Problem(place, "half of a surrogate pair is no character"),)) from error
    return whole.removeprefix("\ufeff")


def _syntax(error: yaml.MarkedYAMLError, text: str) -> str:
    """The parser's complaint as a sentence, with the causes that people meet most often named."""
    mark = error.problem_mark
    problem = str(error.problem or "it cannot be read")
    if mark is not None and "cannot start any token" in problem:
        character = text[mark.index : mark.index + 1]
        if character == "\t":
            return "a tab stands where YAML wants spaces"
        if character:
            return f"a plain value cannot begin with '{shorten(character)}'; put it in quotes"
    context = f" ({error.context})" if error.context else ""
    return f"not YAML: {problem}{context}"


def _unreadable(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Place and sentence for what the parser's reader refused: a character that no YAML may hold."""
    found = _UNPRINTABLE.search(text)
    if found is None:
        return 0, f"not YAML: {shorten(str(error), 200)}"
    place = _place_after(text[: found.start()], "")
    packed = (place.line - 1) << _COLUMN_BITS | place.column - 1
    return packed, f"the control character U+{ord(found[0]):04X} is not allowed"


def _packed(mark: Any) -> int:
    return int(mark.line << _COLUMN_BITS | mark.column)


def _place(file: str, packed: int) -> Place:
    return Place(file, (packed >> _COLUMN_BITS) + 1, (packed & (1 << _COLUMN_BITS) - 1) + 1)


def _place_after(before: str, file: str) -> Place:
    """The place of the character that follows `before`."""
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
