"""What a worker runs: a slice of targets in, their outcomes out, in one call that any executor can make."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from itertools import groupby

from auditor.examine import assemble
from auditor.model.outcome import Outcome
from auditor.model.target import Target
from auditor.sweep.asking import Settings
from auditor.sweep.feeder import sweep
from auditor.sweep.halt import Halt


def run_slice(targets: tuple[Target, ...], settings: Settings, seconds: float | None = None) -> tuple[Outcome, ...]:
    """Sweeps and examines a slice in an event loop of its own; `seconds` bounds it, what is left then is not probed.

    Both ways only plain data travel: targets and settings in, outcomes out; never sockets, clients or values.
    """
    return asyncio.run(_run(targets, settings, seconds))


def cut(targets: Iterable[Target], size: int) -> Iterator[tuple[Target, ...]]:
    """Slices of about `size` targets that never part a host, so that caps on one address hold in every worker."""
    piece: list[Target] = []
    for _, group in groupby(targets, key=lambda target: target.address):
        members = list(group)
        if piece and len(piece) + len(members) > size:
            yield tuple(piece)
            piece = []
        piece.extend(members)
    if piece:
        yield tuple(piece)


async def _run(targets: tuple[Target, ...], settings: Settings, seconds: float | None) -> tuple[Outcome, ...]:
    outcomes: list[Outcome] = []

    async def put(outcome: Outcome) -> None:
        outcomes.append(outcome)

    halt = Halt(deadline=None if seconds is None else time.monotonic() + seconds)
    await sweep(targets, settings=settings, toolkit=assemble(settings.rules), halt=halt, put=put)
    return tuple(outcomes)
