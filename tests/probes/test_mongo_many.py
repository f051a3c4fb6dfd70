"""Servers with more databases than can be asked about: that their records can be read must not drown in names."""

import asyncio
from typing import Any

import pytest

from auditor.model.outcome import Verdict
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
    verdict,
)

ANSWERS: dict[str, Reaction] = {
    "isMaster": greeting(9),
    "count": {"n": 3, "ok": 1.0},
    "collStats": {"count": 3, "size": 300, "ok": 1.0},
}


@pytest.mark.fact("MDB-29", "PEER-07")
@pytest.mark.parametrize(("many", "budget"), [(1_000, {}), (100, {"requests": 20})])
async def test_databases_without_number_do_not_hide_that_they_can_be_read(many: int, budget: dict[str, Any]) -> None:
    def behave(asked: Asked) -> Reaction:
        if asked.name == "listDatabases":
            return databases(*(f"d{number:04}" for number in range(many)))
        if asked.name == "listCollections":
            return cursor(f"{asked.database}.$cmd.listCollections", {"name": "people"})
        return ANSWERS.get(asked.name, NO_SUCH_COMMAND)

    async with mongo(behave) as server:
        seen = await observe(server, **budget)
    assert verdict(seen) is Verdict.OPEN
    assert seen.truncated
    people = next(dataset for dataset in seen.datasets if dataset.name == "d0000.people")
    assert (people.records, people.readable) == (3, True)


async def test_some_locked_ones_do_not_hide_that_others_can_be_read() -> None:
    def behave(asked: Asked) -> Reaction:
        if asked.name == "listDatabases":
            return databases(*(f"d{number:04}" for number in range(1_000)))
        if asked.name == "listCollections":
            return cursor(f"{asked.database}.$cmd.listCollections", {"name": "people"})
        return LOGIN if "d" < asked.database < "d0005" else ANSWERS.get(asked.name, NO_SUCH_COMMAND)

    async with mongo(behave) as server:
        seen = await observe(server)
    assert verdict(seen) is Verdict.PARTLY_OPEN
    assert "d0005.people" in seen.partial[0]


async def test_a_slow_server_with_many_databases_is_seen_to_be_read() -> None:
    async def slow(caller: Caller) -> None:
        while True:
            head = await caller.reader.readexactly(16)
            rest = await caller.reader.readexactly(mongo_frames.HEADER.unpack(head)[0] - 16)
            request = mongo_frames.read(head, rest)
            name, database = next(iter(request.document)), request.document.get("$db", "admin")
            await asyncio.sleep(0.02)
            answers = {
                **ANSWERS,
                "listDatabases": databases(*(f"d{number:04}" for number in range(100))),
                "listCollections": cursor(f"{database}.$cmd.listCollections", {"name": "people"}),
            }
            reply = answers.get(name, NO_SUCH_COMMAND)
            assert isinstance(reply, dict)
            await caller.send(mongo_frames.reply(request, [reply]))

    async with serving(slow) as server:
        seen = await observe(server, target_seconds=1.0)
    assert verdict(seen) is Verdict.OPEN
    assert seen.truncated
