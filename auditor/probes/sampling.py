"""Which data sets are sampled, in which order, and when to stop: the same for every product that can be sampled.

A sample is the last thing that is asked of a target. Whatever comes of it, no more is changed than the data sets'
counts, so that no verdict can rest on it and no server can hold up more than the sample itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeVar

from auditor.model.dataset import NOT_SAMPLED, DataSet
from auditor.probes.interface import LARGEST_SAMPLE, Lines, OpenTally, Tally

MOST_SAMPLED: Final = 50  # data sets of one target
MOST_VALUES: Final = 20_000  # of one sample that are looked at
#: When and what for a sample is requested, as it stands in a plan of requests.
WHEN_SAMPLED: Final = (
    "only with --sample and an approval in the inventory (authorization.sampling): last, for each readable data set"
    f" that is not the product's own, at most {MOST_SAMPLED} of a server, the largest first"
)
WHY_SAMPLED: Final = (
    "how many distinct values of a field pass a check, such as a checksum: a few documents are sent, their values"
    " counted on arrival, and none is kept"
)
_FEWER: Final = 10  # times fewer documents are requested where so many were too long for a reply
_TRIES: Final = 2  # data sets in a row that give nothing, before no more are tried
_MOST_SECONDS: Final = 20.0  # that all samples of one target may take
_OFF_LOOP_BYTES: Final = 16 << 10  # from this many on, looking at values would hold the loop up for others

T = TypeVar("T")


class End(StrEnum):
    """How the request for a sample ended; the words follow NOT_SAMPLED among what was not answered of a data set."""

    TAKEN = "taken"
    TOO_LONG = "too long for one reply"
    REFUSED = "refused"
    ODD = "answered with something else"
    SILENT = "no answer"
    NO_WAY = "not possible on the way by which it is read"
    NOT_TAKEN = "not taken"  # the server gave nothing before, there were too many data sets, or a budget is spent


@dataclass(frozen=True, slots=True)
class Taken:
    """What one request for a sample came to: how it ended, and the data set with what was learnt."""

    end: End
    dataset: DataSet


#: Asks for so many documents of a data set and reduces them with that tally.
Take = Callable[[DataSet, int, Tally], Awaitable[Taken]]


async def sample(
    datasets: Sequence[DataSet], take: Take, *, lines: Lines, began: float, may: Callable[[DataSet], bool]
) -> tuple[DataSet, ...]:
    """The data sets, in their order, with the counts of their samples; as they were where no sample is allowed.

    `began` is when the target's time began, on the event loop's clock; `may` says which data sets the product lets be
    asked about. Of those, the readable ones that are not the product's own are sampled, the largest first.
    """
    if lines.open_tally is None:
        return tuple(datasets)
    chosen = [each for each in datasets if each.readable and not each.system and each.records != 0 and may(each)]
    chosen.sort(key=lambda dataset: -(dataset.records or 0))
    found = {each.name: _with_end(each, End.NOT_TAKEN) for each in chosen}
    left = min(_MOST_SECONDS, began + lines.budget.target_seconds - asyncio.get_running_loop().time())
    documents = min(lines.manner.sample, LARGEST_SAMPLE)
    try:
        async with asyncio.timeout(left) as limit:
            await _sample_each(chosen[:MOST_SAMPLED], take, lines.open_tally, documents, found)
    except TimeoutError:
        if not limit.expired():
            raise
    return tuple(found.get(each.name, each) for each in datasets)


async def reduce(size: int, work: Callable[[], T]) -> T:
    """What `work` makes of so many bytes of documents; in a thread where there are many."""
    return work() if size <= _OFF_LOOP_BYTES else await asyncio.to_thread(work)


async def _sample_each(
    chosen: Sequence[DataSet], take: Take, open_tally: OpenTally, documents: int, found: dict[str, DataSet]
) -> None:
    failures = 0
    for dataset in chosen:
        taken = await take(dataset, documents, open_tally(dataset.name, dataset.fields))
        if taken.end is End.TOO_LONG and (fewer := documents // _FEWER):
            taken = await take(dataset, fewer, open_tally(dataset.name, dataset.fields))
        if taken.end is End.NOT_TAKEN:  # nothing more may be asked
            return
        found[dataset.name] = taken.dataset if taken.end is End.TAKEN else _with_end(dataset, taken.end)
        failures = 0 if taken.end in (End.TAKEN, End.TOO_LONG, End.NO_WAY) else failures + 1
        if failures >= _TRIES:
            return


def _with_end(dataset: DataSet, end: End) -> DataSet:
    return replace(dataset, refused=(*dataset.refused, f"{NOT_SAMPLED}{end}"))
