"""Services and re-implementations that speak MongoDB's protocol in a dialect of their own."""

from collections.abc import Iterator
from typing import Any

from auditor.model.outcome import Verdict
from tests.matrix import states
from tests.matrix.cell import ANY, DIALECTS, Cell, Manner, recorded, scripted
from tests.matrix.mongod import Release, opened, unknown
from tests.matrix.mongodb import FAR
from tests.matrix.stage import mongod
from tests.probes.mongo_server import Asked, Behaviour, Reaction, databases, greeting

_DOCUMENTDB = (
    "Amazon DocumentDB Developer Guide: refusals are code 13 with the text “Authorization failure”; its members are "
    "called *.docdb.amazonaws.com."
)
_COSMOS = (
    "Captured replies of Azure Cosmos DB in public driver tests and write-ups: `hello` is 115 “Command Hello not "
    "supported prior to authentication”, isMaster is answered, its members are called *.mongo.cosmos.azure.com."
)
_GATEWAY = (
    "The gateway of microsoft/documentdb (pg_documentdb_gw): before a login every other command is code 13, “Command "
    "… not supported prior to authentication.”"
)
_FERRETDB = (
    "FerretDB 2, middleware and handlers (FerretDB/FerretDB): OP_QUERY for the handshake alone, else code 352; "
    "without a login code 13, “Command … requires authentication”; `ferretdb` in buildInfo. With --auth=false "
    "nothing is asked."
)
_STAND_INS = "Measured on nx-27017 0.8.1: ok to every command, even to one that cannot exist, and a list of databases."


def cells() -> Iterator[Cell]:
    """Services that are guarded, and re-implementations that are not."""
    login = Verdict.AUTH_REQUIRED
    docdb = greeting(9, setName="rs0", hosts=["docdb-1.c-abc.eu-west-1.docdb.amazonaws.com:27017"])
    failure = {"ok": 0.0, "operationTime": 1, "code": 13, "errmsg": "Authorization failure"}
    behave, name = _guarded(docdb, failure), "Amazon DocumentDB"
    yield _one(name, states.SECURED, login, behave, _DOCUMENTDB, names=name)
    yield _one(name, states.TLS, login, behave, _DOCUMENTDB, names=name, tls=True)
    cosmos = greeting(13, setName="globaldb", me="acme.mongo.cosmos.azure.com:10255")
    yield _one("Azure Cosmos DB", states.SECURED, login, _cosmos(cosmos), _COSMOS, names="Azure Cosmos DB", tls=True)
    prior = {"ok": 0.0, "code": 13, "errmsg": "Command listdatabases not supported prior to authentication."}
    yield _one("DocumentDB (PostgreSQL)", states.SECURED, login, _guarded(greeting(21), prior), _GATEWAY)
    ferret = Release("7.0.77", 21)
    build = {**ferret.build, "ferretdb": {"version": "v2.5.0"}}
    free = opened(ferret, {"buildInfo": build})
    yield _one("FerretDB 2", states.OPEN, Verdict.OPEN, free, _FERRETDB, names="FerretDB")
    yield _one("FerretDB 2", states.SECURED, login, _ferret(ferret, build), _FERRETDB, names="FerretDB")
    yield recorded(
        *(DIALECTS, "mongo-java-server as 4.0", states.OPEN, Verdict.OPEN),
        "mongo-java-server-1.47.0-memory-MONGO_4_0",
        manner=Manner("mongodb"),
    )
    yield _one("nx-27017", states.OPEN, Verdict.OPEN, _says_yes(), _STAND_INS)
    own = "Written for this test: the handshake, and no command that a MongoDB has."
    no_list = _guarded(greeting(7), None)
    yield _one(ANY, "another dialect, without listDatabases", Verdict.OTHER_SERVICE, no_list, own)


def _one(
    version: str, state: str, verdict: Verdict, behave: Behaviour, source: str, *, names: str = "", tls: bool = False
) -> Cell:
    return scripted(DIALECTS, version, state, verdict, mongod(behave, tls=tls), manner=FAR, source=source, names=names)


def _guarded(hello: dict[str, Any], refusal: dict[str, Any] | None) -> Behaviour:
    def behave(asked: Asked) -> Reaction:
        return hello if asked.name in ("isMaster", "hello") else refusal or unknown(asked)

    return behave


def _cosmos(hello: dict[str, Any]) -> Behaviour:
    def behave(asked: Asked) -> Reaction:
        if asked.name == "isMaster":
            return hello
        text = f"Command {asked.name[:1].upper()}{asked.name[1:]} not supported prior to authentication."
        code = 13 if asked.name == "listDatabases" else 115
        return {"ok": 0.0, "code": code, "errmsg": text}

    return behave


def _ferret(release: Release, build: dict[str, Any]) -> Behaviour:
    def behave(asked: Asked) -> Reaction:
        match asked.name:
            case "isMaster" | "hello":
                return release.greeting()
            case "buildInfo":
                return build
            case _:
                return release.refusal(asked)

    return release.speak(behave)


def _says_yes() -> Behaviour:
    release = Release("7.0.0", 21)
    plain = opened(release, {"listDatabases": databases("admin", "local", "shop"), "isMaster": greeting(21)})

    def behave(asked: Asked) -> Reaction:
        return {"ok": 1.0} if asked.name == "auditorControlQuestion" else plain(asked)

    return behave
