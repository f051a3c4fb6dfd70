"""Sessions that everybody is given, over real sockets: which cookies go where, and what is told of the rights."""

from collections.abc import Callable

import pytest

from auditor.model.observation import Access, Fact
from auditor.model.outcome import Verdict
from auditor.testing.scripted import Answer, HttpAsked, answer
from tests.probes.kibana_sockets import see, speaking, visit
from tests.probes.kibana_stub import OPEN, Scripted, Stub, own, page, redirect, with_cookie
from tests.probes.test_kibana_dialects import as_dashboards

FIRST, SECOND = "sid=first-s3cret", "extra=second-s3cret"
BOTH = f"{FIRST}; {SECOND}"
WHO = answer(200, {"username": "guest_account", "roles": ["viewer", "watcher"]}, kbn_name="lab")
RIGHTS = answer(
    200,
    {"cluster": ["monitor"], "indices": [{"names": ["people"], "privileges": ["read", "view_index_metadata"]}]},
    kbn_name="lab",
)
BEHIND = {
    **OPEN,
    "/_security/_authenticate": WHO,
    "/_security/user/_privileges": RIGHTS,
    "/people/_search": OPEN["/_search"],
}
#: What the un-cookied are told: Kibana's own 401, or the way to a login page, or to somewhere else.
TURNED_AWAY = {
    "401": own(401),
    "302 to a login": redirect("/login?next=%2Fapi"),
    "302 to a session": redirect("/internal/spaces/enter"),
}


def for_sessions(withheld: Answer, given: dict[str, Answer] | None = None) -> dict[str, Callable[[HttpAsked], Answer]]:
    """The console for whoever sends both cookies."""
    return {path: with_cookie(BOTH, told, withheld) for path, told in (given or BEHIND).items()}


def entrance(withheld: Answer) -> Stub:
    """A Kibana that gives one cookie with the first redirect and another with the second."""
    pages: dict[str, Scripted] = {
        "GET /": redirect("/spaces/enter", f"{FIRST}; HttpOnly; Path=/"),
        "GET /spaces/enter": redirect("/app/home", f"{SECOND}; Path=/; SameSite=Lax"),
        "GET /app/home": with_cookie(BOTH, page(), redirect("/login")),
        "POST /internal/search/es": withheld,
    }
    return Stub(pages, for_sessions(withheld), otherwise=withheld)


@pytest.mark.parametrize("withheld", TURNED_AWAY.values(), ids=TURNED_AWAY)
async def test_a_session_reaches_data_that_is_kept_from_others_and_its_rights_are_told(withheld: Answer) -> None:
    seen = await visit(entrance(withheld))
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.access is Access.RECORDS
    assert seen.observation.facts == {Fact.ANONYMOUS_IDENTITY}
    assert seen.observation.identity == "guest_account"
    assert seen.observation.rights == (
        "role viewer",
        "role watcher",
        "monitor on the cluster",
        "read, view_index_metadata on people",
    )
    assert {dataset.name: dataset.readable for dataset in seen.observation.datasets}["people"] is True


async def test_all_cookies_go_back_to_their_target_and_their_values_nowhere_else() -> None:
    seen = await visit(entrance(own(401)))
    assert any(asked.headers.get("cookie") == BOTH for asked in seen.server.asked)
    assert "cookie" not in seen.server.posts[0].headers
    assert "s3cret" not in repr(seen.observation)


async def test_dashboards_set_their_cookie_at_the_second_hop_alone_and_renew_it_with_each_answer() -> None:
    name = "security_authentication"

    def console(asked: HttpAsked) -> Answer:
        number = len(kibana.asked)
        if f"{name}=" not in asked.headers.get("cookie", ""):
            return own(401, "Authentication required")
        told = OPEN["/_cat/indices"] if "_cat" in asked.path else OPEN["/_search"]
        return Answer(told.status, (*told.headers, ("set-cookie", f"{name}=renewed-{number}")), told.body)

    pages: dict[str, Scripted] = {
        "GET /": redirect("/auth/anonymous?nextUrl=%2F"),
        "GET /auth/anonymous": redirect("/app/home", f"{name}=given; HttpOnly; Path=/"),
        "GET /app/home": page(),
        "POST /api/console/proxy": console,
    }
    async with speaking(as_dashboards(Stub(pages))) as kibana:
        seen = await see(kibana)
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    sent = [asked.headers.get("cookie", "") for asked in kibana.posts if "cookie" in asked.headers]
    assert sent[0] == f"{name}=given"
    assert sent[1].startswith(f"{name}=renewed-")


async def test_a_session_of_one_target_is_never_sent_to_another() -> None:
    async with speaking(Stub({"GET /": page()}, OPEN)) as other:
        there = f"http://127.0.0.1:{other.port}/app/home"
        stub = Stub(
            {"GET /": redirect(there, f"{FIRST}; Path=/; Domain=127.0.0.1"), "POST /api/console/proxy": own(401)}
        )
        first = await visit(stub)
        assert other.asked == []  # not even a connection went where the redirect led
        second = await see(other)
    assert first.verdict is Verdict.AUTH_REQUIRED
    assert second.verdict is Verdict.OPEN
    assert not [asked for asked in other.asked if "cookie" in asked.headers]


# Guests who must knock.

PROVIDERS = {
    "selector": {"providers": [{"type": "basic", "name": "basic1"}, {"type": "anonymous", "name": "anonymous1"}]}
}
ENTERED = Answer(
    200, (("kbn-name", "lab"), ("set-cookie", f"{FIRST}; HttpOnly"), ("set-cookie", SECOND)), b'{"location": "/"}'
)


def inviting() -> Stub:
    pages: dict[str, Scripted] = {
        "GET /": redirect("/login?next=%2F"),
        "GET /login": page(),
        "GET /internal/security/login_state": answer(200, PROVIDERS, kbn_name="lab"),
        "POST /internal/security/login": ENTERED,
    }
    return Stub(pages, for_sessions(own(401)), otherwise=own(401))


async def test_an_invitation_is_told_and_not_taken() -> None:
    seen = await visit(inviting())
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.facts == {Fact.GUEST_INVITED}
    assert not [asked for asked in seen.server.asked if asked.path == "/internal/security/login"]
    assert not [asked for asked in seen.server.asked if "cookie" in asked.headers]


async def test_an_invitation_is_taken_with_leave_and_all_its_cookies_are_kept() -> None:
    seen = await visit(inviting(), accept_guest_login=True)
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.facts == {Fact.ANONYMOUS_IDENTITY}
    assert seen.observation.identity == "guest_account"
    assert any(asked.headers.get("cookie") == BOTH for asked in seen.server.posts)
    assert "s3cret" not in repr(seen.observation)


LOGIN_PAGE = (
    '<osd-injected-metadata data="{&quot;auth&quot;:{&quot;anonymous_auth_enabled&quot;:%s}}"></osd-injected-metadata>'
)


def dashboards_inviting(enabled: str, *, far_down: bool = False) -> Stub:
    """Dashboards with several ways to log in: the page offers the anonymous one as a button."""
    text = LOGIN_PAGE % enabled
    pages: dict[str, Scripted] = {
        "GET /": redirect("/app/login?nextUrl=%2F"),
        "GET /app/login": page("<style>" + "x" * 300_000 + "</style>" + text if far_down else text),
        "GET /auth/anonymous": with_cookie(BOTH, page(), redirect("/", FIRST, SECOND)),
    }
    return Stub(pages, for_sessions(own(401), OPEN), otherwise=own(401, "Authentication required"))


@pytest.mark.parametrize("far_down", [False, True])
async def test_a_login_page_of_dashboards_that_invites_guests_is_no_closed_door(far_down: bool) -> None:
    seen = await visit(as_dashboards(dashboards_inviting("true", far_down=far_down)))
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.facts == {Fact.GUEST_INVITED}
    assert "GET /auth/anonymous" not in seen.server.requests
    assert any("guests" in exchange.why for exchange in seen.observation.evidence)


async def test_the_invitation_of_dashboards_is_taken_with_leave() -> None:
    seen = await visit(as_dashboards(dashboards_inviting("true")), accept_guest_login=True)
    assert seen.verdict is Verdict.ANONYMOUS_ROLE
    assert seen.observation.access is Access.RECORDS
    assert seen.observation.identity == "a guest of OpenSearch Dashboards"


async def test_an_invitation_of_dashboards_that_leads_back_to_the_login_lets_nobody_in() -> None:
    stub = dashboards_inviting("true")
    back = Stub({**stub.pages, "GET /auth/anonymous": redirect("/app/login")}, stub.console, stub.otherwise)
    seen = await visit(as_dashboards(back), accept_guest_login=True)
    assert seen.observation.facts == {Fact.GUEST_INVITED}


async def test_a_login_page_of_dashboards_without_guests_is_a_closed_door() -> None:
    seen = await visit(as_dashboards(dashboards_inviting("false")), accept_guest_login=True)
    assert seen.verdict is Verdict.AUTH_REQUIRED
    assert seen.observation.asked_by == "OpenSearch Dashboards' own login"
    assert "GET /auth/anonymous" not in seen.server.requests
