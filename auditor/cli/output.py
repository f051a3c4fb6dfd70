"""`-o FORMAT[=PATH]`: what is written where, the same in every command that writes a report."""

import contextlib
import functools
import logging
import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click

from auditor import plugins
from auditor.export.file import FileError, atomic, check
from auditor.export.interface import Exporter, ExportError, ExportOptions
from auditor.model.report import AuditReport

Command = TypeVar("Command", bound=Callable[..., Any])

_log = logging.getLogger(__name__)


class OutputError(Exception):
    """One output or several could not be written; the others were. One sentence a line."""


@dataclass(frozen=True, slots=True)
class Output:
    """A format and where it goes; None stands for standard output."""

    format: str
    path: Path | None = None

    def __str__(self) -> str:
        return self.format if self.path is None else f"{self.format}={self.path}"


def parse(text: str, known: Collection[str] | None = None) -> Output:
    """FORMAT or FORMAT=PATH; `-` stands for standard output. Without `known` the formats are the exporters'.

    Raises:
        BadParameter: there is no such format, or the path is empty.
    """
    form, equals, path = text.partition("=")
    known = plugins.names("exporters") if known is None else known
    if form not in known:
        raise click.BadParameter(f"there is no format '{form}'; there are: {', '.join(known)}")
    if equals and not path:
        raise click.BadParameter(f"'{text}' names no file after the =")
    return Output(form, Path(path) if path and path != "-" else None)


def outputs_option(command: Command) -> Command:
    """Gives a command `-o`, as its parameter `outputs`, and refuses at its start what could not be written at its end.

    The command has an `--overwrite` of its own (`overwrite_option`). A `--dry-run` writes nothing: it is let through.
    """

    @functools.wraps(command)
    def checked(*args: Any, **chosen: Any) -> Any:
        if not chosen.get("dry_run"):
            check_outputs(chosen["outputs"], overwrite=chosen["overwrite"])
        return command(*args, **chosen)

    option = click.option(
        "-o",
        "--output",
        "outputs",
        callback=lambda ctx, param, texts: tuple(parse(text) for text in texts),
        multiple=True,
        metavar="FORMAT[=PATH]",
        help="Write the report, to PATH or to standard output (repeatable): html, json, or what a plugin brings.",
    )
    return option(checked)  # type: ignore[return-value]  # wraps keeps the command's own signature


def overwrite_option(command: Command) -> Command:
    """Gives a command `--overwrite`."""
    return click.option("--overwrite", is_flag=True, help="Replace output files that exist.")(command)


def check_outputs(outputs: Sequence[Output], *, overwrite: bool) -> None:
    """Whether all of `outputs` can be written, as far as that can be told beforehand.

    Raises:
        UsageError: two go to one place, an exporter cannot be had, or a file may not be written.
    """
    check_places(outputs, overwrite=overwrite)
    for output in outputs:
        try:
            plugins.load("exporters", output.format)
        except plugins.PluginError as error:
            raise click.UsageError(f"-o: {error}") from error


def check_places(outputs: Sequence[Output], *, overwrite: bool) -> None:
    """Whether each of `outputs` has a place of its own that can be written, as far as that can be told beforehand.

    Raises:
        UsageError: two go to one place, or a file may not be written.
    """
    for number, output in enumerate(outputs):
        if output.path in (other.path for other in outputs[:number]):
            raise click.UsageError(f"-o: two outputs go to {output.path or 'standard output'}")
        try:
            if output.path is not None:
                check(output.path, overwrite=overwrite)
        except FileError as error:
            raise click.UsageError(f"-o: {error}") from error


def write_all(
    report: AuditReport, outputs: Sequence[Output], *, overwrite: bool = False, options: ExportOptions | None = None
) -> None:
    """Writes `report` to each of `outputs`; one that fails keeps none of the others from being written.

    Raises:
        OutputError: some could not be written.
    """
    problems: list[str] = []
    for output in outputs:
        try:
            exporter: Exporter = plugins.load("exporters", output.format)(options or ExportOptions())
            with sink_of(output, overwrite=overwrite) as sink:
                exporter.write(report, sink)
        except (plugins.PluginError, FileError) as error:
            problems.append(str(error))
        except (ExportError, OSError) as error:
            problems.append(f"{output}: {error}")
        # An exporter may be anyone's; the night's other outputs are not its to lose.
        except Exception as error:  # noqa: BLE001 - said above
            _log.exception("-o %s failed", output)
            problems.append(f"{output}: failed: {type(error).__name__}: {error}")
    if problems:
        raise OutputError("\n".join(problems))


@contextlib.contextmanager
def sink_of(output: Output, *, overwrite: bool) -> Iterator[BinaryIO]:
    """Where `output` goes: a file that is written as a whole or not at all, or standard output.

    Raises:
        FileError: the file cannot be written.
        OSError: standard output takes no more.
    """
    if output.path is not None:
        with atomic(output.path, overwrite=overwrite) as sink:
            yield sink
        return
    with standard_output() as sink:
        yield sink


@contextlib.contextmanager
def standard_output() -> Iterator[BinaryIO]:
    """Standard output as a sink, flushed when the block ends; whoever reads it may leave early.

    Raises:
        OSError: it takes no more.
    """
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever read us has seen enough; what is still buffered must not fail once more when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
