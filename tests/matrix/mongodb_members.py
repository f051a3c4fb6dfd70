"""Members of replica sets and sharded clusters: who holds data, who is not set up yet, and who only votes or routes."""

from collections.abc import Iterator
from typing import Any, Final

from auditor.model.outcome import Verdict
from tests.matrix import states
from tests.matrix.cell import MONGODB, Cell, scripted
from tests.matrix.mongod import (
    RECOVERING,
    Release,
    arbiter,
    only_for_the_willing,
    opened,
    secured,
    without_users,
)
from tests.matrix.mongodb import FAR, NEAR, RELEASES
from tests.matrix.stage import mongod
from tests.probes.mongo_server import Asked, Behaviour, Reaction, databases

_SET: Final[dict[str, Any]] = {
    "setName": "rs0",
    "hosts": ["db-1.example:27017", "db-2.example:27017"],
    "me": "db-2.example:27017",
}
_SECONDARY: Final[dict[str, Any]] = {**_SET, "ismaster": False, "secondary": True}
_NOBODY: Final[dict[str, Any]] = {
    "ismaster": False,
    "secondary": False,
    "isreplicaset": True,
    "info": "Does not have a valid replica set config",
}
_SOME: Final = ("2.4", "2.6", "3.4", "4.0", "4.4", "5.0", "8.0")

_SECONDARIES = (
    "Measured on a secondary of a replica set 4.0: without slaveOk or $readPreference every question for data is "
    "13435, with them it is answered; MongoDB manual, “hello”: a hidden member says `hidden`, a delayed one "
    "`slaveDelay`, from 5.0 on `secondaryDelaySecs`."
)
_ARBITERS = (
    "Measured on arbiters 2.4, 2.6, 3.4, 4.0 and 4.4: `arbiterOnly` in the greeting; listDatabases gives `local` or, "
    "secured, nothing up to 4.0, 13435 or 13436 from 4.4 on."
)
_UNCONFIGURED = (
    "Measured on a mongod 4.0 with --replSet and no configuration: `isreplicaset: true`, 13435 or 13436 to questions "
    "for data, 94 to replSetGetStatus, and a login first where there is access control."
)
_CLUSTER = (
    "Measured on a mongos 4.0: `msg: isdbgrid`, no database `local`; MongoDB manual, “hello” and “Config Servers”: "
    "`configsvr` in the greeting, the databases admin, config and local."
)
_SHARD = (
    "MongoDB manual, “Localhost Exception”: a shard's own users are not the cluster's, so that a shard of a secured "
    "cluster without users of its own stays in the exception, shown as measured on 4.0 and 4.4."
)


def cells() -> Iterator[Cell]:
    """Every kind of member, in the releases where it differs."""
    for release in RELEASES:
        if release.version in _SOME:
            yield from _secondaries(release)
            yield from _arbiters(release)
            yield from _unconfigured(release)
        if release.version in ("2.6", "3.6", "4.0", "5.0", "7.0", "8.0"):
            yield from _cluster(release)
        if release.version in ("4.0", "4.4", "8.0"):
            yield from _recovering(release)


def _one(release: Release, state: str, verdict: Verdict, behave: Behaviour, source: str, **more: Any) -> Cell:
    manner = more.pop("manner", FAR)
    return scripted(MONGODB, release.version, state, verdict, mongod(behave), manner=manner, source=source, **more)


def _secondaries(release: Release) -> Iterator[Cell]:
    delay = {"secondaryDelaySecs" if release.wire >= 13 else "slaveDelay": 3600}
    for state, hello in (
        (states.SECONDARY, _SECONDARY),
        ("hidden member, open", {**_SECONDARY, "hidden": True, "passive": True}),
        ("delayed member, open", {**_SECONDARY, "hidden": True, "passive": True, **delay}),
    ):
        behave = only_for_the_willing(opened(release, **hello))
        yield _one(release, state, Verdict.OPEN, behave, _SECONDARIES, names="MongoDB")
    behave = secured(release, **_SECONDARY)
    yield _one(release, "secondary, secured", Verdict.AUTH_REQUIRED, behave, _SECONDARIES)


def _arbiters(release: Release) -> Iterator[Cell]:
    verdict = Verdict.NO_DATA_NODE
    yield _one(release, states.ARBITER, verdict, arbiter(release, closed=False), _ARBITERS)
    yield _one(release, states.ARBITER_SECURED, verdict, arbiter(release, closed=True), _ARBITERS, manner=NEAR)
    hello = {"ismaster": False, "arbiterOnly": True, "setName": "rs0"}
    yield _one(release, "arbiter, secured, asked from afar", verdict, secured(release, **hello), _ARBITERS)


def _unconfigured(release: Release) -> Iterator[Cell]:
    waiting = {"ok": 0.0, "errmsg": "no replset config has been received", "code": 94, "codeName": "NotYetInitialized"}
    more: dict[str, Reaction] = {"listDatabases": RECOVERING, "replSetGetStatus": waiting}
    behave = opened(release, more, **_NOBODY)
    verdict = Verdict.NOT_INITIALISED
    yield _one(release, "member without a configuration, open", verdict, behave, _UNCONFIGURED)
    behave = secured(release, **_NOBODY)
    yield _one(release, "member without a configuration, secured", verdict, behave, _UNCONFIGURED)


def _cluster(release: Release) -> Iterator[Cell]:
    router = {"msg": "isdbgrid"}
    without_local: dict[str, Reaction] = {"listDatabases": databases("admin", "config", "shop")}
    yield _one(release, states.MONGOS, Verdict.OPEN, opened(release, without_local, **router), _CLUSTER)
    yield _one(release, states.MONGOS_SECURED, Verdict.AUTH_REQUIRED, secured(release, **router), _CLUSTER)
    if release.wire < 5:
        return
    keeper = {**_SET, "setName": "config", "configsvr": 2}
    own: dict[str, Reaction] = {
        "listDatabases": databases("admin", "config", "local"),
        "config listCollections": {
            "cursor": {"id": 0, "ns": "config.$cmd.listCollections", "firstBatch": [{"name": "shards"}]},
            "ok": 1.0,
        },
        "config count shards": {"n": 2, "ok": 1.0},
        "config collStats shards": {"ns": "config.shards", "count": 2, "size": 90, "ok": 1.0},
    }
    yield _one(release, "config server, open", Verdict.OPEN, opened(release, own, **keeper), _CLUSTER)
    yield _one(release, "config server, secured", Verdict.AUTH_REQUIRED, secured(release, **keeper), _CLUSTER)
    if release.wire >= 7:
        state = "shard of a secured cluster, no users of its own"
        near = without_users(release)
        verdict = Verdict.LOCALHOST_EXCEPTION
        yield _one(release, f"{state}, asked from its own machine", verdict, near, _SHARD, manner=NEAR)
        yield _one(release, f"{state}, asked from afar", Verdict.AUTH_REQUIRED, secured(release, **_SET), _SHARD)


def _recovering(release: Release) -> Iterator[Cell]:
    facts = (
        "MongoDB manual, “Replica Set Member States”: a member in RECOVERING or STARTUP2 serves no reads; code 13436 "
        "(error_codes.yml in mongodb/mongo) where no login is asked, which comes first on a secured one, as measured "
        "on 4.0."
    )
    hello = {**_SECONDARY, "secondary": False}
    data = ("listDatabases", "listCollections", "count", "collStats", "aggregate", "listIndexes")
    plain = opened(release, **hello)

    def behave(asked: Asked) -> Reaction:
        return RECOVERING if asked.name in data else plain(asked)

    yield _one(release, "recovering member, open", Verdict.OPEN, behave, facts)
    yield _one(release, "recovering member, secured", Verdict.AUTH_REQUIRED, secured(release, **hello), facts)
