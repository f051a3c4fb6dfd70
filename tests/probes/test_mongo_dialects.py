"""What speaks MongoDB's protocol and is something else: named by its marks, and judged right, open and secured."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from auditor import rulebook
from auditor.examine import conclude
from auditor.judge import judge_outcome
from auditor.model.observation import Fact, Observation
from auditor.model.outcome import Verdict
from tests import factory
from tests.probes.loopback import Certificate, make_certificate
from tests.probes.mongo_server import (
    BUILD,
    LOGIN,
    Asked,
    Reaction,
    databases,
    greeting,
    mongo,
    observe,
    open_server,
    seen_of,
    table,
    verdict,
)


@dataclass(frozen=True)
class Kind:
    """A product's marks. `refusal` is what it answers strangers where it is secured, to whatever needs a login."""

    name: str
    hello: Mapping[str, Any] = field(default_factory=dict)
    build: Mapping[str, Any] | None = None  # None: refused like the rest
    refusal: Mapping[str, Any] = field(default_factory=lambda: LOGIN)
    details: tuple[tuple[str, str], ...] = ()
    imitates: bool = True
    wire: int = 17


def refused(text: str, code: int = 13, **more: Any) -> dict[str, Any]:
    return {"ok": 0.0, "errmsg": text, "code": code, **more}


FERRET = {"version": "7.0.77", "gitVersion": "abc", "versionArray": [7, 0, 77, 0], "ok": 1.0}
GATEWAY = {"version": "7.0.0", "versionArray": [7, 0, 0, 0], "bits": 64, "maxBsonObjectSize": 16_777_216, "ok": 1.0}
NOT_YET = "Command listdatabases is not allowed as the connection is not authenticated yet."

KINDS = {
    "FerretDB 1": Kind(
        "FerretDB", build={**FERRET, "ferretdbVersion": "v1.24.0"}, details=(("ferretdb_version", "v1.24.0"),), wire=21
    ),
    "FerretDB 2": Kind(
        "FerretDB",
        build={**FERRET, "ferretdb": {"version": "v2.7.0", "package": "docker"}},
        refusal=refused("Command listDatabases requires authentication"),
        details=(("ferretdb_version", "v2.7.0"),),
        wire=21,
    ),
    "DocumentDB, its gateway": Kind(
        "DocumentDB", {"msg": "isdbgrid", "internal": {}}, GATEWAY, refused(NOT_YET), wire=21
    ),
    "DocumentDB, newer": Kind(
        "DocumentDB",
        {"msg": "isdbgrid", "internal": {"documentdb_versions": ["0.113-0", "0.113.0"]}},
        GATEWAY,
        refused(NOT_YET),
        (("documentdb_version", "0.113-0"),),
        wire=25,
    ),
    "Cosmos DB, vCore": Kind(
        "Azure Cosmos DB",
        {"msg": "isdbgrid", "internal": {}, "me": "c.acme.mongocluster.cosmos.azure.com:10260"},
        GATEWAY,
        refused(NOT_YET),
        (("flavour", "vCore"),),
        wire=21,
    ),
    "Cosmos DB, request units": Kind(
        "Azure Cosmos DB",
        {"me": "acme.mongo.cosmos.azure.com:10255", "setName": "globaldb"},
        None,
        refused("Command not supported prior to authentication.", 115),
        (("flavour", "request units"),),
        wire=13,
    ),
    "Cosmos DB, by its replies": Kind(
        "Azure Cosmos DB",
        {"setName": "globaldb"},
        {"_t": "BuildInfoResponse", "version": "3.2.0", "gitVersion": "45d9", "ok": 1},
        refused("Not Authenticated.  ConnectionId 1ce6", _t="OKMongoResponse"),
        (("flavour", "request units"),),
        wire=2,
    ),
    "Amazon DocumentDB": Kind(
        "Amazon DocumentDB",
        {"hosts": ["d-1.cluster-x.eu-west-1.docdb.amazonaws.com:27017"], "setName": "rs0"},
        None,
        refused("Authorization failure", operationTime=1),
    ),
    "Amazon DocumentDB, elastic, by its refusal": Kind(
        "Amazon DocumentDB", {"msg": "isdbgrid"}, None, refused("Authorization failure")
    ),
    "Atlas": Kind(
        "MongoDB Atlas",
        {"hosts": ["ac-x-shard-00-00.abcde.mongodb.net:27017"], "setName": "atlas-x-shard-0"},
        BUILD,
        imitates=False,
        wire=25,
    ),
    "Atlas, a shared cluster": Kind(
        "MongoDB Atlas",
        {"setName": "atlas-x-shard-0"},
        None,
        refused("(Unauthorized) not authorized on admin to execute command { x: 1 }", 8000, codeName="AtlasError"),
        imitates=False,
        wire=25,
    ),
    "Atlas Data Federation": Kind(
        "Atlas Data Federation",
        {"msg": "isdbgrid"},
        {"version": "3.6.0", "dataLake": {"version": "v20200329"}, "ok": 1},
        details=(("federation_version", "v20200329"),),
    ),
    "Firestore": Kind("Google Firestore", {"me": "b-1.europe-north2.firestore.goog:443"}, None),
    "Percona Server": Kind(
        "MongoDB",
        {},
        {"version": "8.0.19-7", "psmdbVersion": "8.0.19-7", "gitVersion": "abc", "ok": 1},
        details=(("edition", "Percona Server for MongoDB"),),
        imitates=False,
        wire=25,
    ),
    "Enterprise": Kind(
        "MongoDB", {}, {**BUILD, "modules": ["enterprise"]}, details=(("edition", "enterprise"),), imitates=False
    ),
    "Enterprise of old": Kind(
        "MongoDB",
        {},
        {"version": "2.6.11", "gitVersion": "d00c modules: enterprise", "ok": 1},
        details=(("edition", "enterprise"),),
        imitates=False,
        wire=2,
    ),
    "MongoDB 8.1": Kind("MongoDB", {}, None, details=(("release_line", "8.1"),), imitates=False, wire=26),
    "MongoDB 8.2, its version alone": Kind(
        "MongoDB", {}, {"version": "8.2.3", "versionArray": [8, 2, 3, 0], "ok": 1.0}, imitates=False, wire=27
    ),
    "something else": Kind(
        "a re-implementation of MongoDB", {}, {"version": "4.0.0", "versionArray": [4, 0, 0], "ok": 1}
    ),
}


def _named(seen: Observation, kind: Kind) -> None:
    assert seen.service is not None
    assert seen.service.name == kind.name
    assert set(kind.details) <= set(seen.service.details)
    roles = [value for key, value in seen.service.details if key == "role"]
    assert bool(roles) is not kind.imitates, roles
    assert (Fact.STAND_IN in seen.facts) is kind.imitates


@pytest.mark.parametrize("name", KINDS)
async def test_a_secured_one_asks_for_a_login_and_says_whose(name: str) -> None:
    kind = KINDS[name]
    answers: dict[str, Reaction] = {"isMaster": greeting(kind.wire, **kind.hello)}
    if kind.build is not None:
        answers["buildInfo"] = kind.build
    async with mongo(table(answers, otherwise=kind.refusal)) as server:
        seen = await observe(server, from_loopback=False)
    assert (verdict(seen), seen.asked_by) == (Verdict.AUTH_REQUIRED, f"{kind.name}'s access control")
    _named(seen, kind)
    assert server.names == ["isMaster", "buildInfo", "listDatabases"]


@pytest.mark.parametrize(
    "name", [name for name, kind in KINDS.items() if "refusal" not in name and "shared" not in name]
)
async def test_an_open_one_is_open_whoever_it_is(name: str) -> None:
    kind = KINDS[name]
    more: dict[str, Reaction] = {
        "isMaster": greeting(kind.wire, **kind.hello),
        "buildInfo": kind.build if kind.build is not None else kind.refusal,
        "find": [{"name": "shop.people"}],
    }
    seen = await seen_of(open_server(kind.wire, more))
    assert verdict(seen) is Verdict.OPEN
    _named(seen, kind)
    assert bool(seen.signs) is not kind.imitates


async def test_cosmos_answers_isMaster_where_it_refuses_hello() -> None:  # noqa: N802 - the command's own spelling
    hello = greeting(13, setName="globaldb", _t="MasterResponse")

    def behave(asked: Asked) -> Reaction:
        if asked.name == "isMaster":
            return hello
        return refused(f"Command {asked.name} not supported prior to authentication.", 115)

    async with mongo(behave) as server:
        seen = await observe(server)
    assert (verdict(seen), seen.asked_by) == (Verdict.AUTH_REQUIRED, "Azure Cosmos DB's access control")
    assert "hello" not in server.names


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("dialects"), subject="/CN=docdb.example.org")


@pytest.mark.parametrize("name", ["Amazon DocumentDB", "DocumentDB, its gateway", "Cosmos DB, by its replies", "Atlas"])
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_the_clouds_speak_tls_alone_and_are_found_there(
    certificate: Certificate, name: str, newest: ssl.TLSVersion
) -> None:
    kind = KINDS[name]
    answers: dict[str, Reaction] = {"isMaster": greeting(kind.wire, **kind.hello)}
    if kind.build is not None:
        answers["buildInfo"] = kind.build
    context = certificate.context(newest=newest)
    async with mongo(table(answers, otherwise=kind.refusal), tls=context) as server:
        seen = await observe(server)
    assert (verdict(seen), seen.tls is not None) == (Verdict.AUTH_REQUIRED, True)
    _named(seen, kind)


async def test_an_atlas_that_misses_the_name_of_the_cluster_is_no_lock() -> None:
    no_name = refused("no SNI name sent, make sure using a MongoDB 3.4+ driver/shell.", 8000, codeName="AtlasError")
    seen = await seen_of(lambda _: no_name)
    assert verdict(seen) is Verdict.INCONCLUSIVE
    assert seen.service is not None
    assert seen.service.name == "MongoDB Atlas"
    assert any("no SNI name sent" in exchange.why for exchange in seen.evidence)


async def test_atlas_has_no_localhost_exception_and_no_identity_for_strangers() -> None:
    refusal = refused("(Unauthorized) not authorized on admin to execute command { getLog: 1 }", 8000)
    seen = await seen_of(
        table({"isMaster": greeting(25), "listDatabases": databases()}, otherwise=refusal), from_loopback=False
    )
    assert verdict(seen) is Verdict.AUTH_REQUIRED


@pytest.mark.parametrize(
    ("wire", "line"),
    [(0, None), (13, "5.0"), (16, "5.3"), (20, "6.3"), (24, "7.3"), (25, "8.0"), (26, "8.1"), (29, "9.0"), (99, None)],
)
async def test_the_release_line_is_told_by_the_protocol_where_no_version_is(wire: int, line: str | None) -> None:
    seen = await seen_of(table({"isMaster": greeting(wire)}, otherwise=LOGIN))
    assert seen.service is not None
    assert seen.service.version is None
    assert dict(seen.service.details).get("release_line") == line
    told = await seen_of(table({"isMaster": greeting(wire), "buildInfo": BUILD}, otherwise=LOGIN))
    assert told.service is not None
    assert "release_line" not in dict(told.service.details)


async def test_a_cloud_s_version_is_not_held_against_mongodb_s_own_releases() -> None:
    book = rulebook.builtin_book()
    rules = [rule for rule in rulebook.builtin("mongodb") if rule.per == "sign"]
    for name, kind in KINDS.items():
        if "its version alone" in name:  # which only a newer protocol makes believable
            continue
        answers: dict[str, Reaction] = {"isMaster": greeting(9, **kind.hello)}
        answers["buildInfo"] = {**(kind.build or {"gitVersion": "x", "ok": 1}), "version": "4.0.0"}
        seen = await seen_of(table(answers, otherwise=kind.refusal))
        outcome = conclude(factory.target(product="mongodb", port=27017), seen, address="127.0.0.1")
        found = {finding.rule for finding in judge_outcome(outcome, rules, estate="acme", book=book)}
        assert ("end-of-life-mongodb" in found) is (kind.name == "MongoDB"), name
