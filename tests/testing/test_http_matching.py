import json
from typing import Any

import pytest

from auditor.testing.http_matching import HttpAnswers
from auditor.testing.recording import HttpExchange, HttpRecording, RecordedReply, RecordedRequest, load_http
from tests.testing.places import HTTP, REPLIES

XSRF = {"kbn-xsrf": "1", "osd-xsrf": "1", "x-elastic-internal-origin": "kibana"}
CAT = "/api/console/proxy?path=%2F_cat%2Findices%3Fformat%3Djson&method=GET"


def answers(*names: str) -> HttpAnswers:
    return HttpAnswers(load_http(*(REPLIES / f"{name}.json" for name in names)), session="s3ss10n")


def ask(server: HttpAnswers, method: str, target: str, **headers: str) -> RecordedReply:
    names = tuple((name.lower().replace("_", "-"), value) for name, value in headers.items())
    reply = server.choose(RecordedRequest(method, target, names))
    assert reply is not None
    return reply


def told(reply: RecordedReply) -> Any:
    return json.loads(reply.body)


@pytest.mark.parametrize("name", [name for name in HTTP if "walk" not in name])
def test_every_recorded_request_gets_its_own_answer_back(name: str) -> None:
    recording = load_http(REPLIES / name)
    for exchange in recording.exchanges:
        reply = HttpAnswers(recording, "s").choose(exchange.request)
        same = [e.reply for e in recording.exchanges if e.request == exchange.request]
        assert reply in same


def test_parameters_are_compared_as_a_set() -> None:
    server = answers("es-7.17.29-open")
    straight, turned = (
        ask(server, "GET", f"/_search?{query}") for query in ("size=0&terminate_after=1", "terminate_after=1&size=0")
    )
    assert straight == turned


def test_parameters_that_only_shape_an_answer_do_not_hide_it() -> None:
    reply = ask(
        answers("es-7.17.29-open"), "GET", "/_cat/indices?format=json&bytes=b&master_timeout=1s&expand_wildcards=all"
    )
    assert reply.status == 200
    assert {row["index"] for row in told(reply)} >= {"people", "products"}


def test_json_is_preferred_where_json_was_asked_for() -> None:
    server = answers("es-2.4.6-open")
    assert told(ask(server, "GET", "/_cat/indices?format=json&local=true"))
    assert ask(server, "GET", "/_cat/indices?local=true").body.startswith(b"yellow")


@pytest.mark.parametrize(
    ("name", "target", "status"),
    [
        ("es-1.7.6-open", "/no-such-thing/_search", 404),
        ("es-1.7.6-open", "/_plugins/_security/authinfo", 400),
        ("es-6.8.23-closed", "/no-such-thing/_search", 401),
        ("os-2.19.4-uninitialised", "/anything", 503),
        ("es-6.8.23-no-master", "/anything", 503),
        ("mongod-console-2.4-auth-nouser-rest-remote", "/anything", 404),
    ],
)
def test_unknown_paths_get_what_that_server_answers_to_unknown_paths(name: str, target: str, status: int) -> None:
    assert ask(answers(name), "GET", target).status == status


def test_what_was_said_of_an_unknown_index_is_not_said_of_an_unknown_page() -> None:
    server = answers("kibana-4.6.4.open")
    assert b"index_not_found" in ask(server, "GET", "/elasticsearch/other/_search", **XSRF).body
    assert b"index_not_found" not in ask(server, "GET", "/other", **XSRF).body


def test_a_post_that_was_not_recorded_is_never_answered_as_a_get() -> None:
    assert ask(answers("es-7.17.29-open"), "POST", "/_mapping").status == 404


def test_head_is_answered_as_get_where_it_was_not_recorded() -> None:
    assert ask(answers("es-7.17.29-open"), "HEAD", "/_mapping").status == 200


def test_the_consoles_inner_request_counts_not_the_outer_path() -> None:
    server = answers("kibana-7.10.2-oss.open")
    wider = CAT.replace("format%3Djson", "format%3Djson%26bytes%3Db")
    assert {row["index"] for row in told(ask(server, "POST", wider, **XSRF))} >= {"people"}
    assert ask(server, "POST", CAT.replace("_cat%2Findices", "_mapping"), **XSRF).status == 404


def test_a_console_call_without_its_header_is_refused_as_it_was() -> None:
    server = answers("kibana-7.10.2-oss.open")
    assert ask(server, "POST", CAT).status == 400
    assert ask(server, "POST", CAT, **XSRF).status == 200
    assert ask(server, "POST", CAT, **XSRF, kbn_version="1.2.3").status == 400


@pytest.mark.parametrize(
    "name", ["osd-2.8.0.open", "kibana-8.12.2-patched-restrictInternalApis.open", "kibana-5.4.3.open"]
)
def test_the_three_headers_together_satisfy_every_console(name: str) -> None:
    assert ask(answers(name), "POST", CAT, **XSRF).status == 200


def test_data_behind_a_session_needs_the_sessions_cookie() -> None:
    server = answers("kibana-8.12.2.anonymous-only-walk", "kibana-8.12.2.anonymous-only")
    assert ask(server, "POST", CAT, **XSRF).status == 401
    assert ask(server, "POST", CAT, **XSRF, cookie="sid=guessed").status == 401
    assert told(ask(server, "POST", CAT, **XSRF, cookie="sid=s3ss10n"))[0]["index"] == "people"


def test_a_cookie_that_the_server_cleared_is_no_session() -> None:
    assert ask(answers("osd-2.8.0.secured-walk"), "POST", CAT, **XSRF).status == 401


def test_equal_requests_are_answered_in_order_and_the_last_answer_stays() -> None:
    request = RecordedRequest("GET", "/")
    replies = [RecordedReply(status, (), b"") for status in (302, 200)]
    server = HttpAnswers(HttpRecording("walk", tuple(HttpExchange(request, reply) for reply in replies)), "s")
    assert [ask(server, "GET", "/").status for _ in range(3)] == [302, 200, 200]


def test_a_dropped_connection_is_dropped_again() -> None:
    request = RecordedRequest("GET", "/")
    assert HttpAnswers(HttpRecording("r", (HttpExchange(request, None),)), "s").choose(request) is None


@pytest.mark.parametrize("name", [name for name in HTTP if "closed" in name])
def test_a_closed_server_gives_nothing_whatever_is_asked(name: str) -> None:
    server = answers(name.removesuffix(".json"))
    for target in ("/", "/_cat/indices", "/x", "/_all/_search?size=0", "/_mapping?master_timeout=1s", "/people/_count"):
        for method in ("GET", "POST", "HEAD"):
            assert ask(server, method, target).status == 401
