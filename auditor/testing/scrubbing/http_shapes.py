"""What may stay of each HTTP answer, by what was asked: the parts that the probes read, and errors. All else goes.

A new question of a probe wants a line in TAILS, or in `elastic_shapes.ELASTIC`; a test says which is missing. An answer
to a path that is not there keeps what greetings, states and errors have.
"""

from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from auditor.testing.scrubbing.disguise import Disguise
from auditor.testing.scrubbing.elastic_shapes import ELASTIC, ERRORS, GREETING, SEARCH, USER, answer
from auditor.testing.scrubbing.shape import GONE, Items, Keys, Rule, constant, name, number, word

_ROUTE: dict[str, Rule] = {
    **dict.fromkeys(("isPartial", "isRunning", "total", "loaded"), number),
    "rawResponse": Keys(ERRORS | SEARCH),
}
_PROVIDER: Rule = Keys({"type": word, "name": name, "usesLoginForm": number, "showInSelector": number})
_LOGIN_STATE: dict[str, Rule] = {
    "allowLogin": number,
    "showLogin": number,
    "showLoginForm": number,
    "layout": word,
    "authType": word,
    "requiresSecureConnection": number,
    "selector": Keys({"enabled": number, "providers": Items(_PROVIDER)}),
}
_FIELD: Rule = Keys(
    {
        "name": name,
        "type": word,
        "esTypes": Items(word),
        "searchable": number,
        "aggregatable": number,
        "subType": Keys({"multi": Keys({"parent": name}), "nested": Keys({"path": name})}),
    }
)
DATABASES: Final[dict[str, Rule]] = {
    "databases": Items(Keys({"name": name, "sizeOnDisk": number, "empty": number})),
    "totalSize": number,
    "ok": number,
}
_TABLE: dict[str, Rule] = {"offset": number, "total_rows": number, "millis": number, "query": constant({})}

#: By the end of the path that was asked, the longest that fits.
TAILS: Final[dict[str, Rule]] = ELASTIC | {
    "security/me": answer(USER),
    "security/login_state": answer(_LOGIN_STATE),
    "security/login": answer({"location": constant("/")}),
    "search/es": answer(_ROUTE),
    "search/opensearch": answer(_ROUTE),
    "_msearch": answer({"took": number, "responses": Items(answer(SEARCH))}),
    "_fields_for_wildcard": answer({"fields": Items(_FIELD), "indices": Items(name)}),
    "listDatabases": answer(DATABASES),
    "_status": answer({"serverStatus": Keys({"version": word, "process": word, "ok": number})}),
    "system.namespaces": answer(_TABLE | {"rows": Items(Keys({"name": name}))}),
    "$cmd": answer(_TABLE | {"rows": Items(Keys(ERRORS | DATABASES | {"n": number, "ok": number}))}),
}
_OTHER: Rule = Keys(GREETING)
#: How the paths of greetings, pages and states end, and what stands for a path in a request's template.
_GREETED: Final = frozenset({"anonymous", "elasticsearch", "status", "{prefix}", "{path}", "{location}"})


def shape_of(target: str) -> Rule:
    """What may stay of the answer to a request target, a question through Kibana's console included."""
    steps = path_of(target)
    if "_settings" in steps[:-1]:
        return TAILS["_settings/*"]
    for length in (2, 1):
        rule = TAILS.get("/".join(steps[-length:])) if len(steps) >= length else None
        if rule is not None:
            return rule
    return _OTHER


def is_known(target: str) -> bool:
    """Whether the answer to a request target has a shape of its own, or is the greeting of a server or a page."""
    steps = path_of(target)
    return shape_of(target) is not _OTHER or not steps or steps[-1] in _GREETED


def path_of(target: str) -> tuple[str, ...]:
    """The steps of the path that was asked, decoded; through Kibana's console those of the path behind it."""
    parts = urlsplit("http://server/" + target.lstrip("/"))
    if parts.path.endswith("/api/console/proxy"):
        inner = next((value for door, value in parse_qsl(parts.query) if door in ("path", "uri")), "")
        parts = urlsplit("http://server/" + inner.lstrip("/"))
    return tuple(unquote(step) for step in parts.path.split("/") if step)


def keep(document: Any, *, target: str, status: int, hide: Disguise) -> Any:
    """What stays of a JSON answer. Errors are errors whatever the status; a honeypot greets whatever it is asked."""
    is_other = isinstance(document, dict) and (
        status >= 300 or bool(document.get("error")) or {"tagline", "version"} <= document.keys()
    )
    rule = _OTHER if is_other else shape_of(target)
    stays = rule(document, hide)
    if stays is GONE:  # JSON, yet not of the kind that was asked for
        stays = [] if isinstance(document, list) else {} if isinstance(document, dict) else None
    return stays
