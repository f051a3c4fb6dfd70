"""All that the judge needs besides an outcome and the rules of its product, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from auditor.model.finding import Control
from auditor.rulebook.controls import control_groups
from auditor.rulebook.lifecycle import Lifecycle, read_lifecycle
from auditor.rulebook.marks import Marks, read_marks


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The control table, the names by which intruders are known, and which releases are at their end or affected."""

    controls: Mapping[str, tuple[Control, ...]]
    marks: Marks
    lifecycle: Lifecycle


@cache
def builtin_book() -> Rulebook:
    """The book that comes with us.

    Raises:
        RuleError: a file of it is wrong.
    """
    folder = files("auditor.rulebook")
    return Rulebook(
        controls=control_groups(),
        marks=read_marks(folder / "marks.yaml"),
        lifecycle=read_lifecycle(folder / "lifecycle.yaml"),
    )
