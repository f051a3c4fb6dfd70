"""The coverage ledger line by line: every target accounted for, the counted silence of networks kept apart."""

from dataclasses import dataclass

from auditor.export.words import VERDICTS, Group
from auditor.model.outcome import Verdict
from auditor.model.report import CoverageLedger


@dataclass(frozen=True, slots=True)
class Line:
    """One verdict: how many targets are listed one by one, and how many addresses of networks are only counted."""

    verdict: Verdict
    listed: int
    counted: int

    @property
    def total(self) -> int:
        """Both."""
        return self.listed + self.counted


@dataclass(frozen=True, slots=True)
class Ledger:
    """All lines, and their sums."""

    lines: tuple[Line, ...]
    listed: int
    counted: int
    groups: dict[Group, int]  # of the listed targets alone

    @property
    def total(self) -> int:
        """Every target."""
        return self.listed + self.counted


def ledger(coverage: CoverageLedger) -> Ledger:
    """The ledger's lines, in the order of the verdicts; those that nothing ended in are left out."""
    apart = {
        Verdict.REFUSED: sum(tally.refused for tally in coverage.networks),
        Verdict.TIMED_OUT: sum(tally.silent for tally in coverage.networks),
    }
    lines = tuple(
        Line(verdict, listed=count - min(count, apart.get(verdict, 0)), counted=min(count, apart.get(verdict, 0)))
        for verdict in Verdict
        if (count := coverage.verdicts.get(verdict, 0))
    )
    groups = dict.fromkeys(Group, 0)
    for line in lines:
        groups[VERDICTS[line.verdict].group] += line.listed
    return Ledger(lines, sum(line.listed for line in lines), sum(line.counted for line in lines), groups)
