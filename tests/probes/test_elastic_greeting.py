"""Who answers: greetings, headers that name a product, and identities."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.elastic.greeting import major_of, read_greeting, read_marks, read_other
from auditor.probes.elastic.identity import (
    read_authenticate,
    read_authinfo,
    read_plugin_health,
    read_privileges,
    read_security_switch,
)
from auditor.probes.json_reply import JsonValue

from .elasticsearch_servers import OPENSEARCH_TAGLINE, greeting


def test_a_greeting_keeps_what_the_report_prints() -> None:
    found = read_greeting(greeting("7.17.29"), ())
    assert found is not None
    assert (found.service.name, found.service.version, found.major, found.genuine) == (
        "Elasticsearch",
        "7.17.29",
        7,
        True,
    )
    assert (found.service.cluster_name, found.service.cluster_uuid) == ("shop", "AbCdEfGhIjKlMnOpQrStUv")
    assert ("build_flavor", "default") in found.service.details


@pytest.mark.fact("ES-19", "ES-26", "ES-27")
def test_a_node_without_a_cluster_has_no_uuid() -> None:
    found = read_greeting(greeting(cluster_uuid="_na_"), ())
    assert found is not None
    assert (found.clustered, found.service.cluster_uuid) == (False, None)
    old = read_greeting(greeting("1.7.6", cluster_uuid=None), ())  # before 2.4 there is none in any state
    assert old is not None
    assert old.clustered


@pytest.mark.fact("ES-22")
def test_an_unknown_tagline_is_not_taken_for_elasticsearch() -> None:
    found = read_greeting(greeting(tagline="You Know, for Something"), ())
    assert found is not None
    assert not found.genuine
    assert not found.look_alike
    assert found.service.name == "a server in the manner of Elasticsearch"


@pytest.mark.fact("ES-33")
def test_the_header_of_elasticsearch_proves_nothing_and_contradicts_opensearch() -> None:
    header = (("x-elastic-product", "Elasticsearch"),)
    honest = read_greeting(greeting(), header)
    assert honest is not None
    assert honest.genuine
    torn = read_greeting(greeting("2.0.0", tagline=OPENSEARCH_TAGLINE), header)
    assert torn is not None
    assert not torn.genuine
    assert torn.contradiction


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"version": "8.1"},
        {"version": {"number": 8}},
        {"version": {"number": "8.1"}},
        {"tagline": "You Know, for Search"},
        {"error": {"type": "security_exception"}, "status": 401},
    ],
)
def test_what_greets_nobody_is_none(body: JsonValue) -> None:
    assert read_greeting(body, ()) is None


@pytest.mark.parametrize(
    ("version", "major"),
    [("0.90.13", 0), ("9.5.3", 9), ("10.0", 10), (None, None), ("", None), ("x", None), ("٣.1", None)],
)
def test_majors(version: str | None, major: int | None) -> None:
    assert major_of(version) == major


@pytest.mark.fact("ES-36")
def test_opensearch_3_names_itself_on_errors_too() -> None:
    found = read_marks((("x-opensearch-version", "OpenSearch/3.4.0 (opensearch)"),))
    assert found is not None
    assert (found.name, found.version) == ("OpenSearch", "3.4.0")
    assert read_marks((("server", "nginx"),)) is None


def test_a_page_is_no_other_product() -> None:
    assert read_other(200, (("server", "nginx"),), b"<html>") is None


@pytest.mark.fact("ES-09", "ES-54")
def test_identities_of_both_families() -> None:
    found = read_authenticate({"username": "_anonymous", "roles": ["guest", "superuser"]})
    assert found is not None
    assert (found.user, found.unbounded) == ("_anonymous", True)
    also = read_authinfo({"user_name": "opendistro_security_anonymous", "roles": ["guest"], "backend_roles": []})
    assert also is not None
    assert (also.roles, also.unbounded) == (("guest",), False)
    old = read_authinfo({"user": "User [name=sg_anonymous, roles=[]]", "sg_roles": ["sg_all_access"]})
    assert old is not None
    assert (old.user, old.unbounded) == ("sg_anonymous", True)


@pytest.mark.parametrize(
    "body", [None, [], {}, {"username": "x"}, {"roles": []}, {"user_name": "x"}, {"user": "x", "roles": []}]
)
def test_what_names_nobody_is_none(body: JsonValue) -> None:
    assert read_authenticate(body) is None
    assert read_authinfo(body) is None


@pytest.mark.fact("ES-60")
def test_privileges_are_unbounded_only_over_cluster_and_all_indices() -> None:
    bounded: Any = {"cluster": ["all"], "indices": [{"names": ["people"], "privileges": ["all"]}]}
    found = read_privileges(bounded)
    assert found is not None
    assert (found.grants, found.unbounded) == (("all on the cluster", "all on people"), False)
    everything: Any = {"cluster": ["all"], "indices": [{"names": ["*"], "privileges": ["all"]}]}
    assert (read_privileges(everything) or found).unbounded
    assert read_privileges({"cluster": []}) is None


def test_of_privileges_those_are_told_apart_that_let_write() -> None:
    body: Any = {
        "cluster": ["monitor", "manage"],
        "indices": [
            {"names": ["people", "logs-*"], "privileges": ["read", "create_doc", "delete"]},
            {"names": ["products"], "privileges": ["read", "indices:data/read/search"]},
        ],
    }
    found = read_privileges(body)
    assert found is not None
    assert found.writing == ("manage on the cluster", "create_doc, delete on people, logs-*")


@pytest.mark.fact("ES-14", "ES-15", "ES-63")
def test_switches() -> None:
    assert read_plugin_health({"message": None, "mode": "strict", "status": "UP"}) is True
    assert read_plugin_health({"mode": "strict", "status": "DOWN"}) is False
    assert read_plugin_health({"status": "UP"}) is None  # anybody's health check says so
    assert read_security_switch({"features": {"security": {"enabled": False}}}) is False
    assert read_security_switch({"features": {}}) is None


KEYS = st.sampled_from(
    ["version", "number", "tagline", "name", "cluster_uuid", "nodes", "user", "user_name", "username"]
) | (
    st.sampled_from(["roles", "cluster", "indices", "names", "privileges", "features", "security", "enabled", "status"])
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
HEADERS = st.lists(
    st.tuples(st.sampled_from(["location", "kbn-version", "x-app-name", "x-opensearch-version"]), st.text())
)


@given(ANYTHING, HEADERS, st.integers(100, 599), st.binary(max_size=50))
def test_any_json_names_somebody_or_nobody(body: Any, headers: list[tuple[str, str]], status: int, raw: bytes) -> None:
    found = read_greeting(body, tuple(headers))
    assert found is None or found.service.version
    read_marks(headers)
    read_other(status, headers, raw)
    for identity in (read_authenticate(body), read_authinfo(body)):
        assert identity is None or 0 < len(identity.user) <= 100
    read_privileges(body)
    read_plugin_health(body)
    read_security_switch(body)
