"""Kibana from 4.1 to 9: whether data is reached through it, release by release."""

from collections.abc import Iterator
from typing import Any, Final

from auditor.model.outcome import Verdict
from auditor.testing.script import Answer, answer
from tests.matrix import states
from tests.matrix.cell import KIBANA, Cell, Manner, recorded, scripted
from tests.matrix.kibana_script import Release, status_page, with_session
from tests.matrix.stage import always, web
from tests.probes.kibana_stub import FOUND, OPEN, own, page, redirect, refused
from tests.probes.loopback import WebScript

ASKED: Final = Manner("kibana")
RELEASES: Final = tuple(
    map(Release, ("4.1.11", "4.6.4", "5.2.2", "5.4.3", "6.2.3", "7.4.2", "7.10.2", "7.17.29", "8.12.2", "9.1.0"))
)
_MEASURED = (
    "Measured by this project on Kibana 4.1, 4.6, 5.2, 5.4, 6.2, 7.4, 7.10 and 8.12: the doors and headers of each "
    "release, and what they say without a login."
)
_NINE = (
    "Kibana's sources (elastic/kibana, lifecycle_handlers.ts): from 9 on internal routes, the console among them, "
    "want `x-elastic-internal-origin`, else 400 “exists but is not available with the current configuration”, after "
    "the login; measured on an 8.12 with that setting."
)
_SECURED = (
    "Measured on 8.12 with its security: `/` leads to /login, everything else is 401 without WWW-Authenticate; "
    "Shield's and X-Pack's plugin for 4 to 7 (x-pack documentation, “Configuring Security in Kibana”) does likewise."
)
_BEHIND = (
    "Measured on 7.10 before a secured Elasticsearch: Kibana answers, and hands on Elasticsearch's 401 with its header."
)
_LICENCE = (
    "Kibana's sources: X-Pack answers 503 “License is not available.” while Elasticsearch has not told its licence."
)
_SESSION = (
    "Measured on 8.12: with an anonymous provider alone `/` sets the cookie `sid`, which opens the console; API "
    "calls without it are 401. The provider exists from 7.11 on (Kibana documentation, “Anonymous authentication”)."
)
_GUEST = (
    "Measured on 8.12: with basic before anonymous `/` leads to /login without a cookie, and login_state, answered "
    "without a login, lists a provider of the type `anonymous`."
)


def facts(release: Release, otherwise: str) -> tuple[str, ...]:
    """Where the answers of a release are known from."""
    return (otherwise, _NINE) if release.numbers >= (9, 0) else (otherwise,)


def cells() -> Iterator[Cell]:
    """Recordings, then each release in its states."""
    yield from _recorded()
    for release in RELEASES:
        yield from _everywhere(release)
        if release.numbers >= (7, 4):
            yield from _without_console(release)
        if release.numbers >= (7, 11):
            yield from _guests(release)


def one(
    release: Release,
    state: str,
    verdict: Verdict,
    script: WebScript,
    source: str,
    *,
    manner: Manner = ASKED,
    **more: Any,
) -> Cell:
    """A scripted Kibana."""
    return scripted(
        KIBANA, release.version, state, verdict, web(script), manner=manner, source=facts(release, source), **more
    )


def _everywhere(release: Release) -> Iterator[Cell]:
    front, locked, doubt = {"GET /": page()}, Verdict.AUTH_REQUIRED, Verdict.INCONCLUSIVE
    free = release.stub(front, OPEN)
    yield one(release, states.OPEN, Verdict.OPEN, free, _MEASURED, names="Kibana")
    walled = {"GET /": redirect("/login?next=%2F"), "GET /login": page()}
    yield one(release, states.SECURED, locked, release.stub(walled, otherwise=own(401)), _SECURED)
    told = {**walled, "GET /api/status": status_page(release.version)}
    yield one(release, states.STATUS_FOR_ALL, locked, release.stub(told, otherwise=own(401)), _SECURED)
    login = refused(401, "missing authentication credentials", www_authenticate='Basic realm="security"')
    behind = release.stub(front, dict.fromkeys(OPEN, login))
    yield one(release, states.BEHIND, locked, behind, _BEHIND)
    waiting = answer(503, "Kibana server is not ready yet", content_type="text/html")
    yield one(release, states.NOT_READY, doubt, always(waiting), _MEASURED)
    if release.numbers >= (5, 0):
        unlicensed = release.stub(front, otherwise=own(503, "License is not available."))
        yield one(release, states.NO_LICENCE, doubt, unlicensed, _LICENCE)
    below = Manner("kibana", path="/kibana")
    rewritten = release.stub({"GET /kibana/": page()}, OPEN, prefix="/kibana")
    for manner in (ASKED, below):
        known = "" if manner is ASKED else ", which the inventory names"
        yield one(release, f"{states.REWRITTEN}{known}", Verdict.OPEN, rewritten, _MEASURED, manner=manner)
    kept = release.stub({"GET /": redirect("/kibana/app/kibana")}, OPEN)
    yield one(release, states.UNREWRITTEN, Verdict.OPEN, kept, _MEASURED)
    if release.numbers >= (6, 5):
        space = release.stub({"GET /s/sales/": page()}, OPEN, prefix="/s/sales")
        yield one(release, states.SPACE, Verdict.OPEN, space, _MEASURED, manner=Manner("kibana", path="/s/sales"))


def _without_console(release: Release) -> Iterator[Cell]:
    search = answer(200, {"rawResponse": FOUND}, kbn_name="lab")
    route, pages = "POST /internal/search/es", {"GET /": page()}
    if release.numbers < (7, 7):
        route, search = "POST /elasticsearch/_msearch", answer(200, {"responses": [FOUND]}, kbn_name="lab")
    facts_of_it = (
        "Measured on 7.4 and 7.10 with `console.enabled: false`: the console is 404, /elasticsearch/_msearch or "
        "/internal/search/es answer; 8 wants the header `elastic-api-version` with the latter."
    )
    fields = answer(200, {"fields": [{"name": "email", "type": "string"}]}, kbn_name="lab")
    if release.numbers >= (8, 0):
        versioned = own(400, "Please specify a version via elastic-api-version header. Available versions: [1]")
        given = search

        def choose(asked: Any) -> Answer:
            return given if asked.headers.get("elastic-api-version") == "1" else versioned

        script = release.stub({**pages, route: choose}, doors=())
    else:
        script = release.stub({**pages, route: search}, doors=())
    yield one(release, states.CONSOLE_OFF, Verdict.OPEN, script, facts_of_it)
    if release.numbers < (8, 0):
        listed = release.stub({**pages, "GET /api/index_patterns/_fields_for_wildcard": fields}, doors=())
        state = "its console and searches switched off, fields are told"
        yield one(release, state, Verdict.METADATA_ONLY, listed, facts_of_it)


def _guests(release: Release) -> Iterator[Cell]:
    cookie, role = "sid=cell", Verdict.ANONYMOUS_ROLE
    given = {path: said for path, said in release.passed_on(OPEN).items() if isinstance(said, Answer)}
    visited = {"GET /": redirect("/app/home", f"{cookie}; HttpOnly; Path=/"), "GET /app/home": page()}
    handed = with_session(cookie, given, own(401))
    session = release.stub(visited, handed=handed, otherwise=own(401))
    yield one(release, states.SESSION, role, session, _SESSION, readable=True)
    me = answer(200, {"username": "anonymous", "roles": ["none"]}, kbn_name="lab")
    mine = with_session(cookie, {"GET /internal/security/me": me}, own(401))
    forbidden = with_session(cookie, dict.fromkeys(OPEN, own(403, "Forbidden")), own(401))
    helpless = release.stub({**visited, **mine}, handed=forbidden, otherwise=own(401))
    state = "every visitor is given an anonymous session without rights in Kibana"
    yield one(release, state, role, helpless, _SESSION)
    providers = [{"type": "basic", "name": "basic1"}, {"type": "anonymous", "name": "guest1"}]
    login_state = answer(
        200, {"allowLogin": True, "selector": {"enabled": True, "providers": providers}}, kbn_name="lab"
    )
    entered = answer(200, {"location": "/"}, kbn_name="lab", set_cookie=f"{cookie}; HttpOnly; Path=/")
    pages = {
        "GET /": redirect("/login?next=%2F"),
        "GET /login": page(),
        "GET /internal/security/login_state": login_state,
        "POST /internal/security/login": entered,
    }
    script = release.stub(pages, handed=handed, otherwise=own(401))
    yield one(release, states.GUEST, role, script, _GUEST, readable=True)
    taken = Manner("kibana", accept_guest_login=True)
    yield one(release, f"{states.GUEST}, and it is taken", role, script, _GUEST, manner=taken, readable=True)


def _recorded() -> Iterator[Cell]:
    for version, name in (
        ("4.1.11", "kibana-4.1.11.open"),
        ("4.6.4", "kibana-4.6.4.open"),
        ("5.2.2", "kibana-5.2.2.open"),
        ("5.4.3", "kibana-5.4.3.open"),
        ("6.2.3", "kibana-6.2.3-oss.open"),
        ("7.4.2", "kibana-7.4.2-oss.open"),
        ("7.10.2", "kibana-7.10.2-oss.open"),
        ("8.12.2", "kibana-8.12.2.open"),
    ):
        yield recorded(KIBANA, version, states.OPEN, Verdict.OPEN, name, manner=ASKED)
    locked, doubt = Verdict.AUTH_REQUIRED, Verdict.INCONCLUSIVE
    for version, state, verdict, names in (
        (
            "8.12.2",
            "open, internal routes restricted as in 9",
            Verdict.OPEN,
            ("8.12.2-patched-restrictInternalApis.open",),
        ),
        ("8.12.2", states.SESSION, Verdict.ANONYMOUS_ROLE, ("8.12.2.anonymous-only-walk", "8.12.2.anonymous-only")),
        ("8.12.2", states.SECURED, locked, ("8.12.2.secured-walk", "8.12.2.secured")),
        ("8.12.2", states.STATUS_FOR_ALL, locked, ("8.12.2.secured-status-allowAnonymous",)),
        ("7.10.2", states.BEHIND, locked, ("7.10.2-oss.es-secured",)),
        ("7.10.2", states.NOT_READY, doubt, ("7.10.2-oss.notready-es-down-at-start",)),
        ("8.12.2", states.NOT_READY, doubt, ("8.12.2.notready-es-down-at-start",)),
        (
            *("7.10.2", states.REWRITTEN, Verdict.OPEN),
            ("7.10.2-oss.basepath-rewrite", "7.10.2-oss.basepath-rewrite-prefixed"),
        ),
    ):
        files = [f"kibana-{name}" for name in names]
        readable = verdict in (Verdict.OPEN, Verdict.ANONYMOUS_ROLE)
        yield recorded(KIBANA, version, state, verdict, *files, manner=ASKED, readable=readable)
