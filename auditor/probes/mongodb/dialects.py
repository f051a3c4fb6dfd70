"""Whose product answers in MongoDB's protocol: told by marks in its replies, and by names that belong to a cloud.

Sources, and what each of them tells:

- FerretDB's code: `buildInfo` has `ferretdb` from 2.0 on, `ferretdbVersion` before.
- The code of the open DocumentDB's gateway, which Azure's vCore clusters run too: `internal` in the greeting, which
  says `isdbgrid` though it is no mongos; no `gitVersion`.
- mongodb-build-info, which MongoDB's own tools use: Cosmos DB's `_t`, `dataLake`, and the hosts of the clouds.
- Amazon's DocumentDB developer guide: "Authorization failure".
- Reports of Atlas users: code 8000, AtlasError. Percona's tools: `psmdbVersion`.
- MongoDB's jstests/auth/buildinfo_auth_cmd.js: from 8.1 on `buildInfo` needs a login, or tells the version alone.

Services that run MongoDB's own code for others (ApsaraDB, TencentDB, DigitalOcean) have no mark that is sure, and are
called MongoDB.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.model.observation import Service
from auditor.probes.mongodb.greeting import Greeting

_LONGEST_WORD = 200  # characters of a version that we quote
_HOSTS = 16  # of those that a greeting names
_ATLAS_ERROR = 8000
_UNAUTHORIZED = 13
_FIRST_WITH_SHY_BUILD = 26  # maxWireVersion of 8.1, from which on buildInfo may tell the version alone
_SHY_BUILD = frozenset({"version", "versionArray", "ok", "operationTime", "$clusterTime"})
_PORT = re.compile(r":\d{1,5}$")


@dataclass(frozen=True, slots=True)
class Dialect:
    """A product by its name. `imitates`: a re-implementation, whose version and role are MongoDB's by claim alone."""

    name: str = "MongoDB"
    imitates: bool = False
    details: tuple[tuple[str, str], ...] = ()


_COSMOS = "Azure Cosmos DB"
_REQUEST_UNITS = Dialect(_COSMOS, True, (("flavour", "request units"),))
_VCORE = Dialect(_COSMOS, True, (("flavour", "vCore"),))
_AMAZON = Dialect("Amazon DocumentDB", True)
_ATLAS = Dialect("MongoDB Atlas")
_CLOUDS: tuple[tuple[re.Pattern[str], Dialect], ...] = (
    (re.compile(r"\.docdb(-elastic)?\.amazonaws\.com(\.cn)?$"), _AMAZON),
    (re.compile(r"\.mongocluster\.cosmos\.azure\.(com|cn|us)$"), _VCORE),
    (re.compile(r"\.(mongo\.cosmos|documents)\.azure\.(com|cn|us)$"), _REQUEST_UNITS),
    (re.compile(r"\.firestore\.goog$"), Dialect("Google Firestore", True)),
    (re.compile(r"\.mongodb(-dev|-qa|-stage)?\.net$"), _ATLAS),
)


@dataclass(frozen=True, slots=True)
class Marks:
    """What a dialect is known by: the replies to the greeting, to buildInfo and to more; the inventory's address."""

    greeting: Mapping[str, Any]
    build: Mapping[str, Any]
    further: Sequence[Mapping[str, Any]] = ()
    address: str = ""
    wire_version: int = 0


def name_service(greeting: Greeting, dialect: Dialect, marks: Marks, release_lines: Mapping[int, str]) -> Service:
    """The service as a reader knows it.

    Where a MongoDB tells no version, its line of releases ("8.0") is known by the version of its protocol, of which
    `release_lines` is a table.
    """
    told = marks.build.get("version") if _is_given(marks.build) else None
    version = told[:_LONGEST_WORD] if isinstance(told, str) and told else None
    line = release_lines.get(greeting.wire_version, "") if version is None and dialect.name == "MongoDB" else ""
    role = "" if dialect.imitates else greeting.role
    details = (
        ("wire_version", str(greeting.wire_version)),
        ("release_line", line),
        ("role", role),
        ("replica_set", greeting.set_name),
        *dialect.details,
    )
    return Service(dialect.name, version, greeting.set_name or None, details=tuple(pair for pair in details if pair[1]))


def name_dialect(marks: Marks) -> Dialect:
    """Who answered. What a server says of itself comes before the names of hosts, which a proxy may hand through."""
    build = marks.build if _is_given(marks.build) else {}
    cloud = next((dialect for pattern, dialect in _CLOUDS if any(map(pattern.search, _hosts(marks)))), None)
    if (known := _of_build(build)) is not None:
        return known
    replies = (marks.greeting, marks.build, *marks.further)
    if any(_is_cosmos(reply) for reply in replies):
        return _REQUEST_UNITS
    if isinstance(internal := marks.greeting.get("internal"), Mapping):
        return _of_gateway(internal, cloud)
    if cloud is not None:
        return cloud
    if any(reply.get("code") == _ATLAS_ERROR and reply.get("codeName") == "AtlasError" for reply in replies):
        return _ATLAS
    if any(_is_amazon(reply) for reply in replies):
        return _AMAZON
    if build and "gitVersion" not in build and not _is_shy(build, marks.wire_version):
        return Dialect("a re-implementation of MongoDB", True)  # every mongod and mongos tells one
    return Dialect(details=tuple(_editions(build)))


def _of_build(build: Mapping[str, Any]) -> Dialect | None:
    """A product that buildInfo names."""
    if any(str(key).lower().startswith("ferretdb") for key in build):
        own = build.get("ferretdb")
        version = own.get("version") if isinstance(own, Mapping) else build.get("ferretdbVersion")
        return Dialect("FerretDB", True, _version("ferretdb_version", version))
    if build.get("process") == "nx_27017":
        return Dialect("NX-27017", True)
    if isinstance(lake := build.get("dataLake"), Mapping):
        return Dialect("Atlas Data Federation", True, _version("federation_version", lake.get("version")))
    return None


def _of_gateway(internal: Mapping[str, Any], cloud: Dialect | None) -> Dialect:
    """The open DocumentDB: by itself, or as Azure runs it."""
    versions = internal.get("documentdb_versions")
    version = versions[0] if isinstance(versions, list) and versions else None
    base = _VCORE if cloud is _VCORE else Dialect("DocumentDB", True)
    return Dialect(base.name, True, (*base.details, *_version("documentdb_version", version)))


def _is_cosmos(reply: Mapping[str, Any]) -> bool:
    """Its replies say which class of its program they are: `BuildInfoResponse`, `OKMongoResponse`."""
    kind = reply.get("_t")
    return isinstance(kind, str) and kind.endswith("Response")


def _is_amazon(reply: Mapping[str, Any]) -> bool:
    return reply.get("code") == _UNAUTHORIZED and reply.get("errmsg") == "Authorization failure"


def _is_shy(build: Mapping[str, Any], wire_version: int) -> bool:
    """Whether it is the reply of a MongoDB that tells strangers its version and nothing else (`buildInfoAuthMode`)."""
    return wire_version >= _FIRST_WITH_SHY_BUILD and build.keys() <= _SHY_BUILD


def _editions(build: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    modules, commit = build.get("modules"), build.get("gitVersion")
    named = isinstance(modules, list) and "enterprise" in modules
    if named or (isinstance(commit, str) and "modules: enterprise" in commit):  # up to 2.6 it stood there
        yield "edition", "enterprise"
    elif "psmdbVersion" in build:
        yield "edition", "Percona Server for MongoDB"


def _hosts(marks: Marks) -> list[str]:
    told = marks.greeting.get("hosts")
    named = [*(told[:_HOSTS] if isinstance(told, list) else ()), marks.greeting.get("me"), marks.address]
    return [_PORT.sub("", host.lower()).rstrip(".") for host in named if isinstance(host, str) and len(host) < 300]


def _is_given(reply: Mapping[str, Any]) -> bool:
    return reply.get("ok") in (1, 1.0, True)


def _version(key: str, value: object) -> tuple[tuple[str, str], ...]:
    return ((key, value[:_LONGEST_WORD]),) if isinstance(value, str) and value else ()
