"""Lines that keep what they hear: give a probe to `RecordingProbe`, and afterwards its tape holds a recording.

    tape = Tape()
    await RecordingProbe(KibanaProbe(), tape).observe(lines)
    recording = tape.recording("kb-1")

HTTP and MongoDB's wire protocol can be kept; a protocol that a probe speaks on a stream of its own cannot.
"""

from collections.abc import Callable

from auditor.model.finding import RuleInfo
from auditor.model.observation import Observation, Reach
from auditor.model.plan import RequestTemplate
from auditor.probes.interface import ByteStream, Lines, OpenTally, Probe, WireError
from auditor.probes.mongo_wire import SocketMongoWire
from auditor.testing.recording_stream import FrameTappingLines
from auditor.testing.recording_wire import RecordingHttpWire
from auditor.testing.tape import Tape


class ProbeThrough:
    """A probe that asks exactly what `probe` asks, on the lines that `through` makes of those it is given."""

    product: str
    title: str
    default_ports: tuple[int, ...]
    rules: tuple[RuleInfo, ...]
    requests: tuple[RequestTemplate, ...]

    def __init__(self, probe: Probe, through: Callable[[Lines], Lines]) -> None:
        self.product = probe.product
        self.title = probe.title
        self.default_ports = probe.default_ports
        self.rules = probe.rules
        self.requests = probe.requests
        self._probe = probe
        self._through = through

    async def observe(self, lines: Lines) -> Observation:
        """Asks one target and states what was seen.

        Raises:
            WireError: as `Probe.observe`.
        """
        return await self._probe.observe(self._through(lines))


class RecordingProbe(ProbeThrough):
    """A probe that keeps on `tape` what it hears."""

    def __init__(self, probe: Probe, tape: Tape) -> None:
        super().__init__(probe, lambda lines: RecordingLines(lines, tape))


class RecordingLines:
    """The same lines, whose wires keep what they hear on `tape`."""

    def __init__(self, lines: Lines, tape: Tape) -> None:
        self.target = lines.target
        self.budget = lines.budget
        self.manner = lines.manner
        self.transcript = lines.transcript
        self.from_loopback = lines.from_loopback
        self.open_tally: OpenTally | None = None  # what is kept here must hold no values: no documents are asked for
        self._lines = lines
        self._tape = tape
        tape.from_loopback = lines.from_loopback
        self._http: RecordingHttpWire | None = None
        self._mongo: SocketMongoWire | None = None

    def http(self) -> RecordingHttpWire:
        """The HTTP wire, the same at each call."""
        if self._http is None:
            self._http = RecordingHttpWire(self._lines, self._tape)
        return self._http

    def mongo(self) -> SocketMongoWire:
        """The MongoDB wire, the same at each call, on streams that keep its frames."""
        if self._mongo is None:
            self._mongo = SocketMongoWire(FrameTappingLines(self._lines, self._tape))
        return self._mongo

    async def stream(self, *, tls: bool = False) -> ByteStream:
        """No stream: what a probe says on it cannot be recorded.

        Raises:
            WireError: always; nothing was sent.
        """
        self._tape.own_protocol = True
        raise WireError(Reach.NOT_TRIED, "a protocol of the probe's own cannot be recorded")
