"""Servers that hold very much, or say so: within the budget, judged right, and said where something was left out."""

import struct
from typing import Any

import bson
import pytest

from auditor.model.observation import Fact
from auditor.model.outcome import Verdict
from auditor.testing import mongo_frames
from tests.probes.loopback import Caller, serving
from tests.probes.mongo_server import (
    BUILD,
    LOGIN,
    NO_SUCH_COMMAND,
    NOBODY,
    Asked,
    Reaction,
    cursor,
    databases,
    greeting,
    lines,
    mongo,
    observe,
    open_server,
    table,
    verdict,
)

EMPTY_LOG = {"log": [], "ok": 1.0}


def _many(number: int, wire: int = 25) -> Any:
    """An open server of so many databases, each with one collection; the list obeys `nameOnly`."""
    names = [f"db{place:05}" for place in range(number)]

    def behave(asked: Asked) -> Reaction:
        match asked.name:
            case "isMaster":
                return greeting(wire)
            case "buildInfo":
                return BUILD
            case "listDatabases":
                rows: list[dict[str, Any]] = [{"name": name} for name in ["admin", "local", *names]]
                if not asked.command.get("nameOnly"):
                    rows = [{**row, "sizeOnDisk": 8192.0, "empty": False} for row in rows]
                return {"databases": rows, "ok": 1.0}
            case "listCollections":
                own = [{"name": "people", "type": "collection"}] if asked.database in names else []
                return cursor(f"{asked.database}.$cmd.listCollections", *own)
            case "find":
                return [{"name": f"{asked.database}.people"}] if asked.database in names else []
            case "collStats":
                return {"count": 3, "size": 300, "ok": 1.0}
            case "count":
                return {"n": 3, "ok": 1.0}
            case "connectionStatus":
                return NOBODY
            case _:
                return NO_SUCH_COMMAND

    return behave


@pytest.mark.parametrize("wire", [0, 9, 25])
async def test_ninety_databases_are_all_listed(wire: int) -> None:
    async with mongo(_many(90, wire)) as server:
        seen = await observe(server)
    assert verdict(seen) is Verdict.OPEN
    assert len([dataset for dataset in seen.datasets if dataset.name.endswith(".people")]) == 90
    assert seen.datasets[0].records == 3


@pytest.mark.parametrize("number", [300, 1_000, 10_000])
async def test_more_databases_than_requests_leave_room_for_a_count(number: int) -> None:
    async with mongo(_many(number)) as server:
        seen = await observe(server)
    assert len(server.asked) <= 400
    assert (verdict(seen), seen.truncated) == (Verdict.OPEN, True)
    assert Fact.SECURITY_OFF not in seen.facts  # it was a count that told, not a guess from settings
    assert len([dataset for dataset in seen.datasets if dataset.records == 3]) > 40
    assert "databases no more than the name was asked" in seen.detail
    assert [sign.id for sign in seen.signs] == ["may_write"]


async def test_sixteen_megabytes_of_databases_are_not_read_and_asked_for_by_name_alone() -> None:
    def behave(asked: Asked) -> Reaction:
        if asked.name == "listDatabases" and not asked.command.get("nameOnly"):
            return {"databases": [{"name": "db00000", "shards": "x" * (16 << 20)}], "ok": 1.0}
        answer: Reaction = _many(3)(asked)
        return answer

    async with mongo(behave) as server, lines(server) as found:
        seen = await observe(server)
        received = sum(exchange.received for exchange in seen.transcript)
    assert found.budget.target_bytes == 64 << 20
    assert received < 1 << 20
    assert verdict(seen) is Verdict.OPEN
    assert len(seen.datasets) == 3


@pytest.mark.parametrize(
    ("settings", "expected"), [(EMPTY_LOG, Verdict.OPEN), (LOGIN, Verdict.INCONCLUSIVE), (None, Verdict.INCONCLUSIVE)]
)
async def test_a_list_too_long_in_either_form_leaves_the_settings_to_decide(
    settings: Reaction, expected: Verdict
) -> None:
    long = {"databases": [{"name": "shop", "shards": "x" * (16 << 20)}], "ok": 1.0}
    answers: dict[str, Reaction] = {"isMaster": greeting(), "buildInfo": BUILD, "listDatabases": long}
    async with mongo(table({**answers, "getLog": settings}, otherwise=None)) as server:
        seen = await observe(server)
    assert verdict(seen) is expected
    assert server.names.count("listDatabases") == 2
    if expected is Verdict.OPEN:
        assert "its databases were not listed" in seen.detail


@pytest.mark.parametrize("names", [("admin", "local"), ("admin",), ("admin", "config", "local")])
async def test_an_empty_admin_is_open_by_what_the_server_tells_of_itself(names: tuple[str, ...]) -> None:
    answers: dict[str, Reaction] = {
        "isMaster": greeting(),
        "buildInfo": BUILD,
        "listDatabases": databases(*names),
        "listCollections": cursor("admin.$cmd.listCollections"),
    }
    async with mongo(table({**answers, "getLog": EMPTY_LOG})) as server:
        assert verdict(await observe(server)) is Verdict.OPEN
    async with mongo(table({**answers, "listCollections": LOGIN}, otherwise=LOGIN)) as server:
        seen = await observe(server)
    assert verdict(seen) is Verdict.METADATA_ONLY


async def test_a_catalogue_of_old_that_never_ends_is_cut() -> None:
    rows = [{"name": f"shop.c{place:06}"} for place in range(60_000)]
    more: dict[str, Reaction] = {"find": rows, "listDatabases": databases("shop"), "count": {"n": 3, "ok": 1.0}}
    async with mongo(table(open_server(2, more))) as server:
        seen = await observe(server)
    assert (verdict(seen), seen.truncated, len(seen.datasets)) == (Verdict.OPEN, True, 10_000)


async def test_indexes_without_end_and_names_without_end_are_cut() -> None:
    keys = {f"f{place:05}": 1 for place in range(20_000)}
    index = cursor("shop.people", {"v": 2, "key": keys, "name": "x"})
    async with mongo(table(open_server(more={"shop listIndexes people": index}))) as server:
        seen = await observe(server, fields=100)
    (people,) = [dataset for dataset in seen.datasets if not dataset.system]
    assert (len(people.fields), people.truncated) == (100, True)


# Frames that are odd, and allowed.


def _framed(request: mongo_frames.Request, document: dict[str, Any], flags: int, *, tail: bytes = b"") -> bytes:
    if request.opcode == "OP_MSG":
        body = struct.pack("<I", flags) + b"\0" + bson.encode(document) + tail
        return mongo_frames.HEADER.pack(16 + len(body), 9, request.number, 2013) + body
    body = struct.pack("<iqii", flags, 0, 0, 1) + bson.encode(document)
    return mongo_frames.HEADER.pack(16 + len(body), 9, request.number, 1) + body


CHECKSUM, MORE_TO_COME, EXHAUST_ALLOWED = 1, 2, 1 << 16


@pytest.mark.parametrize(
    ("flags", "tail", "read"),
    [
        (0, b"", True),
        (CHECKSUM, b"\1\2\3\4", True),
        (EXHAUST_ALLOWED, b"", True),
        (EXHAUST_ALLOWED | CHECKSUM, b"\1\2\3\4", True),
        (1 << 20, b"", True),  # an optional bit that nobody knows must be ignored
        (1 << 9, b"", False),  # a required one must not
        (MORE_TO_COME, b"", False),  # a stream of replies that nobody asked for
        (CHECKSUM, b"", False),  # the checksum is missing, so that the document is cut
    ],
)
async def test_flags_of_a_reply_are_read_as_the_specification_says(flags: int, tail: bytes, *, read: bool) -> None:
    async def talk(caller: Caller) -> None:
        while True:
            head = await caller.reader.readexactly(16)
            rest = await caller.reader.readexactly(mongo_frames.HEADER.unpack(head)[0] - 16)
            request = mongo_frames.read(head, rest)
            if request.opcode == "OP_QUERY":
                await caller.send(_framed(request, greeting(21), 1 << 25 | 8))  # OP_REPLY's unknown bits mean nothing
                continue
            name = next(iter(request.document))
            reply: dict[str, Any] = {"listDatabases": databases(), "getLog": EMPTY_LOG}.get(name, NO_SUCH_COMMAND)
            await caller.send(_framed(request, reply, flags, tail=tail))

    async with serving(talk) as server:
        seen = await observe(server)
    assert verdict(seen) is (Verdict.OPEN if read else Verdict.INCONCLUSIVE)
