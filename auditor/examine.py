"""One target from question to outcome: probe, classify, judge. The only broad `except` stands here."""

import asyncio
import logging
import socket
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from auditor import judge, plugins, rulebook
from auditor.model.dataset import DataSet, Field, FieldFinding, ValueCounts
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Outcome
from auditor.model.plan import RequestTemplate
from auditor.model.sound import sound
from auditor.model.target import Target
from auditor.pii import Classifier
from auditor.pii.packs import RuleFile, load_packs
from auditor.plugins import PluginError
from auditor.probes.interface import Budget, Manner, OpenTally, Probe, Tally, WireError
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


def assemble(rules: Sequence[RuleFile] = ()) -> Toolkit:
    """Probes and rules from the plugin registry, and further files of rules.

    Raises:
        PluginError: one cannot be loaded or made, two ask for the same product, or a probe's rules are wrong.
        RuleError: a file of rules is wrong.
    """
    probes: dict[str, Probe] = {}
    owners: dict[str, str] = {}
    for name, kind in plugins.load_all("probes"):
        probe: Probe = _made(name, kind)
        if probe.product in probes:
            raise PluginError(f"two probes ask for '{probe.product}': '{owners[probe.product]}' and '{name}'")
        probes[probe.product], owners[probe.product] = probe, name
    packs = load_packs(rules)
    try:
        return Toolkit(probes=probes, classifier=Classifier(packs))
    except Exception as error:  # a pack may be anything; before the first packet is the time to say so
        raise PluginError(f"the rule packs cannot be used: {type(error).__name__}: {error}") from error


def _made(name: str, kind: Callable[[], Any]) -> Any:
    """What an entry point's class makes; it must be able to say what it is."""
    try:
        made = kind()
        _check(made)
    except Exception as error:  # somebody else's code may fail in any way; the user must learn whose it is
        raise PluginError(f"the probe '{name}' cannot be used: {type(error).__name__}: {error}") from error
    return made


def _check(probe: Any) -> None:
    if not isinstance(probe.product, str) or not callable(probe.observe):
        raise TypeError("it has no product, or nothing to observe with")
    rulebook.check(probe.product, probe.rules)
    for template in probe.requests:
        sound(template, RequestTemplate)


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
    lines = SocketLines(
        target,
        address=address,
        dial=dial,
        budget=budget,
        manner=manner,
        first=first,
        open_tally=lambda name, fields: _CarefulTally(toolkit.classifier.tally, name, fields),
    )
    try:
        try:
            async with asyncio.timeout(budget.target_seconds + SLACK_SECONDS):
                seen = await toolkit.probes[target.product].observe(lines)
        finally:
            await lines.close()
        seen = await _digested(replace(seen, transcript=tuple(lines.transcript.exchanges)), toolkit.classifier)
    except WireError as error:
        exchanges = lines.transcript.exchanges
        if exchanges and not any(exchange.why for exchange in exchanges):
            lines.transcript.explain(len(exchanges) - 1, f"The talk ended here: {error.detail}.")
        seen = Observation(reach=error.reach, detail=error.detail, transcript=tuple(lines.transcript.exchanges))
    except TimeoutError:
        detail = f"not done within {budget.target_seconds:g} s"
        seen = Observation(reach=Reach.BROKE_OFF, detail=detail, transcript=tuple(lines.transcript.exchanges))
    except asyncio.CancelledError as error:
        if _is_cancelled():
            raise
        seen = _bug(target, error)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - ours or a plugin's, it is one target's, not the night's
        seen = _bug(target, error)
    return conclude(target, seen, address=address)


def _is_cancelled() -> bool:
    """Whether it was us who was cancelled, and not something that a probe started and waited for."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


class _CarefulTally:
    """A tally whose mistakes, ours or a rule pack's, cost the counts of one sample and nothing else."""

    __slots__ = ("_tally",)

    def __init__(self, open_tally: OpenTally, name: str, fields: Sequence[Field]) -> None:
        self._tally: Tally | None = None
        try:
            self._tally = open_tally(name, fields)
        except Exception as error:  # noqa: BLE001 - no verdict may hang on a sample
            self._give_up(error)

    def take(self, path: str, value: object) -> None:
        """Counts one value, unless an earlier one could not be counted."""
        if self._tally is None:
            return
        try:
            self._tally.take(path, value)
        except Exception as error:  # noqa: BLE001 - as above
            self._give_up(error)

    def counts(self) -> tuple[ValueCounts, ...]:
        """The counts; none where one value could not be counted."""
        if self._tally is None:
            return ()
        try:
            return self._tally.counts()
        except Exception as error:  # noqa: BLE001 - as above
            self._give_up(error)
            return ()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a tally is not pickled")

    def _give_up(self, error: Exception) -> None:
        self._tally = None
        log.error("a sample could not be counted: %s\n%s", type(error).__name__, _place(error))


def _bug(target: Target, error: BaseException) -> Observation:
    """Our mistake, or a plugin's. The log says where; the message of the error may quote a server, and is kept out."""
    log.error(
        "%s %s:%s could not be examined: %s\n%s",
        *(target.product, target.host, target.port, type(error).__name__, _place(error)),
    )
    return Observation(reach=Reach.BUG, detail=f"{type(error).__name__}; the log has the traceback")


def _place(error: BaseException) -> str:
    """Where an error came from: the lines of code on the way, without its message and without what they held."""
    return "".join(traceback.format_tb(error.__traceback__))


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
    """One outcome for a name with several addresses: the most exposed speaks, the others stand beside it.

    Of equally exposed ones it is the one with the most to lose: the most data sets that look personal, then the most.
    """
    if len(outcomes) == 1:
        return outcomes[0]
    verdict = outcomes[judge.worst(tuple(outcome.verdict for outcome in outcomes))].verdict
    equals = [number for number, outcome in enumerate(outcomes) if outcome.verdict is verdict]
    place = max(equals, key=lambda number: _at_stake(outcomes[number]))
    others = tuple((outcome.address, outcome.verdict) for number, outcome in enumerate(outcomes) if number != place)
    return replace(outcomes[place], others=others)


def _at_stake(outcome: Outcome) -> tuple[int, int]:
    datasets = outcome.observation.datasets
    return sum(bool(dataset.personal) for dataset in datasets), len(datasets)


async def _digested(seen: Observation, classifier: Classifier) -> Observation:
    """The observation with its fields classified and emptied; off the loop where there are many.

    Raises:
        TypeError: a probe handed over what is no observation.
    """
    if sum(1 + len(dataset.fields) + len(dataset.counts) for dataset in seen.datasets) > OFF_LOOP_FIELDS:
        return await asyncio.to_thread(_digest, seen, classifier)
    return _digest(seen, classifier)


def _digest(seen: Observation, classifier: Classifier) -> Observation:
    datasets = tuple(_classified(dataset, classifier) for dataset in seen.datasets)
    return sound(replace(seen, datasets=datasets), Observation)


def _classified(dataset: DataSet, classifier: Classifier) -> DataSet:
    fields = dataset.fields
    personal: tuple[FieldFinding, ...] = ()
    if not dataset.system:
        personal = classifier.classify(dataset.name, fields, kind=dataset.kind, counts=dataset.counts)
    return replace(
        dataset,
        personal=personal,
        record=classifier.record(dataset.name, fields, personal),
        field_count=len(fields) if dataset.field_count is None and fields else dataset.field_count,
        fields=(),
        counts=(),
    )
