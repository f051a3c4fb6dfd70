"""The catalogue of everything that the MongoDB probe may send, with its condition and its purpose."""

from auditor.model.plan import RequestTemplate
from auditor.probes.mongo_allow import CONTROL_QUESTION
from auditor.probes.mongo_wire import HANDSHAKE, HANDSHAKE_HELLO, SAMPLE
from auditor.probes.sampling import WHEN_SAMPLED, WHY_SAMPLED

_UNCLEAR = "no collection was read and listDatabases did not ask for a login"
_LISTED = "databases were listed without a login"


def _template(name: str, request: str, when: str, purpose: str) -> RequestTemplate:
    return RequestTemplate(name, "mongodb", request, when, purpose)


REQUESTS: tuple[RequestTemplate, ...] = (
    _template(
        HANDSHAKE,
        "isMaster {database} ({opcode})",
        "always first; in TLS where plain breaks off and the inventory leaves TLS open",
        "tells the protocol's version and what kind of member this is; needs no login on any server",
    ),
    _template(
        HANDSHAKE_HELLO,
        "hello {database} ({opcode})",
        "isMaster was unknown, or the connection was closed on it without a byte",
        "the same for servers that have dropped the older question",
    ),
    _template("buildInfo", "buildInfo {database} ({opcode})", "after the handshake", "tells product and version"),
    _template("listDatabases", "listDatabases {database} ({opcode})", "always", "whether a stranger is given the list"),
    _template(
        "control",
        f"{CONTROL_QUESTION} {{database}} ({{opcode}})",
        _LISTED,
        "a command that no server has: one that says ok is a stand-in",
    ),
    _template(
        "replSetGetStatus",
        "replSetGetStatus {database} ({opcode})",
        "the member is neither primary nor secondary and names no set",
        "whether it waits for a configuration (code 94)",
    ),
    _template("getLog", "getLog {database} startupWarnings ({opcode})", _UNCLEAR, "whether there is access control"),
    _template("hostInfo", "hostInfo {database} ({opcode})", f"{_UNCLEAR}, nor did getLog tell", "the same"),
    _template(
        "connectionStatus",
        "connectionStatus {database} ({opcode})",
        "the server refused for want of a right, not of a login; or it gave data, and is no stand-in",
        "whether somebody's identity was given to us, with which rights: what a stranger may do, without trying it",
    ),
    _template(
        "listCollections",
        "listCollections {database} ({opcode})",
        f"{_LISTED}, by 3.0 or later",
        "names of collections, and the fields that their validators name",
    ),
    _template("getMore", "getMore {collection} ({opcode})", "a list of collections goes on", "the rest of that list"),
    _template(
        "find-namespaces",
        "find {database}.system.namespaces (OP_QUERY)",
        f"{_LISTED}, by 2.6 or older",
        "names of collections, from the catalogue of old releases",
    ),
    _template(
        "find-indexes",
        "find {database}.system.indexes (OP_QUERY)",
        f"{_LISTED}, by 2.6 or older",
        "names of indexed fields, from the catalogue of old releases",
    ),
    _template("collStats", "collStats {collection} ({opcode})", "for each collection listed", "its size and count"),
    _template(
        "count",
        "count {collection} ({opcode})",
        "for a collection whose size or sample was not answered, and for the first",
        "whether records may be read, and how many there are; counts all, looks at none",
    ),
    _template(
        "aggregate",
        "aggregate {collection} [{stages}] ({opcode})",
        "for each collection with documents, by 3.4 or later",
        "names and BSON types of the fields of up to 100 documents, reduced on the server: no value leaves it",
    ),
    _template(
        "listIndexes",
        "listIndexes {collection} ({opcode})",
        "for each collection of a small server, else where no sample was to be had",
        "names of indexed fields",
    ),
    _template(
        SAMPLE,
        "find {collection}, at most {limit}, reduced to types and counts ({opcode})",
        WHEN_SAMPLED,
        f"{WHY_SAMPLED}; and names and BSON types of their fields, which no reduction tells before 3.4",
    ),
    _template(
        "console", "GET /", "the port answers no MongoDB protocol, or is 28017", "whether it is the HTTP console"
    ),
    _template("console-status", "GET /_status", "it is the HTTP console", "the version"),
    _template("console-databases", "GET /listDatabases?text=1", "it is the HTTP console", "whether REST is on"),
    _template(
        "console-namespaces",
        "GET /{database}/system.namespaces/?limit={limit}",
        "REST listed the databases",
        "names of collections",
    ),
    _template(
        "console-count",
        "GET /{database}/$cmd/?filter_count={collection}&limit=1",
        "REST listed the collections",
        "how many records there are",
    ),
)
