"""`auditor classify`: says, offline, which fields of a mapping look personal."""

import contextlib
import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from auditor.cli.classified import FORMATS, ColourTable, Judged, Outlet, Writer
from auditor.cli.output import Output, check_places, overwrite_option, parse, sink_of
from auditor.cli.rules import packs_of, rules_option
from auditor.export.file import FileError
from auditor.export.visible import visible
from auditor.pii.classify import Classifier
from auditor.pii.mappings import Form, MappingError, NamedMapping, read
from auditor.pii.packs import RuleFile

UNREAD_CODE = 2


class OutputFailedError(click.ClickException):
    """All was judged, and could not be written."""

    exit_code = 5


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "--from",
    "form",
    type=click.Choice([form.value for form in Form]),
    help="Read every FILE as this, whatever it looks like.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    callback=lambda ctx, param, texts: tuple(parse(text, FORMATS) for text in texts),
    multiple=True,
    metavar="FORMAT[=PATH]",
    help=f"Write {', '.join(FORMATS)}, to PATH or to standard output (repeatable).  [default: table]",
)
@overwrite_option
@rules_option
@click.option("--no-color", is_flag=True, help="No colours (NO_COLOR is honoured too).")
def classify(
    files: tuple[str, ...],
    form: str | None,
    outputs: tuple[Output, ...],
    rules: tuple[RuleFile, ...],
    *,
    overwrite: bool,
    no_color: bool,
) -> None:
    """Say which fields of a schema look personal, by their names and types alone. Nothing is asked of any server.

    FILE is what you have of an index, a collection or a table (- is standard input): a mapping or a template of
    Elasticsearch, an answer of _field_caps, the schema that Compass exports or that mongosh, variety or a validator
    tells, JSON Schema, SQL, or JSON lines of {"id", "fields": [{"path", "type"}]}. The content tells which. Documents
    with values are refused.

    \b
    curl -s localhost:9200/people/_mapping | auditor classify -
    auditor classify schema.sql -o csv=personal.csv
    auditor classify mappings.jsonl -o jsonl

    With -o jsonl one line a mapping comes out: {"id", "fields": {path: [category, …]}}. What cannot be read is said
    with its line, the rest is judged, and the exit code is 2; it is 5 where an output failed.
    """  # noqa: D301 - click wants the character itself
    outputs = outputs or (Output("table"),)
    check_places(outputs, overwrite=overwrite)
    classifier = Classifier(packs_of(rules))
    unread = _Unread()
    judged = (
        _judged(mapping, classifier)
        for file in files
        for mapping in unread.mappings(file, Form(form) if form else None)
    )
    try:
        _write(judged, outputs, overwrite=overwrite, colour=not no_color)
    except FileError as error:
        raise OutputFailedError(str(error)) from error
    except OSError as error:
        raise OutputFailedError(f"an output failed: {error.strerror or error}") from error
    if unread.any:
        sys.exit(UNREAD_CODE)


def _judged(mapping: NamedMapping, classifier: Classifier) -> Judged:
    findings = classifier.classify(mapping.id, mapping.fields)
    return Judged(mapping, findings, classifier.record(mapping.id, mapping.fields, findings))


class _Unread:
    """Reads files; one that cannot be read is said on standard error and keeps no other from being judged."""

    def __init__(self) -> None:
        self.any = False

    def mappings(self, file: str, form: Form | None) -> Iterator[NamedMapping]:
        shown, name = ("standard input", "") if file == "-" else (visible(file), _stem(file))
        try:
            with _open(file) as stream:
                for mapping in read(stream, file=shown, name=name, form=form):
                    if mapping.truncated:
                        said = f"has more fields than are read of one; the first {len(mapping.fields):,} are judged"
                        click.echo(f"{shown}: '{visible(mapping.id)}' {said}", err=True)
                    yield mapping
        except MappingError as error:
            self._say(str(error))
        except OSError as error:
            self._say(f"{shown}: cannot be read: {error.strerror or error}")

    def _say(self, sentence: str) -> None:
        self.any = True
        click.echo(f"Error: {sentence}", err=True)


def _stem(file: str) -> str:
    """What a file is called, as text: its bytes need not be UTF-8, those of an output must be."""
    return os.fsencode(Path(file).stem).decode("utf-8", "replace")


@contextlib.contextmanager
def _open(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with Path(file).open("rb") as stream:
        yield stream


def _write(judged: Iterator[Judged], outputs: tuple[Output, ...], *, overwrite: bool, colour: bool) -> None:
    """Writes each mapping as it comes; nothing at all, and no file, where none comes."""
    first = next(judged, None)
    if first is None:
        return
    with contextlib.ExitStack() as stack:
        outlets = [
            Outlet(output, _writer(output, colour=colour), stack.enter_context(sink_of(output, overwrite=overwrite)))
            for output in outputs
        ]
        for one in itertools.chain([first], judged):
            for outlet in outlets:
                outlet.write(one)
            if all(outlet.left for outlet in outlets):
                return
        for outlet in outlets:
            outlet.end()


def _writer(output: Output, *, colour: bool) -> Writer:
    if output.format == "table" and output.path is None and sys.stdout.isatty():
        return ColourTable(colour=colour)
    return FORMATS[output.format]()
