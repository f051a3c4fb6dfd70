"""MongoDB behind balancers and command filters, members in odd states, and servers with other manners of speaking."""

from collections.abc import Callable, Iterator
from typing import Final

from auditor.model.outcome import Verdict
from tests.matrix.cell import MONGODB, Cell, Manner, scripted
from tests.matrix.mongo_variation import with_numbers
from tests.matrix.mongod import opened, secured, without_users
from tests.matrix.mongodb import FAR, NEAR, RELEASES
from tests.matrix.stage import mongod
from tests.probes.mongo_server import Asked, Behaviour, Reaction

_OWN = (
    "Written for this test: a balancer or a filter of commands before a mongod, in the manner of those that end the "
    "connection on what they do not let through."
)
_STATES = (
    "error_codes.yml in mongodb/mongo: 133 FailedToSatisfyReadPreference where a mongos reaches no config server, "
    "11600 InterruptedAtShutdown; getLog and hostInfo need no data."
)
_BYPASS = "MongoDB manual, `enableLocalhostAuthBypass: 0`: a server without users is secured from its own machine, too."
_DOUBLES = "Servers written in JavaScript make doubles of all numbers, the version of the protocol among them."
_OLD = "Early 2.x asked for a login by “need to login”, without a code (jstests/auth/auth1.js of mongodb/mongo)."
_DATA: Final = ("listDatabases", "listCollections", "count", "collStats", "aggregate", "listIndexes")
_BY_VERSION: Final = {release.version: release for release in RELEASES}


def cells() -> Iterator[Cell]:
    """Filters, states, manners."""
    free, locked, doubt = Verdict.OPEN, Verdict.AUTH_REQUIRED, Verdict.INCONCLUSIVE
    release = _BY_VERSION["6.0"]
    plain = opened(release)
    for words, names in (
        ("reductions and sizes", ("aggregate", "collStats", "listIndexes")),
        ("all that reads a collection", ("aggregate", "collStats", "listIndexes", "count")),
        ("what no server has", ("auditorControlQuestion",)),
    ):
        yield _one("6.0", f"open, a filter hangs up on {words}", free, _instead(plain, names, lambda _: None), _OWN)
    unreached = {"ok": 0.0, "errmsg": "Could not find host matching read preference", "code": 133}
    router = _instead(opened(release, msg="isdbgrid"), _DATA, lambda _: unreached)
    yield _one("6.0", "mongos, open, its config servers gone", free, router, _STATES)
    closed_router = secured(release, msg="isdbgrid")
    yield _one("6.0", "mongos, secured, its config servers gone", locked, closed_router, _STATES)
    dying = {"ok": 0.0, "errmsg": "interrupted at shutdown", "code": 11600}
    ending = _instead(plain, (*_DATA, "getLog", "hostInfo", "connectionStatus"), lambda _: dying)
    yield _one("6.0", "open, shutting down", doubt, ending, _STATES, readable=True)
    yield _one("6.0", "calls itself an arbiter, and holds data", free, opened(release, arbiterOnly=True), _OWN)
    for version in ("7.0", "8.0"):
        state = "secured, no user yet, no exception for its own machine"
        yield _one(version, state, locked, secured(_BY_VERSION[version]), _BYPASS, manner=NEAR)
    old = _BY_VERSION["2.4"]
    need = {"ok": 0.0, "errmsg": "need to login"}
    before = _instead(secured(old), (*_DATA, "getLog", "hostInfo"), lambda _: need)
    yield _one("2.4", "secured, in the words of an early 2.x", locked, before, _OLD)
    for version in ("2.6", "4.0", "5.0", "8.0"):
        this = _BY_VERSION[version]
        yield _one(version, "open, all its numbers are doubles", free, _doubled(opened(this)), _DOUBLES)
        yield _one(version, "secured, all its numbers are doubles", locked, _doubled(secured(this)), _DOUBLES)
    exception = _doubled(without_users(_BY_VERSION["4.0"]))
    state = "secured, no user yet, asked from its own machine, all its numbers are doubles"
    yield _one("4.0", state, Verdict.LOCALHOST_EXCEPTION, exception, _DOUBLES, manner=NEAR)


def _one(
    version: str,
    state: str,
    verdict: Verdict,
    behave: Behaviour,
    source: str,
    *,
    manner: Manner = FAR,
    readable: bool | None = None,
) -> Cell:
    return scripted(MONGODB, version, state, verdict, mongod(behave), manner=manner, source=source, readable=readable)


def _instead(behave: Behaviour, names: tuple[str, ...], say: Callable[[Asked], Reaction]) -> Behaviour:
    """The same, but for the commands of these names."""
    return lambda asked: say(asked) if asked.name in names else behave(asked)


def _doubled(behave: Behaviour) -> Behaviour:
    return lambda asked: with_numbers(behave(asked), float)
