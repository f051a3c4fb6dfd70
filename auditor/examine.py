"""One target from question to outcome: probe, classify, judge. The only broad `except` stands here."""

import asyncio
import logging
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from auditor import judge, plugins
from auditor.model.dataset import DataSet
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Outcome
from auditor.model.target import Target
from auditor.pii import Classifier
from auditor.probes.interface import Budget, Manner, Probe, WireError
from auditor.probes.lines import SocketLines

log = logging.getLogger(__name__)

#: From this many fields on, classifying would hold the loop up for others.
OFF_LOOP_FIELDS = 500

#: How long past its own budget a probe may take before it is cut off.
SLACK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Toolkit:
    """What an examination needs besides the target: built once in each process, never sent anywhere."""

    probes: Mapping[str, Probe]
    classifier: Classifier


def assemble() -> Toolkit:
    """Probes and rules from the plugin registry.

    Raises:
        PluginError: one cannot be loaded.
    """
    probes = {name: kind() for name, kind in plugins.load_all("probes")}
    return Toolkit(
        probes={probe.product: probe for probe in probes.values()},
        classifier=Classifier(tuple(pack() for _, pack in plugins.load_all("rules"))),
    )


async def examine(
    target: Target,
    *,
    address: str,
    dial: Callable[[], Awaitable[socket.socket]],
    toolkit: Toolkit,
    budget: Budget,
    manner: Manner,
    first: socket.socket | None = None,
) -> Outcome:
    """Asks one address of a target and concludes. Raises only when cancelled: our own mistakes are outcomes too."""
    lines = SocketLines(target, address=address, dial=dial, budget=budget, manner=manner, first=first)
    try:
        try:
            async with asyncio.timeout(budget.target_seconds + SLACK_SECONDS):
                seen = await toolkit.probes[target.product].observe(lines)
        finally:
            await lines.close()
        seen = replace(seen, datasets=await _classified(seen.datasets, toolkit.classifier))
    except WireError as error:
        seen = Observation(reach=error.reach, detail=error.detail)
    except TimeoutError:
        seen = Observation(reach=Reach.BROKE_OFF, detail=f"not done within {budget.target_seconds:g} s")
    except Exception as error:
        log.exception("%s %s:%s could not be examined", target.product, target.host, target.port)
        seen = Observation(reach=Reach.BUG, detail=f"{type(error).__name__}; the log has the traceback")
    return conclude(target, replace(seen, transcript=tuple(lines.transcript.exchanges)), address=address)


def conclude(target: Target, seen: Observation, *, address: str = "") -> Outcome:
    """The outcome of an observation, or of a talk that never took place."""
    decision = judge.decide(seen)
    return Outcome(
        target=target,
        address=address,
        verdict=decision.verdict,
        rule=decision.rule,
        why=decision.why,
        observation=seen,
        finished=time.time(),
    )


def merge(outcomes: tuple[Outcome, ...]) -> Outcome:
    """One outcome for a name with several addresses: the most exposed speaks, the others stand beside it."""
    if len(outcomes) == 1:
        return outcomes[0]
    place = judge.worst(tuple(outcome.verdict for outcome in outcomes))
    others = tuple((outcome.address, outcome.verdict) for number, outcome in enumerate(outcomes) if number != place)
    return replace(outcomes[place], others=others)


async def _classified(datasets: tuple[DataSet, ...], classifier: Classifier) -> tuple[DataSet, ...]:
    if sum(len(dataset.fields) for dataset in datasets) > OFF_LOOP_FIELDS:
        return await asyncio.to_thread(_classify, datasets, classifier)
    return _classify(datasets, classifier)


def _classify(datasets: tuple[DataSet, ...], classifier: Classifier) -> tuple[DataSet, ...]:
    return tuple(
        replace(
            dataset,
            personal=() if dataset.system else classifier.classify(dataset.name, dataset.fields, kind=dataset.kind),
            field_count=len(dataset.fields) if dataset.field_count is None and dataset.fields else dataset.field_count,
            fields=(),
        )
        for dataset in datasets
    )
