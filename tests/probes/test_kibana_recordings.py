"""The Kibana probe against what real Kibanas and a real Dashboards answered."""

from pathlib import Path

import pytest

from auditor.model.observation import Access, Fact, Reach
from auditor.model.outcome import Verdict
from auditor.probes.interface import WireError
from auditor.testing.http_matching import HttpAnswers
from auditor.testing.recording import RecordedRequest, load_http
from auditor.testing.scripted import Answer, HttpAsked
from tests.probes.kibana_stub import Seen, observe

REPLIES = Path(__file__).parent / "replies"
SESSION = "replayed-session-5f2c"


async def replay(*names: str) -> Seen:
    answers = HttpAnswers(load_http(*(REPLIES / f"{name}.json" for name in names)), SESSION)

    def script(asked: HttpAsked) -> Answer | WireError:
        headers = tuple((name.lower(), value) for name, value in asked.headers.items())
        reply = answers.choose(RecordedRequest(asked.method, asked.path, headers, asked.body))
        if reply is None:
            return WireError(Reach.BROKE_OFF, "the server ended the connection")
        told = tuple((name.lower(), value.replace("<cookie>", SESSION)) for name, value in reply.headers)
        return Answer(reply.status, told, reply.body)

    return await observe(script)


OPEN = {
    "kibana-4.1.11.open": None,
    "kibana-4.6.4.open": "4.6.4",
    "kibana-5.2.2.open": "5.2.2",
    "kibana-5.4.3.open": "5.4.3",
    "kibana-6.2.3-oss.open": "6.2.3",
    "kibana-7.4.2-oss.open": "7.4.2",
    "kibana-7.10.2-oss.open": "7.10.2",
    "kibana-8.12.2.open": "8.12.2",
    "kibana-8.12.2-patched-restrictInternalApis.open": "8.12.2",
    "osd-2.8.0.open": "2.8.0",
}


@pytest.mark.fact("KIB-01", "KIB-61", "PEER-01")
@pytest.mark.parametrize(("name", "version"), OPEN.items())
async def test_an_open_one_is_open_and_its_indices_are_listed(name: str, version: str | None) -> None:
    seen = await replay(name)
    assert seen.verdict is Verdict.OPEN
    assert seen.observation.access is Access.RECORDS
    assert seen.observation.facts == frozenset()
    assert seen.observation.service is not None
    assert seen.observation.service.version == version
    assert seen.observation.service.name == ("OpenSearch Dashboards" if name.startswith("osd") else "Kibana")
    people = next(dataset for dataset in seen.observation.datasets if dataset.name == "people")
    assert people.records in (1, 2)
    assert people.readable is True


@pytest.mark.parametrize("name", [name for name in OPEN if "patched" not in name])
async def test_the_cluster_behind_an_open_one_is_named(name: str) -> None:
    behind = (await replay(name)).observation.behind
    assert behind is not None
    assert behind.cluster_name == "lab"
    assert behind.version is not None
    # Elasticsearch 1.x has no uuid.
    assert (behind.cluster_uuid is None) == (name == "kibana-4.1.11.open")


@pytest.mark.fact("KIB-09")
@pytest.mark.parametrize("name", ["kibana-4.1.11.open", "kibana-4.6.4.open", "kibana-5.2.2.open", "kibana-5.4.3.open"])
async def test_up_to_5_4_the_read_proxy_is_asked_and_nothing_is_posted(name: str) -> None:
    seen = await replay(name)
    assert not [request for request in seen.requests if request.startswith("POST")]
    people = next(dataset for dataset in seen.observation.datasets if dataset.name == "people")
    assert {field.path for field in people.fields} >= {"email", "card_number", "birth_date"}


@pytest.mark.fact("KIB-55")
async def test_x_pack_is_told_by_the_signature_of_its_licence() -> None:
    with_it, without = await replay("kibana-8.12.2.open"), await replay("kibana-7.10.2-oss.open")
    assert with_it.observation.service is not None
    assert without.observation.service is not None
    assert ("edition", "with X-Pack") in with_it.observation.service.details
    assert "edition" not in dict(without.observation.service.details)


async def test_a_search_that_was_answered_is_said_to_have_been() -> None:
    seen = await replay("kibana-7.10.2-oss.open")
    assert any(
        "search" in exchange.why and "without a login" in exchange.why for exchange in seen.lines.transcript.exchanges
    )


@pytest.mark.fact("KIB-02", "KIB-04", "KIB-29")
@pytest.mark.parametrize(
    "name", ["kibana-8.12.2.secured", "kibana-8.12.2.secured-walk", "kibana-8.12.2.secured-status-allowAnonymous"]
)
async def test_a_secured_kibana_asks_for_its_own_login(name: str) -> None:
    seen = await replay(name)
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.facts == {Fact.PRODUCT_ASKED_LOGIN}
    assert seen.observation.access is Access.BANNER
    assert seen.observation.asked_by == "Kibana's own login"
    assert seen.observation.datasets == ()


@pytest.mark.fact("KIB-05")
async def test_a_status_page_for_everyone_gives_the_version_and_changes_nothing_else() -> None:
    seen = await replay("kibana-8.12.2.secured-status-allowAnonymous")
    assert seen.observation.service is not None
    assert seen.observation.service.version == "8.12.2"
    assert seen.verdict is Verdict.AUTH_REQUIRED


@pytest.mark.fact("KIB-06")
@pytest.mark.parametrize("name", ["osd-2.8.0.secured", "osd-2.8.0.secured-walk"])
async def test_secured_dashboards_ask_for_their_own_login(name: str) -> None:
    seen = await replay(name)
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.asked_by == "OpenSearch Dashboards' own login"
    assert not [
        asked for asked in seen.lines.http_asked if "cookie" in asked.headers
    ]  # it cleared its cookie: there is none


@pytest.mark.fact("KIB-01", "KIB-03", "KIB-31", "KIB-32")
async def test_a_kibana_before_a_secured_elasticsearch_says_that_elasticsearch_asks() -> None:
    seen = await replay("kibana-7.10.2-oss.es-secured")
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.facts == {Fact.PRODUCT_ASKED_LOGIN}
    assert seen.observation.access is Access.BANNER
    assert seen.observation.asked_by == "Elasticsearch security behind Kibana"
    assert seen.observation.service is not None
    assert seen.observation.service.version == "7.10.2"  # by a full status page of 200, which proves nothing


@pytest.mark.fact("KIB-33", "KIB-35", "KIB-37")
async def test_an_anonymous_session_is_found_by_the_redirects_and_what_it_reaches_is_listed() -> None:
    seen = await replay("kibana-8.12.2.anonymous-only-walk", "kibana-8.12.2.anonymous-only")
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.access is Access.RECORDS
    assert seen.observation.facts == {Fact.ANONYMOUS_IDENTITY}
    assert seen.observation.identity == "anonymous_service_account"
    assert seen.observation.rights == ("role anon_kib",)
    (people,) = seen.observation.datasets
    assert (people.name, people.readable) == ("people", True)
    assert [field.path for field in people.fields] == ["mail", "name"]


async def test_the_session_is_neither_in_the_transcript_nor_in_the_observation() -> None:
    seen = await replay("kibana-8.12.2.anonymous-only-walk", "kibana-8.12.2.anonymous-only")
    assert any(SESSION in asked.headers.get("cookie", "") for asked in seen.lines.http_asked)
    assert SESSION not in repr(seen.observation) + repr(seen.lines.transcript)


async def test_a_session_given_at_the_door_but_of_no_use_is_never_called_protected() -> None:
    # The recording lacks what the session is good for: a gap of ours must not look like a lock.
    seen = await replay("kibana-8.12.2.anonymous-only")
    assert seen.verdict is Verdict.INCONCLUSIVE


@pytest.mark.fact("KIB-08", "KIB-49")
@pytest.mark.parametrize(
    "name", ["kibana-7.10.2-oss.notready-es-down-at-start", "kibana-8.12.2.notready-es-down-at-start"]
)
async def test_one_that_is_not_ready_is_judged_another_night(name: str) -> None:
    seen = await replay(name)
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert seen.observation.facts == {Fact.DEGRADED}
    assert seen.observation.service is not None
    assert seen.observation.service.name == "Kibana"


@pytest.mark.fact("KIB-44", "KIB-45")
async def test_a_prefix_that_is_rewritten_is_found() -> None:
    seen = await replay("kibana-7.10.2-oss.basepath-rewrite", "kibana-7.10.2-oss.basepath-rewrite-prefixed")
    assert seen.verdict is Verdict.OPEN
    assert seen.observation.service is not None
    assert ("path", "/kibana") in seen.observation.service.details
    assert {"people"} <= {dataset.name for dataset in seen.observation.datasets}


async def test_a_prefix_that_is_not_found_is_no_verdict() -> None:
    seen = await replay("kibana-7.10.2-oss.basepath-rewrite")
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert seen.observation.facts == {Fact.UNSURE}


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in REPLIES.glob("*.json") if path.stem.startswith(("kibana", "osd")))
)
async def test_every_verdict_rests_on_an_exchange(name: str) -> None:
    seen = await replay(name)

    assert [exchange for exchange in seen.lines.transcript.exchanges if exchange.why]


@pytest.mark.fact("KIB-60")
@pytest.mark.parametrize(
    "name", sorted(path.stem for path in REPLIES.glob("*.json") if path.stem.startswith(("es-", "os-")))
)
async def test_elasticsearch_itself_is_no_kibana_and_gets_no_post(name: str) -> None:
    seen = await replay(name)
    assert seen.verdict is Verdict.OTHER_SERVICE
    assert not [asked for asked in seen.lines.http_asked if asked.method != "GET"]
    assert seen.observation.access.rank <= Access.BANNER.rank
