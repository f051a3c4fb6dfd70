"""Elasticsearch and OpenSearch behind the product's own security, or a plugin's: closed, half open, not set up."""

from collections.abc import Iterator, Mapping

from auditor.model.outcome import Verdict
from auditor.testing.script import Answer, answer
from tests.matrix import states
from tests.matrix.cell import ELASTICSEARCH, OPENSEARCH, Cell, scripted
from tests.matrix.elasticsearch import ASKED, AUTHENTICATE
from tests.matrix.stage import web
from tests.probes.elasticsearch_servers import (
    LISTING,
    MAPPING,
    NO_HANDLER,
    OPEN,
    OPENSEARCH_TAGLINE,
    ROOT,
    SEARCH,
    error,
    found,
    greeting,
    listing,
    mapping,
    script,
)

_SHIELD = (
    'Shield documentation 1.3 and 2.4, and captured 401s in public write-ups: `Basic realm="shield"`, “missing '
    "authentication token for REST request”; in 1.x the error is one text."
)
_X_PACK_5 = "X-Pack 5.6 documentation, “Setting up Security”; wording and realm as measured on 6.8."
_SEARCH_GUARD = (
    "Search Guard's sources (BasicAuthenticator, the REST filter, User.ANONYMOUS): 401 “Unauthorized” with `Basic "
    'realm="Search Guard"`; 503 “Search Guard not initialized (SG11)”; strangers are `sg_anonymous`, refused with '
    "403 “no permissions for … and User [name=sg_anonymous, …]”."
)
_OPEN_DISTRO = (
    "Open Distro's security plugin, the ancestor of OpenSearch's (opendistro-for-elasticsearch/security): the same "
    "answers as measured on OpenSearch 2.19, under its own name and below /_opendistro/_security."
)
LENT = (
    "The refusals of Elasticsearch's AuthorizationService (elastic/elasticsearch): besides “for user […]” they name "
    "an “API key id […] of user […]” or a “service account […]”; a front that sends such a key logs every stranger in."
)
_OLD_SEARCH_GUARD = (
    "SearchGuardFilter.java of Search Guard 2 and 5 (floragunncom/search-guard): “no permissions for ACTION” and 403, "
    "without a user's name, to whoever is logged in, its anonymous user included; strangers without one get a 401."
)
_ROR = (
    "ReadonlyREST's integration tests (sscarduzio/elasticsearch-readonlyrest-plugin): 403 `forbidden_response` with "
    "`due_to: OPERATION_NOT_ALLOWED`, 401 with prompt_for_basic_auth, READONLYREST_NOT_READY_YET and "
    "READONLYREST_FAILED_TO_START while nobody can say who may read."
)
_ANONYMOUS = (
    "Measured on 6.8 to 9.5: refused questions name the user, `_search`, `_mapping` and who-am-I answer; up to 5 the "
    "user is called `_es_anonymous_user` (X-Pack documentation, “Enabling Anonymous Access”)."
)
_OS_ANONYMOUS = (
    "Measured on OpenSearch 2.19: only authinfo tells that strangers are `opendistro_security_anonymous`; 1.3 and "
    "Open Distro have the same code."
)


def cells() -> Iterator[Cell]:
    """One plugin after the other."""
    yield from _logins()
    yield from _uninitialised()
    yield from _identities()
    yield from _unnamed_identities()
    yield from _readonlyrest()


def _one(
    version: str,
    state: str,
    verdict: Verdict,
    replies: Mapping[str, Answer],
    rest: Answer,
    *,
    source: str,
    product: str = ELASTICSEARCH,
    readable: bool = False,
) -> Cell:
    serve = web(script(replies, rest=rest))
    return scripted(product, version, state, verdict, serve, manner=ASKED, source=source, readable=readable)


def challenge(realm: str, body: str | dict[str, object] = "Unauthorized") -> Answer:
    """A 401 that names a realm."""
    return answer(401, body, www_authenticate=f'Basic realm="{realm}"')


def _missing_token(realm: str) -> Answer:
    body = error("security_exception", "missing authentication token for REST request [/]", 401).body
    challenges = (("www-authenticate", f'Basic realm="{realm}" charset="UTF-8"'),)
    return Answer(401, (*challenges, ("content-type", "application/json; charset=UTF-8")), body)


def _logins() -> Iterator[Cell]:
    closed = Verdict.AUTH_REQUIRED
    one_text = {"error": "AuthenticationException[missing authentication token for REST request [/]]", "status": 401}
    yield _one("1.7.6", "secured by Shield", closed, {}, challenge("shield", {**one_text}), source=_SHIELD)
    yield _one("2.4.6", "secured by Shield", closed, {}, _missing_token("shield"), source=_SHIELD)
    yield _one("5.6.16", "secured by X-Pack", closed, {}, _missing_token("security"), source=_X_PACK_5)
    for version in ("2.4.6", "5.6.16", "6.8.23", "7.10.2"):
        yield _one(version, "secured by Search Guard", closed, {}, challenge("Search Guard"), source=_SEARCH_GUARD)
    realm = challenge("Open Distro Security")
    yield _one("7.10.2", "secured by Open Distro", closed, {}, realm, source=_OPEN_DISTRO)
    saml = answer(
        401, "", www_authenticate='X-Security-IdP realm="Open Distro Security" location="https://idp.example"'
    )
    yield _one("7.10.2", "secured by Open Distro with SAML", closed, {}, saml, source=_OPEN_DISTRO)
    realm = challenge("OpenSearch Security")
    yield _one("1.3.20", states.SECURED, closed, {}, realm, source=_OS_ANONYMOUS, product=OPENSEARCH)


def _uninitialised() -> Iterator[Cell]:
    for version, who, text in (
        ("2.4.6", "Search Guard", "Search Guard not initialized (SG11)"),
        (
            "7.10.2",
            "Search Guard",
            "Search Guard not initialized (SG11). See https://docs.search-guard.com/latest/sgctl",
        ),
        ("7.10.2", "Open Distro", "Open Distro Security not initialized."),
    ):
        said = answer(503, text, content_type="text/plain; charset=UTF-8")
        source = _SEARCH_GUARD if who == "Search Guard" else _OPEN_DISTRO
        yield _one(version, f"{who} not initialised", Verdict.NOT_INITIALISED, {}, said, source=source)
    said = answer(503, "OpenSearch Security not initialized.", content_type="text/plain; charset=UTF-8")
    down = answer(503, {"message": "Not initialized", "mode": "strict", "status": "DOWN"})
    replies = {"/_plugins/_security/health": down}
    for version in ("1.3.20", "3.4.0"):
        state, verdict = states.UNINITIALISED, Verdict.NOT_INITIALISED
        yield _one(version, state, verdict, replies, said, source=_OS_ANONYMOUS, product=OPENSEARCH)


def _may_not(user: str) -> Answer:
    return error("security_exception", f"action [cluster:monitor/main] is unauthorized for user [{user}]", 403)


def no_permissions(user: str, role: str) -> Answer:
    """How OpenSearch and its ancestors refuse a user."""
    reason = f"no permissions for [indices:monitor/settings/get] and User [name={user}, backend_roles=[{role}]]"
    return error("security_exception", reason, 403)


def _identities() -> Iterator[Cell]:
    role = Verdict.ANONYMOUS_ROLE
    reads = {
        MAPPING: answer(200, mapping("people")),
        SEARCH: answer(200, found(2)),
        "/people/_search": answer(200, found(2)),
    }
    who = answer(200, {"username": "_es_anonymous_user", "roles": ["guest"]})
    five = {**reads, "/_xpack/security/_authenticate": who}
    refusal = _may_not("_es_anonymous_user")
    yield _one("5.6.16", states.ANONYMOUS, role, five, refusal, source=_ANONYMOUS, readable=True)
    state = "strangers are a user without any right"
    for version in ("6.8.23", "8.5.0", "9.5.3"):
        yield _one(version, state, role, {}, _may_not("_anonymous"), source=_ANONYMOUS)
    below = error("security_exception", "action [cluster:monitor/main] requires authentication", 401)
    eight = {**reads, AUTHENTICATE: answer(200, {"username": "_anonymous", "roles": ["guest"]})}
    yield _one("9.5.3", states.ANONYMOUS_401, role, eight, below, source=_ANONYMOUS, readable=True)
    monitor = {
        ROOT: answer(200, greeting("8.5.0")),
        LISTING: answer(200, listing(people=2)),
        AUTHENTICATE: eight[AUTHENTICATE],
    }
    state = "strangers are a user who may monitor, not read"
    yield _one("8.5.0", state, role, monitor, _may_not("_anonymous"), source=_ANONYMOUS)
    refusal = no_permissions("sg_anonymous", "sg_anonymous_backendrole")
    state = "strangers are Search Guard's anonymous user"
    yield _one("6.8.23", state, role, {}, refusal, source=_SEARCH_GUARD, readable=True)
    state = "strangers are Open Distro's anonymous user"
    user, backend = "opendistro_security_anonymous", "opendistro_security_anonymous_backendrole"
    info = answer(200, {"user": f"User [name={user}, roles=[]]", "user_name": user, "roles": ["guest"]})
    distro = {"/_plugins/_security/authinfo": NO_HANDLER, "/_opendistro/_security/authinfo": info}
    yield _one("7.10.2", state, role, distro, no_permissions(user, backend), source=_OPEN_DISTRO, readable=True)
    info = answer(200, {"user_name": user, "roles": ["own_index", "guest"], "backend_roles": [backend]})
    newer = {"/_plugins/_security/authinfo": info}
    refusal = no_permissions(user, backend)
    yield _one(
        "1.3.20", states.ANONYMOUS, role, newer, refusal, source=_OS_ANONYMOUS, product=OPENSEARCH, readable=True
    )
    rooted = answer(200, greeting("1.3.20", tagline=OPENSEARCH_TAGLINE, version={"distribution": "opensearch"}))
    info = answer(200, {"user_name": user, "roles": ["all_access"], "backend_roles": [backend]})
    everything = {**OPEN, ROOT: rooted, "/_plugins/_security/authinfo": info, AUTHENTICATE: NO_HANDLER}
    state = states.ANONYMOUS_ALL
    yield _one(
        "1.3.20", state, Verdict.OPEN, everything, NO_HANDLER, source=_OS_ANONYMOUS, product=OPENSEARCH, readable=True
    )


def _unnamed_identities() -> Iterator[Cell]:
    role = Verdict.ANONYMOUS_ROLE
    for version, whom in (
        ("7.10.2", "API key id [VuaCfGcBCdbkQm-e5aOx] of user [elastic]"),
        ("8.5.0", "API key id [VuaCfGcBCdbkQm-e5aOx] of user [elastic], this action is granted by […]"),
        ("8.5.0", "service account [elastic/fleet-server], this action is granted by […]"),
    ):
        refusal = error("security_exception", f"action [cluster:monitor/main] is unauthorized for {whom}", 403)
        kind = "an API key" if whom.startswith("API key") else "a service account"
        state = f"a proxy logs every stranger in by {kind}"
        yield _one(version, state, role, {}, refusal, source=LENT, readable=True)
    for version in ("2.4.6", "5.6.16"):
        refusal = error("security_exception", "no permissions for cluster:monitor/main", 403)
        state = "strangers are Search Guard's anonymous user"
        yield _one(version, state, role, {}, refusal, source=_OLD_SEARCH_GUARD, readable=True)


def _readonlyrest() -> Iterator[Cell]:
    def refusal(status: int, due_to: str, reason: str = "forbidden") -> Answer:
        said = {"type": "forbidden_response", "reason": reason, "due_to": due_to}
        body = {"error": {"root_cause": [said], **said}, "status": status}
        more = {"www_authenticate": "Basic"} if status == 401 else {}
        return answer(status, body, **more)

    closed, waiting = Verdict.AUTH_REQUIRED, Verdict.NOT_INITIALISED
    forbidden = refusal(403, "OPERATION_NOT_ALLOWED")
    state = "secured by ReadonlyREST"
    yield _one("6.8.23", state, closed, {}, forbidden, source=_ROR)
    named = refusal(403, "OPERATION_NOT_ALLOWED", "Forbidden by ReadonlyREST")
    yield _one("8.5.0", state, closed, {}, named, source=_ROR)
    prompting = refusal(401, "OPERATION_NOT_ALLOWED")
    yield _one("7.10.2", f"{state}, which prompts for a login", closed, {}, prompting, source=_ROR)
    for version, status, cause in (
        ("7.10.2", 403, "READONLYREST_NOT_READY_YET"),
        ("8.5.0", 503, "READONLYREST_NOT_READY_YET"),
        ("8.5.0", 403, "READONLYREST_FAILED_TO_START"),
    ):
        said = refusal(status, cause, "Forbidden by ReadonlyREST")
        state = "ReadonlyREST failed to start" if "FAILED" in cause else f"ReadonlyREST not ready yet ({status})"
        yield _one(version, state, waiting, {}, said, source=_ROR)
    some = {place: OPEN[place] for place in (LISTING, MAPPING, SEARCH)}
    state = "ReadonlyREST lets everyone read some indices"
    yield _one("7.10.2", state, Verdict.PARTLY_OPEN, some, forbidden, source=_ROR, readable=True)
