"""The ways in which a web server may say the same in another form: headers, JSON, lists, names, words, places."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from auditor.testing.script import HttpAsked
from tests.matrix.relay import Changes, Forwards, Said
from tests.matrix.unrecorded import place_of

# --- Headers


def _renamed(spell: Callable[[str], str]) -> Changes:
    return lambda _, said: replace(said, headers=tuple((spell(name), value) for name, value in said.headers))


def _added(*more: tuple[str, str]) -> Changes:
    return lambda _, said: replace(said, headers=(*said.headers, *more))


def _served_by(name: str) -> Changes:
    return lambda _, said: replace(said, headers=(("Server", name), *said.without("server")))


_MANY: Final = (
    *(("Via", "1.1 proxy.example (squid/5.7)"), ("X-Cache", "MISS from proxy.example"), ("X-Request-Id", "0f-1")),
    *(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"), ("X-Frame-Options", "DENY")),
    *(("Content-Security-Policy", "default-src 'none'"), ("X-Content-Type-Options", "nosniff"), ("Vary", "Accept")),
    *(("Set-Cookie", "lb=a1; Path=/; HttpOnly"), ("Alt-Svc", 'h3=":443"'), ("X-Powered-By", "Express")),
    *((f"X-Unknown-{number}", "value") for number in range(40)),
)
HEADERS: Final[Mapping[str, Changes]] = {
    "header names in capitals": _renamed(str.upper),
    "header names in small letters": _renamed(str.lower),
    "header names in title case": _renamed(str.title),
    "fifty more headers": _added(*_MANY),
    "cached": _added(("Age", "86399"), ("X-Cache", "HIT"), ("ETag", '"5f-1"'), ("Cache-Control", "public")),
    **{f"served by {name}": _served_by(name) for name in ("nginx/1.27.3", "envoy", "cloudflare", "Microsoft-IIS/10.0")},
}

# --- JSON


def in_json(change: Callable[[Any], Any], write: Callable[[Any], str] = json.dumps) -> Changes:
    """Changes what a body holds, where it holds JSON."""

    def changed(_: HttpAsked, said: Said) -> Said:
        try:
            value = json.loads(said.body)
        except ValueError:
            return said
        return replace(said, body=write(change(value)).encode())

    return changed


def in_bytes(change: Callable[[bytes], bytes]) -> Changes:
    """Changes a body that holds JSON, as bytes."""

    def changed(_: HttpAsked, said: Said) -> Said:
        looks_like_json = said.body.lstrip()[:1] in (b"{", b"[")
        return replace(said, body=change(said.body)) if looks_like_json else said

    return changed


def each(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """The value with each of its objects changed, the innermost first."""
    match value:
        case dict():
            return change({key: each(inner, change) for key, inner in value.items()})
        case list():
            return [each(inner, change) for inner in value]
        case _:
            return value


def _reordered(value: Any) -> Any:
    return each(value, lambda found: dict(reversed(found.items())))


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=4, separators=(" ,", " : "), ensure_ascii=False) + "\r\n"


def _escaped(value: Any) -> str:
    """As Go and PHP write it: slashes and what HTML could take amiss in escapes, and all that is not ASCII."""
    text = json.dumps(value).replace("/", "\\/")
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("'", "\\u0027")


#: Objects whose keys are names of the server's (indices, fields, nodes): an unknown key there would be another name.
def _with_unknown_keys(value: Any) -> Any:
    def add(found: dict[str, Any]) -> dict[str, Any]:
        by_name = found and all(isinstance(inner, dict) for inner in found.values())
        return found if by_name else {**found, "x_unknown": {"a": [1, None]}, "x_other": 1.5}

    return each(value, add)


def _total_otherwise(value: Any) -> Any:
    """`hits.total` as releases before and after 7 have it, the one for the other."""

    def turn(found: dict[str, Any]) -> dict[str, Any]:
        match found:
            case {"total": int(total), "hits": list()}:
                return {**found, "total": {"value": total, "relation": "eq"}}
            case {"total": {"value": int(total), "relation": "eq"}, "hits": list()}:
                return {**found, "total": total}
            case _:
                return found

    return each(value, turn)


def _counts_as_numbers(value: Any) -> Any:
    def turn(found: dict[str, Any]) -> dict[str, Any]:
        return {
            key: int(inner) if isinstance(inner, str) and inner.isdecimal() and "." in key else inner
            for key, inner in found.items()
        }

    return each(value, turn)


JSON: Final[Mapping[str, Changes]] = {
    "JSON keys in reverse": in_json(_reordered),
    "pretty JSON": in_json(lambda value: value, _pretty),
    "JSON in escapes": in_json(lambda value: value, _escaped),
    "unknown keys in every object": in_json(_with_unknown_keys),
    "a byte order mark": in_bytes(lambda body: b"\xef\xbb\xbf" + body),
    "white space around": in_bytes(lambda body: b"\r\n  " + body + b"\n\n"),
    "totals in the other release's form": in_json(_total_otherwise),
    "counts as numbers": in_json(_counts_as_numbers),
    "dates and numbers of another node": in_json(
        lambda value: each(value, lambda found: {**found, "took": 977} if "took" in found else found)
    ),
}

# --- Names of indices


def named(old: str, new: str) -> tuple[Forwards, Changes]:
    """An index under another name, in requests and in replies."""
    inner, twice = quote(new, safe=""), quote(quote(new, safe=""), safe="")
    written, plain = json.dumps(new)[1:-1], json.dumps(old)[1:-1]

    def forward(asked: HttpAsked) -> HttpAsked:
        path = asked.path.replace(twice, old).replace(inner, old)
        return replace(asked, path=path, body=asked.body.replace(written.encode(), plain.encode()))

    def change(_: HttpAsked, said: Said) -> Said:
        if said.body.lstrip()[:1] not in (b"{", b"["):
            return said
        body = said.body.replace(f'"{plain}"'.encode(), f'"{written}"'.encode())
        return replace(said, body=body)

    return forward, change


NAMES: Final = (
    "客户资料-2026",
    "é" * 127,
    "my.people.v1",
    ".ds-people-2026.11.24-000001",
    "100%",
    "a&b=c;d",
    "it's(me)@home!~",
    "x" * 255,
    "people😀",
    "restored-.hidden",
)


def listed(change: Callable[[list[Any]], list[Any]]) -> Changes:
    """Changes the rows of a list of indices."""

    def turn(value: Any) -> Any:
        rows = isinstance(value, list) and all(isinstance(row, dict) and "index" in row for row in value)
        return change(value) if rows else value

    return in_json(turn)


_SHUT: Final = {"health": None, "status": "close", "index": "aaa-shut", "docs.count": None, "pri.store.size": None}


def _three_thousand(rows: list[Any]) -> list[Any]:
    more = [
        {"index": f"log-{number:04}", "status": "open", "docs.count": "7", "pri.store.size": "900"}
        for number in range(3_000)
    ]
    return [*rows, *more] if rows else rows


_LISTS: Final[Mapping[str, Changes]] = {
    "a closed index first": listed(lambda rows: [_SHUT, *rows] if rows else rows),
    "three thousand indices more": listed(_three_thousand),
    "an index twice": listed(lambda rows: [*rows, *rows]),
    "one index": listed(lambda rows: [row for row in rows if row["index"] == "people"] or rows[:1]),
}


def emptied(asked: HttpAsked, said: Said) -> Said:
    """A cluster without an index: nothing listed, nothing mapped, nothing searched."""

    def search(found: dict[str, Any]) -> dict[str, Any]:
        if "hits" not in found or "_shards" not in found:
            return found
        total = found["hits"].get("total") if isinstance(found["hits"], dict) else None
        none = {"value": 0, "relation": "eq"} if isinstance(total, dict) else 0
        return {**found, "_shards": {"total": 0, "successful": 0, "failed": 0}, "hits": {"total": none, "hits": []}}

    place = place_of(asked.path)
    if not 200 <= said.status < 300 or said.header("x-console-proxy-status-code") not in ("", "200"):
        return said
    if place.endswith("_cat/indices"):
        return in_json(lambda value: [] if isinstance(value, list) else value)(asked, said)
    if place.endswith("_mapping"):
        return in_json(lambda value: value if "error" in value else {})(asked, said)
    return in_json(lambda value: each(value, search))(asked, said)


LISTS: Final[Mapping[str, Changes]] = {**_LISTS, "no index": emptied}

# --- Names of users, words of error pages

USERS: Final = ("_es_anonymous_user", "guest", "nobody", "анон")
_ANONYMOUS: Final = re.compile(rb"(?<![A-Za-z])_anonymous(?![A-Za-z_])|\bopendistro_security_anonymous(?!_)")


def called(user: str) -> Changes:
    """The anonymous user under another name."""
    return in_bytes(lambda body: _ANONYMOUS.sub(json.dumps(user)[1:-1].replace("\\", "\\\\").encode(), body))


_PAGES: Final = {
    "German": "<html><head><title>401 Nicht berechtigt</title></head><h1>Zugriff verweigert</h1></html>",
    "Chinese": "<html><title>禁止访问</title><body>您没有权限访问此页面。</body></html>",
    "no": "",
}


def worded(page: str, realm: str) -> Changes:
    """Error pages (not JSON, not of the product's own) in other words, and their realm by another name."""

    def changed(_: HttpAsked, said: Said) -> Said:
        page_of_a_front = said.status in (401, 403, 404, 405, 502) and said.body.lstrip().startswith(b"<")
        if not page_of_a_front:
            return said
        named = [
            (name, f'Basic realm="{realm}"' if name.lower() == "www-authenticate" else value)
            for name, value in said.headers
        ]
        return replace(said, headers=tuple(named), body=page.encode())

    return changed


WORDS: Final[Mapping[str, Changes]] = {
    f"error pages in {language} words": worded(page, realm)
    for (language, page), realm in zip(_PAGES.items(), ("Zona privada", "内部系统", ""), strict=True)
}

# --- Places


def below(prefix: str) -> tuple[Forwards, Changes]:
    """The server under a path of another one, which answers 404 for the rest."""

    def forward(asked: HttpAsked) -> HttpAsked | Said:
        if not asked.path.startswith(f"{prefix}/"):
            return Said(404, (("Content-Type", "text/html"), ("Server", "nginx")), b"<html>404 Not Found</html>")
        return replace(asked, path=asked.path.removeprefix(prefix))

    def change(_: HttpAsked, said: Said) -> Said:
        place = said.header("location")
        return (
            replace(said, headers=(*said.without("location"), ("Location", prefix + place)))
            if place[:1] == "/"
            else said
        )

    return forward, change
