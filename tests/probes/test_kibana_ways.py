"""Other ways to the data than the console at the root: search routes, base paths, prefixes."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from auditor.model.observation import Access
from auditor.model.outcome import Verdict
from auditor.probes.kibana import KibanaProbe
from auditor.testing.scripted import Answer, HttpAsked, answer
from tests.probes.kibana_stub import (
    FOUND,
    OPEN,
    Stub,
    observe,
    own,
    page,
    redirect,
    refused,
)

FORBIDDEN_BY_ROLE = refused(403, "action [indices:monitor/stats] is unauthorized for user [_anonymous]")


@pytest.mark.fact("KIB-24", "KIB-25", "KIB-27")
async def test_a_console_that_is_off_is_not_closed_the_search_route_may_answer() -> None:
    counted = {**FOUND, "aggregations": {"indices": {"buckets": [{"key": "people", "doc_count": 2}]}}}
    fields = {"fields": [{"name": "email", "type": "string", "esTypes": ["keyword"]}]}
    seen = await observe(
        Stub(
            {
                "GET /": page(),
                "POST /internal/search/es": answer(200, {"isPartial": False, "rawResponse": counted}, kbn_name="lab"),
                "GET /api/index_patterns/_fields_for_wildcard": answer(200, fields, kbn_name="lab"),
            }
        )
    )
    assert seen.verdict is Verdict.OPEN
    (people,) = seen.observation.datasets
    assert (people.name, people.records, people.readable) == ("people", 2, True)
    assert [(field.path, field.type) for field in people.fields] == [("email", "keyword")]


async def test_every_search_on_that_route_asks_for_no_document() -> None:
    seen = await observe(Stub({"GET /": page()}))
    bodies = [asked.body for asked in seen.lines.http_asked if asked.method == "POST" and asked.body]
    assert bodies
    for body in bodies:
        lines = [json.loads(line) for line in body.splitlines()]
        sizes = [line["size"] for line in lines if "size" in line] + [
            line["params"]["body"]["size"] for line in lines if "params" in line
        ]
        assert sizes == [0]


async def test_8_is_told_which_version_of_its_route_is_meant() -> None:
    def search(asked: HttpAsked) -> Answer:
        if asked.headers.get("elastic-api-version") == "1":
            return answer(200, {"rawResponse": FOUND}, kbn_name="lab")
        return own(400, "Please specify a version via elastic-api-version header. Available versions: [1]")

    assert (await observe(Stub({"GET /": page(), "POST /internal/search/es": search}))).verdict is Verdict.OPEN


@pytest.mark.fact("KIB-24", "KIB-26")
async def test_the_route_of_7_0_to_7_9_is_asked_where_the_newer_one_is_absent() -> None:
    found = answer(200, {"took": 1, "responses": [FOUND]}, kbn_name="lab")
    seen = await observe(Stub({"GET /": page(), "POST /elasticsearch/_msearch": found}))
    assert seen.verdict is Verdict.OPEN
    assert "POST /internal/search/es" in seen.requests


@pytest.mark.fact("KIB-27", "VERDICT-12")
async def test_fields_alone_are_names() -> None:
    fields = {"fields": [{"name": "email", "type": "string"}, {"name": "_id", "type": "string"}]}
    seen = await observe(
        Stub({"GET /": page(), "GET /api/index_patterns/_fields_for_wildcard": answer(200, fields, kbn_name="lab")})
    )
    assert seen.observation.access is Access.NAMES
    assert seen.verdict is Verdict.METADATA_ONLY
    assert [field.path for field in seen.observation.datasets[0].fields] == ["email"]


async def test_a_login_wrapped_in_the_field_list_s_404_is_a_login() -> None:
    message = "[security_exception] missing authentication credentials for REST request [/*/_field_caps]"
    wrapped = answer(404, {"statusCode": 404, "message": message, "attributes": {"statusCode": 401}}, kbn_name="lab")
    login = own(401, "missing authentication credentials for REST request [/.kibana/_doc/config]: security_exception")
    seen = await observe(
        Stub(
            {
                "GET /": page(),
                "POST /internal/search/es": login,
                "GET /api/index_patterns/_fields_for_wildcard": wrapped,
            }
        )
    )
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.asked_by == "Elasticsearch security behind Kibana"


@pytest.mark.fact("KIB-43")
async def test_a_base_path_without_rewriting_is_asked_where_it_answers() -> None:
    script = Stub({"GET /": redirect("/kibana/app/home")}, OPEN)
    seen = await observe(script)
    assert seen.verdict is Verdict.OPEN
    assert seen.observation.service is not None
    assert "path" not in dict(seen.observation.service.details)


async def test_a_prefix_given_away_by_a_redirect_is_the_first_to_be_tried() -> None:
    script = Stub(
        {"GET /": redirect("/team-7/app/home"), "GET /team-7/": page()},
        OPEN,
        prefix="/team-7",
    )
    seen = await observe(script)
    assert seen.verdict is Verdict.OPEN
    assert seen.observation.service is not None
    assert ("path", "/team-7") in seen.observation.service.details


@pytest.mark.parametrize("inside", [page(), redirect("/logs/app/home")])
async def test_a_site_whose_root_leads_to_a_kibana_below_it_is_followed_there(inside: Answer) -> None:
    script = Stub(
        {"GET /": redirect("/logs/", name=None), "GET /logs/": inside, "GET /logs/app/home": page()},
        OPEN,
        otherwise=answer(404, "no", server="nginx"),
        prefix="/logs",
    )
    seen = await observe(script)
    assert seen.verdict is Verdict.OPEN
    assert not [request for request in seen.requests if request.startswith("POST /api")][1:]


@pytest.mark.fact("KIB-45", "KIB-47")
@pytest.mark.parametrize("prefix", ["/kibana", "/_plugin/kibana", "/_dashboards", "/app/kibana"])
async def test_one_below_another_site_is_found_under_its_common_prefixes(prefix: str) -> None:
    script = Stub(
        {"GET /": page("<h1>Welcome</h1>", named=False), f"GET {prefix}/": page()},
        OPEN,
        otherwise=answer(404, "no", server="nginx"),
        prefix=prefix,
    )
    seen = await observe(script)
    assert seen.verdict is Verdict.OPEN
    assert seen.observation.service is not None
    assert ("path", prefix) in seen.observation.service.details


async def test_the_inventory_s_path_is_asked_first() -> None:
    script = Stub({"GET /ops/": page()}, OPEN, prefix="/ops")
    seen = await observe(script, path="/ops/")
    assert seen.requests[0] == "GET /ops/"
    assert seen.verdict is Verdict.OPEN


async def test_a_wrong_path_in_the_inventory_does_not_hide_one_at_the_root() -> None:
    script = Stub({"GET /": page()}, OPEN)
    seen = await observe(script, path="/old")
    assert seen.verdict is Verdict.OPEN


async def test_a_prefix_below_which_nothing_may_be_posted_is_no_verdict_rather_than_a_mistake() -> None:
    script = Stub({"GET /elasticsearch/": page()}, OPEN, prefix="/elasticsearch")
    seen = await observe(script, path="/elasticsearch")
    assert not [request for request in seen.requests if request.startswith("POST")]
    assert seen.verdict is Verdict.INCONCLUSIVE


@pytest.mark.fact("KIB-13")
def test_through_the_console_one_encoded_parameter_holds_the_whole_question() -> None:
    templates = {template.id: template.request for template in KibanaProbe().requests}
    query = parse_qs(urlsplit(templates["kibana-console-listing"].removeprefix("POST ")).query)
    assert query["method"] == ["GET"]
    assert query["path"] == ["/_cat/indices?format=json&bytes=b&master_timeout=1s"]
