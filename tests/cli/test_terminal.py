"""What a person at a terminal reads when a night is done."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from auditor.cli.terminal import print_summary
from auditor.model.report import AuditReport
from tests.export import reports


def printed(report: AuditReport) -> list[str]:
    text = StringIO()
    print_summary(Console(file=text, width=300, color_system=None), report)
    return [line.rstrip() for line in text.getvalue().splitlines()]


def test_what_lies_open_is_told_by_kind_of_record_with_volumes_and_what_must_not_be_missed() -> None:
    lines = printed(reports.shanghai())
    at = lines.index(
        "Civil identity record: 969,830,655 records in 1 object "
        "(special categories: Ethnicity, Police or criminal record; minors; key persons)"
    )
    assert lines[at + 1 : at + 5] == [
        "Police case record: 73,451,457 records in 1 object",
        "Customer or order record: 48,211 records in 1 object (special categories: Bank account, Payment card)",
        "Log with accounts: 8,120,000 records in 1 object",
        "Not of a known kind: 301,552 records in 1 object",
    ]


def test_where_no_finding_speaks_of_personal_data_outcomes_are_not_even_read() -> None:
    class Unread:
        def __iter__(self) -> None:
            raise AssertionError("a night of any size was read again")

    report = replace(reports.spotless(), outcomes=Unread())  # type: ignore[arg-type]  # nothing may iterate it
    assert "No findings." in printed(report)


def test_names_of_servers_and_packs_do_not_act_on_the_terminal() -> None:
    assert all(line.isprintable() for line in printed(reports.hostile()))
