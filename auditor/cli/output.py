"""`-o FORMAT[=PATH]`: the same in every command that has a report to write."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from auditor import plugins
from auditor.export.file import FileError, atomic, check
from auditor.export.interface import ExportError, Exporter, ExportOptions
from auditor.model.report import AuditReport

Command = TypeVar("Command", bound=Callable[..., Any])


class OutputError(Exception):
    """An output could not be written; the others were. The message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Output:
    """One output: an exporter's format and where to; None is standard output."""

    format: str
    path: Path | None


class OutputType(click.ParamType):
    """FORMAT or FORMAT=PATH."""

    name = "format[=path]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """The output, once its format is known to have an exporter."""
        form, separator, path = str(value).partition("=")
        known = plugins.names("exporters")
        if form not in known:
            self.fail(f"'{form}' is no format; there are: {', '.join(known)}", param, ctx)
        if separator and not path:
            self.fail(f"'{value}' names no path after '='", param, ctx)
        return Output(form, Path(path) if path and path != "-" else None)


outputs_option = click.option(
    "-o",
    "outputs",
    multiple=True,
    type=OutputType(),
    metavar="FORMAT[=PATH]",
    help="Write the report as html, json, … to PATH, or to standard output (repeatable).",
)


def check_outputs(outputs: Sequence[Output], *, overwrite: bool) -> None:
    """Refuses what would fail at the end of a long run: an existing file, a folder that is not there, two on one path.

    Raises:
        UsageError: with a sentence; nothing has been done yet.
    """
    paths = [output.path for output in outputs if output.path is not None]
    if len(outputs) - len(paths) > 1:
        raise click.UsageError("only one output can go to standard output")
    for number, path in enumerate(paths):
        if path.absolute() in (other.absolute() for other in paths[:number]):
            raise click.UsageError(f"two outputs go to {path}")
        try:
            check(path, overwrite=overwrite)
        except FileError as error:
            raise click.UsageError(str(error)) from error


def write_all(
    report: AuditReport, outputs: Sequence[Output], *, overwrite: bool, options: ExportOptions | None = None
) -> None:
    """Writes every output; one that fails keeps none of the others from being written.

    Raises:
        OutputError: with a sentence for each that failed.
        PluginError: an exporter cannot be loaded.
    """
    failed: list[str] = []
    for output in outputs:
        exporter: Exporter = plugins.load("exporters", output.format)(options or ExportOptions())
        try:
            if output.path is None:
                exporter.write(report, sys.stdout.buffer)
                sys.stdout.buffer.flush()
            else:
                with atomic(output.path, overwrite=overwrite) as sink:
                    exporter.write(report, sink)
        except (FileError, ExportError, OSError) as error:
            failed.append(f"{output.format} was not written: {error}")
    if failed:
        raise OutputError("; ".join(failed))
