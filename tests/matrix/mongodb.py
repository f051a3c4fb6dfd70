"""MongoDB from 2.4 to 8.1, open and secured, and without a user yet."""

from collections.abc import Iterator
from typing import Final

from auditor.model.outcome import Verdict
from tests.matrix import states
from tests.matrix.cell import AFAR, MONGODB, Cell, Manner, recorded, scripted
from tests.matrix.mongod import EXCEPTION_SHOWN, Release, opened, secured, without_users
from tests.matrix.stage import mongod
from tests.probes.mongo_server import Asked, Behaviour, Reaction

NEAR, FAR = Manner("mongodb"), Manner("mongodb", address=AFAR)

RELEASES: Final = (
    Release("2.4", 0),
    Release("2.6", 2),
    Release("3.0", 3),
    Release("3.2", 4),
    Release("3.4", 5),
    Release("3.6", 6),
    Release("4.0", 7),
    Release("4.2", 8),
    Release("4.4", 9),
    Release("5.0", 13),
    Release("6.0", 17),
    Release("7.0", 21),
    Release("8.0", 25),
)

_MEASURED = (
    "Measured by this project on mongods 2.4, 2.6, 3.4, 4.0 and 4.4, open and secured, from loopback and from afar: "
    "which opcode is taken, what listDatabases answers, with which code and text."
)
_BETWEEN = (
    "As measured on the releases before and after it; the protocol's version by the specification “Server Wire "
    "version and Feature List” (mongodb/specifications)."
)
_NEWER = (
    "Wire versions 13, 17, 21 and 25 by “Server Wire version and Feature List” (mongodb/specifications); from 5.1 on "
    "OP_QUERY is taken for the handshake and buildInfo alone, else code 352 (the check for unsupported OP_QUERY "
    "commands in mongodb/mongo); texts and codes as measured on 4.4."
)
_EXCEPTION = (
    "Measured on 2.4, 2.6, 3.4, 4.0 and 4.4: a server without users gives its own machine everything up to 2.6, "
    "refuses as always from 3.0 to 3.6, and from 4.0 lists no database and refuses with “not authorized … to execute "
    "command”; MongoDB manual, “Localhost Exception”. From afar it is secured."
)


def source(release: Release) -> str:
    """Where a release's answers are known from."""
    if release.version in ("2.4", "2.6", "3.4", "4.0", "4.4"):
        return _MEASURED
    return _NEWER if release.wire > 9 else _BETWEEN


def cells() -> Iterator[Cell]:
    """Each release, open, secured and without a user."""
    yield from _recorded()
    for release in RELEASES:
        facts = source(release)
        version = release.version
        yield scripted(
            MONGODB,
            version,
            states.OPEN,
            Verdict.OPEN,
            mongod(opened(release)),
            manner=FAR,
            source=facts,
            names="MongoDB",
        )
        yield scripted(
            MONGODB, version, states.SECURED, Verdict.AUTH_REQUIRED, mongod(secured(release)), manner=FAR, source=facts
        )
        near = (
            Verdict.OPEN
            if release.is_old
            else Verdict.LOCALHOST_EXCEPTION
            if release.wire >= EXCEPTION_SHOWN
            else Verdict.AUTH_REQUIRED
        )
        yield scripted(
            MONGODB, version, states.NO_USER_NEAR, near, mongod(without_users(release)), manner=NEAR, source=_EXCEPTION
        )
        yield scripted(
            MONGODB,
            version,
            states.NO_USER_AFAR,
            Verdict.AUTH_REQUIRED,
            mongod(secured(release)),
            manner=FAR,
            source=_EXCEPTION,
        )
    yield from _newest()


def _recorded() -> Iterator[Cell]:
    for version, state, verdict, name, manner in (
        ("2.4", states.OPEN, Verdict.OPEN, "mongod-2.4.13-pre-noauth", FAR),
        ("2.4", states.NO_USER_AFAR, Verdict.AUTH_REQUIRED, "mongod-2.4.13-pre-auth-nouser-remote", FAR),
        ("2.6", states.SECURED, Verdict.AUTH_REQUIRED, "mongod-2.6.7-pre-auth-users-data-remote", FAR),
        ("3.4", states.SECURED, Verdict.AUTH_REQUIRED, "mongod-3.4.24-auth-oneuser", FAR),
        ("4.0", states.OPEN, Verdict.OPEN, "mongod-4.0.19-noauth", FAR),
        ("4.0", states.SECURED, Verdict.AUTH_REQUIRED, "mongod-4.0.19-auth-oneuser", FAR),
        (
            *("4.0", states.NO_USER_NEAR, Verdict.LOCALHOST_EXCEPTION),
            *("mongod-4.0.19-auth-nouser-localhost-exception", NEAR),
        ),
        ("4.0", states.ARBITER, Verdict.NO_DATA_NODE, "mongod-4.0.19-rs-arbiter", FAR),
        ("4.0", states.SECONDARY, Verdict.OPEN, "mongod-4.0.19-rs-secondary", FAR),
        ("4.0", states.MONGOS, Verdict.OPEN, "mongos-4.0.19-noauth", FAR),
        ("4.0", states.MONGOS_SECURED, Verdict.AUTH_REQUIRED, "mongos-4.0.19-auth", FAR),
        ("4.4", states.OPEN, Verdict.OPEN, "mongod-4.4.0-noauth", FAR),
        ("4.4", states.SECURED, Verdict.AUTH_REQUIRED, "mongod-4.4.0-auth-oneuser", FAR),
    ):
        yield recorded(MONGODB, version, state, verdict, name, manner=manner)


def _newest() -> Iterator[Cell]:
    """8.1 asks for a login before buildInfo, or tells the version alone."""
    release = Release("8.1", 26)
    facts = (
        "From 8.1 on buildInfo wants a login; `buildInfoAuthMode: versionOnlyIfPreAuth` leaves strangers the version "
        "and nothing else (SERVER-90284, SERVER-102881; buildinfo_common.cpp in mongodb/mongo)."
    )
    told = {"version": "8.1.0", "versionArray": [8, 1, 0, 0], "ok": 1.0}
    for state, build in ((states.SECURED, None), ("secured, buildInfo tells the version alone", told)):
        serve = mongod(_with_build(release, build))
        yield scripted(MONGODB, "8.1", state, Verdict.AUTH_REQUIRED, serve, manner=FAR, source=facts, names="MongoDB")
    yield scripted(MONGODB, "8.1", states.OPEN, Verdict.OPEN, mongod(opened(release)), manner=FAR, source=facts)


def _with_build(release: Release, build: Reaction) -> Behaviour:
    closed = secured(release)

    def behave(asked: Asked) -> Reaction:
        return closed(asked) if asked.name != "buildInfo" else build or release.refusal(asked)

    return behave
