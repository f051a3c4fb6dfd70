"""The text of one file, decoded piece by piece, so that memory does not grow with the file."""

import codecs
from typing import BinaryIO

from auditor.pii.mappings.named import MappingError

PIECE = 256 << 10  # bytes read at a time
BLANK = " \t\r\n\ufeff\xa0\u2028\u2029"
MAX_BYTES = 64 << 20  # of one document, or of one line of JSON lines

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Source:
    """A window on a text: `buffer` from `at` on has not been read yet, and `more` makes it longer."""

    def __init__(self, stream: BinaryIO, *, file: str) -> None:
        self.file = file
        self.buffer = ""
        self.at = 0
        self.limit = MAX_BYTES  # of bytes of one document
        self.cut = False  # there is more of this document than that
        self._stream = stream
        self._line = 1  # of the character at `_counted`
        self._counted = 0
        self._bytes = 0
        self._ended = False
        first = stream.read(PIECE)
        encoding = "utf-8"
        for mark, name in _MARKS:  # what Windows' shells write into a redirected file is UTF-16
            if first.startswith(mark):
                first, encoding = first[len(mark) :], name
                break
        self._encoding = "UTF-8" if encoding == "utf-8" else "UTF-16"
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._take(first)

    @property
    def line(self) -> int:
        """The number of the line that is read next, from 1."""
        start, end = sorted((self._counted, self.at))
        passed = self.buffer.count("\n", start, end)
        self._line += passed if self._counted == start else -passed
        self._counted = self.at
        return self._line

    @property
    def place(self) -> str:
        """File and line, as a message begins."""
        return f"{self.file}:{self.line}"

    def error(self, message: str) -> MappingError:
        """An error about what is read next."""
        return MappingError(f"{self.place}: {message}")

    def more(self) -> bool:
        """Makes the buffer longer; False where the text, or what may be read of it, has ended.

        Raises:
            MappingError: it is not UTF-8.
        """
        if self._ended:
            return False
        if self._bytes >= self.limit:
            self.cut = True
            return False
        self._take(self._stream.read(PIECE))
        return True

    def skip(self, characters: str) -> None:
        """Passes over all of `characters` that come next."""
        while True:
            while self.at < len(self.buffer) and self.buffer[self.at] in characters:
                self.at += 1
            if self.at < len(self.buffer) or not self.more():
                return

    def is_blank(self) -> bool:
        """Whether nothing but white space follows, which is passed over."""
        self.skip(BLANK)
        return self.at >= len(self.buffer)

    def rest(self, limit: int) -> str | None:
        """All that follows, with nothing passed over; None where it is longer than that."""
        while len(self.buffer) - self.at <= limit and self.more():
            pass
        return self.buffer[self.at :] if len(self.buffer) - self.at <= limit and self._ended else None

    def next_line(self, limit: int) -> str | None:
        """The next line without its end, passed over; None, and nothing passed over, where it is longer than that."""
        end = self.buffer.find("\n", self.at)
        while end < 0 and len(self.buffer) - self.at <= limit and self.more():
            end = self.buffer.find("\n", self.at)
        end = len(self.buffer) if end < 0 else end
        if end - self.at > limit:
            return None
        text = self.buffer[self.at : end]
        self.at = min(end + 1, len(self.buffer))
        return text

    def skip_line(self) -> None:
        """Passes over the rest of a line, of whatever length."""
        while (end := self.buffer.find("\n", self.at)) < 0:
            self.at = len(self.buffer)
            self.renew()
            if not self.more():
                return
        self.at = end + 1

    def renew(self) -> None:
        """Begins a new document here: the bytes count from nothing."""
        self._bytes, self.cut = len(self.buffer) - self.at, False

    def drop(self) -> None:
        """Lets go of what was read, so that the buffer begins with what comes next."""
        self._line = self.line
        self.buffer = self.buffer[self.at :]
        self.at = self._counted = 0

    def _take(self, data: bytes) -> None:
        if self.at > PIECE:
            self.drop()
        self._bytes += len(data)
        self._ended = not data
        try:
            self.buffer += self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError as error:
            self.at = len(self.buffer)
            bad = self.line + data.count(b"\n", 0, error.start)
            raise MappingError(f"{self.file}:{bad}: this is not {self._encoding}") from None
        if "\0" in self.buffer:
            raise self.error("this is not a text")
