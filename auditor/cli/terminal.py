"""What a person at a terminal sees: a progress line while it runs, a summary when it is done; nothing in a pipe."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from auditor.export.language import LANGUAGES
from auditor.export.record_tally import called_out
from auditor.export.summary import kinds_of, personal_objects
from auditor.model.finding import Finding, Severity
from auditor.model.outcome import Outcome, Verdict
from auditor.model.report import AuditReport

_STYLE = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}

#: Findings named in the summary; the report has them all.
TOP = 12


class ProgressLine:
    """A listener that draws one line on a terminal: how far, how fast, what was found."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("[bold]auditing"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[found]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._exposed = 0

    def started(self, targets: int) -> None:
        """Shows the line."""
        self._progress.start()
        self._task = self._progress.add_task("audit", total=targets, found="nothing open so far")

    def concluded(self, outcome: Outcome, findings: Sequence[Finding]) -> None:
        """Moves the line on."""
        if self._task is None:
            return
        if outcome.verdict.exposed:
            self._exposed += 1
        found = f"{self._exposed} exposed" if self._exposed else "nothing open so far"
        self._progress.update(self._task, advance=1, found=found)

    def close(self) -> None:
        """Takes the line away."""
        self._progress.stop()


def visible(text: str, width: int = 200) -> Text:
    """A name that a server may have chosen: control characters are shown, not obeyed; long ones are cut."""
    shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text[:width])
    return Text(shown + ("…" if len(text) > width else ""))


def print_summary(console: Console, report: AuditReport) -> None:
    """The findings that matter most, the coverage, and what could not be tested."""
    ledger = report.coverage
    console.print()
    console.print(Text(report.estate.name, style="bold"), "·", report.run.id, "·", _state(report))
    console.print()
    levels: Counter[Severity] = Counter()
    any_personal = False
    table = Table(box=None, padding=(0, 1), show_edge=False)
    for heading in ("severity", "host", "finding"):
        table.add_column(heading, style=None, overflow="fold")
    for number, finding in enumerate(report.findings):
        levels[finding.severity] += 1
        any_personal |= bool(finding.categories)
        if number < TOP:
            style = _STYLE[finding.severity]
            table.add_row(
                Text(finding.severity.value, style=style),
                visible(f"{finding.host}:{finding.port}"),
                visible(finding.title),
            )
    if levels:
        console.print(table)
        if levels.total() > TOP:
            console.print(f"… and {levels.total() - TOP} more in the report")
    else:
        console.print("No findings.")
    if any_personal:
        for line in _lying_open(report):
            console.print(visible(line))
    console.print()
    console.print(
        f"{ledger.targets} target{'' if ledger.targets == 1 else 's'}: "
        + ", ".join(f"{count} {_words(v)}" for v, count in ledger.verdicts.items())
    )
    for tally in ledger.networks:
        console.print(
            visible(
                f"{tally.network} {tally.product}:{tally.port}: {tally.addresses} addresses, {tally.refused} refused, "
                f"{tally.silent} silent, {tally.listed} listed"
            )
        )
    if ledger.incomplete:
        console.print(
            Text(f"{ledger.incomplete} targets could not be tested: nothing is known of them.", style="yellow")
        )


def _lying_open(report: AuditReport) -> Iterator[str]:
    """One line for each kind of record among what strangers could reach, the gravest first."""
    for one in kinds_of(chain.from_iterable(map(personal_objects, report.outcomes))):
        notes = "; ".join(called_out(one, LANGUAGES["en"]))
        places = f"{one.objects} object{'' if one.objects == 1 else 's'}"
        yield f"{one.kind.title}: {one.documents:,} records in {places}{f' ({notes})' if notes else ''}"


def one_line(report: AuditReport) -> str:
    """The outcome in one line, for cron's mail."""
    levels = Counter(finding.severity for finding in report.findings)
    found = ", ".join(f"{levels[level]} {level.value}" for level in Severity if levels[level]) or "no findings"
    gaps = (
        f"; {report.coverage.incomplete} of {report.coverage.targets} targets untested"
        if report.coverage.incomplete
        else ""
    )
    return f"{report.estate.id}: {found}{gaps} (run {report.run.id}, {_state(report)})"


def _state(report: AuditReport) -> str:
    return "complete" if report.run.complete else "PARTIAL"


def _words(verdict: Verdict) -> str:
    return verdict.value.replace("_", " ")
