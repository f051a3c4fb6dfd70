"""One target asked once, as an audit asks it, with all kept that it said; and the same asked of what was kept."""

import socket
from dataclasses import dataclass, replace

from auditor.examine import Toolkit, conclude, examine
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Outcome
from auditor.model.target import Target, Tls
from auditor.probes.interface import Budget, Lines, Manner
from auditor.sweep.asking import Asker, Settings, out_of_scope
from auditor.sweep.halt import Halt
from auditor.sweep.pace import Permits
from auditor.sweep.resolve import Resolution, Resolver
from auditor.testing import loopback
from auditor.testing.recorder import ProbeThrough, RecordingProbe
from auditor.testing.recording import HttpRecording, MongoRecording
from auditor.testing.replay import HttpReplay, MongoReplay
from auditor.testing.scrub import Origin
from auditor.testing.tape import Tape

#: A replay answers at once; where it is asked in another protocol it says nothing.
_HASTY = Budget(exchange_seconds=3.0)


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of asking one target. `addresses` is how many its name has; the first of them was asked."""

    outcome: Outcome
    tape: Tape
    recording: HttpRecording | MongoRecording | None
    addresses: int = 0

    @property
    def origin(self) -> Origin:
        """Where the recording was made."""
        target = self.outcome.target
        names = (target.host, target.address, target.asset.name, self.outcome.address)
        return Origin(frozenset(name.lower() for name in names if name), target.port, self.tape.scheme)

    @property
    def broken(self) -> int:
        """How many exchanges are recorded as an ended connection, though the server was silent or broke off."""
        kept = () if self.recording is None else self.recording.exchanges
        return sum(exchange in self.tape.broken for exchange in kept)


async def visit(target: Target, *, settings: Settings, toolkit: Toolkit, halt: Halt) -> Visit:
    """Resolves a target's name, holds the address against the scope, and asks it once through lines that record.

    Whatever the server does is an outcome; nothing is sent to an address outside the scope, or while `halt` speaks.
    """
    tape = Tape()
    async with Resolver(settings.scope) as resolver:
        resolution = await resolver.resolve(target.address)
    if not resolution.allowed:
        return Visit(_unasked(target, resolution), tape, None)
    probes = {**toolkit.probes, target.product: RecordingProbe(toolkit.probes[target.product], tape)}
    once = replace(settings, pace=replace(settings.pace, retries=0))
    asker = Asker(once, replace(toolkit, probes=probes), Permits(once.pace.rate), halt)
    done: list[Outcome] = []
    await asker.ask(target, Resolution(allowed=resolution.allowed[:1]), done)
    name = f"{target.host}:{target.port}"
    return Visit(done[0], tape, tape.recording(name), len(resolution.allowed))


async def revisit(
    recording: HttpRecording | MongoRecording,
    target: Target,
    *,
    toolkit: Toolkit,
    manner: Manner,
    from_loopback: bool,
    budget: Budget = _HASTY,
) -> Outcome:
    """Serves a recording on loopback, without TLS, and asks it what `target` was asked.

    `from_loopback` is whether the target itself was asked from its own machine, which MongoDB's answers may hang on.
    """

    def from_there(lines: Lines) -> Lines:
        lines.from_loopback = from_loopback
        return lines

    probe = ProbeThrough(toolkit.probes[target.product], from_there)
    asked = replace(target, address="127.0.0.1", tls=Tls.NEVER)
    server = HttpReplay(recording) if isinstance(recording, HttpRecording) else MongoReplay(recording)
    async with server:

        async def dial() -> socket.socket:
            return await loopback.dial(replace(asked, port=server.port))

        return await examine(
            asked,
            address=asked.address,
            dial=dial,
            toolkit=replace(toolkit, probes={**toolkit.probes, target.product: probe}),
            budget=budget,
            manner=manner,
        )


def _unasked(target: Target, resolution: Resolution) -> Outcome:
    if resolution.refused:
        return out_of_scope(target, resolution)
    return conclude(target, Observation(reach=Reach.DNS_FAILED, detail=resolution.error))
