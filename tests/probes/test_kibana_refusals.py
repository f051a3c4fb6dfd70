"""Who refuses, who is not Kibana, and what is not sure: the Kibana probe where no data is given."""

import pytest

from auditor.model.observation import Access, Fact, Reach
from auditor.model.outcome import Verdict
from auditor.probes.interface import Budget, WireError
from auditor.testing.scripted import Answer, answer
from tests.probes.kibana_stub import CLUSTER, FOUND, OPEN, Stub, all_refused, observe, own, page, refused

FORBIDDEN_BY_ROLE = refused(403, "action [indices:monitor/stats] is unauthorized for user [_anonymous]")


@pytest.mark.fact("KIB-32", "VERDICT-13")
async def test_kibana_s_own_401_is_told_from_one_that_it_passes_on() -> None:
    own_one = await observe(all_refused(own(401)))
    passed_on = await observe(all_refused(own(401, "x", www_authenticate='Basic realm="security" charset="UTF-8"')))
    assert own_one.observation.asked_by == "Kibana's own login"
    assert passed_on.observation.asked_by == "Elasticsearch security behind Kibana"


async def test_a_proxy_that_guards_everything_is_named_with_its_realm() -> None:
    guarded = answer(401, "<html>", server="nginx/1.18.0", www_authenticate='Basic realm="ops"')
    seen = await observe(lambda _: guarded)
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.facts == {Fact.FRONT_ASKED_LOGIN}
    assert "nginx" in seen.observation.asked_by
    assert 'realm "ops"' in seen.observation.asked_by
    assert seen.observation.access is Access.NOTHING
    assert all(asked.method == "GET" for asked in seen.lines.http_asked)


@pytest.mark.fact("VERDICT-05")
async def test_a_proxy_that_guards_the_page_alone_leaves_it_partly_open() -> None:
    guarded = answer(401, "", server="nginx", www_authenticate='Basic realm="ops"')
    status = answer(200, {"status": {"overall": {}}, "version": {"number": "7.10.2"}}, kbn_name="lab")
    seen = await observe(Stub({"GET /": guarded, "GET /api/status": status}, OPEN))
    assert seen.observation.facts == {Fact.PARTLY_REFUSED}
    assert seen.verdict is Verdict.PARTLY_OPEN


async def test_a_proxy_that_guards_the_console_alone_asked_for_the_login() -> None:
    guarded = answer(401, "", server="nginx", www_authenticate='Basic realm="ops"')
    seen = await observe(all_refused(guarded))
    assert seen.observation.facts == {Fact.FRONT_ASKED_LOGIN}
    assert seen.observation.access is Access.BANNER
    assert seen.verdict is Verdict.AUTH_REQUIRED


async def test_a_console_forbidden_by_a_proxy_is_no_login_while_the_page_is_open() -> None:
    seen = await observe(all_refused(answer(403, "<html>Forbidden</html>", server="nginx")))
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert seen.observation.facts == {Fact.UNSURE}


async def test_a_console_forbidden_by_a_proxy_while_the_search_route_answers_is_partly_open() -> None:
    script = Stub(
        {
            "GET /": page(),
            "POST /api/console/proxy": answer(403, "<html>Forbidden</html>", server="nginx"),
            "POST /internal/search/es": answer(200, {"rawResponse": FOUND}, kbn_name="lab"),
        }
    )
    assert (await observe(script)).verdict is Verdict.PARTLY_OPEN


async def test_a_form_for_a_password_is_a_login_in_front() -> None:
    seen = await observe(lambda _: page("<form><input type='password'></form>", named=False))
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert "login page" in seen.observation.asked_by


async def test_everything_forbidden_by_a_stranger_to_kibana_is_a_front() -> None:
    seen = await observe(lambda _: answer(403, "Forbidden", server="awselb/2.0"))
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.facts == {Fact.FRONT_ASKED_LOGIN}


async def test_a_public_site_whose_api_wants_a_login_is_no_guarded_kibana() -> None:
    script = Stub({"GET /": page("<h1>Shop</h1>", named=False)}, otherwise=answer(401, {"message": "token missing"}))
    guarded_below = Stub(
        {
            "GET /": page("<h1>Shop</h1>", named=False),
            "GET /kibana/": answer(401, "", www_authenticate='Basic realm="k"'),
        },
        otherwise=answer(404, "no"),
    )
    assert (await observe(script)).verdict is Verdict.OTHER_SERVICE
    assert (await observe(guarded_below)).verdict is Verdict.AUTH_REQUIRED


async def test_a_forbidden_root_alone_is_no_login() -> None:
    script = Stub({"GET /": answer(403, "Forbidden", server="nginx")}, otherwise=answer(404, "nothing", server="nginx"))
    assert (await observe(script)).verdict is Verdict.OTHER_SERVICE


@pytest.mark.parametrize(
    "script",
    [
        lambda _: answer(200, "<html>It works!</html>", content_type="text/html"),
        lambda _: answer(404, "not found", server="nginx"),
        lambda _: answer(200, {"hello": "world"}),
        lambda _: answer(204),
        Stub({"GET /": answer(200, CLUSTER)}, otherwise=answer(404, {"error": "no such index", "status": 404})),
    ],
)
async def test_what_is_no_kibana_is_another_service_and_is_never_posted_to(script: object) -> None:
    seen = await observe(script)
    assert seen.observation.reach is Reach.NOT_THE_PRODUCT
    assert seen.verdict is Verdict.OTHER_SERVICE
    assert all(asked.method == "GET" for asked in seen.lines.http_asked)


async def test_an_elasticsearch_in_kibana_s_place_is_named() -> None:
    seen = await observe(lambda _: answer(200, CLUSTER))
    assert seen.observation.service is not None
    assert (seen.observation.service.name, seen.observation.service.version) == ("Elasticsearch", "7.10.2")
    assert seen.requests == ["GET /", "GET /_plugin/kibana/", "GET /_dashboards/"]  # a managed one has Kibana there


async def test_one_that_looks_like_kibana_without_its_headers_is_not_posted_to_and_not_judged() -> None:
    marked = page('<kbn-injected-metadata data="{&quot;version&quot;:&quot;7.10.2&quot;}">', named=False)
    seen = await observe(Stub({"GET /": marked}, otherwise=answer(404, "no")))
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert seen.observation.service is not None
    assert seen.observation.service.version == "7.10.2"
    assert all(asked.method == "GET" for asked in seen.lines.http_asked)


@pytest.mark.parametrize("header", ["kbn_version", "kbn_license_sig"])
async def test_headers_that_only_kibana_sends_make_it_look_like_one_but_name_nobody(header: str) -> None:
    seen = await observe(lambda _: answer(404, "no", **{header: "7.9.0"}))
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert all(asked.method == "GET" for asked in seen.lines.http_asked)


@pytest.mark.fact("KIB-02")
async def test_a_status_page_is_no_proof_of_anything() -> None:
    status = answer(200, {"status": {"overall": {"state": "green"}}, "version": {"number": "7.10.2"}})
    seen = await observe(Stub({"GET /api/status": status}, otherwise=answer(404, "no")))
    assert seen.verdict is Verdict.INCONCLUSIVE


@pytest.mark.fact("KIB-20", "KIB-48", "KIB-49")
@pytest.mark.parametrize(
    "withheld",
    [
        answer(503, "Kibana server is not ready yet", kbn_name="lab"),
        answer(503, "ACME Search server is not ready yet"),
        own(503, "License is not available."),
        own(502),
        own(504, "Gateway Time-out"),
        own(429),
        answer(502, "<html>Bad Gateway</html>", server="nginx"),
        refused(503, "blocked by: [SERVICE_UNAVAILABLE/2/no master];"),
        answer(200, {"message": "x"}, kbn_name="lab", x_console_proxy_status_code="502"),
    ],
)
async def test_what_is_not_ready_is_judged_another_night(withheld: Answer) -> None:
    seen = await observe(all_refused(withheld))
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert seen.observation.facts == {Fact.DEGRADED}


async def test_a_dead_backend_before_which_nobody_named_itself_is_no_verdict() -> None:
    seen = await observe(lambda _: answer(502, "<html>Bad Gateway</html>", server="nginx"))
    assert seen.verdict is Verdict.INCONCLUSIVE


async def test_security_behind_it_that_was_never_set_up_is_said() -> None:
    seen = await observe(all_refused(answer(503, "OpenSearch Security not initialized.", osd_name="lab")))
    assert seen.verdict is Verdict.NOT_INITIALISED


@pytest.mark.fact("KIB-57")
@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("connect ECONNREFUSED 10.1.2.3:9200", "10.1.2.3:9200"),
        ("connect ECONNREFUSED ::1:9200", "::1:9200"),
        ("getaddrinfo ENOTFOUND es-1.corp.example es-1.corp.example:9200", "es-1.corp.example:9200"),
    ],
)
async def test_the_backend_that_an_error_gives_away_is_kept(text: str, address: str) -> None:
    seen = await observe(all_refused(own(502, text)))
    assert seen.observation.service is not None
    assert ("backend", address) in seen.observation.service.details
    assert seen.verdict is Verdict.INCONCLUSIVE


@pytest.mark.fact("KIB-30")
async def test_nine_s_wording_means_that_no_login_was_asked() -> None:
    text = "uri [/api/console/proxy] with method [post] exists but is not available with the current configuration"
    seen = await observe(all_refused(own(400, text)))
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert seen.observation.facts == {Fact.UNSURE}
    assert seen.observation.asked_by == ""


async def test_a_missing_xsrf_token_of_4_1_is_no_identity_and_no_login() -> None:
    script = Stub(
        {"GET /": answer(200, "<html>", x_app_name="kibana")},
        otherwise=lambda asked: answer(403, '"Missing XSRF token"') if asked.method == "POST" else answer(404, "no"),
    )
    seen = await observe(script)
    assert seen.observation.facts == {Fact.UNSURE}


@pytest.mark.fact("KIB-51")
async def test_a_console_that_stays_silent_is_no_verdict() -> None:
    script = Stub({"GET /": page(), "POST /api/console/proxy": WireError(Reach.BROKE_OFF, "silent for 10 s")})
    seen = await observe(script)
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert seen.observation.facts == {Fact.UNSURE}
    assert len(seen.requests) < 8


async def test_a_login_for_the_list_and_silence_to_the_search_is_no_lock() -> None:
    console = {"/_cat/indices": refused(401, "missing authentication credentials")}
    seen = await observe(Stub({"GET /": page()}, {**console, "/_search": WireError(Reach.BROKE_OFF, "silent")}))
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert seen.observation.facts == {Fact.PRODUCT_ASKED_LOGIN, Fact.UNSURE}


async def test_where_not_even_the_page_came_the_error_rises() -> None:
    with pytest.raises(WireError, match="gone"):
        await observe(lambda _: WireError(Reach.BROKE_OFF, "gone"))


async def test_a_spent_budget_ends_in_an_observation() -> None:
    seen = await observe(Stub({"GET /": page()}, OPEN), budget=Budget(requests=2))
    assert seen.verdict is Verdict.INCONCLUSIVE
