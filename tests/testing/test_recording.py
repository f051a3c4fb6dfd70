import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.testing.recording import RecordingError, load_http, load_mongo
from tests.testing.places import HTTP, MONGO, REPLIES

KEYS = ["request", "response", "method", "path", "headers", "status", "body", "command", "opcode", "reply", "$db"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", HTTP)
def test_every_http_recording_loads_whole(name: str) -> None:
    recording = load_http(REPLIES / name)
    assert len(recording.exchanges) == len(json.loads((REPLIES / name).read_text()))


@pytest.mark.parametrize("name", MONGO)
def test_every_mongo_recording_loads_whole(name: str) -> None:
    recording = load_mongo(REPLIES / name)
    assert len(recording.exchanges) == len(json.loads((REPLIES / name).read_text()))
    assert any(exchange.name == "isMaster" and exchange.reply for exchange in recording.exchanges)


def test_old_consoles_are_known_to_speak_http_1_0() -> None:
    reply = load_http(REPLIES / "mongod-console-2.6-auth-users-remote.json").exchanges[0].reply
    assert reply is not None
    assert (reply.version, reply.status) == ("HTTP/1.0", 401)


def test_files_of_one_server_are_joined_in_the_order_given() -> None:
    names = ["kibana-8.12.2.secured-walk.json", "kibana-8.12.2.secured.json"]
    joined = load_http(*(REPLIES / name for name in names))
    assert joined.exchanges == sum((load_http(REPLIES / name).exchanges for name in names), ())


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("nonsense", "should be an object"),
        ({"request": {"method": "GET"}, "response": None}, "expected a request"),
        (
            {"request": {"method": "GET", "path": "/"}, "response": {"status": 200, "headers": ["a"], "body": ""}},
            "pairs",
        ),
        ({"request": {"method": "GET", "path": "people"}, "response": None}, "starts with /"),
        ({"request": {"method": "GET", "path": "/", "headers": 3}, "response": None}, "headers as an object"),
    ],
)
def test_what_is_no_http_exchange_is_named_with_its_place(tmp_path: Path, entry: Any, sentence: str) -> None:
    good = {"request": {"method": "GET", "path": "/"}, "response": None}
    path = tmp_path / "broken.json"
    path.write_text(json.dumps([good, entry]))
    with pytest.raises(RecordingError, match=rf"broken\.json, entry 2: .*{sentence}"):
        load_http(path)


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"a": 1}', "[" * 100_000])
def test_what_is_no_list_of_exchanges_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text)
    for load in (load_http, load_mongo):
        with pytest.raises(RecordingError, match=r"^broken\.json "):
            load(path)


def test_a_missing_file_is_a_sentence_too(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be read"):
        load_http(tmp_path / "absent.json")


@given(entries=st.lists(JSON, max_size=3))
def test_any_json_loads_whole_or_is_refused_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Any]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(entries))
    for load in (load_http, load_mongo):
        with suppress(RecordingError):  # any other error fails
            assert len(load(path).exchanges) == len(entries)
