"""Elasticsearch and OpenSearch as they were recorded, and open releases of which there is no recording."""

from collections.abc import Iterator
from typing import Any

from auditor.model.outcome import Verdict
from auditor.testing.script import Answer, HttpAsked, answer
from tests.matrix import states
from tests.matrix.cell import ELASTICSEARCH, OPENSEARCH, Cell, Manner, recorded, scripted
from tests.matrix.stage import Serve, web
from tests.probes.elasticsearch_servers import (
    LISTING,
    MAPPING,
    NO_HANDLER,
    OPEN,
    OPENSEARCH_TAGLINE,
    PEOPLE,
    ROOT,
    SEARCH,
    error,
    found,
    greeting,
    listing,
    script,
)

ASKED = Manner("elasticsearch")
AUTHENTICATE = "/_security/_authenticate"


def cells() -> Iterator[Cell]:
    """Recordings, and open releases."""
    yield from _recorded()
    old = (
        "Measured on a real 1.0.0: `_cat/indices` has no `status` column, expand_wildcards is refused with 400, the "
        "greeting names no cluster."
    )
    yield _one("1.0.0", Verdict.OPEN, web(_release_1_0), old)
    greeted = _without_uuid("2.2.0")
    two = "Measured on a real 2.2.0: as 2.4, but the greeting has no cluster_uuid."
    yield _one("2.2.0", Verdict.OPEN, web(script({**OPEN, ROOT: greeted, AUTHENTICATE: NO_HANDLER})), two)
    minimal = (
        "Measured on the minimal builds of 8.19.21 and 9.5.3 without security: `GET /` is a 405; who-am-I is a 405 "
        "on 8.19 and a 400 “no handler found” on 9.5."
    )
    yield _one("8.19.21", Verdict.OPEN, web(script(_rootless("8.19.21", OPEN[AUTHENTICATE]))), minimal)
    yield _one("9.5.3", Verdict.OPEN, web(script(_rootless("9.5.3", NO_HANDLER))), minimal)
    hidden = (
        "OpenSearch documentation, “compatibility.override_main_response_version”, measured on 1.3.20: the number is "
        "7.10.2, `distribution` is gone, the tagline stays."
    )
    masked = answer(200, greeting("7.10.2", tagline=OPENSEARCH_TAGLINE))
    serve = web(script({**OPEN, ROOT: masked, AUTHENTICATE: NO_HANDLER}))
    state = "open, says that it is 7.10.2"
    yield scripted(OPENSEARCH, "1.3.20", state, Verdict.OPEN, serve, manner=ASKED, source=hidden, names="OpenSearch")


def _one(version: str, verdict: Verdict, serve: Serve, source: str) -> Cell:
    return scripted(
        ELASTICSEARCH, version, states.OPEN, verdict, serve, manner=ASKED, source=source, names="Elasticsearch"
    )


def _recorded() -> Iterator[Cell]:
    free = {
        "0.90.13": "es-0.90.13-open",
        "1.7.6": "es-1.7.6-open",
        "2.4.6": "es-2.4.6-open",
        "5.6.16": "es-5.6.16-open",
        "6.8.23": "es-6.8.23-open",
        "7.10.2": "es-7.10.2-open",
        "7.17.29": "es-7.17.29-open",
        "8.5.0": "es-8.5.0-open",
    }
    for version, name in free.items():
        yield recorded(ELASTICSEARCH, version, states.OPEN, Verdict.OPEN, name, manner=ASKED)
    for version in ("6.8.23", "7.17.29", "8.5.0", "8.19.21", "9.5.3"):
        name = f"es-{version}-closed"
        yield recorded(ELASTICSEARCH, version, states.SECURED, Verdict.AUTH_REQUIRED, name, manner=ASKED)
    for version, state, verdict, name, readable in (
        ("6.8.23", states.ANONYMOUS, Verdict.ANONYMOUS_ROLE, "es-6.8.23-anonymous", True),
        ("7.17.29", states.ANONYMOUS_401, Verdict.ANONYMOUS_ROLE, "es-7.17.29-anonymous-401", True),
        ("6.8.23", states.NO_MASTER, Verdict.INCONCLUSIVE, "es-6.8.23-no-master", False),
    ):
        yield recorded(ELASTICSEARCH, version, state, verdict, name, manner=ASKED, readable=readable)
    for version, state, verdict, name, readable in (
        ("1.3.20", states.OPEN, Verdict.OPEN, "os-1.3.20-open", True),
        ("2.19.4", states.OPEN, Verdict.OPEN, "os-2.19.4-open", True),
        ("3.4.0", states.OPEN, Verdict.OPEN, "os-3.4.0-open", True),
        ("2.19.4", states.SECURED, Verdict.AUTH_REQUIRED, "os-2.19.4-closed", False),
        ("3.4.0", states.SECURED, Verdict.AUTH_REQUIRED, "os-3.4.0-closed", False),
        ("2.19.4", states.ANONYMOUS, Verdict.ANONYMOUS_ROLE, "os-2.19.4-anonymous", True),
        ("2.19.4", states.UNINITIALISED, Verdict.NOT_INITIALISED, "os-2.19.4-uninitialised", False),
    ):
        yield recorded(OPENSEARCH, version, state, verdict, name, manner=ASKED, readable=readable)


def _release_1_0(asked: HttpAsked) -> Answer:
    if "expand_wildcards" in asked.path:
        said = "ElasticsearchIllegalArgumentException[No valid expand wildcard value [all]]"
        return answer(400, {"error": said, "status": 400})
    rows = [{key: value for key, value in row.items() if key != "status"} for row in listing(people=2, products=1)]
    replies = {
        ROOT: answer(200, {"status": 200, "name": "node-1", **_old_greeting("1.0.0")}),
        LISTING: answer(200, rows),
        MAPPING: answer(200, {"people": {"mappings": {"doc": {"properties": PEOPLE}}}}),
        SEARCH: answer(200, found(3)),
    }
    reply = script(replies, rest=answer(400, "No handler found for uri [/x] and method [GET]"))(asked)
    assert isinstance(reply, Answer)
    return reply


def _old_greeting(number: str) -> dict[str, Any]:
    version = {"number": number, "build_hash": "a46900e", "build_snapshot": False, "lucene_version": "4.6"}
    return {"version": version, "tagline": "You Know, for Search"}


def _without_uuid(number: str) -> Answer:
    body = greeting(number)
    del body["cluster_uuid"]
    return answer(200, body)


def _rootless(number: str, who: Answer) -> dict[str, Answer]:
    no_root = error("x", "Incorrect HTTP method for uri [/] and method [GET], allowed: [HEAD]", 405)
    nodes = {"cluster_name": "shop", "nodes": {"a": {"name": "node-1", "version": number}}}
    replies = {**OPEN, ROOT: no_root, AUTHENTICATE: who, "/_nodes/http": answer(200, nodes), "/_xpack": NO_HANDLER}
    mark = ("x-elastic-product", "Elasticsearch")
    return {place: Answer(said.status, (*said.headers, mark), said.body) for place, said in replies.items()}
