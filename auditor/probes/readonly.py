"""What may be sent over HTTP: GET, and POST only to the few endpoints of Kibana and Dashboards that read.

Neither brings back a document, but for a sample that the user allowed (`http_documents`).

Pure functions on text. They look at a request before its first byte is sent, and a request that they refuse is a
mistake of ours, not something a server did.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from auditor.probes import http_documents
from auditor.probes.interface import WriteRefusedError

#: Visible ASCII without what would start another part of the URL. Anything else must come encoded.
_PATH = re.compile(r"/[!-\"$-~]*")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_DOTTED = re.compile(r"(?:^|/)\.\.?(?:/|$)")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x20-\x7e\x80-\xff\t]*")

#: One encoded parameter: nothing that ends it, nothing that another parser may read as a second one.
_PARAMETER = re.compile(r"(?:[A-Za-z0-9._~*,:/!$'()@-]|%[0-9A-Fa-f]{2})+")
_SEGMENT = re.compile(r"[A-Za-z0-9._~-]+")

_CONSOLE = "/api/console/proxy"
_LOGIN = "/internal/security/login"
_READING_POSTS = ("/internal/search/es", "/elasticsearch/_msearch")

#: Dashboards' form of /internal/search/es: the last word names the search strategy, and this one can only search.
#: To an open Elasticsearch up to 7 or OpenSearch 1 either would write a document, "es" or "opensearch", of the type
#: "search" into the index "internal". So both wait until the target has named itself, this one by Dashboards' own name.
_READING_POST_OF_DASHBOARDS = "/internal/search/opensearch"

#: Kibana up to 6 hands whatever follows these to Elasticsearch: /elasticsearch/internal/search/es writes a document.
_NO_PREFIX = frozenset({"elasticsearch", "es_admin", "api", "internal"})

#: Headers that are the wire's own, that name another method, or that would make us less of a stranger.
_NO_HEADER = frozenset(
    {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "expect",
        "host",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    }
)


def check_path(path: str) -> None:
    """Lets a path through that means the same to every server: absolute, encoded, without empty or dotted segments.

    Raises:
        ValueError: it is not such a path.
    """
    if not _PATH.fullmatch(path):
        raise ValueError(f"not an absolute, encoded path: {path!r:.200}")
    place = unquote(path.partition("?")[0])
    if "//" in place or _DOTTED.search(place):
        raise ValueError(f"a path with empty or dotted segments: {path!r:.200}")
    if _CONTROLS.search(place):
        raise ValueError(f"a path with control characters: {path!r:.200}")


def check_headers(headers: Mapping[str, str]) -> None:
    """Lets headers through that stay one line each, and that leave the request what it is.

    Raises:
        ValueError: a name or a value could not be sent as one header.
        WriteRefusedError: a header that probes may not set.
    """
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not is_header_value(value):
            raise ValueError(f"not a header: {name!r:.80}")
        if name.lower() in _NO_HEADER:
            raise WriteRefusedError(f"the header {name} is not a probe's to set")


def is_header_value(value: str) -> bool:
    """Whether `value` can be sent as one header's."""
    return _VALUE.fullmatch(value) is not None


def check_get(path: str, *, approved: int = 0) -> None:
    """Lets any GET through but one that tells Kibana's console to use another method, or that brings back documents.

    `approved` documents of an index may be asked for where the user allowed it (`Manner.sample`).

    Raises:
        ValueError: as `check_path`.
        WriteRefusedError: `method=` of a console call is not GET, or more documents would come than were approved.
    """
    check_path(path)
    http_documents.check(path, approved=approved)
    place, _, query = path.partition("?")
    if unquote(place).rstrip("/").endswith(_CONSOLE):
        for pair in re.split("[&;]", query):
            name, _, value = pair.partition("=")
            if unquote(name).partition("[")[0].strip().lower() == "method" and value != "GET":
                raise WriteRefusedError(f"a console call with another method than GET: {path[:200]}")


def check_post(
    path: str, body: bytes = b"", *, named: bool, accept_guest_login: bool, dashboards: bool = False, approved: int = 0
) -> None:
    """Lets a POST through to the few endpoints of Kibana that read; a base path or a space may stand before each.

    These are the console (`path=` and `method=GET`), two searches, a third of Dashboards', and the login without a
    secret where the user allows it. `named` says whether the target has named itself Kibana or Dashboards, `dashboards`
    whether it was the latter: to an open Elasticsearch up to 7 each of these requests could write a document.
    `approved` documents of an index may be asked for through the console; a search by a `body` can only count.

    Raises:
        ValueError: as `check_path`.
        WriteRefusedError: the server has not named itself, or the request is not one of these.
    """
    check_path(path)
    if not named:
        raise WriteRefusedError("a POST to a server that has not named itself Kibana or Dashboards")
    place, mark, query = path.partition("?")
    if _below_a_prefix(place, _CONSOLE):
        if not _reads_through_the_console(query):
            raise WriteRefusedError(f"a console call must have exactly path= and method=GET: {path[:200]}")
        if body:
            raise WriteRefusedError(f"a console call with a body: {path[:200]}")
        http_documents.check(path, approved=approved)
        return
    if mark:
        raise WriteRefusedError(f"a POST with a query: {path[:200]}")
    tails = (
        *_READING_POSTS,
        *((_READING_POST_OF_DASHBOARDS,) if dashboards else ()),
        *((_LOGIN,) if accept_guest_login else ()),
    )
    if not any(_below_a_prefix(place, tail) for tail in tails):
        raise WriteRefusedError(f"a POST that is not on the read allow-list: {path[:200]}")
    if not place.endswith(_LOGIN):
        http_documents.check_body(body)


def _below_a_prefix(place: str, tail: str) -> bool:
    """Whether `place` is `tail` below a plain prefix. Nothing is decoded: an encoded letter has no business here."""
    if not place.endswith(tail):
        return False
    prefix = place.removesuffix(tail)
    if not prefix:
        return True
    if not prefix.startswith("/"):
        return False
    segments = prefix[1:].split("/")
    return all(_SEGMENT.fullmatch(segment) and segment.lower() not in _NO_PREFIX for segment in segments)


def _reads_through_the_console(query: str) -> bool:
    pairs = sorted(query.split("&"))
    if len(pairs) != 2 or pairs[0] != "method=GET" or not pairs[1].startswith("path="):
        return False
    encoded = pairs[1].removeprefix("path=")
    if not _PARAMETER.fullmatch(encoded):
        return False
    inner = unquote(encoded)
    place = unquote(inner.partition("?")[0])
    another_host = place.startswith("//") or "://" in place or "\\" in place  # in the eyes of some parsers
    return not (another_host or _DOTTED.search(place) or _CONTROLS.search(inner) or _CONTROLS.search(place))
