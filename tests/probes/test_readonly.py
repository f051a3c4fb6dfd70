from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from auditor.probes.interface import WriteRefusedError
from auditor.probes.readonly import check_get, check_headers, check_path, check_post

CONSOLE = "/api/console/proxy"
READ = f"{CONSOLE}?path=%2F_cat%2Findices%3Fformat%3Djson&method=GET"


def posted(path: str, *, named: bool = True, guest: bool = False) -> None:
    check_post(path, named=named, accept_guest_login=guest)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/_cat/indices?format=json&bytes=b",
        "/a..b/_mapping",
        "/%3Clogs-%7Bnow%2Fd%7D%3E/_search?size=0",
        "/people/_mapping?q=%0a",
        "/db/coll/",
        "/_field_caps?fields=*",
        "/?a=../..",
        "/*,-.*/_mapping",
        "/%E7%94%A8%E6%88%B7/_count",
    ],
)
def test_encoded_absolute_paths_pass(path: str) -> None:
    check_path(path)
    check_get(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "_cat",
        "*",
        "http://other/",
        "//other/",
        "/a//b",
        "/a%2f%2Fb",
        "/a/../b",
        "/a/./b",
        "/..",
        "/.",
        "/a/%2e%2e/b",
        "/a/.%2E",
        "/%2e%2e%2fb",
        "/a b",
        "/a#b",
        "/a\r\nX: y",
        "/a\nb",
        "/a\0b",
        "/a\tb",
        "/a%0d%0ab",
        "/a%00",
        "/a%7f",
        "/bücher",
        "/a\x7f",
        "/a\u2028b",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        check_path(path)
    with pytest.raises(ValueError, match="path"):
        check_get(path)
    with pytest.raises(ValueError, match="path"):
        posted(path)


@given(st.text())
@example("/\n")
@example("/ HTTP/1.1\r\nHost: b\r\n\r\n")
def test_no_path_that_passes_can_end_a_request_line(path: str) -> None:
    try:
        check_path(path)
    except ValueError:
        return
    assert path.isascii()
    assert path.startswith("/")
    assert not set(path) & set("\r\n\0\t #")


@pytest.mark.parametrize("method", ["POST", "DELETE", "get", "", "GET%20", "%47ET"])
@pytest.mark.parametrize("name", ["method", "%6dethod", "METHOD", "method[]"])
def test_a_get_of_the_console_cannot_name_another_method(name: str, method: str) -> None:
    with pytest.raises(WriteRefusedError):
        check_get(f"/kibana{CONSOLE}?path=%2F_search&{name}={method}")
    with pytest.raises(WriteRefusedError):
        check_get(f"/api/%63onsole/proxy?{name}={method};path=x")


def test_a_get_of_the_console_that_reads_passes() -> None:
    check_get(f"{CONSOLE}?uri=_cat%2Findices")
    check_get(READ)


@pytest.mark.parametrize("prefix", ["", "/kibana", "/s/space-1", "/_plugin/kibana", "/app/kibana", "/a/b/s/c"])
@pytest.mark.parametrize("tail", [READ, "/internal/search/es", "/elasticsearch/_msearch"])
def test_reading_posts_pass_below_any_plain_prefix(prefix: str, tail: str) -> None:
    posted(prefix + tail)


@pytest.mark.fact("KIB-60")
@pytest.mark.parametrize("tail", [READ, "/internal/search/es", "/elasticsearch/_msearch", "/internal/security/login"])
def test_nothing_is_posted_to_a_server_that_has_not_named_itself(tail: str) -> None:
    with pytest.raises(WriteRefusedError, match="named itself"):
        posted(tail, named=False, guest=True)


@pytest.mark.parametrize("prefix", ["", "/dashboards", "/_dashboards", "/a/b"])
def test_dashboards_own_search_waits_for_dashboards_own_name(prefix: str) -> None:
    path = f"{prefix}/internal/search/opensearch"
    check_post(path, named=True, dashboards=True, accept_guest_login=False)
    with pytest.raises(WriteRefusedError, match="allow-list"):
        posted(path, guest=True)  # Kibana's name alone is not enough
    with pytest.raises(WriteRefusedError, match="named itself"):
        check_post(path, named=False, dashboards=True, accept_guest_login=False)


@pytest.mark.parametrize(
    "path",
    [
        "/internal/search/opensearch/",
        "/internal/search/opensearch/1",
        "/internal/search/opensearch?x=1",
        "/internal/search/opensearch-with-long-numerals",
        "/internal/search/sql",
        "/internal/_msearch",
        "/elasticsearch/internal/search/opensearch",
        "/api/internal/search/opensearch",
        "/internal/search/%6fpensearch",
    ],
)
def test_nothing_else_of_dashboards_is_posted_to(path: str) -> None:
    with pytest.raises(WriteRefusedError):
        check_post(path, named=True, dashboards=True, accept_guest_login=True)


@pytest.mark.fact("KIB-41")
def test_the_login_without_a_secret_is_taken_only_where_the_user_allows_it() -> None:
    posted("/internal/security/login", guest=True)
    posted("/kibana/internal/security/login", guest=True)
    with pytest.raises(WriteRefusedError):
        posted("/internal/security/login")


@pytest.mark.fact("KIB-12", "KIB-13")
@pytest.mark.parametrize(
    "query",
    [
        "",
        "path=%2F",
        "method=GET",
        "path=%2F&method=POST",
        "path=%2F&method=DELETE",
        "path=%2F&method=get",
        "path=%2F&method=GET&method=POST",
        "path=%2F&method=GET&method=GET",
        "path=%2F&method=GET&path=%2F_bulk",
        "path=%2F&method=GET&",
        "path=%2F&method=GET&uri=%2F",
        "path=%2F&uri=%2F",
        "uri=%2F&method=GET",
        "path=&method=GET",
        "path=%2F&%6Dethod=GET",
        "Path=%2F&method=GET",
        "path=%2F;method=POST&method=GET",
        "path=%2F?method=POST&method=GET",
        "path=%2F+x&method=GET",
        "path=%2F%&method=GET",
        "path=%2F%0d%0a&method=GET",
        "path=%2F%250d%250a&method=GET",
        "path=%2F%2Fother%2F&method=GET",
        "path=http%3A%2F%2Fother%2F&method=GET",
        "path=%2Fa%2F..%2Fb&method=GET",
        "path=%2Fa%2F%252e%252e%2Fb&method=GET",
        "path=%5C%5Cother&method=GET",
        "path=%2F&method=GET%00",
        "path=%2F=&method=GET",
    ],
)
def test_a_console_call_is_exactly_one_path_and_the_method_get(query: str) -> None:
    for path in (f"{CONSOLE}?{query}", f"/kibana{CONSOLE}?{query}"):
        with pytest.raises((WriteRefusedError, ValueError)):
            posted(path, guest=True)


@pytest.mark.fact("ES-62", "KIB-12")
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/_bulk",
        "/_search",
        "/people/_search",
        "/people/_doc",
        "/_security/user/_has_privileges",
        CONSOLE,
        f"{CONSOLE}/",
        f"{CONSOLE}/?path=%2F&method=GET",
        f"{CONSOLE}x?path=%2F&method=GET",
        "/api/console/api_server",
        "/internal/search/es?x=y",
        "/internal/search/es?",
        "/internal/search/es/",
        "/internal/search/ese",
        "/internal/search",
        "/internal/search/ES",
        "/elasticsearch/_msearch?x",
        "/elasticsearch/_bulk",
        "/elasticsearch/people/_search",
        "/Elasticsearch/_msearch",
        "xinternal/search/es",
        "/xinternal/search/es",
        "/%69nternal/search/es",
        "/internal%2Fsearch/es",
        "/kibana%2Finternal/search/es",
        "/kib%61na/internal/search/es",
        "/a;b/internal/search/es",
        "/api/saved_objects/index-pattern",
        "/internal/security/logout",
        # Through Kibana's old proxies these are writes to Elasticsearch, however readable their tails.
        "/elasticsearch/internal/search/es",
        "/Elasticsearch/internal/search/es",
        "/es_admin/internal/search/es",
        "/kibana/elasticsearch/internal/search/es",
        "/elasticsearch/a/elasticsearch/_msearch",
        "/api/x/internal/search/es",
        f"/elasticsearch{READ}",
        f"/internal{READ}",
    ],
)
def test_other_posts_are_refused(path: str) -> None:
    with pytest.raises((WriteRefusedError, ValueError)):
        posted(path, guest=True)


SEGMENTS = st.one_of(
    st.sampled_from(
        [
            "kibana",
            "s",
            "elasticsearch",
            "internal",
            "search",
            "es",
            "opensearch",
            "api",
            "console",
            "proxy",
            "_msearch",
        ]
    ),
    st.sampled_from(["security", "login", "%2e%2e", "..", "", "_bulk", "_doc", "?path=%2F&method=GET", "?", "%2F"]),
    st.text(alphabet="ab%2fF.;?&=/", max_size=5),
)


@given(st.lists(SEGMENTS, max_size=7).map("/".join), st.booleans(), st.booleans())
@example("kibana/api/console/proxy?path=%2F&method=GET", False, False)
@example("internal/search/opensearch", False, True)
def test_every_post_that_passes_is_one_of_the_list(text: str, guest: bool, dashboards: bool) -> None:
    path = "/" + text
    try:
        check_post(path, named=True, dashboards=dashboards, accept_guest_login=guest)
    except (WriteRefusedError, ValueError):
        return
    place, _, query = path.partition("?")
    tail = "/".join(place.split("/")[-3:])
    if tail == "api/console/proxy":
        assert sorted(part.partition("=")[0] for part in query.split("&")) == ["method", "path"]
        assert "method=GET" in query.split("&")
    else:
        assert not query
        assert (
            tail == "internal/search/es"
            or tail.endswith("elasticsearch/_msearch")
            or (guest and tail == "internal/security/login")
            or (dashboards and tail == "internal/search/opensearch")
        )
    assert "%" not in place


@given(st.text(min_size=1))
def test_a_console_call_with_any_encoded_path_is_one_parameter_or_refused(inner: str) -> None:
    assume(not any(0xD800 <= ord(letter) <= 0xDFFF for letter in inner))
    path = f"{CONSOLE}?path={quote(inner, safe='')}&method=GET"
    try:
        posted(path)
    except (WriteRefusedError, ValueError):
        assert any(ord(letter) < 0x20 or letter in "\x7f\\./%" for letter in inner)


@pytest.mark.parametrize(
    "headers",
    [
        {"kbn-xsrf": "true", "x-elastic-internal-origin": "Kibana"},
        {"Cookie": "sid=Fe26.2**abc; security_authentication=x"},
        {"Content-Type": "application/json"},
        {"x": ""},
        {"x": "tab\tand \xe9"},
    ],
)
def test_plain_headers_pass(headers: dict[str, str]) -> None:
    check_headers(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"x": "a\r\nb: c"},
        {"x": "a\nb"},
        {"x": "a\rb"},
        {"x": "a\0b"},
        {"x": "\u4e2d"},
        {"x y": "a"},
        {"x:": "a"},
        {"": "a"},
        {"x\r\n": "a"},
    ],
)
def test_what_would_be_two_headers_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not a header"):
        check_headers(headers)


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "Authorization",
        "X-HTTP-Method-Override",
        "Accept-Encoding",
        "Expect",
    ],
)
def test_headers_that_change_what_a_request_is_are_refused(name: str) -> None:
    with pytest.raises(WriteRefusedError):
        check_headers({name: "1"})
