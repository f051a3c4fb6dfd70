"""MongoDB behind TLS, with very much to list, and what else may answer, or not, on its port."""

import ssl
from collections.abc import Iterator
from typing import Any

from auditor.model.outcome import Verdict
from auditor.model.target import Tls
from auditor.testing.loopback import echoing, resetting, saying, silent
from auditor.testing.script import answer
from tests.matrix import states
from tests.matrix.cell import AFAR, ANY, DIALECTS, MONGODB, Cell, Manner, scripted
from tests.matrix.mongod import Release, opened, secured
from tests.matrix.mongodb import FAR, RELEASES
from tests.matrix.stage import Serve, always, either, mongod, mongod_with_certificates, nobody, replayed, talking, web
from tests.probes.mongo_server import Asked, Behaviour, Reaction, cursor, databases

_SWIFT = Manner("mongodb", address=AFAR, seconds=0.4)
_BY_VERSION = {release.version: release for release in RELEASES}

_TLS = (
    "Measured on a mongod 4.0 with requireSSL and allowSSL: plain bytes to the first end without a byte, the second "
    "answers both on one port."
)
_CERTIFICATES = (
    "Measured on a mongod 4.0 with requireSSL and a CA file: the handshake succeeds without a certificate in TLS 1.2 "
    "and 1.3, and the talk ends without a byte at the first request."
)
_LENGTH = (
    "MongoDB's wire protocol specification: a reply has up to 48,000,000 bytes, its document up to 16 MB; a list of "
    "85 and more databases passes 5 KB."
)
_OWN = "Written for this test: a server that is none of the product's, in the manner that every network has."


def cells() -> Iterator[Cell]:
    """TLS, sizes, and foreign servers."""
    yield from _over_tls()
    yield from _long_lists()
    yield from _odd_settings()
    yield from _foreign()


def _one(version: str, state: str, verdict: Verdict, serve: Serve, source: str, **more: Any) -> Cell:
    manner = more.pop("manner", FAR)
    return scripted(MONGODB, version, state, verdict, serve, manner=manner, source=source, **more)


def _over_tls() -> Iterator[Cell]:
    for version in ("2.6", "4.0", "8.0"):
        release = _BY_VERSION[version]
        free, closed = opened(release), secured(release)
        yield _one(version, "open, requireSSL", Verdict.OPEN, mongod(free, tls=True), _TLS)
        yield _one(version, "secured, requireSSL", Verdict.AUTH_REQUIRED, mongod(closed, tls=True), _TLS)
        both = either(mongod(free), mongod(free, tls=True))
        yield _one(version, "open, allowSSL, asked plainly", Verdict.OPEN, both, _TLS)
        must = Manner("mongodb", address=AFAR, tls=Tls.REQUIRED)
        yield _one(version, "open, allowSSL, asked over TLS", Verdict.OPEN, both, _TLS, manner=must)
    for version, newest in (("4.0", ssl.TLSVersion.TLSv1_2), ("8.0", ssl.TLSVersion.TLSv1_3)):
        serve = mongod_with_certificates(newest=newest)
        yield _one(version, states.CLIENT_CERTIFICATE, Verdict.CLIENT_CERT_REQUIRED, serve, _CERTIFICATES)


def _long_lists() -> Iterator[Cell]:
    many = [f"tenant_{number:02}" for number in range(88)]
    for version in ("2.6", "4.0", "8.0"):
        release = _BY_VERSION[version]
        listed: dict[str, Reaction] = {"listDatabases": databases("admin", *many, "shop")}
        yield _one(version, "open, 90 databases", Verdict.OPEN, mongod(opened(release, listed)), _LENGTH)
    for version in ("4.0", "8.0"):
        serve = mongod(_with_a_reply_of_16_mb(_BY_VERSION[version]))
        yield _one(version, "open, a list of databases of 16 MB", Verdict.OPEN, serve, _LENGTH)
    for version in ("4.0", "8.0"):
        release = _BY_VERSION[version]
        empty: dict[str, Reaction] = {"listDatabases": databases("local")}
        facts = "Measured on a mongod 4.0 without access control and without data: it lists `local` alone, or nothing."
        yield _one(version, "open, nothing in it", Verdict.OPEN, mongod(opened(release, empty)), facts)
        own: dict[str, Reaction] = {
            "listDatabases": databases("admin", "config", "local"),
            "admin listCollections": cursor("admin.$cmd.listCollections"),
        }
        facts = "LeakIX misses open servers whose `admin` is empty: listing, then settings, as measured on 4.0."
        yield _one(version, "open, `admin` is empty", Verdict.OPEN, mongod(opened(release, own)), facts)


def _with_a_reply_of_16_mb(release: Release) -> Behaviour:
    padded = databases("admin", *(f"tenant_{number}" for number in range(16)), "shop")
    padded["databases"] = [{**row, "shards": {"a" * 1_000_000: 1}} for row in padded["databases"]]
    whole, names_only = opened(release, {"listDatabases": padded}), opened(release)

    def behave(asked: Asked) -> Reaction:
        return (names_only if asked.command.get("nameOnly") else whole)(asked)

    return behave


def _odd_settings() -> Iterator[Cell]:
    release = _BY_VERSION["5.0"]
    facts = (
        "With `requireApiVersion: true` a command without `apiVersion` is refused with code 498870 before anything "
        "is decided (initialize_api_parameters.cpp in mongodb/mongo); the handshake is taken to be exempt."
    )
    refusal = {"ok": 0.0, "errmsg": "The apiVersion parameter is required", "code": 498_870}
    plain = opened(release)

    def behave(asked: Asked) -> Reaction:
        return plain(asked) if asked.name == "isMaster" else refusal

    state = "open, requireApiVersion"
    yield _one("5.0", state, Verdict.INCONCLUSIVE, mongod(behave), facts, readable=True)


def _foreign() -> Iterator[Cell]:
    def other(state: str, verdict: Verdict, serve: Serve, source: str = _OWN, manner: Manner = _SWIFT) -> Cell:
        return scripted(DIALECTS, ANY, state, verdict, serve, manner=manner, source=source)

    site = answer(404, "<html>404</html>", server="nginx")
    yield other("an echo service", Verdict.OTHER_SERVICE, talking(echoing))
    yield other("a web server", Verdict.OTHER_SERVICE, web(always(site)))
    yield other("SSH", Verdict.OTHER_SERVICE, talking(saying(b"SSH-2.0-OpenSSH_9.2p1\r\n", unasked=True)))
    yield other("Redis", Verdict.OTHER_SERVICE, talking(saying(b"-ERR unknown command\r\n")))
    dead = "Measured on haproxy and stunnel before a port on which nobody listens: they accept, then end or reset."
    yield other("a proxy whose backend is dead: it accepts and ends", Verdict.INCONCLUSIVE, talking(saying(b"")), dead)
    yield other("a proxy whose backend is dead: it accepts and resets", Verdict.INCONCLUSIVE, talking(resetting), dead)
    yield other("silence after the connection", Verdict.INCONCLUSIVE, talking(silent))
    yield other("nobody listens", Verdict.REFUSED, nobody())
    native = (
        "Measured on mongods 2.4 to 4.4: HTTP on the native port is answered with “… trying to access MongoDB … on "
        "the native driver port.”"
    )
    for version, name in (("2.4", "mongod-2.4.13-pre-noauth"), ("4.4", "mongod-4.4.0-noauth")):
        for probe in ("elasticsearch", "kibana"):
            manner = Manner(probe, seconds=0.4)
            state = f"an open mongod, asked as {probe.capitalize()}"
            verdict = Verdict.OTHER_SERVICE
            yield scripted(MONGODB, version, state, verdict, replayed(name), manner=manner, source=native)
