"""The round trip: targets in, one outcome each out, with one feeder that alone waits for the pace."""

import asyncio
import contextlib
import random
import resource
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, TypeAlias

from auditor.examine import Toolkit, conclude, merge
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Outcome
from auditor.model.target import Target
from auditor.sweep.asking import Asker, Settings, not_tried, out_of_scope
from auditor.sweep.halt import Halt
from auditor.sweep.pace import Permits
from auditor.sweep.resolve import Resolution, Resolver

__all__ = ["Put", "Settings", "sweep"]

#: Takes one finished outcome; it may wait, which slows the sweep down instead of filling memory.
Put: TypeAlias = Callable[[Outcome], Awaitable[None]]

#: A target with its addresses; None for those, where the run was halted before they were known.
Ready: TypeAlias = "asyncio.Queue[tuple[Target, Resolution | None] | None]"

#: Targets are shuffled within a window of this many, so that no network is hit in one burst and memory stays flat.
SHUFFLE_WINDOW = 4_096

#: File descriptors that are ours for history, logs, name resolution and the loop itself.
DESCRIPTOR_RESERVE = 64

#: How long a talk that is nearly over may go on past the deadline, or into a window, in seconds.
GRACE_SECONDS = 1.0


async def sweep(targets: Iterable[Target], *, settings: Settings, toolkit: Toolkit, halt: Halt, put: Put) -> None:
    """Calls `put` with exactly one outcome for each target, in no particular order; returns when all are done.

    Nothing a server, a resolver or a bug of ours does raises here: it is an outcome. What was not started when `halt`
    spoke, and what was in flight when it was interrupted, ends as not probed.
    """
    async with Resolver(settings.scope) as resolver:
        await _Round(settings, toolkit, halt, put, resolver).go(targets)


class _Round:
    def __init__(self, settings: Settings, toolkit: Toolkit, halt: Halt, put: Put, resolver: Resolver) -> None:
        self._halt = halt
        self._put = put
        self._resolver = resolver
        self._permits = Permits(settings.pace.rate)
        self._asker = Asker(settings, toolkit, self._permits, halt)
        self._seed = settings.seed
        self._slots = asyncio.Semaphore(_in_flight(settings.pace.in_flight))
        self._letting_go = False
        self._waiting: set[asyncio.Task[Any]] = set()  # whoever waits for others and is to be let go

    async def go(self, targets: Iterable[Target]) -> None:
        async with asyncio.TaskGroup() as beside:
            watcher = beside.create_task(self._let_go_when_halted())
            ready: Ready = asyncio.Queue(SHUFFLE_WINDOW)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._resolve(targets, ready))
                group.create_task(self._feed(ready, group))
            watcher.cancel()

    async def _resolve(self, targets: Iterable[Target], ready: Ready) -> None:
        """Resolves widely ahead of the feeder; a slow name holds up nobody but itself."""
        ahead = asyncio.Semaphore(SHUFFLE_WINDOW)

        async def one(target: Target) -> None:
            resolution: Resolution | None = None
            if self._halt.reason() is None:
                with self._until_let_go():
                    resolution = await self._resolver.resolve(target.address)
            await ready.put((target, resolution))
            ahead.release()

        async with asyncio.TaskGroup() as group:
            for target in _shuffled(targets, random.Random(self._seed)):  # noqa: S311 - an order, not a secret
                if self._halt.reason() is not None:
                    await ready.put((target, None))
                elif (literal := self._resolver.literal(target.address)) is not None:
                    await ready.put((target, literal))
                else:
                    await ahead.acquire()
                    group.create_task(one(target))
        await ready.put(None)

    async def _feed(self, ready: Ready, group: asyncio.TaskGroup) -> None:
        while (item := await ready.get()) is not None:
            target, resolution = item
            if self._halt.reason() is None and resolution is not None and resolution.allowed:
                with self._until_let_go():
                    await self._permits.acquire()
                    await self._slots.acquire()
                    group.create_task(self._work(target, resolution))
                    continue
            await self._put(self._unasked(target, resolution))

    def _unasked(self, target: Target, resolution: Resolution | None) -> Outcome:
        reason = self._halt.reason()
        if reason is not None or resolution is None:
            return not_tried(target, reason or "the run was halted")
        if resolution.error:
            return conclude(target, Observation(reach=Reach.DNS_FAILED, detail=resolution.error))
        return out_of_scope(target, resolution)

    async def _work(self, target: Target, resolution: Resolution) -> None:
        done: list[Outcome] = []
        finished = False
        try:
            with self._until_let_go():
                await self._asker.ask(target, resolution, done)
                finished = True
        finally:
            self._slots.release()
        if not finished:
            reason = self._halt.reason() or "the run was halted"
            done.append(not_tried(target, f"{reason} while it was being asked"))
        await self._put(merge(tuple(done)))

    @contextlib.contextmanager
    def _until_let_go(self) -> Iterator[None]:
        """What is awaited inside ends, without an exception, when the run is halted."""
        task = asyncio.current_task()
        assert task is not None
        self._waiting.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if not self._letting_go or task.uncancel():
                raise  # the whole round is being cancelled
        finally:
            self._waiting.discard(task)

    async def _let_go_when_halted(self) -> None:
        await self._halt.spoken(grace=GRACE_SECONDS)
        self._letting_go = True
        for task in tuple(self._waiting):
            task.cancel()


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
    if soft not in (hard, resource.RLIM_INFINITY):
        more = wanted + DESCRIPTOR_RESERVE if hard == resource.RLIM_INFINITY else hard
        with contextlib.suppress(OSError, ValueError):  # a sandbox may forbid it, or the kernel's own bound be lower
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, more), hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, soft - DESCRIPTOR_RESERVE))
