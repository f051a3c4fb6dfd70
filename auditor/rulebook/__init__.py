"""What findings rest on besides what was seen, all of it data: rules, controls, ransom marks, ends of life."""

from auditor.rulebook.book import Rulebook, builtin_book
from auditor.rulebook.controls import control_groups, read_controls
from auditor.rulebook.lifecycle import Affected, Ended, Lifecycle, Span, read_lifecycle
from auditor.rulebook.marks import Mark, Marks, read_marks
from auditor.rulebook.rules import KINDS, PLACEHOLDERS, builtin, check, load_rules
from auditor.rulebook.source import RuleError

__all__ = [
    "KINDS",
    "PLACEHOLDERS",
    "Affected",
    "Ended",
    "Lifecycle",
    "Mark",
    "Marks",
    "RuleError",
    "Rulebook",
    "Span",
    "builtin",
    "builtin_book",
    "check",
    "control_groups",
    "load_rules",
    "read_controls",
    "read_lifecycle",
    "read_marks",
]
