"""Where a sweep runs: here in this process, or on anything that has `submit`."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Protocol

from auditor.examine import Toolkit, conclude
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Outcome
from auditor.model.target import Target
from auditor.sweep.feeder import Put, Settings, sweep
from auditor.sweep.halt import Halt
from auditor.sweep.slice import cut, run_slice

#: Targets a slice, where an executor runs them: large enough that handing it over costs nothing.
SLICE_TARGETS = 1_000


class Engine(Protocol):
    """Goes round all targets and calls `put` once for each."""

    async def run(
        self, targets: Iterable[Target], *, settings: Settings, toolkit: Toolkit, halt: Halt, put: Put
    ) -> None:
        """Returns when every target has had its outcome put."""


class Executor(Protocol):
    """What `concurrent.futures` executors and Dask's `Client.get_executor()` have in common."""

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> "Future[Any]":
        """Runs `fn(*args)` somewhere."""


class LocalEngine:
    """In this process, on this loop: the default."""

    async def run(
        self, targets: Iterable[Target], *, settings: Settings, toolkit: Toolkit, halt: Halt, put: Put
    ) -> None:
        """Returns when every target has had its outcome put."""
        await sweep(targets, settings=settings, toolkit=toolkit, halt=halt, put=put)


class ExecutorEngine:
    """Over any executor: host-aligned slices go out, each with its share of the rate; outcomes come back."""

    def __init__(self, executor: Executor, *, workers: int) -> None:
        self._executor = executor
        self._workers = workers

    async def run(
        self, targets: Iterable[Target], *, settings: Settings, toolkit: Toolkit, halt: Halt, put: Put
    ) -> None:
        """Returns when every target has had its outcome put; a slice whose worker died ends as not probed."""
        rate = settings.pace.rate
        share = replace(settings, pace=replace(settings.pace, rate=None if rate is None else rate / self._workers))
        slots = asyncio.Semaphore(self._workers)

        async def one(piece: tuple[Target, ...]) -> None:
            try:
                reason = halt.reason()
                if reason is None:
                    future = self._executor.submit(run_slice, piece, share, _seconds_left(halt))
                    outcomes: tuple[Outcome, ...] = await asyncio.wrap_future(future)
                else:
                    outcomes = _not_tried(piece, reason)
            except Exception as error:  # noqa: BLE001 - whatever an executor raises, its targets were not tested
                outcomes = _not_tried(piece, f"the worker failed: {type(error).__name__}")
            finally:
                slots.release()
            for outcome in outcomes:
                await put(outcome)

        async with asyncio.TaskGroup() as group:
            for piece in cut(targets, SLICE_TARGETS):
                await slots.acquire()
                group.create_task(one(piece))


def engine_of(made: Any) -> Engine:
    """What an entry point of `auditor.engines` made, as an engine: one already, or anything with `submit`.

    Raises:
        TypeError: it is neither.
    """
    if hasattr(made, "run"):
        engine: Engine = made
        return engine
    if hasattr(made, "submit"):
        return ExecutorEngine(made, workers=getattr(made, "_max_workers", None) or 2)
    raise TypeError(f"{made!r} is no engine: it has neither run() nor submit()")


def _not_tried(piece: tuple[Target, ...], reason: str) -> tuple[Outcome, ...]:
    return tuple(conclude(target, Observation(reach=Reach.NOT_TRIED, detail=reason)) for target in piece)


def _seconds_left(halt: Halt) -> float | None:
    if halt.deadline is None:
        return None
    return max(0.0, halt.deadline - asyncio.get_running_loop().time())
