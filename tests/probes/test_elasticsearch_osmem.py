"""A real server on loopback, though a stand-in: osmem-server, which claims to be OpenSearch."""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from auditor.judge.verdict import decide
from auditor.model.observation import Access, Fact, Reach
from auditor.model.outcome import Verdict
from auditor.probes.elasticsearch import ElasticsearchProbe

from .elasticsearch_servers import lines_at

osmem_server = pytest.importorskip("osmem_server", reason="no wheel of osmem-server for this platform")

PEOPLE = [{"email": f"p{number}@example.org", "home": {"city": "Bern"}} for number in range(3)]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp("osmem")
    words = [osmem_server.resolve_binary(), "-addr", "127.0.0.1:0"]
    # It ends by itself when its standard input does, should this test be killed.
    with (folder / "log").open("wb") as log, subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
    ) as process:  # fmt: skip
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        lines = "".join(f'{{"index":{{}}}}\n{json.dumps(person)}\n' for person in PEOPLE)
        _send(f"{url}/people/_bulk?refresh=true", lines, "application/x-ndjson")
        _send(f"{url}/.bookkeeping/_bulk?refresh=true", '{"index":{}}\n{"a":1}\n', "application/x-ndjson")
        yield urlsplit(url).port or 0
        process.terminate()


def _send(url: str, body: str, kind: str) -> None:
    request = urllib.request.Request(url, body.encode(), {"Content-Type": kind}, method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answered:
        assert not json.loads(answered.read())["errors"]


@pytest.mark.fact("VERDICT-30")
async def test_a_stand_in_is_open_with_its_indices_and_is_named_so(port: int) -> None:
    async with lines_at(port) as lines:
        seen = await ElasticsearchProbe().observe(lines)
    assert (seen.reach, seen.access, decide(seen).verdict) == (Reach.ANSWERED, Access.RECORDS, Verdict.OPEN)
    assert Fact.STAND_IN in seen.facts
    people = next(data for data in seen.datasets if data.name == "people")
    assert (people.records, people.readable, people.system) == (3, True, False)
    assert {field.path for field in people.fields} == {"email", "home.city"}
    assert next(data for data in seen.datasets if data.name == ".bookkeeping").system
    assert "example.org" not in repr(seen) + repr(lines.transcript.exchanges)
    assert all(exchange.request.startswith("GET /") for exchange in lines.transcript.exchanges)
