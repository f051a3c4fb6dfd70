"""Tells why a server did not give what was asked, and who refused: the product, or something in front of it.

Only fixed sentences of ours leave this file. Of what a server wrote, nothing but a realm, a user's name and a server's
name is kept, each bounded: the rest of an error might quote anything.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from auditor.probes.json_reply import JsonValue, as_list, as_object, as_text

Headers: TypeAlias = Sequence[tuple[str, str]]

HEADERS_THAT_MATTER: Final = frozenset(
    {"www-authenticate", "x-elastic-product", "x-opensearch-version", "server", "location", "via"}
    | {"kbn-name", "osd-name", "x-app-name", "x-amzn-errortype"}
)


class RefusalKind(StrEnum):
    """What stood in the way."""

    LOGIN = "login"  # the product asks for a login
    IDENTITY = "identity"  # the product gave the stranger an identity, whose rights do not reach so far
    FRONT = "front"  # something before the product asks for a login or forbids
    BLOCKED = "blocked"  # a block on the index or cluster, a closed index, a licence: no matter who asks
    NOT_INITIALISED = "not_initialised"  # the security plugin has not been set up
    DEGRADED = "degraded"  # no master, overloaded, backend gone
    CERTIFICATE = "certificate"  # a TLS client certificate is wanted, said in HTTP
    WANTS_TLS = "wants_tls"  # plain HTTP reached a TLS port
    ABSENT = "absent"  # no such path, handler or index
    ELSEWHERE = "elsewhere"  # a redirect to something that is no login
    NOT_JSON = "not_json"  # answered, but with a page or another text
    ERROR = "error"  # an error that fits no other case, whatever its HTTP status


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal. `who` is in words a reader knows; `identity` is the user that the product named, "" for none."""

    kind: RefusalKind
    sentence: str
    who: str = ""
    identity: str = ""

    @property
    def asks_login(self) -> bool:
        """Whether it holds off a stranger whom nobody has identified."""
        return self.kind in (RefusalKind.LOGIN, RefusalKind.FRONT)


_NOT_INITIALISED = re.compile(
    r"(opensearch security|open ?distro security|search ?guard) not initialized"
    r"|(readonlyrest)_(?:not_ready_yet|failed_to_start)",
    re.IGNORECASE,
)
#: ReadonlyREST's errors, whether it forbids (403) or prompts for a login (401, without a realm): its integration tests.
_READONLYREST = re.compile(r"readonlyrest|\"due_to\"\s*:\s*\[?\s*\"[A-Z_]+\"", re.IGNORECASE)
_NO_HANDLER = re.compile(
    r"no handler found for uri|no feature for name \[|no endpoint or operation is available|must not start with '_'"
    r"|incorrect http method for uri",
    re.IGNORECASE,
)
_LOGIN_PLACE = re.compile(
    r"log-?in|sign-?in|logon|sso\b|saml|oauth|oidc|openid|authori[sz]e|/auth\b|/cas/", re.IGNORECASE
)
_ORIGIN = re.compile(r"^(?:https?:)?//[^/?#]*", re.IGNORECASE)
_LOGIN_PAGE = re.compile(
    r"type\s*=\s*[\"']?password|<title>[^<]{0,80}(log ?in|sign ?in|anmeld|connexion|登录|登入)", re.IGNORECASE
)
_REALM = re.compile(r'realm="([^"]{0,200})"')
# Elasticsearch: "action […] is unauthorized for user [_anonymous]", or, where a front logs every stranger in, for an
# "API key id" or a "service account". OpenSearch and its ancestors: "User [name=…, …]".
_USER = re.compile(
    r"unauthorized for (?:user|(?P<kind>API key id|service account)) \[(?P<elastic>[^\[\]]{1,100})\]"
    r"|\bUser \[name=(?P<other>[^,\[\]]{1,100})[,\]]"
)
_NAMELESS_USER: Final = "a user that it does not name"
# 5 to 9 with `authz_exception: false`; without an anonymous user the wording is "missing authentication …".
_ANONYMOUS_BELOW = re.compile(r"action \[[^\]]{1,200}\] requires authentication")
_MISSING_LOGIN = re.compile(r"missing authentication (token|credentials)|unable to authenticate user", re.IGNORECASE)
_SECURITY_REALMS: Final[Mapping[str, str]] = {
    "security": "Elasticsearch security",
    "shield": "Elasticsearch security (Shield)",
    "opensearch security": "OpenSearch security",
    "open distro security": "Open Distro security",
    "opendistro security": "Open Distro security",
    "search guard": "Search Guard",
    "readonlyrest": "ReadonlyREST",
}
_BLOCKS: Final = ("cluster_block_exception", "index_closed_exception", "ClusterBlockException", "IndexClosedException")
_TIRED: Final = ("circuit_breaking_exception", "es_rejected_execution_exception", "rejected_execution_exception")


def read_refusal(status: int, headers: Headers, body: bytes, document: JsonValue, *, path: str = "") -> Refusal | None:
    """Why this reply gives nothing; None where it is a 2xx with JSON that is no error.

    `status` is the one that counts (behind Kibana's console Elasticsearch's own), `document` the parsed body, `path`
    what was asked. Header names are lower case.
    """
    text = body[:4096].decode("utf-8", "replace")
    front = _front(headers)
    if status >= 400 and ((found := _NOT_INITIALISED.search(text)) or _health_not_initialised(document)):
        who = _SECURITY_REALMS.get((found[1] or found[2]).lower(), "") if found else ""
        return Refusal(RefusalKind.NOT_INITIALISED, "Its security plugin has not been initialised.", who)
    match status:
        case _ if 200 <= status < 300:
            return _in_a_success(text, document, front)
        case _ if 300 <= status < 400:
            return _redirect(headers, front, path)
        case 401 | 407:
            return _login(headers, text, document, front)
        case 403:
            return _forbidden(headers, text, document, front)
        case 429:
            return Refusal(RefusalKind.DEGRADED, "Is overloaded (429).")
        case 501 | 404 | 405 | 410:
            return Refusal(RefusalKind.ABSENT, f"Knows no such path ({status}).")
        case _ if status >= 500:
            return Refusal(RefusalKind.DEGRADED, _degraded(status, document))
        case _:
            return _misunderstood(status, text, document)


def _in_a_success(text: str, document: JsonValue, front: str) -> Refusal | None:
    if isinstance(document, (dict, list)):
        if isinstance(document, dict) and document.get("error"):
            return Refusal(RefusalKind.ERROR, "Answers 200, yet the body is an error.")
        return None
    if _LOGIN_PAGE.search(text):
        return Refusal(RefusalKind.FRONT, "Shows a login page instead of an answer.", f"a login page in front{front}")
    return Refusal(RefusalKind.NOT_JSON, "Answers with something that is not JSON.")


def _redirect(headers: Headers, front: str, path: str) -> Refusal:
    place = next((value for name, value in headers if name == "location"), "")[:2048]
    # The same path elsewhere is a move, to https for one, whatever words the host's name is made of ("auth-es").
    moved = path and (_ORIGIN.sub("", place, count=1) or "/").partition("?")[0] == path.partition("?")[0]
    if not moved and _LOGIN_PLACE.search(place):
        return Refusal(RefusalKind.FRONT, "Redirects to a login.", f"a login in front{front} that redirects")
    return Refusal(RefusalKind.ELSEWHERE, "Redirects elsewhere, which was not followed.")


def _login(headers: Headers, text: str, document: JsonValue, front: str) -> Refusal:
    realm = _realm(headers)
    # None of the products answers with a page; a proxy's realm may well be called "security".
    who = "" if text.lstrip().startswith("<") else _SECURITY_REALMS.get(realm.lower(), "")
    reasons = " ".join(_reasons(document))
    if _ANONYMOUS_BELOW.search(reasons):
        sentence = "Asks for a login where the rights of its anonymous user end."
        return Refusal(RefusalKind.IDENTITY, sentence, who or "Elasticsearch security", "_anonymous")
    if not who and (_MISSING_LOGIN.search(reasons) or "security_exception" in _types(document)):
        who = "Elasticsearch security"
    if not who and _READONLYREST.search(text):
        who = "ReadonlyREST"
    if who:
        return Refusal(RefusalKind.LOGIN, f"Asks for a login: {who}.", who)
    detail = ", ".join(filter(None, (front.strip(" ()"), f'realm "{realm[:60]}"' if realm else "")))
    who = f"a proxy in front ({detail})" if detail else "something in front that answers 401"
    return Refusal(RefusalKind.FRONT, f"Asks for a login: {who}.", who)


def _forbidden(headers: Headers, text: str, document: JsonValue, front: str) -> Refusal:
    types, reasons = _types(document), " ".join(_reasons(document))
    if found := _USER.search(reasons):
        who = "OpenSearch security" if found["other"] else "Elasticsearch security"
        user = f"{found['kind'] or ''} {(found['elastic'] or found['other']).strip()}".lstrip()
        return Refusal(RefusalKind.IDENTITY, f"Refused to the user {user}, whose rights end here.", who, user)
    if any(block in types for block in _BLOCKS) or any(
        "ClusterBlockException" in reason for reason in _reasons(document)
    ):
        return Refusal(RefusalKind.BLOCKED, "A block on the index or the cluster forbids it to everyone.")
    if "license is non-compliant" in reasons:
        return Refusal(RefusalKind.BLOCKED, "An expired licence forbids it to everyone.")
    if "not authorized to perform" in text and ("AWS" in text or "es:ESHttp" in text or "anonymous" in text):
        who = "an AWS access policy"
        return Refusal(RefusalKind.FRONT, "Forbidden to anonymous users by an AWS access policy.", who)
    if _READONLYREST.search(text):
        return Refusal(RefusalKind.LOGIN, "Forbidden by ReadonlyREST.", "ReadonlyREST")
    if "security_exception" in types and "no permissions for" in reasons:
        # Search Guard up to 5 names nobody, yet whom it asks for a login is told so by a 401 (SearchGuardFilter.java).
        sentence = f"Refused to {_NAMELESS_USER}, whose rights end here."
        return Refusal(RefusalKind.IDENTITY, sentence, "OpenSearch security", _NAMELESS_USER)
    if "security_exception" in types:
        return Refusal(RefusalKind.LOGIN, "Forbidden by Elasticsearch security.", "Elasticsearch security")
    return Refusal(RefusalKind.FRONT, "Forbidden (403).", f"something in front that answers 403{front}")


def _misunderstood(status: int, text: str, document: JsonValue) -> Refusal:
    if any(block in _types(document) for block in _BLOCKS):
        return Refusal(RefusalKind.BLOCKED, "The index is closed.")
    if _NO_HANDLER.search(text):
        return Refusal(RefusalKind.ABSENT, f"Knows no such path ({status}).")
    return Refusal(RefusalKind.ERROR, f"Did not take the question ({status}).")


def _degraded(status: int, document: JsonValue) -> str:
    types = _types(document)
    if "master_not_discovered_exception" in types or "cluster_manager_not_discovered_exception" in types:
        return "Has no master node just now."
    if any(tired in types for tired in _TIRED):
        return f"Is overloaded ({status})."
    if any(block in types for block in _BLOCKS):
        return "The cluster is not ready: a block holds everything off."
    return f"Failed ({status})."


def _health_not_initialised(document: JsonValue) -> bool:
    health = as_object(document)
    return health.get("status") == "DOWN" and as_text(health.get("message")).lower() == "not initialized"


def _errors(document: JsonValue) -> Iterator[dict[str, JsonValue]]:
    error = as_object(as_object(document).get("error"))
    yield error
    yield from (as_object(cause) for cause in as_list(error.get("root_cause"))[:4])


def _types(document: JsonValue) -> tuple[str, ...]:
    return tuple(as_text(error.get("type"), at_most=100) for error in _errors(document))


def _reasons(document: JsonValue) -> tuple[str, ...]:
    plain = as_text(as_object(document).get("error"))  # up to 1.x the error is one text
    return (plain, *(as_text(error.get("reason")) for error in _errors(document)))


def _realm(headers: Headers) -> str:
    for name, value in headers:
        if name == "www-authenticate" and (found := _REALM.search(value)):
            return found[1]
    return ""


def _front(headers: Headers) -> str:
    server = next((value for name, value in headers if name == "server"), "")
    found = re.match(r"[A-Za-z][A-Za-z0-9._ -]{0,30}", server)
    return f" ({found[0].strip()})" if found else ""
