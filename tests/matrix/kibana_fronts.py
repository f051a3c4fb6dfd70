"""What may stand before or behind a Kibana, and how it changes what a stranger reaches through it."""

from collections.abc import Iterator, Mapping

from auditor.model.observation import Reach
from auditor.model.outcome import Verdict
from auditor.probes.interface import WireError
from auditor.testing.script import Answer, HttpAsked, answer
from tests.matrix import states
from tests.matrix.cell import ANY, KIBANA, Cell, Manner, scripted
from tests.matrix.elasticsearch_fronts import LOGIN_LIKE_HOSTS, compressed, moved_to, same_place
from tests.matrix.elasticsearch_guards import LENT, no_permissions
from tests.matrix.kibana import ASKED, RELEASES
from tests.matrix.kibana_script import Release, status_page
from tests.matrix.stage import always, either, replayed, web
from tests.probes.kibana_stub import CLUSTER, FOUND, OPEN, own, page, redirect, refused
from tests.probes.loopback import WebScript

_BY_VERSION: Mapping[str, Release] = {release.version: release for release in RELEASES}
_OPEN_7 = _BY_VERSION["7.10.2"].stub({"GET /": page(), "GET /api/status": status_page("7.10.2")}, OPEN)
_PROXY = (
    "Measured on nginx and haproxy before a replayed Kibana 7.10.2: status, realm and page of basic auth, of a 403 "
    "and of a dead backend."
)
_LOGINS = (
    "Documentation of oauth2-proxy, “Behavior”, and of OpenID Connect: a redirect, or a sign-in page, for every path."
)
_ROLES = (
    "Measured on 7.10 and 8.12 before an Elasticsearch that gives strangers a role: the list of indices is 403 or "
    "401, `_search` of size 0 is answered."
)
_DEGRADED = "Measured on 4.6 to 8.12 with Elasticsearch gone, hanging or without a master."


def cells() -> Iterator[Cell]:
    """Fronts, roles of the Elasticsearch behind, and what is not well."""
    yield from _fronts()
    yield from _roles()
    yield from _lent()
    yield from _unwell()
    yield from _others()


def _one(
    version: str,
    state: str,
    verdict: Verdict,
    front: WebScript,
    source: str,
    *,
    readable: bool | None = None,
    manner: Manner = ASKED,
) -> Cell:
    return scripted(KIBANA, version, state, verdict, web(front), manner=manner, source=source, readable=readable)


def _fronts() -> Iterator[Cell]:
    locked = Verdict.AUTH_REQUIRED
    login = answer(401, "<html>401</html>", server="nginx/1.22.1", www_authenticate='Basic realm="ops"')
    yield _one("7.10.2", "a proxy's login before everything", locked, always(login), _PROXY)
    yield _one("7.10.2", "a proxy's login on / alone", Verdict.PARTLY_OPEN, _but({"/": login}), _PROXY)
    forbidden = answer(403, "<html>403 Forbidden</html>", server="nginx")
    yield _one("7.10.2", "a proxy's 403 to everything", locked, always(forbidden), _PROXY)
    console = {"/api/console/proxy": login}
    yield _one("7.10.2", "a proxy's login before the console", locked, _but(console), _PROXY)
    routes = {"GET /": page(), "POST /internal/search/es": answer(200, {"rawResponse": FOUND}, kbn_name="lab")}
    searching = _BY_VERSION["7.10.2"].stub(routes, doors=())
    for how, refusal in (("login", login), ("redirect to a login", redirect("/login", name=None))):

        def guarded(asked: HttpAsked, refusal: Answer = refusal) -> Answer | WireError | None:
            return refusal if asked.path.startswith("/api/console") else searching(asked)

        state = f"a proxy's {how} before the console, its own searches open"
        yield _one("7.10.2", state, Verdict.PARTLY_OPEN, guarded, _PROXY)
    pages_only = _but_api(login)
    yield _one("7.10.2", "a proxy's login on all but /api", Verdict.PARTLY_OPEN, pages_only, _PROXY)
    cognito = answer(302, "", location="https://acme.auth.eu-west-1.amazoncognito.com/login?client_id=a")
    facts = (
        "AWS documentation, “Configuring Amazon Cognito authentication for OpenSearch Dashboards”: a redirect to it."
    )
    managed = Manner("kibana", path="/_plugin/kibana")
    yield _one("7.10.2", "AWS-managed, behind Cognito", locked, always(cognito), facts, manner=managed)
    form = answer(200, "<form><input type='password'></form>", content_type="text/html")
    yield _one("7.10.2", states.LOGIN_PAGE, locked, always(form), _LOGINS)
    away = answer(302, "", location="https://login.example/oauth2/authorize?client_id=kb")
    yield _one("8.12.2", "open, behind a redirect to an OpenID provider", locked, always(away), _LOGINS)
    for host in LOGIN_LIKE_HOSTS:
        state = f"everything redirected to https on a host called {host}"
        yield _one("7.10.2", state, Verdict.OTHER_SERVICE, moved_to(host), _PROXY)
    front_door = always(answer(302, "", location="https://login.example/"))
    yield _one("7.10.2", "open, behind a redirect to the front page of a login host", locked, front_door, _LOGINS)
    shown = answer(403, "<html><title>Sign In</title><form></form></html>", content_type="text/html")
    yield _one("8.12.2", "open, behind oauth2-proxy's sign-in page", locked, always(shown), _LOGINS)
    dead = answer(502, "<html><title>502 Bad Gateway</title></html>", server="nginx")
    yield _one("7.10.2", "a proxy before a dead Kibana", Verdict.INCONCLUSIVE, always(dead), _PROXY)

    def unnamed(asked: HttpAsked) -> Answer | WireError | None:
        said = _OPEN_7(asked)
        assert isinstance(said, Answer)
        return Answer(said.status, tuple(pair for pair in said.headers if pair[0] != "kbn-name"), said.body)

    state = "open, a proxy takes its name away"
    yield _one("7.10.2", state, Verdict.INCONCLUSIVE, unnamed, _PROXY, readable=True)
    over = web(_OPEN_7, tls=True)
    yield scripted(KIBANA, "7.10.2", "open, TLS by a proxy", Verdict.OPEN, over, manner=ASKED, source=_PROXY)
    packed = web(compressed(_OPEN_7))
    state = "open, a proxy that compresses for everyone"
    yield scripted(KIBANA, "7.10.2", state, Verdict.OPEN, packed, manner=ASKED, source=_PROXY)
    both = either(web(same_place), over)
    state = "open, TLS, and plain HTTP is redirected to https on the same port"
    yield scripted(KIBANA, "7.10.2", state, Verdict.OPEN, both, manner=ASKED, source=_PROXY)
    wanted = web(lambda _: answer(400, "<center>No required SSL certificate was sent</center>"), tls=True)
    state = "TLS by nginx that wants a client certificate"
    yield scripted(KIBANA, "7.10.2", state, Verdict.CLIENT_CERT_REQUIRED, wanted, manner=ASKED, source=_PROXY)


def _but(guarded: Mapping[str, Answer]) -> WebScript:
    return lambda asked: guarded.get(asked.path.partition("?")[0]) or _OPEN_7(asked)


def _but_api(refusal: Answer) -> WebScript:
    return lambda asked: _OPEN_7(asked) if asked.path.startswith("/api/") else refusal


def _roles() -> Iterator[Cell]:
    role = Verdict.ANONYMOUS_ROLE
    for version in ("6.2.3", "7.10.2", "8.12.2"):
        release = _BY_VERSION[version]
        forbidden = refused(403, "action [indices:monitor/stats] is unauthorized for user [_anonymous]")
        hidden = {**dict.fromkeys(OPEN, forbidden), "/_search": OPEN["/_search"]}
        state = "before an Elasticsearch that lets strangers read one index"
        yield _one(version, state, role, release.stub({"GET /": page()}, hidden), _ROLES, readable=True)
    below = refused(401, "action [indices:monitor/stats] requires authentication")
    hidden = {**dict.fromkeys(OPEN, below), "/_search": OPEN["/_search"]}
    script = _BY_VERSION["7.10.2"].stub({"GET /": page()}, hidden)
    state = "before an Elasticsearch that lets strangers read one index, and says 401"
    yield _one("7.10.2", state, role, script, _ROLES, readable=True)
    who = answer(200, {"username": "_anonymous", "roles": ["superuser"]}, kbn_name="lab")
    rights = {"cluster": ["all"], "indices": [{"names": ["*"], "privileges": ["all"]}]}
    all_powerful = {
        **OPEN,
        "/_security/_authenticate": who,
        "/_security/user/_privileges": answer(200, rights, kbn_name="lab"),
        "/people/_search": answer(200, FOUND, kbn_name="lab"),
    }
    script = _BY_VERSION["8.12.2"].stub({"GET /": page()}, all_powerful)
    state = "before an Elasticsearch that lets strangers do everything"
    yield _one("8.12.2", state, Verdict.OPEN, script, _ROLES)
    reason = "action [cluster:monitor/main] is unauthorized for API key id [VuaCfGcBCdbkQm-e5aOx] of user [kibana]"
    script = _BY_VERSION["8.12.2"].stub({"GET /": page()}, dict.fromkeys(OPEN, refused(403, reason)))
    state = "a proxy before its Elasticsearch logs every stranger in by an API key"
    yield _one("8.12.2", state, role, script, LENT, readable=True)
    said = no_permissions("opendistro_security_anonymous", "opendistro_security_anonymous_backendrole")
    refusal = Answer(said.status, (*said.headers, ("kbn-name", "lab")), said.body)
    script = _BY_VERSION["7.10.2"].stub({"GET /": page()}, dict.fromkeys(OPEN, refusal))
    state = "before an Open Distro whose anonymous user may read one index"
    yield _one("7.10.2", state, role, script, _ROLES, readable=True)


def _lent() -> Iterator[Cell]:
    facts = (
        "nginx documentation, `proxy_set_header Authorization`: a front that logs every stranger in as a user of its "
        "own."
    )
    who, front = {"username": "viewer", "roles": ["viewer"]}, {"GET /": page()}
    for version in ("7.10.2", "8.12.2"):
        told = {**OPEN, "/_security/_authenticate": answer(200, who, kbn_name="lab")}
        script = _BY_VERSION[version].stub(front, told)
        state = "a proxy logs every stranger in as a viewer"
        yield _one(version, state, Verdict.ANONYMOUS_ROLE, script, facts, readable=True)
    facts = (
        "Sources of security-dashboards-plugin when it was Kibana's (basic_auth.ts): with `anonymous_auth_enabled` "
        "`/` leads to the login page all the same. That the page names the setting is taken from its successor."
    )
    settings = "{&quot;auth&quot;:{&quot;anonymous_auth_enabled&quot;:true}}"
    button = page(f'<kbn-injected-metadata data="{settings}">')
    walled = {"GET /": redirect("/app/login?"), "GET /app/login": button}
    script = _BY_VERSION["7.10.2"].stub(walled, otherwise=own(401))
    state = "secured by Open Distro, guests are invited beside the login"
    yield _one("7.10.2", state, Verdict.ANONYMOUS_ROLE, script, facts, readable=True)


def _unwell() -> Iterator[Cell]:
    doubt, front = Verdict.INCONCLUSIVE, {"GET /": page()}
    for version in ("4.6.4", "6.2.3", "7.10.2", "8.12.2"):
        release = _BY_VERSION[version]
        gone = own(502, "connect ECONNREFUSED 192.0.2.20:9200")
        script = release.stub(front, handed=dict.fromkeys(OPEN, gone))
        yield _one(version, "its Elasticsearch is gone", doubt, script, _DEGRADED)
    release = _BY_VERSION["7.10.2"]
    masterless = refused(503, "blocked by: [SERVICE_UNAVAILABLE/2/no master];")
    script = release.stub(front, dict.fromkeys(OPEN, masterless))
    yield _one("7.10.2", "its Elasticsearch has no master", doubt, script, _DEGRADED)
    hanging = WireError(Reach.BROKE_OFF, "not a word")
    script = release.stub(front, handed=dict.fromkeys(OPEN, hanging))
    swift = Manner("kibana", seconds=0.3)
    yield _one("7.10.2", "its Elasticsearch hangs", doubt, script, _DEGRADED, manner=swift)
    branded = answer(503, "ACME Search server is not ready yet")
    yield _one("8.12.2", "not ready, under a vendor's name", doubt, always(branded), _DEGRADED)
    names = {path: OPEN[path] for path in ("/_cat/indices", "/")}
    script = release.stub(front, {**dict.fromkeys(OPEN, refused(403, "no")), **names})
    state = "before an Elasticsearch that lists, and refuses to search"
    yield _one("7.10.2", state, Verdict.METADATA_ONLY, script, _ROLES)


def _others() -> Iterator[Cell]:
    own_words = "Written for this test: a server that is none of the product's, in the manner that every network has."
    other = Verdict.OTHER_SERVICE
    site = answer(200, "<html><h1>Shop</h1></html>", content_type="text/html")
    yield _one(ANY, "a web server", other, always(site), own_words)
    yield _one(ANY, "a web server's 404", other, lambda _: answer(404, "no", server="nginx"), own_words)
    cluster = answer(200, CLUSTER)
    yield _one(ANY, "an open Elasticsearch", other, always(cluster), own_words)
    for version, name in (("7.10.2", "es-7.10.2-open"), ("8.5.0", "es-8.5.0-closed")):
        state = f"Elasticsearch {version}, {'open' if 'open' in name else 'secured'}"
        yield scripted(KIBANA, ANY, state, other, replayed(name), manner=ASKED, source=own_words)
    loop = redirect("/", name=None)
    yield _one(ANY, "redirects without an end", Verdict.INCONCLUSIVE, always(loop), own_words)
