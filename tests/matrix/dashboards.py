"""OpenSearch Dashboards 1 to 3: whether data is reached through it."""

from collections.abc import Iterator
from typing import Any, Final

from auditor.model.outcome import Verdict
from auditor.testing.script import answer
from tests.matrix import states
from tests.matrix.cell import DASHBOARDS, Cell, recorded, scripted
from tests.matrix.elasticsearch_guards import no_permissions
from tests.matrix.kibana import ASKED
from tests.matrix.kibana_script import Release, with_session
from tests.matrix.stage import always, web
from tests.probes.kibana_stub import FOUND, OPEN, own, page, redirect
from tests.probes.loopback import WebScript

RELEASES: Final = tuple(Release(version, dashboards=True) for version in ("1.3.20", "2.8.0", "2.19.4", "3.4.0"))
_MEASURED = (
    "Measured on Dashboards 2.8: `osd-name`, the console as Kibana 7.10 has it, `osd-xsrf`; 1 and 3 have the same "
    "routes (opensearch-project/OpenSearch-Dashboards, src/plugins/console)."
)
_SECURITY = (
    "Measured on Dashboards 2.8 with its security plugin: `/` leads to /app/login, everything else is 401 "
    "“Authentication required”; 1 and 3 have the same plugin (opensearch-project/security-dashboards-plugin)."
)
_ANONYMOUS = (
    "Measured on Dashboards 2.8 with anonymous_auth_enabled: `/` leads to /auth/anonymous, which sets "
    "security_authentication at the second hop."
)
_BUTTON = (
    "Sources of opensearch-project/security-dashboards-plugin (multi_auth.ts, login-page.tsx, `exposeToBrowser`): "
    "with several ways to log in `/` leads to /app/login, whose page names `anonymous_auth_enabled` and has a button "
    "to /auth/anonymous."
)
_BEHIND = (
    'OpenSearch security\'s 401 as measured on 2.19: text/plain `Unauthorized`, `Basic realm="OpenSearch Security"`.'
)


def cells() -> Iterator[Cell]:
    """Recordings, then each release in its states."""
    open_one, closed = ("osd-2.8.0.open",), ("osd-2.8.0.secured-walk", "osd-2.8.0.secured")
    yield recorded(DASHBOARDS, "2.8.0", states.OPEN, Verdict.OPEN, *open_one, manner=ASKED)
    yield recorded(DASHBOARDS, "2.8.0", states.SECURED, Verdict.AUTH_REQUIRED, *closed, manner=ASKED)
    for release in RELEASES:
        yield from _states(release)


def _one(release: Release, state: str, verdict: Verdict, script: WebScript, source: str, **more: Any) -> Cell:
    return scripted(DASHBOARDS, release.version, state, verdict, web(script), manner=ASKED, source=source, **more)


def _states(release: Release) -> Iterator[Cell]:
    front, locked = {"GET /": page()}, Verdict.AUTH_REQUIRED
    free = release.stub(front, OPEN)
    yield _one(release, states.OPEN, Verdict.OPEN, free, _MEASURED, names="OpenSearch Dashboards")
    wall = own(401, "Authentication required")
    closed = {"GET /": redirect("/app/login?"), "GET /app/login": page()}
    yield _one(release, states.SECURED, locked, release.stub(closed, otherwise=wall), _SECURITY)
    status = answer(200, {"version": {"number": release.version}, "status": {"overall": {}}}, kbn_name="lab")
    told = {**closed, "GET /api/status": status}
    yield _one(release, states.STATUS_FOR_ALL, locked, release.stub(told, otherwise=wall), _SECURITY)
    cookie = "security_authentication=cell"
    pages = {
        "GET /": redirect("/auth/anonymous?nextUrl=%2F"),
        "GET /auth/anonymous": redirect("/app/home", f"{cookie}; HttpOnly; Path=/"),
        "GET /app/home": page(),
    }
    session = release.stub(pages, handed=with_session(cookie, OPEN, wall), otherwise=wall)
    yield _one(release, states.SESSION, Verdict.ANONYMOUS_ROLE, session, _ANONYMOUS, readable=True)
    refusal = no_permissions("opendistro_security_anonymous", "opendistro_security_anonymous_backendrole")
    one_index = {**dict.fromkeys(OPEN, refusal), "/_search": OPEN["/_search"]}
    bounded = release.stub(pages, handed=with_session(cookie, one_index, wall), otherwise=wall)
    state = f"{states.SESSION}, which may read one index"
    yield _one(release, state, Verdict.ANONYMOUS_ROLE, bounded, _ANONYMOUS, readable=True)
    settings = "{&quot;auth&quot;:{&quot;anonymous_auth_enabled&quot;:true}}"
    button = page(f'<osd-injected-metadata data="{settings}">')
    invited = release.stub({**pages, **closed, "GET /app/login": button}, otherwise=wall)
    yield _one(release, states.GUEST, Verdict.ANONYMOUS_ROLE, invited, _BUTTON, readable=True)
    login = answer(401, "Unauthorized", kbn_name="lab", www_authenticate='Basic realm="OpenSearch Security"')
    yield _one(release, "before a secured OpenSearch", locked, release.stub(front, dict.fromkeys(OPEN, login)), _BEHIND)
    unset = answer(503, "OpenSearch Security not initialized.", kbn_name="lab", content_type="text/plain")
    behind = release.stub(front, dict.fromkeys(OPEN, unset))
    yield _one(release, "before an OpenSearch whose security is not set up", Verdict.NOT_INITIALISED, behind, _BEHIND)
    search = answer(200, {"rawResponse": FOUND}, kbn_name="lab")
    off = release.stub({**front, "POST /internal/search/opensearch": search}, doors=())
    yield _one(release, states.CONSOLE_OFF, Verdict.OPEN, off, _MEASURED)
    waiting = answer(503, "OpenSearch Dashboards server is not ready yet", content_type="text/html")
    yield _one(release, states.NOT_READY, Verdict.INCONCLUSIVE, always(waiting), _MEASURED)
    managed = release.stub({"GET /_dashboards/": page()}, OPEN, prefix="/_dashboards")
    yield _one(release, "open, below /_dashboards as AWS has it", Verdict.OPEN, managed, _MEASURED)
    kept = release.stub({"GET /": redirect("/dashboards/app/home")}, OPEN)
    yield _one(release, states.UNREWRITTEN, Verdict.OPEN, kept, _MEASURED)
