"""Real proxies before a replayed open server: who asks for a login is told apart, and silence is no lock."""

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.model.observation import Fact, Reach
from auditor.model.outcome import Verdict
from auditor.model.target import Tls
from auditor.testing.recording import load_http, load_mongo
from auditor.testing.replay import HttpReplay, MongoReplay
from tests.real.asking import ask, own
from tests.real.fronts import Front, Running
from tests.real.overheard import overhear
from tests.real.process import free_port

REPLIES = Path(__file__).parents[1] / "probes" / "replies"
OPEN_ELASTICSEARCH = load_http(REPLIES / "es-7.10.2-open.json")
OPEN_KIBANA = load_http(REPLIES / "kibana-7.10.2-oss.open.json")
OPEN_MONGOD = load_mongo(REPLIES / "mongod-4.0.19-noauth.json")

StartFront = Callable[[str, Front, int], Running]

#: What each front makes of an open Elasticsearch or Kibana behind it.
HTTP_VERDICTS = [
    ("nginx", Front.PASS, Verdict.OPEN),
    ("nginx", Front.BASIC, Verdict.AUTH_REQUIRED),
    ("nginx", Front.FORBIDDEN, Verdict.AUTH_REQUIRED),
    ("nginx", Front.TLS, Verdict.OPEN),
    ("nginx", Front.CLIENT_CERTIFICATE, Verdict.CLIENT_CERT_REQUIRED),
    ("nginx", Front.CLIENT_CERTIFICATE_1_2, Verdict.CLIENT_CERT_REQUIRED),
    ("stunnel", Front.TLS, Verdict.OPEN),
    ("stunnel", Front.CLIENT_CERTIFICATE, Verdict.CLIENT_CERT_REQUIRED),
    ("stunnel", Front.CLIENT_CERTIFICATE_1_2, Verdict.CLIENT_CERT_REQUIRED),
    ("haproxy", Front.PASS, Verdict.OPEN),
    ("haproxy", Front.BASIC, Verdict.AUTH_REQUIRED),
    ("haproxy", Front.FORBIDDEN, Verdict.AUTH_REQUIRED),
    ("haproxy", Front.TLS, Verdict.OPEN),
    ("haproxy", Front.CLIENT_CERTIFICATE, Verdict.CLIENT_CERT_REQUIRED),
    ("haproxy", Front.CLIENT_CERTIFICATE_1_2, Verdict.CLIENT_CERT_REQUIRED),
]
TCP_VERDICTS = [
    (program, front, verdict)
    for program in ("stunnel", "haproxy")
    for front, verdict in (
        (Front.TLS, Verdict.OPEN),
        (Front.CLIENT_CERTIFICATE, Verdict.CLIENT_CERT_REQUIRED),
        (Front.CLIENT_CERTIFICATE_1_2, Verdict.CLIENT_CERT_REQUIRED),
    )
]


#: Who is put before everything with a guard on the root alone, and who before a port on which nobody listens.
ROOT_GUARDS = ("nginx", "haproxy")
DEAD_BACKENDS = [
    ("nginx", Front.PASS),
    ("haproxy", Front.PASS),
    ("stunnel", Front.TLS),
    ("haproxy", Front.TLS),
    ("nginx", Front.TLS),
]


@pytest.mark.fact("VERDICT-13", "VERDICT-17")
@pytest.mark.parametrize(("program", "front", "verdict"), HTTP_VERDICTS)
@pytest.mark.parametrize("product", ["elasticsearch", "kibana"])
async def test_a_front_is_seen_through_or_named(
    start_front: StartFront, program: str, front: Front, verdict: Verdict, product: str
) -> None:
    recording = OPEN_ELASTICSEARCH if product == "elasticsearch" else OPEN_KIBANA
    async with HttpReplay(recording) as backend:
        heard = await overhear(start_front(program, front, backend.port).port, product)
    heard.prove()
    outcome = heard.outcome
    assert outcome.verdict is verdict, (outcome.why, outcome.observation)
    if heard.sealed:  # then what stands behind the front has seen what stood inside
        asked = [f"{request.method} {request.target}" for request in backend.requests]
        told = [exchange.request for exchange in outcome.observation.transcript[len(heard.sent) :]]
        assert asked == (told if verdict is Verdict.OPEN else [])
    if verdict is Verdict.OPEN:
        assert "people" in own(outcome.observation)
    if verdict is Verdict.AUTH_REQUIRED:
        assert Fact.FRONT_ASKED_LOGIN in outcome.observation.facts
        assert Fact.PRODUCT_ASKED_LOGIN not in outcome.observation.facts
    if front in (Front.TLS, Front.CLIENT_CERTIFICATE) and outcome.verdict is Verdict.OPEN:
        assert outcome.observation.tls is not None


@pytest.mark.fact("ES-47")
@pytest.mark.parametrize("program", ["nginx", "haproxy"])
async def test_a_front_that_names_its_realm_is_quoted(start_front: StartFront, program: str) -> None:
    async with HttpReplay(OPEN_ELASTICSEARCH) as backend:
        outcome = await ask(start_front(program, Front.BASIC, backend.port).port)
    assert "ops" in outcome.observation.asked_by


@pytest.mark.fact("VERDICT-05")
@pytest.mark.parametrize("program", ROOT_GUARDS)
async def test_a_guard_on_the_root_alone_leaves_it_partly_open(start_front: StartFront, program: str) -> None:
    async with HttpReplay(OPEN_ELASTICSEARCH) as backend:
        outcome = await ask(start_front(program, Front.BASIC_ROOT, backend.port).port)
    assert outcome.verdict is Verdict.PARTLY_OPEN, (outcome.why, outcome.observation)
    assert own(outcome.observation) == {"people", "products"}
    assert outcome.observation.partial


@pytest.mark.fact("MDB-64")
@pytest.mark.parametrize(("program", "front", "verdict"), TCP_VERDICTS)
async def test_tls_before_a_mongod(start_front: StartFront, program: str, front: Front, verdict: Verdict) -> None:
    async with MongoReplay(OPEN_MONGOD) as backend:
        heard = await overhear(start_front(program, front, backend.port).port, "mongodb")
    heard.prove()
    assert heard.outcome.verdict is verdict, (heard.outcome.why, heard.outcome.observation)
    told = [exchange.request.partition(" ")[0] for exchange in heard.outcome.observation.transcript[len(heard.sent) :]]
    assert [asked.name for asked in backend.requests] == (told if verdict is Verdict.OPEN else [])


@pytest.mark.fact("MDB-90", "VERDICT-27")
@pytest.mark.parametrize("product", ["elasticsearch", "kibana", "mongodb"])
@pytest.mark.parametrize(("program", "front"), DEAD_BACKENDS)
async def test_a_dead_backend_is_never_green(start_front: StartFront, program: str, front: Front, product: str) -> None:
    outcome = await ask(start_front(program, front, free_port()).port, product)
    answered_http = product == "mongodb" and program == "nginx"
    allowed = {Verdict.INCONCLUSIVE, Verdict.OTHER_SERVICE} if answered_http else {Verdict.INCONCLUSIVE}
    assert outcome.verdict in allowed, (outcome.why, outcome.observation)


@pytest.mark.fact("ES-64")
@pytest.mark.parametrize("product", ["elasticsearch", "kibana", "mongodb"])
@pytest.mark.parametrize("program", ["nginx", "stunnel", "haproxy"])
async def test_plain_bytes_to_a_tls_port_clear_nobody(start_front: StartFront, program: str, product: str) -> None:
    async with HttpReplay(OPEN_ELASTICSEARCH) as backend:
        front = start_front(program, Front.TLS, backend.port)
        outcome = await ask(front.port, product, tls=Tls.NEVER)
    assert not outcome.verdict.protected
    assert not outcome.verdict.exposed
    assert outcome.observation.reach not in (Reach.REFUSED, Reach.TIMED_OUT)
