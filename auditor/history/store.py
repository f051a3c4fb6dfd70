"""The file of nights: runs, outcomes and findings in SQLite, written as they come and read back as a stream."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from pydantic import TypeAdapter

from auditor.history.migration import HistoryError, migrate
from auditor.model.finding import Finding
from auditor.model.outcome import Outcome
from auditor.model.plan import RequestTemplate
from auditor.model.report import AuditReport, CoverageLedger, InventoryRef, RunInfo
from auditor.model.target import Authorization, Estate, Scope

#: Outcomes are committed in batches of this many, or with `flush`.
BATCH = 256

FILE_NAME = "history.sqlite3"

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
    """Rows of one run, decoded one by one each time they are iterated: a report of any size streams from here."""

    path: Path
    query: str
    run: str
    decode: Callable[[str], Body]

    def __iter__(self) -> Iterator[Body]:
        with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            for (body,) in connection.execute(self.query, (self.run,)):
                yield self.decode(body)


class Store:
    """An open history. Not shared between threads; several processes may read while one writes."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path
        self._pending: list[tuple[Any, ...]] = []
        self._pending_findings: list[tuple[Any, ...]] = []
        self._outcome = TypeAdapter(Outcome)
        self._finding = TypeAdapter(Finding)
        self._run = TypeAdapter(RunRecord)
        self._ledger = TypeAdapter(CoverageLedger)

    @classmethod
    def open(cls, state_dir: Path) -> "Store":
        """Opens the history in that folder, made if absent (0700, the file 0600), and brings its schema up to date.

        Raises:
            HistoryError: it cannot be made or read, is damaged, is not ours, or was written by a newer version.
        """
        path = state_dir / FILE_NAME
        try:
            state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            connection = sqlite3.connect(path)
        except (OSError, sqlite3.Error) as error:
            raise HistoryError(f"the history {path} cannot be opened: {error}") from error
        try:
            migrate(connection, path)
            connection.execute("PRAGMA foreign_keys = ON")
        except sqlite3.Error as error:
            connection.close()
            raise HistoryError(f"the history {path} is damaged or no database: {error}") from error
        except HistoryError:
            connection.close()
            raise
        return cls(connection, path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def begin(self, run: RunRecord) -> None:
        """Opens a run, so that what follows is not lost even if the process is killed.

        Raises:
            HistoryError: it cannot be written.
        """
        body = self._run.dump_json(run).decode()
        self._write(
            [("INSERT INTO runs (id, estate, started, body) VALUES (?, ?, ?, ?)",
              [(run.id, run.estate.id, run.started.timestamp(), body)])]
        )  # fmt: skip

    def add(self, run: str, outcome: Outcome, findings: Sequence[Finding]) -> None:
        """Keeps an outcome and its findings; they are on disk after `BATCH` of them or `flush`.

        Raises:
            HistoryError: they cannot be written.
        """
        target = outcome.target
        self._pending.append(
            (run, target.asset.place.line, target.host, target.product, target.port, outcome.verdict.value,
             self._outcome.dump_json(outcome).decode())
        )  # fmt: skip
        self.add_findings(run, findings)
        if len(self._pending) >= BATCH:
            self.flush()

    def add_findings(self, run: str, findings: Sequence[Finding]) -> None:
        """Keeps findings that belong to no single outcome.

        Raises:
            HistoryError: they cannot be written.
        """
        self._pending_findings.extend(
            (run, found.severity.rank, found.fingerprint, found.host, self._finding.dump_json(found).decode())
            for found in findings
        )

    def flush(self) -> None:
        """Writes what is pending.

        Raises:
            HistoryError: it cannot be written.
        """
        self._write(
            [
                ("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?)", self._pending),
                ("INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?)", self._pending_findings),
            ]
        )
        self._pending.clear()
        self._pending_findings.clear()

    def finish(self, run: str, *, finished: datetime, complete: bool, coverage: CoverageLedger) -> None:
        """Closes a run with its ledger.

        Raises:
            HistoryError: it cannot be written.
        """
        self.flush()
        ledger = self._ledger.dump_json(coverage).decode()
        self._write(
            [("UPDATE runs SET finished = ?, complete = ?, coverage = ? WHERE id = ?",
              [(finished.timestamp(), int(complete), ledger, run)])]
        )  # fmt: skip

    def runs(self, *, estate: str | None = None, limit: int = 1_000) -> tuple[RunLine, ...]:
        """The newest runs first."""
        rows = self._connection.execute(
            "SELECT id, estate, started, finished, complete,"
            " (SELECT count(*) FROM outcomes WHERE run = id), (SELECT count(*) FROM findings WHERE run = id)"
            " FROM runs WHERE ?1 IS NULL OR estate = ?1 ORDER BY started DESC, id DESC LIMIT ?2",
            (estate, limit),
        )
        return tuple(
            RunLine(
                name, owner, _moment(started), None if finished is None else _moment(finished), bool(done), seen, found
            )
            for name, owner, started, finished, done, seen, found in rows
        )

    def find(self, word: str) -> str:
        """The id of the run that `word` means: a whole id, the unambiguous beginning of one, or "latest".

        Raises:
            HistoryError: none or several.
        """
        if word == "latest":
            rows = self._connection.execute("SELECT id FROM runs ORDER BY started DESC, id DESC LIMIT 1").fetchall()
        else:
            rows = self._connection.execute(
                "SELECT id FROM runs WHERE id = ?1 OR substr(id, 1, length(?1)) = ?1 ORDER BY id <> ?1 LIMIT 2", (word,)
            ).fetchall()
        if not rows or (len(rows) > 1 and rows[0][0] != word):
            raise HistoryError(f"{'no run' if not rows else 'more than one run'} '{word}' in {self.path}")
        return str(rows[0][0])

    def report(self, run: str) -> AuditReport:
        """A run as exporters see it; its outcomes and findings stream from the file whenever they are iterated.

        Raises:
            HistoryError: there is no such run, or its row cannot be read.
        """
        self.flush()
        row = self._connection.execute(
            "SELECT body, finished, complete, coverage FROM runs WHERE id = ?", (run,)
        ).fetchone()
        if row is None:
            raise HistoryError(f"no run '{run}' in {self.path}")
        try:
            record = self._run.validate_json(row[0])
            ledger = self._ledger.validate_json(row[3]) if row[3] else self._counted(run)
        except ValueError as error:
            raise HistoryError(f"run '{run}' in {self.path} cannot be read: {error}") from error
        return AuditReport(
            run=RunInfo(
                id=record.id,
                started=record.started,
                finished=_moment(row[1]) if row[1] is not None else record.started,
                complete=bool(row[2]),
                version=record.version,
                profile=record.profile,
                vantage=record.vantage,
            ),
            estate=record.estate,
            authorization=record.authorization,
            inventory=record.inventory,
            coverage=ledger,
            scope=record.scope,
            requests=record.requests,
            classification=record.classification,
            outcomes=Stored(
                self.path,
                "SELECT body FROM outcomes WHERE run = ? ORDER BY line, host, product, port",
                run,
                self._outcome.validate_json,
            ),
            findings=Stored(
                self.path,
                "SELECT body FROM findings WHERE run = ? ORDER BY rank DESC, host, fingerprint",
                run,
                self._finding.validate_json,
            ),
        )

    def _counted(self, run: str) -> CoverageLedger:
        """The ledger of a run that was killed before it wrote one: what was saved, and no more."""
        rows = self._connection.execute("SELECT verdict, count(*) FROM outcomes WHERE run = ? GROUP BY verdict", (run,))
        counts = dict(rows.fetchall())
        return self._ledger.validate_python({"targets": sum(counts.values()), "verdicts": counts})

    def _write(self, statements: Sequence[tuple[str, Sequence[tuple[Any, ...]]]]) -> None:
        try:
            with self._connection:
                for statement, rows in statements:
                    self._connection.executemany(statement, rows)
        except (sqlite3.Error, UnicodeError) as error:
            raise HistoryError(f"the history {self.path} cannot be written: {error}") from error


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
