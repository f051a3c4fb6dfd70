"""What a cluster tells those who run it: repositories, other clusters, its nodes' addresses, its data streams."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.elastic.administration import (
    RemoteCluster,
    Repository,
    read_remote_clusters,
    read_repositories,
)
from auditor.probes.elastic.nodes import Nodes, read_address, read_nodes
from auditor.probes.elastic.streams import DataStream, read_data_streams
from auditor.probes.json_reply import JsonValue

CANARY = "10.66.66.66"


def test_a_repository_keeps_its_name_its_type_and_the_names_of_its_secrets() -> None:
    document: JsonValue = {
        "nightly": {"type": "fs", "settings": {"location": CANARY, "compress": "true"}},
        "cloud": {"type": "s3", "uuid": "x", "settings": {"bucket": CANARY, "client": {"secret_key": CANARY}}},
    }
    found = read_repositories(document)
    assert found == (Repository("nightly", "fs"), Repository("cloud", "s3", ("client.secret_key",)))
    assert CANARY not in repr(found)


def test_no_repository_is_an_answer_and_an_error_is_none() -> None:
    assert read_repositories({}) == ()
    assert read_repositories({"error": "x", "status": 404}) is None
    assert read_repositories([]) is None


def test_a_remote_cluster_keeps_its_alias_and_how_many_addresses_but_none_of_them() -> None:
    document: JsonValue = {
        "eu": {"seeds": [f"{CANARY}:9300"] * 2, "connected": True, "num_nodes_connected": 3, "skip_unavailable": False},
        "us": {"seeds": [f"{CANARY}:9300"], "connected": False, "num_nodes_connected": 0},
        "ap": {"mode": "proxy", "proxy_address": CANARY, "connected": True, "num_proxy_sockets_connected": 18},
    }
    found = read_remote_clusters(document)
    assert found == (
        RemoteCluster("eu", connected=True, nodes=3, seeds=2),
        RemoteCluster("us", seeds=1),
        RemoteCluster("ap", connected=True, nodes=18, seeds=1),
    )
    assert CANARY not in repr(found)
    assert read_remote_clusters({}) == ()
    assert read_remote_clusters({"error": {"type": "x"}, "status": 400}) is None


@pytest.mark.parametrize(
    ("published", "address"),
    [
        ("10.0.0.1:9200", "10.0.0.1:9200"),
        ("es-1.example.org/10.0.0.1:9200", "10.0.0.1:9200"),
        ("inet[/127.0.0.1:9200]", "127.0.0.1:9200"),
        ("inet[es-1/10.0.0.1:9201]", "10.0.0.1:9201"),
        ("[::1]:9200", "[::1]:9200"),
        ("es-1/[FD00:0:0:0:0:0:0:1]:9200", "[fd00::1]:9200"),
        ("inet[/0:0:0:0:0:0:0:1:9200]", "[::1]:9200"),
        ("[fe80::1%eth0]:9200", "[fe80::1]:9200"),
        ("ES-1.example.org:9200", "es-1.example.org:9200"),
        ("10.0.0.1:0", ""),
        ("10.0.0.1:70000", ""),
        ("10.0.0.1", ""),
        ("http://10.0.0.1:9200", ""),
        ("a b:9200", ""),
        ("a\nb:9200", ""),
        ("not::an::address:9200", ""),
        ("0.0.0.0:9200", ""),
        ("[::]:9200", ""),
        ("", ""),
    ],
)
def test_an_address_is_read_as_every_age_publishes_it(published: str, address: str) -> None:
    assert read_address(published) == address


def test_nodes_tell_a_version_where_the_root_does_not() -> None:
    document: JsonValue = {"cluster_name": "c", "nodes": {"a": {"version": "8.19.21"}}}
    assert read_nodes(document) == Nodes("c", "8.19.21")
    assert read_nodes({"error": "x"}) is None


def test_each_nodes_address_stands_once_and_at_most_64_are_kept() -> None:
    many: dict[str, JsonValue] = {
        f"n{number}": {"http": {"publish_address": f"10.0.0.{number % 100 + 1}:9200"}} for number in range(200)
    }
    found = read_nodes({"nodes": many})
    assert found is not None
    assert len(found.addresses) == len(set(found.addresses)) == 64
    old = read_nodes({"nodes": {"a": {"http_address": "inet[/10.0.0.1:9200]"}, "b": {"http": {}}, "c": None}})
    assert old is not None
    assert old.addresses == ("10.0.0.1:9200",)


def stream(name: str, *indices: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "indices": [{"index_name": one, "index_uuid": "x"} for one in indices], **more}


def test_streams_name_the_indices_that_back_them_the_newest_last() -> None:
    failed = {"enabled": True, "indices": [{"index_name": ".fs-b-1"}]}
    document: JsonValue = {
        "data_streams": [
            stream("a", ".ds-a-1", ".ds-a-2", ".ds-a-1", generation=2),
            stream("b", ".ds-b-1", hidden=True, system=True, failure_store=failed),
            stream("a", ".ds-other"),
            stream("", ".ds-x"),
            stream("nothing"),
            "rubbish",
        ]
    }
    assert read_data_streams(document, limit=10) == (
        DataStream("a", (".ds-a-1", ".ds-a-2")),
        DataStream("b", (".fs-b-1", ".ds-b-1"), system=True),
    )
    assert read_data_streams(document, limit=1) == (DataStream("a", (".ds-a-1", ".ds-a-2")),)
    assert read_data_streams({"data_streams": []}, limit=10) == ()
    assert read_data_streams({"error": "x", "status": 400}, limit=10) is None


KEYS = st.sampled_from(
    ["data_streams", "name", "indices", "index_name", "failure_store", "nodes", "http", "publish_address", "settings"]
) | st.sampled_from(["type", "connected", "seeds", "num_nodes_connected", "proxy_address", "location"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(f"{CANARY}:9300"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=25,
)


@given(ANYTHING)
def test_any_json_is_read_within_its_bounds(document: Any) -> None:
    streams = read_data_streams(document, limit=2)
    assert streams is None or (len(streams) <= 2 and all(one.indices for one in streams))
    nodes = read_nodes(document)
    assert nodes is None or len(nodes.addresses) <= 64


@given(ANYTHING.filter(lambda document: CANARY not in repr(_names(document))))
def test_any_json_leaves_no_location_and_no_address_of_another_cluster(document: Any) -> None:
    types = [one.type for one in read_repositories(document) or ()]
    assert all(len(one) <= 32 for one in types)
    assert CANARY not in repr(read_remote_clusters(document))


def _names(document: Any) -> list[str]:
    return list(document) if isinstance(document, dict) else []


@given(st.text(max_size=60) | st.from_regex(r"(inet\[)?[a-z]{0,3}/?[0-9.:\[\]]{1,20}:[0-9]{1,6}\]?", fullmatch=True))
def test_any_text_is_an_address_or_none(text: str) -> None:
    found = read_address(text)
    assert found == "" or 0 < int(found.rpartition(":")[2]) < 65536
