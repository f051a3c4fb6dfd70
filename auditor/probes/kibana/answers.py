"""Reads one reply of Kibana's, or of what stands before or behind it: who is speaking, and what it amounts to. Pure.

Only fixed sentences of ours leave this file, with names, versions and addresses beside them: an error text may quote
anything.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from auditor.probes.elastic.refusal import Refusal, RefusalKind, read_refusal
from auditor.probes.http_signs import names_itself
from auditor.probes.interface import HttpReply
from auditor.probes.json_reply import JsonValue, as_count, as_object, as_text, parse
from auditor.probes.kibana.session import looks_like_login

KIBANA: Final = "Kibana"
DASHBOARDS: Final = "OpenSearch Dashboards"

_READ_BYTES: Final = 64 << 10  # of a page or an error; what tells stands near the beginning
_NOT_READY: Final = re.compile(r"server is not ready yet|license is not available", re.IGNORECASE)
_NOT_SET_UP: Final = re.compile(
    r"(?:opensearch|distro) security not initialized|search ?guard not initialized", re.IGNORECASE
)
_NO_LOGIN_ASKED: Final = re.compile(
    r"must contain (?:an?|the) (?:kbn|osd)-xsrf|exists but is not available with the current configuration"
    r"|missing xsrf token|specify a version via elastic-api-version",
    re.IGNORECASE,
)
_UNREACHED: Final = r"\b(?:ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOTFOUND)\b"
_BACKEND: Final = re.compile(rf"{_UNREACHED}\s+(?:[\w.-]{{1,253}}\s+)?(\[?[\w.:-]{{1,253}}\]?:\d{{1,5}})\b", re.ASCII)
_BACKEND_GONE: Final = re.compile(rf"{_UNREACHED}|no living connections", re.IGNORECASE)
_ERROR_IN_A_TEXT: Final = re.compile(r"Exception\b|no handler found|HTTP method for uri", re.IGNORECASE)
_SECURITY: Final = re.compile(
    r"security_exception|missing authentication (?:credentials|token)|requires authentication|is unauthorized for user",
    re.IGNORECASE,
)
_STATUS_PAGE: Final = re.compile(r"\"status\"\s*:\s*\{\s*\"overall\"\s*:")
_VERSION_IN_STATUS: Final = re.compile(r"\"version\"\s*:\s*(?:\{\s*\"number\"\s*:\s*)?\"([0-9][0-9A-Za-z.+-]{0,31})\"")
_PAGE_OF_KIBANA: Final = re.compile(r"(?:kbn|osd)-injected-metadata|kbnVersion|kibanaLoader", re.IGNORECASE)
_VERSION: Final = re.compile(r"[0-9][0-9A-Za-z.+-]{0,31}")
_VERSION_IN_PAGE: Final = re.compile(
    r"injected-metadata[^>]{0,200}?&quot;version&quot;:&quot;([0-9][0-9A-Za-z.+-]{0,31})&quot;"
)
#: Never Set-Cookie, and of Location nothing: both may carry a session.
_TELLING: Final = frozenset(
    {"kbn-name", "osd-name", "x-app-name", "kbn-version", "www-authenticate", "x-console-proxy-status-code", "server"}
)

_BY_ELASTICSEARCH: Final = frozenset({RefusalKind.LOGIN, RefusalKind.IDENTITY, RefusalKind.NOT_INITIALISED})


class Speaker(StrEnum):
    """Who an answer comes from."""

    KIBANA = "kibana"
    ELASTICSEARCH = "elasticsearch"  # passed on by Kibana
    FRONT = "front"  # a proxy before Kibana, or something that is no Kibana at all


class Said(StrEnum):
    """What an answer amounts to."""

    DATA = "data"  # the question was answered
    PAGE = "page"  # a page for people
    LOGIN = "login"  # 401, or a way to a login page
    FORBIDDEN = "forbidden"  # 403
    BLOCKED = "blocked"  # 403 by a block or a licence, whoever asks
    ABSENT = "absent"  # no such path here
    UNLOCKED = "unlocked"  # refused for its form, which Kibana checks after the login: so none was asked
    NOT_READY = "not_ready"  # starting, without a licence, overloaded, or its Elasticsearch is gone
    NOT_INITIALISED = "not_initialised"  # the security plugin behind it has not been set up
    FAILED = "failed"  # 500
    ODD = "odd"
    SILENT = "silent"  # the talk broke off, or took too long


#: Held off by somebody, whoever that is.
REFUSED: Final = frozenset({Said.LOGIN, Said.FORBIDDEN})


@dataclass(frozen=True, slots=True)
class Named:
    """The product's own words for itself, and the header in which they stood; `licensed`: Kibana with X-Pack."""

    product: str
    label: str
    header: tuple[str, str]
    licensed: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One reply, read.

    `status` is Elasticsearch's own where the console tells it; `sentence` says in our words what happened, and follows
    the name of what was asked; `who` refused, and took us for the user `identity`; `backend` is the address that an
    error text gave away; `headers` are those that mattered; `kind` is what stood in the way, where Kibana passed it on.
    """

    said: Said
    speaker: Speaker
    status: int
    sentence: str = ""
    who: str = ""
    identity: str = ""
    backend: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    kind: RefusalKind | None = None


def named(reply: HttpReply) -> Named | None:
    """How the server names itself: Kibana 4.1 by X-App-Name, later by kbn-name (free text), Dashboards by osd-name."""
    if not names_itself(reply):
        return None
    for header, product in (("osd-name", DASHBOARDS), ("kbn-name", KIBANA), ("x-app-name", KIBANA)):
        label = reply.header(header)
        if label is not None:
            return Named(product, label[:200], (header, label[:200]), reply.header("kbn-license-sig") is not None)
    return None


def version(reply: HttpReply) -> str:
    """The version in the headers (4.6 to 6.x) or in the page's own data attribute; "" where neither tells."""
    told = _VERSION.fullmatch(reply.header("kbn-version") or "")
    found = None if told else _VERSION_IN_PAGE.search(_text(reply))
    return told[0] if told else found[1] if found else ""


def status_version(reply: HttpReply) -> str | None:
    """The version in `/api/status`, wherever its long list may have been cut; None where this is no such page.

    Up to 5.x a text, later an object with a number; "" where it is redacted.
    """
    text = _text(reply)
    if not text.lstrip().startswith("{") or not _STATUS_PAGE.search(text):
        return None
    found = _VERSION_IN_STATUS.search(text)
    return found[1] if found else ""


def looks_like_kibana(reply: HttpReply) -> bool:
    """Whether a reply carries marks of Kibana's, though none that names it: a proxy may have taken that away."""
    if reply.header("kbn-version") is not None or reply.header("kbn-license-sig") is not None:
        return True
    return 200 <= reply.status < 300 and _PAGE_OF_KIBANA.search(_text(reply)) is not None


def read(reply: HttpReply, document: JsonValue, *, understood: bool, path: str = "") -> Reading:
    """What a reply to `path` amounts to.

    `document` is its parsed body, and `understood` says that it answers what was asked.
    """
    status, text = _effective(reply), _text(reply)
    headers = tuple((name, value[:200]) for name, value in reply.headers if name in _TELLING)[:12]
    backend = _BACKEND.search(text[:4096]) if status >= 400 else None
    address = backend[1] if backend else ""
    document, inner = _unwrapped(document)
    if inner is not None and not 200 <= inner < 300:
        status = inner  # Kibana's field list wraps Elasticsearch's 401 in a 404; some consoles wrap errors in a 200
    if understood and 200 <= status < 300:
        return Reading(Said.DATA, Speaker.ELASTICSEARCH, status, "was answered", headers=headers)
    speaker = _speaker(reply, document, text)
    early = _said_in_words(status, text)
    if early is not None:
        return Reading(early[0], speaker, status, early[1], backend=address, headers=headers)
    if speaker is Speaker.KIBANA:
        said, sentence = _said_by_kibana(status, reply)
        return Reading(said, speaker, status, sentence, backend=address, headers=headers)
    refusal = read_refusal(status, reply.headers, reply.body[:_READ_BYTES], document, path=path)
    if refusal is not None and refusal.kind in _BY_ELASTICSEARCH:
        speaker = Speaker.ELASTICSEARCH
    said, sentence = _said_by_another(refusal, status, speaker)
    who = refusal.who if refusal else ""
    if speaker is Speaker.ELASTICSEARCH and refusal is not None and refusal.kind is RefusalKind.FRONT:
        who = "a login"  # passed on by Kibana, so it stands behind it
    identity, kind = (refusal.identity, refusal.kind) if refusal else ("", None)
    return Reading(said, speaker, status, sentence, who, identity, address, headers, kind)


def silence(detail: str) -> Reading:
    """The reading of no answer at all; `detail` is the wire's sentence."""
    return Reading(Said.SILENT, Speaker.FRONT, 0, f"was not answered: {detail[:200]}")


def _effective(reply: HttpReply) -> int:
    behind = reply.header("x-console-proxy-status-code") or ""
    return int(behind) if len(behind) == 3 and behind.isascii() and behind.isdecimal() else reply.status


def _unwrapped(document: JsonValue) -> tuple[JsonValue, int | None]:
    """An error of Elasticsearch's without Kibana's wrapping, and the status that the body tells, if it tells one."""
    body = as_object(document)
    message, told = as_text(body.get("message"), at_most=_READ_BYTES), as_count(body.get("statusCode"))
    attributes = as_object(body.get("attributes"))
    inner, error = as_count(attributes.get("statusCode")), attributes.get("error")
    if told is None:
        return document, as_count(body.get("status")) if "error" in body else None
    # Newer Dashboards quote in their message, as JSON, what OpenSearch answered; with security that is the word alone.
    quoted = parse(message.encode("utf-8", "replace")) if message[:1] in ("{", '"') else None
    if isinstance(quoted, dict) and "error" in quoted:
        return quoted, as_count(quoted.get("status")) or told
    if isinstance(quoted, str) or (isinstance(error, str) and told in (401, 403)):
        return {"error": {"reason": quoted or error}, "status": told}, told
    if isinstance(error, dict) and error:  # what their own searches met
        return {"error": error, "status": inner or told}, inner or told
    if inner is not None or _SECURITY.search(message):
        kind = "security_exception" if _SECURITY.search(message) else ""
        return {"error": {"type": kind, "reason": message}, "status": inner or told}, inner or told
    return document, told


def _speaker(reply: HttpReply, document: JsonValue, text: str) -> Speaker:
    body, marked = as_object(document), named(reply) is not None or reply.header("kbn-version") is not None
    error = body.get("error")
    theirs = _is_of_elasticsearch(error)
    if reply.header("x-console-proxy-status-code") is not None or (theirs and "statusCode" not in body):
        return Speaker.ELASTICSEARCH
    if marked:  # Kibana's own 401 has no WWW-Authenticate; one that it passes on has
        return Speaker.KIBANA if reply.header("www-authenticate") is None else Speaker.ELASTICSEARCH
    return Speaker.KIBANA if _NOT_READY.search(text) or _NO_LOGIN_ASKED.search(text) else Speaker.FRONT


def _is_of_elasticsearch(error: JsonValue) -> bool:
    """Whether an `error` is in Elasticsearch's form: gateways write errors with a status into JSON as well."""
    if isinstance(error, dict):
        return not {"type", "reason", "root_cause"}.isdisjoint(error)
    return isinstance(error, str) and _ERROR_IN_A_TEXT.search(error) is not None  # up to 1.x, and where no path is


def _said_in_words(status: int, text: str) -> tuple[Said, str] | None:
    if status >= 400 and _NOT_READY.search(text):
        return Said.NOT_READY, "is not ready yet, or has no licence yet"
    if status >= 400 and _NOT_SET_UP.search(text):
        return Said.NOT_INITIALISED, "met security that has not been set up"
    if status >= 500 and _BACKEND_GONE.search(text):
        return Said.NOT_READY, "did not reach its Elasticsearch"
    if status in (400, 403) and _NO_LOGIN_ASKED.search(text):
        return Said.UNLOCKED, "was refused for its form, which is checked after the login"
    return None


def _said_by_kibana(status: int, reply: HttpReply) -> tuple[Said, str]:
    match status:
        case 401:
            return Said.LOGIN, "wanted a login"
        case 403:
            return Said.FORBIDDEN, "was forbidden by Kibana itself (403)"
        case 404 | 405 | 410:
            return Said.ABSENT, f"has no such path ({status})"
        case 429 | 502 | 503 | 504:
            return Said.NOT_READY, f"was not to be had just now ({status})"
        case 500:
            return Said.FAILED, "failed (500)"
        case _ if 300 <= status < 400 and looks_like_login((reply.header("location") or "").partition("?")[0]):
            return Said.LOGIN, "led to a login page"
        case _ if 200 <= status < 300 and "html" in (reply.header("content-type") or "").lower():
            return Said.PAGE, "was answered with a page"
    return Said.ODD, f"was answered in a way that fits no known case ({status})"


def _said_by_another(refusal: Refusal | None, status: int, speaker: Speaker) -> tuple[Said, str]:
    if refusal is None:
        return Said.ODD, f"was answered with something else than what was asked ({status})"
    reason = refusal.sentence.rstrip(".")
    told = "" if f"({status})" in reason else f" ({status})"
    behind, sentence = speaker is Speaker.ELASTICSEARCH, f"was not given: {reason[:1].lower()}{reason[1:]}{told}"
    match refusal.kind:
        case RefusalKind.LOGIN | RefusalKind.FRONT:
            return Said.FORBIDDEN if status == 403 and not refusal.who.startswith("an AWS") else Said.LOGIN, sentence
        case RefusalKind.IDENTITY:
            return Said.FORBIDDEN, sentence
        case RefusalKind.BLOCKED:
            return Said.BLOCKED, sentence
        case RefusalKind.NOT_INITIALISED:
            return Said.NOT_INITIALISED, sentence
        case RefusalKind.DEGRADED:
            return Said.FAILED if status == 500 else Said.NOT_READY, sentence
        case RefusalKind.ABSENT:
            return Said.ODD if behind else Said.ABSENT, sentence
        case RefusalKind.NOT_JSON:
            return Said.PAGE, sentence
        case RefusalKind.CERTIFICATE | RefusalKind.WANTS_TLS | RefusalKind.ELSEWHERE | RefusalKind.ERROR:
            return Said.ODD, sentence


def _text(reply: HttpReply) -> str:
    return reply.body[:_READ_BYTES].decode("utf-8", "replace")
