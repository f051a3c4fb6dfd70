"""One audit from a checked inventory to an exit code: what `audit` and `demo` both do."""

import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from auditor import plugins
from auditor.audit import Gate, Listener, audit, grade
from auditor.cli.output import Output, OutputError, write_all
from auditor.cli.terminal import ProgressLine, one_line, print_summary
from auditor.examine import assemble
from auditor.history.store import Store
from auditor.inventory.spread import Selection
from auditor.model.report import AuditReport
from auditor.model.target import Inventory
from auditor.sweep.engine import engine_of
from auditor.sweep.feeder import Settings
from auditor.sweep.halt import Halt

OUTPUT_FAILED_CODE = 5


@dataclass(frozen=True, slots=True)
class Night:
    """What the user decided about one run; `deadline` is seconds from its start."""

    inventory: Inventory
    selection: Selection
    settings: Settings
    gate: Gate
    state_dir: Path
    outputs: Sequence[Output] = ()
    overwrite: bool = False
    engine: str = "local"
    deadline: float | None = None
    classification: str | None = None


def run(night: Night, *, out: Console, err: Console, quiet: bool, progress: bool) -> int:
    """Audits, saves, writes, prints, and returns the exit code of interface.md's table.

    Raises:
        PluginError: an engine, probe, rule pack or exporter cannot be loaded (before any packet).
        HistoryError: the history cannot be opened or written.
    """
    caught: list[int] = []
    with Store.open(night.state_dir) as store:
        line = ProgressLine(err) if progress and err.is_terminal and not quiet else None
        try:
            report = asyncio.run(_audit(night, store, () if line is None else (line,), caught))
        finally:
            if line is not None:
                line.close()
        code = grade(report, night.gate)
        try:
            write_all(report, night.outputs, overwrite=night.overwrite)
        except OutputError as error:
            err.print(f"Error: {error}", style="red", highlight=False, markup=False)
            code = OUTPUT_FAILED_CODE
        if caught:
            code = 128 + caught[0]
        if out.is_terminal and not quiet:
            print_summary(out, report)
        elif code:
            err.print(f"auditor: {one_line(report)}", highlight=False, markup=False, soft_wrap=True)
    return code


async def _audit(night: Night, store: Store, listeners: Sequence[Listener], caught: list[int]) -> AuditReport:
    deadline = None if night.deadline is None else time.monotonic() + night.deadline
    halt = Halt(deadline=deadline, windows=night.inventory.windows, timezone=night.inventory.estate.timezone)
    loop = asyncio.get_running_loop()

    def interrupt(number: signal.Signals) -> None:
        caught.append(int(number))
        halt.interrupt()
        loop.remove_signal_handler(number)  # a second one ends the process at once

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt, number)
    return await audit(
        night.inventory,
        selection=night.selection,
        settings=night.settings,
        toolkit=assemble(),
        engine=engine_of(plugins.load("engines", night.engine)()),
        store=store,
        halt=halt,
        listeners=listeners,
        classification=night.classification,
    )
