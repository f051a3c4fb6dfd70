"""The corridor itself: drains outcomes, judges them, keeps them, tells listeners, and writes up the report."""

import asyncio
import contextlib
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from auditor import __version__, judge, rulebook
from auditor.examine import Toolkit
from auditor.history.migration import HistoryError
from auditor.history.store import RunRecord, Store
from auditor.inventory.spread import Selection, count, spread
from auditor.model.finding import Finding, Severity
from auditor.model.outcome import Outcome, Verdict
from auditor.model.plan import RequestTemplate
from auditor.model.report import AuditReport, CoverageLedger, InventoryRef, NetworkTally
from auditor.model.target import Inventory
from auditor.probes.interface import LARGEST_SAMPLE
from auditor.sweep.asking import Settings
from auditor.sweep.engine import Engine
from auditor.sweep.halt import Halt

log = logging.getLogger(__name__)


class Listener(Protocol):
    """Watches a run. Called on the event loop, so it must not wait."""

    def started(self, targets: int) -> None:
        """Before the first packet; `targets` is how many there will be."""

    def concluded(self, outcome: Outcome, findings: Sequence[Finding]) -> None:
        """After each target."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What makes a run fail: findings at or above `fail_on` (None: never), and coverage below `min_coverage` (0..1)."""

    fail_on: Severity | None = Severity.HIGH
    min_coverage: float = 1.0
    findings_code: int = 3


@dataclass(slots=True)
class _Ledger:
    """Counts every outcome; addresses of networks that refused or stayed silent are counted and not listed."""

    inventory: Inventory
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    networks: dict[tuple[str, str, int], Counter[str]] = field(default_factory=dict)

    def enter(self, outcome: Outcome) -> bool:
        """Counts it and says whether it is to be listed."""
        self.verdicts[outcome.verdict] += 1
        target = outcome.target
        if target.network is None:
            return True
        tally = self.networks.setdefault((target.network, target.product, target.port), Counter())
        match outcome.verdict:
            case Verdict.REFUSED:
                tally["refused"] += 1
            case Verdict.TIMED_OUT:
                tally["silent"] += 1
            case _:
                tally["listed"] += 1
                return True
        return False

    def close(self) -> CoverageLedger:
        """The ledger as the report shows it."""
        ranges = {network.asset.name: str(network.cidr) for network in self.inventory.networks}
        return CoverageLedger(
            targets=self.verdicts.total(),
            verdicts={verdict: self.verdicts[verdict] for verdict in Verdict if self.verdicts[verdict]},
            networks=tuple(
                NetworkTally(
                    network=name,
                    cidr=ranges[name],
                    product=product,
                    port=port,
                    addresses=tally.total(),
                    refused=tally["refused"],
                    silent=tally["silent"],
                    listed=tally["listed"],
                )
                for (name, product, port), tally in sorted(self.networks.items())
            ),
        )


async def audit(
    inventory: Inventory,
    *,
    selection: Selection,
    settings: Settings,
    toolkit: Toolkit,
    engine: Engine,
    store: Store,
    halt: Halt,
    listeners: Sequence[Listener] = (),
    classification: str | None = None,
) -> AuditReport:
    """Audits an inventory that has been checked, and returns its report, which streams from the store.

    Raises:
        HistoryError: the history cannot be written; what was written until then stays and is marked partial.
    """
    run = _record(inventory, toolkit, settings, classification)
    expected = count(inventory, selection)
    desk = _Desk(run.id, inventory, toolkit, store, listeners)
    store.begin(run)
    desk.tell_started(expected)
    targets = spread(inventory, selection)
    try:
        async with asyncio.TaskGroup() as beside:
            saving = beside.create_task(desk.save_each_second())
            await engine.run(targets, settings=settings, toolkit=toolkit, halt=halt, put=desk.put)
            saving.cancel()
    except BaseExceptionGroup as group:
        raise _first(group) from group
    finally:
        with contextlib.suppress(HistoryError):  # it is on its way already, if anything
            store.flush()
    store.flush()
    store.add_findings(run.id, _paths(store.report(run.id), toolkit, inventory))
    coverage = desk.ledger.close()
    store.finish(
        run.id,
        finished=datetime.now(UTC),
        complete=coverage.targets == expected and not halt.interrupted.is_set(),
        coverage=coverage,
    )
    return store.report(run.id)


def _first(error: BaseException) -> BaseException:
    """Why a group of tasks ended: what was raised first, below however many groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class _Desk:
    """Where outcomes arrive one by one: each is judged, counted, kept, and told to whoever listens."""

    def __init__(
        self, run: str, inventory: Inventory, toolkit: Toolkit, store: Store, listeners: Sequence[Listener]
    ) -> None:
        self.ledger = _Ledger(inventory)
        self._run = run
        self._estate = inventory.estate.id
        self._toolkit = toolkit
        self._store = store
        self._listeners = list(listeners)
        self._book = rulebook.builtin_book()

    async def put(self, outcome: Outcome) -> None:
        """Takes one outcome.

        Raises:
            HistoryError: it cannot be kept.
        """
        rules = self._toolkit.probes[outcome.target.product].rules
        findings = judge.judge_outcome(outcome, rules, estate=self._estate, book=self._book)
        if self.ledger.enter(outcome):
            self._store.add(self._run, outcome, findings)
        self._tell(lambda listener: listener.concluded(outcome, findings))

    async def save_each_second(self) -> None:
        """So that a kill loses at most that, however long the last targets take."""
        while True:
            await asyncio.sleep(1.0)
            self._store.flush()

    def tell_started(self, targets: int) -> None:
        """Tells the listeners how many outcomes to expect."""
        self._tell(lambda listener: listener.started(targets))

    def _tell(self, say: Callable[[Listener], None]) -> None:
        for listener in tuple(self._listeners):
            try:
                say(listener)
            except Exception:  # a terminal that is gone must not end the night
                log.exception("%s fails, and is told no more", type(listener).__name__)
                self._listeners.remove(listener)


def grade(report: AuditReport, gate: Gate) -> int:
    """The exit code of a finished audit: 3 for findings at or above the gate, else 4 for a gap in coverage, else 0."""
    if gate.fail_on is not None:
        for finding in report.findings:
            if finding.severity.rank >= gate.fail_on.rank:
                return gate.findings_code
    ledger = report.coverage
    tested = ledger.targets - ledger.incomplete
    wanted = gate.min_coverage * ledger.targets - 1e-6  # 0.07 of 100 are 7.000000000000001 to a float
    if not report.run.complete or tested < wanted:
        return 4
    return 0


def _paths(report: AuditReport, toolkit: Toolkit, inventory: Inventory) -> tuple[Finding, ...]:
    """Servers that hand over a cluster which gives strangers nothing when it is asked directly."""
    exposed = (
        (outcome, toolkit.probes[outcome.target.product].rules)
        for outcome in report.outcomes
        if outcome.verdict.exposed
    )
    return judge.link_paths(exposed, report.outcomes, estate=inventory.estate.id, book=rulebook.builtin_book())


def _record(inventory: Inventory, toolkit: Toolkit, settings: Settings, classification: str | None) -> RunRecord:
    started = datetime.now(UTC)
    return RunRecord(
        id=f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        started=started,
        version=__version__,
        profile=settings.pace.profile,
        vantage=inventory.vantage,
        estate=inventory.estate,
        authorization=inventory.authorization,
        inventory=InventoryRef(path=inventory.path, sha256=inventory.sha256),
        scope=inventory.scope,
        requests=tuple(_requests(toolkit, inventory)),
        classification=classification,
        sample=min(settings.manner.sample, LARGEST_SAMPLE),
    )


def _requests(toolkit: Toolkit, inventory: Inventory) -> Iterator[RequestTemplate]:
    assets = [host.asset for host in inventory.hosts] + [network.asset for network in inventory.networks]
    wanted = {spec.product for asset in assets for spec in asset.services}
    for product in sorted(wanted):
        yield from toolkit.probes[product].requests
