"""Marks by which a dialect is known, and what only resembles one. Pure."""

import pytest

from auditor.probes.mongodb.dialects import Dialect, Marks, name_dialect


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("docdb-1.cluster-x.eu-west-1.docdb.amazonaws.com:27017", "Amazon DocumentDB"),
        ("docdb-1.cluster-x.cn-north-1.docdb.amazonaws.com.cn:27017", "Amazon DocumentDB"),
        ("elastic-1.eu-central-1.docdb-elastic.amazonaws.com", "Amazon DocumentDB"),
        ("acme.mongo.cosmos.azure.com:10255", "Azure Cosmos DB"),
        ("ACME-westeurope.documents.azure.com:10255", "Azure Cosmos DB"),
        ("acme.mongocluster.cosmos.azure.com.", "Azure Cosmos DB"),
        ("cluster0-shard-00-01.abcde.mongodb.net:27017", "MongoDB Atlas"),
        ("docdb.amazonaws.com.example.org:27017", "MongoDB"),
        ("mongodb.net.example.org:27017", "MongoDB"),
        ("notmongodb.net", "MongoDB"),
        ("localhost:27017", "MongoDB"),
        ("x" * 400 + ".mongodb.net", "MongoDB"),
    ],
)
def test_clouds_are_known_by_their_members_names_and_by_the_inventory_s(host: str, name: str) -> None:
    for hello, address in (({"hosts": [host]}, ""), ({"me": host}, ""), ({}, host)):
        assert name_dialect(Marks(hello, {}, address=address)).name == name


@pytest.mark.parametrize(
    "marks",
    [
        Marks({}, {"version": "8.0.1", "versionArray": [], "ok": 1}, wire_version=25),  # 8.0 tells all, or nothing
        Marks({}, {"version": "8.2.1", "maxBsonObjectSize": 1, "ok": 1}, wire_version=27),
    ],
)
def test_a_version_alone_is_shyness_only_where_mongodb_is_shy(marks: Marks) -> None:
    assert name_dialect(marks).imitates


@pytest.mark.parametrize(
    "marks",
    [
        Marks({}, {}),
        Marks({}, {"ok": 0.0, "code": 13, "errmsg": "x", "ferretdb": {}}),  # a refusal is no buildInfo
        Marks({"_t": 5, "internal": "x"}, {"gitVersion": "x", "ok": 1}),
        Marks({}, {"gitVersion": "x", "ok": 1}, ({"code": 8000, "codeName": "Unauthorized"},)),
        Marks({}, {"gitVersion": "x", "ok": 1}, ({"code": 13, "errmsg": "Authorization failure on shop"},)),
        Marks({}, {"gitVersion": "x", "modules": "enterprise", "ok": 1}),
    ],
)
def test_what_only_resembles_a_mark_is_none(marks: Marks) -> None:
    assert name_dialect(marks) == Dialect()


def test_the_embedded_server_of_the_demo_is_named() -> None:
    build = {"version": "7.0.0", "process": "nx_27017", "ok": 1.0}
    assert name_dialect(Marks({}, build)) == Dialect("NX-27017", True)


def test_versions_that_are_none_are_left_out() -> None:
    for build in ({"ferretdb": 5, "ok": 1}, {"ferretdbVersion": [], "ok": 1}, {"ferretdb": {"version": ""}, "ok": 1}):
        assert name_dialect(Marks({}, build)) == Dialect("FerretDB", True)
    assert name_dialect(Marks({"internal": {"documentdb_versions": [7]}}, {})) == Dialect("DocumentDB", True)
