"""What the recorded Kibanas and Dashboards really said, fact by fact."""

import json

import pytest

from tests.facts.recorded import body, every, headers, http, http_names, said

CONSOLE = "/api/console/proxy?path=%2F_cat%2Findices%3Fformat%3Djson&method=GET"
PROXIED = "/elasticsearch/_cat/indices?format=json"
BY_URI = "/api/console/proxy?uri=_cat%2Findices%3Fformat%3Djson"
FIELDS = "/api/index_patterns/_fields_for_wildcard?pattern=people"
V4_1, V4_6, V5_2, V5_4 = (f"kibana-{version}.open" for version in ("4.1.11", "4.6.4", "5.2.2", "5.4.3"))
V6_2, V7_4, V7_10 = (f"kibana-{version}-oss.open" for version in ("6.2.3", "7.4.2", "7.10.2"))
V8, V9ISH = "kibana-8.12.2.open", "kibana-8.12.2-patched-restrictInternalApis.open"
DASHBOARDS, BEHIND_LOCK, SECURED = "osd-2.8.0.open", "kibana-7.10.2-oss.es-secured", "kibana-8.12.2.secured"
GUESTS, DOWN = "kibana-8.12.2.anonymous-only", "kibana-8.12.2.notready-es-down-at-start"


def lists(name: str, path: str, *sent: str, method: str = "GET") -> bool:
    """Whether the reply lists indices. Bodies were cut at 2 KB when they were recorded."""
    reply = said(name, path, *sent, method=method)
    return reply.status == 200 and reply.body.lstrip()[:1] == b"[" and b'"docs.count"' in reply.body


@pytest.mark.fact("KIB-03")
def test_a_full_status_page_stands_before_a_locked_cluster() -> None:
    status = said(BEHIND_LOCK, "/api/status")
    assert status.status == 200
    assert b'"number":"7.10.2"' in status.body
    assert said(BEHIND_LOCK, CONSOLE, "kbn-xsrf", "osd-xsrf", method="POST").status == 401


@pytest.mark.fact("KIB-04", "KIB-05")
def test_a_secured_8_shows_a_redacted_status_or_by_a_setting_all_of_it() -> None:
    redacted, full = said(SECURED, "/api/status"), said(f"{SECURED}-status-allowAnonymous", "/api/status")
    assert (redacted.status, body(redacted)) == (200, {"status": {"overall": {"level": "available"}}})
    assert (full.status, b'"number":"8.12.2"' in full.body) == (200, True)
    for name in (SECURED, f"{SECURED}-status-allowAnonymous"):
        assert said(name, CONSOLE, "kbn-xsrf", "osd-xsrf", method="POST").status == 401


@pytest.mark.fact("KIB-06")
def test_secured_dashboards_refuse_even_their_status() -> None:
    assert said("osd-2.8.0.secured", "/api/status").status == 401


@pytest.mark.fact("KIB-02", "KIB-08")
@pytest.mark.parametrize("path", ["/", "/login", "/nonexistent"])
def test_an_8_whose_elasticsearch_is_down_serves_pages_for_anything(path: str) -> None:
    reply = said(DOWN, path)
    assert (reply.status, reply.body[:15]) == (200, b"<!DOCTYPE html>")


@pytest.mark.fact("KIB-09", "KIB-10")
@pytest.mark.parametrize(
    ("name", "reads"),
    [(name, True) for name in (V4_1, V4_6, V5_2, V5_4)]
    + [(name, False) for name in (V6_2, V7_4, V7_10, V9ISH, DASHBOARDS)],
)
def test_the_read_proxy_of_old_releases_wants_no_header(name: str, reads: bool) -> None:
    assert lists(name, PROXIED) is reads
    assert reads or said(name, PROXIED).status == 404


@pytest.mark.fact("KIB-11", "KIB-12", "KIB-18")
def test_5_2_reads_by_uri_passes_a_post_on_and_fails_on_path() -> None:
    assert lists(V5_2, BY_URI)
    posted = said(V5_2, "/api/console/proxy?uri=_cat%2Findices", "kbn-xsrf", method="POST")
    assert (posted.status, body(posted)["error"]["root_cause"][0]["type"]) == (400, "parse_exception")  # of a document
    assert said(V5_2, CONSOLE, "kbn-xsrf", "osd-xsrf", method="POST").status == 500


@pytest.mark.fact("KIB-13", "KIB-14", "KIB-15", "KIB-16", "KIB-21")
@pytest.mark.parametrize("name", [V5_4, V6_2, V7_4, V7_10, V8, DASHBOARDS])
def test_the_console_answers_whoever_sends_both_headers(name: str) -> None:
    assert lists(name, CONSOLE, "kbn-xsrf", "osd-xsrf", method="POST")
    wanted, other = ("osd-xsrf", "kbn-xsrf") if name is DASHBOARDS else ("kbn-xsrf", "osd-xsrf")
    assert lists(name, CONSOLE, wanted, method="POST")
    for missing in ((), (other,)):
        refused = said(name, CONSOLE, *missing, method="POST")
        assert (refused.status, b"xsrf header" in refused.body) == (400, True)
    if name is not DASHBOARDS:
        assert lists(name, CONSOLE, "kbn-xsrf", "x-elastic-internal-origin", method="POST")


@pytest.mark.fact("KIB-16", "KIB-30")
def test_a_kibana_that_keeps_its_endpoints_to_itself_wants_to_hear_that_we_belong_there() -> None:
    assert lists(V9ISH, CONSOLE, "kbn-xsrf", "x-elastic-internal-origin", method="POST")
    refused = said(V9ISH, CONSOLE, "kbn-xsrf", "osd-xsrf", method="POST")
    assert refused.status == 400
    assert "exists but is not available with the current configuration" in body(refused)["message"]


@pytest.mark.fact("KIB-17")
@pytest.mark.parametrize(("name", "status"), [(V4_1, 200), (V4_6, 400), (V5_2, 400), (V5_4, 400), (V9ISH, 400)])
def test_a_wrong_version_is_refused_of_a_get_too(name: str, status: int) -> None:
    assert said(name, PROXIED, "kbn-version: 1.2.3").status == status


@pytest.mark.fact("KIB-17")
@pytest.mark.parametrize("name", [V5_4, V6_2, V7_4, V7_10, V8])
def test_a_wrong_version_is_refused_of_the_console(name: str) -> None:
    assert said(name, CONSOLE, "kbn-xsrf", "kbn-version: 1.2.3", method="POST").status == 400


@pytest.mark.fact("KIB-19", "KIB-21")
@pytest.mark.parametrize("name", [V5_4, V6_2, V7_4, V7_10, V8, DASHBOARDS])
def test_the_status_of_elasticsearch_is_passed_on_or_stands_in_a_header(name: str) -> None:
    path = "/api/console/proxy?path=%2Fno_such_index_zz%2F_search&method=GET"
    reply = said(name, path, "kbn-xsrf", "osd-xsrf", method="POST")
    told = headers(reply, "x-console-proxy-status-code")
    assert (reply.status, told) == ((200, ["404"]) if name is V8 else (404, []))


@pytest.mark.fact("KIB-25")
@pytest.mark.parametrize(("name", "status"), [(V7_4, 404), (V7_10, 200), (V8, 400)])
def test_the_search_of_dashboards_pages_is_a_route_of_its_own_from_7_10_on(name: str, status: int) -> None:
    reply = said(name, "/internal/search/es", "kbn-xsrf", method="POST")
    assert reply.status == status
    assert status != 200 or b'"rawResponse"' in reply.body
    assert status != 400 or b"elastic-api-version" in reply.body


@pytest.mark.fact("KIB-26")
@pytest.mark.parametrize(("name", "status"), [(V7_4, 200), (V7_10, 404), (V8, 404)])
def test_before_it_searches_went_through_msearch(name: str, status: int) -> None:
    assert said(name, "/elasticsearch/_msearch", "kbn-xsrf", method="POST").status == status


@pytest.mark.fact("KIB-27", "KIB-28")
@pytest.mark.parametrize(
    ("name", "status"),
    [(V4_1, 404), (V4_6, 404), (V5_4, 404), (V6_2, 200), (V7_4, 200), (V7_10, 200), (DASHBOARDS, 200), (V8, 404)],
)
def test_the_list_of_fields_is_there_for_some_releases_without_a_header(name: str, status: int) -> None:
    reply = said(name, FIELDS)
    assert reply.status == status
    if status == 200:
        (first, *_) = json.JSONDecoder().raw_decode(reply.body.decode(), reply.body.index(b"[") + 1)
        assert {"name", "type", "searchable"} <= first.keys()
        assert not {"value", "values", "_source"} & first.keys()


@pytest.mark.fact("KIB-29")
def test_8_asks_for_the_login_first_and_then_for_the_header() -> None:
    assert said(SECURED, CONSOLE, method="POST").status == 401
    without = said(V8, CONSOLE, method="POST")
    assert (without.status, b"must contain a kbn-xsrf" in without.body) == (400, True)


@pytest.mark.fact("KIB-31")
def test_7_10_asks_for_the_header_first_whatever_is_behind_it() -> None:
    without = said(BEHIND_LOCK, CONSOLE, method="POST")
    assert (without.status, b"must contain a kbn-xsrf" in without.body) == (400, True)


@pytest.mark.fact("KIB-32")
def test_only_a_401_that_is_passed_on_names_a_way_to_log_in() -> None:
    own = said(SECURED, CONSOLE, "kbn-xsrf", "osd-xsrf", method="POST")
    passed_on = said(BEHIND_LOCK, CONSOLE, "kbn-xsrf", "osd-xsrf", method="POST")
    assert (own.status, headers(own, "www-authenticate")) == (401, [])
    assert (passed_on.status, headers(passed_on, "www-authenticate")) == (
        401,
        ['Basic realm="security" charset="UTF-8"'],
    )


@pytest.mark.fact("KIB-33", "KIB-35")
def test_a_session_is_given_for_a_page_and_never_for_a_call_with_xsrf() -> None:
    assert headers(said(GUESTS, "/"), "set-cookie") == ["sid=<cookie>; HttpOnly; Path=/"]
    assert headers(said(GUESTS, PROXIED), "set-cookie")
    with_header = said(GUESTS, PROXIED, "kbn-xsrf")
    assert (with_header.status, headers(with_header, "set-cookie")) == (401, [])
    for exchange in http(GUESTS).exchanges:
        if exchange.reply is not None and exchange.request.header("kbn-xsrf"):
            assert not headers(exchange.reply, "set-cookie")


@pytest.mark.fact("KIB-38", "KIB-39")
def test_the_ways_to_log_in_are_told_where_there_is_a_login_page() -> None:
    first = said(SECURED, "/")
    assert headers(first, "location") == ["/login?next=%2F"]
    assert headers(first, "set-cookie") == []
    state = said(SECURED, "/internal/security/login_state")
    assert (state.status, body(state)["selector"]["providers"][0]["type"]) == (200, "basic")
    assert said(GUESTS, "/internal/security/login_state").status == 401


@pytest.mark.fact("KIB-44")
def test_a_rewritten_base_path_leaves_nothing_above_it_but_a_name() -> None:
    for reply in every("kibana-7.10.2-oss.basepath-rewrite"):
        assert (reply.status, headers(reply, "kbn-name")) == (404, ["lab-kibana"])
    prefixed = "kibana-7.10.2-oss.basepath-rewrite-prefixed"
    assert lists(prefixed, f"/kibana{CONSOLE}", "kbn-xsrf", "osd-xsrf", method="POST")


@pytest.mark.fact("KIB-46")
@pytest.mark.parametrize("name", [V8, V9ISH])
def test_a_space_answers_below_its_name(name: str) -> None:
    assert said(name, "/s/default/app/home").status == 200


@pytest.mark.fact("KIB-49")
def test_a_7_10_whose_elasticsearch_is_down_is_not_ready() -> None:
    reply = said("kibana-7.10.2-oss.notready-es-down-at-start", "/")
    assert (reply.status, reply.body) == (503, b"Kibana server is not ready yet")


@pytest.mark.fact("KIB-52", "KIB-53", "KIB-54", "KIB-55", "KIB-56", "KIB-61")
@pytest.mark.parametrize(
    ("name", "names"),
    [
        (V4_1, {"x-app-name": "kibana"}),
        (V4_6, {"kbn-name": "kibana", "kbn-version": "4.6.4"}),
        (V5_2, {"kbn-name": "kibana", "kbn-version": "5.2.2"}),
        (V5_4, {"kbn-name": "kibana", "kbn-version": "5.4.3"}),
        (V6_2, {"kbn-name": "kibana", "kbn-version": "6.2.3"}),
        (V7_4, {"kbn-name": "kibana"}),
        (V7_10, {"kbn-name": "lab-kibana"}),
        (V8, {"kbn-name": "lab-kibana"}),
        (DASHBOARDS, {"osd-name": "lab-dashboards"}),
    ],
)
def test_each_release_names_itself_by_its_headers(name: str, names: dict[str, str]) -> None:
    naming = ("x-app-name", "kbn-name", "kbn-version", "osd-name")
    reply = said(name, "/")
    assert {key.lower(): value for key, value in reply.headers if key.lower() in naming} == names
    assert bool(headers(reply, "kbn-license-sig")) is (name is V8)  # the only one with X-Pack


@pytest.mark.fact("KIB-61")
def test_no_9_is_among_the_recordings_but_one_that_keeps_9_s_rule() -> None:
    names = http_names("kibana-", "osd-")
    assert not [name for name in names if name.startswith("kibana-9")]
    assert V9ISH in names
