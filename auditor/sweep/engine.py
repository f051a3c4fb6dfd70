"""Where a sweep runs: here in this process, or on anything that has `submit`."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Protocol

from auditor.examine import Toolkit
from auditor.model.outcome import Outcome
from auditor.model.target import Target
from auditor.sweep.asking import Settings, not_tried
from auditor.sweep.feeder import Put, sweep
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
                outcomes = await self._slice(piece, share, halt)
            finally:
                slots.release()
            for outcome in outcomes:
                await put(outcome)

        async with asyncio.TaskGroup() as group:
            for piece in cut(targets, SLICE_TARGETS):
                await slots.acquire()
                group.create_task(one(piece))

    async def _slice(self, piece: tuple[Target, ...], share: Settings, halt: Halt) -> tuple[Outcome, ...]:
        """One outcome for each target of a slice, whatever the executor does with it."""
        reason = halt.reason()
        if reason is not None:
            return _not_tried(piece, reason)
        interrupted = asyncio.ensure_future(halt.interrupted.wait())
        try:
            work = asyncio.wrap_future(self._executor.submit(run_slice, piece, share, halt.seconds_left()))
            await asyncio.wait((work, interrupted), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():  # the worker is left alone with what it does; its answer would come too late
                work.cancel()
                return _not_tried(piece, "the run was interrupted while a worker asked it")
            return _one_each(piece, work.result())
        except asyncio.CancelledError as error:
            if not _cancelled_elsewhere():
                raise
            return _not_tried(piece, f"the worker failed: {type(error).__name__}")
        except Exception as error:  # noqa: BLE001 - whatever an executor raises, its targets were not tested
            return _not_tried(piece, f"the worker failed: {type(error).__name__}")
        finally:
            interrupted.cancel()


def engine_of(made: Any) -> Engine:
    """What an entry point of `auditor.engines` made, as an engine: one already, or anything with `submit`.

    Raises:
        TypeError: it is neither.
    """
    if callable(getattr(made, "run", None)):
        engine: Engine = made
        return engine
    if callable(getattr(made, "submit", None)):
        return ExecutorEngine(made, workers=getattr(made, "_max_workers", None) or 2)
    raise TypeError(f"{made!r} is no engine: it has neither run() nor submit()")


def _not_tried(piece: Iterable[Target], reason: str) -> tuple[Outcome, ...]:
    return tuple(not_tried(target, reason) for target in piece)


def _one_each(piece: tuple[Target, ...], answer: Any) -> tuple[Outcome, ...]:
    """What a worker sent back, held against what it was asked for: each target once, and nothing else."""
    told = {_key(outcome.target): outcome for outcome in answer if isinstance(outcome, Outcome)}
    asked = {_key(target): target for target in piece}
    lost = _not_tried((target for key, target in asked.items() if key not in told), "the worker lost it")
    return (*(outcome for key, outcome in told.items() if key in asked), *lost)


def _key(target: Target) -> tuple[str, str, int, str, str | None]:
    return target.host, target.address, target.port, target.product, target.network


def _cancelled_elsewhere() -> bool:
    """Whether a CancelledError is the executor's (shut down with work waiting) and not ours."""
    task = asyncio.current_task()
    return task is not None and not task.cancelling()
