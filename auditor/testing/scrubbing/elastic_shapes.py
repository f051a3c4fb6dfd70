"""What may stay of the answers of Elasticsearch and OpenSearch, asked directly or through Kibana."""

import re
from typing import Any, Final

from auditor.testing.scrubbing.disguise import Disguise
from auditor.testing.scrubbing.shape import (
    GONE,
    Each,
    Items,
    Keys,
    Rule,
    either,
    emptied,
    name,
    number,
    numbers,
    published,
    setting,
    text,
    word,
)

#: Products that answer as Elasticsearch does, and may be told by the name that they give themselves.
_PRODUCTS = (
    "crate", "easysearch", "havenask", "manticore", "meilisearch", "openobserve", "quickwit", "siglens", "toshi",
    "typesense", "zinc",
)  # fmt: skip
_MAPPING_DEPTH = 64
_TYPE = re.compile(r"[a-z][a-z0-9_-]{0,39}")  # of a field


def _node(value: Any, hide: Disguise) -> Any:
    """A node's name, which is mostly its host's; of a re-implementation that tells itself by it, that word."""
    if not isinstance(value, str):
        return GONE
    return next((product for product in _PRODUCTS if value.lower().startswith(product)), "NODE")


def _cluster(value: Any, hide: Disguise) -> Any:
    return "CLUSTER" if isinstance(value, str) and value != "N/A" else value if value == "N/A" else GONE


def _uuid(value: Any, hide: Disguise) -> Any:
    """That there is one, or that there is none yet."""
    if not isinstance(value, str):
        return GONE
    return value if value in ("", "_na_", "N/A") else "AAAAAAAAAAAAAAAAAAAAAA"


_REASON: dict[str, Rule] = {
    "type": word,
    "reason": text,
    "index": name,
    "index_uuid": _uuid,
    "resource.type": word,
    "resource.id": name,
    "status": number,
    "due_to": either(word, Items(word, most=8)),  # ReadonlyREST's
}
_CAUSE: Rule = Keys(_REASON)
_ERROR: Rule = either(
    text, Keys(_REASON | {"root_cause": Items(_CAUSE, most=4), "caused_by": _CAUSE, "code": number, "message": text})
)
ERRORS: Final[dict[str, Rule]] = {
    "error": _ERROR,
    "status": either(number, word),
    "statusCode": number,
    "message": either(text, number),
    "Message": text,
    "errmsg": text,
    "code": either(number, word),
    "codeName": word,
    "attributes": Keys({"statusCode": number, "code": either(number, word), "error": _ERROR}),
}
_VERSION: Rule = either(
    word,
    Keys(
        {"build_date": word, "build_flavor": word, "build_hash": word, "build_number": number, "build_snapshot": number}
        | {"build_type": word, "build_timestamp": word, "distribution": word, "es_version": word}
        | {"lucene_version": word, "minimum_index_compatibility_version": word, "number": word}
        | {"minimum_wire_compatibility_version": word, "snapshot_build": number, "serverless": number}
    ),
)
_OVERALL: Rule = Keys({"level": word, "state": word})
GREETING: Final[dict[str, Rule]] = ERRORS | {
    "ok": number,
    "name": _node,
    "cluster_name": _cluster,
    "cluster_uuid": _uuid,
    "version": _VERSION,
    "tagline": text,
    "couchdb": word,
    "process": word,
    "status": either(number, word, Keys({"overall": _OVERALL})),
}

_SHARDS: Rule = Keys({"total": number, "successful": number, "skipped": number, "failed": number})
SEARCH: dict[str, Rule] = {
    "took": number,
    "timed_out": number,
    "terminated_early": number,
    "status": number,
    "_shards": _SHARDS,
    "hits": Keys(
        {"total": either(number, Keys({"value": number, "relation": word})), "max_score": number, "hits": emptied}
    ),
    "aggregations": Keys({"indices": Keys({"buckets": Items(Keys({"key": name, "doc_count": number}), named="key")})}),
}
_ROW: Rule = Keys(
    {"index": name, "health": word, "status": word, "pri": number, "rep": number, "docs.count": number}
    | {"docs.deleted": number, "store.size": number, "pri.store.size": number, "dataset.size": number}
)
_STATISTICS: Rule = Keys({"primaries": numbers, "total": numbers, "health": word, "status": word})
_NODE: Rule = Keys(
    {
        **dict.fromkeys(("version", "build_flavor", "build_type"), word),
        "name": _node,
        "roles": Items(word),
        "http_address": published,
        "http": Keys({"publish_address": published}),
        "settings": setting,
    }
)
_NODES: dict[str, Rule] = {"_nodes": numbers, "cluster_name": _cluster, "nodes": Each(_NODE)}
_SETTINGS: Rule = Keys({"settings": setting})
_BACKING: Rule = Items(Keys({"index_name": name}), named="index_name")
_STREAM: Rule = Keys(
    {
        **dict.fromkeys(("generation", "hidden", "system", "replicated"), number),
        "name": name,
        "status": word,
        "indices": _BACKING,
        "failure_store": Keys({"indices": _BACKING}),
    }
)
_REMOTE: Rule = Keys(
    {
        **dict.fromkeys(
            ("connected", "skip_unavailable", "num_nodes_connected", "max_connections_per_cluster"), number
        ),
        **dict.fromkeys(("num_proxy_sockets_connected", "max_proxy_socket_connections"), number),
        "mode": word,
        "proxy_address": published,
        "seeds": Items(published, most=64),
    }
)
_REALM: Rule = Keys({"name": name, "type": word})
USER: dict[str, Rule] = {
    "username": name,
    "roles": Items(name),
    "enabled": number,
    "authentication_realm": _REALM,
    "lookup_realm": _REALM,
    "authentication_type": word,
    "authentication_provider": _REALM,
}
_AUTHINFO: dict[str, Rule] = {
    "user": text,  # "User [name=…, backend_roles=[…]]"
    "user_name": name,
    "backend_roles": Items(name),
    "roles": Items(name),
    "sg_roles": Items(name),
}
_GRANT: Rule = Keys({"names": Items(name), "privileges": Items(word), "allow_restricted_indices": number})
_CAPABILITY: Rule = Keys({"type": word, "metadata_field": number, "searchable": number, "aggregatable": number})


def mapping(value: Any, hide: Disguise, depth: int = 0) -> Any:
    """Names and types of fields; no `_meta`, no constant, no script, no null value."""
    if not isinstance(value, dict) or depth > _MAPPING_DEPTH:
        return GONE
    kept: dict[str, Any] = {}
    for key, inner in list(value.items())[: hide.most]:
        match key, inner:
            case "_meta", _:
                continue
            case ("type", str()) if _TYPE.fullmatch(inner):
                kept[key] = inner
            case "enabled", bool():
                kept[key] = inner
            case _, dict() if hide.has_room():
                kept[hide.name(key)] = mapping(inner, hide, depth + 1)
            case _:
                continue
    return {key: stays for key, stays in kept.items() if stays is not GONE}


def answer(rules: dict[str, Rule]) -> Rule:
    """An object with these keys, or an error."""
    return Keys(ERRORS | rules)


#: By the end of the path that was asked.
ELASTIC: Final[dict[str, Rule]] = {
    "_search": answer(SEARCH),
    "_cat/indices": Items(_ROW, named="index"),
    "_mapping": Each(mapping),
    "_field_caps": answer({"indices": Items(name), "fields": Each(Each(_CAPABILITY))}),
    "_stats": answer({"_shards": _SHARDS, "_all": _STATISTICS, "indices": Each(_STATISTICS)}),
    "_stats/docs,store": answer({"_shards": _SHARDS, "_all": _STATISTICS, "indices": Each(_STATISTICS)}),
    "_aliases": Each(Keys({"aliases": Each(emptied)})),
    "_nodes/http": answer(_NODES),
    "_nodes/settings": answer(_NODES),
    "_cluster/settings": answer({"persistent": setting, "transient": setting}),
    "_settings/*": Each(_SETTINGS),
    "_data_stream": answer({"data_streams": Items(_STREAM)}),
    "_snapshot": Each(Keys({"type": word, "settings": setting})),
    "_remote/info": Each(_REMOTE),
    "_cluster/health": answer({"cluster_name": _cluster, "status": word, "timed_out": number}),
    "_authenticate": answer(USER),
    "_security/authinfo": answer(_AUTHINFO),
    "_security/health": answer({"message": either(text, number), "mode": word, "status": word}),
    "user/_privileges": answer({"cluster": Items(word), "indices": Items(_GRANT)}),
    "_xpack": answer({"features": Each(Keys({"available": number, "enabled": number})), "tagline": text}),
}
