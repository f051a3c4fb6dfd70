"""`auditor history`: the runs that were kept."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from auditor.cli.lock import default_state_dir
from auditor.cli.source import state_dir_option
from auditor.cli.terminal import print_summary
from auditor.history.migration import HistoryError
from auditor.history.store import RunLine, Store


def open_store(state_dir: Path | None) -> Store:
    """The history, where there is one.

    Raises:
        ClickException: there is none (exit 2), or it cannot be opened.
    """
    folder = state_dir or default_state_dir()
    if not folder.is_dir():
        raise click.UsageError(f"there is no history in {folder}: no audit has run with that --state-dir")
    try:
        return Store.open(folder)
    except HistoryError as error:
        raise click.ClickException(str(error)) from error


@click.group()
def history() -> None:
    """List past runs, or show one."""


@history.command("list")
@state_dir_option
@click.option("--estate", metavar="ID", help="Only this estate's runs.")
@click.option("-n", "--limit", type=click.IntRange(1), default=30, show_default=True, help="The newest so many.")
@click.option(
    "-o", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How to print."
)
def list_runs(state_dir: Path | None, estate: str | None, limit: int, form: str) -> None:
    """The newest runs first."""
    with open_store(state_dir) as store:
        lines = store.runs(estate=estate, limit=limit)
    if form == "json":
        json.dump([_plain(line) for line in lines], sys.stdout, indent=2)
        click.echo()
        return
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("run", no_wrap=True, min_width=24)  # whole, so that it can be copied: `auditor report RUN`
    table.add_column("estate", overflow="fold")
    table.add_column("started (UTC)", no_wrap=True, min_width=19)
    table.add_column("state", no_wrap=True)
    table.add_column("listed", justify="right")
    table.add_column("findings", justify="right")
    for line in lines:
        table.add_row(
            line.id,
            line.estate,
            f"{line.started:%Y-%m-%d %H:%M:%S}",
            _state(line),
            str(line.outcomes),
            str(line.findings),
        )
    Console().print(table)


@history.command("show")
@click.argument("run", default="latest")
@state_dir_option
def show_run(run: str, state_dir: Path | None) -> None:
    """One run's summary: RUN is an id, the beginning of one, or latest."""
    with open_store(state_dir) as store:
        try:
            report = store.report(store.find(run))
        except HistoryError as error:
            raise click.UsageError(str(error)) from error
        print_summary(Console(), report)


def _state(line: RunLine) -> str:
    if line.finished is None:
        return "did not end"
    return "complete" if line.complete else "partial"


def _plain(line: RunLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "estate": line.estate,
        "started": line.started.isoformat(),
        "finished": line.finished.isoformat() if line.finished else None,
        "complete": line.complete,
        "outcomes": line.outcomes,
        "findings": line.findings,
    }
