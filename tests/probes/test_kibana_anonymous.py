"""Anonymous sessions and invited guests: identities that the product itself gives to strangers."""

import json

import pytest

from auditor.model.observation import Access, Fact
from auditor.model.outcome import Verdict
from auditor.probes.interface import WireError
from auditor.testing.scripted import Answer, HttpAsked, answer
from tests.probes.kibana_stub import FOUND, OPEN, Stub, observe, own, page, redirect, refused, with_cookie

COOKIE = "sid=s3cret-5f2c"
OPEN_TO_SESSIONS = {path: with_cookie(COOKIE, given, own(401)) for path, given in OPEN.items()}


@pytest.mark.fact("KIB-37")
async def test_the_console_is_asked_without_the_cookie_first_and_then_with_it() -> None:
    seen = await observe(Stub({"GET /": redirect("/app/home", COOKIE), "GET /app/home": page()}, OPEN_TO_SESSIONS))
    posts = [asked for asked in seen.lines.http_asked if asked.method == "POST"]
    assert "cookie" not in posts[0].headers
    assert posts[-1].headers["cookie"] == COOKIE
    assert seen.observation.facts == {Fact.ANONYMOUS_IDENTITY}
    assert seen.observation.access is Access.RECORDS
    assert seen.observation.identity == "Kibana's anonymous user"
    assert any("anonymous session" in line for line in seen.observation.partial)


@pytest.mark.fact("KIB-36")
async def test_two_hops_of_dashboards_set_the_cookie_at_the_second() -> None:
    name = "osd-name"
    pages = {
        "GET /": redirect("/auth/anonymous?nextUrl=%2F", name=name),
        "GET /auth/anonymous": redirect("/app/home", "security_authentication=abc; HttpOnly", name=name),
        "GET /app/home": answer(200, "<html>", osd_name="lab"),
    }
    console = {path: with_cookie("security_authentication=abc", given, own(401)) for path, given in OPEN.items()}
    seen = await observe(Stub(pages, console))
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.service is not None
    assert seen.observation.service.name == "OpenSearch Dashboards"


async def test_data_without_a_cookie_is_open_whatever_cookies_there_are() -> None:
    seen = await observe(Stub({"GET /": redirect("/app/home", "AWSALB=x"), "GET /app/home": page()}, OPEN))
    assert seen.verdict is Verdict.OPEN
    assert not [asked for asked in seen.lines.http_asked if asked.method == "POST" and "cookie" in asked.headers]


@pytest.mark.fact("KIB-42")
async def test_a_session_without_rights_in_kibana_is_an_identity_all_the_same() -> None:
    forbidden = with_cookie(COOKIE, own(403, "Forbidden"), own(401))
    me = with_cookie(COOKIE, answer(200, {"username": "anon", "roles": ["none"]}, kbn_name="lab"), own(401))
    script = Stub(
        {
            "GET /": redirect("/app/home", COOKIE),
            "GET /app/home": page(),
            "POST /api/console/proxy": forbidden,
            "GET /internal/security/me": me,
        }
    )
    seen = await observe(script)
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.facts == {Fact.ANONYMOUS_IDENTITY}
    assert seen.observation.identity == "anon"
    assert any("forbidden by Kibana itself" in line for line in seen.observation.partial)


async def test_a_session_that_reaches_nothing_and_is_nobody_by_name_is_an_identity_still() -> None:
    script = Stub(
        {
            "GET /": redirect("/app/home", COOKIE),
            "GET /app/home": page(),
            "POST /api/console/proxy": with_cookie(COOKIE, own(403, "Forbidden"), own(401)),
        }
    )
    seen = await observe(script)
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.identity == "Kibana's anonymous user"


async def test_a_session_that_may_not_use_the_console_may_still_search() -> None:
    search = with_cookie(COOKIE, answer(200, {"rawResponse": FOUND}, kbn_name="lab"), own(401))
    script = Stub(
        {
            "GET /": redirect("/app/home", COOKIE),
            "GET /app/home": page(),
            "POST /api/console/proxy": with_cookie(COOKIE, own(403), own(401)),
            "POST /internal/search/es": search,
        }
    )
    seen = await observe(script)
    assert seen.observation.access is Access.RECORDS
    assert seen.verdict is Verdict.ANONYMOUS_ROLE


@pytest.mark.fact("KIB-24")
async def test_a_console_that_is_off_is_asked_by_session_through_the_search_route() -> None:
    search = with_cookie(COOKIE, answer(200, {"rawResponse": FOUND}, kbn_name="lab"), own(401))
    script = Stub({"GET /": redirect("/app/home", COOKIE), "GET /app/home": page(), "POST /internal/search/es": search})
    seen = await observe(script)
    assert seen.observation.facts == {Fact.ANONYMOUS_IDENTITY}
    assert seen.observation.access is Access.RECORDS


async def test_a_cookie_of_a_load_balancer_before_a_login_page_changes_nothing() -> None:
    script = Stub(
        {"GET /": redirect("/login?next=%2F", "AWSALB=x"), "GET /login": page(), "POST /api/console/proxy": own(401)}
    )
    seen = await observe(script)
    assert seen.verdict is Verdict.AUTH_REQUIRED


# Guests.

GUESTS = {
    "selector": {
        "providers": [
            {"type": "basic", "name": "basic1", "usesLoginForm": True},
            {"type": "anonymous", "name": "anonymous1", "showInSelector": True},
        ]
    }
}


def _inviting(login: Answer) -> Stub:
    return Stub(
        {
            "GET /": redirect("/login?next=%2F"),
            "GET /login": page(),
            "GET /internal/security/login_state": answer(200, GUESTS, kbn_name="lab"),
            "POST /internal/security/login": login,
        },
        OPEN_TO_SESSIONS,
    )


ENTERED = Answer(200, (("kbn-name", "lab"), ("set-cookie", f"{COOKIE}; HttpOnly")), b'{"location": "/"}')


@pytest.mark.fact("KIB-38", "KIB-40", "KIB-41", "VERDICT-09")
async def test_an_invitation_to_guests_is_never_a_closed_door_and_is_not_taken_unasked() -> None:
    seen = await observe(_inviting(ENTERED))
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.facts == {Fact.GUEST_INVITED}
    assert "anonymous1" in seen.observation.identity
    assert "POST /internal/security/login" not in seen.requests
    assert any("login_state" in exchange.request and exchange.why for exchange in seen.lines.transcript.exchanges)


async def test_kibana_9_tells_of_its_guests_only_to_whoever_names_an_internal_origin() -> None:
    text = "uri [/x] with method [get] exists but is not available with the current configuration"
    inviting = _inviting(ENTERED)

    def script(asked: HttpAsked) -> Answer | WireError:
        internal = "/internal/" in asked.path and "x-elastic-internal-origin" not in asked.headers
        return own(400, text) if internal else inviting(asked)

    assert (await observe(script)).observation.facts == {Fact.GUEST_INVITED}


@pytest.mark.fact("KIB-41")
async def test_an_invitation_is_taken_where_the_user_allows_it() -> None:
    seen = await observe(_inviting(ENTERED), accept_guest_login=True)
    login = next(asked for asked in seen.lines.http_asked if asked.path == "/internal/security/login")
    assert json.loads(login.body) == {"providerType": "anonymous", "providerName": "anonymous1", "currentURL": "/"}
    assert seen.observation.facts == {Fact.ANONYMOUS_IDENTITY}
    assert seen.observation.access is Access.RECORDS
    assert seen.observation.identity == "a guest of Kibana"
    assert "s3cret" not in repr(seen.observation) + repr(seen.lines.transcript)


async def test_an_invitation_that_is_taken_back_stays_one() -> None:
    seen = await observe(_inviting(own(401)), accept_guest_login=True)
    assert seen.observation.facts == {Fact.GUEST_INVITED}


@pytest.mark.parametrize("quote", ['"', "&quot;"])
async def test_a_button_for_guests_on_the_login_page_of_dashboards_is_an_invitation(quote: str) -> None:
    settings = json.dumps({"auth": {"type": ["basicauth", "openid"], "anonymous_auth_enabled": True}})
    login = page(f'<osd-injected-metadata data="{settings.replace(chr(34), quote)}">')
    pages = {"GET /": redirect("/app/login?", name="osd-name"), "GET /app/login": login}
    seen = await observe(Stub(pages, otherwise=own(401)))
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.facts == {Fact.GUEST_INVITED}
    assert "guests may pass it without a secret" in seen.lines.transcript.exchanges[1].why
    closed = Stub({**pages, "GET /app/login": page(settings.replace("true", "false"))}, otherwise=own(401))
    assert (await observe(closed)).verdict is Verdict.AUTH_REQUIRED


async def test_without_a_guest_among_the_ways_to_log_in_the_door_is_closed() -> None:
    basic = {"selector": {"providers": [{"type": "basic", "name": "basic"}]}}
    state = answer(200, basic, kbn_name="lab")
    script = Stub({"GET /": page(), "GET /internal/security/login_state": state, "POST /api/console/proxy": own(401)})
    assert (await observe(script)).verdict is Verdict.AUTH_REQUIRED


async def test_the_ways_to_log_in_are_asked_only_where_kibana_asked_for_its_own_login() -> None:
    passed_on = refused(401, "missing authentication credentials")
    seen = await observe(Stub({"GET /": page(), "POST /api/console/proxy": passed_on}))
    assert "GET /internal/security/login_state" not in seen.requests
