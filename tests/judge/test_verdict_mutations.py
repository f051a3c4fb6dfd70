"""Each deciding condition of the verdict table is held by a case: a table that differs in one fails.

A mutant is the table without a row, with two neighbours exchanged, or with one condition narrowed, widened or dropped.
It must decide a case of test_verdict.py by another verdict or another row, or be the same table in other words: that is
not believed but worked out, over every observation that could tell the two apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

import pytest

from auditor.judge import TABLE, Row
from auditor.model.observation import Access, Fact, Observation, Reach
from tests.judge.test_verdict import CASES

Table = tuple[Row, ...]
_KINDS = {"reach": Reach, "access": Access, "facts": Fact, "any_of": Fact}


@dataclass(frozen=True)
class Mutant:
    name: str
    table: Table
    rows: Table  # those in which it differs, as they were and as they are


def mutants() -> Iterator[Mutant]:
    for number, row in enumerate(TABLE):
        before, after = TABLE[:number], TABLE[number + 1 :]
        yield Mutant(f"{row.id}: taken out", before + after, (row,))
        if after:
            exchanged = (*before, after[0], row, *after[1:])
            yield Mutant(f"{row.id}: after {after[0].id}", exchanged, (row, after[0]))
        for name, other in changed(row):
            yield Mutant(name, (*before, other, *after), (row, other))


def changed(row: Row) -> Iterator[tuple[str, Row]]:
    """The row with one condition changed."""
    for field, kind in _KINDS.items():
        wanted: frozenset[Any] = getattr(row, field)
        if wanted:
            yield f"{row.id}: any {field}", _with(row, field, frozenset())
        if len(wanted) > 1:
            for member in sorted(wanted):
                yield f"{row.id}: {field} without {member}", _with(row, field, wanted - {member})
        for member in kind:
            if member not in wanted and (wanted or field == "facts"):
                yield f"{row.id}: {field} with {member}", _with(row, field, wanted | {member})


def _with(row: Row, field: str, condition: frozenset[Any]) -> Row:
    changes: dict[str, Any] = {field: condition}
    return replace(row, **changes)


def decide(table: Table, seen: Observation) -> tuple[str, str] | None:
    row = next((row for row in table if row.fits(seen)), None)
    return None if row is None else (row.verdict.value, row.id)


def observations(rows: Table) -> Iterator[Observation]:
    """All that could tell two tables apart which differ in these rows.

    More facts only make more rows fit. So where the tables differ at all, they differ on no more facts than it takes
    for one of these rows to fit: all of its `facts`, and one of its `any_of`.
    """
    named = sorted({fact for row in rows for fact in row.facts | row.any_of})
    most = max(len(row.facts) + bool(row.any_of) for row in rows)
    for reach, access, count in product(Reach, Access, range(most + 1)):
        for facts in combinations(named, count):
            yield Observation(reach, access, frozenset(facts))


def lives(mutant: Mutant) -> bool:
    return all(decide(mutant.table, seen) == (verdict.value, rule) for seen, verdict, rule in CASES)


@pytest.mark.parametrize("row", TABLE, ids=[row.id for row in TABLE])
def test_a_table_with_another_condition_decides_a_case_otherwise_or_is_the_same_table(row: Row) -> None:
    unheld = [
        (mutant.name, seen)
        for mutant in mutants()
        if mutant.name.startswith(f"{row.id}:") and lives(mutant)
        for seen in observations(mutant.rows)
        if decide(mutant.table, seen) != decide(TABLE, seen)
    ]
    first = {name: f"{seen.reach}, {seen.access}, {sorted(seen.facts)}" for name, seen in reversed(unheld)}
    assert first == {}, "no case holds these conditions; an observation that would is beside each"


def test_there_are_mutants_and_the_table_itself_lives() -> None:
    assert len({mutant.name for mutant in mutants()}) > 500
    assert lives(Mutant("none", TABLE, ()))
