"""Asking one target: every address of its name, within the cap of each address, and again where that is worth it."""

import asyncio
import socket
from dataclasses import dataclass, field

from auditor.examine import Toolkit, conclude, examine
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Outcome
from auditor.model.target import Scope, Target
from auditor.pii.packs import RuleFile
from auditor.probes.interface import Budget, Manner, WireError
from auditor.sweep.connect import BusyError, connect
from auditor.sweep.halt import Halt
from auditor.sweep.pace import Pace, Permits
from auditor.sweep.resolve import Resolution

#: How a talk may end that is worth a second try: nothing was learnt, and the network may be to blame.
_TRY_AGAIN = frozenset({Reach.TIMED_OUT, Reach.BROKE_OFF, Reach.TLS_FAILED})

#: What says nothing about a server that took an earlier connection: it is there, whatever it does now.
_KNOWS_LESS = frozenset({Reach.REFUSED, Reach.TIMED_OUT, Reach.NOT_TRIED})

#: Pauses before connecting again where our own machine was at its limit, in seconds.
_BUSY_PAUSES = (0.05, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a sweep needs besides its targets; plain data that may be sent to a worker."""

    scope: Scope
    pace: Pace
    budget: Budget = field(default_factory=Budget)
    manner: Manner = field(default_factory=Manner)
    seed: int | None = None  # of the shuffle, for a repeatable order
    rules: tuple[RuleFile, ...] = ()  # of personal data, beside those that are registered where the sweep runs


class Asker:
    """Asks targets. Whatever a server does is an outcome; it raises only when cancelled."""

    def __init__(self, settings: Settings, toolkit: Toolkit, permits: Permits, halt: Halt) -> None:
        self._settings = settings
        self._toolkit = toolkit
        self._permits = permits
        self._halt = halt
        self._gates: dict[str, _Gate] = {}

    async def ask(self, target: Target, resolution: Resolution, done: list[Outcome]) -> None:
        """Adds one outcome for each address to `done`: what stands there when this is cancelled is not lost."""
        for number, address in enumerate(resolution.allowed):
            reason = self._halt.reason()
            if reason is not None:
                done.append(not_tried(target, reason, address=address))
                continue
            if number:
                self._permits.charge()
            done.append(await self._address(target, address))
        if resolution.refused:
            done.append(out_of_scope(target, resolution))
        if resolution.left:
            plural = "es" if resolution.left > 1 else ""
            done.append(not_tried(target, f"{resolution.left} further address{plural} of the name"))

    async def _address(self, target: Target, address: str) -> Outcome:
        gate = self._gates.setdefault(address, _Gate(self._settings.pace.per_address))
        gate.users += 1
        try:
            async with gate.semaphore:
                outcome = await self._once(target, address)
                for _ in range(self._settings.pace.retries):
                    if not _worth_another_try(outcome) or self._halt.reason() is not None:
                        break
                    self._permits.charge()
                    outcome = _better(outcome, await self._once(target, address))
                return outcome
        finally:
            gate.users -= 1
            if not gate.users:
                del self._gates[address]

    async def _once(self, target: Target, address: str) -> Outcome:
        async def dial() -> socket.socket:
            self._permits.charge()
            return await self._connect(address, target.port)

        try:
            first = await self._connect(address, target.port)
        except WireError as error:
            return conclude(target, Observation(reach=error.reach, detail=error.detail), address=address)
        return await examine(
            target,
            address=address,
            dial=dial,
            first=first,
            toolkit=self._toolkit,
            budget=self._settings.budget,
            manner=self._settings.manner,
        )

    async def _connect(self, address: str, port: int) -> socket.socket:
        for pause in _BUSY_PAUSES:
            try:
                return await connect(address, port, seconds=self._settings.pace.connect_seconds)
            except BusyError:
                await asyncio.sleep(pause)
        return await connect(address, port, seconds=self._settings.pace.connect_seconds)


@dataclass(slots=True)
class _Gate:
    """Caps the connections to one address; forgotten when nobody uses it, so that memory stays flat."""

    cap: int
    users: int = 0
    semaphore: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.semaphore = asyncio.Semaphore(self.cap)


def not_tried(target: Target, detail: str, *, address: str = "") -> Outcome:
    """The outcome of a target, or of one address of it, that was not asked."""
    return conclude(target, Observation(reach=Reach.NOT_TRIED, detail=detail), address=address)


def out_of_scope(target: Target, resolution: Resolution) -> Outcome:
    """The outcome of a name, some or all of whose addresses no packet may go to."""
    detail = "; ".join(f"{address}: {reason}" for address, reason in resolution.refused)
    seen = Observation(reach=Reach.OUT_OF_SCOPE, detail=detail)
    return conclude(target, seen, address=resolution.refused[0][0])


def _worth_another_try(outcome: Outcome) -> bool:
    """Whether nothing was learnt. What a stranger was given stays true, however that talk ended."""
    reach = outcome.observation.reach
    if reach is Reach.TIMED_OUT:
        return outcome.target.named  # a network's silent addresses are what most of a network is
    return reach in _TRY_AGAIN and not outcome.verdict.exposed


def _better(first: Outcome, second: Outcome) -> Outcome:
    """The second try, unless it knows less: a port that took a connection once must not end as one that is closed."""
    before, after = first.observation.reach, second.observation.reach
    if after is Reach.NOT_TRIED or (before is not Reach.TIMED_OUT and after in _KNOWS_LESS):
        return first
    return second
