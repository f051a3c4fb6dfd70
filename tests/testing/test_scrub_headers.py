"""What is left of headers, cookies, locations and request targets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.testing.scrubbing.disguise import Disguise
from auditor.testing.scrubbing.headers import Origin, location, received, sent, target

HERE = Origin(frozenset({"kb-1", "kb-1.corp.example", "10.0.0.5"}), 5601, "http")


def one(name: str, value: str) -> tuple[tuple[str, str], ...]:
    return received(((name, value),), Disguise(HERE.hosts), HERE)


@pytest.mark.parametrize(
    ("given_", "left"),
    [
        ("sid=Fe26.2**0c1d; HttpOnly; Path=/; Domain=corp.example", "sid=<cookie>; HttpOnly; Path=/"),
        ("sid=abc; Expires=Sun, 22 Nov 2026 05:32:29 GMT; Secure", "sid=<cookie>; Secure"),
        (
            "security_authentication=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
            "security_authentication=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
        ),
    ],
)
def test_cookies_keep_their_names_and_what_ends_them(given_: str, left: str) -> None:
    assert one("Set-Cookie", given_) == (("Set-Cookie", left),)


def test_sent_cookies_are_recorded_as_received_ones_and_logins_not_at_all() -> None:
    headers = (("Cookie", "sid=abc; security_authentication="), ("kbn-xsrf", "true"), ("Authorization", "Basic eA=="))
    assert sent(headers, Disguise()) == (
        ("Cookie", "sid=<cookie>; security_authentication="),
        ("kbn-xsrf", "true"),
        ("Authorization", "SCRUBBED"),
    )


@pytest.mark.parametrize(
    ("given_", "left"),
    [
        ('Basic realm="security", charset="UTF-8"', 'Basic realm="security", charset="UTF-8"'),
        ('Basic realm="security" charset="UTF-8"', 'Basic realm="security" charset="UTF-8"'),
        ("ApiKey", "ApiKey"),
        ('Basic realm="OpenSearch Security"', 'Basic realm="OpenSearch Security"'),
        (
            'Digest realm="mongo", nonce="c0ffee", algorithm=MD5, qop="auth"',
            'Digest realm="mongo", nonce="SCRUBBED", algorithm=MD5, qop="auth"',
        ),
        ("Negotiate YIIZSecretTokenOfKerberos==", "Negotiate"),
        ("NTLM TlRMTVNTUAACAAAA", "NTLM"),
        ('Bearer realm="kb.corp.example", opaque="x"', 'Bearer realm="HOST", opaque="SCRUBBED"'),
    ],
)
def test_challenges_keep_schemes_and_realms_and_lose_nonces_and_tokens(given_: str, left: str) -> None:
    assert one("www-authenticate", given_) == (("www-authenticate", left),)


@pytest.mark.parametrize(
    ("name", "given_", "left"),
    [
        ("X-Elastic-Product", "Elasticsearch", "Elasticsearch"),
        ("kbn-name", "kb-1.corp.example", "HOST"),
        ("kbn-license-sig", "2df6bff2", "SCRUBBED"),
        ("x-app-name", "kibana", "kibana"),
        ("server", "nginx/1.18.0 (Ubuntu)", "nginx/1.18.0 (Ubuntu)"),
        ("via", "1.1 proxy01.corp.example (squid), 1.0 10.0.0.9", "1.1 HOST, 1.0 HOST"),
        ("x-backend-server", "web01.corp.example", "SCRUBBED"),
        ("x-auth-token", "s3cr3t", "SCRUBBED"),
        ("x-console-proxy-status-code", "401", "401"),
        (
            "warning",
            '299 Elasticsearch-6.8 "deprecated" "Sun, 22 Nov 2026 05:32:29 GMT"',
            '299 Elasticsearch-6.8 "deprecated"',
        ),
        ("x-ns", "h2db.people", "h2db.people"),
    ],
)
def test_headers_that_decide_stay_and_of_others_the_name(name: str, given_: str, left: str) -> None:
    assert one(name, given_) == ((name, left),)


@pytest.mark.parametrize("name", ["date", "etag", "x-request-id", "X-Opaque-Id", "last-modified", "x-amzn-requestid"])
def test_dates_and_ids_of_requests_go(name: str) -> None:
    assert one(name, "0f1e2d3c") == ()


@pytest.mark.parametrize(
    ("given_", "left"),
    [
        ("/spaces/enter", "/spaces/enter"),
        ("http://kb-1:5601/app/home#/x", "/app/home"),
        ("http://KB-1.corp.example:5601", "/"),
        ("https://kb-1/app/home", "https://127.0.0.1/app/home"),
        ("http://10.0.0.5:8080/x", "http://127.0.0.1:8080/x"),
        (
            "https://sso.corp.example/oauth2/authorize?client_id=abc&state=xyz&next=%2Fapp",
            "https://sso.HOST/oauth2/authorize?client_id=SCRUBBED&state=SCRUBBED&next=%2Fapp",
        ),
        ("//elsewhere.corp.example/x", "http://HOST/x"),
        ("/login;jsessionid=ABC123?next=%2Fs%2Falice%40corp.example", "/login?next=%2Fs%2Fsomeone%40example.org"),
        ("http://[broken", "SCRUBBED"),
    ],
)
def test_locations_stay_on_this_server_or_lead_to_nobody_in_particular(given_: str, left: str) -> None:
    assert location(given_, Disguise(HERE.hosts), HERE) == left


@pytest.mark.parametrize(
    ("given_", "left"),
    [
        ("/_cat/indices?format=json&bytes=b&h=index,status&master_timeout=1s", None),
        ("/_nodes/http", None),
        ("/h2db/$cmd/?filter_count=people&limit=1", None),
        ("/api/console/proxy?path=%2F_search%3Fsize%3D0&method=GET", None),
        (
            "/logs-10.1.2.3,people/_mapping?ignore_unavailable=true",
            "/logs-192.0.2.1,people/_mapping?ignore_unavailable=true",
        ),
        (
            "/api/console/proxy?path=%2Fa%2540corp.example%2F_search%3Fsize%3D0&method=GET",
            "/api/console/proxy?path=%2Fsomeone%2540example.org%2F_search%3Fsize%3D0&method=GET",
        ),
        ("/x?token=s3cr3t&flag", "/x?token=SCRUBBED&flag"),
    ],
)
def test_targets_name_what_was_asked_in_the_words_of_the_answers(given_: str, left: str | None) -> None:
    assert target(given_, Disguise()) == (given_ if left is None else left)


@given(st.text("abc10.:/%?&=@;,-*[]$ \u00e9", max_size=60))
def test_any_target_can_be_scrubbed_and_stays_as_it_then_is(text: str) -> None:
    once = target("/" + text, Disguise())
    assert target(once, Disguise()) == once


@given(st.text(max_size=30), st.text("0123456789abcdef", min_size=8, max_size=32), st.text(max_size=30))
def test_no_nonce_or_token_survives_whatever_stands_around_it(before: str, secret: str, after: str) -> None:
    for name in ("nonce", "opaque", "response"):
        for value in (f'{before} Digest realm="mongo", {name}="{secret}"', f"Bearer {name}={secret}"):
            assert secret not in one("www-authenticate", value)[0][1]
    assert secret not in one("set-cookie", f"sid={secret}; {after}")[0][1] or secret in after
    assert secret not in location(f"/login?state={secret}&code={secret}", Disguise(), HERE)
