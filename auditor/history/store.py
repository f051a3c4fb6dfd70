"""The file of nights: runs, outcomes and findings in SQLite, written as they come and read back as a stream."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import TypeAdapter

from auditor.history.migration import HistoryError, migrate
from auditor.history.rows import RunLine, RunRecord, Stored, place_of
from auditor.model.finding import Finding
from auditor.model.outcome import Outcome
from auditor.model.report import AuditReport, CoverageLedger, RunInfo

__all__ = ["FILE_NAME", "RunLine", "RunRecord", "Store"]

#: Outcomes are committed in batches of this many, or with `flush`.
BATCH = 256

FILE_NAME = "history.sqlite3"

_KEEP_OUTCOME = (
    "INSERT OR REPLACE INTO outcomes (run, line, host, product, port, verdict, body, place) VALUES (?,?,?,?,?,?,?,?)"
)

#: Of two findings with one fingerprint the more severe is kept.
_KEEP_FINDING = (
    "INSERT INTO findings (run, rank, fingerprint, host, port, object, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (run, fingerprint) DO UPDATE SET rank = excluded.rank, host = excluded.host, body = excluded.body"
    " WHERE excluded.rank > rank"
)


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
        try:
            body = self._outcome.dump_json(outcome, warnings="error").decode()
        except ValueError as error:
            raise HistoryError(f"the outcome of {target.host}:{target.port} cannot be kept: {error}") from error
        self._pending.append(
            (run, target.asset.place.line, target.host, target.product, target.port, outcome.verdict.value, body,
             place_of(target))
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
            (
                run,
                found.severity.rank,
                found.fingerprint,
                found.host,
                found.port,
                found.object or "",
                self._finding.dump_json(found).decode(),
            )
            for found in findings
        )

    def flush(self) -> None:
        """Writes what is pending.

        Raises:
            HistoryError: it cannot be written.
        """
        if not self._pending and not self._pending_findings:
            return
        self._write(
            [
                (_KEEP_OUTCOME, self._pending),
                (_KEEP_FINDING, self._pending_findings),
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
        """The newest runs first.

        Raises:
            HistoryError: they cannot be read.
        """
        with self._reading("the runs"):
            rows = self._connection.execute(
                "SELECT id, estate, started, finished, complete,"
                " (SELECT count(*) FROM outcomes WHERE run = id), (SELECT count(*) FROM findings WHERE run = id)"
                " FROM runs WHERE ?1 IS NULL OR estate = ?1 ORDER BY started DESC, id DESC LIMIT ?2",
                (estate, limit),
            )
            return tuple(
                RunLine(
                    id=name,
                    estate=owner,
                    started=_moment(started),
                    finished=None if finished is None else _moment(finished),
                    complete=bool(done),
                    outcomes=seen,
                    findings=found,
                )
                for name, owner, started, finished, done, seen, found in rows
            )

    def find(self, word: str) -> str:
        """The id of the run that `word` means: a whole id, the unambiguous beginning of one, or "latest".

        Raises:
            HistoryError: none or several, or they cannot be read.
        """
        query, parameters = (
            ("SELECT id FROM runs ORDER BY started DESC, id DESC LIMIT 1", ())
            if word == "latest"
            else ("SELECT id FROM runs WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id <> ?1 LIMIT 2", (word,))
        )
        with self._reading("the runs"):
            rows = self._connection.execute(query, parameters).fetchall()
        if not rows or (len(rows) > 1 and rows[0][0] != word):
            raise HistoryError(f"{'no run' if not rows else 'more than one run'} '{word}' in {self.path}")
        return str(rows[0][0])

    def report(self, run: str) -> AuditReport:
        """A run as exporters see it; its outcomes and findings stream from the file whenever they are iterated.

        Raises:
            HistoryError: there is no such run, or its row cannot be read.
        """
        self.flush()
        with self._reading(f"run '{run}'"):
            row = self._connection.execute(
                "SELECT body, finished, complete, coverage FROM runs WHERE id = ?", (run,)
            ).fetchone()
            if row is None:
                raise HistoryError(f"no run '{run}' in {self.path}")
            record = self._run.validate_json(row[0])
            ledger = self._ledger.validate_json(row[3]) if row[3] else self._counted(run)
            finished = record.started if row[1] is None else _moment(row[1])
        return AuditReport(
            run=RunInfo(
                id=record.id,
                started=record.started,
                finished=finished,
                complete=bool(row[2]),
                version=record.version,
                profile=record.profile,
                vantage=record.vantage,
                sample=record.sample,
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
                "SELECT body FROM outcomes WHERE run = ? ORDER BY line, place, host, product, port",
                run,
                self._outcome.validate_json,
            ),
            findings=Stored(
                self.path,
                "SELECT body FROM findings WHERE run = ? ORDER BY rank DESC, host, port, object, fingerprint",
                run,
                self._finding.validate_json,
            ),
        )

    def _counted(self, run: str) -> CoverageLedger:
        """The ledger of a run that was killed before it wrote one: what was saved, and no more."""
        rows = self._connection.execute("SELECT verdict, count(*) FROM outcomes WHERE run = ? GROUP BY verdict", (run,))
        counts = dict(rows.fetchall())
        return self._ledger.validate_python({"targets": sum(counts.values()), "verdicts": counts})

    @contextmanager
    def _reading(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError, OverflowError, OSError) as error:  # also a time or a text that is none
            raise HistoryError(f"{what} in {self.path} cannot be read: {error}") from error

    def _write(self, statements: Sequence[tuple[str, Sequence[tuple[Any, ...]]]]) -> None:
        try:
            with self._connection:
                for statement, rows in statements:
                    self._connection.executemany(statement, rows)
        except (sqlite3.Error, UnicodeError) as error:
            raise HistoryError(f"the history {self.path} cannot be written: {error}") from error


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
