"""A Kibana made of a few answers, for the states of which no recording exists."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from auditor.judge import decide
from auditor.model.observation import Observation
from auditor.model.outcome import Verdict
from auditor.probes.interface import Budget, Manner, WireError
from auditor.probes.kibana import KibanaProbe
from auditor.testing.scripted import Answer, HttpAsked, ScriptedLines, answer, target
from tests.probes.tally import SmallTally

Scripted = Answer | WireError | Callable[[HttpAsked], Answer | WireError]

INDICES = [
    {"index": "people", "status": "open", "docs.count": "2", "pri.store.size": "4711"},
    {"index": ".kibana_1", "status": "open", "docs.count": "1", "pri.store.size": "99"},
]
FOUND = {"took": 1, "_shards": {"total": 2, "successful": 2, "failed": 0}, "hits": {"total": 3, "hits": []}}
MAPPING = {"people": {"mappings": {"properties": {"email": {"type": "keyword"}, "born": {"type": "date"}}}}}
CLUSTER = {
    "name": "node-1",
    "cluster_name": "lab",
    "cluster_uuid": "AAAAAAAAAAAAAAAAAAAAAA",
    "version": {"number": "7.10.2", "lucene_version": "8.7.0"},
    "tagline": "You Know, for Search",
}
OPEN = {
    "/_cat/indices": answer(200, INDICES, kbn_name="lab"),
    "/_search": answer(200, FOUND, kbn_name="lab"),
    "/_mapping": answer(200, MAPPING, kbn_name="lab"),
    "/": answer(200, CLUSTER, kbn_name="lab"),
}


def own(status: int, message: str = "", **headers: str) -> Answer:
    """An error in Kibana's own form."""
    return answer(status, {"statusCode": status, "error": "E", "message": message or "M"}, kbn_name="lab", **headers)


def refused(status: int, reason: str, **headers: str) -> Answer:
    """A refusal of Elasticsearch's that Kibana passes on."""
    error = {"root_cause": [{"type": "security_exception", "reason": reason}], "type": "security_exception"}
    return answer(status, {"error": {**error, "reason": reason}, "status": status}, kbn_name="lab", **headers)


def redirect(location: str, *cookies: str, name: str | None = "kbn-name") -> Answer:
    """A redirect, by Kibana unless `name` is None."""
    named = ((name, "lab"),) if name else ()
    return Answer(302, (("location", location), *named, *(("set-cookie", cookie) for cookie in cookies)), b"")


def page(text: str = "<html></html>", *, named: bool = True, status: int = 200) -> Answer:
    """A page for people."""
    html = (("content-type", "text/html; charset=utf-8"),)
    return Answer(status, (*html, *((("kbn-name", "lab"),) if named else ())), text.encode())


def with_cookie(cookie: str, given: Answer, withheld: Answer) -> Callable[[HttpAsked], Answer]:
    """`given` to those who send the cookie, `withheld` to the others."""
    return lambda asked: given if cookie in asked.headers.get("cookie", "") else withheld


@dataclass
class Stub:
    """Answers `pages` by "METHOD /path", and `console` by the path that Elasticsearch is asked at, through any of the
    three doors named in `doors`; all else is `otherwise`."""

    pages: Mapping[str, Scripted] = field(default_factory=dict)
    console: Mapping[str, Scripted] = field(default_factory=dict)
    otherwise: Scripted = field(default_factory=lambda: own(404))
    doors: tuple[str, ...] = ("console",)
    prefix: str = ""

    def __call__(self, asked: HttpAsked) -> Answer | WireError:
        for found in (self.pages.get(f"{asked.method} {asked.path}"), self.pages.get(self._key(asked))):
            if found is not None:
                return found(asked) if callable(found) else found
        door, inner = self._inner(asked)
        chosen = self.console.get(urlsplit(inner).path, self.otherwise) if door in self.doors else self.otherwise
        return chosen(asked) if callable(chosen) else chosen

    def _key(self, asked: HttpAsked) -> str:
        return f"{asked.method} {urlsplit(asked.path).path}"

    def _inner(self, asked: HttpAsked) -> tuple[str, str]:
        parts = urlsplit(asked.path)
        if parts.path == f"{self.prefix}/api/console/proxy":
            query = parse_qs(parts.query)
            if asked.method == "POST" and query.get("method") == ["GET"]:
                return "console", query["path"][0]
            if asked.method == "GET" and "uri" in query:
                return "uri", "/" + query["uri"][0].removeprefix("/")
        if asked.method == "GET" and parts.path.startswith(f"{self.prefix}/elasticsearch/"):
            return "proxy", asked.path.removeprefix(f"{self.prefix}/elasticsearch")
        return "", ""


def all_refused(withheld: Answer) -> Stub:
    """A Kibana with an open page, whose console answers everything with `withheld`."""
    return Stub({"GET /": page(), "POST /api/console/proxy": withheld})


@dataclass
class Seen:
    """An observation with the verdict that it leads to, and the lines on which it was made."""

    observation: Observation
    verdict: Verdict
    lines: ScriptedLines

    @property
    def requests(self) -> list[str]:
        """What was sent, "METHOD /path" in order."""
        return [f"{asked.method} {asked.path}" for asked in self.lines.http_asked]


async def observe(
    script: Any,
    *,
    path: str = "/",
    accept_guest_login: bool = False,
    budget: Budget | None = None,
    sample: int = 0,
) -> Seen:
    """Runs the probe against a script."""
    manner = Manner(accept_guest_login=accept_guest_login, sample=sample)
    lines = ScriptedLines(
        target("kibana", port=5601, path=path), http=script, manner=manner, budget=budget, open_tally=SmallTally
    )
    observation = await KibanaProbe().observe(lines)
    return Seen(observation, decide(observation).verdict, lines)
