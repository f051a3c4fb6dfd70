"""The report's long tables: which column shows which part of a row, for the templates and the page's script alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from auditor.export.rows import FieldRow, FindingRow, GapRow, ObjectRow, ShieldRow

STATIC_ROWS = 500  # written out for readers and printers without a script; the script has them all


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` says how a cell is drawn, `parts` which places of the row it takes.

    `facet` offers the column's values as a filter. `via` takes the parts from the object's row that a field belongs to.
    """

    label: str
    kind: str
    parts: tuple[int, ...]
    facet: bool = False
    via: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its id in the page, its caption, columns and rows."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[NamedTuple]

    @property
    def static(self) -> Sequence[NamedTuple]:
        """The rows that are written out."""
        return self.rows[:STATIC_ROWS]


def _parts(row: type[NamedTuple], *names: str) -> tuple[int, ...]:
    return tuple(row._fields.index(name) for name in names)


FINDINGS = (
    Column("Severity", "severity", _parts(FindingRow, "severity"), facet=True),
    Column("Finding", "finding", _parts(FindingRow, "title", "key")),
    Column("Host and port", "endpoint", _parts(FindingRow, "host", "port")),
    Column("Product", "text", _parts(FindingRow, "product"), facet=True),
    Column("Object", "name", _parts(FindingRow, "object")),
    Column("Owner", "name", _parts(FindingRow, "owner"), facet=True),
    Column("Records", "number", _parts(FindingRow, "records")),
)

OBJECTS = (
    Column("Object", "name", _parts(ObjectRow, "object")),
    Column("Kind", "text", _parts(ObjectRow, "kind"), facet=True),
    Column("Host and port", "endpoint", _parts(ObjectRow, "host", "port")),
    Column("Owner", "name", _parts(ObjectRow, "owner"), facet=True),
    Column("Categories", "prose", _parts(ObjectRow, "categories")),
    Column("Fields", "number", _parts(ObjectRow, "fields")),
    Column("Records", "number", _parts(ObjectRow, "records")),
)

FIELDS = (
    Column("Object", "name", _parts(ObjectRow, "object"), via=True),
    Column("Host and port", "endpoint", _parts(ObjectRow, "host", "port"), via=True),
    Column("Field", "code", _parts(FieldRow, "field")),
    Column("Category", "text", _parts(FieldRow, "categories"), facet=True),
    Column("Confidence", "percent", _parts(FieldRow, "confidence")),
    Column("Reason", "prose", _parts(FieldRow, "why")),
)

GAPS = (
    Column("Verdict", "verdict", _parts(GapRow, "verdict"), facet=True),
    Column("Host", "name", _parts(GapRow, "host")),
    Column("Ports", "text", _parts(GapRow, "ports")),
    Column("Owner", "name", _parts(GapRow, "owner"), facet=True),
    Column("Why", "prose", _parts(GapRow, "why")),
)

SHIELDS = (
    Column("Verdict", "verdict", _parts(ShieldRow, "verdict"), facet=True),
    Column("Host and port", "endpoint", _parts(ShieldRow, "host", "port")),
    Column("Product", "text", _parts(ShieldRow, "product"), facet=True),
    Column("Answered by", "name", _parts(ShieldRow, "service")),
    Column("Login asked by", "name", _parts(ShieldRow, "asked_by"), facet=True),
    Column("Owner", "name", _parts(ShieldRow, "owner"), facet=True),
)
