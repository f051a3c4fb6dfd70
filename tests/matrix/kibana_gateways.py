"""Kibana behind single sign-on and gateways, its own ways to log in, and pages of others on its port."""

from collections.abc import Callable, Iterator
from typing import Final

from auditor.model.outcome import Verdict
from auditor.testing.script import Answer, HttpAsked, answer
from tests.matrix.cell import ANY, KIBANA, Cell, scripted
from tests.matrix.kibana import ASKED, RELEASES
from tests.matrix.kibana_script import Release, status_page
from tests.matrix.stage import always, web
from tests.probes.kibana_stub import FOUND, OPEN, own, page, redirect
from tests.probes.loopback import WebScript

_SECURITY = (
    "Kibana's documentation, “Authentication in Kibana”, and its security plugin (elastic/kibana): each provider sends "
    "visitors of `/` on in its own way, all else is 401; login_state lists every provider, hidden ones too."
)
_X_PACK = "X-Pack's security plugin for Kibana 5 and 6: `/` leads to /login, API calls are 401; `kbn-xpack-sig` in 6."
_FRONT = (
    "Written for this test: a front that guards some paths of Kibana's and leaves others, as the `location` blocks of "
    "nginx and the skip_auth_routes of oauth2-proxy do."
)
_GATEWAY = (
    "Errors of Spring (`DefaultErrorAttributes`: timestamp, path, status, error) and of Google's APIs (an `error` with "
    "code, message and status): JSON that resembles Elasticsearch's."
)
_PAGES = "Written for this test: another product on Kibana's port, the same page for every path."
_BY_VERSION: Final = {release.version: release for release in RELEASES}
_OPEN_7: Final = _BY_VERSION["7.10.2"].stub({"GET /": page(), "GET /api/status": status_page("7.10.2")}, OPEN)
_LOGIN: Final = answer(401, "<html>401</html>", server="nginx", www_authenticate='Basic realm="ops"')


def cells() -> Iterator[Cell]:
    """Own logins, then fronts, then others."""
    yield from _logins()
    yield from _fronts()
    for product in ("Cerebro", "Graylog Web Interface", "Zabbix", "Grafana"):
        said = always(answer(200, f"<!DOCTYPE html><title>{product}</title>", content_type="text/html"))
        yield _one(ANY, f"a page of {product}", Verdict.OTHER_SERVICE, said, _PAGES)
    yield _one(ANY, "Grafana, with its login", Verdict.OTHER_SERVICE, _grafana, _PAGES)


def _one(
    version: str, state: str, verdict: Verdict, script: WebScript, source: str, *, readable: bool | None = None
) -> Cell:
    return scripted(KIBANA, version, state, verdict, web(script), manner=ASKED, source=source, readable=readable)


def _logins() -> Iterator[Cell]:
    locked = Verdict.AUTH_REQUIRED
    for version in ("5.2.2", "6.2.3"):
        closed = {"GET /": redirect("/login?next=%2F"), "GET /login": page()}
        signed = own(401, "Unauthorized", **({"kbn_xpack_sig": "abc"} if version == "6.2.3" else {}))
        script = _BY_VERSION[version].stub(closed, otherwise=signed)
        yield _one(version, "secured by X-Pack", locked, script, _X_PACK)
    release = _BY_VERSION["8.12.2"]
    for provider, place in (
        ("SAML", "/internal/security/capture-url?next=%2F&providerType=saml&providerName=idp"),
        ("SAML, straight to its provider", "https://idp.example/adfs/ls?SAMLRequest=x"),
        ("OpenID Connect", "https://accounts.example/o/oauth2/v2/auth?client_id=kb"),
        ("OpenID Connect by Keycloak", "https://idp.example/realms/x/protocol/openid-connect/auth?client_id=kb"),
    ):
        pages = {"GET /": redirect(place), "GET /internal/security/capture-url": page()}
        yield _one("8.12.2", f"secured, {provider}", locked, release.stub(pages, otherwise=own(401)), _SECURITY)
    yield _one("8.12.2", "secured, PKI", locked, release.stub({"GET /": own(401)}, otherwise=own(401)), _SECURITY)
    kerberos = own(401, www_authenticate="Negotiate")
    script = release.stub({"GET /": kerberos}, otherwise=kerberos)
    yield _one("8.12.2", "secured, Kerberos", locked, script, _SECURITY)
    providers = [
        {"type": "basic", "name": "basic", "showInSelector": True},
        {"type": "anonymous", "name": "embedded", "showInSelector": False},
    ]
    told = answer(200, {"allowLogin": True, "selector": {"enabled": False, "providers": providers}}, kbn_name="lab")
    pages = {
        "GET /": redirect("/login?next=%2F"),
        "GET /login": page(),
        "GET /internal/security/login_state": told,
    }
    hidden = _BY_VERSION["7.17.29"].stub(pages, otherwise=own(401))
    state = "secured, with a guests' login that its login page does not show"
    yield _one("7.17.29", state, Verdict.ANONYMOUS_ROLE, hidden, _SECURITY, readable=True)


def _fronts() -> Iterator[Cell]:
    locked, partly, doubt = Verdict.AUTH_REQUIRED, Verdict.PARTLY_OPEN, Verdict.INCONCLUSIVE
    form = answer(200, "<form><input type=password></form>", content_type="text/html")
    for words, refusal in (("login", _LOGIN), ("login page", form)):
        script = _but(refusal, lambda asked: asked.path.startswith("/api/status"))
        yield _one("7.10.2", f"a front's {words} before all but /api/status", locked, script, _FRONT)
    forbidden = answer(403, "no", server="nginx")
    pages = _but(forbidden, lambda asked: asked.path != "/" and not asked.path.startswith("/app"))
    yield _one("7.10.2", "a front forbids its pages, not its API", partly, pages, _FRONT)
    sso = answer(302, "", location="https://sso.example/login")
    for words, refusal in (("login", _LOGIN), ("login page", form), ("403", forbidden), ("redirect to a login", sso)):
        script = _but(refusal, lambda asked: asked.path.startswith("/api/console"))
        yield _one("7.10.2", f"a front's {words} before all but the console", partly, script, _FRONT)
    for words, refusal in (("405", answer(405, "Method Not Allowed")), ("403", forbidden)):
        reading = _but(refusal, lambda asked: asked.method == "GET")
        yield _one("7.10.2", f"a front's {words} to every POST", doubt, reading, _FRONT, readable=True)
    routes = {"GET /": page(), "POST /internal/search/es": answer(200, {"rawResponse": FOUND}, kbn_name="lab")}
    searching = _BY_VERSION["7.10.2"].stub(routes, doors=())
    for words, refusal, verdict in (
        ("403", forbidden, partly),
        ("404", answer(404, "no", server="nginx"), Verdict.OPEN),
        ("page", answer(200, "<html>blocked</html>", content_type="text/html"), Verdict.OPEN),
    ):
        script = _but(refusal, lambda asked: "console" not in asked.path, searching)
        yield _one("7.10.2", f"a front's {words} to the console, its own searches open", verdict, script, _FRONT)
    for status, error in ((401, "Unauthorized"), (403, "Forbidden"), (404, "Not Found")):
        spring = answer(status, {"timestamp": "2026-11-24", "path": "/elasticsearch", "status": status, "error": error})
        google = answer(status, {"error": {"code": status, "message": error, "status": error.upper()}})
        for gateway, refusal in (("Spring's", spring), ("Google's", google)):
            script = _but(refusal, lambda asked: not asked.path.startswith("/elasticsearch"))
            state = f"a gateway's {status} in {gateway} form to /elasticsearch, the console open"
            yield _one("7.10.2", state, Verdict.OPEN, script, _GATEWAY)
            if status != 404:
                script = _but(refusal, lambda asked: "console" not in asked.path, searching)
                state = f"a gateway's {status} in {gateway} form to the console, its own searches open"
                yield _one("7.10.2", state, partly, script, _GATEWAY)
    kept = Release("7.10.2").stub({"GET /kibana/": page()}, OPEN, prefix="/kibana")
    welcome = answer(200, "<html>welcome</html>", content_type="text/html")
    for words, refusal in (("page", welcome), ("login", _LOGIN), ("403", forbidden), ("redirect to a login", sso)):
        script = _but(refusal, lambda asked: asked.path.startswith("/kibana/"), kept)
        yield _one("7.10.2", f"open below /kibana, a {words} at /", Verdict.OPEN, script, _FRONT)


def _but(refusal: Answer, free: Callable[[HttpAsked], bool], behind: WebScript = _OPEN_7) -> WebScript:
    """A front that refuses all but the requests for which `free` is true."""
    return lambda asked: behind(asked) if free(asked) else refusal


def _grafana(asked: HttpAsked) -> Answer:
    if asked.path.startswith("/login"):
        return answer(200, "<!DOCTYPE html><title>Grafana</title>", content_type="text/html")
    if asked.path.startswith("/api"):
        return answer(401, {"message": "Unauthorized"})
    return answer(302, "", location="/login")
