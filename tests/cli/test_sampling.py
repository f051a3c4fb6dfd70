"""`audit --sample`: refused without somebody's approval, and with it no value ends up anywhere."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.testing.recording import MongoExchange, MongoRecording, load_mongo
from auditor.testing.replay import MongoReplay
from tests.cli.servers import REPLIES, running
from tests.cli.test_audit_command import HEAD, auditor, closed_port, inventory

CANARY = "alice.canary@example.org"
PEOPLE = [{"_id": 1, "email": CANARY, "address": {"street": CANARY}, "card_number": CANARY}]
APPROVED = HEAD.replace("contact: us@example.org", "contact: us@example.org, sampling: {approved_by: DPO}")


def recording() -> MongoRecording:
    """A real 2.4, with a collection of people in it."""
    real = load_mongo(REPLIES / "mongod-2.4.13-pre-noauth.json")
    find = MongoExchange("OP_QUERY find", "h2db", {"find": "h2db.people"}, {"docs": PEOPLE})
    return replace(real, exchanges=(*real.exchanges, find))


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_without_an_approval_it_is_exit_2_with_its_place_and_no_packet(tmp_path: Path, more: Sequence[str]) -> None:
    server = MongoReplay(recording())
    with running(server) as (port,):
        path = inventory(tmp_path, [("db-1", "mongodb", port)])
        done = auditor("audit", path, "--sample", "5", *more, cwd=tmp_path)
        assert server.requests == []
    assert done.returncode == 2
    assert done.stderr.startswith(f"{path}:3:1: --sample needs the approval")
    assert "sampling" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("number", ["-1", "101", "some"])
def test_a_number_that_is_none_is_exit_2(tmp_path: Path, number: str) -> None:
    path = inventory(tmp_path, [("db-1", "mongodb", closed_port())], head=APPROVED)
    assert auditor("audit", path, "--sample", number, cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("product", "request_text"),
    [
        ("mongodb", "find {collection}, at most {limit}, reduced to types and counts"),
        ("elasticsearch", "_search?size={documents}&terminate_after={documents}&timeout=2s"),
        ("kibana", "_search%3Fsize%3D{documents}%26terminate_after%3D{documents}%26timeout%3D2s"),
    ],
)
@pytest.mark.parametrize(
    "words", [("audit", "--dry-run", "--sample", "5"), ("audit", "--dry-run"), ("inventory", "plan")]
)
def test_the_plan_holds_the_request_with_its_condition(
    tmp_path: Path, product: str, request_text: str, words: Sequence[str]
) -> None:
    path = inventory(tmp_path, [("db-1", product, closed_port())], head=APPROVED)
    done = auditor(*words, path, cwd=tmp_path)
    assert done.returncode == 0
    assert request_text in done.stdout
    assert "only with --sample and an approval in the inventory" in " ".join(done.stdout.split())


def test_the_help_says_what_becomes_of_values(tmp_path: Path) -> None:
    words = " ".join(auditor("audit", "--help", cwd=tmp_path).stdout.split())
    assert "Their values are read, reduced to counts" in words
    assert "none is kept, written or logged" in words
    assert "Needs authorization.sampling in the inventory" in words


@pytest.mark.parametrize("sample", ["0", "5"])
def test_no_value_ends_up_in_any_file_or_log(tmp_path: Path, sample: str) -> None:
    server = MongoReplay(recording())
    with running(server) as (port,):
        path = inventory(tmp_path, [("db-1", "mongodb", port)], head=APPROVED)
        outputs = ("-o", "json=r.json", "-o", "html=r.html")
        done = auditor("audit", path, "--sample", sample, "-vv", *outputs, cwd=tmp_path)
        sampled = [asked for asked in server.requests if asked.command.get("ns") == "h2db.people"]
    assert done.returncode == 3, done.stderr
    assert len(sampled) == (0 if sample == "0" else 1)
    assert "alice" not in done.stderr + done.stdout
    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {"r.json", "r.html"} <= {file.name for file in written}
    assert any("state" in file.parts for file in written)
    assert [file for file in written if b"alice" in file.read_bytes()] == []
    (outcome,) = json.loads((tmp_path / "r.json").read_text())["outcomes"]
    found = personal(outcome)
    assert found == set() if sample == "0" else {"email", "address.street", "card_number"} <= found
    requests = [exchange["request"] for exchange in outcome["transcript"] if exchange["template"] == "sample"]
    asked = ["find h2db.people, at most 5, reduced to types and counts (OP_QUERY)"]
    assert requests == ([] if sample == "0" else asked)
    (people,) = [dataset for dataset in outcome["datasets"] if dataset["name"] == "h2db.people"]
    assert people.get("sampled") == (None if sample == "0" else 1)
    counts = {one["field"]: one.get("sample") for one in people["personal"]}
    if sample != "0":
        assert counts["email"] is not None
        assert (counts["email"]["documents"], counts["email"]["values"], counts["email"]["distinct"]) == (1, 1, 1)


def personal(outcome: dict[str, Any]) -> set[str]:
    return {one["field"] for dataset in outcome["datasets"] for one in dataset.get("personal", ())}
