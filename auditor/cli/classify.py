"""`auditor classify`: says, offline, which fields of a mapping look personal."""

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TextIO, TypeAlias

import click

from auditor.cli.explain_text import record_told
from auditor.export.json_v1_elements import record_document
from auditor.model.dataset import FieldFinding, RecordFinding
from auditor.pii import builtin_rules
from auditor.pii.classify import Classifier
from auditor.pii.mapping_file import MappingError, NamedMapping, read

FORMATS = ("table", "jsonl", "json")

Judged: TypeAlias = tuple[NamedMapping, tuple[FieldFinding, ...], RecordFinding | None]


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "-o",
    "--output",
    "output",
    default="table",
    show_default=True,
    metavar="FORMAT[=PATH]",
    help=f"One of {', '.join(FORMATS)}; with =PATH into a file.",
)
@click.option("--overwrite", is_flag=True, help="Replace the output file if it is there.")
def classify(files: tuple[str, ...], output: str, *, overwrite: bool) -> None:
    """Say which fields of a mapping look personal, by their names alone. Nothing is asked of any server.

    FILE is an Elasticsearch index mapping, the answer of _field_caps, or JSON lines of {"id", "fields": [{"path",
    "type"}]}; `-` is standard input. With -o jsonl one line a mapping comes out:
    {"id", "fields": {path: [category, …]}}.
    """
    form, _, path = output.partition("=")
    if form not in FORMATS:
        raise click.UsageError(f"-o: there is no format '{form}'; there are: {', '.join(FORMATS)}")
    if path and not overwrite and Path(path).exists():
        raise click.UsageError(f"-o: {path} is there already; --overwrite replaces it")
    try:
        mappings = [mapping for file in files for mapping in _mappings(file)]
    except MappingError as error:
        raise click.UsageError(str(error)) from error
    classifier = Classifier([builtin_rules()])
    judged = (_judged(mapping, classifier) for mapping in mappings)
    with Path(path).open("w", encoding="utf-8") if path else nullcontext(sys.stdout) as sink:
        _write(form, judged, sink)


def _mappings(file: str) -> Iterator[NamedMapping]:
    shown, name = ("standard input", "") if file == "-" else (file, Path(file).stem)
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise MappingError(f"{shown}: cannot be read: {error.strerror or error}") from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MappingError(f"{shown}:{line}: this is not UTF-8") from error
    return read(text, file=shown, name=name)


def _judged(mapping: NamedMapping, classifier: Classifier) -> Judged:
    findings = classifier.classify(mapping.id, mapping.fields)
    return mapping, findings, classifier.record(mapping.id, mapping.fields, findings)


def _write(form: str, judged: Iterator[Judged], sink: TextIO) -> None:
    match form:
        case "jsonl":
            for mapping, findings, _ in judged:
                fields = {finding.field: list(finding.categories) for finding in findings}
                sink.write(json.dumps({"id": mapping.id, "fields": fields}, ensure_ascii=False) + "\n")
        case "json":
            json.dump([_told(*one) for one in judged], sink, ensure_ascii=False, indent=2)
            sink.write("\n")
        case _:
            for mapping, findings, record in judged:
                sink.write(f"{_shown(mapping.id)}: {len(findings)} of {len(mapping.fields)} fields look personal\n")
                if record is not None:
                    sink.write(f"  {_shown(record_told(record))}\n")
                for finding in findings:
                    kinds = ", ".join(finding.categories)
                    sink.write(f"  {_shown(finding.field)}  {kinds}  {finding.confidence:.2f}  {_shown(finding.why)}\n")


def _told(mapping: NamedMapping, findings: tuple[FieldFinding, ...], record: RecordFinding | None) -> dict[str, object]:
    personal = [
        {
            "field": finding.field,
            "categories": list(finding.categories),
            "confidence": finding.confidence,
            "why": finding.why,
        }
        for finding in findings
    ]
    told: dict[str, object] = {"id": mapping.id, "fields": len(mapping.fields), "personal": personal}
    return told if record is None else told | {"record": record_document(record)}


def _shown(text: str) -> str:
    """The text with control and direction characters made visible: names come from servers."""
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text)
