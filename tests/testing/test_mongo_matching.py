from collections.abc import Mapping
from typing import Any

import pytest

from auditor.testing.mongo_matching import MongoAnswers, MongoAsked
from auditor.testing.recording import load_mongo
from tests.testing.places import MONGO, REPLIES

TYPES_BY_GROUP = [
    {"$sample": {"size": 100}},
    {"$project": {"a": {"$objectToArray": "$$ROOT"}}},
    {"$unwind": "$a"},
    {"$group": {"_id": {"k": "$a.k", "t": {"$type": "$a.v"}}, "n": {"$sum": 1}}},
]
SECURED = [name for name in MONGO if "auth" in name and "noauth" not in name and "exception" not in name]


def answers(name: str) -> MongoAnswers:
    return MongoAnswers(load_mongo(REPLIES / (name.removesuffix(".json") + ".json")))


def ask(
    server: MongoAnswers, command: Mapping[str, Any], db: str = "admin", opcode: str = "OP_MSG", **more: Any
) -> Any:
    return server.choose(MongoAsked(opcode, db, command, **more))


@pytest.mark.parametrize("name", MONGO)
def test_every_recorded_command_gets_its_own_answer_back(name: str) -> None:
    server = answers(name)
    for exchange in server.recording.exchanges:
        if exchange.database is None:
            continue
        same = [
            e.reply
            for e in server.recording.exchanges
            if (e.opcode, e.database, e.command) == (exchange.opcode, exchange.database, exchange.command)
        ]
        assert (
            ask(server, exchange.command, exchange.database, exchange.opcode, willing=exchange.opcode == "OP_QUERY")
            in same
        )


def test_op_msg_to_a_server_that_is_too_old_for_it_is_dropped_whatever_it_says() -> None:
    assert ask(answers("mongod-3.4.24-auth-oneuser"), {"buildInfo": 1}) is None
    assert ask(answers("mongod-3.4.24-auth-oneuser"), {"buildInfo": 1}, opcode="OP_QUERY")["version"] == "3.4.24"


@pytest.mark.parametrize("name", SECURED)
def test_a_secured_server_refuses_real_commands_that_were_not_recorded_and_does_not_know_made_up_ones(
    name: str,
) -> None:
    server = answers(name)
    opcode = "OP_QUERY" if ask(server, {"isMaster": 1}) is None else "OP_MSG"
    refused = ask(server, {"listIndexes": "people"}, "h2db", opcode)
    assert refused["ok"] == 0
    assert refused.get("code") == 13 or refused["errmsg"] == "unauthorized"
    assert "getLog" not in refused["errmsg"]
    unknown = ask(server, {"noCommandHasThisName": 1}, opcode=opcode)
    assert unknown["ok"] == 0
    assert unknown.get("code") in (59, None)
    assert "noCommandHasThisName" in unknown["errmsg"]


def test_mongo_java_server_drops_what_it_does_not_know_in_op_query_alone() -> None:
    server = answers("mongo-java-server-1.47.0-memory-MONGO_4_0")
    assert ask(server, {"madeUp": 1}, opcode="OP_QUERY") is None
    assert ask(server, {"madeUp": 1})["code"] == 59


def test_another_database_is_there_but_holds_nothing() -> None:
    server = answers("mongod-4.0.19-noauth")
    assert ask(server, {"listCollections": 1}, "config")["cursor"]["firstBatch"] == []
    assert ask(server, {"listCollections": 1}, "config")["cursor"]["ns"] == "config.$cmd.listCollections"
    assert ask(server, {"count": "elsewhere"}, "h2db")["n"] == 0
    assert ask(server, {"count": "people"}, "h2db")["n"] == 20


def test_a_refusal_names_what_was_asked() -> None:
    server = answers("mongod-4.0.19-auth-oneuser")
    assert ask(server, {"dbStats": 1}, "shop")["errmsg"] == "command dbStats requires authentication"
    exception = answers("mongod-4.0.19-auth-nouser-localhost-exception")
    assert "not authorized on shop" in ask(exception, {"listCollections": 1}, "shop")["errmsg"]


def test_a_member_answers_by_whether_the_client_would_read_from_a_secondary() -> None:
    secondary = answers("mongod-4.0.19-rs-secondary")
    for opcode in ("OP_MSG", "OP_QUERY"):
        assert ask(secondary, {"listDatabases": 1}, opcode=opcode, willing=False)["code"] == 13435
        assert ask(secondary, {"listDatabases": 1}, opcode=opcode, willing=True)["ok"] == 1
        assert ask(secondary, {"getLog": "startupWarnings"}, opcode=opcode, willing=False)["ok"] == 1


def test_a_question_for_types_is_answered_in_the_words_in_which_it_is_asked() -> None:
    reply = ask(
        answers("mongod-4.0.19-noauth"), {"aggregate": "people", "pipeline": TYPES_BY_GROUP, "cursor": {}}, "h2db"
    )
    found = {(row["_id"]["k"], row["_id"]["t"]) for row in reply["cursor"]["firstBatch"]}
    assert {("_id", "objectId"), ("email", "string"), ("sub", "object"), ("nul", "null")} <= found


def test_a_stage_that_nobody_recorded_is_refused_not_invented() -> None:
    pipeline = [{"$replaceWith": "$sub"}]
    reply = ask(answers("mongod-4.0.19-noauth"), {"aggregate": "people", "pipeline": pipeline, "cursor": {}}, "h2db")
    assert (reply["ok"], reply["code"]) == (0, 40324)


def test_a_standalone_says_that_it_replicates_nothing() -> None:
    assert ask(answers("mongod-4.0.19-noauth"), {"replSetGetStatus": 1})["code"] == 76


def test_legacy_finds_are_answered_or_refused_as_they_were() -> None:
    (refusal,) = answers("mongod-2.6.7-pre-auth-users-data-remote").find("h2db.system.namespaces") or ()
    assert refusal["code"] == 13
    (elsewhere,) = answers("mongod-2.6.7-pre-auth-users-data-remote").find("other.system.namespaces") or ()
    assert elsewhere["code"] == 13
    assert answers("mongod-2.4.13-pre-noauth").find("other.system.namespaces") == ()
    assert answers("mongod-2.4.13-pre-auth-nouser-remote").find("admin.$cmd.sys.inprog") == ({"err": "unauthorized"},)
