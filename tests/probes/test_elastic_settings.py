"""Settings of nodes, cluster, repositories and indices: their names are kept where they matter, their values never."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.elastic.settings import (
    IndexBlocks,
    Settings,
    read_cluster_settings,
    read_index_blocks,
    read_node_settings,
    secrets_in,
)
from auditor.probes.json_reply import JsonValue

CANARY = "Tr0ub4dor-and-3"


def nodes(*settings: dict[str, Any]) -> JsonValue:
    return {"cluster_name": "c", "nodes": {f"n{number}": {"settings": some} for number, some in enumerate(settings)}}


@pytest.mark.parametrize(
    "name",
    [
        "cloud.aws.secret_key",
        "cloud.aws.access_key",
        "cloud.azure.storage.default.key",
        "s3.client.default.secret_key",
        "s3.client.default.session_token",
        "xpack.security.http.ssl.keystore.password",
        "xpack.security.http.ssl.key_passphrase",
        "xpack.notification.slack.account.a.url_token",
        "xpack.monitoring.exporters.e.auth.password",
        "searchguard.ssl.http.keystore_password",
        "plugin.service.apiKey",
        "plugin.service.api-key",
        "ldap.bind_passwd",
        "gcs.credentials",
        "watcher.tokens.token.0",
    ],
)
def test_a_name_that_speaks_of_a_secret_is_kept_and_its_value_is_not(name: str) -> None:
    found = read_node_settings(nodes({name: CANARY, "node.name": "n"}))
    assert found is not None
    assert found.secrets == (name,)
    assert CANARY not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("xpack.security.http.ssl.key", "certs/http.key", id="a key's file"),
        pytest.param("xpack.security.http.ssl.keystore.path", "http.p12", id="a keystore's file"),
        pytest.param("xpack.security.http.ssl.truststore_path", "trust.p12", id="a truststore's file"),
        pytest.param("path.secrets", "/etc/secrets", id="a folder"),
        pytest.param("xpack.security.authc.password_hashing.algorithm", "bcrypt", id="how passwords are hashed"),
        pytest.param("xpack.security.authc.token.timeout", "20m", id="how long a token lasts"),
        pytest.param("xpack.security.authc.api_key.enabled", "true", id="a switch"),
        pytest.param("xpack.security.authc.token", "true", id="a switch by its value"),
        pytest.param("cloud.aws.secret_key", "", id="empty"),
        pytest.param("cloud.aws.secret_key", None, id="unset"),
        pytest.param("cloud.aws.secret_key", "***", id="stars"),
        pytest.param("cloud.aws.secret_key", "::es_redacted::", id="as support files show it"),
        pytest.param("cloud.aws.secret_key", "<redacted>", id="in angles"),
        pytest.param("cloud.aws.secret_key", "[hidden]", id="in brackets"),
        pytest.param("cloud.aws.secret_key", "${AWS_SECRET}", id="a reference"),
        pytest.param("cloud.aws.secret_key", 7, id="a number"),
        pytest.param("node.name", "password", id="a value that speaks of secrets"),
    ],
)
def test_what_is_no_secret_or_is_not_shown_does_not_count(name: str, value: JsonValue) -> None:
    found = read_node_settings(nodes({name: value}))
    assert found is not None
    assert found.secrets == ()


def test_settings_come_flat_or_nested() -> None:
    nested: JsonValue = {"cloud": {"aws": {"secret_key": CANARY, "region": "eu"}}, "list": {"secrets": [CANARY]}}
    assert secrets_in(nested) == ("cloud.aws.secret_key",)
    assert secrets_in({"client.secret_key": CANARY}) == ("client.secret_key",)
    assert secrets_in({"secret": ["", CANARY]}) == ("secret",)
    assert secrets_in([CANARY]) == secrets_in(CANARY) == secrets_in(None) == ()


def test_the_settings_of_a_cluster_are_those_that_last_and_those_that_do_not() -> None:
    document: JsonValue = {
        "persistent": {"cluster.blocks.read_only": "true"},
        "transient": {"cluster.blocks.read_only_allow_delete": "false", "xpack.x.password": CANARY},
    }
    found = read_cluster_settings(document)
    assert found == Settings(secrets=("xpack.x.password",), blocks=frozenset({"read_only"}))
    assert read_cluster_settings({"persistent": {}, "transient": {}}) == Settings()
    assert read_cluster_settings({"error": "x", "status": 404}) is None
    assert read_cluster_settings([]) is None


def test_a_node_that_does_not_switch_scripts_off_speaks_for_all() -> None:
    off = {"script.disable_dynamic": "true"}
    assert read_node_settings(nodes(off, off)) == Settings(dynamic_off=True)
    assert read_node_settings(nodes(off, {})) == Settings()
    explicit = read_node_settings(nodes(off, {"script.disable_dynamic": "false"}))
    assert explicit == Settings(scripts=("script.disable_dynamic",))
    assert read_node_settings({"nodes": {}}) is None
    assert read_node_settings({"nodes": {"a": {"version": "1.0"}}}) is None


@pytest.mark.parametrize(
    ("name", "value", "let_in"),
    [
        ("script.inline", "true", True),
        ("script.inline", True, True),
        ("script.inline", "on", True),
        ("script.inline", "sandbox", False),
        ("script.inline", "false", False),
        ("script.indexed", "on", True),
        ("script.search", "on", True),
        ("script.engine.groovy.inline", "true", True),
        ("script.engine.groovy.inline.aggs", "on", True),
        ("script.engine.python.indexed.search", "on", True),
        ("script.engine.expression.inline.aggs", "true", False),
        ("script.engine.mustache.inline.search", "true", False),
        ("script.file", "true", False),
        ("script.groovy.sandbox.enabled", "true", False),
    ],
)
def test_switches_that_let_scripts_in(name: str, value: JsonValue, let_in: bool) -> None:
    found = read_node_settings(nodes({name: value}))
    assert found is not None
    assert (name in found.scripts) is let_in


def test_clusters_for_searches_across_are_named_by_settings_without_their_addresses() -> None:
    document: JsonValue = {
        "persistent": {
            "cluster": {"remote": {"eu": {"seeds": [CANARY]}, "gone": {"seeds": None}}},
            "search.remote.us.seeds.0": CANARY,
            "cluster.remote.connect": "true",
            "cluster.remote.eu.skip_unavailable": "true",
        }
    }
    found = read_cluster_settings(document)
    assert found is not None
    assert found.remotes == ("eu", "us")
    assert CANARY not in repr(found)


def test_blocks_of_single_indices_are_counted_by_what_they_forbid() -> None:
    document: JsonValue = {
        "a": {"settings": {"index.blocks.write": "true"}},
        "b": {"settings": {"index": {"blocks": {"read_only": "true"}}}},
        "c": {"settings": {"index.blocks.read_only_allow_delete": "true"}},
        "d": {"settings": {"index.blocks.metadata": "true", "index.blocks.write": "false"}},
        "e": {"settings": {}},
    }
    assert read_index_blocks(document) == IndexBlocks(from_writing=3, from_deletion=2)
    assert read_index_blocks({}) == IndexBlocks()
    assert read_index_blocks({"error": "x", "status": 404}) is None
    assert read_index_blocks(None) is None


def test_no_reply_makes_many_or_long_names() -> None:
    long: JsonValue = {f"{'x' * 5_000}{number}.password": CANARY for number in range(1_000)}
    many: JsonValue = {f"{number}.password": CANARY for number in range(1_000)}
    below: JsonValue = {"x" * 1_000_000: {f"{number}": {"password": CANARY} for number in range(50_000)}}
    deep: JsonValue = {"password": CANARY}
    for _ in range(900):
        deep = {"x" * 100: deep}
    for settings in (long, many, below, deep):
        found = secrets_in(settings)
        assert len(found) <= 64
        assert all(len(name) <= 200 for name in found)
    assert len(secrets_in(many)) == 64


KEYS = st.sampled_from(
    ["persistent", "transient", "nodes", "settings", "password", "secret_key", "cluster.blocks.read_only", "index"]
) | st.sampled_from(["cluster.remote.eu.seeds", "script.inline", "script.disable_dynamic", "blocks", "write", "1"])
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(CANARY)
ANYTHING = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=25,
)


@given(ANYTHING | ANYTHING.map(lambda settings: {"nodes": {"a": {"settings": settings}}, "persistent": settings}))
def test_any_json_is_read_and_no_value_of_it_is_kept(document: Any) -> None:
    found = (
        read_node_settings(document),
        read_cluster_settings(document),
        read_index_blocks(document),
        secrets_in(document),
    )
    assert CANARY not in repr(found)
