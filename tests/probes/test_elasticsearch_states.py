"""States of Elasticsearch, and of what stands in front of it, that no recording holds."""

import pytest

from auditor.judge.verdict import decide
from auditor.model.observation import Access, Fact, Observation, Reach
from auditor.model.outcome import Verdict
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import WireError
from auditor.testing.script import Answer, answer

from .elasticsearch_servers import (
    LISTING,
    MAPPING,
    MISSING_LOGIN,
    NO_HANDLER,
    NO_SUCH_INDEX,
    OPEN,
    OPENSEARCH_TAGLINE,
    PROXY_FORBIDS,
    PROXY_LOGIN,
    ROOT,
    SEARCH,
    error,
    everywhere,
    found,
    greeting,
    listing,
    mapping,
    observe,
    scripted,
)

SILENCE = WireError(Reach.BROKE_OFF, "connected, then silent for 10 s")
ANONYMOUS_403 = error("security_exception", "action [cluster:monitor/main] is unauthorized for user [_anonymous]", 403)


def verdict(seen: Observation) -> Verdict:
    return decide(seen).verdict


# --- what guards only part of a server ---


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


async def test_a_greeting_before_a_login_gives_version_and_names() -> None:
    seen, _ = await observe({ROOT: answer(200, greeting("8.5.0"))}, rest=MISSING_LOGIN)
    assert (seen.access, verdict(seen)) == (Access.NAMES, Verdict.METADATA_ONLY)
    assert seen.service is not None
    assert (seen.service.version, seen.service.cluster_name) == ("8.5.0", "shop")


async def test_a_block_on_reading_leaves_the_other_indices_open() -> None:
    blocked = error("cluster_block_exception", "index [people] blocked by: [FORBIDDEN/7/index read (api)];", 403)
    replies = {**OPEN, SEARCH: blocked, "/people/_search": blocked, "/products/_search": answer(200, found(1))}
    seen, _ = await observe(replies)
    assert verdict(seen) is Verdict.PARTLY_OPEN
    assert {data.name: data.readable for data in seen.datasets} == {"people": False, "products": True}
    assert Fact.FRONT_ASKED_LOGIN not in seen.facts


# --- who asked for a login ---


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
            PROXY_LOGIN, Fact.FRONT_ASKED_LOGIN, 'a proxy in front (nginx, realm "ops")', id="a proxy's realm"
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


async def test_one_question_that_broke_off_is_never_a_lock() -> None:
    seen, _ = await observe({SEARCH: SILENCE}, rest=MISSING_LOGIN)
    assert Fact.UNSURE in seen.facts
    assert verdict(seen) is Verdict.INCONCLUSIVE
    assert seen.detail == "the search was not answered: connected, then silent for 10 s"


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
async def test_a_search_that_fails_behind_a_login_is_never_a_lock(status: int) -> None:
    seen, _ = await observe({SEARCH: answer(status, "upstream")}, rest=PROXY_LOGIN)
    assert Fact.DEGRADED in seen.facts
    assert verdict(seen) is Verdict.INCONCLUSIVE


# --- identities ---


async def test_an_anonymous_user_without_cluster_rights_is_found_by_the_search() -> None:
    seen, _ = await observe(
        {
            MAPPING: answer(200, mapping("people")),
            SEARCH: answer(200, found(2)),
            "/people/_search": answer(200, found(2)),
            "/_security/_authenticate": answer(200, {"username": "_anonymous", "roles": ["guest"]}),
            "/_security/user/_privileges": answer(
                200, {"cluster": [], "indices": [{"names": ["people"], "privileges": ["read"]}]}
            ),
        },
        rest=ANONYMOUS_403,
    )
    assert (seen.access, verdict(seen), seen.identity) == (Access.RECORDS, Verdict.ANONYMOUS_ROLE, "_anonymous")
    assert seen.rights == ("role guest", "read on people")
    assert Fact.PARTLY_REFUSED not in seen.facts
    assert [(data.name, data.records, data.readable) for data in seen.datasets] == [("people", 2, True)]


async def test_an_anonymous_user_that_may_read_but_not_map_is_seen_by_field_caps() -> None:
    caps = answer(200, {"indices": ["people"], "fields": {"email": {"text": {"type": "text"}}}})
    replies = {SEARCH: answer(200, found(2)), "/_field_caps": caps, "/people/_search": answer(200, found(2))}
    seen, _ = await observe(replies, rest=ANONYMOUS_403)
    assert [(data.name, data.records, data.field_count) for data in seen.datasets] == [("people", 2, 1)]


async def test_an_anonymous_user_is_named_by_a_refusal_alone() -> None:
    refusal = error("security_exception", "action [x] is unauthorized for user [_es_anonymous_user]", 403)
    seen, _ = await observe({}, rest=refusal)
    assert (seen.identity, verdict(seen)) == ("_es_anonymous_user", Verdict.ANONYMOUS_ROLE)


async def test_effective_roles_in_the_wording_of_8_change_nothing() -> None:
    reason = "action [cluster:monitor/main] is unauthorized for user [_anonymous] with effective roles [guest], this"
    seen, _ = await observe({}, rest=error("security_exception", reason, 403))
    assert seen.identity == "_anonymous"


async def test_an_anonymous_user_behind_401s_is_still_an_identity() -> None:
    refusal = error("security_exception", "action [cluster:monitor/main] requires authentication", 401)
    seen, _ = await observe({}, rest=refusal)
    assert (verdict(seen), Fact.PRODUCT_ASKED_LOGIN in seen.facts) == (Verdict.ANONYMOUS_ROLE, False)


async def test_an_all_powerful_anonymous_user_of_elasticsearch_is_open() -> None:
    replies = {
        **OPEN,
        "/_security/_authenticate": answer(200, {"username": "_anonymous", "roles": ["superuser"]}),
        "/_security/user/_privileges": answer(
            200, {"cluster": ["all"], "indices": [{"names": ["*"], "privileges": ["all"]}]}
        ),
    }
    seen, _ = await observe(replies)
    assert {Fact.ANONYMOUS_IDENTITY, Fact.ALL_POWERFUL} <= seen.facts
    assert Fact.SECURITY_OFF not in seen.facts
    assert verdict(seen) is Verdict.OPEN


async def test_privileges_without_a_bound_are_all_powerful_whatever_the_role_is_called() -> None:
    replies = {
        **OPEN,
        "/_security/_authenticate": answer(200, {"username": "_anonymous", "roles": ["everyone"]}),
        "/_security/user/_privileges": answer(
            200, {"cluster": ["all"], "indices": [{"names": ["*"], "privileges": ["all"]}]}
        ),
    }
    seen, _ = await observe(replies)
    assert Fact.ALL_POWERFUL in seen.facts


async def test_a_bounded_user_to_whom_everything_answers_is_a_role_not_open() -> None:
    replies = {
        **OPEN,
        "/_security/_authenticate": answer(200, {"username": "_anonymous", "roles": ["viewer"]}),
        "/people/_search": answer(200, found(2)),
        "/products/_search": ANONYMOUS_403,
    }
    seen, _ = await observe(replies)
    assert verdict(seen) is Verdict.ANONYMOUS_ROLE
    assert {data.name: data.readable for data in seen.datasets} == {"people": True, "products": False}


async def test_an_all_powerful_anonymous_user_of_opensearch_is_open_and_sees_the_systems_own_index() -> None:
    replies = {
        ROOT: answer(200, greeting("2.19.4", tagline=OPENSEARCH_TAGLINE, version={"distribution": "opensearch"})),
        LISTING: answer(200, [*listing(people=2), *listing(**{".opendistro_security": 10})]),
        MAPPING: answer(200, mapping("people", ".opendistro_security")),
        SEARCH: answer(200, found(12)),
        "/_plugins/_security/authinfo": answer(
            200,
            {"user_name": "opendistro_security_anonymous", "roles": ["own_index", "all_access"], "backend_roles": []},
        ),
    }
    seen, _ = await observe(replies)
    assert (verdict(seen), seen.identity) == (Verdict.OPEN, "opendistro_security_anonymous")
    assert {data.name: data.system for data in seen.datasets} == {"people": False, ".opendistro_security": True}


async def test_an_anonymous_user_of_open_distro_is_found_at_the_older_path() -> None:
    reason = "no permissions for [indices:data/read/search] and User [name=opendistro_security_anonymous, roles=[x]]"
    replies = {
        ROOT: answer(200, greeting("7.10.2")),
        "/_plugins/_security/authinfo": NO_HANDLER,
        "/_opendistro/_security/authinfo": answer(
            200, {"user": "User [name=opendistro_security_anonymous, roles=[x]]", "roles": ["guest"]}
        ),
    }
    seen, _ = await observe(replies, rest=error("security_exception", reason, 403))
    assert (verdict(seen), seen.rights) == (Verdict.ANONYMOUS_ROLE, ("role guest",))


async def test_a_front_that_logs_strangers_in_as_somebody_is_an_identity() -> None:
    seen, _ = await observe(
        {**OPEN, "/_security/_authenticate": answer(200, {"username": "elastic", "roles": ["superuser"]})}
    )
    assert (seen.identity, verdict(seen)) == ("elastic", Verdict.OPEN)


# --- states in between ---


@pytest.mark.parametrize(
    "text",
    [
        "OpenSearch Security not initialized.",
        "Open Distro Security not initialized.",
        "Search Guard not initialized (SG11).",
    ],
)
async def test_a_security_plugin_that_is_not_set_up(text: str) -> None:
    seen, lines = await observe({}, rest=answer(503, text, content_type="text/plain"))
    assert (seen.facts, verdict(seen)) == (frozenset({Fact.NOT_INITIALISED}), Verdict.NOT_INITIALISED)
    assert lines.transcript.exchanges[0].why == "Its security plugin has not been initialised."


async def test_a_cluster_without_a_master_is_degraded_and_its_mapping_is_not_waited_for() -> None:
    no_master = error("master_not_discovered_exception", "null", 503)
    blocked = error("cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/1/state not recovered];", 503)
    replies = {ROOT: answer(503, greeting("2.4.6", cluster_uuid="_na_")), LISTING: no_master, SEARCH: blocked}
    seen, lines = await observe(replies, rest=no_master)
    assert (seen.access, verdict(seen)) == (Access.BANNER, Verdict.INCONCLUSIVE)
    assert seen.facts == {Fact.DEGRADED}
    assert "belongs to no cluster" in seen.detail
    assert [asked.path.partition("?")[0] for asked in lines.http_asked] == [ROOT, LISTING, SEARCH]
    assert all("master_timeout=1s" in asked.path for asked in lines.http_asked if LISTING in asked.path)


async def test_a_circuit_breaker_is_degraded() -> None:
    tired = error("circuit_breaking_exception", "[parent] Data too large", 429)
    seen, _ = await observe({ROOT: OPEN[ROOT]}, rest=tired)
    assert (seen.facts, verdict(seen)) == (frozenset({Fact.DEGRADED}), Verdict.INCONCLUSIVE)


async def test_a_tired_search_over_all_is_asked_again_of_single_indices() -> None:
    tired = error("circuit_breaking_exception", "[parent] Data too large", 429)
    seen, _ = await observe({**OPEN, SEARCH: tired, "/people/_search": answer(200, found(2))}, rest=tired)
    assert (seen.access, verdict(seen)) == (Access.RECORDS, Verdict.OPEN)


async def test_a_search_that_no_shard_answered_gives_no_records() -> None:
    seen, _ = await observe({**OPEN, SEARCH: answer(200, found(0, shards=5, failed=5))})
    assert (seen.access, Fact.DEGRADED in seen.facts) == (Access.NAMES, True)


async def test_an_expired_licence_blocks_some_questions_only() -> None:
    licence = error("security_exception", "current license is non-compliant for [security]", 403)
    seen, _ = await observe({**OPEN, LISTING: licence})
    assert verdict(seen) is Verdict.PARTLY_OPEN


async def test_closed_indices_are_named_without_counts() -> None:
    seen, lines = await observe({**OPEN, LISTING: answer(200, listing(people=2, shut=None))})
    shut = next(data for data in seen.datasets if data.name == "shut")
    assert (shut.records, shut.bytes, shut.readable) == (None, None, False)
    assert shut.refused[0] == "search: the index is closed"
    assert not any("/shut/" in asked.path for asked in lines.http_asked)


async def test_an_open_server_without_indices_is_open() -> None:
    replies = {**OPEN, LISTING: answer(200, []), MAPPING: answer(200, {}), SEARCH: answer(200, found(0, shards=0))}
    seen, _ = await observe(replies)
    assert (seen.access, verdict(seen), seen.datasets) == (Access.RECORDS, Verdict.OPEN, ())


async def test_a_user_whose_rights_reach_no_index_reads_none() -> None:
    replies = {
        ROOT: OPEN[ROOT],
        SEARCH: answer(200, found(0, shards=0)),
        "/_security/_authenticate": answer(200, {"username": "_anonymous", "roles": ["monitor"]}),
    }
    seen, _ = await observe(replies, rest=ANONYMOUS_403)
    assert (seen.access, verdict(seen)) == (Access.BANNER, Verdict.ANONYMOUS_ROLE)


async def test_a_real_server_whose_root_is_405_is_open_all_the_same() -> None:
    no_root = answer(
        405,
        {"error": "Incorrect HTTP method for uri [/] and method [GET]", "status": 405},
        x_elastic_product="Elasticsearch",
    )
    nodes = answer(200, {"cluster_name": "shop", "nodes": {"a": {"version": "9.5.3"}}})
    seen, _ = await observe({**OPEN, ROOT: no_root, "/_nodes/http": nodes})
    assert verdict(seen) is Verdict.OPEN
    assert seen.service is not None
    assert (seen.service.name, seen.service.version, seen.service.cluster_name) == ("Elasticsearch", "9.5.3", "shop")


async def test_a_remote_cluster_in_a_name_is_neither_asked_about_nor_refused() -> None:
    replies = {**OPEN, LISTING: answer(200, listing(**{"people": 2, "far:people": 1})), SEARCH: MISSING_LOGIN}
    far = error("illegal_argument_exception", "Cross-cluster calls are not supported in this context", 400)
    seen, lines = await observe({**replies, "/people/_search": answer(200, found(2))}, rest=far)
    assert {data.name: data.readable for data in seen.datasets} == {
        "people": True,
        "far:people": None,
        "products": None,
    }
    assert not any("far" in asked.path for asked in lines.http_asked)


@pytest.mark.parametrize(
    ("number", "reply", "off"),
    [
        pytest.param("8.5.0", answer(405, {"error": "Incorrect HTTP method", "status": 405}), True, id="8: 405"),
        pytest.param("9.5.3", NO_HANDLER, True, id="9: 400"),
        pytest.param("5.6.16", NO_HANDLER, False, id="5 has no such path in any state"),
        pytest.param("8.5.0", answer(404, {"error": "?"}), False, id="404 says nothing"),
        pytest.param("8.5.0", PROXY_FORBIDS, False, id="a proxy says nothing"),
    ],
)
async def test_security_is_off_only_where_elasticsearch_itself_says_so(number: str, reply: Answer, off: bool) -> None:
    replies = {**OPEN, ROOT: answer(200, greeting(number)), "/_security/_authenticate": reply, "/_xpack": NO_HANDLER}
    seen, lines = await observe(replies)
    assert (Fact.SECURITY_OFF in seen.facts) is off
    assert any("its security is switched off" in exchange.why for exchange in lines.transcript.exchanges) is off


async def test_a_closed_opensearch_never_looks_as_if_its_security_were_off() -> None:
    refused = answer(401, "Unauthorized", www_authenticate='Basic realm="OpenSearch Security"')
    seen, _ = await observe({"/_security/_authenticate": NO_HANDLER}, rest=refused)
    assert seen.facts == {Fact.PRODUCT_ASKED_LOGIN}


# --- others on the port ---


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


async def test_elasticsearch_0_90_says_ok_as_well_and_is_no_cratedb() -> None:
    seen, _ = await observe({**OPEN, ROOT: answer(200, {"ok": True, "status": 200, **greeting("0.90.13")})})
    assert seen.service is not None
    assert seen.service.name == "Elasticsearch"


async def test_a_node_may_be_called_as_another_product_is() -> None:
    seen, _ = await observe({**OPEN, ROOT: answer(200, greeting(name="crate-1", cluster_name="quickwit"))})
    assert (verdict(seen), Fact.STAND_IN in seen.facts) == (Verdict.OPEN, False)


async def test_a_stand_in_that_lists_and_searches_is_open_and_named() -> None:
    contradictory = greeting("3.8.0", tagline=OPENSEARCH_TAGLINE, version={"distribution": "opensearch"})
    seen, lines = await observe({**OPEN, ROOT: answer(200, contradictory, x_elastic_product="Elasticsearch")})
    assert (Fact.STAND_IN in seen.facts, verdict(seen)) == (True, Verdict.OPEN)
    assert "X-Elastic-Product" in seen.detail
    assert "X-Elastic-Product" in lines.transcript.exchanges[0].why


async def test_a_look_alike_that_lists_and_searches_is_a_stand_in() -> None:
    seen, _ = await observe({**OPEN, ROOT: answer(200, greeting(version={"distribution": "quickwit"}))})
    assert (seen.facts, verdict(seen)) == (frozenset({Fact.STAND_IN}), Verdict.OPEN)


async def test_opensearch_that_pretends_to_be_7_10_2_keeps_its_tagline() -> None:
    seen, _ = await observe({**OPEN, ROOT: answer(200, greeting("7.10.2", tagline=OPENSEARCH_TAGLINE))})
    assert seen.service is not None
    assert (seen.service.name, Fact.SECURITY_OFF in seen.facts) == ("OpenSearch", False)


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


# --- talks that end ---


async def test_nothing_at_all_answered_raises_how_the_first_talk_ended() -> None:
    lines = scripted({ROOT: SILENCE, LISTING: SILENCE})
    with pytest.raises(WireError) as caught:
        await ElasticsearchProbe().observe(lines)
    assert caught.value is not SILENCE
    assert (caught.value.reach, caught.value.detail) == (SILENCE.reach, SILENCE.detail)
    assert len(lines.http_asked) == 2


@pytest.mark.parametrize("reach", [Reach.REFUSED, Reach.TIMED_OUT, Reach.TLS_FAILED, Reach.NOT_THE_PRODUCT])
async def test_a_first_talk_that_never_began_is_not_tried_again(reach: Reach) -> None:
    lines = scripted({ROOT: WireError(reach, "it did not")})
    with pytest.raises(WireError) as caught:
        await ElasticsearchProbe().observe(lines)
    assert caught.value.reach is reach
    assert len(lines.http_asked) == 1


async def test_a_root_that_breaks_off_hides_nothing() -> None:
    seen, _ = await observe({**OPEN, ROOT: SILENCE})
    assert (seen.access, verdict(seen)) == (Access.RECORDS, Verdict.OPEN)


async def test_a_server_that_goes_silent_is_left_alone_after_two_tries() -> None:
    lines = scripted({ROOT: OPEN[ROOT], LISTING: OPEN[LISTING], SEARCH: SILENCE, MAPPING: SILENCE})
    seen = await ElasticsearchProbe().observe(lines)
    assert seen.access is Access.NAMES
    assert len(lines.http_asked) == 4


async def test_a_spent_budget_ends_the_questions_and_leaves_doubt() -> None:
    spent = WireError(Reach.TOO_MUCH, "the 60 s that one target may cost are spent")
    seen, lines = await observe({ROOT: OPEN[ROOT], LISTING: spent}, rest=NO_SUCH_INDEX)
    assert len(lines.http_asked) == 2
    assert (Fact.UNSURE in seen.facts, verdict(seen)) == (True, Verdict.INCONCLUSIVE)


async def test_a_path_prefix_stands_before_every_question() -> None:
    seen, lines = await observe(OPEN, path="/search/es/")
    assert verdict(seen) is Verdict.OPEN
    assert [asked.path.partition("?")[0] for asked in lines.http_asked][:4] == [
        "/search/es/",
        "/search/es/_cat/indices",
        "/search/es/_search",
        "/search/es/_mapping",
    ]


def test_everywhere_names_the_four_questions() -> None:
    assert set(everywhere(NO_HANDLER)) == {ROOT, LISTING, MAPPING, SEARCH}
