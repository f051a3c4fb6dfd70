"""Scripted Elasticsearch servers in the states that protocols know and no recording holds."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from auditor.judge.verdict import decide
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Verdict
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import Budget, Manner, WireError
from auditor.probes.lines import SocketLines
from auditor.testing.script import Answer, HttpAsked, answer
from auditor.testing.scripted import ScriptedLines, target

ROOT = "/"
LISTING = "/_cat/indices"
MAPPING = "/_mapping"
SEARCH = "/_search"

PEOPLE = {"email": {"type": "text", "fields": {"keyword": {"type": "keyword"}}}, "full_name": {"type": "text"}}


def greeting(number: str = "7.17.29", **more: Any) -> dict[str, Any]:
    """The body of `GET /`; `more` replaces or adds keys, `version` adds to the version object."""
    version = {"number": number, "lucene_version": "8.11.3", "build_flavor": "default", **more.pop("version", {})}
    body = {"name": "node-1", "cluster_name": "shop", "cluster_uuid": "AbCdEfGhIjKlMnOpQrStUv", "version": version}
    return {**body, "tagline": "You Know, for Search", **more}


OPENSEARCH_TAGLINE = "The OpenSearch Project: https://opensearch.org/"


def listing(**counts: int | None) -> list[dict[str, Any]]:
    """Rows of `_cat/indices`; a count of None stands for a closed index."""
    return [
        {
            "index": name,
            "status": "open" if count is not None else "close",
            "docs.count": None if count is None else str(count),
            "pri.store.size": None if count is None else str(count * 100),
        }
        for name, count in counts.items()
    ]


def mapping(*names: str) -> dict[str, Any]:
    """The body of `GET /_mapping`."""
    return {name: {"mappings": {"properties": PEOPLE}} for name in names}


def found(total: Any = 3, *, shards: int = 5, failed: int = 0, hits: list[Any] | None = None) -> dict[str, Any]:
    """The body of `GET /_search?size=0`."""
    counted = {"total": shards, "successful": shards - failed, "failed": failed}
    return {"took": 1, "timed_out": False, "_shards": counted, "hits": {"total": total, "hits": hits or []}}


def error(kind: str, reason: str, status: int) -> Answer:
    """An error as Elasticsearch writes it."""
    said = {"type": kind, "reason": reason}
    return answer(status, {"error": {"root_cause": [said], **said}, "status": status})


NO_HANDLER = answer(400, {"error": "no handler found for uri [/x] and method [GET]"})
NO_SUCH_INDEX = error("index_not_found_exception", "no such index", 404)
MISSING_LOGIN = Answer(
    401,
    (("www-authenticate", 'Basic realm="security"'), ("www-authenticate", "ApiKey")),
    error("security_exception", "missing authentication credentials for REST request [/]", 401).body,
)
PROXY_LOGIN = Answer(
    401,
    (("server", "nginx/1.22.1"), ("www-authenticate", 'Basic realm="ops"'), ("content-type", "text/html")),
    b"<html><head><title>401 Authorization Required</title></head></html>",
)
PROXY_FORBIDS = Answer(403, (("server", "nginx"),), b"<html><title>403 Forbidden</title></html>")
ANONYMOUS_403 = error("security_exception", "action [cluster:monitor/main] is unauthorized for user [_anonymous]", 403)
SILENCE = WireError(Reach.BROKE_OFF, "connected, then silent for 10 s")
OPEN: dict[str, Answer] = {
    ROOT: answer(200, greeting()),
    LISTING: answer(200, listing(people=2, products=1)),
    MAPPING: answer(200, mapping("people", "products")),
    SEARCH: answer(200, found({"value": 3, "relation": "eq"})),
    "/_security/_authenticate": answer(405, {"error": "Incorrect HTTP method", "status": 405}),
    "/_xpack": answer(200, {"features": {"security": {"available": True, "enabled": False}}}),
}


def script(
    replies: Mapping[str, Answer | WireError], *, rest: Answer = NO_HANDLER, path: str = "/"
) -> Callable[[HttpAsked], Answer | WireError]:
    """Answers these paths below `path` (whatever the query), and `rest` to any other."""

    def reply(asked: HttpAsked) -> Answer | WireError:
        assert asked.method == "GET"
        assert asked.path.startswith(path)
        place, _, query = asked.path.removeprefix(path.rstrip("/")).partition("?")
        assert "_search" not in place or "size=0" in query, "a search must never ask for a document"
        return replies.get(place, rest)

    return reply


def scripted(
    replies: Mapping[str, Answer | WireError],
    *,
    rest: Answer = NO_HANDLER,
    budget: Budget | None = None,
    path: str = "/",
) -> ScriptedLines:
    """Lines to such a server."""
    return ScriptedLines(target(path=path), http=script(replies, rest=rest, path=path), budget=budget)


async def observe(replies: Mapping[str, Answer | WireError], **more: Any) -> tuple[Observation, ScriptedLines]:
    """What the probe sees of such a server."""
    lines = scripted(replies, **more)
    return await ElasticsearchProbe().observe(lines), lines


def verdict(seen: Observation) -> Verdict:
    """What the judge makes of it."""
    return decide(seen).verdict


@asynccontextmanager
async def lines_at(port: int) -> AsyncIterator[SocketLines]:
    """Real lines to a port of loopback."""

    async def dial() -> socket.socket:
        connection = socket.socket()
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        return connection

    lines = SocketLines(target(port=port), address="127.0.0.1", dial=dial, budget=Budget(), manner=Manner())
    try:
        yield lines
    finally:
        await lines.close()
