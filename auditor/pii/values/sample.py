"""One field's counts, read: how many values are in the clear, and which checks they pass beyond chance."""

from collections.abc import Sequence

from auditor.model.dataset import ValueCounts
from auditor.pii.values import catalogue
from auditor.pii.values.chance import is_beyond_chance
from auditor.pii.values.check import Check

LEAST_FOR = 5  # distinct values below which nothing is raised
LEAST_AGAINST = 10  # distinct values below which nothing is lowered: a constant or a default refutes no name
MOST_HIDDEN = 0.2  # share of masked, hashed and pointing values above which the others refute nothing
MOSTLY = 0.5  # share of the distinct values that speaks for all
_HIDING = (catalogue.MASKED, catalogue.HASHED, catalogue.POINTER)


class Sample:
    """The counts of a field together with the checks that its name had tried on it."""

    def __init__(self, counts: ValueCounts, checks: Sequence[Check]) -> None:
        self._passed = dict(counts.passed)
        self.distinct = counts.distinct
        self.checks = tuple(check for check in checks if check.id in self._passed)
        self.hidden = min(self.distinct, sum(self.passed(check) for check in _HIDING))
        self.clear = self.distinct - self.hidden

    def passed(self, check: Check) -> int:
        """How many distinct values passed; 0 where the check was not tried."""
        return self._passed.get(check.id, 0)

    def speaks_for(self, check: Check, least: float = MOSTLY) -> bool:
        """Whether at least this share of the values in the clear passes, and more than chance would give."""
        passed = self.passed(check)
        if check == catalogue.MAILBOX:
            passed -= self.passed(catalogue.FUNCTION_MAILBOX)
        return (
            self.clear >= LEAST_FOR
            and passed >= least * self.clear
            and is_beyond_chance(passed, self.clear, check.chance)
        )

    def telling(self) -> tuple[Check, ...]:
        """The checks whose share says, without any name, what the field holds."""
        return tuple(check for check in self.checks if check.alone is not None and self.speaks_for(check, check.alone))

    def refutes(self, checks: Sequence[Check]) -> bool:
        """Whether enough values are in the clear and not one passes any of these checks, which all were tried."""
        return (
            bool(checks)
            and self.clear >= LEAST_AGAINST
            and self.hidden <= MOST_HIDDEN * self.distinct
            and all(self._passed.get(check.id) == 0 for check in checks)
        )

    def is_mostly(self, *checks: Check) -> bool:
        """Whether most values, hidden ones included, pass one of these checks."""
        return self.distinct >= LEAST_FOR and sum(map(self.passed, checks)) >= MOSTLY * self.distinct

    def told(self, check: Check) -> str:
        """The count in words: "38 of 40 distinct values pass GB 11643"."""
        if check in _HIDING or not self.hidden:
            return f"{self.passed(check)} of {self.distinct} distinct values {check.said}"
        return f"{self.passed(check)} of {self.clear} distinct values in the clear {check.said}"
