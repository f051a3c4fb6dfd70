"""Every request that the Kibana probe can send: the doors through Kibana, and what is asked of Elasticsearch there."""

import re
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from auditor.model.plan import RequestTemplate
from auditor.probes.interface import WriteRefusedError
from auditor.probes.kibana.questions import QUESTIONS, Question
from auditor.probes.readonly import check_path, check_post

PRODUCT: Final = "kibana"

#: The first two are wanted by Kibana and by Dashboards, the third by Kibana 9; none does harm where it is not.
#: Never `kbn-version` or `osd-version`: a wrong one is a 400, on GETs too.
#: The third is wanted on GETs below /internal as well, by 9 and by 8 with `server.restrictInternalApis`: else they are
#: a 400, and an invitation to guests goes unseen. Source: Kibana's lifecycle_handlers.ts; such an 8.12, recorded.
INTERNAL_HEADERS: Final = {"x-elastic-internal-origin": "Kibana"}
POST_HEADERS: Final = {"kbn-xsrf": "true", "osd-xsrf": "true", **INTERNAL_HEADERS}

#: Where managed services put it, on the host and port of the cluster itself.
MANAGED: Final = ("/_plugin/kibana", "/_dashboards")
#: Where Kibana is commonly put below another server's root.
PREFIXES: Final = ("/kibana", "/app/kibana", "/dashboards", "/opensearch-dashboards", *MANAGED)

_PAGE: Final = r"(?:app|login|spaces|s|auth|security|api|internal)(?:[/?#]|$)"
_BELOW_A_PREFIX: Final = re.compile(rf"(/(?!{_PAGE})[^?#]+?)/{_PAGE}")


class Door(StrEnum):
    """A way through Kibana to Elasticsearch. Which ones exist depends on the release."""

    PROXY = "proxy"  # GET /elasticsearch/…, 4.x to 5.4: a read proxy that wants no header
    URI = "uri"  # GET /api/console/proxy?uri=…, 5.0 to 5.3; a POST there would be passed on as a POST
    CONSOLE = "console"  # POST /api/console/proxy?path=…&method=GET, from 5.4 on, and Dashboards

    @property
    def words(self) -> str:
        """The door as a reader knows it."""
        return "through /elasticsearch" if self is Door.PROXY else "through the console"

    def path(self, prefix: str, question: str) -> str:
        """The path that asks Elasticsearch `question` (its own path, already encoded) through this door."""
        match self:
            case Door.PROXY:
                return f"{prefix}/elasticsearch{question}"
            case Door.URI:
                return f"{prefix}/api/console/proxy?uri={quote(question.removeprefix('/') or '/', safe='{}')}"
            case Door.CONSOLE:
                return f"{prefix}/api/console/proxy?path={quote(question, safe='{}')}&method=GET"


def _own(name: str, request: str, when: str, purpose: str) -> RequestTemplate:
    return RequestTemplate(f"kibana-{name}", PRODUCT, request, when, purpose)


LANDING: Final = _own(
    "landing", "GET {prefix}/", "always", "who answers here, and whether it gives strangers a session"
)
REDIRECT: Final = _own(
    "redirect",
    "GET {location}",
    "the page before redirected there, on the same host and port; at most eight times",
    "whether the redirects end in an anonymous session or at a login page",
)
STATUS: Final = _own(
    "status",
    "GET {prefix}/api/status",
    "neither the name nor the version is known yet",
    "name and version only: this page is no proof of anything else",
)
CONSOLE_NAME: Final = _own(
    "console-name",
    "GET {prefix}/api/console/proxy",
    "something in front asked for a login wherever it was asked, so that nobody has named itself",
    "whether a guard forgot the console: it takes POST alone, but answers a GET with its name",
)
BELOW: Final = _own(
    "prefix",
    "GET {prefix}/",
    "what was asked so far met no Kibana: 404, another service, Elasticsearch itself, or a front's refusal",
    "whether Kibana lives below a common path",
)
SEARCH_ROUTE: Final = _own(
    "search-route",
    "POST {prefix}/internal/search/es",
    "the target named itself Kibana, and its console is switched off, stopped or forbidden to us",
    "the same search of size 0, by the way that dashboards take; index names and counts by aggregation",
)
DASHBOARDS_SEARCH_ROUTE: Final = _own(
    "dashboards-search-route",
    "POST {prefix}/internal/search/opensearch",
    "the same, of a target that named itself OpenSearch Dashboards",
    "the same search of size 0, by the way that dashboards take; index names and counts by aggregation",
)
MSEARCH_ROUTE: Final = _own(
    "msearch-route",
    "POST {prefix}/elasticsearch/_msearch",
    "the target named itself Kibana, and /internal/search/es was not answered either",
    "the same search of size 0, by the way of 7.0 to 7.9",
)
FIELDS_ROUTE: Final = _own(
    "fields-route",
    "GET {prefix}/api/index_patterns/_fields_for_wildcard?pattern={index}",
    "no search route was answered either, or the target looks like Kibana while its naming headers are missing",
    "names and types of fields where the console does not tell them (6.2 to 7.10, Dashboards)",
)
ME: Final = _own(
    "me",
    "GET {prefix}/internal/security/me",
    "a session that was given freely was refused the console",
    "whom that session belongs to",
)
LOGIN_STATE: Final = _own(
    "login-state",
    "GET {prefix}/internal/security/login_state",
    "Kibana's own login was asked for (what Dashboards offer stands in their login page)",
    "whether guests are invited: a provider of the type 'anonymous'",
)
GUEST_LOGIN: Final = _own(
    "guest-login",
    "POST {prefix}/internal/security/login",
    "guests are invited, and --accept-guest-login was given",
    "takes the invitation, without a password, to see what guests reach",
)
GUEST_SESSION: Final = _own(
    "guest-session",
    "GET {prefix}/auth/anonymous",
    "the login page of Dashboards invites guests, and --accept-guest-login was given",
    "takes the invitation, without a password, to see what guests reach",
)

OWN: Final = (
    LANDING,
    REDIRECT,
    STATUS,
    CONSOLE_NAME,
    BELOW,
    SEARCH_ROUTE,
    DASHBOARDS_SEARCH_ROUTE,
    MSEARCH_ROUTE,
    FIELDS_ROUTE,
    ME,
    LOGIN_STATE,
    GUEST_LOGIN,
    GUEST_SESSION,
)


def template_id(door: Door, question: Question) -> str:
    """The id of the RequestTemplate for a question asked through a door."""
    return f"kibana-{door.value}-{question.id}"


TEMPLATES: Final[tuple[RequestTemplate, ...]] = OWN + tuple(
    RequestTemplate(
        template_id(door, question),
        PRODUCT,
        f"{'POST' if door is Door.CONSOLE else 'GET'} {door.path('{prefix}', question.path)}",
        question.when,
        question.purpose,
    )
    for door in Door
    for question in QUESTIONS
)


def prefix_of(path: str) -> str:
    """The prefix that the inventory's `path` stands for: without a closing slash, "" for the root."""
    prefix = quote(path.rstrip("/"), safe="/%._~-")
    return prefix if prefix.startswith("/") and is_path(prefix) else ""


def is_path(path: str) -> bool:
    """Whether a path may be sent as it stands."""
    try:
        check_path(path)
    except ValueError:
        return False
    return True


def may_post_below(prefix: str) -> bool:
    """Whether Kibana's reading endpoints below `prefix` are on the wire's allow-list for POST."""
    try:
        check_post(Door.CONSOLE.path(prefix, "/"), named=True, accept_guest_login=False)
    except (ValueError, WriteRefusedError):
        return False
    return True


def prefix_in(location: str) -> str:
    """The base path that an address of Kibana's gives away: `/kibana` of `/kibana/app/home` and of `/kibana/`.

    "" where it has none.
    """
    found = _BELOW_A_PREFIX.match(location)
    prefix = found[1] if found else location.rstrip("/") if location.endswith("/") and "?" not in location else ""
    return prefix if prefix.startswith("/") and is_path(prefix) else ""


def quoted(text: str) -> str:
    """A text as the value of one parameter."""
    return quote(text, safe="*")
