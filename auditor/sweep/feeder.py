"""The round trip: targets in, one outcome each out, with one feeder that alone waits for the pace."""

import asyncio
import random
import resource
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from auditor.examine import Toolkit, conclude, examine, merge
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Outcome
from auditor.model.target import Scope, Target
from auditor.probes.interface import Budget, Manner, WireError
from auditor.sweep.connect import connect
from auditor.sweep.halt import Halt
from auditor.sweep.pace import Pace, Permits
from auditor.sweep.resolve import Resolution, Resolver

#: Takes one finished outcome; it may wait, which slows the sweep down instead of filling memory.
Put: TypeAlias = Callable[[Outcome], Awaitable[None]]

#: Targets are shuffled within a window of this many, so that no network is hit in one burst and memory stays flat.
SHUFFLE_WINDOW = 4_096

#: File descriptors that are ours for history, logs, name resolution and the loop itself.
DESCRIPTOR_RESERVE = 64

#: How a talk may end that is worth a second try: nothing was learnt, and the network may be to blame.
_TRY_AGAIN = frozenset({Reach.TIMED_OUT, Reach.BROKE_OFF, Reach.TLS_FAILED})


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a sweep needs besides its targets; plain data that may be sent to a worker."""

    scope: Scope
    pace: Pace
    budget: Budget = field(default_factory=Budget)
    manner: Manner = field(default_factory=Manner)
    seed: int | None = None  # of the shuffle, for a repeatable order


async def sweep(targets: Iterable[Target], *, settings: Settings, toolkit: Toolkit, halt: Halt, put: Put) -> None:
    """Calls `put` with exactly one outcome for each target, in no particular order; returns when all are done.

    Nothing a server, a resolver or a bug of ours does raises here: it is an outcome. What was not started when `halt`
    spoke, and what was in flight when it was interrupted, ends as not probed.
    """
    async with Resolver(settings.scope) as resolver:
        await _Round(settings, toolkit, halt, put, resolver).go(targets)


class _Round:
    def __init__(self, settings: Settings, toolkit: Toolkit, halt: Halt, put: Put, resolver: Resolver) -> None:
        self._settings = settings
        self._toolkit = toolkit
        self._halt = halt
        self._put = put
        self._resolver = resolver
        self._permits = Permits(settings.pace.rate)
        self._slots = asyncio.Semaphore(_in_flight(settings.pace.in_flight))
        self._gates: dict[str, _Gate] = {}
        self._working: set[asyncio.Task[None]] = set()

    async def go(self, targets: Iterable[Target]) -> None:
        ready: asyncio.Queue[tuple[Target, Resolution] | None] = asyncio.Queue(SHUFFLE_WINDOW)
        async with asyncio.TaskGroup() as beside:
            watcher = beside.create_task(self._let_go_when_interrupted())
            async with asyncio.TaskGroup() as group:
                group.create_task(self._resolve(targets, ready))
                await self._feed(ready, group)
            watcher.cancel()

    async def _resolve(
        self, targets: Iterable[Target], ready: "asyncio.Queue[tuple[Target, Resolution] | None]"
    ) -> None:
        """Resolves widely ahead of the feeder; a slow name holds up nobody but itself."""
        ahead = asyncio.Semaphore(SHUFFLE_WINDOW)

        async def one(target: Target) -> None:
            try:
                await ready.put((target, await self._resolver.resolve(target.address)))
            finally:
                ahead.release()

        async with asyncio.TaskGroup() as group:
            for target in _shuffled(targets, random.Random(self._settings.seed)):  # noqa: S311 - an order, not a secret
                if self._halt.reason() is not None:
                    await ready.put((target, Resolution()))
                    continue
                await ahead.acquire()
                group.create_task(one(target))
        await ready.put(None)

    async def _feed(self, ready: "asyncio.Queue[tuple[Target, Resolution] | None]", group: asyncio.TaskGroup) -> None:
        while (item := await ready.get()) is not None:
            target, resolution = item
            reason = self._halt.reason()
            if reason is not None:
                await self._put(conclude(target, Observation(reach=Reach.NOT_TRIED, detail=reason)))
            elif resolution.error:
                await self._put(conclude(target, Observation(reach=Reach.DNS_FAILED, detail=resolution.error)))
            elif not resolution.allowed:
                await self._put(_out_of_scope(target, resolution))
            else:
                await self._permits.acquire()
                await self._slots.acquire()
                group.create_task(self._work(target, resolution))

    async def _let_go_when_interrupted(self) -> None:
        await self._halt.interrupted.wait()
        for task in tuple(self._working):
            task.cancel()

    async def _work(self, target: Target, resolution: Resolution) -> None:
        # A task joins only once it runs: cancelled before its first step it could not account for its target.
        task = asyncio.current_task()
        assert task is not None
        self._working.add(task)
        try:
            if (reason := self._halt.reason()) is not None:
                outcome = conclude(target, Observation(reach=Reach.NOT_TRIED, detail=reason))
            else:
                outcome = await self._all_addresses(target, resolution)
        except asyncio.CancelledError:
            if not self._halt.interrupted.is_set():
                raise
            seen = Observation(reach=Reach.NOT_TRIED, detail="the run was interrupted while it was being asked")
            outcome = conclude(target, seen)
        finally:
            self._working.discard(task)
            self._slots.release()
        await self._put(outcome)

    async def _all_addresses(self, target: Target, resolution: Resolution) -> Outcome:
        outcomes = []
        for number, address in enumerate(resolution.allowed):
            if number:
                self._permits.charge()
            outcomes.append(await self._address(target, address))
        if resolution.refused:
            outcomes.append(_out_of_scope(target, resolution))
        return merge(tuple(outcomes))

    async def _address(self, target: Target, address: str) -> Outcome:
        gate = self._gates.setdefault(address, _Gate(self._settings.pace.per_address))
        gate.users += 1
        try:
            async with gate.semaphore:
                outcome = await self._once(target, address)
                for _ in range(self._settings.pace.retries):
                    if not _worth_another_try(outcome):
                        break
                    self._permits.charge()
                    outcome = await self._once(target, address)
                return outcome
        finally:
            gate.users -= 1
            if not gate.users:
                del self._gates[address]

    async def _once(self, target: Target, address: str) -> Outcome:
        seconds = self._settings.pace.connect_seconds

        async def dial() -> socket.socket:
            self._permits.charge()
            return await connect(address, target.port, seconds=seconds)

        try:
            first = await connect(address, target.port, seconds=seconds)
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


@dataclass(slots=True)
class _Gate:
    """Caps the connections to one address; forgotten when nobody uses it, so that memory stays flat."""

    cap: int
    users: int = 0
    semaphore: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.semaphore = asyncio.Semaphore(self.cap)


def _worth_another_try(outcome: Outcome) -> bool:
    reach = outcome.observation.reach
    if reach is Reach.TIMED_OUT:
        return outcome.target.named  # a network's silent addresses are what most of a network is
    return reach in _TRY_AGAIN


def _out_of_scope(target: Target, resolution: Resolution) -> Outcome:
    detail = "; ".join(f"{address}: {reason}" for address, reason in resolution.refused)
    address = resolution.refused[0][0] if resolution.refused else ""
    return conclude(target, Observation(reach=Reach.OUT_OF_SCOPE, detail=detail), address=address)


def _shuffled(targets: Iterable[Target], chance: random.Random) -> Iterator[Target]:
    """The same targets in another order: each leaves a window of `SHUFFLE_WINDOW` at random."""
    window: list[Target] = []
    for target in targets:
        if len(window) < SHUFFLE_WINDOW:
            window.append(target)
            continue
        place = chance.randrange(SHUFFLE_WINDOW)
        window[place], target = target, window[place]  # noqa: PLW2901 - the swap is the point
        yield target
    chance.shuffle(window)
    yield from window


def _in_flight(wanted: int) -> int:
    """As many at once as wanted, within the file descriptors that we may have; that limit is raised if it can be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    if soft == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, soft - DESCRIPTOR_RESERVE))
