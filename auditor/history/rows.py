"""What history hands out: a run before its first packet, a run in a list, and the rows of a run as a stream."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Generic, TypeVar

from auditor.history.migration import HistoryError
from auditor.model.plan import RequestTemplate
from auditor.model.report import InventoryRef
from auditor.model.target import Authorization, Estate, Scope, Target

Body = TypeVar("Body")


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What is known of a run before its first packet."""

    id: str
    started: datetime
    version: str
    profile: str
    vantage: str | None
    estate: Estate
    authorization: Authorization
    inventory: InventoryRef
    scope: Scope | None
    requests: tuple[RequestTemplate, ...] = ()
    classification: str | None = None
    sample: int = 0


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in a list. `finished` is None where it was killed; the counts are of what was saved."""

    id: str
    estate: str
    started: datetime
    finished: datetime | None
    complete: bool
    outcomes: int
    findings: int


@dataclass(frozen=True, slots=True)
class Stored(Generic[Body]):
    """Rows of one run, decoded one by one each time they are iterated: a report of any size streams from here.

    Iterating raises HistoryError where the file cannot be read, or a row of it is damaged.
    """

    path: Path
    query: str
    run: str
    decode: Callable[[str], Body]

    def __iter__(self) -> Iterator[Body]:
        try:
            with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
                for (body,) in connection.execute(self.query, (self.run,)):
                    yield self.decode(body)
        except (sqlite3.Error, ValueError) as error:  # pydantic's ValidationError is a ValueError
            raise HistoryError(f"run '{self.run}' in {self.path} cannot be read: {error}") from error


def place_of(target: Target) -> str:
    """What sorts the targets of one line of the inventory: an address by its number, IPv4 first; a name by itself."""
    if target.named:
        return target.host
    address = ip_address(target.host)
    return f"{address.version}:{int(address):032x}"
