"""What the official clients make of servers that are open: our own wires are there because of that."""

import asyncio
import subprocess
import sys
from typing import Any

import pymongo
import pytest
from elastic_transport import HttpHeaders, NodeConfig, Urllib3HttpNode
from elasticsearch import Elasticsearch, UnsupportedProductError
from pymongo.errors import ConfigurationError

from auditor.model.outcome import Verdict
from auditor.testing.replay import HttpReplay, MongoReplay
from tests.facts.recorded import http, http_names, mongo
from tests.real.asking import ask

OPEN = [name for name in http_names("es-", "os-") if name.endswith("-open")]


@pytest.mark.fact("CLIENT-01", "CLIENT-02")
@pytest.mark.parametrize("name", OPEN)
async def test_the_client_of_elasticsearch_knows_its_own_releases_alone(name: str) -> None:
    def search(port: int) -> Any:
        with Elasticsearch(f"http://127.0.0.1:{port}", request_timeout=10) as client:
            return client.info()

    async with HttpReplay(http(name)) as server:
        if name.startswith(("es-7.17", "es-8")):
            assert (await asyncio.to_thread(search, server.port))["cluster_name"] == "lab"
        else:
            with pytest.raises(UnsupportedProductError):
                await asyncio.to_thread(search, server.port)
        assert (await ask(server.port)).verdict is Verdict.OPEN


@pytest.mark.fact("CLIENT-04")
@pytest.mark.parametrize("name", OPEN)
async def test_the_transport_below_it_is_answered_by_all(name: str) -> None:
    def get(port: int) -> int:
        node = Urllib3HttpNode(NodeConfig("http", "127.0.0.1", port))
        try:
            return node.perform_request("GET", "/_mapping", None, HttpHeaders()).meta.status
        finally:
            node.close()

    async with HttpReplay(http(name)) as server:
        assert await asyncio.to_thread(get, server.port) == 200


@pytest.mark.fact("CLIENT-05")
@pytest.mark.parametrize(
    ("name", "refused"),
    [("mongod-4.0.19-noauth", True), ("mongos-4.0.19-noauth", True), ("mongod-4.4.0-noauth", False)],
)
async def test_pymongo_refuses_what_is_older_than_4_4(name: str, refused: bool) -> None:
    def names(port: int) -> list[str]:
        with pymongo.MongoClient[dict[str, Any]]("127.0.0.1", port, directConnection=True) as client:
            return client.list_database_names()

    async with MongoReplay(mongo(name)) as server:
        if "4.4" not in name:
            with pytest.raises(ConfigurationError, match="wire version"):
                await asyncio.to_thread(names, server.port)
        else:
            assert "h2db" in await asyncio.to_thread(names, server.port)
        assert (await ask(server.port, "mongodb")).verdict is Verdict.OPEN


@pytest.mark.fact("CLIENT-07")
def test_no_probe_loads_a_client() -> None:
    program = (
        "import sys\n"
        "import auditor.probes.elasticsearch, auditor.probes.kibana, auditor.probes.mongodb\n"
        "import auditor.probes.mongo_wire, auditor.probes.http_wire\n"
        "clients = {'elasticsearch', 'elastic_transport', 'pymongo.mongo_client', 'pymongo.synchronous.mongo_client'}\n"
        "print(sorted(clients & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
