"""How each release of Kibana and Dashboards speaks, over real sockets: which question reaches the data of which."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.model.observation import Access, Fact, Reach
from auditor.model.outcome import Verdict
from auditor.probes.interface import WireError
from auditor.testing.recording import HttpExchange, HttpRecording, RecordedReply, load_http
from auditor.testing.scripted import Answer, HttpAsked, answer
from tests.probes.kibana_sockets import Script, replayed, visit
from tests.probes.kibana_stub import FOUND, OPEN, Stub, own, page, refused

REPLIES = Path(__file__).parent / "replies"
COUNTED = {**FOUND, "aggregations": {"indices": {"buckets": [{"key": "people", "doc_count": 2}]}}}
FIELDS = {"fields": [{"name": "email", "type": "string", "esTypes": ["keyword"]}]}
NOT_FOUND = b'{"statusCode":404,"error":"Not Found","message":"Not Found"}'


def wanting(header: str, refusal: Answer, script: Script, *below: str) -> Script:
    """Refuses what lacks a header: of all POSTs, and of GETs below the paths named."""

    def told(asked: HttpAsked) -> Answer | WireError:
        wanted = asked.method == "POST" or asked.path.startswith(below or "\n")
        return refusal if wanted and header not in asked.headers else script(asked)

    return told


def as_dashboards(script: Script) -> Script:
    """The same by the name of OpenSearch Dashboards, who want their own xsrf header."""

    def named(reply: Answer | WireError) -> Answer | WireError:
        if isinstance(reply, WireError):
            return reply
        return replace(reply, headers=tuple((n.replace("kbn-name", "osd-name"), v) for n, v in reply.headers))

    return wanting(
        "osd-xsrf",
        answer(400, {"statusCode": 400, "message": "Request must contain the osd-xsrf header."}, osd_name="lab"),
        lambda asked: named(script(asked)),
    )


def console_off(name: str) -> HttpRecording:
    """A recording of an open one with `console.enabled: false`: 404 on the console and on nothing else."""
    whole = load_http(REPLIES / f"{name}.json")
    absent = RecordedReply(404, (("osd-name" if name.startswith("osd") else "kbn-name", "lab"),), NOT_FOUND)
    told = [
        replace(one, reply=absent) if "/api/console" in one.request.target else one  # as 7.4, 7.10 and 2.8 say it
        for one in whole.exchanges
    ]
    return HttpRecording(whole.name, tuple(told))


# Kibana 9: "exists but is not available with the current configuration" to whoever does not name an internal origin.

NINE = own(
    400, "uri [/api/console/proxy] with method [post] exists but is not available with the current configuration"
)
STATUS_9 = answer(200, {"status": {"overall": {"level": "available"}}, "version": {"number": "9.1.0"}}, kbn_name="lab")


def as_nine(script: Script) -> Script:
    return wanting("x-elastic-internal-origin", NINE, script, "/internal/")


async def test_9_is_asked_with_the_header_that_it_wants_and_its_data_is_found() -> None:
    seen = await visit(as_nine(Stub({"GET /": page(), "GET /api/status": STATUS_9}, OPEN)))
    assert seen.verdict is Verdict.OPEN
    assert seen.observation.service is not None
    assert seen.observation.service.version == "9.1.0"


async def test_9_tells_its_ways_to_log_in_to_that_header_only_and_guests_are_seen() -> None:
    state = answer(200, {"selector": {"providers": [{"type": "anonymous", "name": "a1"}]}}, kbn_name="lab")
    pages = {"GET /": page(), "GET /internal/security/login_state": state, "POST /api/console/proxy": own(401)}
    seen = await visit(as_nine(Stub(pages)))
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.facts == {Fact.GUEST_INVITED}


async def test_9_that_takes_no_header_for_an_answer_is_no_verdict() -> None:
    seen = await visit(Stub({"GET /": page(), "POST /api/console/proxy": NINE, "POST /internal/search/es": NINE}))
    assert seen.verdict is Verdict.INCONCLUSIVE


# Dashboards 1 to 3.


def status_of(version: str) -> Answer:
    return answer(200, {"status": {"overall": {}}, "version": {"number": version}}, kbn_name="lab")


@pytest.mark.parametrize("version", ["1.3.20", "2.19.4", "3.4.0"])
async def test_dashboards_of_each_line_are_open_where_their_console_answers(version: str) -> None:
    seen = await visit(as_dashboards(Stub({"GET /": page(), "GET /api/status": status_of(version)}, OPEN)))
    assert seen.verdict is Verdict.OPEN
    assert seen.observation.service is not None
    assert (seen.observation.service.name, seen.observation.service.version) == ("OpenSearch Dashboards", version)


async def test_dashboards_with_the_console_off_are_open_through_their_own_search() -> None:
    script = Stub(
        {
            "GET /": page(),
            "POST /internal/search/es": own(500, "Search strategy es not found"),
            "POST /internal/search/opensearch": answer(200, {"rawResponse": COUNTED}, kbn_name="lab"),
            "GET /api/index_patterns/_fields_for_wildcard": answer(200, FIELDS, kbn_name="lab"),
        }
    )
    seen = await visit(as_dashboards(script))
    assert seen.verdict is Verdict.OPEN
    (people,) = seen.observation.datasets
    assert (people.name, people.records, people.readable) == ("people", 2, True)
    assert [field.path for field in people.fields] == ["email"]
    assert {asked.path.partition("?")[0] for asked in seen.server.posts} == {
        "/api/console/proxy",
        "/internal/search/opensearch",
    }


async def test_recorded_dashboards_with_the_console_off_are_open_through_their_own_search() -> None:
    whole = console_off("osd-2.8.0.open")
    (asked,) = {
        one.request.headers: one.request
        for one in whole.exchanges
        if one.request.target == "/internal/search/es" and one.request.method == "POST"
    }.values()
    found = RecordedReply(200, (("osd-name", "lab"),), b'{"rawResponse": %s}' % answer(200, COUNTED).body)
    route = replace(asked, target="/internal/search/opensearch", headers=(("osd-xsrf", "x"),))
    seen = await replayed(HttpRecording(whole.name, (*whole.exchanges, HttpExchange(route, found))))
    assert seen.verdict is Verdict.OPEN
    assert [dataset.name for dataset in seen.observation.datasets] == ["people"]


async def test_recorded_dashboards_with_every_way_off_are_no_verdict_but_for_names() -> None:
    seen = await replayed(console_off("osd-2.8.0.open"))
    assert seen.observation.access is Access.NAMES  # their field list asks nobody for anything
    assert seen.verdict is Verdict.METADATA_ONLY


@pytest.mark.parametrize("withheld", [own(401), own(403), own(500)])
async def test_dashboards_whose_own_search_withholds_too_are_not_open(withheld: Answer) -> None:
    seen = await visit(as_dashboards(Stub({"GET /": page(), "POST /internal/search/opensearch": withheld})))
    assert seen.observation.access is Access.BANNER
    assert seen.verdict is not Verdict.OPEN
    assert not [request for request in seen.server.requests if "_msearch" in request or "search/es" in request]


async def test_kibana_is_never_asked_in_dashboards_way() -> None:
    seen = await visit(Stub({"GET /": page()}))
    assert not [request for request in seen.server.requests if "opensearch" in request and "dashboards" not in request]


def quoting(status: int, text: str) -> Answer:
    """What OpenSearch answered, as newer Dashboards' console quotes it in a message of their own."""
    return answer(status, {"statusCode": status, "error": "E", "message": text}, kbn_name="lab")


async def test_a_refusal_that_newer_dashboards_quote_names_the_anonymous_user_all_the_same() -> None:
    reason = "no permissions for [indices:monitor/stats] and User [name=opendistro_security_anonymous, roles=[]]"
    told = quoting(403, refused(403, reason).body.decode())
    seen = await visit(as_dashboards(Stub({"GET /": page()}, {"/_cat/indices": told, "/_search": OPEN["/_search"]})))
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.identity == "opendistro_security_anonymous"


async def test_a_block_that_newer_dashboards_quote_is_the_cluster_s_and_nobody_s_login() -> None:
    error = {"error": {"type": "cluster_block_exception", "reason": "index [people] blocked by: [FORBIDDEN/4/x];"}}
    told = quoting(403, json.dumps({**error, "status": 403}))
    seen = await visit(
        as_dashboards(Stub({"GET /": page()}, {"/_cat/indices": OPEN["/_cat/indices"], "/_search": told}))
    )
    assert seen.verdict is Verdict.METADATA_ONLY
    assert any("a block on the index or the cluster" in line for line in seen.observation.partial)


async def test_a_login_that_newer_dashboards_quote_is_the_cluster_s_and_not_their_own() -> None:
    script = Stub({"GET /": page(), "POST /api/console/proxy": quoting(401, '"Unauthorized"')})
    seen = await visit(as_dashboards(script))
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.asked_by == "a login behind OpenSearch Dashboards"


# Consoles that are off, hidden or filtered.


@pytest.mark.parametrize("name", ["kibana-7.10.2-oss.open", "kibana-7.4.2-oss.open"])
async def test_7_with_the_console_off_is_open_through_its_search_route(name: str) -> None:
    seen = await replayed(console_off(name))
    assert seen.verdict is Verdict.OPEN
    assert seen.observation.access is Access.RECORDS
    assert seen.observation.rights == ()  # what only searches writes nothing


async def test_8_with_its_console_forbidden_by_a_proxy_is_open_through_its_search_route() -> None:
    """`console.ui.enabled: false` hides the page and leaves the API; only something in front takes that away."""

    def search(asked: HttpAsked) -> Answer:
        if asked.headers.get("elastic-api-version") == "1":
            return answer(200, {"rawResponse": COUNTED}, kbn_name="lab")
        return own(400, "Please specify a version via elastic-api-version header. Available versions: [1]")

    seen = await visit(Stub({"GET /": page(), "POST /internal/search/es": search}))
    assert seen.verdict is Verdict.OPEN


async def test_where_the_console_is_forbidden_the_fields_are_asked_of_the_route_as_well() -> None:
    script = Stub(
        {
            "GET /": page(),
            "POST /api/console/proxy": answer(403, "<html>Forbidden</html>", server="nginx"),
            "POST /internal/search/es": answer(200, {"rawResponse": COUNTED}, kbn_name="lab"),
            "GET /api/index_patterns/_fields_for_wildcard": answer(200, FIELDS, kbn_name="lab"),
        }
    )
    seen = await visit(script)
    assert seen.verdict is Verdict.PARTLY_OPEN
    assert [[field.path for field in dataset.fields] for dataset in seen.observation.datasets] == [["email"]]
    assert len(seen.server.posts) == 3  # the list, a search, the route: the console is not asked in vain again


async def test_a_console_whose_filter_refuses_the_path_is_nobody_s_session() -> None:
    """`console.proxyFilter` up to 7 answers 403 in Kibana's name to everybody, with a cookie or without."""
    filtered = Answer(
        403, (("kbn-name", "lab"), ("content-type", "text/plain")), b"Unable to send requests to that path."
    )
    landing = replace(page(), headers=(*page().headers, ("set-cookie", "AWSALB=x")))
    seen = await visit(Stub({"GET /": landing, "POST /api/console/proxy": filtered}))
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert seen.observation.identity == ""


# States in which nobody can say yet.


@pytest.mark.parametrize(
    "withheld",
    [
        answer(503, "License is not available.", kbn_name="lab"),
        answer(503, "Wazuh dashboard server is not ready yet", content_type="text/html"),
        own(502, "connect ECONNREFUSED 10.0.0.5:9200"),
        answer(
            503, {"statusCode": 503, "error": "Service Unavailable", "message": "No Living connections"}, kbn_name="lab"
        ),
    ],
    ids=["license", "vendor", "4.6 to 6.2 without its cluster", "no living connections"],
)
@pytest.mark.parametrize("everywhere", [True, False])
async def test_not_ready_in_any_wording_is_asked_again_another_night(withheld: Answer, everywhere: bool) -> None:
    script: Script = (
        (lambda _: withheld) if everywhere else Stub({"GET /": page(), "POST /api/console/proxy": withheld})
    )
    seen = await visit(script)
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert seen.observation.facts == {Fact.DEGRADED}


@pytest.mark.parametrize(
    "name", ["kibana-7.10.2-oss.notready-es-down-at-start", "kibana-8.12.2.notready-es-down-at-start"]
)
async def test_one_whose_cluster_was_down_when_it_started_is_asked_again(name: str) -> None:
    seen = await replayed(load_http(REPLIES / f"{name}.json"))
    assert seen.verdict is Verdict.INCONCLUSIVE


async def test_one_that_hangs_on_every_question_about_data_is_no_verdict() -> None:
    hanging = WireError(Reach.TIMED_OUT, "the server says nothing")
    seen = await visit(Stub({"GET /": page()}, otherwise=hanging), exchange_seconds=0.2)
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert len(seen.server.asked) < 8  # after three in a row it is left alone
