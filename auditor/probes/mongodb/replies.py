"""What a MongoDB server's replies mean: how it refused, what kind of member it is, whose product it is. All pure.

A refusal's text is read for what it means and then dropped: only the sentences of this file leave it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from auditor.model.observation import Service
from auditor.probes.mongo_allow import is_database

_LONGEST_WORD = 200  # characters of a version or a name that we quote


class Answer(StrEnum):
    """How a command ended."""

    GIVEN = "given"  # ok, and of the shape that was asked for
    LOGIN = "login"  # refused for want of a login
    NO_ROLE = "no_role"  # past the login, yet without a right: from 4.0 the localhost exception, or somebody's identity
    NOT_READABLE = "not_readable"  # a secondary, an arbiter or an uninitialised member that does not serve this
    WRONG_PLACE = "wrong_place"  # "may only be run against the admin database": says nothing of logins
    UNKNOWN = "unknown"  # the server does not know the command
    MISSING = "missing"  # no such database or collection
    OTHER = "other"  # refused or answered in a way that fits no known case
    SILENT = "silent"  # the exchange broke
    UNASKED = "unasked"


_WRONG_PLACE = re.compile(r"may only be run against the admin database|access denied; use admin db", re.IGNORECASE)
_NO_ROLE = re.compile(r"not authorized on \S+ to execute command", re.IGNORECASE)
_LOGIN = re.compile(
    r"requires authentication|prior to authentication|^unauthorized$|not authori[sz]ed"
    r"|\bauthori[sz]ation (failure|failed)"
    r"|authentication (is )?required|not authenticated|need to log ?in|login required|access denied|permission denied",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"^ns not found|^Database \[.*\] not found|^Collection \[.*\] not found|does(n't| not) exist", re.IGNORECASE
)
_UNKNOWN = re.compile(r"^no such (cmd|command)|CommandNotFound|command .{0,80} not (found|supported)", re.IGNORECASE)

#: Unauthorized; its legacy form on a refused find of 2.4; Atlas's; Cosmos DB's "not supported prior to authentication";
#: none at all on 2.4. Not 18, which an open server gives to any wrong login.
_MAY_ASK_LOGIN = frozenset({13, 16550, 8000, 115, None})
#: NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary, NotWritablePrimary, PrimarySteppedDown, InterruptedDueToReplState…
_STATE_CODES = frozenset({13435, 13436, 10107, 189, 11600, 11602, 91, 94})
_UNKNOWN_CODES = frozenset({59, 115})  # CommandNotFound, CommandNotSupported
_NAMESPACE_NOT_FOUND = 26
_FIRST_TO_HIDE_ITS_BUILD = 26  # maxWireVersion of 8.1
_FIRST_WITH_PLAIN_WORDS = 7  # maxWireVersion of 4.0: from here on "requires authentication" is the ordinary refusal

#: The refusals of a login in our words, by what a server's text holds; the text itself is not kept.
_SENTENCES = ("requires authentication", "prior to authentication", "not authorized", "unauthorized")


def judge_reply(document: Mapping[str, Any], *, wire_version: int) -> Answer:
    """How a command ended, by its reply: the code and the text together, for neither is enough."""
    if document.get("ok") in (1, 1.0, True) and "$err" not in document:
        return Answer.GIVEN
    code, text = _code(document), _text(document)
    if _WRONG_PLACE.search(text):
        return Answer.WRONG_PLACE
    if code in _STATE_CODES:
        return Answer.NOT_READABLE
    if code in _MAY_ASK_LOGIN and _LOGIN.search(text):
        past_login = wire_version >= _FIRST_WITH_PLAIN_WORDS and _NO_ROLE.search(text)
        return Answer.NO_ROLE if past_login else Answer.LOGIN
    if code in _UNKNOWN_CODES or _UNKNOWN.search(text):
        return Answer.UNKNOWN
    if code == _NAMESPACE_NOT_FOUND or _MISSING.search(text):
        return Answer.MISSING
    return Answer.OTHER


def quote_refusal(document: Mapping[str, Any]) -> str:
    """A refusal in a few words that are ours: `code 13, "requires authentication"`."""
    code, text = _code(document), _text(document).lower()
    number = "no code" if code is None else f"code {code}"
    sentence = next((sentence for sentence in _SENTENCES if sentence in text), None)
    return f'{number}, "{sentence}"' if sentence else number


@dataclass(frozen=True, slots=True)
class Greeting:
    """What `isMaster` or `hello` tells of the member, without any login. The members that it names are never asked."""

    wire_version: int = 0
    arbiter: bool = False
    uninitialised: bool = False  # started for a replica set that nobody configured
    unsettled: bool = False  # neither primary nor secondary, and of no set that it names
    router: bool = False  # a mongos
    config_server: bool = False
    secondary: bool = False
    set_name: str = ""
    vendor: str = ""  # a service known by the names of its members


_VENDORS = (
    (re.compile(r"\.docdb(-elastic)?\.amazonaws\.com(\.cn)?(:\d+)?$"), "Amazon DocumentDB"),
    (re.compile(r"\.(mongo\.cosmos|mongocluster\.cosmos|documents)\.azure\.(com|cn|us)(:\d+)?$"), "Azure Cosmos DB"),
)


def read_greeting(document: Mapping[str, Any], *, wire_version: int) -> Greeting:
    """The member behind a handshake's reply."""
    writes = document.get("ismaster") is True or document.get("isWritablePrimary") is True
    secondary = document.get("secondary") is True
    set_name = _word(document.get("setName"))
    router = document.get("msg") == "isdbgrid"
    return Greeting(
        wire_version=wire_version,
        arbiter=document.get("arbiterOnly") is True,
        uninitialised=document.get("isreplicaset") is True and not set_name,
        unsettled=not writes and not secondary and not set_name and not router,
        router=router,
        config_server="configsvr" in document,
        secondary=secondary,
        set_name=set_name,
        vendor=_vendor(document),
    )


def read_service(greeting: Greeting, build: Mapping[str, Any] | None) -> tuple[Service, bool]:
    """Who answered, and whether it is plainly a re-implementation. `build` is buildInfo's reply, None where refused."""
    told = build or {}
    name, stands_in = greeting.vendor or "MongoDB", False
    if any(str(key).lower().startswith("ferretdb") for key in told):
        name, stands_in = "FerretDB", True
    elif told.get("process") == "nx_27017":
        name, stands_in = "NX-27017", True
    elif told and "gitVersion" not in told and not (greeting.vendor or _is_version_alone(told, greeting)):
        name, stands_in = "a re-implementation of MongoDB", True
    role = (
        ("mongos" if greeting.router else "")
        or ("arbiter" if greeting.arbiter else "")
        or ("config server" if greeting.config_server else "")
        or ("secondary" if greeting.secondary else "")
    )
    details = [("wire_version", str(greeting.wire_version)), ("role", role), ("replica_set", greeting.set_name)]
    if any(isinstance(module, str) and module == "enterprise" for module in _items(told.get("modules"))):
        details.append(("edition", "enterprise"))
    version = _word(told.get("version")) or None
    return Service(
        name, version, greeting.set_name or None, details=tuple(pair for pair in details if pair[1])
    ), stands_in


def _is_version_alone(build: Mapping[str, Any], greeting: Greeting) -> bool:
    """Whether this is what a stranger is told by 8.1 and later with `buildInfoAuthMode: versionOnlyIfPreAuth`.

    Every other mongod and mongos tells a `gitVersion`. Source: buildinfo_common.cpp of mongodb/mongo, SERVER-90284.
    """
    about_the_build = {key for key in build if key not in ("ok", "operationTime") and not str(key).startswith("$")}
    return greeting.wire_version >= _FIRST_TO_HIDE_ITS_BUILD and about_the_build == {"version", "versionArray"}


@dataclass(frozen=True, slots=True)
class Listing:
    """The databases that a server listed, without those that exist only because somebody asked for them."""

    databases: tuple[str, ...] = ()
    truncated: bool = False

    @property
    def beyond_local(self) -> tuple[str, ...]:
        """All but `local`, which every node has, an arbiter too."""
        return tuple(name for name in self.databases if name != "local")


def read_databases(document: Mapping[str, Any], *, limit: int) -> Listing | None:
    """The reply to listDatabases; None where it holds no such list."""
    entries = document.get("databases")
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        return None
    names = [_name(entry.get("name")) for entry in entries if not _is_ghost(entry)]
    known = tuple(dict.fromkeys(name for name in names if name))
    return Listing(known[:limit], truncated=len(known) > limit)


def reveals_settings(document: Mapping[str, Any]) -> bool:
    """Whether a reply to getLog or hostInfo is one: that much a server with access control gives to nobody."""
    return "log" in document or "totalLinesWritten" in document or "system" in document or "os" in document


def _is_ghost(entry: Mapping[str, Any]) -> bool:
    # Up to 2.6 a question about a missing database makes it appear so.
    return entry.get("empty") is True and entry.get("sizeOnDisk") == 1


def _vendor(document: Mapping[str, Any]) -> str:
    hosts = [host for host in (*_items(document.get("hosts"))[:16], document.get("me")) if isinstance(host, str)]
    return next((name for pattern, name in _VENDORS if any(pattern.search(host.lower()) for host in hosts)), "")


def _items(value: object) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else ()


def _code(document: Mapping[str, Any]) -> int | None:
    code = document.get("code")
    number = code if isinstance(code, (int, float)) and not isinstance(code, bool) and abs(code) < 1 << 31 else None
    return None if number is None else int(number)


def _text(document: Mapping[str, Any]) -> str:
    text = next((document[key] for key in ("errmsg", "$err", "err") if isinstance(document.get(key), str)), "")
    return str(text)[:1_000]


def _word(value: object) -> str:
    return value[:_LONGEST_WORD] if isinstance(value, str) else ""


def _name(value: object) -> str:
    return value if isinstance(value, str) and is_database(value) else ""
