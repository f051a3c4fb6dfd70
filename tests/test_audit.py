"""The corridor: an inventory in, a report out whose ledger equals the inventory, and exit codes to be trusted."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from threading import Thread

import pytest

from auditor import rulebook
from auditor.audit import Gate, audit, grade
from auditor.examine import Toolkit
from auditor.history.store import Store
from auditor.inventory.spread import Selection, count
from auditor.model.dataset import DataSet, Field, Kind
from auditor.model.finding import Finding, RuleInfo, Severity
from auditor.model.observation import Access, Fact, Observation, Reach, Service
from auditor.model.outcome import Outcome, Verdict
from auditor.model.plan import RequestTemplate
from auditor.model.report import AuditReport, CoverageLedger, NetworkTally
from auditor.model.target import Authorization, Estate, Host, Inventory, Network, Place, ServiceSpec
from auditor.pii import Classifier, builtin_rules
from auditor.probes.interface import Lines
from auditor.sweep.engine import Engine, LocalEngine
from auditor.sweep.feeder import Put, Settings
from auditor.sweep.halt import Halt
from auditor.sweep.pace import Pace
from tests import factory

PACE = Pace("test", rate=None, in_flight=50, per_address=4, connect_seconds=2.0, retries=0)


class WordProbe:
    """Reads one word that the server sends, and states what stands for it."""

    title = "word"
    default_ports: tuple[int, ...] = (9200,)
    requests: tuple[RequestTemplate, ...] = (RequestTemplate("word", "elasticsearch", "read", "always", "a word"),)

    def __init__(self, product: str = "elasticsearch") -> None:
        self.product = product
        self.rules: tuple[RuleInfo, ...] = rulebook.builtin(product)

    async def observe(self, lines: Lines) -> Observation:
        word = await (await lines.stream()).read_exactly(4)
        cluster = Service("Elasticsearch", "8.5.0", "prod", "uuid-1")
        if word == b"open":
            fields = (Field("full_name", "text"), Field("national_id", "keyword"), Field("email", "keyword"))
            people = DataSet("people", Kind.INDEX, records=3, readable=True, fields=fields)
            behind = cluster if self.product == "kibana" else None
            return Observation(Reach.ANSWERED, Access.RECORDS, service=cluster, behind=behind, datasets=(people,))
        return Observation(Reach.ANSWERED, facts=frozenset({Fact.PRODUCT_ASKED_LOGIN}), asked_by="it", service=cluster)


@contextmanager
def saying(word: bytes, address: str = "127.0.0.1") -> Iterator[int]:
    """A server that sends one word to everyone."""
    listening = socket.create_server((address, 0))
    listening.settimeout(0.05)
    stopping = False

    def serve() -> None:
        while not stopping:
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            with connection:
                connection.sendall(word)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        stopping = True
        thread.join()
        listening.close()


def inventory(hosts: Sequence[tuple[str, str, str, int]], networks: Sequence[tuple[str, str, int]] = ()) -> Inventory:
    return Inventory(
        path="inventory.yaml",
        sha256="ab" * 32,
        estate=Estate("acme", "ACME"),
        authorization=Authorization("ACME", "Head", "SEC-1", date(2026, 1, 1), date(2099, 1, 1), "a@example.org"),
        scope=factory.LOOPBACK,
        hosts=tuple(
            Host(replace(factory.asset(name, line=line), services=(ServiceSpec(product, (port,)),)), address)
            for line, (name, address, product, port) in enumerate(hosts, start=1)
        ),
        networks=tuple(
            Network(
                replace(factory.asset(name, line=90), services=(ServiceSpec("elasticsearch", (port,)),)),
                ip_network(cidr),
            )
            for name, cidr, port in networks
        ),
    )


class Ears:
    def __init__(self) -> None:
        self.expected = 0
        self.heard: list[Outcome] = []

    def started(self, targets: int) -> None:
        self.expected = targets

    def concluded(self, outcome: Outcome, findings: Sequence[Finding]) -> None:
        self.heard.append(outcome)


async def night(given: Inventory, store: Store, *, halt: Halt | None = None, ears: Ears | None = None,
                engine: Engine | None = None) -> AuditReport:  # fmt: skip
    return await audit(
        given,
        selection=Selection(),
        settings=Settings(scope=given.scope, pace=PACE),
        toolkit=Toolkit({"elasticsearch": WordProbe(), "kibana": WordProbe("kibana")}, Classifier((builtin_rules(),))),
        engine=engine or LocalEngine(),
        store=store,
        halt=halt or Halt(),
        listeners=[ears] if ears else [],
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as opened:
        yield opened


async def test_a_night_from_inventory_to_report(store: Store) -> None:
    ears = Ears()
    with ExitStack() as stack:
        opened, shut = (stack.enter_context(saying(word)) for word in (b"open", b"shut"))
        given = inventory(
            [("es-1", "127.0.0.1", "elasticsearch", opened), ("es-2", "127.0.0.1", "elasticsearch", shut)]
        )
        report = await night(given, store, ears=ears)
    assert report.run.complete
    assert report.coverage == CoverageLedger(2, {Verdict.OPEN: 1, Verdict.AUTH_REQUIRED: 1})
    first, second = report.outcomes
    assert (first.target.host, first.verdict) == ("es-1", Verdict.OPEN)
    assert (second.target.host, second.verdict) == ("es-2", Verdict.AUTH_REQUIRED)
    (people,) = first.observation.datasets
    assert {field.field for field in people.personal} == {"full_name", "national_id", "email"}
    assert people.record is not None
    assert people.record.kind.id == "civil_identity"
    assert people.fields == ()
    assert people.field_count == 3
    serious = [finding.rule for finding in report.findings if finding.severity.rank >= Severity.HIGH.rank]
    assert serious == ["open-elasticsearch", "path-elasticsearch", "personal-data-elasticsearch"]
    assert (ears.expected, len(ears.heard)) == (2, 2)
    assert grade(report, Gate()) == 3


async def test_the_ledger_equals_the_inventory_and_silence_of_networks_is_counted_not_listed(store: Store) -> None:
    with saying(b"open", "127.0.7.2") as port:
        given = inventory([("es-1", "127.0.0.1", "elasticsearch", 9)], [("lab", "127.0.7.0/29", port)])
        report = await night(given, store)
    assert report.coverage.targets == count(given) == 9
    (tally,) = report.coverage.networks
    assert (tally.addresses, tally.refused, tally.silent, tally.listed) == (8, 7, 0, 1)
    assert [outcome.target.host for outcome in report.outcomes] == ["es-1", "127.0.7.2"]
    assert next(finding.host for finding in report.findings) == "127.0.7.2"


@pytest.mark.fact("KIB-58")
async def test_a_path_to_a_closed_cluster_is_found(store: Store) -> None:
    with saying(b"open") as front, saying(b"shut") as shut:
        given = inventory([("kibana-1", "127.0.0.1", "kibana", front), ("es-2", "127.0.0.1", "elasticsearch", shut)])
        report = await night(given, store)
    path = next(finding for finding in report.findings if finding.rule == "path-kibana")
    assert (path.host, path.object) == ("kibana-1", f"es-2:{shut}")


async def test_an_interrupted_night_is_partial_and_accounts_for_all(store: Store) -> None:
    halt = Halt()
    halt.interrupt()
    report = await night(inventory([("es-1", "127.0.0.1", "elasticsearch", 9)]), store, halt=halt)
    assert not report.run.complete
    assert report.coverage.verdicts == {Verdict.NOT_PROBED: 1}
    assert grade(report, Gate()) == 4


async def test_an_engine_that_loses_a_target_cannot_be_complete(store: Store) -> None:
    class Forgetful:
        async def run(self, targets: object, *, settings: Settings, toolkit: Toolkit, halt: Halt, put: Put) -> None:
            return None

    report = await night(inventory([("es-1", "127.0.0.1", "elasticsearch", 9)]), store, engine=Forgetful())
    assert not report.run.complete
    assert grade(report, Gate()) == 4


def graded(report: AuditReport, *, severities: Sequence[Severity] = (), verdicts: dict[Verdict, int], gate: Gate,
           silent: int = 0) -> int:  # fmt: skip
    example = Finding(
        "f", "r", Severity.LOW, "h", "a", 1, "elasticsearch", None, "t", "w", "f", "v", place=Place("i", 1, 1)
    )
    ledger = CoverageLedger(sum(verdicts.values()), verdicts)
    if silent:
        ledger = replace(ledger, networks=(replace(TALLY, silent=silent),))
    return grade(
        replace(report, coverage=ledger, findings=[replace(example, severity=level) for level in severities]), gate
    )


TALLY = NetworkTally("lab", "127.0.7.0/24", "elasticsearch", 9200, 256, 0, 0, 0)


@pytest.mark.fact("VERDICT-21", "VERDICT-22", "VERDICT-27")
async def test_exit_codes(store: Store) -> None:
    report = await night(inventory([("es-1", "127.0.0.1", "elasticsearch", 9)]), store)
    high, done = Gate(), {Verdict.AUTH_REQUIRED: 5, Verdict.REFUSED: 5}
    assert graded(report, verdicts=done, gate=high) == 0
    assert graded(report, verdicts=done, gate=high, severities=[Severity.MEDIUM]) == 0
    assert graded(report, verdicts=done, gate=high, severities=[Severity.HIGH]) == 3
    assert graded(report, verdicts=done, gate=replace(high, findings_code=42), severities=[Severity.CRITICAL]) == 42
    assert graded(report, verdicts=done, gate=replace(high, fail_on=None), severities=[Severity.CRITICAL]) == 0
    assert graded(report, verdicts=done, gate=replace(high, fail_on=Severity.INFO), severities=[Severity.INFO]) == 3
    for verdict in (
        Verdict.INCONCLUSIVE,
        Verdict.NOT_PROBED,
        Verdict.DNS_FAILED,
        Verdict.OUT_OF_SCOPE,
        Verdict.TIMED_OUT,
    ):
        assert graded(report, verdicts={**done, verdict: 1}, gate=high) == 4
        assert graded(report, verdicts={**done, verdict: 1}, gate=high, severities=[Severity.HIGH]) == 3
        assert graded(report, verdicts={**done, verdict: 1}, gate=replace(high, min_coverage=0.9)) == 0
        assert graded(report, verdicts={**done, verdict: 2}, gate=replace(high, min_coverage=0.9)) == 4
    assert graded(report, verdicts={**done, Verdict.TIMED_OUT: 200}, gate=high, silent=200) == 0
    assert graded(report, verdicts={**done, Verdict.TIMED_OUT: 201}, gate=high, silent=200) == 4


def test_the_loop_is_free_again_after_a_night(tmp_path: Path) -> None:
    async def once() -> set[str]:
        with Store.open(tmp_path) as opened:
            await night(inventory([("es-1", "127.0.0.1", "elasticsearch", 9)]), opened)
        return {task.get_name() for task in asyncio.all_tasks()} - {asyncio.current_task().get_name()}  # type: ignore[union-attr]

    assert asyncio.run(once()) == set()
