"""The read allow-list: which commands may leave for a MongoDB server, with which options, and nothing else.

Writing is not expressible: a command, an option or a stage that is not named here is refused before the first byte is
sent. Documents may only be asked about by the reductions of `mongo_reductions`, whose answers are names and types; the
other pipelines that pass can only count. Documents themselves are sent by one question alone, which has a door of its
own (`check_sample`) that opens where the user was allowed a sample, and whose answer is reduced to types and counts.
"""

from collections.abc import Mapping
from typing import Any

from auditor.probes.interface import LARGEST_SAMPLE, WriteRefusedError
from auditor.probes.mongo_reductions import is_reduction

#: A command that no server has. A real one says that it does not know it; one that says "ok" is a stand-in.
CONTROL_QUESTION = "auditorControlQuestion"

_ANYWHERE = frozenset({"maxTimeMS"})
#: Each command with the options that it may carry beside its own value.
_COMMANDS: dict[str, frozenset[str]] = {
    "isMaster": frozenset(),
    "hello": frozenset(),
    "buildInfo": frozenset(),
    "listDatabases": frozenset({"nameOnly"}),
    "listCollections": frozenset({"nameOnly", "cursor"}),
    "listIndexes": frozenset({"cursor"}),
    "count": frozenset(),
    "collStats": frozenset(),
    "dbStats": frozenset(),
    "aggregate": frozenset({"pipeline", "cursor"}),
    "getMore": frozenset({"collection", "batchSize"}),
    "getLog": frozenset(),
    "hostInfo": frozenset(),
    "replSetGetStatus": frozenset(),
    "connectionStatus": frozenset({"showPrivileges"}),
    CONTROL_QUESTION: frozenset(),
}
#: Commands whose value names a collection; those of every other are numbers, but for getLog's.
OF_A_COLLECTION = frozenset({"listIndexes", "count", "collStats", "aggregate"})
#: Databases of the product's own bookkeeping, users included.
SYSTEM_DATABASES = frozenset({"admin", "config", "local"})
_CATALOGUES = ("system.namespaces", "system.indexes")
_STAGES = frozenset({"$match", "$sample", "$limit", "$project", "$unwind", "$group", "$count", "$collStats"})
_INT64 = 1 << 63


def check(database: str, command: Mapping[str, Any]) -> None:
    """Lets a command pass that can only read names, counts, types and settings.

    Raises:
        WriteRefusedError: it is not on the list. The message names it and holds nothing of its arguments.
    """
    name = next(iter(command), "")
    options = _COMMANDS.get(name)
    if options is None:
        raise WriteRefusedError(f"the command '{name}' is not on the read allow-list")
    for option in list(command)[1:]:
        if option not in options and option not in _ANYWHERE:
            raise WriteRefusedError(f"the option '{option}' of {name} is not on the read allow-list")
    if not is_database(database):
        raise WriteRefusedError(f"{name} names no database")
    if not _value_fits(name, command[name]):
        raise WriteRefusedError(f"{name} with that value is not on the read allow-list")
    if not all(_option_fits(option, command[option]) for option in list(command)[1:]):
        raise WriteRefusedError(f"{name} carries an option with a value that it may not have")
    if name == "getMore" and not isinstance(command.get("collection"), str):
        raise WriteRefusedError("getMore names no collection")
    if name == "aggregate":
        _check_pipeline(command.get("pipeline"))


def check_find(collection: str) -> None:
    """Lets a legacy find pass on the catalogues that servers up to 2.6 keep as collections.

    Raises:
        WriteRefusedError: on any other collection.
    """
    database, _, rest = collection.partition(".")
    if rest not in _CATALOGUES or not is_database(database):
        raise WriteRefusedError(
            "a find on anything but system.namespaces and system.indexes is not on the read allow-list"
        )


def check_sample(database: str, collection: str, *, limit: int, approved: int) -> None:
    """Lets a find pass on some documents of an ordinary collection, which are reduced to types and counts on arrival.

    `approved` is how many the user allows (`Manner.sample`); 0, unless asked for and approved, closes this door.

    Raises:
        WriteRefusedError: that many were not allowed, or it is a collection of the product's own.
    """
    if not 0 < limit <= min(approved, LARGEST_SAMPLE):
        raise WriteRefusedError("documents are sampled only where that was approved, and no more than was approved")
    if not is_sampleable(database, collection):
        raise WriteRefusedError("only ordinary collections are sampled")


def is_sampleable(database: str, collection: str) -> bool:
    """Whether documents of a collection may be asked for: of an ordinary one, whose name came through whole."""
    ordinary = (
        bool(collection)
        and not collection.startswith("system.")
        and not any(sign in collection for sign in "$\0\ufffd")
    )
    return ordinary and is_database(database) and "\ufffd" not in database and database not in SYSTEM_DATABASES


def describe_sample(database: str, collection: str, opcode: str, *, limit: int) -> str:
    """How a sample is written down: `find shop.people, at most 5, reduced to types and counts (OP_MSG)`."""
    return f"find {database}.{collection}, at most {limit}, reduced to types and counts ({opcode})"


def describe(database: str, command: Mapping[str, Any], opcode: str) -> str:
    """How a command is written down: `count shop.people (OP_MSG)`; of a pipeline, its stages' names."""
    name = next(iter(command))
    subject = command[name] if name in OF_A_COLLECTION else command.get("collection") if name == "getMore" else None
    place = f"{database}.{subject}" if isinstance(subject, str) else database
    stages = ""
    if name == "aggregate":
        stages = f" [{', '.join(next(iter(stage)) for stage in command['pipeline'])}]"
    elif name == "getLog":
        stages = f" {command[name]}"
    return f"{name} {place}{stages} ({opcode})"


def is_database(database: str) -> bool:
    """Whether a text can be a database's name (MongoDB manual, "Naming Restrictions")."""
    return 0 < len(database) <= 255 and not any(sign in database for sign in '/\\. "$\0')


def _value_fits(name: str, value: object) -> bool:
    if name in OF_A_COLLECTION:
        return isinstance(value, str) and bool(value) and "\0" not in value
    if name == "getLog":
        return value == "startupWarnings"
    if name == "getMore":
        return isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64
    return value == 1 and not isinstance(value, bool)


def _option_fits(option: str, value: object) -> bool:
    match option:
        case "pipeline":
            return isinstance(value, list)
        case "collection":
            return isinstance(value, str) and bool(value) and "\0" not in value
        case "cursor":
            return isinstance(value, dict) and value.keys() <= {"batchSize"} and all(map(_is_count, value.values()))
        case "nameOnly" | "showPrivileges":
            return isinstance(value, bool)
        case _:
            return _is_count(value)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_000_000


def _check_pipeline(pipeline: object) -> None:
    if not isinstance(pipeline, list) or not 0 < len(pipeline) <= 16:
        raise WriteRefusedError("an aggregation without a pipeline is not on the read allow-list")
    for stage in pipeline:
        if not isinstance(stage, dict) or len(stage) != 1 or next(iter(stage)) not in _STAGES:
            raise WriteRefusedError("a stage of the pipeline is not on the read allow-list")
    if not (is_reduction(pipeline) or _only_counts(pipeline)):
        raise WriteRefusedError("the pipeline is none of those whose answers hold no value")


def _only_counts(pipeline: list[dict[str, Any]]) -> bool:
    """Whether it counts all documents, or some of them, without a condition that looks at their values."""
    match pipeline:
        case [{"$collStats": {**parts}}]:
            return parts.keys() <= {"count", "storageStats"} and all(part == {} for part in parts.values())
        case [*before, {"$count": str(name)}]:
            harmless = all(
                stage == {"$match": {}} or _is_count(stage.get("$limit")) or _is_sample(stage.get("$sample"))
                for stage in before
            )
            return harmless and bool(name) and not any(sign in name for sign in "$.\0")
        case _:
            return False


def _is_sample(given: object) -> bool:
    return isinstance(given, dict) and given.keys() == {"size"} and _is_count(given["size"])
