"""What the recorded mongods, mongos and old consoles really said, fact by fact."""

import re

import pytest

from tests.facts.recorded import body, every, headers, mongo, said, told

OPEN_24, CLOSED_24 = "mongod-2.4.13-pre-noauth", "mongod-2.4.13-pre-auth-nouser-remote"
CLOSED_26, CLOSED_34 = "mongod-2.6.7-pre-auth-users-data-remote", "mongod-3.4.24-auth-oneuser"
OPEN_40, CLOSED_40, NO_USER_40 = (
    f"mongod-4.0.19-{state}" for state in ("noauth", "auth-oneuser", "auth-nouser-localhost-exception")
)
OPEN_44, CLOSED_44 = "mongod-4.4.0-noauth", "mongod-4.4.0-auth-oneuser"
ARBITER, SECONDARY = "mongod-4.0.19-rs-arbiter", "mongod-4.0.19-rs-secondary"
MONGOS, CLOSED_MONGOS = "mongos-4.0.19-noauth", "mongos-4.0.19-auth"
JAVA = "mongo-java-server-1.47.0-memory-MONGO_4_0"
CLOSED = (CLOSED_24, CLOSED_26, CLOSED_34, CLOSED_40, CLOSED_44, CLOSED_MONGOS)
OPEN = (OPEN_24, OPEN_40, OPEN_44, MONGOS, SECONDARY)
NO_REST, REST, LOCKED = (
    f"mongod-console-{state}-remote" for state in ("2.4-auth-nouser-norest", "2.4-auth-nouser-rest", "2.6-auth-users")
)


def refusal(name: str, command: str, *, database: str = "admin") -> tuple[int | None, str]:
    """The code and the text of a refused command."""
    reply = told(name, command, database=database)
    assert reply is not None
    assert reply["ok"] == 0
    return reply.get("code"), reply["errmsg"]


@pytest.mark.fact("MDB-04")
@pytest.mark.parametrize("name", [OPEN_24, CLOSED_24, CLOSED_26, CLOSED_34])
@pytest.mark.parametrize("command", ["isMaster", "listDatabases", "ping"])
def test_up_to_3_4_op_msg_ends_the_connection(name: str, command: str) -> None:
    assert told(name, command, opcode="OP_MSG") is None


@pytest.mark.fact("MDB-01", "MDB-06", "MDB-07")
@pytest.mark.parametrize(
    ("name", "wire"),
    [(OPEN_24, None), (CLOSED_26, 2), (CLOSED_34, 5), (OPEN_40, 7), (MONGOS, 7), (OPEN_44, 9), (JAVA, 7)],
)
def test_each_release_tells_its_wire_version(name: str, wire: int | None) -> None:
    assert (told(name, "isMaster") or {}).get("maxWireVersion") == wire


@pytest.mark.fact("MDB-10")
@pytest.mark.parametrize("name", [*OPEN, *CLOSED])
def test_hello_is_unknown_up_to_4_4_0(name: str) -> None:
    code, text = refusal(name, "hello")
    assert code == (None if "2.4" in name else 59)
    assert text.startswith("no such c")


@pytest.mark.fact("MDB-11", "MDB-88")
def test_hello_is_unknown_to_mongo_java_server_which_closes_on_errors_in_op_query() -> None:
    assert (told(JAVA, "hello", opcode="OP_MSG") or {})["code"] == 59
    for command in ("hello", "getParameter", "usersInfo", "noSuchCommandXyz"):
        assert told(JAVA, command) is None


@pytest.mark.fact("MDB-14", "MDB-15")
@pytest.mark.parametrize("name", CLOSED)
def test_a_secured_server_answers_these_to_anybody(name: str) -> None:
    for command in ("isMaster", "buildInfo", "connectionStatus"):
        assert (told(name, command) or {})["ok"] == 1
    recorded = {exchange.name for exchange in mongo(name).exchanges}
    for command in {"ping", "whatsmyuri", "getnonce", "listCommands"} & recorded:
        replies = [exchange.reply for exchange in mongo(name).exchanges if exchange.name == command and exchange.reply]
        assert replies[0]["ok"] == 1


@pytest.mark.fact("MDB-14")
def test_all_four_lesser_questions_were_recorded_of_some_secured_server() -> None:
    assert {"ping", "whatsmyuri", "getnonce", "listCommands"} <= {one.name for one in mongo(CLOSED_34).exchanges}


@pytest.mark.fact("MDB-15")
@pytest.mark.parametrize("name", [*OPEN, *CLOSED, NO_USER_40])
def test_who_is_logged_in_is_nobody_everywhere(name: str) -> None:
    assert (told(name, "connectionStatus") or {})["authInfo"]["authenticatedUsers"] == []


@pytest.mark.fact("MDB-16")
@pytest.mark.parametrize("name", OPEN)
def test_an_open_server_lists_its_databases(name: str) -> None:
    listed = told(name, "listDatabases") or {}
    assert "h2db" in {database["name"] for database in listed["databases"]}


@pytest.mark.fact("MDB-17", "MDB-18", "MDB-19", "MDB-41", "MDB-42")
@pytest.mark.parametrize("command", ["listDatabases", "getLog", "hostInfo"])
@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        (CLOSED_24, None, "unauthorized"),
        (CLOSED_26, 13, "not authorized on admin to execute command { {} "),
        (CLOSED_34, 13, "not authorized on admin to execute command { {} "),
        (CLOSED_40, 13, "command {} requires authentication"),
        (CLOSED_44, 13, "command {} requires authentication"),
        (CLOSED_MONGOS, 13, "command {} requires authentication"),
    ],
)
def test_each_release_refuses_in_its_own_words(name: str, code: int | None, words: str, command: str) -> None:
    said_code, text = refusal(name, command)
    assert (said_code, text.startswith(words.replace("{}", command).removesuffix(" "))) == (code, True)


@pytest.mark.fact("MDB-22", "MDB-41")
def test_without_a_user_4_0_gives_its_own_machine_an_empty_list_and_other_words() -> None:
    assert (told(NO_USER_40, "listDatabases") or {})["databases"] == []
    for command in ("getLog", "hostInfo"):
        code, text = refusal(NO_USER_40, command)
        assert (code, text.startswith("not authorized on admin to execute command {")) == (13, True)


@pytest.mark.fact("MDB-23")
def test_an_open_arbiter_lists_local_alone() -> None:
    assert [database["name"] for database in (told(ARBITER, "listDatabases") or {})["databases"]] == ["local"]


@pytest.mark.fact("MDB-31")
@pytest.mark.parametrize("command", ["serverStatus", "getParameter"])
def test_what_an_arbiter_answers_is_no_proof(command: str) -> None:
    assert (told(ARBITER, command) or {})["ok"] == 1


@pytest.mark.fact("MDB-32")
def test_from_afar_a_server_without_users_refuses_as_any_other() -> None:
    assert refusal(CLOSED_24, "listDatabases") == (None, "unauthorized")  # it has access control and no user


@pytest.mark.fact("MDB-35", "MDB-36")
@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        (OPEN_24, None, "access denied; use admin db"),
        (CLOSED_24, None, "access denied; use admin db"),
        (CLOSED_26, 13, "listDatabases may only be run against the admin database."),
        (CLOSED_34, 13, "listDatabases may only be run against the admin database."),
    ],
)
def test_the_wrong_database_is_refused_before_the_login(name: str, code: int | None, words: str) -> None:
    assert refusal(name, "listDatabases", database="h2db") == (code, words)


@pytest.mark.fact("MDB-37")
@pytest.mark.parametrize(("name", "command"), [(OPEN_24, "authenticate"), (CLOSED_34, "saslStart")])
def test_a_wrong_login_is_18_on_an_open_server_too(name: str, command: str) -> None:
    assert refusal(name, command)[0] == 18


@pytest.mark.fact("MDB-38")
@pytest.mark.parametrize("name", [name for name in (*OPEN, *CLOSED) if "2.4" not in name])
def test_a_command_that_does_not_exist_is_unknown_before_the_login(name: str) -> None:
    assert refusal(name, "noSuchCommandXyz")[0] == 59


@pytest.mark.fact("MDB-39", "MDB-53")
@pytest.mark.parametrize("name", [SECONDARY, ARBITER])
def test_who_does_not_say_that_a_secondary_will_do_is_told_13435(name: str) -> None:
    assert (told(name, "listDatabases", opcode="OP_MSG") or {})["code"] == 13435
    assert (told(name, "listDatabases", opcode="OP_QUERY") or {})["ok"] == 1


@pytest.mark.fact("MDB-43")
@pytest.mark.parametrize(
    ("name", "code"), [(CLOSED_24, 16550), (CLOSED_26, 13), (CLOSED_34, 13), (CLOSED_40, 13), (CLOSED_MONGOS, 13)]
)
def test_a_refused_legacy_find_is_one_document_with_its_error(name: str, code: int) -> None:
    (found,) = [one.reply for one in mongo(name).exchanges if one.opcode == "OP_QUERY find"]
    assert found is not None
    (document,) = found["docs"]
    assert document["$err"].startswith("not authorized for query on h2db.")
    assert (document["code"], "errmsg" in document) == (code, False)


@pytest.mark.fact("MDB-44")
@pytest.mark.parametrize(("name", "short"), [(CLOSED_24, True), (CLOSED_26, True), (CLOSED_34, False)])
def test_a_refused_query_for_what_runs_is_short_in_old_releases(name: str, short: bool) -> None:
    (reply,) = [one.reply for one in mongo(name).exchanges if "ns" in one.command]
    assert (reply == {"err": "unauthorized"}) is short
    assert short or (reply or {})["code"] == 13


@pytest.mark.fact("MDB-45")
def test_statistics_of_a_missing_collection_are_refused_without_a_code() -> None:
    assert refusal(ARBITER, "collStats", database="h2db") == (None, "Database [h2db] not found.")


@pytest.mark.fact("MDB-47")
@pytest.mark.parametrize("name", [OPEN_24, CLOSED_24, CLOSED_26])
def test_up_to_2_6_there_is_no_listing_of_collections(name: str) -> None:
    code, text = refusal(name, "listCollections", database="h2db")
    assert (code, text) == (None if "2.4" in name else 59, "no such cmd: listCollections")


@pytest.mark.fact("MDB-47")
def test_their_catalogue_names_collections_and_indexes() -> None:
    (found,) = [one.reply for one in mongo(OPEN_24).exchanges if one.opcode == "OP_QUERY find"]
    names = [row["name"] for row in (found or {})["docs"]]
    assert [name for name in names if "$" not in name] == ["h2db.system.indexes", "h2db.people"]


@pytest.mark.fact("MDB-48")
def test_a_question_about_a_missing_database_made_it_appear() -> None:
    first = {entry["name"] for entry in body(said(REST, "/listDatabases"))["databases"]}
    (later,) = body(said(REST, "/admin/$cmd/?filter_listDatabases=1&limit=1"))["rows"]
    assert "h2db" not in first  # asked about in between, by GET /h2db/people/
    assert {"name": "h2db", "sizeOnDisk": 1, "empty": True} in later["databases"]


@pytest.mark.fact("MDB-49", "MDB-51")
def test_an_arbiter_and_a_mongos_name_themselves() -> None:
    assert (told(ARBITER, "isMaster") or {})["arbiterOnly"] is True
    assert (told(MONGOS, "isMaster") or {})["msg"] == "isdbgrid"
    assert "local" not in {database["name"] for database in (told(MONGOS, "listDatabases") or {})["databases"]}


@pytest.mark.fact("MDB-54", "MDB-55", "MDB-78")
@pytest.mark.parametrize("name", [OPEN_40, OPEN_44, SECONDARY, MONGOS])
def test_types_without_values_are_told_on_a_secondary_and_through_a_mongos_too(name: str) -> None:
    reply = told(name, "aggregate", database="h2db", of="people") or {}
    for row in reply["cursor"]["firstBatch"]:
        assert row.keys() == {"f"}
        assert all(entry.keys() == {"k", "t"} for entry in row["f"])
    assert {"k": "email", "t": "string"} in reply["cursor"]["firstBatch"][0]["f"]


@pytest.mark.fact("MDB-68")
@pytest.mark.parametrize("name", [NO_REST, REST, LOCKED])
def test_consoles_speak_http_1_0(name: str) -> None:
    assert {reply.version for reply in every(name)} == {"HTTP/1.0"}


@pytest.mark.fact("MDB-68", "MDB-69", "MDB-71", "MDB-72")
@pytest.mark.parametrize("name", [NO_REST, REST])
def test_without_a_user_the_page_and_the_status_are_anybody_s_on_the_port_1000_above(name: str) -> None:
    page, status = said(name, "/"), said(name, "/_status")
    port = re.search(rb"<title>mongod HOST:(\d+)</title>", page.body)
    assert port is not None
    assert (page.status, status.status) == (200, 200)
    assert b'"version" : "2.4.13-pre-"' in status.body
    if name is NO_REST:
        assert f"port {int(port[1]) + 1000} is secured".encode() in said(name, "/listDatabases").body


@pytest.mark.fact("MDB-70")
def test_rest_serves_what_lies_in_a_collection() -> None:
    reply = said(REST, "/h2db/people/?limit=-1")
    assert (reply.status, body(reply)["rows"]) == (200, [])  # this one was empty


@pytest.mark.fact("MDB-73")
def test_without_rest_all_else_is_refused() -> None:
    for reply in every(NO_REST, but=("/_status", "/favicon.ico")):
        assert reply.status == 403 or reply.body.startswith(b"<html>")
        assert reply.status == 200 or reply.body.startswith(b"REST is not enabled.")


@pytest.mark.fact("MDB-74")
def test_a_locked_console_refuses_everything_in_one_way() -> None:
    for reply in every(LOCKED):
        assert reply.status == 401
        assert headers(reply, "www-authenticate")[0].startswith('Digest realm="mongo", nonce="abc"')
