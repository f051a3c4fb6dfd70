"""Redirects, cookies, guests: how the probe comes by a session that everybody is given, and what it does with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.observation import Fact
from auditor.model.outcome import Verdict
from auditor.probes.interface import HttpReply
from auditor.probes.kibana.requests import is_path, prefix_in
from auditor.probes.kibana.session import CookieJar, Origin
from auditor.testing.scripted import Answer, HttpAsked, answer
from tests.probes.kibana_stub import OPEN, Stub, observe, own, page, redirect, with_cookie

COOKIE = "sid=s3cret-5f2c"
OPEN_TO_SESSIONS = {path: with_cookie(COOKIE, given, own(401)) for path, given in OPEN.items()}
ORIGIN = Origin("http", frozenset({"kibana.example", "10.0.0.7"}), 5601)


def reply(*cookies: str) -> HttpReply:
    return HttpReply(200, tuple(("set-cookie", cookie) for cookie in cookies), b"", 0)


# Redirects.


@pytest.mark.fact("KIB-34")
@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/app/home", "/app/home"),
        ("/login?next=%2F", "/login?next=%2F"),
        ("login", "/spaces/login"),
        ("?again=1", "/spaces/enter?again=1"),
        ("http://kibana.example:5601/app/home#/x", "/app/home"),
        ("http://10.0.0.7:5601", "/"),
        ("//KIBANA.example:5601/x", "/x"),
    ],
)
def test_a_redirect_on_the_same_host_and_port_is_followed(location: str, path: str) -> None:
    assert ORIGIN.within(location, page="/spaces/enter") == path


@pytest.mark.fact("KIB-34")
@pytest.mark.parametrize(
    "location",
    [
        "http://evil.example/app/home",
        "//evil.example/",
        "http://kibana.example/",
        "http://kibana.example:9200/_shutdown",
        "https://kibana.example:5601/",
        "http://kibana.example:5601@evil.example/",
        "http://kibana.example.evil.example:5601/",
        "http://[::1",
        "http://kibana.example:99999/",
        "javascript:alert(1)",
        "/a\r\nx-injected: 1",
        "/%0d%0ax",
        "/über",
        "/" + "a" * 5000,
    ],
)
def test_a_redirect_elsewhere_or_to_nothing_that_can_be_asked_is_not(location: str) -> None:
    assert ORIGIN.within(location, page="/") is None


@given(st.text(max_size=60), st.sampled_from(["/", "/a/b?c=d"]))
def test_whatever_a_location_holds_what_is_asked_next_is_a_path(location: str, page_path: str) -> None:
    followed = ORIGIN.within(location, page=page_path)
    assert followed is None or (followed.startswith("/") and is_path(followed))
    assert ORIGIN.away(location, page=page_path).place
    assert prefix_in(location) == "" or is_path(prefix_in(location))


async def test_a_redirect_to_a_login_on_another_host_is_a_login_in_front() -> None:
    away = redirect("https://sso.example.org/authorize?state=t0ken", name=None)
    seen = await observe(lambda _: away)
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.facts == {Fact.FRONT_ASKED_LOGIN}
    assert seen.observation.asked_by == "a login page at https://sso.example.org"
    assert "t0ken" not in repr(seen.observation) + repr(seen.lines.transcript)
    assert not [request for request in seen.requests if "sso" in request or "authorize" in request]


async def test_a_redirect_to_another_port_of_the_same_host_is_another_service() -> None:
    seen = await observe(lambda _: redirect("https://127.0.0.1:443/", name=None))
    assert seen.verdict is Verdict.OTHER_SERVICE
    assert "https://127.0.0.1:443" in seen.observation.detail


async def test_a_kibana_that_sends_visitors_to_an_identity_provider_asks_for_its_own_login() -> None:
    away = redirect("https://idp.example.org/saml?SAMLRequest=x", COOKIE)
    script = Stub({"GET /": away, "POST /api/console/proxy": own(401)})
    seen = await observe(script)
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.asked_by == "Kibana's own login"


async def test_redirects_without_end_are_given_up_and_nobody_is_called_protected() -> None:
    seen = await observe(lambda asked: redirect(asked.path + "x", name=None))
    assert len(seen.requests) < 30
    assert seen.verdict is Verdict.INCONCLUSIVE
    assert "no end" in seen.observation.detail


async def test_a_loop_is_left_at_its_first_turn() -> None:
    script = Stub({"GET /": redirect("/b", name=None), "GET /b": redirect("/", name=None)}, otherwise=answer(404, "no"))
    seen = await observe(script)
    assert seen.requests[:3] == [
        "GET /",
        "GET /b",
        "GET /elasticsearch/_cat/indices?format=json&bytes=b&master_timeout=1s",
    ]
    assert seen.verdict is Verdict.INCONCLUSIVE


async def test_a_page_that_sets_a_cookie_and_redirects_to_itself_is_asked_again_with_it() -> None:
    script = Stub({"GET /": with_cookie(COOKIE, page(), redirect("/", f"{COOKIE}; Path=/"))}, OPEN_TO_SESSIONS)
    assert (await observe(script)).verdict is Verdict.ANONYMOUS_ROLE


# Cookies.


@pytest.mark.fact("KIB-35", "KIB-36")
def test_all_cookies_are_kept_and_a_later_value_replaces_an_earlier_one() -> None:
    jar = CookieJar()
    jar.keep(reply("a=1; Path=/; HttpOnly", "b=2"))
    jar.keep(reply("a=3"))
    assert jar.headers == {"cookie": "a=3; b=2"}


@pytest.mark.parametrize(
    "ended",
    [
        "a=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "a=x; Max-Age=0",
        "a=x; max-age=-1; Path=/",
        "a=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "a=",
    ],
)
def test_a_cookie_that_the_server_ends_is_dropped(ended: str) -> None:
    jar = CookieJar()
    jar.keep(reply("a=1"))
    jar.keep(reply(ended))
    assert not jar
    assert jar.headers == {}


def test_a_cookie_that_lives_for_a_while_is_no_ended_one() -> None:
    jar = CookieJar()
    jar.keep(reply("a=1; Max-Age=3600; Expires=Mon, 23 Nov 2026 00:00:00 GMT"))
    assert jar


@given(st.lists(st.text(max_size=9000), max_size=80))
def test_no_cookie_makes_a_header_that_is_long_or_breaks_the_line(cookies: list[str]) -> None:
    jar = CookieJar()
    jar.keep(reply(*cookies, *(f"c{number}={'v' * 2000}" for number in range(40))))
    header = jar.headers.get("cookie", "")
    assert len(header) <= 16 << 10
    assert header.isascii()
    assert header.isprintable()
    assert header.count(";") < 32


def test_a_jar_does_not_show_what_it_holds() -> None:
    jar = CookieJar()
    jar.keep(reply(COOKIE))
    assert "s3cret" not in repr(jar)


async def test_a_bomb_of_cookies_is_survived() -> None:
    bomb = Answer(200, (("kbn-name", "lab"), *(("set-cookie", f"c{n}={'x' * 4000}") for n in range(500))), b"")
    seen = await observe(Stub({"GET /": bomb, "POST /api/console/proxy": own(401)}))
    assert all(len(asked.headers.get("cookie", "")) <= 16 << 10 for asked in seen.lines.http_asked)


@pytest.mark.fact("KIB-34")
async def test_nothing_is_ever_asked_of_another_host() -> None:
    def wandering(asked: HttpAsked) -> Answer:
        return redirect(f"//other.example{asked.path}", COOKIE)

    seen = await observe(wandering)
    assert all(asked.path.startswith("/") and not asked.path.startswith("//") for asked in seen.lines.http_asked)
