"""What a mongod or mongos of each release says, state by state: scripts for `tests.probes.mongo_server.mongo`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.probes.mongo_server import Asked, Behaviour, Reaction, cursor, databases, greeting, table, typed

_FIRST_WITH_OP_MSG, _LAST_WITH_OP_QUERY = 6, 13  # maxWireVersion of 3.6 and of 5.0
_LAST_WITHOUT_CODE, _LAST_NOT_AUTHORIZED = 0, 6  # of 2.4 and of 3.6
_FIRST_WITH_TYPE_SAMPLE = 5  # of 3.4
_NEVER_A_DATABASE_COMMAND = ("isMaster", "ismaster", "hello", "buildInfo", "saslStart", "authenticate")

EXCEPTION_SHOWN = 7  # maxWireVersion of 4.0: from here on the localhost exception shows itself


@dataclass(frozen=True, slots=True)
class Release:
    """A release and the newest version of the protocol that it speaks; 2.4 tells none."""

    version: str
    wire: int

    @property
    def is_old(self) -> bool:
        """Whether it lacks listCollections and keeps its catalogue in collections."""
        return self.wire <= 2

    def greeting(self, **more: Any) -> dict[str, Any]:
        """What isMaster tells."""
        told = greeting(self.wire, **more)
        if not self.wire:
            del told["maxWireVersion"], told["minWireVersion"]
        return told

    @property
    def build(self) -> dict[str, Any]:
        """What buildInfo tells."""
        numbers = [*(int(part) for part in self.version.split(".")), 0, 0, 0][:4]
        return {"version": self.version, "gitVersion": "a" * 40, "versionArray": numbers, "bits": 64, "ok": 1.0}

    def refusal(self, asked: Asked, *, past_login: bool = False) -> dict[str, Any]:
        """How it refuses a command for want of a login, or, from 4.0 on, of a role (`past_login`)."""
        if self.wire <= _LAST_WITHOUT_CODE:
            return {"ok": 0.0, "errmsg": "unauthorized"}
        text = f"not authorized on {asked.database} to execute command {{ {asked.name}: 1 }}"
        if self.wire > _LAST_NOT_AUTHORIZED and not past_login:
            text = f"{'Command' if self.wire > _LAST_WITH_OP_QUERY else 'command'} {asked.name} requires authentication"
        return {"ok": 0.0, "errmsg": text, "code": 13, "codeName": "Unauthorized"}

    def speak(self, behave: Behaviour) -> Behaviour:
        """The same, by the opcodes of this release: the old hang up on OP_MSG, the new refuse OP_QUERY with 352."""

        def answer(asked: Asked) -> Reaction:
            if asked.opcode == "OP_MSG" and self.wire < _FIRST_WITH_OP_MSG:
                return None
            handshake = asked.name in _NEVER_A_DATABASE_COMMAND
            if asked.opcode == "OP_QUERY" and self.wire > _LAST_WITH_OP_QUERY and not handshake:
                text = f"Unsupported OP_QUERY command: {asked.name}. The client driver may require an upgrade."
                return {"ok": 0.0, "errmsg": text, "code": 352, "codeName": "UnsupportedOpQueryCommand"}
            return behave(asked)

        return answer


def unknown(asked: Asked) -> dict[str, Any]:
    """How a command that does not exist is answered."""
    return {"ok": 0.0, "errmsg": f"no such command: '{asked.name}'", "code": 59, "codeName": "CommandNotFound"}


def opened(release: Release, more: Mapping[str, Reaction] | None = None, **hello: Any) -> Behaviour:
    """Open, with a collection `shop.people`; `more` are further answers, `hello` what isMaster tells besides."""
    answers: dict[str, Reaction] = {
        "isMaster": release.greeting(**hello),
        "buildInfo": release.build,
        "listDatabases": databases("admin", "local", "shop"),
        "getLog": {"totalLinesWritten": 1, "log": ["access control is not enabled"], "ok": 1.0},
        "hostInfo": {"system": {"cpuArch": "x86_64"}, "os": {"type": "Linux"}, "ok": 1.0},
        "connectionStatus": {"authInfo": {"authenticatedUsers": []}, "ok": 1.0},
        "shop collStats people": {"ns": "shop.people", "count": 3, "size": 300, "ok": 1.0},
        "shop count people": {"n": 3, "ok": 1.0},
        **(_old_catalogue() if release.is_old else _catalogue()),
    }
    if release.wire >= _FIRST_WITH_TYPE_SAMPLE:
        answers["shop aggregate people"] = typed(("_id", "objectId"), ("email", "string"), ("born", "date"))
    if release.wire >= _LAST_WITH_OP_QUERY:
        answers["hello"] = release.greeting(**hello)
    answers |= more or {}

    def behave(asked: Asked) -> Reaction:
        found = table(answers, otherwise=())(asked)
        return unknown(asked) if found == () and not asked.namespace.endswith((".namespaces", ".indexes")) else found

    return release.speak(behave)


def _catalogue() -> dict[str, Reaction]:
    return {
        "listCollections": cursor("none.$cmd.listCollections"),
        "shop listCollections": cursor("shop.$cmd.listCollections", {"name": "people", "type": "collection"}),
        "shop listIndexes people": cursor("shop.people", {"v": 2, "key": {"phone": 1}, "name": "phone_1"}),
    }


def _old_catalogue() -> dict[str, Reaction]:
    return {
        "shop find shop.system.namespaces": [{"name": "shop.people"}, {"name": "shop.people.$_id_"}],
        "shop find shop.system.indexes": [{"ns": "shop.people", "key": {"phone": 1}}],
    }


def secured(release: Release, **hello: Any) -> Behaviour:
    """Closed to strangers: the handshake, the build and nothing else."""

    def behave(asked: Asked) -> Reaction:
        match asked.name:
            case "isMaster":
                return release.greeting(**hello)
            case "hello" if release.wire >= _LAST_WITH_OP_QUERY:
                return release.greeting(**hello)
            case "buildInfo":
                return release.build
            case "connectionStatus":
                return {"authInfo": {"authenticatedUsers": []}, "ok": 1.0}
            case "hello" | "auditorControlQuestion":
                return unknown(asked)  # looked up before the login
            case _:
                return release.refusal(asked)

    return release.speak(behave)


def without_users(release: Release) -> Behaviour:
    """Secured, but no user exists yet, and asked from its own machine: everything up to 2.6, an empty list from 4.0."""
    if release.is_old:
        return opened(release)
    if release.wire < EXCEPTION_SHOWN:
        return secured(release)
    closed = secured(release)

    def behave(asked: Asked) -> Reaction:
        if asked.name == "listDatabases":
            return databases()
        reply = closed(asked)
        refused = isinstance(reply, Mapping) and reply.get("code") == 13
        return release.refusal(asked, past_login=True) if refused else reply

    return release.speak(behave)


NOT_PRIMARY = {
    "ok": 0.0,
    "errmsg": "not master and slaveOk=false",
    "code": 13435,
    "codeName": "NotPrimaryNoSecondaryOk",
}
RECOVERING = {
    "ok": 0.0,
    "errmsg": "node is not in primary or recovering state",
    "code": 13436,
    "codeName": "NotPrimaryOrSecondary",
}


def only_for_the_willing(behave: Behaviour) -> Behaviour:
    """A secondary's manner: 13435 to whoever does not say that a secondary may answer."""
    without = ("isMaster", "hello", "buildInfo", "getLog", "hostInfo", "connectionStatus", "replSetGetStatus")

    def answer(asked: Asked) -> Reaction:
        willing = asked.slave_ok or "$readPreference" in asked.command
        return behave(asked) if willing or asked.name in without else NOT_PRIMARY

    return answer


def arbiter(release: Release, *, closed: bool) -> Behaviour:
    """An arbiter: up to 4.0 it lists `local`, or nothing where it is secured; from 4.4 on it serves no data at all."""
    hello: dict[str, Any] = {
        "ismaster": False,
        "secondary": False,
        "arbiterOnly": True,
        "setName": "rs0",
        "me": "db-3.example:27017",
    }
    if closed and not release.is_old and release.wire < EXCEPTION_SHOWN:
        return secured(release, **hello)
    empty = closed and not release.is_old
    listing: Reaction = RECOVERING if release.wire >= 9 else databases() if empty else databases("local")
    plain = (secured if closed else opened)(release, **hello)

    def behave(asked: Asked) -> Reaction:
        if asked.name == "listDatabases":
            return listing
        reply = plain(asked)
        refused = closed and isinstance(reply, Mapping) and reply.get("code") == 13
        return release.refusal(asked, past_login=True) if refused else reply

    return release.speak(behave)
