"""The report's long tables: which column shows which part of a row, for the templates and the page's script alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from auditor.export.rows import FieldRow, FindingRow, GapRow, ObjectRow, ShieldRow

WINDOW = 200  # rows that the page's script shows at a time
STATIC_ROWS = 500  # written out for readers and printers without a script; the script has them all


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` says how a cell is drawn, `parts` which places of the row it takes.

    `facet` is the part whose values are offered as a filter, under the label of `filter` or the column's own. `via`
    takes the parts from the object's row that a field belongs to.
    """

    label: str
    kind: str
    parts: tuple[int, ...]
    facet: int | None = None
    filter: str = ""
    via: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its id in the page, its caption, columns and rows."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[NamedTuple]

    @property
    def first(self) -> Sequence[NamedTuple]:
        """The rows that every reader is given: the script's first window."""
        return self.rows[:WINDOW]

    @property
    def further(self) -> Sequence[NamedTuple]:
        """The rows that are written out besides, where no script shows them; a browser that runs it builds none."""
        return self.rows[WINDOW:STATIC_ROWS]


def _parts(row: type[NamedTuple], *names: str) -> tuple[int, ...]:
    return tuple(row._fields.index(name) for name in names)


def _facet(label: str, kind: str, row: type[NamedTuple], name: str) -> Column:
    """A column of one part that can be filtered by."""
    part = row._fields.index(name)
    return Column(label, kind, (part,), facet=part)


FINDINGS = (
    _facet("Severity", "severity", FindingRow, "severity"),
    Column("Finding", "finding", _parts(FindingRow, "title", "key")),
    Column(
        "Service",
        "endpoint",
        _parts(FindingRow, "host", "port", "product"),
        facet=FindingRow._fields.index("product"),
        filter="Product",
    ),
    Column("Object", "name", _parts(FindingRow, "object")),
    _facet("Owner", "name", FindingRow, "owner"),
    Column("Records", "number", _parts(FindingRow, "records")),
)

OBJECTS = (
    Column("Object", "name", _parts(ObjectRow, "object")),
    _facet("Kind of record", "text", ObjectRow, "record"),
    Column("Called out", "prose", _parts(ObjectRow, "called")),
    Column("Records", "number", _parts(ObjectRow, "records")),
    Column("Service", "endpoint", _parts(ObjectRow, "host", "port", "product")),
    _facet("Owner", "name", ObjectRow, "owner"),
    Column("Categories", "prose", _parts(ObjectRow, "categories")),
    Column("Fields", "number", _parts(ObjectRow, "fields")),
    _facet("Kind", "text", ObjectRow, "kind"),
)

FIELDS = (
    Column("Field", "code", _parts(FieldRow, "field")),
    _facet("Category", "text", FieldRow, "categories"),
    Column("Confidence", "percent", _parts(FieldRow, "confidence")),
    Column("Reason", "prose", _parts(FieldRow, "why")),
    Column("Object", "name", _parts(ObjectRow, "object"), via=True),
    Column("Service", "endpoint", _parts(ObjectRow, "host", "port"), via=True),
)
#: The same where a sample was taken of some field.
SAMPLED_FIELDS = (
    *FIELDS[:3],
    Column("Values of a sample", "prose", _parts(FieldRow, "counts")),
    *FIELDS[3:],
)

GAPS = (
    _facet("Verdict", "verdict", GapRow, "verdict"),
    Column("Host", "name", _parts(GapRow, "host")),
    Column("Ports", "text", _parts(GapRow, "ports")),
    _facet("Owner", "name", GapRow, "owner"),
    Column("Why", "prose", _parts(GapRow, "why")),
)

SHIELDS = (
    _facet("Verdict", "verdict", ShieldRow, "verdict"),
    Column(
        "Service",
        "endpoint",
        _parts(ShieldRow, "host", "port", "product"),
        facet=ShieldRow._fields.index("product"),
        filter="Product",
    ),
    Column("Answered by", "name", _parts(ShieldRow, "service")),
    _facet("Login asked by", "name", ShieldRow, "asked_by"),
    _facet("Owner", "name", ShieldRow, "owner"),
)
