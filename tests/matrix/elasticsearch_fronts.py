"""Proxies, clouds and TLS before an open Elasticsearch: what they guard, and what they leave open."""

import gzip
from collections.abc import Callable, Iterator
from typing import Final

from auditor.model.outcome import Verdict
from auditor.testing.script import Answer, HttpAsked, answer
from tests.matrix.cell import AWS, ELASTICSEARCH, Cell, Manner, scripted
from tests.matrix.elasticsearch import ASKED, AUTHENTICATE
from tests.matrix.stage import always, either, web
from tests.probes.elasticsearch_servers import (
    LISTING,
    MAPPING,
    OPEN,
    PROXY_FORBIDS,
    PROXY_LOGIN,
    ROOT,
    SEARCH,
    found,
    greeting,
    script,
)
from tests.probes.loopback import WebScript

_PROXY = (
    "Measured on nginx and haproxy before a replayed Elasticsearch 7.10.2: status, realm and page of basic auth and "
    "of a 403; nginx documentation, “ngx_http_auth_basic_module” and `location`."
)
_LOGINS = (
    "Documentation of oauth2-proxy, “Behavior”, and of OpenID Connect: a redirect to the provider, or a sign-in "
    "page, for every path."
)
_TLS_PORT = (
    "Measured on nginx: plain HTTP to a TLS port is a 400 “The plain HTTP request was sent to HTTPS port”, a missing "
    "client certificate a 400 “No required SSL certificate was sent”. nginx documentation, `error_page`: code 497 lets "
    "the owner say anything instead, in a page or by a redirect."
)
_AWS = (
    "AWS documentation, “Identity and Access Management in Amazon OpenSearch Service” and “Troubleshooting”: 403 "
    "“User: anonymous is not authorized to perform”; fine-grained access control asks by Basic; paths that the "
    "service does not support are a 401 “Your request … is not allowed.”"
)
VERSION: Final = "7.10.2"
_EACH: Final = {f"/{name}/_search": answer(200, found(2)) for name in ("people", "products")}
OPEN_ONE: Final = script({**OPEN, **_EACH, ROOT: answer(200, greeting(VERSION))})


def cells() -> Iterator[Cell]:
    """Guards, logins, TLS, prefixes, AWS."""
    yield from _guards()
    yield from _lent()
    yield from _pages()
    yield from _tls()
    yield from _aws()


def guard(refusal: Answer, guarded: Callable[[str], bool], behind: WebScript = OPEN_ONE) -> WebScript:
    """A proxy that refuses the paths for which `guarded` is true."""

    def reply(asked: HttpAsked) -> Answer:
        said = refusal if guarded(asked.path.partition("?")[0]) else behind(asked)
        assert isinstance(said, Answer)
        return said

    return reply


def _one(state: str, verdict: Verdict, front: WebScript, source: str = _PROXY, *, readable: bool | None = None) -> Cell:
    return scripted(ELASTICSEARCH, VERSION, state, verdict, web(front), manner=ASKED, source=source, readable=readable)


def _guards() -> Iterator[Cell]:
    locked, partly, names = Verdict.AUTH_REQUIRED, Verdict.PARTLY_OPEN, Verdict.METADATA_ONLY
    yield _one("a proxy's login before everything", locked, guard(PROXY_LOGIN, lambda _: True))
    yield _one("a proxy's 403 to everything", locked, guard(PROXY_FORBIDS, lambda _: True))
    yield _one("a proxy's login on / alone", partly, guard(PROXY_LOGIN, lambda path: path == "/"))
    all_but_cat = guard(PROXY_LOGIN, lambda path: not path.startswith("/_cat"))
    yield _one("a proxy's login on all but /_cat", names, all_but_cat)
    all_but_search = guard(PROXY_LOGIN, lambda path: not path.endswith("/_search"))
    yield _one("a proxy's login on all but searches", partly, all_but_search)
    yield _one("a proxy's login on /_search alone", partly, guard(PROXY_LOGIN, lambda path: path == SEARCH))
    below = script({**OPEN, **_EACH, "/*/_search": OPEN[SEARCH], "/*/_mapping": OPEN[MAPPING]})
    absent = answer(404, "<html><title>404 Not Found</title></html>", server="nginx", content_type="text/html")
    for how, refusal, guarded in (
        ("login on / and", PROXY_LOGIN, lambda path: path == "/" or path.startswith("/_")),
        ("403 to / and", PROXY_FORBIDS, lambda path: path == "/" or path.startswith("/_")),
        ("404 to", absent, lambda path: path.startswith("/_")),
    ):
        verdict = Verdict.OPEN if refusal is absent else partly
        yield _one(f"a proxy's {how} all paths that begin with _", verdict, guard(refusal, guarded, below))
    searches = guard(PROXY_LOGIN, lambda path: path.endswith("/_search"))
    yield _one("a proxy's login on every search", names, searches)
    dead = answer(502, "<html><title>502 Bad Gateway</title></html>", server="nginx")
    yield _one("a proxy before a dead backend", Verdict.INCONCLUSIVE, always(dead))


def _lent() -> Iterator[Cell]:
    facts = (
        "nginx documentation, `proxy_set_header Authorization`: a front that logs every stranger in as a user of its "
        "own."
    )
    for role, verdict in (("superuser", Verdict.OPEN), ("viewer", Verdict.ANONYMOUS_ROLE)):
        who = answer(200, {"username": "front", "roles": [role]})
        free = script({**OPEN, **_EACH, ROOT: answer(200, greeting(VERSION)), AUTHENTICATE: who})
        yield _one(f"a proxy logs every stranger in as a {role}", verdict, free, facts, readable=True)


def _pages() -> Iterator[Cell]:
    locked = Verdict.AUTH_REQUIRED
    oidc = answer(302, "", location="https://login.example/oauth2/authorize?client_id=es", server="nginx")
    yield _one("a redirect to an OpenID provider", locked, always(oidc), _LOGINS)
    start = answer(302, "", location="/oauth2/start?rd=%2F")
    yield _one("oauth2-proxy that redirects", locked, always(start), _LOGINS)
    page = "<html><title>Sign In</title><form action='/oauth2/start'><button>Sign in</button></form></html>"
    shown = answer(403, page, content_type="text/html")
    yield _one("oauth2-proxy that shows its sign-in page", locked, always(shown), _LOGINS)
    form = answer(200, "<form><input type='password' name='p'></form>", content_type="text/html")
    yield _one("a login page with status 200", locked, always(form), _LOGINS)
    away = answer(301, "", location="https://es.example/")
    yield _one("everything redirected to https", Verdict.INCONCLUSIVE, always(away), readable=True)
    for host in LOGIN_LIKE_HOSTS:
        state = f"everything redirected to https on a host called {host}"
        yield _one(state, Verdict.INCONCLUSIVE, moved_to(host), readable=True)
    front_door = "a redirect to the front page of a login host"
    yield _one(front_door, locked, always(answer(302, "", location="https://login.example/")), _LOGINS)
    yield _one("open, a proxy that compresses for everyone", Verdict.OPEN, compressed(OPEN_ONE), _PROXY)
    below = script({**OPEN, ROOT: answer(200, greeting(VERSION))}, path="/search/es")
    manner = Manner("elasticsearch", path="/search/es/")
    state = "open, below a path of a web server"
    yield scripted(ELASTICSEARCH, VERSION, state, Verdict.OPEN, web(below), manner=manner, source=_PROXY)


def _tls() -> Iterator[Cell]:
    def over(state: str, verdict: Verdict, front: WebScript, source: str = _TLS_PORT) -> Cell:
        return scripted(ELASTICSEARCH, VERSION, state, verdict, web(front, tls=True), manner=ASKED, source=source)

    yield over("open, TLS by a proxy", Verdict.OPEN, OPEN_ONE)
    yield over("TLS by a proxy, and its login", Verdict.AUTH_REQUIRED, guard(PROXY_LOGIN, lambda _: True))
    wanted = answer(400, "<center>No required SSL certificate was sent</center>", server="nginx")
    state = "TLS by nginx that wants a client certificate"
    yield over(state, Verdict.CLIENT_CERT_REQUIRED, always(wanted))
    plain = answer(400, "<center>The plain HTTP request was sent to HTTPS port</center>", server="nginx")
    own_page = answer(400, "<html><h1>Ungültige Anfrage</h1></html>", content_type="text/html")
    for words, said in (
        ("by nginx that answers plain HTTP with a 400", always(plain)),
        ("and a 400 of its owner's own to plain HTTP", always(own_page)),
        ("and plain HTTP is redirected to https on the same port", same_place),
    ):
        both = either(web(said), web(OPEN_ONE, tls=True))
        yield scripted(ELASTICSEARCH, VERSION, f"open, TLS {words}", Verdict.OPEN, both, manner=ASKED, source=_TLS_PORT)
    nobody, doubt = "https on the same port, where nobody speaks TLS", Verdict.INCONCLUSIVE
    yield _one(f"everything redirected to {nobody}", doubt, same_place, _TLS_PORT)


#: Names of machines that hold data, made of words that logins are made of.
LOGIN_LIKE_HOSTS: Final = ("auth-es.corp.example", "login-logs.example", "sso-search.example", "auth")


def compressed(behind: WebScript) -> WebScript:
    """A proxy that packs every body, whatever the client says that it takes."""

    def reply(asked: HttpAsked) -> Answer:
        said = behind(asked)
        assert isinstance(said, Answer)
        return Answer(said.status, (*said.headers, ("content-encoding", "gzip")), gzip.compress(said.body))

    return reply


def moved_to(host: str) -> WebScript:
    """A redirect of every request to https on that host, the path as it was."""
    return lambda asked: answer(301, "", location=f"https://{host}{asked.path}", server="nginx")


def same_place(asked: HttpAsked) -> Answer:
    """A redirect of every request to https, on the host and port that were asked."""
    return answer(307, "", location=f"https://{asked.headers['host']}{asked.path}", server="nginx")


def _aws() -> Iterator[Cell]:
    def one(version: str, state: str, verdict: Verdict, front: WebScript) -> Cell:
        return scripted(AWS, version, state, verdict, web(front), manner=ASKED, source=_AWS)

    locked = Verdict.AUTH_REQUIRED
    refusal = "User: anonymous is not authorized to perform: es:ESHttpGet"
    for version, more in (
        ("Elasticsearch 7.10", ""),
        ("OpenSearch 2", " because no resource-based policy allows the es:ESHttpGet action"),
        ("OpenSearch 2", " with an explicit deny"),
    ):
        said = answer(403, {"Message": f"{refusal}{more}"})
        state = "closed by an explicit deny" if "deny" in more else "closed by its access policy"
        yield one(version, state, locked, always(said))
    fine = answer(401, "Unauthorized", www_authenticate='Basic realm="Authorization Required"')
    yield one("OpenSearch 2", "closed by fine-grained access control", locked, always(fine))
    unsupported = answer(401, {"Message": "Your request: '/_security/_authenticate' is not allowed."})
    rest = dict.fromkeys((AUTHENTICATE, "/_xpack"), unsupported)
    free = script({**OPEN, **rest, ROOT: answer(200, greeting("7.10.2"))}, rest=unsupported)
    yield one("Elasticsearch 7.10", "its access policy lets everyone in", Verdict.OPEN, free)
    names = script(
        {LISTING: OPEN[LISTING]}, rest=answer(403, {"Message": "User: anonymous is not authorized to perform"})
    )
    yield one("Elasticsearch 7.10", "its access policy lets everyone list", Verdict.METADATA_ONLY, names)
