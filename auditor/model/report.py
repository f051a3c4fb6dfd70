"""The audit as a whole, as every output reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.model.finding import Finding
from auditor.model.outcome import Outcome, Verdict
from auditor.model.plan import RequestTemplate
from auditor.model.target import Authorization, Estate, Scope


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One run. Times are aware and in UTC; `complete` is False where it was interrupted.

    `sample` is how many documents of one data set could be requested and reduced to counts; 0: none.
    """

    id: str
    started: datetime
    finished: datetime
    complete: bool
    version: str
    profile: str = "normal"
    vantage: str | None = None
    sample: int = 0


@dataclass(frozen=True, slots=True)
class InventoryRef:
    """Which inventory was audited, told by its digest."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class NetworkTally:
    """One product and port over a whole network: addresses that refused or stayed silent are counted, not listed."""

    network: str
    cidr: str
    product: str
    port: int
    addresses: int
    refused: int
    silent: int
    listed: int  # have an Outcome of their own


@dataclass(frozen=True, slots=True)
class CoverageLedger:
    """Every target accounted for: `targets` equals the sum of `verdicts`, and what the inventory spreads into."""

    targets: int
    verdicts: Mapping[Verdict, int]
    networks: tuple[NetworkTally, ...] = ()

    @property
    def incomplete(self) -> int:
        """How many targets say nothing; silent addresses of networks are no gap, a named host's silence is."""
        silent = sum(tally.silent for tally in self.networks)
        return sum(count for verdict, count in self.verdicts.items() if verdict.untested) - silent


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What exporters see, and all that they see.

    `outcomes` and `findings` may be iterated any number of times; they stream from history and need not fit in memory.
    Findings come most severe first, outcomes in the inventory's order.
    """

    run: RunInfo
    estate: Estate
    authorization: Authorization
    inventory: InventoryRef
    coverage: CoverageLedger
    outcomes: Iterable[Outcome]
    findings: Iterable[Finding]
    scope: Scope | None = None
    requests: tuple[RequestTemplate, ...] = ()
    classification: str | None = None
