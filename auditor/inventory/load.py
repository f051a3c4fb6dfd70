"""Reads an inventory and either returns one that may be probed as it stands, or says all that is wrong with it."""

import gc
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from auditor.documents import MAX_BYTES, DocumentError, Problem, parse, shorten
from auditor.model.target import Inventory, Place

STDIN = "-"


class InventoryError(Exception):
    """The inventory may not be probed. `problems` has all that is wrong with it, in the file's order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load(
    source: str | os.PathLike[str] | IO[bytes], *, now: datetime | None = None, products: Mapping[str, tuple[int, ...]]
) -> Inventory:
    """Reads an inventory from a path, from standard input ("-") or from an open binary file.

    `products` tells the usual ports of each product that can be asked. The authorisation must cover `now` (an aware
    time; the clock's, if None): there is no way to leave that question out.

    Raises:
        InventoryError: it cannot be read, or anything in it is wrong; nothing may be probed.
    """
    data, file = _read(source)
    return loads(data, file=file, now=now, products=products)


def loads(
    data: str | bytes, *, file: str, now: datetime | None = None, products: Mapping[str, tuple[int, ...]]
) -> Inventory:
    """As `load`, from text at hand; `file` is what it is called in messages and in the report.

    Raises:
        InventoryError: anything in it is wrong.
    """
    moment = datetime.now(UTC) if now is None else now
    if moment.tzinfo is None:
        raise ValueError("a time without its zone cannot be held against an authorisation")
    from auditor.inventory.reading import read  # noqa: PLC0415 - brings pydantic

    with _collector_at_rest():
        try:
            document = parse(data, file=file)
        except DocumentError as error:
            raise InventoryError(error.problems) from error
        inventory, problems = read(document, data, now=moment, products=products)
    if problems:
        raise InventoryError(tuple(sorted(problems, key=lambda problem: (problem.place.line, problem.place.column))))
    assert inventory is not None
    return inventory


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keeps the garbage collector from walking a growing inventory over and over: a third of the time, nothing found.

    What is read is bounded (`MAX_BYTES`) and without cycles, so that it costs no memory.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _read(source: str | os.PathLike[str] | IO[bytes]) -> tuple[bytes, str]:
    """The bytes, one more than may be at most, and what they are called."""
    if not isinstance(source, str | os.PathLike):
        return source.read(MAX_BYTES + 1), str(getattr(source, "name", "<input>"))
    if source == STDIN:
        return sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>"
    try:
        with Path(source).open("rb") as file:
            return file.read(MAX_BYTES + 1), os.fspath(source)
    except (OSError, ValueError) as error:  # a NUL in a path is a ValueError
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        name = os.fspath(source)
        raise InventoryError((Problem(Place(name, 1, 1), f"cannot be read: {shorten(reason, 200)}"),)) from error
