"""Answers of servers that give away more than they were asked: a canary stands for every value of a record."""

from typing import Any

CANARY = "kanarienvogel"
DOCUMENT = {"name": CANARY, "n": 4711, "deep": {"mail": f"{CANARY}@corp.example", "tags": [CANARY, 4711]}, "key": True}
TOTAL: dict[str, Any] = {
    "took": 1,
    "_shards": {"total": 1, "failed": 0},
    "hits": {"total": 2, "hits": [{"_source": DOCUMENT}]},
}
_MAPPINGS = {
    "_meta": DOCUMENT,
    "properties": {"a": {"type": "keyword", "null_value": CANARY, "value": CANARY}},
    "runtime": {"r": {"type": "long", "script": {"source": CANARY}}},
}
_SECRETS = {"xpack.notification.slack.secure_url": CANARY, "a": {"password": f"[{CANARY}]", "n": 4711}, "b": [CANARY]}
_PROVIDERS = [{"type": "basic", "hint": CANARY}]

#: Of HTTP servers, by the path that was asked.
ANSWERS: list[tuple[str, Any]] = [
    ("/_search?size=0", TOTAL),
    ("/people/_search?size=0", TOTAL | {"documents": [DOCUMENT], "_source": DOCUMENT, "rows": [[CANARY]]}),
    ("/_search?size=0", {"aggregations": {"mine": {"buckets": [{"key": CANARY, "doc_count": 4711}]}}} | TOTAL),
    ("/_search?size=0", [DOCUMENT]),
    ("/_cat/indices?format=json", [{"index": "people", "owner": CANARY, "uuid": CANARY, "note": DOCUMENT}]),
    ("/_cat/indices?format=json", {"rows": [DOCUMENT]}),
    ("/_mapping", {"people": {"mappings": _MAPPINGS, "type": f"{CANARY} Inc."}}),
    ("/_field_caps?fields=*", {"fields": {"a": {"text": {"type": "text", "meta": DOCUMENT}}}, "sample": DOCUMENT}),
    ("/_stats/docs,store?level=indices", {"_all": {"primaries": {"docs": {"count": 2, "last": CANARY}}}}),
    ("/_aliases", {"people": {"aliases": {"p": {"filter": {"term": {"owner": CANARY}}}}}}),
    ("/_nodes/http", {"nodes": {"x1": {"name": CANARY, "host": CANARY, "version": "8.5.0", "settings": DOCUMENT}}}),
    ("/_nodes/settings?flat_settings=true", {"nodes": {"x1": {"settings": _SECRETS, "http": {"max": 4711}}}}),
    ("/_cluster/settings?flat_settings=true", {"persistent": _SECRETS, "transient": {}, "defaults": _SECRETS}),
    ("/_all/_settings/index.blocks.*", {"people": {"settings": _SECRETS, "creator": CANARY}}),
    ("/_data_stream", {"data_streams": [{"name": "logs", "indices": [], "_meta": DOCUMENT, "template": CANARY}]}),
    ("/_snapshot?master_timeout=1s", {"backup": {"type": "s3", "settings": _SECRETS, "uuid": CANARY}}),
    ("/_remote/info", {"other": {"connected": True, "seeds": [f"{CANARY}:9300"], "proxy_address": f"{CANARY}:1"}}),
    ("/_security/_authenticate", {"username": "a", "roles": [], "metadata": DOCUMENT, "full_name": CANARY}),
    ("/_plugins/_security/authinfo", {"user_name": "a", "roles": [], "remote_address": CANARY, "tenants": DOCUMENT}),
    ("/_security/user/_privileges", {"cluster": [], "indices": [{"names": ["people"], "query": CANARY}]}),
    ("/api/status", {"name": CANARY, "uuid": CANARY, "status": {"overall": {"state": "green"}, "statuses": [CANARY]}}),
    ("/internal/security/login_state", {"selector": {"providers": _PROVIDERS}}),
    ("/internal/search/es", {"rawResponse": TOTAL, "id": CANARY}),
    ("/elasticsearch/_msearch", {"responses": [TOTAL]}),
    ("/api/index_patterns/_fields_for_wildcard?pattern=*", {"fields": [{"name": "a", "values": [CANARY]}]}),
    ("/api/console/proxy?path=%2F_search%3Fsize%3D0&method=GET", TOTAL),
    ("/h2db/system.namespaces/?limit=9", {"rows": [{"name": "h2db.people", "options": DOCUMENT}], "query": DOCUMENT}),
    ("/h2db/$cmd/?filter_count=people&limit=1", {"rows": [{"n": 2, "ok": 1, "first": DOCUMENT}]}),
    ("/h2db/people/?limit=1", {"rows": [DOCUMENT]}),
    ("/_status", {"serverStatus": {"version": "2.4.13", "host": CANARY, "locks": DOCUMENT}}),
    ("/nobody/knows/this", {"records": [DOCUMENT], "answer": CANARY} | DOCUMENT),
    ("/", {"name": CANARY, "cluster_name": CANARY, "tagline": "You Know, for Search", "motd": CANARY}),
    ("/", CANARY),
    ("/", f"<html><title>x</title><body><p>{CANARY}</p><pre>10.1.2.3 {CANARY}</pre></body></html>"),
    ("/_search?size=0", f"name,age\n{CANARY},44\n"),
    ("/_search?size=0", f'{{"took":1,"hits":{{"hits":[{{"_source":{{"name":"{CANARY}","a'),
    ("/_cat/indices?format=json", f'[{{"index":"people","x":"{CANARY}"}},{{"index":"{CANARY}'),
]

_SCHEMA = {"properties": {"a": {"enum": [CANARY], "description": CANARY}}}
_VIEW = {"pipeline": [{"$match": DOCUMENT}], "validator": {"$jsonSchema": _SCHEMA, "$expr": DOCUMENT}}
_TYPED = {"_id": {"p": "a", "t": "string"}, "auditorSeen": 1, "v": CANARY}


def _batch(*rows: Any) -> dict[str, Any]:
    return {"cursor": {"firstBatch": list(rows), "id": 0, "ns": "shop.people"}}


#: Of MongoDB servers, by the command that was asked.
REPLIES_OF_COMMANDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"aggregate": "people", "pipeline": []}, _batch(DOCUMENT, {"_id": CANARY})),
    ({"aggregate": "people", "pipeline": []}, _batch({"f": [{"k": "a", "t": CANARY}]})),
    ({"aggregate": "people", "pipeline": []}, _batch({"t0": CANARY}, _TYPED)),
    ({"listCollections": 1}, _batch({"name": "people", "type": "view", "options": _VIEW, "info": DOCUMENT})),
    ({"listIndexes": "people"}, _batch({"name": "i", "key": {"a": 1}, "partialFilterExpression": DOCUMENT})),
    ({"find": "people", "limit": 1}, _batch(DOCUMENT)),
    ({"getLog": "startupWarnings"}, {"log": [CANARY], "totalLinesWritten": 1}),
    ({"hostInfo": 1}, {"system": {"hostname": CANARY}, "os": DOCUMENT, "extra": DOCUMENT}),
    ({"isMaster": 1}, {"ismaster": True, "me": f"{CANARY}:27017", "hosts": [f"{CANARY}:27017"], "setName": CANARY}),
    ({"isMaster": 1}, {"ismaster": True, "tags": DOCUMENT, "lastWrite": DOCUMENT}),
    ({"buildInfo": 1}, {"version": "4.4.0", "sysInfo": CANARY, "buildEnvironment": DOCUMENT, "gitVersion": "x"}),
    ({"collStats": "people"}, {"count": 2, "wiredTiger": DOCUMENT, "shards": {CANARY: DOCUMENT}}),
    ({"replSetGetStatus": 1}, {"members": [DOCUMENT], "set": CANARY, "myState": 1}),
    ({"connectionStatus": 1}, {"authInfo": {"authenticatedUsers": [], "token": CANARY}, "uuid": CANARY}),
    ({"auditorControlQuestion": 1}, {"documents": [DOCUMENT], "name": CANARY}),
    ({"count": "people"}, {"n": 2, "errmsg": f"connect to 10.1.2.3 failed, {CANARY}@corp.example said"}),
]
