"""Whatever happens, every target ends in exactly one outcome, and nothing outside the scope is touched."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

import pytest

from auditor.examine import Toolkit
from auditor.model.finding import RuleInfo
from auditor.model.observation import Access, Observation, Reach
from auditor.model.outcome import Outcome, Verdict
from auditor.model.plan import RequestTemplate
from auditor.model.target import Scope, Target
from auditor.pii import Classifier
from auditor.probes.interface import Lines, WireError
from auditor.sweep.engine import LocalEngine, engine_of
from auditor.sweep.feeder import Settings, sweep
from auditor.sweep.halt import Halt
from auditor.sweep.pace import Pace
from auditor.sweep.slice import cut
from tests import factory

FAST = Pace("test", rate=None, in_flight=50, per_address=2, connect_seconds=2.0, retries=1)


@dataclass
class EchoProbe:
    """Reads a greeting of one byte and says what the server was told to say."""

    product: str = "elasticsearch"
    title: str = "echo"
    default_ports: tuple[int, ...] = (9200,)
    rules: tuple[RuleInfo, ...] = ()
    requests: tuple[RequestTemplate, ...] = ()
    seen: list[str] = field(default_factory=list)
    at_once: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)

    async def observe(self, lines: Lines) -> Observation:
        where = lines.target.host
        self.seen.append(where)
        self.at_once[where] += 1
        self.most[where] = max(self.most[where], self.at_once[where])
        try:
            stream = await lines.stream()
            greeting = await stream.read_exactly(1)
        finally:
            self.at_once[where] -= 1
        if greeting == b"!":
            raise RuntimeError("a bug of ours")
        return Observation(Reach.ANSWERED, Access.RECORDS if greeting == b"o" else Access.BANNER)


def toolkit(probe: EchoProbe) -> Toolkit:
    return Toolkit({"elasticsearch": probe}, Classifier(()))


@asynccontextmanager
async def server(greeting: bytes | Callable[[], bytes]) -> AsyncIterator[int]:
    """Greets everyone on a free port of 127.0.0.1."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting() if callable(greeting) else greeting)
        writer.close()

    listening = await asyncio.start_server(greet, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        await listening.wait_closed()


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def go(targets: Iterable[Target], probe: EchoProbe, *, halt: Halt | None = None, scope: Scope = factory.LOOPBACK,
             pace: Pace = FAST) -> list[Outcome]:  # fmt: skip
    outcomes: list[Outcome] = []

    async def put(outcome: Outcome) -> None:
        outcomes.append(outcome)

    async with asyncio.timeout(60):
        settings = Settings(scope=scope, pace=pace, seed=1)
        await sweep(targets, settings=settings, toolkit=toolkit(probe), halt=halt or Halt(), put=put)
    return outcomes


@pytest.mark.fact("VERDICT-01", "VERDICT-20", "VERDICT-26")
async def test_every_target_ends_in_one_outcome_of_its_own() -> None:
    async with (
        server(b"o") as open_port,
        server(b"b") as banner_port,
        server(b"!") as bug_port,
        server(b"") as rude_port,
    ):
        ports = {open_port: Verdict.OPEN, banner_port: Verdict.METADATA_ONLY, bug_port: Verdict.INCONCLUSIVE,
                 rude_port: Verdict.INCONCLUSIVE, closed_port(): Verdict.REFUSED}  # fmt: skip
        targets = [factory.target(f"h{n}", port=port) for n, port in enumerate([*ports] * 30)]
        outcomes = await go(targets, EchoProbe())
    assert Counter(outcome.target.host for outcome in outcomes) == Counter(target.host for target in targets)
    for outcome in outcomes:
        assert outcome.verdict is ports[outcome.target.port]


@pytest.mark.fact("VERDICT-26", "PEER-09")
async def test_a_bug_of_ours_is_logged_with_its_traceback_and_the_night_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with server(b"!") as port:
        (outcome,) = await go([factory.target(port=port)], EchoProbe())
    assert outcome.observation.reach is Reach.BUG
    assert "RuntimeError" in caplog.text


async def test_ipv6_is_asked_too() -> None:
    if not socket.has_ipv6:
        pytest.skip("needs IPv6 on this machine")
    (outcome,) = await go([factory.target(address="::1", port=closed_port())], EchoProbe())
    assert outcome.verdict is Verdict.REFUSED
    assert outcome.address == "::1"


@pytest.mark.fact("VERDICT-23")
async def test_an_address_outside_the_scope_gets_no_packet() -> None:
    async with server(b"o") as port:
        narrow = Scope(networks=(ip_network("127.0.0.2/32"),))
        probe = EchoProbe()
        (outcome,) = await go([factory.target(port=port)], probe, scope=narrow)
    assert outcome.verdict is Verdict.OUT_OF_SCOPE
    assert probe.seen == []
    assert "127.0.0.1" in outcome.why


@pytest.mark.fact("VERDICT-22")
async def test_a_name_is_resolved_once_and_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answers = {"one.example": ["127.0.0.1"], "gone.example": [], "away.example": ["192.0.2.1"]}

    def addresses(name: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(name)
        if not answers[name]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 0)) for text in answers[name]]

    monkeypatch.setattr("auditor.sweep.lookup.socket.getaddrinfo", addresses)
    async with server(b"o") as port:
        targets = [
            factory.target(name, address=name, port=number)
            for name in answers
            for number in (port, closed_port(), closed_port())
        ]
        outcomes = await go(targets, EchoProbe())
    assert sorted(asked) == sorted(answers)
    verdicts = {(outcome.target.host, outcome.target.port): outcome.verdict for outcome in outcomes}
    assert verdicts[("one.example", port)] is Verdict.OPEN
    assert {v for (host, _), v in verdicts.items() if host == "gone.example"} == {Verdict.DNS_FAILED}
    assert {v for (host, _), v in verdicts.items() if host == "away.example"} == {Verdict.OUT_OF_SCOPE}
    assert len(outcomes) == 9


async def test_of_several_addresses_the_open_one_speaks_and_a_foreign_one_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def addresses(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 0)) for text in ("127.0.0.2", "127.0.0.1", "192.0.2.1")
        ]

    monkeypatch.setattr("auditor.sweep.lookup.socket.getaddrinfo", addresses)
    async with server(b"o") as port:
        probe = EchoProbe()
        (outcome,) = await go([factory.target(address="many.example", port=port)], probe)
    assert (outcome.verdict, outcome.address) == (Verdict.OPEN, "127.0.0.1")
    assert dict(outcome.others) == {"127.0.0.2": Verdict.REFUSED, "192.0.2.1": Verdict.OUT_OF_SCOPE}


async def test_a_name_that_partly_leaves_the_scope_is_never_reassuring(monkeypatch: pytest.MonkeyPatch) -> None:
    def addresses(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 0)) for text in ("127.0.0.1", "192.0.2.1")]

    monkeypatch.setattr("auditor.sweep.lookup.socket.getaddrinfo", addresses)
    (outcome,) = await go([factory.target(address="many.example", port=closed_port())], EchoProbe())
    assert outcome.verdict is Verdict.OUT_OF_SCOPE


async def test_a_server_that_breaks_off_once_is_asked_again() -> None:
    greetings = iter([b"", b"o"])
    async with server(lambda: next(greetings)) as port:
        probe = EchoProbe()
        (outcome,) = await go([factory.target(port=port)], probe)
    assert outcome.verdict is Verdict.OPEN
    assert len(probe.seen) == 2


async def test_one_that_keeps_breaking_off_is_inconclusive_and_not_asked_for_ever() -> None:
    async with server(b"") as port:
        probe = EchoProbe()
        (outcome,) = await go([factory.target(port=port)], probe)
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert len(probe.seen) == 1 + FAST.retries


@pytest.mark.fact("VERDICT-21")
@pytest.mark.parametrize("reach", [Reach.TIMED_OUT, Reach.NOT_TRIED])
@pytest.mark.parametrize("network", [None, "dc1"])
async def test_silence_of_a_named_host_is_tried_again(
    reach: Reach, network: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    async def silent(address: str, port: int, *, seconds: float) -> socket.socket:
        tries.append(address)
        raise WireError(reach, "for a test")

    monkeypatch.setattr("auditor.sweep.asking.connect", silent)
    (outcome,) = await go([factory.target(network=network)], EchoProbe())
    assert outcome.verdict is {Reach.TIMED_OUT: Verdict.TIMED_OUT, Reach.NOT_TRIED: Verdict.NOT_PROBED}[reach]
    assert len(tries) == (2 if reach is Reach.TIMED_OUT and network is None else 1)


async def test_one_address_is_never_asked_more_than_its_cap_at_once() -> None:
    async with server(b"o") as port:
        probe = EchoProbe()
        await go([factory.target("same", port=port)] * 40, probe)
    assert len(probe.seen) == 40
    assert probe.most["same"] <= FAST.per_address


@pytest.mark.fact("VERDICT-24")
async def test_what_the_deadline_left_is_not_probed() -> None:
    outcomes = await go([factory.target(f"h{n}") for n in range(20)], EchoProbe(), halt=Halt(deadline=0.0))
    assert [outcome.verdict for outcome in outcomes] == [Verdict.NOT_PROBED] * 20
    assert "deadline" in outcomes[0].why


@pytest.mark.fact("VERDICT-01", "VERDICT-24")
async def test_an_interruption_accounts_for_every_target() -> None:
    release = asyncio.Event()
    halt = Halt()
    asked = 0

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        if asked == 10:
            halt.interrupt()
        await release.wait()
        writer.close()

    listening = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    pace = replace(FAST, in_flight=10, per_address=10)
    outcomes = await go([factory.target(f"h{n}", port=port) for n in range(500)], EchoProbe(), halt=halt, pace=pace)
    release.set()
    listening.close()
    await listening.wait_closed()
    assert Counter(outcome.target.host for outcome in outcomes) == Counter({f"h{n}": 1 for n in range(500)})
    assert {outcome.verdict for outcome in outcomes} == {Verdict.NOT_PROBED}
    assert "interrupted" in outcomes[0].why


async def test_an_executor_is_an_engine_and_a_dead_worker_loses_no_target() -> None:
    class Broken:
        def submit(self, fn: object, /, *args: object) -> object:
            raise OSError("no worker")

    outcomes: list[Outcome] = []

    async def put(outcome: Outcome) -> None:
        outcomes.append(outcome)

    targets = [factory.target(f"h{n}", address=f"127.0.1.{n}") for n in range(30)]
    await engine_of(Broken()).run(
        targets,
        settings=Settings(scope=factory.LOOPBACK, pace=FAST),
        toolkit=toolkit(EchoProbe()),
        halt=Halt(),
        put=put,
    )
    assert [outcome.verdict for outcome in outcomes] == [Verdict.NOT_PROBED] * 30


def test_what_is_no_engine_is_refused() -> None:
    assert isinstance(engine_of(LocalEngine()), LocalEngine)
    with pytest.raises(TypeError, match="no engine"):
        engine_of(object())


def test_slices_never_part_a_host() -> None:
    targets = [factory.target(f"h{n}", address=f"127.0.1.{n}", port=port) for n in range(50) for port in (1, 2, 3)]
    pieces = list(cut(targets, 10))
    assert [target for piece in pieces for target in piece] == targets
    assert all(len(piece) <= 10 for piece in pieces)
    owners = [{target.address for target in piece} for piece in pieces]
    assert sum(len(owner) for owner in owners) == 50
