"""`auditor explain`: why a target of a past run was given its verdict, offline, from what was kept of it."""

import json
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import click

from auditor.cli.endpoint import Endpoint, readings
from auditor.cli.explain_text import explain as lines_of
from auditor.cli.source import find_report, state_dir_option
from auditor.export.json_v1_elements import finding_document, outcome_document
from auditor.export.visible import visible
from auditor.history.migration import HistoryError
from auditor.inventory.scope import literal, span_of
from auditor.inventory.suggest import did_you_mean
from auditor.model.finding import Finding
from auditor.model.outcome import Outcome
from auditor.model.report import AuditReport, NetworkTally
from auditor.model.target import Target

_RULER = "-" * 72


@click.command()
@click.argument("run", metavar="RUN|FILE")
@click.argument("host", metavar="HOST[:PORT]")
@click.option(
    "-o", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)
@state_dir_option
def explain(run: str, host: str, form: str, state_dir: Path | None) -> None:
    """Tell why a host was given its verdict, offline.

    RUN is a run that history keeps: its id, the beginning of one, or latest. FILE is a results file that -o json wrote,
    or - for standard input. HOST is the inventory's name of a host or an address of it (IPv6 in brackets where a port
    follows); with :PORT, or :PORT/PRODUCT, only that one is told.

    Prints the verdict, the row of the verdict table that decided, what a stranger was given, the exchanges that decided
    and then everything that was asked. JSON is a list of the canonical results' outcomes, each with its findings.

    \b
    auditor explain latest es-1
    auditor explain latest es-1:9200
    auditor explain results.json "[fd00::17]:27017" -o json

    Exit codes: 0 explained; 2 the run or the host is not there, or was only counted.
    """  # noqa: D301 - click wants the character itself
    report = find_report(run, state_dir)
    try:
        meant, outcomes = _outcomes(report, host)
        if not outcomes:
            raise click.UsageError(_nobody(report, host, meant))
        explained = _with_findings(report, outcomes)
    except HistoryError as error:
        raise click.UsageError(str(error)) from error
    if form == "json":
        # Escaped, so that nothing a server said can act on a terminal.
        click.echo(json.dumps([_document(*each) for each in explained], indent=2))
        return
    for number, (outcome, findings) in enumerate(explained):
        if number:
            click.echo(f"\n{_RULER}\n")
        click.echo("\n".join(lines_of(outcome, findings)))
    told = {(outcome.target.port, outcome.target.product) for outcome in outcomes}
    for tally in _tallies(report, meant):
        if (tally.port, tally.product) not in told:
            click.echo(f"\n{_counted(tally)}")


def _outcomes(report: AuditReport, text: str) -> tuple[Endpoint, list[Outcome]]:
    """What `text` means in this run, and the outcomes of it, in the run's order."""
    meant = readings(text)
    found: dict[Endpoint, list[Outcome]] = {each: [] for each in meant}
    for outcome in report.outcomes:
        for each in meant:
            if each.means(_names(outcome), outcome.target.port, outcome.target.product):
                found[each].append(outcome)
    best = next((each for each in meant if found[each]), meant[-1])
    return best, found[best]


def _names(outcome: Outcome) -> tuple[str, ...]:
    target = outcome.target
    return (target.host, target.address, outcome.address, *(address for address, _ in outcome.others))


def _with_findings(report: AuditReport, outcomes: Sequence[Outcome]) -> list[tuple[Outcome, list[Finding]]]:
    found: dict[tuple[str, int, str], list[Finding]] = {_key(each.target): [] for each in outcomes}
    for finding in report.findings:
        if (mine := found.get(_key(finding))) is not None:
            mine.append(finding)
    return [(outcome, found[_key(outcome.target)]) for outcome in outcomes]


def _key(about: Target | Finding) -> tuple[str, int, str]:
    return (about.host, about.port, about.product)


def _document(outcome: Outcome, findings: Sequence[Finding]) -> dict[str, Any]:
    return outcome_document(outcome) | {"findings": [finding_document(each) for each in findings]}


def _nobody(report: AuditReport, text: str, meant: Endpoint) -> str:
    """Why nothing can be explained: only counted, not on that port, or not in the run at all."""
    counted = list(_tallies(report, meant))
    if counted:
        return "\n".join((f"'{text}' has no outcome of its own in run {report.run.id}.", *map(_counted, counted)))
    known: set[str] = set()
    ports: set[str] = set()
    for outcome in report.outcomes:
        known.update(filter(None, _names(outcome)))
        if meant.means_host(_names(outcome)):
            ports.add(f"{outcome.target.port} ({visible(outcome.target.product)})")
    if ports:
        return f"run {report.run.id} has '{meant.host}', but not '{text}'; there it asked: {', '.join(sorted(ports))}"
    return f"'{text}' is not in run {report.run.id}{visible(did_you_mean(meant.host, known))}"


def _tallies(report: AuditReport, meant: Endpoint) -> Iterator[NetworkTally]:
    """Where an address lies in a network whose refusing and silent addresses were counted."""
    address = literal(meant.host)
    if address is None:
        return
    for tally in report.coverage.networks:
        narrow = meant.port in (None, tally.port) and meant.product in (None, tally.product)
        if narrow and tally.refused + tally.silent and _holds(tally.cidr, address):
            yield tally


def _holds(cidr: str, address: tuple[int, int]) -> bool:
    try:
        family, (first, last) = span_of(ip_network(cidr))
    except ValueError:  # of a file that somebody else wrote
        return False
    return family == address[0] and first <= address[1] <= last


def _counted(tally: NetworkTally) -> str:
    return (
        f"It lies in the network {visible(tally.network)}, of which {visible(tally.product)} on port {tally.port} was "
        f"asked at {tally.addresses:,} addresses: the {tally.refused:,} that refused and the {tally.silent:,} that "
        f"stayed silent are counted, not listed; {tally.listed:,} are listed."
    )
