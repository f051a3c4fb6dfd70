"""Which recorded answer fits a MongoDB command not recorded to the letter; pure, never kinder than the server was."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.testing.recording import MongoExchange, MongoRecording
from auditor.testing.type_sample import UnknownStageError, aggregate, recorded_documents

# Part of every driver's envelope; no server decides by them alone.
_ENVELOPE = frozenset(
    {"$db", "$readPreference", "lsid", "$clusterTime", "maxTimeMS", "comment", "cursor", "batchSize", "readConcern"}
)
# Real commands that a recording may lack. A secured server refuses these; it does not know any other.
_REAL = frozenset(
    {"aggregate", "collStats", "connPoolStats", "count", "currentOp", "dataSize", "dbStats", "distinct", "find"}
    | {"getCmdLineOpts", "getLog", "getParameter", "getShardMap", "hostInfo", "listCollections", "listDatabases"}
    | {"listIndexes", "replSetGetConfig", "replSetGetStatus", "rolesInfo", "serverStatus", "top", "usersInfo"}
)
_NOT_PRIMARY = 13435
_NO_SUCH = "noSuchCommandXyz"  # what every recording asked to learn how an unknown command is answered


@dataclass(frozen=True, slots=True)
class MongoAsked:
    """One command as it came in. `willing`: the client takes a secondary's answer (slaveOk or `$readPreference`)."""

    opcode: str
    database: str | None
    command: Mapping[str, Any]
    willing: bool = True

    @property
    def name(self) -> str:
        """The command's name, which is its first key."""
        return next(iter(self.command), "")


@dataclass(frozen=True, slots=True)
class MongoAnswers:
    """Chooses the answers of one recording."""

    recording: MongoRecording

    @property
    def is_mongod(self) -> bool:
        """Whether a real mongod or mongos was recorded: only they greet HTTP with a text."""
        return any(e.reply and "gitVersion" in e.reply for e in self.recording.exchanges if e.name == "buildInfo")

    @property
    def version(self) -> tuple[int, ...]:
        """The recorded server's version, (4, 0, 19, 0); empty where it told none."""
        for exchange in self.recording.exchanges:
            if exchange.name == "buildInfo" and exchange.reply:
                return tuple(int(part) for part in exchange.reply.get("versionArray", ()))
        return ()

    def choose(self, asked: MongoAsked) -> Mapping[str, Any] | None:
        """The answer to a command; None where the server would end the connection.

        The order: the same command; the same on the same database and object with other arguments; the same elsewhere,
        then with nothing in it; how the server refuses without a login; how it answers unknown commands.
        """
        spoken = [e for e in self.recording.exchanges if e.opcode == asked.opcode]
        if all(e.reply is None for e in spoken or self.recording.exchanges):
            return None  # this server drops this opcode whatever it carries
        exchange = self._nearest(asked, spoken) or self._nearest(asked, self._other_opcode(asked))
        if exchange is None:
            return self._unrecorded(asked)
        exchange = self._as_member(asked, exchange)
        if exchange.reply is None:
            return None
        if not _succeeded(exchange.reply):
            return _renamed(exchange, asked)
        if not _same_object(exchange, asked):
            return _emptied(exchange, asked)
        return _typed(exchange, asked)

    def find(self, namespace: str) -> tuple[Mapping[str, Any], ...] | None:
        """The documents that answer a legacy query; None where the server would end the connection."""
        special = [e for e in self.recording.exchanges if e.command.get("ns") == namespace]
        if special:
            return None if special[0].reply is None else (special[0].reply,)
        finds = [e for e in self.recording.exchanges if e.opcode == "OP_QUERY find"]
        exact = [e for e in finds if e.command.get("find") == namespace]
        for exchange in exact or finds:
            documents = tuple((exchange.reply or {}).get("docs", ()))
            refused = bool(documents) and "$err" in documents[0]
            return documents if exact or refused else ()
        return ()

    def _nearest(self, asked: MongoAsked, among: list[MongoExchange]) -> MongoExchange | None:
        fitting = [e for e in among if e.name.lower() == asked.name.lower() and e.database is not None]
        return min(fitting, key=lambda e: _distance(e, asked), default=None)

    def _other_opcode(self, asked: MongoAsked) -> list[MongoExchange]:
        return [e for e in self.recording.exchanges if e.opcode != asked.opcode and e.reply is not None]

    def _as_member(self, asked: MongoAsked, exchange: MongoExchange) -> MongoExchange:
        """Of a secondary or an arbiter: what it answers to a client that is, or is not, willing to read from it.

        It was recorded with slaveOk in OP_QUERY and without `$readPreference` in OP_MSG.
        """
        twins = [
            self._nearest(asked, [e for e in self.recording.exchanges if e.opcode == opcode])
            for opcode in ("OP_QUERY", "OP_MSG")
        ]
        query, message = twins
        if query is None or message is None or (message.reply or {}).get("code") != _NOT_PRIMARY:
            return exchange
        return query if asked.willing else message

    def _unrecorded(self, asked: MongoAsked) -> Mapping[str, Any] | None:
        spoken = [e for e in self.recording.exchanges if e.opcode == asked.opcode and e.database is not None]
        unknown = next((e for e in spoken if e.name == _NO_SUCH), None)
        if unknown is not None and unknown.reply is None:
            return None
        refusal = next(
            (e for e in spoken if e.reply and _refused(e.reply) and e.name in _REAL and e.database == "admin"), None
        )
        if refusal is not None and asked.name in _REAL:
            return _renamed(refusal, asked)
        if asked.name == "replSetGetStatus" and self.is_mongod and unknown is not None:
            # No recording of a standalone asked for it; every version answers so, the old ones without the code.
            return {
                "ok": 0.0,
                "errmsg": "not running with --replSet",
                **({"code": 76} if "code" in (unknown.reply or {}) else {}),
            }
        if unknown is None or unknown.reply is None:
            return {"ok": 0.0, "errmsg": f"no such command: '{asked.name}'", "code": 59, "codeName": "CommandNotFound"}
        return _renamed(unknown, asked)


def _arguments(command: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in command.items() if name not in _ENVELOPE}


def _distance(exchange: MongoExchange, asked: MongoAsked) -> tuple[int, int]:
    recorded, given = _arguments(exchange.command), _arguments(asked.command)
    differing = sum(recorded.get(name) != given.get(name) for name in {*recorded, *given})
    return (0 if _same_object(exchange, asked) else 1, differing)


def _same_object(exchange: MongoExchange, asked: MongoAsked) -> bool:
    if exchange.database != asked.database:
        return False
    recorded, given = exchange.command[exchange.name], asked.command[asked.name]
    return recorded == given or not (isinstance(recorded, str) and isinstance(given, str))


def _succeeded(reply: Mapping[str, Any]) -> bool:
    return bool(reply.get("ok"))


def _refused(reply: Mapping[str, Any]) -> bool:
    text = str(reply.get("errmsg", ""))
    wants_login = reply.get("code") == 13 or text == "unauthorized"
    return not _succeeded(reply) and wants_login and "admin db" not in text and "admin database" not in text


def _renamed(exchange: MongoExchange, asked: MongoAsked) -> dict[str, Any]:
    """A recorded error, with the names in its text exchanged for those that were asked about."""
    reply = dict(exchange.reply or {})
    for key in ("errmsg", "$err"):
        if isinstance(text := reply.get(key), str):
            text = text.replace(exchange.name, asked.name)
            if exchange.database and asked.database:
                text = text.replace(f"on {exchange.database} ", f"on {asked.database} ")
            reply[key] = text
    if "bad cmd" in reply:
        reply["bad cmd"] = dict(asked.command)
    return reply


def _emptied(exchange: MongoExchange, asked: MongoAsked) -> dict[str, Any]:
    """A recorded success about another database or collection: the same shape, with nothing in it."""
    reply = dict(exchange.reply or {})
    subject = asked.command[asked.name]
    if isinstance(cursor := reply.get("cursor"), Mapping):
        namespace = f"{asked.database}.{subject if isinstance(subject, str) else '$cmd.' + asked.name}"
        reply["cursor"] = {**cursor, "id": 0, "ns": namespace, "firstBatch": []}
    for name in ("n", "count", "size", "objects", "collections", "dataSize", "storageSize"):
        if name in reply:
            reply[name] = 0
    if "ns" in reply and isinstance(subject, str):
        reply["ns"] = f"{asked.database}.{subject}"
    return reply


def _typed(exchange: MongoExchange, asked: MongoAsked) -> Mapping[str, Any]:
    """A recorded success; of an aggregation on names and types, in the words of the pipeline that was asked."""
    reply = exchange.reply or {}
    pipeline, cursor = asked.command.get("pipeline"), reply.get("cursor")
    if asked.name != "aggregate" or not isinstance(pipeline, list) or not isinstance(cursor, Mapping):
        return reply
    if pipeline == exchange.command.get("pipeline"):
        return reply
    documents = recorded_documents(cursor.get("firstBatch", ()))
    if documents is None:
        return reply
    try:
        return {**reply, "cursor": {**cursor, "firstBatch": aggregate(documents, pipeline)}}
    except UnknownStageError as unknown:
        return {"ok": 0.0, "errmsg": f"Unrecognized pipeline stage name: '{unknown}'", "code": 40324}
