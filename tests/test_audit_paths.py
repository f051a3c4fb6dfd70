"""The path finding from end to end: real probes, real sockets, a closed cluster and a Kibana that reaches it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.audit import audit
from auditor.examine import Toolkit
from auditor.history.store import Store
from auditor.inventory.spread import Selection
from auditor.model.finding import Finding
from auditor.model.outcome import Verdict
from auditor.model.report import AuditReport
from auditor.pii import Classifier, builtin_rules
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import Probe
from auditor.probes.kibana import KibanaProbe
from auditor.sweep.asking import Settings
from auditor.sweep.engine import LocalEngine
from auditor.sweep.halt import Halt
from auditor.testing.recording import HttpExchange, HttpRecording, RecordedReply, RecordedRequest, load_http
from auditor.testing.replay import HttpReplay
from auditor.testing.scripted import answer
from tests.probes.kibana_sockets import speaking
from tests.probes.kibana_stub import OPEN, Stub, own, page
from tests.test_audit import PACE, inventory

REPLIES = Path(__file__).parent / "probes" / "replies"
NODES = "/api/console/proxy?path=%2F_nodes%2Fhttp&method=GET"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as opened:
        yield opened


async def night(store: Store, hosts: Sequence[tuple[str, str, str, int]]) -> AuditReport:
    given = inventory(hosts)
    probes: dict[str, Probe] = {"elasticsearch": ElasticsearchProbe(), "kibana": KibanaProbe()}
    return await audit(
        given,
        selection=Selection(),
        settings=Settings(scope=given.scope, pace=PACE),
        toolkit=Toolkit(probes, Classifier((builtin_rules(),))),
        engine=LocalEngine(),
        store=store,
        halt=Halt(),
    )


def paths_in(report: AuditReport) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule.startswith("path-")]


def naming(recording: HttpRecording, *ports: int) -> HttpRecording:
    """A recorded Kibana whose cluster also tells at which ports of loopback its nodes listen."""
    nodes = {f"n{port}": {"http": {"publish_address": f"127.0.0.1:{port}"}} for port in ports}
    told = RecordedReply(200, (("kbn-name", "lab"),), json.dumps({"nodes": nodes}).encode())
    asked = RecordedRequest("POST", NODES, (("kbn-xsrf", "x"), ("osd-xsrf", "x")))
    return HttpRecording(recording.name, (*recording.exchanges, HttpExchange(asked, told)))


async def test_a_recorded_kibana_leads_to_the_closed_cluster_whose_address_its_nodes_name(store: Store) -> None:
    shut = HttpReplay(load_http(REPLIES / "es-7.17.29-closed.json"))
    beside = HttpReplay(load_http(REPLIES / "es-8.5.0-closed.json"))
    async with shut, beside:
        kibana = HttpReplay(naming(load_http(REPLIES / "kibana-7.10.2-oss.open.json"), shut.port))
        async with kibana:
            report = await night(
                store,
                [
                    ("kibana-b", "127.0.0.1", "kibana", kibana.port),
                    ("es-a", "127.0.0.1", "elasticsearch", shut.port),
                    ("es-z", "127.0.0.2", "elasticsearch", beside.port),
                ],
            )
    verdicts = {outcome.target.host: outcome.verdict for outcome in report.outcomes}
    assert verdicts["kibana-b"] is Verdict.OPEN
    assert verdicts["es-a"] is Verdict.AUTH_REQUIRED
    (found,) = paths_in(report)
    assert (found.rule, found.host, found.object) == ("path-kibana", "kibana-b", f"es-a:{shut.port}")
    assert (
        found.title
        == f"es-a:{shut.port} gives strangers nothing, but Kibana on kibana-b:{kibana.port} hands them its data"
    )
    assert f"one of whose nodes says that it listens on 127.0.0.1:{shut.port}; that is es-a:{shut.port}." in found.why
    assert 'the cluster "lab" (uuid ' in found.why


async def test_a_port_that_refuses_us_is_a_closed_door_where_a_node_listens_there(store: Store) -> None:
    async with HttpReplay(load_http(REPLIES / "es-8.5.0-closed.json")) as gone:
        pass  # a port that was free a moment ago
    nodes = {"nodes": {"a": {"http": {"publish_address": f"inet[/127.0.0.1:{gone.port}]"}}}}
    async with speaking(
        Stub({"GET /": page()}, {**OPEN, "/_nodes/http": answer(200, nodes, kbn_name="lab")})
    ) as kibana:
        report = await night(
            store,
            [
                ("kibana-b", "127.0.0.1", "kibana", kibana.port),
                ("es-a", "127.0.0.1", "elasticsearch", gone.port),
                ("es-z", "127.0.0.2", "elasticsearch", gone.port),
            ],
        )
    (found,) = paths_in(report)
    assert found.object == f"es-a:{gone.port}"
    assert "was judged refused: not reachable from here directly" in found.why


async def test_one_kibana_that_asks_for_a_login_leads_nowhere(store: Store) -> None:
    script = Stub({"GET /": page(), "POST /api/console/proxy": own(401)})
    async with HttpReplay(load_http(REPLIES / "es-8.5.0-closed.json")) as shut, speaking(script) as kibana:
        hosts = [
            ("kibana-b", "127.0.0.1", "kibana", kibana.port),
            ("es-a", "127.0.0.1", "elasticsearch", shut.port),
        ]
        report = await night(store, hosts)
    assert paths_in(report) == []


async def test_two_open_doors_of_one_cluster_are_no_path(store: Store) -> None:
    recording = load_http(REPLIES / "es-7.10.2-open.json")
    async with HttpReplay(recording) as one, HttpReplay(replace(recording)) as other:
        hosts = [
            ("es-a", "127.0.0.1", "elasticsearch", one.port),
            ("es-b", "127.0.0.1", "elasticsearch", other.port),
        ]
        report = await night(store, hosts)
    assert {outcome.verdict for outcome in report.outcomes} == {Verdict.OPEN}
    assert paths_in(report) == []
