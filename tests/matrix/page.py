"""Writes the matrix as a page: totals, one table a product, and where the scripted servers' answers are known from."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auditor.model.outcome import Verdict
from tests.matrix.cell import (
    ANY,
    DASHBOARDS,
    ELASTICSEARCH,
    KIBANA,
    MONGODB,
    OPENSEARCH,
    PRODUCTS,
    Cell,
    How,
)
from tests.matrix.runs import Run

PAGE: Final = Path(__file__).parents[2] / "docs" / "coverage.md"
#: What another command measures and this page takes in as it is.
SIDE_BY_SIDE: Final = Path(__file__).parents[2] / "benchmarks" / "verdicts" / "results.md"

_INTRO: Final = """\
# What is covered

<!-- Written by `make coverage-page` from tests/matrix. Do not edit: a test holds this page to its cells. -->

A **cell** is a product, in a release, in a state: the verdict that an audit must give there, and how that is tried.

- **real**: a server started by `tests/real` from a package registry, seeded and audited. *CI* says that every CI run
  does so; for the others the date of the last run is given, or that there was none yet.
- **recorded**: what a real server answered, replayed over real sockets from `tests/probes/replies`.
- **scripted**: a server of a test, written from what is known of the product. Each has a number that leads to its
  source at the end of its table. It proves how the audit reads such answers, not that the product still gives them.

Recorded and scripted cells run over real sockets through the whole examination, probe, classifier and verdict table:
`pytest tests/matrix`, in seconds. Real ones: `pytest tests/real` (see [its README](../tests/real/README.md)). Each also
holds that every request was an instance of the dry-run plan, that an exposed or protected verdict has evidence, and
that no server whose records could be read is called protected.
"""
_BEFORE, _AFTER = "<!-- side by side: begin -->", "<!-- side by side: end -->"
_NOT_MEASURED = """\
## Side by side with other tools

*Not measured yet: the command in `benchmarks/verdicts` writes this section.*
"""
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: all the ways in which the same product, release and state is tried."""

    version: str
    state: str
    verdict: Verdict
    cells: tuple[Cell, ...]


def write(cells: Iterable[Cell], runs: dict[tuple[str, str], Run], *, side_by_side: str = "") -> str:
    """The whole page; the same cells and runs always give the same text."""
    cells = tuple(cells)
    parts = [_INTRO, _totals(cells)]
    for product in PRODUCTS:
        of_it = [cell for cell in cells if cell.product == product]
        parts.append("".join(f"{line}\n" for line in _section(product, of_it, runs)))
    parts.append(f"{_BEFORE}\n{side_by_side or _NOT_MEASURED}{_AFTER}\n")
    return "\n".join(parts)


def rows(cells: Iterable[Cell]) -> list[Row]:
    """Cells of one product by release, the oldest first, and by state in the order in which they come.

    Raises:
        ValueError: two cells give the same release and state different verdicts.
    """
    found: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        found.setdefault((cell.version, cell.state), []).append(cell)
    made = []
    for (version, state), same in found.items():
        verdicts = {cell.verdict for cell in same}
        if len(verdicts) > 1:
            raise ValueError(f"{same[0].product} {version}, {state}: {', '.join(sorted(verdicts))}")
        made.append(Row(version, state, same[0].verdict, tuple(same)))
    order = {version: place for place, version in enumerate(sorted({row.version for row in made}, key=_by_age))}
    return sorted(made, key=lambda row: order[row.version])


def releases(cells: Iterable[Cell], *products: str) -> list[str]:
    """The releases of these products that have a cell, the oldest first."""
    found = {cell.version for cell in cells if cell.product in products and cell.version != ANY}
    return sorted(found, key=_by_age)


def _by_age(version: str) -> tuple[bool, tuple[int, ...], str]:
    dated = version[:1].isdigit()
    return (not dated, tuple(int(number) for number in _NUMBERS.findall(version)) if dated else (), version)


def _totals(cells: tuple[Cell, ...]) -> str:
    lines = ["## Totals", "", "| product | releases | states | real | recorded | scripted |"]
    lines.append("| --- | ---: | ---: | ---: | ---: | ---: |")
    for product in PRODUCTS:
        of_it = [cell for cell in cells if cell.product == product]
        lines.append(f"| {product} | {_releases_of(product, of_it)} | {len(rows(of_it))} | {_ways(of_it)} |")
    whole = sum(len(rows(cell for cell in cells if cell.product == product)) for product in PRODUCTS)
    lines += [f"| **all** | | **{whole}** | {_ways(cells)} |", ""]
    for family, products in (
        ("Elasticsearch and OpenSearch", (ELASTICSEARCH, OPENSEARCH)),
        ("Kibana and Dashboards", (KIBANA, DASHBOARDS)),
        ("MongoDB", (MONGODB,)),
    ):
        found = [releases(cells, product) for product in products]
        lines.append(f"- {sum(map(len, found))} releases of {family}: {'; '.join(map(', '.join, found))}.")
    readable = [cell for cell in cells if cell.readable]
    wrong = sum(cell.verdict.protected for cell in readable)
    lines.append(f"- In {len(readable)} cells a stranger could read records; {wrong} of them are called protected.")
    counted = ((verdict, sum(cell.verdict is verdict for cell in cells)) for verdict in Verdict)
    said = ", ".join(f"`{verdict}` {count}" for verdict, count in counted if count)
    lines.append(f"- Cells by verdict: {said}.")
    return "".join(f"{line}\n" for line in lines)


def _releases_of(product: str, cells: list[Cell]) -> str:
    return str(len(releases(cells, product))) if product in _DATED else ""


_DATED = frozenset({ELASTICSEARCH, OPENSEARCH, KIBANA, DASHBOARDS, MONGODB})


def _ways(cells: Iterable[Cell]) -> str:
    cells = list(cells)
    return " | ".join(str(sum(cell.how is how for cell in cells)) for how in How)


def _section(product: str, cells: list[Cell], runs: dict[tuple[str, str], Run]) -> Iterator[str]:
    told = dict.fromkeys(source for cell in cells for source in cell.sources)
    sources = {source: number for number, source in enumerate(told, 1)}
    anchor = re.sub(r"[^a-z]+", "-", product.lower()).strip("-")
    yield f"## {product}"
    yield ""
    yield "| release | state | verdict | tried |"
    yield "| --- | --- | --- | --- |"
    before = ""
    for row in rows(cells):
        shown = "" if row.version == before else row.version
        before = row.version
        tried = "; ".join(dict.fromkeys(_tried(cell, runs, sources, anchor) for cell in row.cells))
        yield f"| {shown} | {row.state} | `{row.verdict}` | {tried} |"
    if sources:
        yield ""
        yield "Scripted from:"
        yield ""
        for source, number in sources.items():
            yield f'{number}. <a id="{anchor}-{number}"></a>{source}'


def _tried(cell: Cell, runs: dict[tuple[str, str], Run], sources: dict[str, int], anchor: str) -> str:
    match cell.how:
        case How.REAL if cell.ci:
            return "real, CI"
        case How.REAL:
            run = runs.get(cell.run)
            return f"real, last run {run.date}" if run else "real, not run yet"
        case How.RECORDED:
            return f"recorded: {' + '.join(f'`{name}`' for name in cell.recordings)}"
        case How.SCRIPTED:
            numbers = (sources[source] for source in cell.sources)
            return f"scripted {' '.join(f'[{number}](#{anchor}-{number})' for number in numbers)}"
