"""The one question that brings documents opens to approval alone, and lets no value through, whatever comes back."""

import logging
import traceback

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes import mongo_allow
from auditor.probes.interface import Manner, WireError, WriteRefusedError
from auditor.testing import mongo_frames
from auditor.testing.scripted import ScriptedLines, target
from tests.probes.loopback import Caller, serving
from tests.probes.mongo_server import LOGIN, cursor, greeting, lines, mongo, observe
from tests.probes.tally import SmallTally
from tests.probes.test_mongo_sample import CANARY, FIELDS, PEOPLE, fields_of, old_server


def tally() -> SmallTally:
    return SmallTally("shop.people", ())


@pytest.mark.parametrize("approved", [1, 5, 100, 1000])
def test_what_was_approved_passes(approved: int) -> None:
    mongo_allow.check_sample("shop", "people", limit=min(approved, 100), approved=approved)
    mongo_allow.check_sample("shop", "a.b", limit=1, approved=approved)


@pytest.mark.parametrize(
    ("database", "collection", "limit", "approved"),
    [
        ("shop", "people", 1, 0),
        ("shop", "people", 0, 5),
        ("shop", "people", -1, 5),
        ("shop", "people", 6, 5),
        ("shop", "people", 101, 1000),
        ("admin", "system.users", 1, 5),
        ("admin", "people", 1, 5),
        ("local", "oplog.rs", 1, 5),
        ("config", "chunks", 1, 5),
        ("shop", "system.users", 1, 5),
        ("shop", "system.js", 1, 5),
        ("shop", "", 1, 5),
        ("shop", "$cmd", 1, 5),
        ("shop", "$cmd.sys.inprog", 1, 5),
        ("shop", "a\0b", 1, 5),
        ("", "people", 1, 5),
        ("a.b", "people", 1, 5),
    ],
)
async def test_anything_else_is_refused_before_a_byte_is_sent(
    database: str, collection: str, limit: int, approved: int
) -> None:
    with pytest.raises(WriteRefusedError):
        mongo_allow.check_sample(database, collection, limit=limit, approved=approved)
    async with mongo(old_server(4)) as server, lines(server, sample=approved) as found:
        await found.mongo().handshake()
        with pytest.raises(WriteRefusedError):
            await found.mongo().sample(database, collection, limit=limit, tally=tally())
    assert server.names == ["isMaster"]


def test_a_find_on_its_own_stays_off_the_list_whatever_was_approved() -> None:
    with pytest.raises(WriteRefusedError):
        mongo_allow.check("shop", {"find": "people", "limit": 1})
    with pytest.raises(WriteRefusedError):
        mongo_allow.check_find("shop.people")


_BODY = mongo_frames.reply(mongo_frames.Request("OP_QUERY", 2, {}), [cursor("shop.people", *PEOPLE)])[16:]


@given(st.integers(0, len(_BODY) - 1), st.integers(0, 255))
async def test_whatever_byte_is_wrong_no_error_tells_a_value(at: int, byte: int) -> None:
    body = bytearray(_BODY)
    body[at] = byte

    async def talk(caller: Caller) -> None:
        for number in (1, 2):
            head = await caller.reader.readexactly(16)
            rest = await caller.reader.readexactly(mongo_frames.HEADER.unpack(head)[0] - 16)
            if number == 1:
                await caller.send(mongo_frames.reply(mongo_frames.read(head, rest), [greeting(4)]))
        await caller.send(mongo_frames.HEADER.pack(16 + len(body), 9, 2, 1) + bytes(body))

    async with serving(talk) as server, lines(server, sample=5) as found:
        await found.mongo().handshake()
        told = ""
        try:
            told = repr((await found.mongo().sample("shop", "people", limit=5, tally=tally())).refusal)
        except WireError as error:
            told = "".join(traceback.format_exception(error))
        assert "alice" not in told
        assert "alice" not in repr(found.transcript)


async def test_two_documents_are_no_answer_to_a_command() -> None:
    async def talk(caller: Caller) -> None:
        for documents in ([greeting(4)], [{"ok": 1.0}, PEOPLE[0]]):
            head = await caller.reader.readexactly(16)
            rest = await caller.reader.readexactly(mongo_frames.HEADER.unpack(head)[0] - 16)
            await caller.send(mongo_frames.reply(mongo_frames.read(head, rest), documents))

    async with serving(talk) as server, lines(server, sample=5) as found:
        await found.mongo().handshake()
        with pytest.raises(WireError, match="2 documents") as error:
            await found.mongo().sample("shop", "people", limit=5, tally=tally())
    assert "alice" not in str(error.value)


@pytest.mark.parametrize("requests", range(3, 14))
async def test_a_budget_that_ends_anywhere_ends_in_an_observation(requests: int) -> None:
    for wire in (0, 4):
        async with mongo(old_server(wire)) as server:
            seen = await observe(server, sample=5, requests=requests)
        assert len(server.asked) <= requests
        assert "alice" not in repr(seen)


async def test_no_value_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with mongo(old_server(4)) as server:
        assert fields_of(await observe(server, sample=5)) == FIELDS
    assert "alice" not in caplog.text


async def test_an_answer_without_a_batch_is_read_for_its_refusal_alone() -> None:
    odd = {**PEOPLE[0], "ok": 0.0, "code": 13, "errmsg": "not authorized on shop"}
    async with mongo(old_server(4, documents=odd)) as server, lines(server, sample=5) as found:
        await found.mongo().handshake()
        sampled = await found.mongo().sample("shop", "people", limit=5, tally=tally())
    assert sampled.refusal == {"ok": 0.0, "code": 13, "errmsg": "not authorized on shop"}
    assert (sampled.seen, sampled.documents) == ((), 0)
    assert found.transcript.exchanges[-1].status == 13


@pytest.mark.parametrize("documents", [[], [bson.encode({})]])
async def test_a_refused_legacy_find_without_a_reason_is_a_refusal(documents: list[bytes]) -> None:
    async def talk(caller: Caller) -> None:
        for number in (1, 2):
            head = await caller.reader.readexactly(16)
            rest = await caller.reader.readexactly(mongo_frames.HEADER.unpack(head)[0] - 16)
            if number == 1:
                await caller.send(mongo_frames.reply(mongo_frames.read(head, rest), [greeting(2)]))
        body = (2).to_bytes(4, "little") + bytes(12) + len(documents).to_bytes(4, "little") + b"".join(documents)
        await caller.send(mongo_frames.HEADER.pack(16 + len(body), 9, 2, 1) + body)

    async with serving(talk) as server, lines(server, sample=5) as found:
        await found.mongo().handshake()
        sampled = await found.mongo().sample("shop", "people", limit=5, tally=tally())
    assert (sampled.refusal, sampled.documents) == ({"ok": 0}, 0)


async def test_a_scripted_server_is_sampled_under_the_same_guard() -> None:
    script = {"isMaster": greeting(4), "find shop.people": {"docs": PEOPLE}, "find shop.shut": LOGIN}
    closed = ScriptedLines(target("mongodb"), mongo=script)
    with pytest.raises(WriteRefusedError):
        await closed.mongo().sample("shop", "people", limit=1, tally=tally())
    opened = ScriptedLines(target("mongodb"), mongo=script, manner=Manner(sample=5))
    await opened.mongo().handshake()
    sampled = await opened.mongo().sample("shop", "people", limit=1, tally=tally())
    assert (sampled.documents, dict(sampled.seen)["name"], sampled.refusal) == (1, "string", {})
    assert CANARY not in repr(sampled)
    refused = await opened.mongo().sample("shop", "shut", limit=1, tally=tally())
    assert (refused.seen, refused.refusal) == ((), LOGIN)
    assert (
        opened.transcript.exchanges[1].request == "find shop.people, at most 1, reduced to types and counts (OP_QUERY)"
    )
