"""Gateways, clouds and firewalls before Elasticsearch, each in its own words, and fronts with an allow-list."""

from collections.abc import Iterator
from typing import Final

from auditor.model.outcome import Verdict
from auditor.testing.script import Answer, HttpAsked, answer
from tests.matrix.cell import ANY, ELASTICSEARCH, LOOK_ALIKES, Cell, scripted
from tests.matrix.elasticsearch import ASKED
from tests.matrix.elasticsearch_fronts import OPEN_ONE, VERSION, guard
from tests.matrix.stage import always, web
from tests.probes.elasticsearch_servers import (
    LISTING,
    MAPPING,
    NO_HANDLER,
    OPEN,
    PROXY_FORBIDS,
    ROOT,
    SEARCH,
    error,
    found,
    greeting,
    script,
)
from tests.probes.loopback import WebScript

_ENVOY = "Envoy's and its filters' own texts (envoyproxy/envoy): `RBAC: access denied`, `Jwt is missing`, `upstream …`."
_WEB = (
    "The default pages and texts of Traefik, Caddy, IIS and HTTP.sys, AWS ALB and Cloudflare, by their documentation "
    "and captured replies in public issue threads."
)
_CLOUD = (
    'The proxy of Elastic Cloud: `{"ok":false,"message":"Unknown resource."}` with 404, “Unknown cluster.”, and '
    "503 without healthy instances, as quoted in public issue threads."
)
_HOSTED = "Hosted search (Bonsai, SearchBox, Logz.io): 401s in their own JSON or text, as quoted in public threads."
_LIST = "Written for this test: a front with an allow-list in the manner of the nginx recipes for public search."
_PAGES = "Written for this test: a page of another product on Elasticsearch's port, the same for every path."
_HTML: Final = "text/html; charset=utf-8"
NGINX_404: Final = answer(404, "<html><title>404 Not Found</title></html>", server="nginx", content_type=_HTML)


def cells() -> Iterator[Cell]:
    """What they refuse, what they let through, and pages of others."""
    for state, verdict, said, source in _refusals():
        yield _one(state, verdict, always(said), source)
    yield from _allow_lists()
    yield from _odd_answers()
    for product in ("Cerebro", "Graylog Web Interface", "elasticsearch-head", "kopf", "Grafana"):
        page = always(answer(200, f"<!DOCTYPE html><title>{product}</title>", content_type=_HTML))
        yield _of_another(f"a page of {product}", page)
    for state, body in (("an empty list", "[]"), ("an empty object", "{}"), ("null", "null"), ("nothing", "")):
        page = always(answer(200, body, content_type="application/json"))
        yield _of_another(f"{state} for every path", page)
    hits = always(answer(200, {"took": 1, "hits": {"total": 0, "hits": []}}))
    yield _of_another("the hits of another search engine for every path", hits)


def _of_another(state: str, page: WebScript) -> Cell:
    return scripted(LOOK_ALIKES, ANY, state, Verdict.OTHER_SERVICE, web(page), manner=ASKED, source=_PAGES)


def _one(state: str, verdict: Verdict, front: WebScript, source: str) -> Cell:
    return scripted(ELASTICSEARCH, VERSION, state, verdict, web(front), manner=ASKED, source=source)


def _refusals() -> Iterator[tuple[str, Verdict, Answer, str]]:
    locked, doubt, other = Verdict.AUTH_REQUIRED, Verdict.INCONCLUSIVE, Verdict.OTHER_SERVICE
    jwt = answer(401, "Jwt is missing", server="envoy", www_authenticate='Bearer realm="http://es.example/"')
    yield "Envoy wants a JWT", locked, jwt, _ENVOY
    yield "Envoy's RBAC denies", locked, answer(403, "RBAC: access denied", server="envoy"), _ENVOY
    gone = answer(503, "upstream connect error or disconnect/reset before headers", server="envoy")
    yield "Envoy before a dead backend", doubt, gone, _ENVOY
    yield "Traefik without a route", other, answer(404, "404 page not found\n", content_type="text/plain"), _WEB
    yield "Traefik before a dead backend", doubt, answer(502, "Bad Gateway"), _WEB
    yield "Caddy without a site", other, answer(200, "", server="Caddy"), _WEB
    iis = answer(401, "<html>401</html>", server="Microsoft-IIS/10.0", www_authenticate="Negotiate")
    yield "IIS wants a Windows login", locked, iis, _WEB
    host = answer(400, "<h2>Bad Request - Invalid Hostname</h2>", server="Microsoft-HTTPAPI/2.0")
    yield "HTTP.sys does not know the host's name", other, host, _WEB
    alb = answer(503, "<title>503 Service Temporarily Unavailable</title>", server="awselb/2.0")
    yield "ALB without a healthy target", doubt, alb, _WEB
    cognito = answer(302, "", server="awselb/2.0", location="https://acme.example/oauth2/authorize?client_id=a")
    yield "ALB that redirects to Cognito", locked, cognito, _WEB
    yield "Cloudflare denies (1020)", locked, answer(403, "error code: 1020", server="cloudflare"), _WEB
    yield "Cloudflare before a dead backend", doubt, answer(522, "error code: 522", server="cloudflare"), _WEB
    access = answer(302, "", server="cloudflare", location="https://acme.cloudflareaccess.com/cdn-cgi/access/login/es")
    yield "Cloudflare Access", locked, access, _WEB
    yield "a gateway's 429 to everything", doubt, answer(429, "Too Many Requests"), _WEB
    unknown = answer(404, {"ok": False, "message": "Unknown resource."}, x_cloud_request_id="a")
    yield "Elastic Cloud, of a name that it does not know", other, unknown, _CLOUD
    sick = answer(503, {"ok": False, "message": "The requested deployment is currently unavailable."})
    yield "Elastic Cloud, unhealthy", doubt, sick, _CLOUD
    yield "Bonsai", locked, answer(401, {"code": 401, "message": "Authentication required"}), _HOSTED
    basic = answer(401, "HTTP Basic: Access denied.\n", www_authenticate='Basic realm="Application"')
    yield "SearchBox", locked, basic, _HOSTED
    yield "Logz.io", locked, answer(401, {"errorCode": "LOGZIO_UNAUTHORIZED"}), _HOSTED


def _allow_lists() -> Iterator[Cell]:
    free, partly, names = Verdict.OPEN, Verdict.PARTLY_OPEN, Verdict.METADATA_ONLY
    blank, page = answer(200, ""), answer(200, "<html>hello</html>", content_type=_HTML)
    for words, refusal, verdict in (
        ("404", NGINX_404, free),
        ("403", PROXY_FORBIDS, partly),
        ("an empty page", blank, free),
        ("a page", page, free),
    ):
        only_search = guard(refusal, lambda path: path != SEARCH)
        yield _one(f"a front lets /_search through, {words} to the rest", verdict, only_search, _LIST)
    yield _one("a page of its owner's at /, the rest open", free, guard(page, lambda path: path == ROOT), _LIST)
    elsewhere = answer(302, "", location="/_plugin/kibana/")
    yield _one("/ redirects to Kibana, the rest open", free, guard(elsewhere, lambda path: path == ROOT), _LIST)
    for words, refusal in (("405", answer(405, "Method Not Allowed")), ("504", answer(504, "Gateway Timeout"))):
        no_search = guard(refusal, lambda path: path == SEARCH)
        yield _one(f"a gateway's {words} to /_search, single indices open", free, no_search, _LIST)
    yield _one("a gateway hangs up on /_search, single indices open", free, _hangs_up, _LIST)
    yield _one("a front lets /_mapping through alone", names, guard(NGINX_404, lambda path: path != MAPPING), _LIST)
    below_cat = guard(NGINX_404, lambda path: not path.startswith("/_cat"))
    yield _one("a front lets /_cat through alone, 404 to the rest", names, below_cat, _LIST)
    firewall = guard(answer(403, "Request blocked"), lambda path: path.startswith("/_"))
    yield _one("a firewall blocks all paths that begin with _, and those alone", names, firewall, _LIST)


def _hangs_up(asked: HttpAsked) -> Answer | None:
    said = None if asked.path.startswith(SEARCH) else OPEN_ONE(asked)
    assert said is None or isinstance(said, Answer)
    return said


def _odd_answers() -> Iterator[Cell]:
    free = Verdict.OPEN
    root = {ROOT: answer(200, greeting(VERSION))}
    text = answer(200, "yellow open people abc 1 1 2 0 10kb 10kb\n", content_type="text/plain")
    yield _one("open, its list in plain text whatever is asked", free, script({**OPEN, **root, LISTING: text}), _LIST)
    for state, total in (("a float", 3.0), ("a text", "3")):
        odd = script({**OPEN, **root, SEARCH: answer(200, found(total))})
        yield _one(f"open, its total is {state}", free, odd, _LIST)
    hurried = script({**OPEN, **root, SEARCH: answer(200, {**found(0), "timed_out": True})})
    yield _one("open, its search timed out with partial results", free, hurried, _LIST)
    no_error = script({**OPEN, **root, SEARCH: answer(200, {**found(3), "error": None})})
    yield _one("open, a gateway adds `error: null`", free, no_error, _LIST)
    wrapped = error("security_exception", "missing authentication credentials", 401)
    always_200 = always(Answer(200, wrapped.headers, wrapped.body))
    yield _one("secured, a gateway turns every status into 200", Verdict.OTHER_SERVICE, always_200, _LIST)
    filtered = {ROOT: root[ROOT], LISTING: answer(200, []), MAPPING: answer(200, {}), SEARCH: answer(200, found(0))}
    empty = script({**filtered, SEARCH: answer(200, found(0, shards=0))}, rest=NO_HANDLER)
    yield _one("open, a view without an index", free, empty, _LIST)
