"""Endpoints that are something else, or hardly anything: look-alikes, guards without a server of ours, mute ports."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from auditor.model.outcome import Verdict
from auditor.testing import loopback
from auditor.testing.recording import HttpExchange, HttpRecording
from benchmarks.verdicts.endpoint import PORTS, Endpoint, How, Serve
from benchmarks.verdicts.scoring import Truth
from benchmarks.verdicts.serving import EVERYTHING_ELSE, exchange, load, nobody, replaying, talking

_PAGE = "<!doctype html><html><head><title>Welcome to nginx!</title></head><body>It works.</body></html>"
_MISSING = {"error": "Not Found", "code": 404}
_SENT_BY_OTHERS = ("X-elastic-product", "Elasticsearch")

#: What each answers at `/`, and to all else. ZincSearch's as its source writes it (pkg/meta/elastic/elasticsearch.go),
#: the others' by the words that tell them apart.
_LOOK_ALIKES = {
    "cratedb": exchange(
        "/",
        200,
        {
            "ok": True,
            "status": 200,
            "name": "Hochalm",
            "cluster_name": "crate",
            "version": {"number": "4.1.4", "build_snapshot": False, "es_version": "6.5.1", "lucene_version": "8.4.0"},
        },
    ),
    "zincsearch": exchange(
        "/",
        200,
        {
            "name": "zinc",
            "cluster_name": "N/A",
            "cluster_uuid": "N/A",
            "version": {"number": "0.4.10", "build_flavor": "default", "lucene_version": "N/A"},
            "tagline": "You Know, for Search",
        },
        _SENT_BY_OTHERS,
    ),
    "quickwit": exchange(
        "/",
        200,
        {
            "name": "node-1",
            "cluster_name": "quickwit-cluster",
            "version": {"distribution": "quickwit", "number": "7.17.0", "build_hash": "abcdef0"},
        },
        _SENT_BY_OTHERS,
    ),
    "manticore": exchange(
        "/",
        200,
        {
            "name": "node-1",
            "cluster_name": "manticore",
            "version": {"number": "7.6.0", "build_flavor": "default"},
            "tagline": "Manticore Search",
        },
        _SENT_BY_OTHERS,
    ),
}

#: A greeting of a real release, and to all else the error of a missing index, with status 200.
_HONEYPOT = (
    exchange(
        "/",
        200,
        {
            "status": 200,
            "name": "Green Goblin",
            "cluster_name": "elasticsearch",
            "version": {"number": "1.4.1", "build_snapshot": False, "lucene_version": "4.10.2"},
            "tagline": "You Know, for Search",
        },
    ),
    exchange(EVERYTHING_ELSE, 200, {"error": "IndexMissingException[[x] missing]", "status": 404}),
)
_AWS = {"Message": "User: anonymous is not authorized to perform: es:ESHttpGet"}
_BASIC = ("WWW-Authenticate", 'Basic realm="ops"')
_SIGN_ON = "https://login.example.org/oauth2/authorize?client_id=search"


def endpoints() -> Iterator[Endpoint]:
    """All of them."""
    for name, greeting in _LOOK_ALIKES.items():
        yield _http(name, "elasticsearch", Verdict.OTHER_SERVICE, greeting, exchange(EVERYTHING_ELSE, 404, _MISSING))
    yield _http("honeypot-200", "elasticsearch", Verdict.OTHER_SERVICE, *_HONEYPOT)
    for product in ("elasticsearch", "kibana"):
        page, no_page = exchange("/", 200, _PAGE), exchange(EVERYTHING_ELSE, 404, "<h1>404</h1>")
        yield _http(f"web-page-{product}", product, Verdict.OTHER_SERVICE, page, no_page)
        redirect = exchange(EVERYTHING_ELSE, 302, "", ("Location", _SIGN_ON), ("Server", "nginx"))
        yield _http(f"single-sign-on-{product}", product, Verdict.AUTH_REQUIRED, redirect)
    yield _http("aws-policy", "elasticsearch", Verdict.AUTH_REQUIRED, exchange(EVERYTHING_ELSE, 403, _AWS))
    guard = exchange(EVERYTHING_ELSE, 401, "<h1>401</h1>", _BASIC, ("Server", "nginx"))
    listed = _http("guarded-but-for-the-listing", "elasticsearch", Verdict.METADATA_ONLY, *_listing(), guard)
    yield replace(listed, truth=Truth.NAMES)
    for product in PORTS:
        yield _bytes(f"ssh-{product}", product, Verdict.OTHER_SERVICE, talking(_ssh))
        yield _bytes(f"echo-{product}", product, Verdict.OTHER_SERVICE, talking(loopback.echoing))
        yield _bytes(f"silent-{product}", product, Verdict.INCONCLUSIVE, talking(loopback.silent))
        yield _bytes(f"closed-{product}", product, Verdict.REFUSED, nobody)
    yield _bytes("redis-mongodb", "mongodb", Verdict.OTHER_SERVICE, talking(_redis))
    yield _bytes("tarpit", "elasticsearch", Verdict.INCONCLUSIVE, talking(_tarpit))
    yield _bytes("resetting", "elasticsearch", Verdict.INCONCLUSIVE, talking(loopback.resetting))
    yield _bytes("babbling", "elasticsearch", Verdict.OTHER_SERVICE, talking(_babble))


def _http(name: str, product: str, verdict: Verdict, *exchanges: HttpExchange) -> Endpoint:
    serve = replaying(HttpRecording(name, exchanges))
    return Endpoint(name, product, "", How.SCRIPTED, Truth.NOT_OPEN, verdict, serve, PORTS[product])


def _bytes(name: str, product: str, verdict: Verdict, serve: Serve) -> Endpoint:
    return Endpoint(name, product, "", How.SCRIPTED, Truth.NOT_OPEN, verdict, serve, PORTS[product])


def _listing() -> tuple[HttpExchange, ...]:
    recording = load("es-7.10.2-open")
    assert isinstance(recording, HttpRecording)
    return tuple(each for each in recording.exchanges if each.request.target.startswith("/_cat/"))


async def _ssh(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n")
    if not (await reader.read(255)).startswith(b"SSH-"):
        writer.write(b"Invalid SSH identification string.\r\n")
    await writer.drain()


async def _redis(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(65_536):
        writer.write(b"-ERR unknown command\r\n")
        await writer.drain()


async def _babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # Not for ever: nmap never lets go of one that does not end.
    for _ in range(128):
        writer.write(b"A" * 65_536)
        await writer.drain()


async def _tarpit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65_536)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Wait: a little longer\r\n")
        await writer.drain()
        await asyncio.sleep(0.5)
