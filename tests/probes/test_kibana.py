"""How the Kibana probe asks, and what it tells of one that is open."""

import pytest

from auditor.model.observation import Access, Fact, Reach
from auditor.model.outcome import Verdict
from auditor.probes.interface import Probe, WireError
from auditor.probes.kibana import KibanaProbe
from auditor.testing.scripted import Answer, HttpAsked, answer
from tests.probes.kibana_stub import CLUSTER, FOUND, INDICES, OPEN, Stub, all_refused, observe, own, page, refused

FORBIDDEN_BY_ROLE = refused(403, "action [indices:monitor/stats] is unauthorized for user [_anonymous]")


def test_it_is_a_probe_with_rules_and_unique_request_templates() -> None:
    probe: Probe = KibanaProbe()
    assert probe.rules
    assert len({template.id for template in probe.requests}) == len(probe.requests)
    assert all(template.product == "kibana" and template.when and template.purpose for template in probe.requests)


@pytest.mark.fact("KIB-59")
async def test_the_sound_order_is_page_then_read_proxy_then_console() -> None:
    seen = await observe(Stub({"GET /": page()}, OPEN))
    assert [request.partition("?")[0] for request in seen.requests[:4]] == [
        "GET /",
        "GET /elasticsearch/_cat/indices",
        "GET /api/status",
        "POST /api/console/proxy",
    ]
    assert seen.verdict is Verdict.OPEN
    assert seen.observation.access is Access.RECORDS


@pytest.mark.fact("KIB-14", "KIB-15", "KIB-16", "KIB-17", "KIB-33")
async def test_every_post_carries_the_three_headers_and_no_version() -> None:
    seen = await observe(Stub({"GET /": page()}, OPEN))
    posts = [asked for asked in seen.lines.http_asked if asked.method == "POST"]
    assert posts
    for asked in posts:
        assert {"kbn-xsrf", "osd-xsrf", "x-elastic-internal-origin"} <= asked.headers.keys()
    for asked in seen.lines.http_asked:
        assert not {"kbn-version", "osd-version"} & asked.headers.keys()
        assert asked.method == "POST" or not {"kbn-xsrf", "osd-xsrf"} & asked.headers.keys()


async def test_what_is_open_is_told_with_its_indices_fields_and_cluster() -> None:
    seen = await observe(Stub({"GET /": page()}, OPEN))
    people, own_one = seen.observation.datasets
    assert (people.name, people.records, people.bytes, people.readable, people.system) == (
        "people",
        2,
        4711,
        True,
        False,
    )
    assert [field.path for field in people.fields] == ["email", "born"]
    assert people.field_count == 2
    assert own_one.system
    assert seen.observation.behind is not None
    assert seen.observation.behind.cluster_uuid == CLUSTER["cluster_uuid"]
    assert seen.observation.behind.name == "Elasticsearch"


@pytest.mark.fact("PEER-12")
async def test_hits_that_a_server_sends_in_spite_of_size_0_are_kept_nowhere() -> None:
    leaky = {**FOUND, "hits": {"total": 1, "hits": [{"_source": {"email": "ada@example.org"}}]}}
    seen = await observe(Stub({"GET /": page()}, {**OPEN, "/_search": answer(200, leaky, kbn_name="lab")}))
    assert seen.verdict is Verdict.OPEN
    assert "ada@example.org" not in repr(seen.observation) + repr(seen.lines.transcript)


@pytest.mark.fact("KIB-11", "KIB-12", "KIB-18")
async def test_a_500_on_path_leads_to_uri_by_get_and_never_to_a_post_there() -> None:
    def script(asked: HttpAsked) -> Answer | WireError:
        if asked.path.startswith("/api/console/proxy?path="):
            return own(500, "An internal server error occurred")
        return stub(asked)

    stub = Stub({"GET /": page()}, OPEN, doors=("uri",))
    seen = await observe(script)
    assert seen.verdict is Verdict.OPEN
    assert any(request.startswith("GET /api/console/proxy?uri=_search") for request in seen.requests)
    assert not [request for request in seen.requests if request.startswith("POST") and "uri=" in request]


async def test_a_500_on_path_without_uri_is_no_verdict() -> None:
    seen = await observe(Stub({"GET /": page(), "POST /api/console/proxy": own(500)}))
    assert seen.verdict is Verdict.INCONCLUSIVE


async def test_another_service_s_status_page_does_not_make_it_look_like_kibana() -> None:
    seen = await observe(Stub({"GET /api/status": answer(200, {"status": "up"})}, otherwise=answer(404, "no")))
    assert seen.verdict is Verdict.OTHER_SERVICE


@pytest.mark.fact("KIB-19", "KIB-22")
async def test_the_status_in_the_console_s_header_counts_and_not_that_of_http() -> None:
    hidden = answer(
        200,
        {"error": {"type": "security_exception", "reason": "missing authentication credentials"}, "status": 401},
        kbn_name="lab",
        x_console_proxy_status_code="401",
    )
    seen = await observe(Stub({"GET /": page()}, dict.fromkeys(OPEN, hidden)))
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.asked_by == "Elasticsearch security behind Kibana"


@pytest.mark.fact("KIB-22")
async def test_a_200_around_an_error_is_no_answer() -> None:
    wrapped = answer(200, {"error": {"type": "security_exception", "reason": "no"}, "status": 403}, kbn_name="lab")
    seen = await observe(Stub({"GET /": page()}, dict.fromkeys(OPEN, wrapped)))
    assert seen.observation.access is Access.BANNER
    assert seen.verdict is Verdict.AUTH_REQUIRED


async def test_a_list_with_counts_is_a_count_where_no_search_was_held_off() -> None:
    seen = await observe(Stub({"GET /": page()}, {"/_cat/indices": OPEN["/_cat/indices"]}))
    assert seen.observation.access is Access.RECORDS
    assert "no search was held off" in seen.observation.detail


@pytest.mark.parametrize("search", [refused(403, "no"), refused(401, "no"), own(503, "x"), own(403)])
async def test_a_list_alone_is_names_where_the_search_was_held_off(search: Answer) -> None:
    console = {"/_cat/indices": OPEN["/_cat/indices"], "/_search": search, "/people/_search": search}
    seen = await observe(Stub({"GET /": page()}, console))
    assert seen.observation.access is Access.NAMES
    assert seen.verdict is Verdict.METADATA_ONLY


async def test_where_searching_everything_fails_one_index_is_searched() -> None:
    slow = WireError(Reach.BROKE_OFF, "silent for 10 s")
    seen = await observe(Stub({"GET /": page()}, {**OPEN, "/_search": slow, "/people/_search": OPEN["/_search"]}))
    assert seen.observation.access is Access.RECORDS
    assert "A search that returns no document" in seen.observation.detail


async def test_an_empty_cluster_without_security_is_open() -> None:
    nothing = {"took": 1, "_shards": {"total": 0, "successful": 0, "failed": 0}, "hits": {"total": 0, "hits": []}}
    console = {"/_cat/indices": answer(200, [], kbn_name="lab"), "/_search": answer(200, nothing, kbn_name="lab")}
    assert (await observe(Stub({"GET /": page()}, console))).verdict is Verdict.OPEN


async def test_fields_are_asked_index_by_index_where_they_are_not_given_all_at_once() -> None:
    one = answer(200, {"people": {"mappings": {"properties": {"phone": {"type": "keyword"}}}}}, kbn_name="lab")
    seen = await observe(Stub({"GET /": page()}, {**OPEN, "/_mapping": own(504), "/people/_mapping": one}))
    people = seen.observation.datasets[0]
    assert [field.path for field in people.fields] == ["phone"]


async def test_a_name_that_would_be_a_path_is_listed_but_never_asked_about() -> None:
    rows = [{"index": "../../_shutdown", "status": "open", "docs.count": "1"}, *INDICES]
    console = {"/_cat/indices": answer(200, rows, kbn_name="lab")}
    seen = await observe(Stub({"GET /": page()}, console))
    assert "../../_shutdown" in {dataset.name for dataset in seen.observation.datasets}
    assert not [request for request in seen.requests if "_shutdown" in request]


@pytest.mark.fact("KIB-23")
async def test_behind_an_anonymous_role_the_list_is_refused_and_the_search_answered() -> None:
    caps = answer(200, {"indices": ["people"], "fields": {"email": {"keyword": {"type": "keyword"}}}}, kbn_name="lab")
    console = {
        "/_cat/indices": FORBIDDEN_BY_ROLE,
        "/_mapping": FORBIDDEN_BY_ROLE,
        "/": FORBIDDEN_BY_ROLE,
        "/_search": OPEN["/_search"],
        "/_field_caps": caps,
    }
    seen = await observe(Stub({"GET /": page()}, console))
    assert seen.observation.facts == {Fact.ANONYMOUS_IDENTITY}
    assert seen.observation.access is Access.RECORDS
    assert seen.observation.identity == "_anonymous"
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert [dataset.name for dataset in seen.observation.datasets] == ["people"]
    assert any("_cat" not in line and "list of indices" in line and "403" in line for line in seen.observation.partial)
    assert any("search" in line and line.endswith("was answered") for line in seen.observation.partial)


async def test_with_authz_exception_off_the_list_is_401_and_still_there_is_an_identity() -> None:
    console = {
        "/_cat/indices": refused(401, "action [indices:monitor/stats] requires authentication"),
        "/_search": OPEN["/_search"],
    }
    seen = await observe(Stub({"GET /": page()}, console))
    assert Fact.ANONYMOUS_IDENTITY in seen.observation.facts
    assert seen.verdict is Verdict.ANONYMOUS_ROLE


async def test_an_all_powerful_anonymous_user_is_open() -> None:
    who = {"username": "_anonymous", "roles": ["superuser"], "authentication_type": "anonymous"}
    rights = {"cluster": ["all"], "indices": [{"names": ["*"], "privileges": ["all"]}]}
    console = {
        **OPEN,
        "/_security/_authenticate": answer(200, who, kbn_name="lab"),
        "/_security/user/_privileges": answer(200, rights, kbn_name="lab"),
        "/people/_search": OPEN["/_search"],
    }
    seen = await observe(Stub({"GET /": page()}, console))
    assert {Fact.ANONYMOUS_IDENTITY, Fact.ALL_POWERFUL} == seen.observation.facts
    assert seen.verdict is Verdict.OPEN
    assert "all on the cluster" in seen.observation.rights


async def test_for_a_user_with_some_rights_each_index_says_whether_it_can_be_read() -> None:
    who = answer(200, {"username": "_anonymous", "roles": ["some"]}, kbn_name="lab")
    console = {
        **OPEN,
        "/_security/_authenticate": who,
        "/people/_search": OPEN["/_search"],
        "/.kibana_1/_search": FORBIDDEN_BY_ROLE,
    }
    seen = await observe(Stub({"GET /": page()}, console))
    assert {dataset.name: dataset.readable for dataset in seen.observation.datasets} == {
        "people": True,
        ".kibana_1": False,
    }


async def test_an_anonymous_user_of_opensearch_is_named_even_where_nothing_is_given() -> None:
    reason = "no permissions for [indices:monitor/stats] and User [name=opendistro_security_anonymous, roles=[]]"
    seen = await observe(all_refused(refused(403, reason)))
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.identity == "opendistro_security_anonymous"


async def test_a_front_that_wants_a_client_certificate_is_told_as_that() -> None:
    text = "<html><head><title>400 No required SSL certificate was sent</title></head></html>"
    with pytest.raises(WireError) as ended:
        await observe(Stub({"GET /": answer(400, text, content_type="text/html", server="nginx/1.22.1")}))
    assert ended.value.reach is Reach.CLIENT_CERTIFICATE_REQUIRED
