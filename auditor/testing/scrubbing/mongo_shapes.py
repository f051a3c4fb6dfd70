"""What may stay of each MongoDB reply, by the command that was asked: the parts that the probe reads, and errors.

A new command of the probe wants a line in COMMANDS; a test says which is missing.
"""

from collections.abc import Mapping
from typing import Any, Final

from auditor.probes import mongo_reductions
from auditor.testing.recording import MongoExchange
from auditor.testing.scrubbing.disguise import Disguise
from auditor.testing.scrubbing.shape import (
    GONE,
    Each,
    Items,
    Keys,
    Rule,
    constant,
    either,
    host,
    name,
    namespace,
    number,
    text,
    word,
)

_TRIMMED: Final = constant("_trimmed")
_SCHEMA_DEPTH = 8

ERRORS: Final[dict[str, Rule]] = {
    "ok": number,
    "code": number,
    "codeName": word,
    "errmsg": text,
    "$err": text,
    "err": text,
    "bad cmd": constant({}),  # the command itself, sent back
    "_t": word,  # the class of Azure Cosmos DB's program that answers
}
_HELLO: dict[str, Rule] = {
    **dict.fromkeys(("arbiterOnly", "configsvr", "helloOk", "hidden", "isWritablePrimary", "ismaster"), number),
    **dict.fromkeys(("isreplicaset", "logicalSessionTimeoutMinutes", "passive", "readOnly", "secondary"), number),
    **dict.fromkeys(("maxBsonObjectSize", "maxMessageSizeBytes", "maxWriteBatchSize"), number),
    **dict.fromkeys(("maxWireVersion", "minWireVersion"), number),
    **dict.fromkeys(("hosts", "passives", "arbiters"), Items(host)),
    **dict.fromkeys(("me", "primary"), host),
    **dict.fromkeys(("secondaryDelaySecs", "slaveDelay"), number),
    "internal": Keys({"documentdb_versions": Items(word)}),
    "setName": constant("SET"),
    "msg": word,
    "info": text,
    "compression": Items(word),
}
_BUILD: dict[str, Rule] = {
    "version": word,
    "versionArray": Items(number),
    "gitVersion": word,
    "modules": Items(word),
    "process": word,
    "allocator": word,
    "javascriptEngine": word,
    "bits": number,
    "debug": number,
    "maxBsonObjectSize": number,
    "storageEngines": Items(word),
    "psmdbVersion": word,
    "dataLake": Keys({"version": word}),
    "openssl": Keys({"running": text, "compiled": text}),
    **dict.fromkeys(("buildEnvironment", "sysInfo", "compilerFlags", "loaderFlags"), _TRIMMED),
}
_DATABASES: dict[str, Rule] = {
    "databases": Items(Keys({"name": name, "sizeOnDisk": number, "empty": number})),
    "totalSize": number,
}
_STATISTICS: dict[str, Rule] = {
    "ns": namespace,
    "db": name,
    **dict.fromkeys(("avgObjSize", "capped", "collections", "count", "dataSize", "indexSize", "indexes"), number),
    **dict.fromkeys(("nindexes", "objects", "scaleFactor", "size", "storageSize", "views"), number),
    **dict.fromkeys(("totalIndexSize", "totalSize"), number),
}
_PLACE: Rule = Keys({"db": name, "collection": name, "cluster": number, "anyResource": number})
_USERS: Rule = Keys(
    {
        "authenticatedUserPrivileges": Items(Keys({"resource": _PLACE, "actions": Items(word)})),
        "authenticatedUsers": Items(Keys({"user": name, "db": name})),
        "authenticatedUserRoles": Items(Keys({"role": name, "db": name})),
    }
)


def _schema(value: Any, hide: Disguise, depth: int = 0) -> Any:
    """Names and types of a validator's `$jsonSchema`; no pattern, no list of values, no description."""
    if not isinstance(value, dict) or depth > _SCHEMA_DEPTH:
        return GONE

    def inner(each: Any, hide: Disguise) -> Any:
        return _schema(each, hide, depth + 1)

    kinds = either(_bson_type, Items(_bson_type))
    return Keys({"bsonType": kinds, "properties": Each(inner), "items": inner})(value, hide)


def _bson_type(value: Any, hide: Disguise) -> Any:
    return value if isinstance(value, str) and value in mongo_reductions.BSON_TYPES else GONE


def _reduced(value: Any, hide: Disguise) -> Any:
    """A row of an aggregation: names and types as our reductions give them, or a sign that there was another."""
    told = any(
        read([value]) is not None
        for read in (mongo_reductions.read_typed, mongo_reductions.read_mapped, mongo_reductions.read_names)
    )
    if told:
        return _renamed(value, hide)
    types = isinstance(value, dict) and all(
        str(key).startswith("t") and (kind in ("missing", "unknown") or _bson_type(kind, hide) is not GONE)
        for key, kind in value.items()
    )
    return value if types else {"_trimmed": "a row of another kind"}


def _renamed(value: Any, hide: Disguise) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(inner, hide) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, hide) for inner in value]
    return hide.name(value) if isinstance(value, str) else value


def _cursor(row: Rule) -> dict[str, Rule]:
    return {"cursor": Keys({"id": number, "ns": namespace, "firstBatch": Items(row), "nextBatch": Items(row)})}


_COLLECTION: Rule = Keys(
    {"name": name, "type": word, "options": Keys({"capped": number, "validator": Keys({"$jsonSchema": _schema})})}
)
_INDEX: Rule = Keys(
    {"name": name, "ns": namespace, "v": number, "key": Each(either(number, word)), "weights": Each(number)}
)

COMMANDS: Final[dict[str, dict[str, Rule]]] = {
    "isMaster": _HELLO,
    "hello": _HELLO,
    "buildInfo": _BUILD,
    "listDatabases": _DATABASES,
    "listCollections": _cursor(_COLLECTION),
    "getMore": _cursor(_COLLECTION),
    "listIndexes": _cursor(_INDEX),
    "collStats": _STATISTICS,
    "dbStats": _STATISTICS,
    "count": {"n": number},
    "aggregate": _cursor(_reduced),
    "getLog": {"totalLinesWritten": number, "log": _TRIMMED},
    "hostInfo": {"system": _TRIMMED, "os": _TRIMMED, "extra": _TRIMMED},
    "replSetGetStatus": {"myState": number, "info": text, "members": _TRIMMED},
    "connectionStatus": {"authInfo": _USERS},
}
#: Of a command that is not there: what is asked of every server without a login.
_FERRET: Rule = either(word, Keys({"version": word}))
_OTHER: dict[str, Rule] = {"version": word, "process": word}
_CATALOGUES: dict[str, Rule] = {
    "system.namespaces": Keys(ERRORS | {"name": namespace}),
    "system.indexes": Keys(ERRORS | {"name": name, "ns": namespace, "key": Each(either(number, word)), "v": number}
    | {"weights": Each(number)}),
}  # fmt: skip


def keep(exchange: MongoExchange, hide: Disguise) -> dict[str, Any] | None:
    """What stays of a reply."""
    if exchange.reply is None:
        return None
    if exchange.opcode == "OP_QUERY find":
        catalogue = str(exchange.command.get("find", exchange.command.get("ns", ""))).partition(".")[2]
        row = _CATALOGUES.get(catalogue, Keys(ERRORS))
        stays = Keys(ERRORS | {"docs": Items(row)})(exchange.reply, hide)
    else:
        # A re-implementation may be known by a key that bears its name.
        stays = Keys(
            ERRORS | COMMANDS.get(exchange.name, _OTHER),
            lambda key: _FERRET if key.lower().startswith("ferretdb") else None,
        )(exchange.reply, hide)
    return dict(stays)


def asked(command: Mapping[str, Any], hide: Disguise, *, is_find: bool) -> dict[str, Any]:
    """A command as it was asked: it is ours, but the names in it are the server's."""
    if is_find:
        return {key: hide.namespace(value) if isinstance(value, str) else value for key, value in command.items()}
    return {key: _renamed(value, hide) for key, value in command.items()}
