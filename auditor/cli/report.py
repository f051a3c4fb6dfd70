"""`auditor report`: a report written again, from a results file or from a run that history keeps. Nothing is probed."""

from pathlib import Path

import click

from auditor.cli.output import Output, OutputError, check_outputs, outputs_option, overwrite_option, write_all
from auditor.cli.source import find_report, state_dir_option

DEFAULT = Output("html", Path("report.html"))


class OutputFailedError(click.ClickException):
    """The report was found, and could not be written."""

    exit_code = 5


@click.command()
@click.argument("what", metavar="RUN|FILE")
@outputs_option
@overwrite_option
@state_dir_option
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
    found = find_report(what, state_dir)
    try:
        write_all(found, outputs, overwrite=overwrite)
    except OutputError as error:
        raise OutputFailedError(str(error)) from error
    if outputs == (DEFAULT,):
        click.echo(f"Report: {DEFAULT.path}")
