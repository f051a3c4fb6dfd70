"""What `auditor classify` writes: a table for people, JSON lines and JSON for programs, CSV for spreadsheets."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from rich.cells import cell_len

from auditor.cli.explain_text import record_told
from auditor.cli.output import Output
from auditor.export.json_v1_elements import record_document
from auditor.export.visible import visible
from auditor.model.dataset import FieldFinding, RecordFinding
from auditor.pii.mappings import NamedMapping

#: A spreadsheet may take a cell that begins so for a formula; the wide forms are typed in Chinese and Japanese.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WIDEST = 48  # columns of the table that a name or its categories may push the rest to


@dataclass(frozen=True, slots=True)
class Judged:
    """One mapping, its fields that look personal, and what its records are as a whole where that is known."""

    mapping: NamedMapping
    findings: tuple[FieldFinding, ...]
    record: RecordFinding | None

    @property
    def heading(self) -> str:
        """How many look personal, in a line."""
        read = len(self.mapping.fields)
        of = f"the first {read:,} fields look personal; there are more, not judged" if self.mapping.truncated else ""
        return f"{visible(self.mapping.id)}: {len(self.findings)} of {of or f'{read:,} fields look personal'}"


class Writer(Protocol):
    """Writes judged mappings in one format, each as it comes."""

    def write(self, judged: Judged) -> bytes:
        """The bytes for one mapping."""
        ...

    def end(self) -> bytes:
        """The bytes after the last."""
        ...


class Lines:
    """`jsonl`: {"id", "fields": {path: [category, …]}}, one mapping a line."""

    def write(self, judged: Judged) -> bytes:
        """One line."""
        fields = {finding.field: list(finding.categories) for finding in judged.findings}
        return (json.dumps({"id": judged.mapping.id, "fields": fields}, ensure_ascii=False) + "\n").encode()

    def end(self) -> bytes:
        """Nothing."""
        return b""


class Json:
    """`json`: a list of mappings, each field with confidence and reason."""

    def __init__(self) -> None:
        self._before = "[\n"

    def write(self, judged: Judged) -> bytes:
        """One entry of the list."""
        personal = [
            {
                "field": finding.field,
                "categories": list(finding.categories),
                "confidence": finding.confidence,
                "why": finding.why,
            }
            for finding in judged.findings
        ]
        mapping = judged.mapping
        told: dict[str, Any] = {"id": mapping.id, "fields": len(mapping.fields), "truncated": mapping.truncated}
        told["personal"] = personal
        if judged.record is not None:
            told["record"] = record_document(judged.record)
        text = json.dumps(told, ensure_ascii=False, indent=2).replace("\n", "\n  ")
        before, self._before = self._before, ",\n"
        return f"{before}  {text}".encode()

    def end(self) -> bytes:
        """The end of the list."""
        return b"\n]\n"


class Csv:
    """`csv`: a row for each field that looks personal; with the mark by which spreadsheets know UTF-8."""

    def __init__(self) -> None:
        self._before = (
            "\ufeff" + _row("mapping", "field", "type", "categories", "confidence", "why", "record")
        ).encode()

    def write(self, judged: Judged) -> bytes:
        """The rows of one mapping."""
        types = {field.path: field.type for field in judged.mapping.fields}
        rows = "".join(
            _row(
                judged.mapping.id,
                finding.field,
                types[finding.field],
                "; ".join(finding.categories),
                f"{finding.confidence:.2f}",
                finding.why,
                judged.record.kind.title if judged.record else "",
            )
            for finding in judged.findings
        )
        before, self._before = self._before, b""
        return before + rows.encode()

    def end(self) -> bytes:
        """The headings alone, where there was no mapping."""
        return self._before


class Table:
    """`table`: for reading, in a pipe or a file."""

    def __init__(self) -> None:
        self._mappings = self._personal = 0

    def write(self, judged: Judged) -> bytes:
        """A heading and a line for each field, in columns."""
        self._mappings += 1
        self._personal += bool(judged.findings)
        return self._drawn(judged).encode()

    def end(self) -> bytes:
        """How many of several mappings look personal."""
        if self._mappings < 2:
            return b""
        return f"{self._personal} of {self._mappings:,} mappings have fields that look personal\n".encode()

    def _drawn(self, judged: Judged) -> str:
        rows = list(_cells(judged))
        widths = [min(max((cell_len(row[column]) for row in rows), default=0), _WIDEST) for column in range(2)]
        lines = [
            f"  {_padded(field, widths[0])}  {_padded(categories, widths[1])}  {confidence}  {why}"
            for field, categories, confidence, why in rows
        ]
        record = [] if judged.record is None else [f"  {record_told(judged.record)}"]
        return "\n".join([judged.heading, *record, *lines, ""])


class ColourTable(Table):
    """`table` on a terminal: the same in colour, long reasons folded."""

    def __init__(self, *, colour: bool) -> None:
        super().__init__()
        self._colour = colour

    def _drawn(self, judged: Judged) -> str:
        from rich.console import Console  # noqa: PLC0415 - a pipe needs none of it
        from rich.padding import Padding  # noqa: PLC0415 - as above
        from rich.table import Table as Grid  # noqa: PLC0415 - as above
        from rich.text import Text  # noqa: PLC0415 - as above

        grid = Grid(box=None, padding=(0, 1, 0, 1), show_header=False, show_edge=False)
        for style in ("bold", "cyan", "", "dim"):
            grid.add_column(style=style, overflow="fold")
        for field, categories, confidence, why in _cells(judged):
            style = "red" if float(confidence) >= 0.9 else "yellow"
            grid.add_row(Text(field), Text(categories), Text(confidence, style=style), Text(why))
        console = Console(file=io.StringIO(), force_terminal=True, no_color=not self._colour or None)
        console.print(Text(judged.heading, style="bold" if judged.findings else ""))
        if judged.record is not None:
            console.print(Padding(Text(record_told(judged.record), style="yellow"), (0, 0, 0, 2)))
        if judged.findings:
            console.print(grid)
        assert isinstance(console.file, io.StringIO)
        return console.file.getvalue()


FORMATS: dict[str, Callable[[], Writer]] = {"table": Table, "jsonl": Lines, "json": Json, "csv": Csv}


class Outlet:
    """A writer and the sink it writes to; whoever reads standard output may leave early, the files are written."""

    def __init__(self, output: Output, writer: Writer, sink: BinaryIO) -> None:
        self._writer = writer
        self._sink = sink
        self._piped = output.path is None
        self.left = False  # whoever read it is gone

    def write(self, judged: Judged) -> None:
        """Writes one mapping.

        Raises:
            OSError: the sink takes no more.
        """
        self._put(self._writer.write(judged))

    def end(self) -> None:
        """Writes what comes after the last.

        Raises:
            OSError: as `write`.
        """
        self._put(self._writer.end())

    def _put(self, data: bytes) -> None:
        if self.left:
            return
        try:
            self._sink.write(data)
            if self._piped:
                self._sink.flush()
        except BrokenPipeError:
            if not self._piped:
                raise
            self.left = True


def _cells(judged: Judged) -> Iterator[tuple[str, str, str, str]]:
    for finding in judged.findings:
        categories = ", ".join(finding.categories)
        yield visible(finding.field), categories, f"{finding.confidence:.2f}", visible(finding.why, 400)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _row(*cells: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_defused(visible(cell, 1_000)) for cell in cells])
    return line.getvalue()


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
