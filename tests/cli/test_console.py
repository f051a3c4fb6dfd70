"""The HTTP console of an old MongoDB is a target of its own: what its native port asks for says nothing of it."""

import json
from pathlib import Path

import pytest

from auditor.testing.recording import load_http, load_mongo
from auditor.testing.replay import HttpReplay, MongoReplay
from tests.cli.servers import REPLIES, running
from tests.cli.test_audit_command import HEAD, auditor


@pytest.mark.parametrize(
    ("native", "console", "expected", "code"),
    [
        ("mongod-2.4.13-pre-auth-nouser-remote", "mongod-console-2.4-auth-nouser-rest-remote", "open", 3),
        ("mongod-2.4.13-pre-auth-nouser-remote", "mongod-console-2.4-auth-nouser-norest-remote", "metadata_only", 0),
        ("mongod-2.6.7-pre-auth-users-data-remote", "mongod-console-2.6-auth-users-remote", "auth_required", 0),
    ],
)
def test_a_server_and_its_console_are_two_outcomes(
    tmp_path: Path, native: str, console: str, expected: str, code: int
) -> None:
    servers = MongoReplay(load_mongo(REPLIES / f"{native}.json")), HttpReplay(load_http(REPLIES / f"{console}.json"))
    with running(*servers) as (port, other):
        path = tmp_path / "inventory.yaml"
        service = f"{{product: mongodb, ports: [{port}, {other}]}}"
        path.write_text(f"{HEAD}  - {{name: db-1, address: 127.0.0.1, services: [{service}]}}\n")
        done = auditor("audit", path, "-o", "json=r.json", "--timeout", "1", cwd=tmp_path)
    assert done.returncode == code, done.stderr
    outcomes = {one["port"]: one for one in json.loads((tmp_path / "r.json").read_text())["outcomes"]}
    assert {port: one["verdict"] for port, one in outcomes.items()} == {port: "auth_required", other: expected}
    assert outcomes[other]["service"]["name"] == "MongoDB HTTP console"
