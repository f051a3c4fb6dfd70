"""One audit from a checked inventory to an exit code: what `audit` and `demo` both do."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from auditor import plugins
from auditor.audit import Gate, Listener, audit, grade
from auditor.cli.output import Output, OutputError, write_all
from auditor.cli.terminal import ProgressLine, one_line, print_summary
from auditor.examine import Toolkit, assemble
from auditor.history.migration import HistoryError
from auditor.history.store import Store
from auditor.inventory.spread import Selection
from auditor.model.report import AuditReport
from auditor.model.target import Inventory
from auditor.pii.rulepack import RuleError
from auditor.sweep.asking import Settings
from auditor.sweep.engine import Engine, engine_of
from auditor.sweep.halt import Halt

OUTPUT_FAILED_CODE = 5

#: What ends a run in order: Ctrl-C, a service manager's stop, a terminal that went away.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
        RuleError: a file of rules is wrong (likewise).
        HistoryUnusableError: the history cannot be opened (likewise).
        HistoryError: the history cannot be written.
        EndedError: a second signal came, or one while the outputs were being written.
    """
    caught: list[int] = []
    toolkit, engine = assemble(night.settings.rules), _engine(night.engine)
    with _ending_at_once(), _open(night.state_dir) as store:
        line = ProgressLine(err) if progress and err.is_terminal and not quiet else None
        try:
            listeners = () if line is None else (line,)
            report = asyncio.run(
                _audit(night, toolkit=toolkit, engine=engine, store=store, listeners=listeners, caught=caught)
            )
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


class HistoryFailedError(click.ClickException):
    """The history could not be written."""

    exit_code = OUTPUT_FAILED_CODE


@contextlib.contextmanager
def failures_said() -> Iterator[None]:
    """What `run` raises, as a sentence and the exit code of interface.md's table; the same for every command."""
    try:
        yield
    except (plugins.PluginError, RuleError, HistoryUnusableError) as error:  # before any packet
        raise click.UsageError(str(error)) from error
    except HistoryError as error:
        raise HistoryFailedError(str(error)) from error
    except EndedError as error:
        sys.exit(error.code)


class HistoryUnusableError(Exception):
    """There is no history to be had, so that nothing was probed."""


class EndedError(BaseException):
    """A signal ends the process now; what was saved stays saved. Not an Exception: no broad `except` may hold it up."""

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.code = 128 + number


@contextlib.contextmanager
def _ending_at_once() -> Iterator[None]:
    """Outside the sweep a signal unwinds the stack, so that no half-written file and no server of a demo stays."""

    def end(number: int, frame: FrameType | None) -> None:
        raise EndedError(number)

    # A signal that whoever started us had ignored stays ignored: nohup means it.
    heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = [(number, signal.signal(number, end)) for number in heard]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _open(state_dir: Path) -> Store:
    try:
        return Store.open(state_dir)
    except HistoryError as error:
        raise HistoryUnusableError(str(error)) from error


def _engine(name: str) -> Engine:
    made = plugins.load("engines", name)
    try:
        return engine_of(made())
    except Exception as error:  # somebody else's code; whose it is must be said
        raise plugins.PluginError(f"the engine '{name}' cannot be used: {type(error).__name__}: {error}") from error


async def _audit(
    night: Night,
    *,
    toolkit: Toolkit,
    engine: Engine,
    store: Store,
    listeners: Sequence[Listener],
    caught: list[int],
) -> AuditReport:
    deadline = None if night.deadline is None else time.monotonic() + night.deadline
    halt = Halt(deadline=deadline, windows=night.inventory.windows, timezone=night.inventory.estate.timezone)
    loop = asyncio.get_running_loop()
    at_once = {number: signal.getsignal(number) for number in SIGNALS}

    def interrupt(number: int) -> None:
        caught.append(number)
        halt.interrupt()
        release()  # a second one ends the process at once

    def release() -> None:
        for number in heard:
            loop.remove_signal_handler(number)
            signal.signal(number, at_once[number])

    heard = [number for number, handler in at_once.items() if handler is not signal.SIG_IGN]
    for number in heard:
        loop.add_signal_handler(number, interrupt, int(number))
    try:
        return await audit(
            night.inventory,
            selection=night.selection,
            settings=night.settings,
            toolkit=toolkit,
            engine=engine,
            store=store,
            halt=halt,
            listeners=listeners,
            classification=night.classification,
        )
    finally:
        if not caught:
            release()
