"""The report that a user means by RUN or FILE: one that history keeps, or a results file that `-o json` wrote."""

import sys
from pathlib import Path

import click

from auditor.export.json_v1 import ResultsError, read
from auditor.model.report import AuditReport

state_dir_option = click.option(
    "--state-dir", envvar="AUDITOR_STATE_DIR", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="Where the history lives.  [default: $STATE_DIRECTORY, or ~/.local/state/auditor]",
)  # fmt: skip


def find_report(what: str, state_dir: Path | None) -> AuditReport:
    """The report that `what` names: of a file where it looks like one or is there, else of a run.

    Raises:
        UsageError: there is none, or it cannot be read.
    """
    file = Path(what)
    if what == "-":
        return _read(None)
    if file.exists() or file.suffix == ".json" or len(file.parts) > 1:
        return _read(file)
    from auditor.cli.history import open_store  # noqa: PLC0415 - a file is read without opening a history
    from auditor.history.migration import HistoryError  # noqa: PLC0415 - as above

    with open_store(state_dir) as store:
        try:
            return store.report(store.find(what))
        except HistoryError as error:
            raise click.UsageError(str(error)) from error


def _read(file: Path | None) -> AuditReport:
    name = "standard input" if file is None else str(file)
    try:
        if file is None:
            return read(sys.stdin.buffer, name=name)
        with file.open("rb") as source:
            return read(source, name=name)
    except ResultsError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.UsageError(f"{name}: cannot be read: {error.strerror or error}") from error
