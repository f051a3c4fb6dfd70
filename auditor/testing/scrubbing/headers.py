"""What is kept of headers, cookies, locations and request targets: what decides, without a session or a place."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from auditor.testing.scrubbing.disguise import GONE, HOST, Disguise

COOKIE = "<cookie>"

#: Values that are the product's or the protocol's own.
_KEPT = frozenset(
    {"accept-ranges", "allow", "cache-control", "connection", "content-encoding", "content-length", "content-type"}
    | {"es.index", "es.resource.id", "es.resource.type", "keep-alive", "kbn-version", "retry-after", "server"}
    | {"transfer-encoding", "upgrade", "vary", "x-action", "x-amzn-errortype", "x-app-name"}
    | {"x-console-proxy-status-code", "x-console-proxy-status-text", "x-content-type-options", "x-elastic-product"}
    | {"x-frame-options", "x-ns", "x-opensearch-version", "x-powered-by"}
)
#: What products call themselves by their host's name, unless somebody chose another.
_HOSTS = frozenset({"kbn-name", "osd-name"})
#: Dates, and what is made anew for each answer.
_DROPPED = frozenset(
    {"age", "cf-ray", "date", "etag", "expires", "last-modified", "request-id", "traceparent", "tracestate"}
    | {"x-amz-cf-id", "x-amzn-requestid", "x-amzn-trace-id", "x-correlation-id", "x-opaque-id", "x-request-id"}
    | {"x-trace-id"}
)
_SENT = frozenset(
    {"accept", "content-type", "elastic-api-version", "kbn-version", "kbn-xsrf", "osd-version", "osd-xsrf"}
    | {"x-elastic-internal-origin"}
)
_LONGEST = 500

#: Parameters of our own questions, and of the redirects that products answer with.
_PARAMETERS = frozenset(
    {"allow_no_indices", "bytes", "error_trace", "expand_wildcards", "fields", "filter_path", "format", "h", "human"}
    | {"ignore_unavailable", "include_type_name", "index", "level", "limit", "local", "master_timeout", "method", "msg"}
    | {"next", "nextUrl", "nexturl", "pattern", "per_page", "pretty", "rd", "s", "size", "terminate_after", "text"}
    | {"track_total_hits", "type", "v", "docs", "store", "timeout"}
)
_ATTRIBUTES = ("httponly", "secure", "path", "samesite", "max-age", "partitioned", "priority")
_ENDED = re.compile(r"expires\s*=[^;]*\b19[0-9]{2}\b", re.IGNORECASE)
_CHALLENGE = re.compile(
    r'(?:(?P<name>[A-Za-z][A-Za-z_-]{1,30})\s*=\s*(?P<value>"(?:[^"\\]|\\.)*"|[^\s,"=]+)(?![^\s,])'
    r"|(?P<scheme>^[A-Za-z][A-Za-z-]{1,20}(?=[\s,]|$)|(?<=[\s,])(?:Basic|Bearer|Digest|ApiKey|Negotiate|NTLM)(?=[\s,]|$)))"
    r"\s*(?P<comma>,)?"
)
_TELLING = frozenset({"realm", "algorithm", "charset", "error", "qop", "scope", "stale"})
_SESSION_IN_PATH = re.compile(r";[A-Za-z0-9_]+=[^/;?]*")
_DATE_IN_WARNING = re.compile(r'\s*"[A-Z][a-z]{2}, [^"]*GMT"')


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the recorded server was asked: the names it was known by, its port and its scheme."""

    hosts: frozenset[str] = frozenset()  # lower case
    port: int = 0
    scheme: str = "http"


def sent(headers: tuple[tuple[str, str], ...], hide: Disguise) -> tuple[tuple[str, str], ...]:
    """The headers of a request: those that decide as they are, a session as a placeholder, of others the name."""
    kept = []
    for name, value in headers:
        match name.lower():
            case "cookie":
                kept.append((name, "; ".join(_cookie(pair) for pair in value.split(";"))))
            case known if known in _SENT:
                kept.append((name, hide.text(value, at_most=_LONGEST)))
            case _:
                kept.append((name, GONE))
    return tuple(kept)


def received(headers: tuple[tuple[str, str], ...], hide: Disguise, origin: Origin) -> tuple[tuple[str, str], ...]:
    """The headers of a reply. Of one that nobody here knows only the name stays."""
    return tuple(
        (name, value)
        for name, given in headers
        if name.lower() not in _DROPPED
        for value in (_received(name.lower(), given[: 4 * _LONGEST], hide, origin),)
    )


def location(value: str, hide: Disguise, origin: Origin) -> str:
    """Where a redirect leads: on the same server as a path alone, elsewhere without the host's name."""
    try:
        parts = urlsplit(value.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return GONE
    place = target(parts._replace(scheme="", netloc="", fragment="").geturl(), hide)
    if not host:
        return place
    scheme = parts.scheme or origin.scheme
    own = host in origin.hosts
    if own and scheme == origin.scheme and (port or {"http": 80, "https": 443}.get(scheme)) == origin.port:
        return place or "/"
    # A replay is asked at 127.0.0.1: there that is the server's own host.
    where = f"127.0.0.1{'' if port is None else f':{port}'}" if own else hide.authority(parts.netloc)
    return f"{scheme}://{where}{place}"


def target(text: str, hide: Disguise) -> str:
    """A request's path and query: names stay, but for addresses in them; values of unknown parameters go."""
    path, mark, query = text.partition("?")
    path = "/".join(_piece(_SESSION_IN_PATH.sub("", piece), hide) for piece in path.split("/"))
    return path + mark + "&".join(_parameter(pair, hide) for pair in query.split("&")) if mark else path


def _parameter(pair: str, hide: Disguise) -> str:
    name, equals, value = pair.partition("=")
    if not equals or not value:
        return pair if len(name) < 40 else GONE
    if name in ("path", "uri"):  # Kibana's console: another target in one parameter
        inner = unquote(value)
        hidden = target(inner, hide)
        return pair if hidden == inner else f"{name}={quote(hidden, safe='{}')}"
    known = name in _PARAMETERS or name.startswith("filter_")
    return f"{name}={_piece(value, hide) if known else GONE}"


def _piece(text: str, hide: Disguise) -> str:
    plain = unquote(text)
    hidden = hide.name(plain)
    return text if hidden == plain else quote(hidden, safe=",$*")


def _received(name: str, value: str, hide: Disguise, origin: Origin) -> str:
    match name:
        case "set-cookie":
            return _set_cookie(value)
        case "location":
            return location(value, hide, origin)
        case "www-authenticate" | "proxy-authenticate":
            return _challenge(value, hide)
        case "via":
            return ", ".join(f"{hop.split()[0]} {HOST}" for hop in value.split(",") if hop.strip())
        case "warning":
            return hide.text(_DATE_IN_WARNING.sub("", value), at_most=_LONGEST)
        case "x-ns":
            return hide.namespace(value)
        case _ if name in _HOSTS:
            return HOST
        case _ if name in _KEPT:
            return hide.text(value, at_most=_LONGEST)
        case _:
            return GONE if value else ""


def _cookie(pair: str) -> str:
    name, equals, value = pair.strip().partition("=")
    return f"{name}={COOKIE}" if equals and value else f"{name}{equals}"


def _set_cookie(value: str) -> str:
    first, *attributes = value.split(";")
    kept = [_cookie(first)]
    for attribute in attributes:
        name = attribute.strip().partition("=")[0].strip().lower()
        if name in _ATTRIBUTES:
            kept.append(attribute.strip())
        elif _ENDED.match(attribute.strip()):  # an end in the last century takes the cookie back
            kept.append("Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    return "; ".join(kept)


def _challenge(value: str, hide: Disguise) -> str:
    """A challenge with its schemes and what tells who asks: no nonce, no token."""
    kept, comma = "", ""
    for part in _CHALLENGE.finditer(value):
        if part["scheme"] is not None:
            kept += f"{comma} {part['scheme']}"
        else:
            given = part["value"]
            shown = hide.text(given.strip('"'), at_most=_LONGEST) if part["name"].lower() in _TELLING else GONE
            kept += f'{comma} {part["name"]}="{shown}"' if given[:1] == '"' else f"{comma} {part['name']}={shown}"
        comma = "," if part["comma"] else ""
    return kept.strip()
