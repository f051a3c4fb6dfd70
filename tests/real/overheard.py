"""Reads what a proxy overheard, by a hand of its own, and holds it against the read allow-list and the transcript.

Nothing here is shared with the wires that are tested: a request that they would forget to record, or that their own
guards would let through, is seen all the same.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from auditor.model.outcome import Outcome
from auditor.probes.interface import Budget
from auditor.testing import mongo_frames
from auditor.testing.contract import unplanned
from tests.real.asking import PATIENT, PROBES, ask
from tests.real.certificates import Certificates
from tests.real.proxy import Carried, Connection, RecordingProxy

#: The endpoints of Kibana and Dashboards that a POST may go to. Anything else by POST is a write, or may be one.
READING_POSTS = (
    "/api/console/proxy",
    "/internal/search/es",
    "/internal/search/opensearch",
    "/elasticsearch/_msearch",
    "/internal/security/login",
)
#: Every command that may be asked of a MongoDB server, with all that may stand beside its name.
READING_COMMANDS: Mapping[str, frozenset[str]] = {
    "isMaster": frozenset(),
    "hello": frozenset(),
    "buildInfo": frozenset(),
    "listDatabases": frozenset({"nameOnly"}),
    "auditorControlQuestion": frozenset(),
    "replSetGetStatus": frozenset(),
    "getLog": frozenset(),
    "hostInfo": frozenset(),
    "connectionStatus": frozenset({"showPrivileges"}),
    "listCollections": frozenset({"nameOnly", "cursor"}),
    "getMore": frozenset({"collection", "batchSize"}),
    "collStats": frozenset(),
    "count": frozenset(),
    "aggregate": frozenset({"pipeline", "cursor"}),
    "listIndexes": frozenset({"cursor"}),
}
_ENVELOPE = frozenset({"$db", "$readPreference", "maxTimeMS"})
_READING_STAGES = frozenset({"$sample", "$limit", "$project", "$unwind", "$group", "$match", "$count", "$collStats"})
_FORBIDDEN = re.compile(r"\$(out|merge|function|where|accumulator|lookup|unionWith|currentOp|eval)\b")
_OF_A_COLLECTION = ("listIndexes", "count", "collStats", "aggregate")
_CATALOGUES = ("system.namespaces", "system.indexes")


@dataclass(frozen=True, slots=True)
class Sent:
    """One request on the wire: in the words of a transcript, and in bytes."""

    request: str
    size: int


@dataclass(frozen=True, slots=True)
class Overheard:
    """One talk: how it ended, and what the wire saw of it.

    `sealed`: some connections were TLS between the probe and the server, whose requests nobody else can read.
    """

    outcome: Outcome
    sent: tuple[Sent, ...]
    sealed: bool = False

    def prove(self) -> None:
        """The wire saw what the transcript says: each request, in order, to the byte, none more and none less.

        And each is an instance of a template of the plan. Of a sealed talk that holds for its plain beginning: TLS is
        tried after plain, and kept to.
        """
        transcript = [Sent(exchange.request, exchange.sent) for exchange in self.outcome.observation.transcript]
        assert list(self.sent) == (transcript[: len(self.sent)] if self.sealed else transcript)
        assert unplanned(PROBES[self.outcome.target.product], self.outcome.observation) == []


async def overhear(
    port: int, product: str, *, certificates: Certificates | None = None, budget: Budget = PATIENT, sample: int = 0
) -> Overheard:
    """Asks a server on loopback through a recording proxy, as an audit does.

    Each request that is read is held against the allow-list, which lets `sample` documents of a data set be asked for.
    With `certificates` a server's TLS ends at the proxy and goes on anew, so that what stands inside is read as well.
    """
    async with RecordingProxy(port, certificates=certificates) as proxy:
        outcome = await ask(proxy.port, product, budget=budget, sample=sample)
    sent = tuple(request for connection in proxy.connections for request in read(connection, product, sample=sample))
    return Overheard(outcome, sent, any(connection.carried is Carried.SEALED for connection in proxy.connections))


def read(connection: Connection, product: str, *, sample: int = 0) -> Iterator[Sent]:
    """The requests that one connection carried, each of which may be sent; of a sealed one, none."""
    data = bytes(connection.sent)
    if connection.carried is Carried.SEALED:
        assert not data or data[0] in (20, 21, 22, 23), "bytes that are no TLS on a sealed connection"
    elif data.startswith((b"GET ", b"POST ")) or product != "mongodb":
        yield from _http(data, product, sample)
    else:
        yield from _mongo(data, sample)


def _http(data: bytes, product: str, sample: int) -> Iterator[Sent]:
    while data:
        head, end, rest = data.partition(b"\r\n\r\n")
        assert end, f"a request that does not end: {data[:200]!r}"
        first, *lines = head.decode("ascii").split("\r\n")
        method, target, version = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        assert len(headers) == len(lines), "a header that is sent twice"
        length = int(headers.get("content-length", "0"))
        assert len(rest) >= length, "a body shorter than it says"
        assert version == "HTTP/1.1"
        _may_be_sent(method, target, headers, rest[:length], product=product, sample=sample)
        yield Sent(f"{method} {target}", len(head) + len(end) + length)
        data = rest[length:]


def _may_be_sent(
    method: str, target: str, headers: Mapping[str, str], body: bytes, *, product: str, sample: int
) -> None:
    parts = urlsplit(target)
    assert re.match(r"/(?!/)", target), f"another host than the target's: {target}"
    assert not {"authorization", "proxy-authorization", "transfer-encoding", "x-http-method-override"} & headers.keys()
    if method == "GET":
        assert not body
        assert "content-length" not in headers
        if "_search" in parts.path:
            _asks_for_no_more(target, sample)
        return
    assert method == "POST", f"a method that may write: {method} {target}"
    assert product == "kibana", f"a POST to something else than Kibana: {target}"
    place = next((tail for tail in READING_POSTS if parts.path.endswith(tail)), None)
    assert place is not None, f"a POST that is not on the allow-list: {target}"
    if place == READING_POSTS[0]:
        query = parse_qs(parts.query, strict_parsing=True)
        assert query.keys() == {"path", "method"}
        assert query["method"] == ["GET"]
        assert len(query["path"]) == 1
        assert not body
        if "_search" in query["path"][0]:
            _asks_for_no_more(query["path"][0], sample)
    else:
        assert not parts.query


def _asks_for_no_more(target: str, sample: int) -> None:
    """A search counts, or it asks for so many documents of one index at the most, and ends by itself."""
    parts = urlsplit(target)
    query = parse_qs(parts.query)
    if query.get("size") == ["0"]:
        return
    assert [str(size) for size in range(1, sample + 1) if [str(size)] == query.get("size")], f"asks too much: {target}"
    assert query.keys() == {"size", "terminate_after", "timeout", "filter_path"}
    assert query["terminate_after"] == query["size"]
    assert re.search(r"/[^_/.*,-][^/*,]*/_search$", parts.path), f"a sample of more than one index: {target}"


def _mongo(data: bytes, sample: int) -> Iterator[Sent]:
    while data:
        length = mongo_frames.HEADER.unpack_from(data)[0]
        assert mongo_frames.HEADER.size < length <= len(data), "a frame that does not end"
        request = mongo_frames.read(data[: mongo_frames.HEADER.size], data[mongo_frames.HEADER.size : length])
        yield Sent(_in_words(request, sample), length)
        data = data[length:]


def _in_words(request: mongo_frames.Request, sample: int) -> str:
    """A request as a transcript writes it, once it is known to be one that can only read."""
    document = dict(request.document)
    if request.opcode == "OP_QUERY":
        assert request.slave_ok
        database, _, rest = request.namespace.partition(".")
        if rest != "$cmd":
            assert document == {}
            if 0 < -request.limit <= sample and rest not in _CATALOGUES:
                return f"find {request.namespace}, at most {-request.limit}, reduced to types and counts (OP_QUERY)"
            assert rest in _CATALOGUES, f"a find in {request.namespace}"
            return f"find {request.namespace} (OP_QUERY)"
    else:
        database = document["$db"]
        assert document["$readPreference"] == {"mode": "secondaryPreferred"}
    name = next(iter(document))
    if name == "find" and sample:
        assert document.keys() - {name} - _ENVELOPE == {"limit", "batchSize", "singleBatch"}
        assert 0 < document["limit"] <= sample
        assert (document["batchSize"], document["singleBatch"]) == (document["limit"], True)
        assert document["maxTimeMS"] <= 5_000
        place, most = f"{database}.{document[name]}", document["limit"]
        return f"find {place}, at most {most}, reduced to types and counts ({request.opcode})"
    assert name in READING_COMMANDS, f"a command that may write: {name}"
    assert document.keys() - {name} <= READING_COMMANDS[name] | _ENVELOPE
    assert not any(_FORBIDDEN.search(word) for word in _words(document))
    place, stages = database, ""
    if name in _OF_A_COLLECTION:
        place = f"{database}.{document[name]}"
    elif name == "getMore":
        place = f"{database}.{document['collection']}"
    elif name == "getLog":
        assert document[name] == "startupWarnings"
        stages = " startupWarnings"
    if name == "aggregate":
        pipeline = document["pipeline"]
        assert {next(iter(stage)) for stage in pipeline} <= _READING_STAGES
        assert all(len(stage) == 1 for stage in pipeline)
        stages = f" [{', '.join(next(iter(stage)) for stage in pipeline)}]"
    return f"{name} {place}{stages} ({request.opcode})"


def _words(value: Any) -> Iterator[str]:
    """Every key and text of a command, however deep it stands."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
    elif isinstance(value, str):
        yield value
