"""What real Elasticsearch and OpenSearch servers answered, replayed over real sockets, from 0.90 to 9.5."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.judge.verdict import decide
from auditor.model.dataset import Field
from auditor.model.observation import Access, Fact, Reach
from auditor.model.outcome import Verdict
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.testing.recording import load_http
from auditor.testing.replay import HttpReplay

from .elasticsearch_servers import lines_at

REPLIES = Path(__file__).parent / "replies"
PEOPLE = {"birth_date", "card_number", "email", "full_name"}


@dataclass(frozen=True)
class Expected:
    verdict: Verdict
    service: str
    version: str | None = None
    access: Access = Access.RECORDS
    facts: frozenset[Fact] = frozenset()
    indices: frozenset[str] = frozenset({"people", "products"})
    by: str = ""
    identity: str = ""


def _open(service: str, version: str, *facts: Fact) -> Expected:
    return Expected(Verdict.OPEN, service, version, facts=frozenset(facts))


def _closed(by: str, service: str, version: str | None = None) -> Expected:
    facts = frozenset({Fact.PRODUCT_ASKED_LOGIN})
    return Expected(Verdict.AUTH_REQUIRED, service, version, Access.NOTHING, facts, frozenset(), by)


def _anonymous(service: str, access: Access, indices: frozenset[str], identity: str) -> Expected:
    facts = frozenset({Fact.ANONYMOUS_IDENTITY})
    return Expected(Verdict.ANONYMOUS_ROLE, service, None, access, facts, indices, identity=identity)


ES, OS = "Elasticsearch", "OpenSearch"
EXPECTED = {
    "es-0.90.13-open": _open(ES, "0.90.13"),
    "es-1.7.6-open": _open(ES, "1.7.6"),
    "es-2.4.6-open": _open(ES, "2.4.6"),
    "es-5.6.16-open": _open(ES, "5.6.16"),
    "es-6.8.23-open": _open(ES, "6.8.23", Fact.SECURITY_OFF),
    "es-7.10.2-open": _open(ES, "7.10.2", Fact.SECURITY_OFF),
    "es-7.17.29-open": _open(ES, "7.17.29", Fact.SECURITY_OFF),
    "es-8.5.0-open": _open(ES, "8.5.0", Fact.SECURITY_OFF),
    "os-1.3.20-open": _open(OS, "1.3.20"),
    "os-2.19.4-open": _open(OS, "2.19.4"),
    "os-3.4.0-open": _open(OS, "3.4.0"),
    "es-6.8.23-closed": _closed("Elasticsearch security", ES),
    "es-7.17.29-closed": _closed("Elasticsearch security", ES),
    "es-8.5.0-closed": _closed("Elasticsearch security", ES),
    "es-8.19.21-closed": _closed("Elasticsearch security", ES),
    "es-9.5.3-closed": _closed("Elasticsearch security", ES),
    "os-2.19.4-closed": _closed("OpenSearch security", OS),
    "os-3.4.0-closed": _closed("OpenSearch security", OS, "3.4.0"),
    "es-6.8.23-anonymous": _anonymous(ES, Access.RECORDS, frozenset({"people"}), "_anonymous"),
    "es-7.17.29-anonymous-401": _anonymous(ES, Access.RECORDS, frozenset({"people"}), "_anonymous"),
    # Every question that names no index is refused to its anonymous user: only authinfo shows that there is one.
    "os-2.19.4-anonymous": _anonymous(OS, Access.NOTHING, frozenset(), "opendistro_security_anonymous"),
    "es-6.8.23-no-master": Expected(
        Verdict.INCONCLUSIVE, ES, "6.8.23", Access.BANNER, frozenset({Fact.DEGRADED}), frozenset()
    ),
    "os-2.19.4-uninitialised": Expected(
        Verdict.NOT_INITIALISED, OS, None, Access.NOTHING, frozenset({Fact.NOT_INITIALISED}), frozenset()
    ),
}


def test_every_recording_has_an_expectation() -> None:
    assert {path.stem for path in (*REPLIES.glob("es-*.json"), *REPLIES.glob("os-*.json"))} == EXPECTED.keys()


@pytest.mark.fact("ES-09", "ES-12", "PEER-01", "VERDICT-03", "VERDICT-07", "VERDICT-08", "VERDICT-10")
@pytest.mark.parametrize("name", sorted(EXPECTED))
async def test_a_real_server_is_seen_as_it_was(name: str) -> None:
    expected = EXPECTED[name]
    async with HttpReplay(load_http(REPLIES / f"{name}.json")) as server, lines_at(server.port) as lines:
        seen = await ElasticsearchProbe().observe(lines)
        asked = server.requests
    assert seen.reach is Reach.ANSWERED
    assert (seen.access, seen.facts) == (expected.access, expected.facts)
    assert seen.service is not None
    assert (seen.service.name, seen.service.version) == (expected.service, expected.version)
    assert (seen.asked_by, seen.identity) == (expected.by, expected.identity)
    assert {data.name for data in seen.datasets} == expected.indices
    assert decide(seen).verdict is expected.verdict
    assert {request.method for request in asked} == {"GET"}
    assert all("size=0" in request.target for request in asked if "_search" in request.target)
    assert any(exchange.why for exchange in lines.transcript.exchanges)


@pytest.mark.fact("ES-25", "ES-69")
@pytest.mark.parametrize(
    "name", sorted(name for name, expected in EXPECTED.items() if expected.access is Access.RECORDS)
)
async def test_counts_fields_and_readability_of_the_indices(name: str) -> None:
    async with HttpReplay(load_http(REPLIES / f"{name}.json")) as server, lines_at(server.port) as lines:
        seen = await ElasticsearchProbe().observe(lines)
    people = next(data for data in seen.datasets if data.name == "people")
    assert {field.path for field in people.fields} == PEOPLE
    assert people.field_count == 4
    # That recording was asked with terminate_after=1, whose total is no count of the index.
    assert people.records == (1 if name == "es-7.17.29-anonymous-401" else 2)
    assert people.readable is True
    assert not people.system
    text = "string" if name.startswith(("es-0", "es-1", "es-2")) else "text"
    assert Field("email", text) in people.fields


async def test_a_closed_server_costs_few_questions() -> None:
    async with HttpReplay(load_http(REPLIES / "es-8.5.0-closed.json")) as server, lines_at(server.port) as lines:
        await ElasticsearchProbe().observe(lines)
    assert len(server.requests) == 4


@pytest.mark.fact("ES-41", "VERDICT-29")
async def test_three_ways_to_log_in_are_all_evidence() -> None:
    async with HttpReplay(load_http(REPLIES / "es-9.5.3-closed.json")) as server, lines_at(server.port) as lines:
        await ElasticsearchProbe().observe(lines)
    ways = [value for name, value in lines.transcript.exchanges[0].headers if name == "www-authenticate"]
    assert ways == ['Basic realm="security", charset="UTF-8"', "ApiKey"]
