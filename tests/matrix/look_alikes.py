"""What answers on Elasticsearch's port in its manner: re-implementations, other products, honeypots."""

import json
from collections.abc import Iterator
from typing import Any

from auditor.model.outcome import Verdict
from auditor.testing.loopback import echoing, saying
from auditor.testing.script import Answer, answer
from tests.matrix.cell import ANY, LOOK_ALIKES, Cell, Manner, scripted
from tests.matrix.elasticsearch import ASKED
from tests.matrix.stage import Serve, always, talking, web
from tests.probes.elasticsearch_servers import OPEN, ROOT, found, greeting, listing, script

_CRATE = (
    "CrateDB's MainAndStaticFileHandler (crate/crate): `/` is JSON with `ok`, `status`, a version object and no "
    "tagline; every other path is a file of its console or a 404. Older ones had `es_version`."
)
_ZINC = (
    "ZincSearch documentation, “_info”: below /es/ a greeting with N/A for cluster and Lucene; a login for the rest."
)
_QUICKWIT = (
    "Quickwit's rest_handler.rs (quickwit-oss/quickwit): below /api/v1/_elastic a greeting with `distribution: "
    "quickwit`, a real `_cat/indices` and `INDEX/_search`, 501 to `_search`; the root redirects to its pages."
)
_MANTICORE = (
    "Manticore's buddy (EmulateElastic) emulates what Kibana and Logstash ask for, and no `_cat/indices`. That it "
    "greets in Elasticsearch's form under a tagline of its own is taken from reports."
)
_HONEY = (
    "elastichoney's main.go (jordan-wright/elastichoney): the greeting for every path, one fixed hit with fields for "
    "`_search`, whatever its size."
)
_POT = (
    "ElasticpotPY's main.py and templates (schmalle/ElasticpotPY): a greeting that is no JSON, a listing in plain "
    "text whatever format is asked, an empty `_search`."
)
_NEW_POT = (
    "elasticpot's protocol.py and responses (bontchev/elasticpot): a greeting, a listing of two indices in JSON, one "
    "fixed hit for `_search` and an error with status 200 for the rest. It lists and searches, so it is told as open."
)
_OWN = "Written for this test: a server that is none of the product's, in the manner that every network has."


def cells() -> Iterator[Cell]:
    """Products first, then honeypots, then servers of another kind."""
    yield from _products()
    yield from _honeypots()
    other = Verdict.OTHER_SERVICE
    for state, page in (
        ("a web server's welcome page", answer(200, "<html><title>Welcome to nginx!</title></html>")),
        ("a web server's 404", answer(404, "<html>404 Not Found</html>", server="nginx")),
        ("another API", answer(200, {"message": "hello"})),
        ("CouchDB", answer(200, '{"couchdb":"Welcome","version":"3.3.3"}')),
    ):
        yield _one(ANY, state, other, web(always(page)), _OWN)
    yield _one(ANY, "an echo service", other, talking(echoing), _OWN)
    yield _one(ANY, "SSH", other, talking(saying(b"SSH-2.0-OpenSSH_9.2p1\r\n", unasked=True)), _OWN)


def _one(
    version: str, state: str, verdict: Verdict, serve: Serve, source: str, *, names: str = "", manner: Manner = ASKED
) -> Cell:
    return scripted(LOOK_ALIKES, version, state, verdict, serve, manner=manner, source=source, names=names)


def _products() -> Iterator[Cell]:
    other, missing = Verdict.OTHER_SERVICE, answer(404, {"error": "?"})
    version = {"number": "5.10.1", "build_hash": "a", "build_snapshot": False, "lucene_version": "9.12.1"}
    root = {"ok": True, "status": 200, "name": "node-1", "cluster_name": "crate", "version": version}
    static = answer(404, "", content_type="text/html")
    yield _one("CrateDB 5", "open", other, web(_only(root, static)), _CRATE, names="CrateDB")
    old = {**root, "version": {"number": "1.1.6", "es_version": "2.4.2"}}
    yield _one("CrateDB 1", "open", other, web(_only(old, static)), _CRATE, names="CrateDB")
    manticore = greeting("7.10.2", tagline="Manticore Search", version={"lucene_version": ""})
    yield _one("Manticore", "open", other, web(_only(manticore, missing)), _MANTICORE, names="Manticore Search")
    page = answer(302, "", location="/ui/")
    yield _one("ZincSearch", "open, asked at its root", other, web(_only(None, static, page)), _ZINC)
    nowhere = {"lucene_version": "N/A", "build_flavor": "default"}
    zinc = greeting("0.4.10", name="zinc", cluster_name="N/A", cluster_uuid="N/A", version=nowhere)
    login = answer(401, {"auth": "unauthorized"})
    below = Manner("elasticsearch", path="/es/")
    serve = web(script({ROOT: answer(200, zinc)}, rest=login, path="/es"))
    yield _one("ZincSearch", "secured, asked below /es", other, serve, _ZINC, names="ZincSearch", manner=below)
    page = answer(308, "", location="/ui/search")
    yield _one("Quickwit", "open, asked at its root", other, web(_only(None, static, page)), _QUICKWIT)
    below, state = Manner("elasticsearch", path="/api/v1/_elastic"), "open, asked below /api/v1/_elastic"
    yield _one("Quickwit", state, Verdict.OPEN, web(_quickwit()), _QUICKWIT, names="Quickwit", manner=below)


def _only(root: dict[str, Any] | None, rest: Answer, page: Answer | None = None) -> Any:
    first = page if root is None else answer(200, root)
    assert first is not None
    return lambda asked: first if asked.path == "/" else rest


def _quickwit() -> Any:
    told = greeting("7.17.0", cluster_name="quickwit", version={"distribution": "quickwit", "lucene_version": "8.11.1"})
    del told["version"]["build_flavor"]
    absent = answer(404, {"message": "Route not found"})
    replies = {
        ROOT: answer(200, told),
        "/_cat/indices": answer(200, listing(people=2)),
        "/_search": answer(501, {"message": "_elastic/_search is not supported yet"}),
        "/people/_search": answer(200, found({"value": 2, "relation": "eq"}, shards=1)),
    }
    return script(replies, rest=absent, path="/api/v1/_elastic")


def _honeypots() -> Iterator[Cell]:
    other = Verdict.OTHER_SERVICE
    hit = {"_index": ".kibana", "_type": "index-pattern", "_id": "logstash-*", "_source": {"title": "logstash-*"}}
    banner = greeting("1.4.1", name="Green Goblin", cluster_name="elasticsearch", version={"lucene_version": "4.10.2"})
    fixed = answer(200, found(1, shards=6, hits=[hit]))
    yield _one("elastichoney", "honeypot", other, web(script({"/_search": fixed}, rest=answer(200, banner))), _HONEY)
    broken = answer(200, json.dumps(banner).replace('"number": "1.4.1"', '"number": "1.4.1","'))
    table = answer(200, "yellow open ews 5 1 15 2 16.8kb 16.8kb\n")
    empty = answer(200, "")
    replies = {ROOT: broken, "/_cat/indices": table, "/_search": empty}
    serve = web(script(replies, rest=answer(404, "<html>404</html>")))
    yield _one("ElasticpotPY", "honeypot", other, serve, _POT)
    error = answer(200, {"error": {"type": "index_not_found_exception", "reason": "no such index"}, "status": 404})
    replies = {
        ROOT: answer(200, banner),
        "/_cat/indices": answer(200, [{"index": "customers"}, {"index": "orders"}]),
        "/_search": fixed,
        "/_stats": answer(200, {"_all": {}, "indices": {}}),
    }
    yield _one("elasticpot", "honeypot", Verdict.OPEN, web(script(replies, rest=error)), _NEW_POT)
    only_errors = web(script({ROOT: OPEN[ROOT]}, rest=error))
    yield _one(ANY, "a greeting, and errors with status 200", other, only_errors, _OWN)
