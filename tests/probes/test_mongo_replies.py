"""What a server's words mean: the code and the text together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.mongodb.dialects import Marks, name_dialect, name_service
from auditor.probes.mongodb.greeting import read_greeting
from auditor.probes.mongodb.replies import Answer, judge_reply, quote_refusal, read_databases, reveals_settings
from auditor.probes.mongodb.rights import read_identity

OLD, V36, V40, V80 = 0, 6, 7, 25


def _no(text: str | None = None, code: Any = None, **more: Any) -> dict[str, Any]:
    reply: dict[str, Any] = {"ok": 0.0, **more}
    if text is not None:
        reply["errmsg"] = text
    if code is not None:
        reply["code"] = code
    return reply


CASES: list[tuple[dict[str, Any], int, Answer]] = [
    ({"ok": 1.0}, V40, Answer.GIVEN),
    ({"ok": True}, V40, Answer.GIVEN),
    ({"ok": 1, "$err": "no"}, V40, Answer.OTHER),
    # The login, as each age asks for it.
    (_no("unauthorized"), OLD, Answer.LOGIN),
    ({"err": "unauthorized"}, OLD, Answer.LOGIN),
    ({"$err": "not authorized for query on h2db.system.namespaces", "code": 16550}, OLD, Answer.LOGIN),
    ({"$err": "not authorized for query on h2db.system.namespaces", "code": 13, "ok": 0.0}, 2, Answer.LOGIN),
    (_no("not authorized on admin to execute command { listDatabases: 1 }", 13), 2, Answer.LOGIN),
    (_no("not authorized on admin to execute command { listDatabases: 1 }", 13), 5, Answer.LOGIN),
    (_no("not authorized on admin to execute command { listDatabases: 1 }", 13), V36, Answer.LOGIN),
    (_no("command listDatabases requires authentication", 13), V40, Answer.LOGIN),
    (_no("Command listDatabases requires authentication", 13), V80, Answer.LOGIN),
    (_no("Authorization failure", 13), V40, Answer.LOGIN),
    (_no("Command hello not supported prior to authentication.", 115), V40, Answer.LOGIN),
    (_no("(Unauthorized) not authorized on admin", 8000), V80, Answer.LOGIN),
    (_no("(Unauthorized) not authorized on admin to execute command { listDatabases: 1 }", 8000), V80, Answer.LOGIN),
    (_no("user is not allowed to do action [find] on [shop.people]", 8000), V80, Answer.LOGIN),
    (_no("Command listdatabases is not allowed as the connection is not authenticated yet.", 13), V80, Answer.LOGIN),
    (_no("Not Authenticated.  ConnectionId 1ce6", 13, **{"$err": "Not Authenticated."}), 2, Answer.LOGIN),
    # ... and what Atlas's proxy refuses for other reasons is none.
    (_no("no SNI name sent, make sure using a MongoDB 3.4+ driver/shell.", 8000), V80, Answer.OTHER),
    (_no("Unallowed argument in listDatabases command: authorizedDatabases", 8000), V80, Answer.OTHER),
    # Past the login, without a right: not the ordinary refusal from 4.0 on.
    (_no('not authorized on admin to execute command { getLog: "x", $db: "admin" }', 13), V40, Answer.NO_ROLE),
    (_no('not authorized on admin to execute command { getLog: "x", $db: "admin" }', 13), V80, Answer.NO_ROLE),
    # 13 that is no login at all.
    (_no("listDatabases may only be run against the admin database.", 13), V40, Answer.WRONG_PLACE),
    (_no("listDatabases may only be run against the admin database.", 13), 2, Answer.WRONG_PLACE),
    (_no("access denied; use admin db"), OLD, Answer.WRONG_PLACE),
    (_no("something that nobody has seen", 13), V40, Answer.OTHER),
    (_no(None, 13), V40, Answer.OTHER),
    # Codes that open servers give too.
    (_no("Authentication failed.", 18), V40, Answer.OTHER),
    (_no("auth fails", 18), OLD, Answer.OTHER),
    (_no("not authorized on admin", 18), V40, Answer.OTHER),
    (_no("no such command: 'hello'", 59), V40, Answer.UNKNOWN),
    (_no("no such cmd: hello"), OLD, Answer.UNKNOWN),
    (_no("command requires authentication", 59), V40, Answer.UNKNOWN),
    (_no("not master and slaveOk=false", 13435), V40, Answer.NOT_READABLE),
    (_no("node is recovering", 13436), V40, Answer.NOT_READABLE),
    (_no("no replset config has been received", 94), V40, Answer.NOT_READABLE),
    (_no("OP_MSG requests require a $db argument", 40571), V40, Answer.OTHER),
    (_no("Unsupported OP_QUERY command: listDatabases", 352), V80, Answer.OTHER),
    (_no("ns not found"), OLD, Answer.MISSING),
    (_no("Database [h2db] not found."), V40, Answer.MISSING),
    (_no("Collection [h2db.x] not found."), V36, Answer.MISSING),
    (_no("ns does not exist: a.b", 26), V80, Answer.MISSING),
    (_no("Unrecognized expression '$type'", 168), V40, Answer.OTHER),
    # Hostile types.
    (_no("requires authentication", [13]), V40, Answer.LOGIN),
    (_no("requires authentication", {"a": 1}), V40, Answer.LOGIN),
    (_no("requires authentication", True), V40, Answer.LOGIN),
    (_no("requires authentication", 13.0), V40, Answer.LOGIN),
    (_no("requires authentication", 2**70), V40, Answer.LOGIN),
    (_no("x", float("nan")), V40, Answer.OTHER),
    ({"ok": "1"}, V40, Answer.OTHER),
    ({"ok": [1]}, V40, Answer.OTHER),
    ({}, V40, Answer.OTHER),
]


@pytest.mark.fact(
    "MDB-05",
    "MDB-12",
    "MDB-17",
    "MDB-18",
    "MDB-19",
    "MDB-35",
    "MDB-36",
    "MDB-37",
    "MDB-38",
    "MDB-39",
    "MDB-41",
    "MDB-42",
    "MDB-43",
    "MDB-44",
    "MDB-45",
    "MDB-92",
)
@pytest.mark.parametrize(("document", "wire", "answer"), CASES)
def test_code_and_text_are_read_together(document: dict[str, Any], wire: int, answer: Answer) -> None:
    assert judge_reply(document, wire_version=wire) is answer


def test_a_refusal_is_quoted_in_our_words_only() -> None:
    secret = 'not authorized on admin to execute command { find: "alice@example.org" }'
    assert quote_refusal(_no(secret, 13)) == 'code 13, "not authorized"'
    assert (
        quote_refusal(_no("command listDatabases requires authentication", 13)) == 'code 13, "requires authentication"'
    )
    assert quote_refusal(_no("unauthorized")) == 'no code, "unauthorized"'
    assert quote_refusal(_no("alice@example.org", 26)) == "code 26"
    no_name = "no SNI name sent, make sure using a MongoDB 3.4+ driver/shell."
    assert quote_refusal(_no(no_name, 8000)) == 'code 8000, "no SNI name sent"'


_KEYS = (
    *("ok", "code", "errmsg", "$err", "err", "databases", "hosts", "me", "setName", "modules", "version", "_t"),
    *("internal", "ferretdb", "dataLake", "slaveDelay", "secondaryDelaySecs", "configsvr", "authInfo"),
)
_documents = st.dictionaries(
    st.sampled_from(_KEYS),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
)


@given(_documents, st.integers(0, 30))
def test_any_reply_is_understood_or_odd_and_never_raises(document: dict[str, Any], wire: int) -> None:
    judge_reply(document, wire_version=wire)
    quote_refusal(document)
    read_databases(document, limit=5)
    reveals_settings(document)
    read_identity(document)
    greeting, marks = read_greeting(document, wire_version=wire), Marks(document, document, (document,))
    assert greeting.role is not None
    assert name_service(greeting, name_dialect(marks), marks, {}).name


@pytest.mark.fact("MDB-48")
def test_databases_that_only_a_question_made_are_left_out() -> None:
    listing = read_databases(
        {
            "databases": [
                {"name": "shop", "sizeOnDisk": 33554432.0, "empty": False},
                {"name": "typo", "sizeOnDisk": 1.0, "empty": True},
                {"name": "local", "sizeOnDisk": 1.0, "empty": False},
                {"name": "shop"},
                {"name": 5},
                {"name": ""},
            ]
        },
        limit=10,
    )
    assert listing is not None
    assert (listing.databases, listing.beyond_local) == (("shop", "local"), ("shop",))


@pytest.mark.parametrize("document", [{}, {"databases": None}, {"databases": {}}, {"databases": ["shop"]}])
def test_what_is_no_list_of_databases_is_none(document: dict[str, Any]) -> None:
    assert read_databases(document, limit=5) is None


def test_a_list_beyond_the_budget_is_cut_and_says_so() -> None:
    listing = read_databases({"databases": [{"name": f"d{n}"} for n in range(20)]}, limit=5)
    assert listing is not None
    assert (len(listing.databases), listing.truncated) == (5, True)
