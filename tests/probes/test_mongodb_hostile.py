"""The probe against servers that lie, hand back documents, or are something else."""

import json
from typing import Any

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.model.observation import Access, Reach
from auditor.model.outcome import Verdict
from auditor.probes.interface import WireError
from auditor.testing import mongo_frames
from tests.probes.loopback import Caller, serving
from tests.probes.mongo_server import (
    LOGIN,
    NO_SUCH_COMMAND,
    Asked,
    Reaction,
    cursor,
    databases,
    greeting,
    mongo,
    observe,
    open_server,
    seen_of,
    table,
    verdict,
)

CANARY = "alice.canary@example.org"
PERSON = {"_id": CANARY, "name": CANARY, "email": CANARY, "n": 5, "p": CANARY, "t": "string", "f": [{"k": CANARY}]}


@pytest.mark.fact("MDB-81", "PEER-12")
@pytest.mark.parametrize("batch", [[PERSON], [PERSON] * 3, [{**PERSON, "auditorSeen": 1}]])
async def test_whole_documents_handed_back_are_dropped_unread(batch: list[dict[str, Any]]) -> None:
    seen = await seen_of(open_server(more={"shop aggregate people": cursor("shop.people", *batch)}))
    assert CANARY not in repr(seen)
    assert verdict(seen) is Verdict.OPEN
    (people,) = [dataset for dataset in seen.datasets if not dataset.system]
    assert [field.path for field in people.fields] == ["phone"]
    assert people.refused == ("fields of the documents",)


async def test_a_server_that_answers_every_question_with_documents_leaks_none_of_them() -> None:
    everything = {
        **cursor("shop.people", PERSON),
        "databases": [{**PERSON, "name": "shop"}],
        "ok": 1.0,
        "errmsg": CANARY,
    }

    def behave(asked: Asked) -> Reaction:
        return greeting(9) if asked.name == "isMaster" else everything

    async with mongo(behave) as server:
        seen = await observe(server)
    # A collection's name is a name, whatever it looks like.
    assert CANARY not in repr(seen).replace(f"shop.{CANARY}", "")


@pytest.mark.parametrize("name", ["a.b", "a/b", "a b", "a$b", 'a"b', "a\\b", "x" * 300, ""])
async def test_a_name_that_no_database_can_have_is_not_asked_about(name: str) -> None:
    async with mongo(table(open_server(more={"listDatabases": databases(name, "shop")}))) as server:
        seen = await observe(server)
    assert verdict(seen) is Verdict.OPEN
    assert {asked.database for asked in server.asked} == {"admin", "shop"}


async def test_a_name_that_did_not_come_through_whole_is_not_asked_about() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "people"},
        {"name": "caf\ufffd"},
        {"name": "nul\0l"},
        {"name": ""},
        {"name": 5},
    ]
    answers = open_server(
        more={
            "listDatabases": databases("shop", "caf\ufffd"),
            "shop listCollections": cursor("shop.$cmd.listCollections", *rows),
        }
    )
    async with mongo(table(answers)) as server:
        await observe(server)
    assert {asked.command.get("count") for asked in server.asked} - {None} == {"people"}
    assert {asked.database for asked in server.asked} == {"admin", "shop"}


_hostile = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.just(CANARY)
    | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["ok", "code", "_id", "p", "t", "cursor", "firstBatch", "id", "f", "k", "n", "email", "count"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    reply=st.dictionaries(st.sampled_from(["ok", "code", "errmsg", "cursor", "n", "count", "f"]), _hostile, max_size=6),
    known=st.sets(st.sampled_from(["buildInfo", "listDatabases", "shop listCollections"])),
    wire=st.sampled_from([0, 5, 25]),
)
async def test_no_answer_of_a_hostile_server_makes_the_probe_fail_or_keep_a_value(
    reply: dict[str, Any], known: set[str], wire: int
) -> None:
    bson.encode(reply)
    answers = {name: answer for name, answer in open_server(wire).items() if name in known | {"isMaster"}}
    seen = await seen_of(table(answers, otherwise=reply))
    assert seen.reach is Reach.ANSWERED
    assert CANARY not in repr(seen)


_odd_names = (
    st.text(max_size=6) | st.sampled_from(["shop", "a.b", "$cmd", "system.js", "", "a\0", CANARY[:5]]) | st.none()
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    databases_told=st.lists(_odd_names, max_size=4),
    collections_told=st.lists(_odd_names, max_size=4),
    fields_told=st.lists(_odd_names, max_size=4),
    number=st.integers(-(2**63), 2**63 - 1),
    place=_odd_names,
)
async def test_no_name_that_a_server_invents_makes_the_probe_fail(
    databases_told: list[Any], collections_told: list[Any], fields_told: list[Any], number: int, place: Any
) -> None:
    def behave(asked: Asked) -> Reaction:
        match asked.name:
            case "isMaster":
                return greeting(9)
            case "listDatabases":
                return {"databases": [{"name": name} for name in [*databases_told, "shop"]], "ok": 1.0}
            case "listCollections" | "getMore":
                batch = "firstBatch" if asked.name == "listCollections" else "nextBatch"
                rows = [{"name": name, "type": "collection"} for name in collections_told]
                return cursor(f"{asked.database}.{place or ''}", *rows, number=number, batch=batch)
            case "aggregate":
                rows = [{"_id": name, "auditorSeen": 1} for name in fields_told]
                if "$unwind" in repr(asked.command["pipeline"]):
                    return cursor(f"{asked.database}.{asked.command['aggregate']}", *rows)
                types = {f"t{place}": "object" for place in range(len(fields_told))}
                return cursor(f"{asked.database}.{asked.command['aggregate']}", types)
            case _:
                return {"ok": 1.0}

    seen = await seen_of(behave, requests=60)
    assert seen.reach is Reach.ANSWERED


@settings(max_examples=40, deadline=None)
@given(refusal=st.sampled_from([LOGIN, {"ok": 0.0, "code": 13435}, {"ok": 0.0, "code": 18}, NO_SUCH_COMMAND]))
async def test_records_are_never_seen_where_every_data_command_was_refused(refusal: dict[str, Any]) -> None:
    known = {name: open_server()[name] for name in ("isMaster", "buildInfo", "listDatabases", "shop listCollections")}
    seen = await seen_of(table(known, otherwise=refusal))
    assert seen.access is not Access.RECORDS


@pytest.mark.fact("PEER-08")
async def test_a_server_that_falls_silent_is_asked_twice_more_and_left() -> None:
    async def talk(caller: Caller) -> None:
        head = await caller.reader.readexactly(16)
        rest = await caller.reader.readexactly(mongo_frames.HEADER.unpack(head)[0] - 16)
        request = mongo_frames.read(head, rest)
        if "isMaster" in request.document:
            await caller.send(mongo_frames.reply(request, [greeting(9)]))
        await caller.reader.read()

    async with serving(talk) as server:
        seen = await observe(server, exchange_seconds=0.2)
    assert verdict(seen) is Verdict.INCONCLUSIVE
    assert len(seen.transcript) == 3
    assert "silent" in seen.detail


async def test_http_on_the_port_is_another_service() -> None:
    async def talk(caller: Caller) -> None:
        if (await caller.reader.read(4)).startswith(b"GET"):
            await caller.reader.readuntil(b"\r\n\r\n")
            body = json.dumps({"tagline": "You Know, for Search"}).encode()
            head = f"HTTP/1.1 200 OK\r\nserver: nginx\r\ncontent-length: {len(body)}\r\n\r\n"
            await caller.send(head.encode() + body)
        else:
            await caller.send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")

    async with serving(talk) as server:
        seen = await observe(server)
    assert (verdict(seen), seen.reach) == (Verdict.OTHER_SERVICE, Reach.NOT_THE_PRODUCT)
    assert "nginx" in seen.detail


@pytest.mark.fact("MDB-65")
async def test_the_native_port_s_text_over_http_is_a_hint_and_no_lock() -> None:
    async def talk(caller: Caller) -> None:
        if (await caller.reader.read(4)).startswith(b"GET"):
            await caller.reader.readuntil(b"\r\n\r\n")
            text = b"It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"
            head = f"HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n"
            await caller.send(head.encode() + text)

    async with serving(talk) as server:
        seen = await observe(server)
    assert verdict(seen) is Verdict.INCONCLUSIVE
    assert seen.service is not None
    assert seen.service.name == "MongoDB"


async def test_ssh_on_the_port_is_not_asked_in_http() -> None:
    async def talk(caller: Caller) -> None:
        await caller.send(b"SSH-2.0-OpenSSH_9.2\r\n")
        await caller.reader.read(1024)

    async with serving(talk) as server:
        with pytest.raises(WireError) as error:
            await observe(server)
        assert server.accepted == 1
    assert (error.value.reach, error.value.detail) == (Reach.NOT_THE_PRODUCT, "it answers in SSH")
