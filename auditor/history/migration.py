"""Brings a history file's schema up to date by the numbered files, and refuses files that are not ours."""

import sqlite3
from importlib.resources import files
from pathlib import Path

#: Marks the file as ours ("audi" in ASCII), so that a foreign database is never migrated.
APPLICATION_ID = 0x61756469


class HistoryError(Exception):
    """The history cannot be opened, read or written; the message is a sentence for the user."""


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Applies the numbered schema files that this database has not seen, each in one transaction.

    Raises:
        HistoryError: the file belongs to another program, or to a newer version of this one.
        sqlite3.Error: it is no database, or damaged.
    """
    steps = sorted(
        (entry for entry in (files("auditor.history") / "schema").iterdir() if entry.name.endswith(".sql")),
        key=lambda entry: entry.name,
    )
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and owner != APPLICATION_ID:
        raise HistoryError(f"{path} is a database of another program; choose another --state-dir")
    version = _version(connection)
    if version > len(steps):
        raise HistoryError(f"{path} was written by a newer version (schema {version}, this one knows {len(steps)})")
    connection.execute("PRAGMA journal_mode = WAL")
    while version < len(steps):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE; {steps[version].read_text(encoding='utf-8')}"
                f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version + 1}; COMMIT;"
            )
        except sqlite3.OperationalError:
            connection.rollback()
            if _version(connection) == version:
                raise
            # Two processes opened a new file at once, and the other was quicker: this step is done.
        version = _version(connection)


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)
