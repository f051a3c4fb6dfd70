"""Look-alikes, stand-ins, honeypots, and other products on the port."""

import pytest

from auditor.model.observation import Access, Fact, Reach
from auditor.model.outcome import Verdict
from auditor.testing.script import Answer, answer

from .elasticsearch_servers import (
    LISTING,
    OPEN,
    OPENSEARCH_TAGLINE,
    ROOT,
    found,
    greeting,
    observe,
    verdict,
)


@pytest.mark.fact("ES-22", "ES-38", "VERDICT-19")
@pytest.mark.parametrize(
    ("root", "name"),
    [
        pytest.param(
            {
                "ok": True,
                "status": 200,
                "name": "x",
                "cluster_name": "c",
                "version": {"number": "4.1", "es_version": "6.5"},
            },
            "CrateDB",
            id="CrateDB",
        ),
        pytest.param(
            {"ok": True, "status": 200, "cluster_name": "c", "version": {"number": "5.10.1", "lucene_version": "9.12"}},
            "CrateDB",
            id="CrateDB 5",
        ),
        pytest.param(
            greeting("0.2.3", name="zinc", cluster_name="N/A", cluster_uuid="N/A", version={"lucene_version": "N/A"}),
            "ZincSearch",
            id="ZincSearch",
        ),
        pytest.param(greeting("7.17.0", version={"distribution": "quickwit"}), "Quickwit", id="Quickwit"),
        pytest.param(greeting("7.10.0", tagline="Manticore Search"), "Manticore Search", id="Manticore"),
        pytest.param(greeting("1.8.2", version={"distribution": "easysearch"}), "INFINI Easysearch", id="Easysearch"),
    ],
)
async def test_look_alikes_are_other_services_with_a_name(root: dict[str, object], name: str) -> None:
    seen, lines = await observe(
        {ROOT: answer(200, root, x_elastic_product="Elasticsearch")}, rest=answer(404, {"error": "?"})
    )
    assert (Fact.LOOK_ALIKE in seen.facts, verdict(seen)) == (True, Verdict.OTHER_SERVICE)
    assert seen.service is not None
    assert seen.service.name == name
    assert name in seen.detail
    assert lines.transcript.exchanges[0].why


@pytest.mark.fact("ES-23")
async def test_elasticsearch_0_90_says_ok_as_well_and_is_no_cratedb() -> None:
    seen, _ = await observe({**OPEN, ROOT: answer(200, {"ok": True, "status": 200, **greeting("0.90.13")})})
    assert seen.service is not None
    assert seen.service.name == "Elasticsearch"


async def test_a_node_may_be_called_as_another_product_is() -> None:
    seen, _ = await observe({**OPEN, ROOT: answer(200, greeting(name="crate-1", cluster_name="quickwit"))})
    assert (verdict(seen), Fact.STAND_IN in seen.facts) == (Verdict.OPEN, False)


@pytest.mark.fact("VERDICT-30")
async def test_a_stand_in_that_lists_and_searches_is_open_and_named() -> None:
    contradictory = greeting("3.8.0", tagline=OPENSEARCH_TAGLINE, version={"distribution": "opensearch"})
    seen, lines = await observe({**OPEN, ROOT: answer(200, contradictory, x_elastic_product="Elasticsearch")})
    assert (Fact.STAND_IN in seen.facts, verdict(seen)) == (True, Verdict.OPEN)
    assert "X-Elastic-Product" in seen.detail
    assert "X-Elastic-Product" in lines.transcript.exchanges[0].why


async def test_a_look_alike_that_lists_and_searches_is_a_stand_in() -> None:
    seen, _ = await observe({**OPEN, ROOT: answer(200, greeting(version={"distribution": "quickwit"}))})
    assert (seen.facts, verdict(seen)) == (frozenset({Fact.STAND_IN}), Verdict.OPEN)


@pytest.mark.fact("ES-35")
async def test_opensearch_that_pretends_to_be_7_10_2_keeps_its_tagline() -> None:
    seen, _ = await observe({**OPEN, ROOT: answer(200, greeting("7.10.2", tagline=OPENSEARCH_TAGLINE))})
    assert seen.service is not None
    assert (seen.service.name, Fact.SECURITY_OFF in seen.facts) == ("OpenSearch", False)


@pytest.mark.fact("ES-02", "ES-22", "ES-39")
@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(
            answer(200, {"error": "IndexMissingException[[x] missing]", "status": 404}), id="errors with status 200"
        ),
        pytest.param(answer(404, "<html>not found</html>"), id="nothing but a greeting"),
        pytest.param(answer(200, "<html>welcome</html>"), id="a page for everything"),
        pytest.param(answer(200, {"acknowledged": True}), id="one JSON for everything"),
    ],
)
async def test_a_honeypots_greeting_is_no_elasticsearch(rest: Answer) -> None:
    seen, _ = await observe({ROOT: OPEN[ROOT]}, rest=rest)
    assert (seen.access, verdict(seen)) == (Access.BANNER, Verdict.OTHER_SERVICE)


async def test_a_honeypot_that_greets_whatever_is_asked_has_made_its_search_up() -> None:
    replies = {"/_search": answer(200, found(1, shards=6, hits=[{"_id": "logstash-*"}]))}
    seen, _ = await observe(replies, rest=answer(200, greeting("1.4.1")))
    assert (seen.access, verdict(seen)) == (Access.BANNER, Verdict.OTHER_SERVICE)
    listed, _ = await observe({**replies, LISTING: OPEN[LISTING]}, rest=answer(200, greeting("1.4.1")))
    assert verdict(listed) is Verdict.OPEN  # what lists and searches is open, whoever it is


@pytest.mark.fact("VERDICT-19")
@pytest.mark.parametrize(
    ("reply", "name"),
    [
        pytest.param(answer(200, "<html>", kbn_name="kibana", kbn_version="6.2.3"), "Kibana", id="Kibana"),
        pytest.param(answer(302, b"", location="/login?next=%2F", kbn_name="kb"), "Kibana", id="Kibana with a login"),
        pytest.param(answer(302, b"", location="/app/kibana"), "Kibana", id="Kibana by where it leads"),
        pytest.param(answer(200, "<html>", osd_name="x"), "OpenSearch Dashboards", id="Dashboards"),
        pytest.param(answer(200, '{"couchdb":"Welcome","version":"3.3"}'), "CouchDB", id="CouchDB"),
        pytest.param(
            answer(200, "It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"),
            "MongoDB",
            id="MongoDB",
        ),
        pytest.param(
            answer(200, "You are trying to access MongoDB on the native driver port.\n"), "MongoDB", id="MongoDB 2.4"
        ),
    ],
)
async def test_another_product_is_named(reply: Answer, name: str) -> None:
    seen, _ = await observe({}, rest=reply)
    assert (seen.reach, verdict(seen)) == (Reach.NOT_THE_PRODUCT, Verdict.OTHER_SERVICE)
    assert seen.service is not None
    assert seen.service.name == name


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(answer(404, "<html>404</html>"), id="404"),
        pytest.param(answer(200, "<html><title>Welcome to nginx!</title></html>"), id="a welcome page"),
        pytest.param(answer(200, {"message": "hello"}), id="another API"),
        pytest.param(answer(200, []), id="an empty list for everything"),
        pytest.param(answer(200, {}), id="an empty object for everything"),
        pytest.param(answer(400, "Bad Request"), id="400"),
    ],
)
async def test_other_http_servers_are_other_services(reply: Answer) -> None:
    seen, _ = await observe({}, rest=reply)
    assert (seen.access, verdict(seen)) == (Access.NOTHING, Verdict.OTHER_SERVICE)


async def test_a_redirect_of_everything_to_https_is_left_open() -> None:
    seen, _ = await observe({}, rest=answer(301, b"", location="https://es.example.org/"))
    assert (seen.facts, verdict(seen)) == (frozenset({Fact.UNSURE}), Verdict.INCONCLUSIVE)


@pytest.mark.fact("VERDICT-17")
async def test_a_client_certificate_wanted_in_http_ends_the_questions() -> None:
    wanted = answer(400, "<center>No required SSL certificate was sent</center>", server="nginx")
    seen, lines = await observe({}, rest=wanted)
    assert verdict(seen) is Verdict.CLIENT_CERT_REQUIRED
    assert len(lines.http_asked) == 1
    assert lines.transcript.exchanges[0].why == "Asks for a TLS client certificate."


async def test_a_port_that_wants_tls_is_left_open() -> None:
    wants = answer(400, "<center>The plain HTTP request was sent to HTTPS port</center>")
    seen, _ = await observe({}, rest=wants)
    assert verdict(seen) is Verdict.INCONCLUSIVE
