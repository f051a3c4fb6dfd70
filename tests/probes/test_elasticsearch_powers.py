"""What a stranger could do beyond reading: inferred from what the server says, never tried."""

from collections.abc import Mapping
from typing import Any

import pytest

from auditor.model.observation import Observation, Sign
from auditor.probes.interface import WireError
from auditor.testing.script import Answer, answer

from .elasticsearch_servers import (
    ANONYMOUS_403,
    MAPPING,
    MISSING_LOGIN,
    NO_HANDLER,
    OPEN,
    OPENSEARCH_TAGLINE,
    PROXY_LOGIN,
    ROOT,
    SILENCE,
    error,
    found,
    greeting,
    observe,
)

SETTINGS, NODE_SETTINGS = "/_cluster/settings", "/_nodes/settings"
BLOCKS, SNAPSHOT, REMOTE = "/_all/_settings/index.blocks.*", "/_snapshot", "/_remote/info"
CANARY = "Tr0ub4dor-and-3"

UNBLOCKED = {SETTINGS: answer(200, {"persistent": {}, "transient": {}}), BLOCKS: answer(200, {})}
FREE: dict[str, Answer] = {**OPEN, **UNBLOCKED}


def blocked(*names: str) -> Answer:
    return answer(200, {name: {"settings": {"index": {"blocks": {"write": "true"}}}} for name in names})


def cluster(**settings: str) -> Answer:
    return answer(200, {"persistent": {name.replace("__", "."): value for name, value in settings.items()}})


def node(settings: Mapping[str, Any]) -> Answer:
    return answer(200, {"cluster_name": "shop", "nodes": {"a": {"name": "n", "settings": settings}}})


def sign(seen: Observation, name: str) -> Sign | None:
    return next((sign for sign in seen.signs if sign.id == name), None)


@pytest.mark.fact("ES-59")
async def test_with_security_off_and_no_block_a_stranger_may_write() -> None:
    seen, lines = await observe(FREE)
    may = sign(seen, "may_write")
    assert may is not None
    assert may.inferred
    assert "switched off, as the server says itself" in may.detail
    assert seen.rights == ("may index and delete in every index (inferred: security is off and no block is set)",)
    whys = {exchange.template: exchange.why for exchange in lines.transcript.exchanges}
    assert whys["es-cluster-settings"] == "Names no block that forbids to write."
    assert whys["es-blocks"] == "Names 0 indices that a block protects."


async def test_nothing_new_is_posted_and_no_search_names_another_cluster() -> None:
    remotes = answer(200, {"eu": {"connected": True, "seeds": ["10.0.0.1:9300"], "num_nodes_connected": 1}})
    _, lines = await observe({**FREE, REMOTE: remotes})
    assert {asked.method for asked in lines.http_asked} == {"GET"}
    assert not any("eu" in asked.path or "_has_privileges" in asked.path for asked in lines.http_asked)


@pytest.mark.parametrize(
    ("settings", "right"),
    [
        pytest.param(cluster(cluster__blocks__read_only="true"), None, id="a block on the cluster"),
        pytest.param(
            cluster(cluster__blocks__read_only_allow_delete="true"),
            "may delete every index (inferred: security is off, and the block that is set allows it)",
            id="a block that lets delete",
        ),
        pytest.param(NO_HANDLER, None, id="not told"),
        pytest.param(SILENCE, None, id="silence"),
        pytest.param(PROXY_LOGIN, None, id="refused"),
        pytest.param(answer(200, [1, 2]), None, id="rubbish"),
    ],
)
async def test_no_right_to_write_without_a_word_on_the_clusters_blocks(
    settings: Answer | WireError, right: str | None
) -> None:
    seen, _ = await observe({**FREE, SETTINGS: settings})
    assert seen.rights == ((right,) if right else ())
    assert (sign(seen, "may_write") is not None) is (right is not None)


async def test_a_block_that_a_node_was_started_with_counts() -> None:
    seen, _ = await observe({**FREE, NODE_SETTINGS: node({"cluster.blocks.read_only": "true"})})
    assert sign(seen, "may_write") is None


@pytest.mark.parametrize(
    ("blocks", "right"),
    [
        pytest.param(
            blocked("a", "b"), "every index but 2 (inferred: security is off and no other block is set)", id="2"
        ),
        pytest.param(
            NO_HANDLER, "every index (inferred: security is off and no block is set on the cluster)", id="not told"
        ),
    ],
)
async def test_blocks_of_single_indices_bound_the_right(blocks: Answer, right: str) -> None:
    seen, _ = await observe({**FREE, BLOCKS: blocks})
    assert seen.rights == (f"may index and delete in {right}",)


OPENSEARCH = {**FREE, ROOT: answer(200, greeting("2.19.4", tagline=OPENSEARCH_TAGLINE))}


@pytest.mark.parametrize(
    ("replies", "may"),
    [
        pytest.param({**FREE, ROOT: answer(200, greeting("2.4.6"))}, True, id="2.4, nothing refused"),
        pytest.param({**FREE, ROOT: answer(200, greeting("0.90.13"))}, True, id="0.90"),
        pytest.param({**FREE, ROOT: answer(200, greeting("2.4.6")), MAPPING: PROXY_LOGIN}, False, id="2.4, a front"),
        pytest.param(
            {
                **FREE,
                ROOT: answer(200, greeting("2.4.6")),
                MAPPING: error("security_exception", "current license is non-compliant for [shield]", 403),
            },
            False,
            id="2.4, a plugin without a licence",
        ),
        pytest.param({**FREE, MAPPING: PROXY_LOGIN}, False, id="7, a front guards a part"),
        pytest.param(
            {**FREE, "/_security/_authenticate": answer(404, "?"), "/_xpack": NO_HANDLER},
            False,
            id="7, which does not say whether its security is off",
        ),
        pytest.param(OPENSEARCH, True, id="OpenSearch without its plugin"),
        pytest.param(
            {**OPENSEARCH, "/_plugins/_security/authinfo": MISSING_LOGIN}, False, id="OpenSearch, authinfo refused"
        ),
        pytest.param({**OPENSEARCH, "/_plugins/_security/authinfo": SILENCE}, False, id="OpenSearch, no answer"),
        pytest.param({**FREE, ROOT: answer(200, greeting(tagline="You Search, for Know"))}, False, id="a stand-in"),
    ],
)
async def test_a_right_to_write_wants_sure_ground(replies: Mapping[str, Answer], may: bool) -> None:
    seen, _ = await observe(replies)
    assert (sign(seen, "may_write") is not None) is may


async def test_where_the_server_does_not_say_so_itself_the_doubt_is_told() -> None:
    for replies in (OPENSEARCH, {**FREE, ROOT: answer(200, greeting("2.4.6"))}):
        seen, _ = await observe(replies)
        may = sign(seen, "may_write")
        assert may is not None
        assert "A front that lets only reads through would not have shown." in may.detail


def granted(*indices: tuple[str, str], cluster: tuple[str, ...] = ()) -> dict[str, Answer]:
    entries = [{"names": [name], "privileges": [right]} for name, right in indices]
    return {
        **FREE,
        "/people/_search": answer(200, found(2)),
        "/_security/_authenticate": answer(200, {"username": "_anonymous", "roles": ["guest"]}),
        "/_security/user/_privileges": answer(200, {"cluster": list(cluster), "indices": entries}),
    }


@pytest.mark.parametrize(
    "right",
    ["write", "index", "create", "create_doc", "delete", "delete_index", "manage", "all", "*", "indices:*",
     "indices:data/write/bulk", "indices:admin/delete"],
)  # fmt: skip
async def test_a_users_own_rights_are_told_where_they_hold_writing(right: str) -> None:
    seen, _ = await observe(granted(("people", right), ("products", "read")), rest=ANONYMOUS_403)
    assert seen.rights[-1] == f"may write or delete (inferred from these rights: {right} on people)"
    may = sign(seen, "may_write")
    assert may is not None
    assert "_anonymous" in may.detail
    assert "products" not in may.detail


@pytest.mark.parametrize("right", ["read", "view_index_metadata", "monitor", "indices:data/read/*", "none"])
async def test_a_user_who_may_only_read_may_not_write(right: str) -> None:
    seen, _ = await observe(granted(("people", right), cluster=("monitor", "manage_own_api_key")))
    assert seen.rights == ("role guest", "monitor, manage_own_api_key on the cluster", f"{right} on people")
    assert sign(seen, "may_write") is None


async def test_a_user_who_may_manage_the_cluster_may_write() -> None:
    seen, _ = await observe(granted(("people", "read"), cluster=("monitor", "manage_security")))
    assert seen.rights[-1] == "may write or delete (inferred from these rights: manage_security on the cluster)"


async def test_of_opensearch_a_role_without_bounds_says_it() -> None:
    who = {"user_name": "opendistro_security_anonymous", "roles": ["own_index", "all_access"], "backend_roles": []}
    seen, _ = await observe({**OPENSEARCH, "/_plugins/_security/authinfo": answer(200, who)})
    assert seen.rights[-1] == "may index and delete in every index (inferred: a role without bounds)"
    who["roles"] = ["own_index", "readall"]
    seen, _ = await observe({**OPENSEARCH, "/_plugins/_security/authinfo": answer(200, who)})
    assert sign(seen, "may_write") is None


async def test_repositories_are_named_with_their_types_and_their_secrets_by_name() -> None:
    told = {
        "nightly": {"type": "fs", "settings": {"location": CANARY}},
        "cloud": {"type": "s3", "settings": {"bucket": CANARY, "access_key": CANARY, "secret_key": "***"}},
    }
    seen, lines = await observe({**FREE, SNAPSHOT: answer(200, told)})
    assert sign(seen, "snapshots") == Sign(
        "snapshots", 'Snapshot repositories were named: "nightly (fs)", "cloud (s3)".'
    )
    secrets = sign(seen, "secrets")
    assert secrets is not None
    assert '"access_key of the repository cloud".' in secrets.detail
    why = next(exchange.why for exchange in lines.transcript.exchanges if exchange.template == "es-snapshots")
    assert why.startswith(
        "Names 2 snapshot repositories without a login. Gives 1 setting whose name speaks of a secret"
    )
    assert CANARY not in repr(seen) + repr(lines.transcript.exchanges)


async def test_settings_that_show_a_secret_are_named_without_their_values() -> None:
    told = {**FREE, NODE_SETTINGS: node({"cloud.aws.secret_key": CANARY, "path.home": CANARY})}
    seen, lines = await observe({**told, SETTINGS: cluster(xpack__notification__password=CANARY)})
    secrets = sign(seen, "secrets")
    assert secrets is not None
    assert '"cloud.aws.secret_key", "xpack.notification.password"' in secrets.detail
    assert CANARY not in repr(seen) + repr(lines.transcript.exchanges)
    assert any(exchange.why.endswith("no value was kept.") for exchange in lines.transcript.exchanges)


@pytest.mark.parametrize(
    ("version", "settings", "let_in"),
    [
        ("1.1.2", {}, True),
        ("0.90.13", {"script.disable_dynamic": "false"}, True),
        ("1.1.2", {"script.disable_dynamic": "true"}, False),
        ("1.7.6", {}, False),
        ("1.3.9", {"script.disable_dynamic": "false"}, True),
        ("2.4.6", {"script.inline": "true"}, True),
        ("2.4.6", {"script.engine.groovy.inline.search": "on"}, True),
        ("2.4.6", {"script.inline": "sandbox"}, False),
        ("5.6.16", {"script.inline": "true"}, False),
        ("8.5.0", {"script.inline": "true"}, False),
    ],
)
async def test_scripts_are_let_in_by_old_releases_and_by_settings(
    version: str, settings: Mapping[str, str], let_in: bool
) -> None:
    seen, _ = await observe({**FREE, ROOT: answer(200, greeting(version)), NODE_SETTINGS: node(settings)})
    scripts = sign(seen, "scripts")
    assert (scripts is not None) is let_in
    assert scripts is None or scripts.inferred


async def test_without_the_nodes_settings_nothing_is_said_of_scripts() -> None:
    seen, _ = await observe({**FREE, ROOT: answer(200, greeting("1.1.2"))})
    assert sign(seen, "scripts") is None


async def test_clusters_for_searches_across_are_named_without_an_address() -> None:
    told = {
        "eu": {"connected": True, "seeds": [CANARY, CANARY], "num_nodes_connected": 3},
        "us": {"connected": False, "seeds": [CANARY], "num_nodes_connected": 0},
    }
    seen, lines = await observe({**FREE, REMOTE: answer(200, told)})
    remotes = sign(seen, "remote_clusters")
    assert remotes is not None
    assert '"eu" (connected to 3 of its nodes; configured addresses: 2)' in remotes.detail
    assert '"us" (not connected just now; configured addresses: 1)' in remotes.detail
    assert CANARY not in repr(seen)
    assert "Names 2 other clusters without a login." in [exchange.why for exchange in lines.transcript.exchanges]


async def test_up_to_6_settings_name_them_for_the_question_would_make_the_server_ask_the_others() -> None:
    told = {ROOT: answer(200, greeting("6.8.23")), SETTINGS: cluster(cluster__remote__eu__seeds=CANARY)}
    seen, lines = await observe({**FREE, **told})
    assert sign(seen, "remote_clusters") == Sign(
        "remote_clusters", 'Set up for searches across clusters: "eu" (configured).'
    )
    assert not any(REMOTE in asked.path for asked in lines.http_asked)
