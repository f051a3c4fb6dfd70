"""Guards with and without a gap, and who it was that asked for a login."""

import pytest

from auditor.model.observation import Access, Fact
from auditor.model.outcome import Verdict
from auditor.testing.script import Answer, answer

from .elasticsearch_servers import (
    LISTING,
    MISSING_LOGIN,
    OPEN,
    PROXY_FORBIDS,
    PROXY_LOGIN,
    ROOT,
    SEARCH,
    SILENCE,
    error,
    found,
    greeting,
    mapping,
    observe,
    verdict,
)


@pytest.mark.fact("ES-03", "ES-07", "VERDICT-04", "VERDICT-05")
async def test_a_proxy_that_guards_the_root_alone_leaves_the_server_partly_open() -> None:
    seen, lines = await observe({**OPEN, ROOT: PROXY_LOGIN})
    assert (seen.access, verdict(seen)) == (Access.RECORDS, Verdict.PARTLY_OPEN)
    assert Fact.FRONT_ASKED_LOGIN in seen.facts
    assert 'the greeting: Asks for a login: a proxy in front (nginx, realm "ops").' in seen.partial
    assert "the search: given" in seen.partial
    assert {data.name for data in seen.datasets} == {"people", "products"}
    assert all(exchange.why for exchange in lines.transcript.exchanges[:4])


async def test_a_proxy_that_guards_all_but_the_listing_gives_names() -> None:
    seen, _ = await observe({LISTING: OPEN[LISTING]}, rest=PROXY_LOGIN)
    assert (seen.access, verdict(seen)) == (Access.NAMES, Verdict.METADATA_ONLY)
    assert [data.readable for data in seen.datasets] == [False, False]
    assert [data.records for data in seen.datasets] == [2, 1]


@pytest.mark.fact("VERDICT-04")
async def test_a_proxy_that_guards_every_question_but_those_about_one_index_is_partly_open() -> None:
    guarded = {
        LISTING: OPEN[LISTING],
        "/people/_search": answer(200, found(2)),
        "/people/_mapping": answer(200, mapping("people")),
    }
    seen, _ = await observe(guarded, rest=PROXY_LOGIN)
    assert (seen.access, verdict(seen)) == (Access.RECORDS, Verdict.PARTLY_OPEN)
    people, products = seen.datasets
    assert (people.name, people.readable, people.field_count) == ("people", True, 2)
    assert (products.name, products.readable) == ("products", False)


@pytest.mark.fact("ES-02", "VERDICT-12")
async def test_a_greeting_before_a_login_gives_version_and_names() -> None:
    seen, _ = await observe({ROOT: answer(200, greeting("8.5.0"))}, rest=MISSING_LOGIN)
    assert (seen.access, verdict(seen)) == (Access.NAMES, Verdict.METADATA_ONLY)
    assert seen.service is not None
    assert (seen.service.version, seen.service.cluster_name) == ("8.5.0", "shop")


@pytest.mark.fact("VERDICT-06")
async def test_a_block_on_reading_leaves_the_other_indices_open() -> None:
    blocked = error("cluster_block_exception", "index [people] blocked by: [FORBIDDEN/7/index read (api)];", 403)
    replies = {**OPEN, SEARCH: blocked, "/people/_search": blocked, "/products/_search": answer(200, found(1))}
    seen, _ = await observe(replies)
    assert verdict(seen) is Verdict.PARTLY_OPEN
    assert {data.name: data.readable for data in seen.datasets} == {"people": False, "products": True}
    assert Fact.FRONT_ASKED_LOGIN not in seen.facts


@pytest.mark.fact("ES-46", "ES-47", "ES-73", "VERDICT-13")
@pytest.mark.parametrize(
    ("reply", "fact", "by"),
    [
        pytest.param(MISSING_LOGIN, Fact.PRODUCT_ASKED_LOGIN, "Elasticsearch security", id="Elasticsearch"),
        pytest.param(
            answer(401, "Unauthorized", www_authenticate='Basic realm="OpenSearch Security"'),
            Fact.PRODUCT_ASKED_LOGIN,
            "OpenSearch security",
            id="OpenSearch",
        ),
        pytest.param(
            answer(401, "Unauthorized", www_authenticate='Basic realm="Open Distro Security"'),
            Fact.PRODUCT_ASKED_LOGIN,
            "Open Distro security",
            id="Open Distro",
        ),
        pytest.param(
            answer(401, "Unauthorized", www_authenticate='Basic realm="Search Guard"'),
            Fact.PRODUCT_ASKED_LOGIN,
            "Search Guard",
            id="Search Guard",
        ),
        pytest.param(
            answer(401, {"error": "AuthenticationException[missing authentication token for REST request [/]]"}),
            Fact.PRODUCT_ASKED_LOGIN,
            "Elasticsearch security",
            id="Shield, whose error is one text",
        ),
        pytest.param(
            answer(403, {"error": {"reason": "forbidden", "due_to": ["OPERATION_NOT_ALLOWED"]}, "status": 403}),
            Fact.PRODUCT_ASKED_LOGIN,
            "ReadonlyREST",
            id="ReadonlyREST",
        ),
        pytest.param(
            answer(
                401,
                {"error": {"reason": "forbidden", "due_to": "OPERATION_NOT_ALLOWED"}, "status": 401},
                www_authenticate="Basic",
            ),
            Fact.PRODUCT_ASKED_LOGIN,
            "ReadonlyREST",
            id="ReadonlyREST that prompts",
        ),
        pytest.param(
            PROXY_LOGIN, Fact.FRONT_ASKED_LOGIN, 'a proxy in front (nginx, realm "ops")', id="a proxy's realm"
        ),
        pytest.param(
            Answer(401, (*PROXY_LOGIN.headers[:1], ("www-authenticate", 'Basic realm="Security"')), PROXY_LOGIN.body),
            Fact.FRONT_ASKED_LOGIN,
            'a proxy in front (nginx, realm "Security")',
            id="a proxy's realm that is called as a product's",
            marks=pytest.mark.fact("ES-48"),
        ),
        pytest.param(answer(401, b""), Fact.FRONT_ASKED_LOGIN, "something in front that answers 401", id="a bare 401"),
        pytest.param(
            PROXY_FORBIDS, Fact.FRONT_ASKED_LOGIN, "something in front that answers 403 (nginx)", id="403 everywhere"
        ),
        pytest.param(
            answer(403, {"Message": "User: anonymous is not authorized to perform: es:ESHttpGet"}),
            Fact.FRONT_ASKED_LOGIN,
            "an AWS access policy",
            id="AWS",
        ),
        pytest.param(
            answer(302, b"", location="https://login.example.org/oauth2/authorize?client_id=es", server="nginx"),
            Fact.FRONT_ASKED_LOGIN,
            "a login in front (nginx) that redirects",
            id="OIDC",
        ),
        pytest.param(
            answer(200, "<html><form><input type='password' name=p></form></html>"),
            Fact.FRONT_ASKED_LOGIN,
            "a login page in front",
            id="a login page with status 200",
        ),
    ],
)
async def test_a_login_is_told_from_whom_it_came(reply: Answer, fact: Fact, by: str) -> None:
    seen, lines = await observe({}, rest=reply)
    assert seen.facts == {fact}
    assert (seen.access, seen.asked_by, verdict(seen)) == (Access.NOTHING, by, Verdict.AUTH_REQUIRED)
    assert lines.transcript.exchanges[0].why


@pytest.mark.fact("PEER-08", "VERDICT-25")
async def test_one_question_that_broke_off_is_never_a_lock() -> None:
    seen, _ = await observe({SEARCH: SILENCE}, rest=MISSING_LOGIN)
    assert Fact.UNSURE in seen.facts
    assert verdict(seen) is Verdict.INCONCLUSIVE
    assert seen.detail == "the search was not answered: connected, then silent for 10 s"


@pytest.mark.fact("VERDICT-25")
@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
async def test_a_search_that_fails_behind_a_login_is_never_a_lock(status: int) -> None:
    seen, _ = await observe({SEARCH: answer(status, "upstream")}, rest=PROXY_LOGIN)
    assert Fact.DEGRADED in seen.facts
    assert verdict(seen) is Verdict.INCONCLUSIVE
