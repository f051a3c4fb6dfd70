"""Other hosts that a server names: in a greeting, a list of nodes, an error or a redirect. No packet goes to them."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pymongo
import pytest
from pymongo.errors import PyMongoError

from auditor.model.outcome import Outcome, Verdict
from auditor.testing.script import Answer, HttpAsked, answer
from tests.probes.elasticsearch_servers import OPEN as OPEN_ELASTICSEARCH
from tests.probes.elasticsearch_servers import ROOT
from tests.probes.kibana_stub import OPEN as OPEN_KIBANA
from tests.probes.kibana_stub import Stub, own, page, redirect
from tests.probes.loopback import Caller, serving
from tests.probes.mongo_server import LOGIN, Reaction, greeting, mongo, open_server, table
from tests.real.asking import ask


class Bystander:
    """A listener on an address of loopback, to which nobody should connect. The servers of these tests name it."""

    def __init__(self, host: str) -> None:
        self._listening = socket.create_server((host, 0), backlog=64)
        self._listening.setblocking(False)
        self.place = f"{host}:{self._listening.getsockname()[1]}"

    @property
    def calls(self) -> int:
        """How many have connected since it was last looked at."""
        found = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self._listening.accept()[0].close()
                found += 1
        return found

    def close(self) -> None:
        self._listening.close()


@contextlib.contextmanager
def bystanders(*hosts: str) -> Iterator[list[Bystander]]:
    """One on each of these addresses, on ports of their own."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(contextlib.closing(Bystander(host))) for host in hosts]


HOSTS = ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.1")


def naming(primary: Bystander, second: Bystander, passive: Bystander, arbiter: Bystander, me: Bystander) -> Any:
    """What the greeting of a replica-set member says of the other members, and of itself by another name."""
    return {
        "setName": "rs0",
        "hosts": [primary.place, second.place],
        "passives": [passive.place],
        "arbiters": [arbiter.place],
        "primary": primary.place,
        "me": me.place,
        "ismaster": False,
        "secondary": True,
    }


@pytest.mark.fact("MDB-56")
@pytest.mark.parametrize("wire", [0, 5, 7, 21])
@pytest.mark.parametrize("state", ["open", "secured", "arbiter", "uninitialised", "silent after its greeting"])
async def test_no_member_that_a_greeting_names_is_connected_to(wire: int, state: str) -> None:
    with bystanders(*HOSTS) as named:
        hello = {**greeting(wire), **naming(*named)}
        extra = {"arbiter": {"arbiterOnly": True, "secondary": False}, "uninitialised": {"isreplicaset": True}}
        hello |= extra.get(state, {})
        otherwise: Reaction = None if state.startswith("silent") else LOGIN
        answers: dict[str, Reaction] = {"isMaster": hello, "hello": hello}
        if state == "open":
            answers = {**open_server(wire), "find": [{"name": "shop.people"}], **answers}
        async with mongo(table(answers, otherwise=otherwise)) as server:
            outcome = await ask(server.server.port, "mongodb")
        assert server.asked
        assert [one.calls for one in named] == [0] * len(HOSTS)
    expected = {"open": Verdict.OPEN, "secured": Verdict.AUTH_REQUIRED, "arbiter": Verdict.NO_DATA_NODE}
    assert outcome.verdict is expected.get(state, outcome.verdict)


def _ping(port: int, **options: Any) -> None:
    with pymongo.MongoClient[dict[str, Any]]("127.0.0.1", port, serverSelectionTimeoutMS=300, **options) as client:
        client.admin.command("ping")


@pytest.mark.fact("CLIENT-06")
async def test_the_official_client_goes_there_unless_it_is_told_not_to() -> None:
    with bystanders(*HOSTS) as named:
        hello = {**greeting(9), **naming(*named)}
        answers: dict[str, Reaction] = dict.fromkeys(("isMaster", "ismaster", "hello"), hello)
        async with mongo(table({**answers, "ping": {"ok": 1.0}}, otherwise={"ok": 1.0})) as server:
            await asyncio.to_thread(_ping, server.server.port, directConnection=True)
            assert [one.calls for one in named] == [0] * len(HOSTS)
            with pytest.raises(PyMongoError):
                await asyncio.to_thread(_ping, server.server.port, replicaSet="rs0")
            assert any(one.calls for one in named)


@contextlib.asynccontextmanager
async def http(script: Any) -> AsyncIterator[int]:
    """A server on a socket that answers as a script does; its port."""

    async def talk(caller: Caller) -> None:
        while True:
            head, _, body = (await caller.request()).partition(b"\r\n\r\n")
            first, *lines = head.decode().split("\r\n")
            method, path, _ = first.split(" ")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            reply = script(HttpAsked(method, path, headers, body, ""))
            said = [f"HTTP/1.1 {reply.status} X", *(f"{name}: {value}" for name, value in reply.headers)]
            said.append(f"content-length: {len(reply.body)}")
            await caller.send("\r\n".join(said).encode() + b"\r\n\r\n" + reply.body)

    async with serving(talk) as server:
        yield server.port


async def test_no_node_that_elasticsearch_publishes_is_connected_to() -> None:
    with bystanders("127.0.0.2", "127.0.0.3") as (first, second):
        nodes = {
            "cluster_name": "shop",
            "nodes": {
                name: {
                    "name": name,
                    "version": "9.5.3",
                    "host": one.place.partition(":")[0],
                    "ip": one.place.partition(":")[0],
                    "transport_address": one.place,
                    "http": {"bound_address": [one.place], "publish_address": one.place},
                }
                for name, one in (("a", first), ("b", second))
            },
        }
        no_root = answer(405, {"error": "Incorrect HTTP method", "status": 405}, x_elastic_product="Elasticsearch")
        replies = {**OPEN_ELASTICSEARCH, ROOT: no_root, "/_nodes/http": answer(200, nodes)}
        asked: list[str] = []

        def script(request: HttpAsked) -> Answer:
            place = request.path.partition("?")[0]
            asked.append(place)
            return replies.get(place, answer(400, {"error": "no handler found for uri"}))

        async with http(script) as port:
            outcome = await ask(port)
        assert "/_nodes/http" in asked
        assert (first.calls, second.calls) == (0, 0)
    assert outcome.verdict is Verdict.OPEN


@pytest.mark.parametrize("location", ["http://{}/login", "//{}/app/home", "https://{}/", "http://x@{}/"])
async def test_no_host_that_elasticsearch_redirects_to_is_connected_to(location: str) -> None:
    with bystanders("127.0.0.2", "127.0.0.1") as named:
        for one in named:
            async with http(lambda _, one=one: answer(302, b"", location=location.format(one.place))) as port:
                outcome = await ask(port)
            assert not outcome.verdict.exposed
        assert [one.calls for one in named] == [0, 0]


async def _through_kibana(*, named: list[Bystander], script: Any) -> Outcome:
    async with http(script) as port:
        outcome = await ask(port, "kibana")
    assert [one.calls for one in named] == [0] * len(named)
    return outcome


@pytest.mark.fact("KIB-57")
async def test_no_backend_that_an_error_of_kibana_names_is_connected_to() -> None:
    with bystanders("127.0.0.2") as (backend,):
        gone = own(502, f"connect ECONNREFUSED {backend.place}")
        outcome = await _through_kibana(
            named=[backend], script=Stub({"GET /": page(), "POST /api/console/proxy": gone})
        )
        assert outcome.observation.service is not None
        assert ("backend", backend.place) in outcome.observation.service.details
    assert outcome.verdict is Verdict.INCONCLUSIVE


@pytest.mark.fact("KIB-34")
@pytest.mark.parametrize("location", ["http://{}/login?next=%2F", "//{}/app/home", "https://{}/", "http://x@{}/app"])
@pytest.mark.parametrize("name", ["kbn-name", None])
async def test_no_host_that_kibana_redirects_to_is_connected_to(location: str, name: str | None) -> None:
    with bystanders("127.0.0.2", "127.0.0.1") as named:  # the second is another port of the very same host
        for one in named:
            away = redirect(location.format(one.place), "sid=s3cret", name=name)
            await _through_kibana(named=named, script=Stub({"GET /": away}, OPEN_KIBANA if name else {}))
