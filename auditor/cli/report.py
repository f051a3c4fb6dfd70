"""`auditor report`: a report written again, from a results file or from a run that history keeps. Nothing is probed."""

import sys
from pathlib import Path

import click

from auditor.cli.output import Output, OutputError, check_outputs, outputs_option, overwrite_option, write_all
from auditor.export.json_v1 import ResultsError, read
from auditor.model.report import AuditReport

DEFAULT = Output("html", Path("report.html"))


class OutputFailedError(click.ClickException):
    """The report was found, and could not be written."""

    exit_code = 5


@click.command()
@click.argument("what", metavar="RUN|FILE")
@outputs_option
@overwrite_option
@click.option(
    "--state-dir",
    envvar="AUDITOR_STATE_DIR",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the history lives.  [default: $STATE_DIRECTORY, or ~/.local/state/auditor]",
)
def report(what: str, outputs: tuple[Output, ...], *, overwrite: bool, state_dir: Path | None) -> None:
    """Render a report again, offline.

    FILE is a results file that -o json wrote, or - for standard input. RUN is a run that history keeps: its id, the
    beginning of one, or latest. Without -o the report goes to report.html.

    \b
    auditor report results.json -o html=report.html
    auditor report latest -o json
    """  # noqa: D301 - click wants the character itself
    if not outputs:
        outputs = (DEFAULT,)
        check_outputs(outputs, overwrite=overwrite)
    found = _find(what, state_dir)
    try:
        write_all(found, outputs, overwrite=overwrite)
    except OutputError as error:
        raise OutputFailedError(str(error)) from error
    if outputs == (DEFAULT,):
        click.echo(f"Report: {DEFAULT.path}")


def _find(what: str, state_dir: Path | None) -> AuditReport:
    """The report that `what` names: of a file where it looks like one or is there, else of a run."""
    file = Path(what)
    if what == "-":
        return _read(None)
    if file.exists() or file.suffix == ".json" or len(file.parts) > 1:
        return _read(file)
    from auditor.cli.history import open_store  # noqa: PLC0415 - a file is rendered without opening a history
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
