"""States between open and closed, and talks that end early."""

import pytest

from auditor.model.observation import Access, Fact, Reach
from auditor.model.outcome import Verdict
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import WireError
from auditor.testing.script import Answer, answer

from .elasticsearch_servers import (
    ANONYMOUS_403,
    LISTING,
    MAPPING,
    MISSING_LOGIN,
    NO_HANDLER,
    NO_SUCH_INDEX,
    OPEN,
    PROXY_FORBIDS,
    ROOT,
    SEARCH,
    SILENCE,
    error,
    found,
    greeting,
    listing,
    observe,
    scripted,
    verdict,
)


@pytest.mark.fact("ES-16", "ES-17", "VERDICT-15")
@pytest.mark.parametrize(
    "text",
    [
        "OpenSearch Security not initialized.",
        "Open Distro Security not initialized.",
        "Search Guard not initialized (SG11).",
    ],
)
async def test_a_security_plugin_that_is_not_set_up(text: str) -> None:
    seen, lines = await observe({}, rest=answer(503, text, content_type="text/plain"))
    assert (seen.facts, verdict(seen)) == (frozenset({Fact.NOT_INITIALISED}), Verdict.NOT_INITIALISED)
    assert lines.transcript.exchanges[0].why == "Its security plugin has not been initialised."


@pytest.mark.parametrize("status", [403, 503])
@pytest.mark.parametrize("cause", ["READONLYREST_NOT_READY_YET", "READONLYREST_FAILED_TO_START"])
async def test_readonlyrest_that_has_not_read_its_rules_protects_nobody_yet(cause: str, status: int) -> None:
    said = {"type": "forbidden_response", "reason": "Forbidden by ReadonlyREST", "due_to": cause}
    seen, _ = await observe({}, rest=answer(status, {"error": {"root_cause": [said], **said}, "status": status}))
    assert (seen.facts, verdict(seen)) == (frozenset({Fact.NOT_INITIALISED}), Verdict.NOT_INITIALISED)


@pytest.mark.fact("ES-19", "ES-20")
async def test_a_cluster_without_a_master_is_degraded_and_its_mapping_is_not_waited_for() -> None:
    no_master = error("master_not_discovered_exception", "null", 503)
    blocked = error("cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/1/state not recovered];", 503)
    replies = {ROOT: answer(503, greeting("2.4.6", cluster_uuid="_na_")), LISTING: no_master, SEARCH: blocked}
    seen, lines = await observe(replies, rest=no_master)
    assert (seen.access, verdict(seen)) == (Access.BANNER, Verdict.INCONCLUSIVE)
    assert seen.facts == {Fact.DEGRADED}
    assert "belongs to no cluster" in seen.detail
    assert [asked.path.partition("?")[0] for asked in lines.http_asked] == [ROOT, LISTING, SEARCH]
    assert all("master_timeout=1s" in asked.path for asked in lines.http_asked if LISTING in asked.path)


async def test_a_circuit_breaker_is_degraded() -> None:
    tired = error("circuit_breaking_exception", "[parent] Data too large", 429)
    seen, _ = await observe({ROOT: OPEN[ROOT]}, rest=tired)
    assert (seen.facts, verdict(seen)) == (frozenset({Fact.DEGRADED}), Verdict.INCONCLUSIVE)


async def test_a_tired_search_over_all_is_asked_again_of_single_indices() -> None:
    tired = error("circuit_breaking_exception", "[parent] Data too large", 429)
    seen, _ = await observe({**OPEN, SEARCH: tired, "/people/_search": answer(200, found(2))}, rest=tired)
    assert (seen.access, verdict(seen)) == (Access.RECORDS, Verdict.OPEN)


async def test_a_search_that_no_shard_answered_gives_no_records() -> None:
    seen, _ = await observe({**OPEN, SEARCH: answer(200, found(0, shards=5, failed=5))})
    assert (seen.access, Fact.DEGRADED in seen.facts) == (Access.NAMES, True)


async def test_an_expired_licence_blocks_some_questions_only() -> None:
    licence = error("security_exception", "current license is non-compliant for [security]", 403)
    seen, _ = await observe({**OPEN, LISTING: licence})
    assert verdict(seen) is Verdict.PARTLY_OPEN


@pytest.mark.fact("ES-68")
async def test_closed_indices_are_named_without_counts() -> None:
    seen, lines = await observe({**OPEN, LISTING: answer(200, listing(people=2, shut=None))})
    shut = next(data for data in seen.datasets if data.name == "shut")
    assert (shut.records, shut.bytes, shut.readable) == (None, None, False)
    assert shut.refused[0] == "search: the index is closed"
    assert not any("/shut/" in asked.path for asked in lines.http_asked)


async def test_an_open_server_without_indices_is_open() -> None:
    replies = {**OPEN, LISTING: answer(200, []), MAPPING: answer(200, {}), SEARCH: answer(200, found(0, shards=0))}
    seen, _ = await observe(replies)
    assert (seen.access, verdict(seen), seen.datasets) == (Access.RECORDS, Verdict.OPEN, ())


async def test_a_user_whose_rights_reach_no_index_reads_none() -> None:
    replies = {
        ROOT: OPEN[ROOT],
        SEARCH: answer(200, found(0, shards=0)),
        "/_security/_authenticate": answer(200, {"username": "_anonymous", "roles": ["monitor"]}),
    }
    seen, _ = await observe(replies, rest=ANONYMOUS_403)
    assert (seen.access, verdict(seen)) == (Access.BANNER, Verdict.ANONYMOUS_ROLE)


@pytest.mark.fact("ES-67")
async def test_a_real_server_whose_root_is_405_is_open_all_the_same() -> None:
    no_root = answer(
        405,
        {"error": "Incorrect HTTP method for uri [/] and method [GET]", "status": 405},
        x_elastic_product="Elasticsearch",
    )
    nodes = answer(200, {"cluster_name": "shop", "nodes": {"a": {"version": "9.5.3"}}})
    seen, _ = await observe({**OPEN, ROOT: no_root, "/_nodes/http": nodes})
    assert verdict(seen) is Verdict.OPEN
    assert Fact.SECURITY_OFF in seen.facts
    assert seen.service is not None
    assert (seen.service.name, seen.service.version, seen.service.cluster_name) == ("Elasticsearch", "9.5.3", "shop")


async def test_a_remote_cluster_in_a_name_is_neither_asked_about_nor_refused() -> None:
    replies = {**OPEN, LISTING: answer(200, listing(**{"people": 2, "far:people": 1})), SEARCH: MISSING_LOGIN}
    far = error("illegal_argument_exception", "Cross-cluster calls are not supported in this context", 400)
    seen, lines = await observe({**replies, "/people/_search": answer(200, found(2))}, rest=far)
    assert {data.name: data.readable for data in seen.datasets} == {
        "people": True,
        "far:people": None,
        "products": None,
    }
    assert not any("far" in asked.path for asked in lines.http_asked)


@pytest.mark.fact("ES-55", "ES-56", "ES-57")
@pytest.mark.parametrize(
    ("number", "reply", "off"),
    [
        pytest.param("8.5.0", answer(405, {"error": "Incorrect HTTP method", "status": 405}), True, id="8: 405"),
        pytest.param("9.5.3", NO_HANDLER, True, id="9: 400"),
        pytest.param("5.6.16", NO_HANDLER, False, id="5 has no such path in any state"),
        pytest.param("8.5.0", answer(404, {"error": "?"}), False, id="404 says nothing"),
        pytest.param("8.5.0", PROXY_FORBIDS, False, id="a proxy says nothing"),
    ],
)
async def test_security_is_off_only_where_elasticsearch_itself_says_so(number: str, reply: Answer, off: bool) -> None:
    replies = {**OPEN, ROOT: answer(200, greeting(number)), "/_security/_authenticate": reply, "/_xpack": NO_HANDLER}
    seen, lines = await observe(replies)
    assert (Fact.SECURITY_OFF in seen.facts) is off
    assert any("its security is switched off" in exchange.why for exchange in lines.transcript.exchanges) is off


@pytest.mark.fact("ES-55", "ES-58")
async def test_a_closed_opensearch_never_looks_as_if_its_security_were_off() -> None:
    refused = answer(401, "Unauthorized", www_authenticate='Basic realm="OpenSearch Security"')
    seen, _ = await observe({"/_security/_authenticate": NO_HANDLER}, rest=refused)
    assert seen.facts == {Fact.PRODUCT_ASKED_LOGIN}


async def test_nothing_at_all_answered_raises_how_the_first_talk_ended() -> None:
    lines = scripted({ROOT: SILENCE, LISTING: SILENCE})
    with pytest.raises(WireError) as caught:
        await ElasticsearchProbe().observe(lines)
    assert caught.value is not SILENCE
    assert (caught.value.reach, caught.value.detail) == (SILENCE.reach, SILENCE.detail)
    assert len(lines.http_asked) == 2


@pytest.mark.parametrize("reach", [Reach.REFUSED, Reach.TIMED_OUT, Reach.TLS_FAILED, Reach.NOT_THE_PRODUCT])
async def test_a_first_talk_that_never_began_is_not_tried_again(reach: Reach) -> None:
    lines = scripted({ROOT: WireError(reach, "it did not")})
    with pytest.raises(WireError) as caught:
        await ElasticsearchProbe().observe(lines)
    assert caught.value.reach is reach
    assert len(lines.http_asked) == 1


@pytest.mark.fact("ES-03", "ES-07")
async def test_a_root_that_breaks_off_hides_nothing() -> None:
    seen, _ = await observe({**OPEN, ROOT: SILENCE})
    assert (seen.access, verdict(seen)) == (Access.RECORDS, Verdict.OPEN)


async def test_a_server_that_goes_silent_is_left_alone_after_two_tries() -> None:
    lines = scripted({ROOT: OPEN[ROOT], LISTING: OPEN[LISTING], SEARCH: SILENCE, MAPPING: SILENCE})
    seen = await ElasticsearchProbe().observe(lines)
    assert seen.access is Access.NAMES
    assert len(lines.http_asked) == 4


async def test_a_spent_budget_ends_the_questions_and_leaves_doubt() -> None:
    spent = WireError(Reach.TOO_MUCH, "the 60 s that one target may cost are spent")
    seen, lines = await observe({ROOT: OPEN[ROOT], LISTING: spent}, rest=NO_SUCH_INDEX)
    assert len(lines.http_asked) == 2
    assert (Fact.UNSURE in seen.facts, verdict(seen)) == (True, Verdict.INCONCLUSIVE)


async def test_a_path_prefix_stands_before_every_question() -> None:
    seen, lines = await observe(OPEN, path="/search/es/")
    assert verdict(seen) is Verdict.OPEN
    assert [asked.path.partition("?")[0] for asked in lines.http_asked][:4] == [
        "/search/es/",
        "/search/es/_cat/indices",
        "/search/es/_search",
        "/search/es/_mapping",
    ]
