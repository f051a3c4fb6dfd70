"""With a sample and without, values planted in real servers stand nowhere in what a night leaves behind."""

import base64
import pickle
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.model.outcome import Verdict
from tests.real import canaries, mongo, night
from tests.real.asking import ask
from tests.real.canaries import documents, rich_documents, seen_in
from tests.real.conftest import running
from tests.real.osmem import Osmem
from tests.real.overheard import overhear
from tests.real.seeds import ask_mongo, node, put


@pytest.fixture(scope="module")
def osmem() -> Iterator[Osmem]:
    for started in running(Osmem, in_ci_list=True):
        put(node("http", started.port), "leute", documents(), typed=False)
        yield started


def planted(port: int) -> int:
    """The port of a server of MongoDB's protocol that holds the canaries."""
    if not ask_mongo(port, "kanarien", {"count": "leute"}).get("n"):
        assert ask_mongo(port, "kanarien", {"insert": "leute", "documents": rich_documents()})["ok"] == 1
    return port


@pytest.mark.parametrize("sample", [0, 40])
def test_a_night_on_a_stand_in_of_opensearch(osmem: Osmem, tmp_path: Path, sample: int) -> None:
    night.spend(tmp_path, "elasticsearch", osmem.port, sample=sample).prove("leute", sample=sample)


@pytest.mark.parametrize("sample", [0, 40])
def test_a_night_on_nx_27017(nx: mongo.Running, tmp_path: Path, sample: int) -> None:
    night.spend(tmp_path, "mongodb", planted(nx.port), sample=sample).prove("kanarien.leute", sample=sample)


@pytest.mark.java
def test_a_night_on_mongo_java_server(java_mongo: mongo.Running, tmp_path: Path) -> None:
    night.spend(tmp_path, "mongodb", planted(java_mongo.port), sample=40).prove("kanarien.leute", sample=40)


@pytest.mark.parametrize("sample", [0, 1, 100])
async def test_the_wire_saw_no_more_than_was_allowed(osmem: Osmem, nx: mongo.Running, sample: int) -> None:
    for port, product in ((osmem.port, "elasticsearch"), (planted(nx.port), "mongodb")):
        heard = await overhear(port, product, sample=sample)
        heard.prove()
        assert heard.outcome.verdict is Verdict.OPEN
        sampled = [each for each in heard.outcome.observation.datasets if each.sampled is not None]
        assert all(0 < (each.sampled or 0) <= sample for each in sampled)
        assert bool(sampled) is bool(sample)


@pytest.mark.java
async def test_the_wire_to_mongo_java_server_saw_no_more_than_was_allowed(java_mongo: mongo.Running) -> None:
    for sample in (0, 40):
        heard = await overhear(planted(java_mongo.port), "mongodb", sample=sample)
        heard.prove()
        assert bool([each for each in heard.outcome.observation.datasets if each.sampled]) is bool(sample)


async def test_a_pickled_outcome_holds_no_value(osmem: Osmem, nx: mongo.Running) -> None:
    for port, product in ((osmem.port, "elasticsearch"), (planted(nx.port), "mongodb")):
        outcome = await ask(port, product, sample=40)
        assert any(found.counts for dataset in outcome.observation.datasets for found in dataset.personal)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            assert seen_in(pickle.dumps(outcome, protocol)) == []
        assert seen_in(repr(outcome).encode()) == []


EMAIL, NAME = canaries.TEXTS["email"], canaries.TEXTS["full_name"]
HIDDEN: dict[str, bytes] = {
    "as it is": f"... {EMAIL} ...".encode(),
    "in another case": EMAIL.upper().encode(),
    "in part": b"Blaukehlchen@",
    "in base64": base64.b64encode(EMAIL.encode()),
    "in base64, a byte on": base64.b64encode(b"x" + EMAIL.encode() + b"yz"),
    "in base64 for addresses": base64.urlsafe_b64encode(b"xy" + NAME.encode()),
    "in hex": EMAIL.encode().hex().upper().encode(),
    "reversed": EMAIL[::-1].encode(),
    "in UTF-16": f"x{NAME}".encode("utf-16-le"),
    "reversed in UTF-16": NAME[::-1].encode("utf-16-le"),
    "escaped": b'{"a": "\\u8bf8\\u845b\\u91d1\\u4e1d\\u96c0"}',
    "in an address": b"GET /%E8%AF%B8%E8%91%9B%E9%87%91%E4%B8%9D%E9%9B%80",
    "a number": b"salary=91827364.5551",
    "a moment": b"543125106789",
    "in a pickle": pickle.dumps({"a": [EMAIL]}),
}


@pytest.mark.parametrize("how", HIDDEN)
def test_the_search_finds_a_value_that_was_put_there_on_purpose(tmp_path: Path, how: str) -> None:
    (tmp_path / "clean.txt").write_bytes(b"nothing of anybody")
    assert canaries.left_behind(tmp_path) == {}
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "log.txt").write_bytes(b"\0" * 77 + HIDDEN[how] + b"\xff" * 5)
    assert list(canaries.left_behind(tmp_path)) == ["below/log.txt"]


def test_the_search_finds_a_value_in_a_history(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "history.sqlite3") as connection:
        connection.execute("CREATE TABLE outcomes (body)")
        connection.execute("INSERT INTO outcomes VALUES (?)", (f'{{"why": "{EMAIL}"}}',))
    connection.close()
    assert list(canaries.left_behind(tmp_path)) == ["history.sqlite3"]


async def test_the_planted_values_are_really_there_to_be_read(osmem: Osmem, nx: mongo.Running) -> None:
    told = node("http", osmem.port).perform_request("GET", "/leute/_search?size=1").body
    assert seen_in(told) != []
    found: dict[str, Any] = ask_mongo(planted(nx.port), "kanarien", {"find": "leute", "limit": 1})
    assert seen_in(repr(found).encode()) != []
