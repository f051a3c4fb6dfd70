"""The questions that no verdict rests on: last, only where something was given, and without a say in the verdict."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor import judge, rulebook
from auditor.examine import conclude
from auditor.judge.verdict import decide
from auditor.model.observation import Fact, Observation, Reach
from auditor.model.outcome import Verdict
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import Budget, WireError
from auditor.testing.recording import load_http
from auditor.testing.replay import HttpReplay
from auditor.testing.script import Answer, HttpAsked, answer
from auditor.testing.scripted import ScriptedLines, target

from .elasticsearch_servers import (
    ANONYMOUS_403,
    LISTING,
    MAPPING,
    MISSING_LOGIN,
    NO_HANDLER,
    OPEN,
    PROXY_LOGIN,
    ROOT,
    SEARCH,
    SILENCE,
    error,
    found,
    greeting,
    lines_at,
    listing,
    mapping,
    observe,
)
from .test_elasticsearch_powers import CANARY, FREE, NODE_SETTINGS, SNAPSHOT, node
from .test_elasticsearch_recordings import EXPECTED, REPLIES

FURTHER = ("es-nodes", "es-aliases", "es-data-streams", "es-cluster-settings", "es-blocks", "es-node-settings",
           "es-snapshots", "es-remote")  # fmt: skip
PLACES = ("/_nodes/http", "/_aliases", "/_data_stream", "/_cluster/settings", "/_all/_settings/index.blocks.*",
          "/_nodes/settings", "/_snapshot", "/_remote/info")  # fmt: skip
BACKED = {**OPEN, LISTING: answer(200, listing(**{"people": 2, ".ds-logs-000001": 10}))}
GUARDED = {**OPEN, MAPPING: PROXY_LOGIN, "/people/_mapping": PROXY_LOGIN}
ROLE = {
    ROOT: OPEN[ROOT],
    SEARCH: answer(200, found(2)),
    MAPPING: answer(200, mapping("people")),
    "/people/_search": answer(200, found(2)),
    "/_security/_authenticate": answer(200, {"username": "_anonymous", "roles": ["guest"]}),
}
STATES: dict[str, tuple[Mapping[str, Answer], Answer]] = {
    "open": (BACKED, NO_HANDLER),
    "partly open": (GUARDED, NO_HANDLER),
    "an anonymous role": (ROLE, ANONYMOUS_403),
    "open without indices": ({**OPEN, LISTING: answer(200, []), MAPPING: answer(200, {})}, NO_HANDLER),
}


def concluded(seen: Observation) -> tuple[Any, ...]:
    """All that further answers have no say in."""
    datasets = [replace(data, aliases=()) for data in seen.datasets]
    plain = (seen.reach, seen.access, seen.facts, seen.asked_by, seen.identity, seen.partial, seen.detail)
    return (*plain, datasets, seen.truncated, decide(seen))


async def seen_with(state: str, further: Mapping[str, Answer | WireError]) -> tuple[Observation, ScriptedLines]:
    replies, rest = STATES[state]
    return await observe({**replies, **further}, rest=rest)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(answer(404, {"error": "?"}), id="404"),
        pytest.param(answer(403, "<html>"), id="403 of a front"),
        pytest.param(ANONYMOUS_403, id="403 for a user"),
        pytest.param(MISSING_LOGIN, id="401 of the product"),
        pytest.param(PROXY_LOGIN, id="401 of a front"),
        pytest.param(answer(401, "Unauthorized", www_authenticate='Basic realm="OpenSearch Security"'), id="a plugin"),
        pytest.param(answer(503, "OpenSearch Security not initialized."), id="not initialised"),
        pytest.param(answer(429, "slow down"), id="429"),
        pytest.param(error("cluster_block_exception", "blocked", 403), id="a block"),
        pytest.param(answer(200, "<html>kibana</html>", kbn_name="kibana"), id="a page of another product"),
        pytest.param(answer(302, b"", location="/login"), id="a redirect to a login"),
        pytest.param(answer(200, {}), id="an empty object"),
        pytest.param(answer(200, [[]]), id="a list"),
        pytest.param(answer(200, {"error": {"reason": "x"}}), id="an error that says 200"),
        pytest.param(SILENCE, id="silence"),
        pytest.param(WireError(Reach.TOO_MUCH, "the 60 s that one target may cost are spent"), id="a spent budget"),
        pytest.param(WireError(Reach.TLS_FAILED, "no TLS"), id="a connection that cannot be made again"),
    ],
)
async def test_however_further_questions_are_answered_the_verdict_stays(state: str, reply: Answer | WireError) -> None:
    plain, _ = await seen_with(state, {})
    seen, _ = await seen_with(state, dict.fromkeys(PLACES, reply))
    assert concluded(seen) == concluded(plain)
    assert {sign.id for sign in seen.signs} <= {"may_write"}


KEYS = st.sampled_from(["persistent", "transient", "nodes", "settings", "type", "connected", "seeds", "aliases"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode())
HEADERS = st.sampled_from([(), (("server", "nginx"),), (("kbn-name", "x"),), (("www-authenticate", "Basic"),)])
STATUSES = st.sampled_from([200, 200, 200, 302, 400, 401, 403, 404, 429, 500, 503])
ENDINGS = st.sampled_from([Reach.BROKE_OFF, Reach.TOO_MUCH, Reach.TIMED_OUT]).map(
    lambda reach: WireError(reach, "it ended")
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(STATES)),
    st.fixed_dictionaries(
        dict.fromkeys(PLACES, st.builds(Answer, STATUSES, HEADERS, JSON | st.binary(max_size=40)) | ENDINGS)
    ),
)
async def test_no_answer_to_a_further_question_has_a_say_in_the_verdict(
    state: str, further: Mapping[str, Answer | WireError]
) -> None:
    plain, _ = await seen_with(state, {})
    seen, lines = await seen_with(state, further)
    assert concluded(seen) == concluded(plain)
    asked = [asked.template for asked in lines.http_asked if asked.template.startswith(FURTHER)]
    assert len(asked) <= len(FURTHER) + 1
    json.dumps(repr(seen)).encode()


@pytest.mark.parametrize("state", STATES)
async def test_they_are_asked_last_and_once(state: str) -> None:
    _, lines = await seen_with(state, {})
    templates = [asked.template for asked in lines.http_asked]
    first = next(place for place, template in enumerate(templates) if template.startswith(FURTHER))
    assert all(template.startswith(FURTHER) for template in templates[first:])
    assert len(set(templates[first:])) == len(templates[first:])


async def test_two_that_stay_unanswered_end_the_talk() -> None:
    plain, _ = await seen_with("open", {})
    seen, lines = await seen_with("open", dict.fromkeys(PLACES, SILENCE))
    assert concluded(seen) == concluded(plain)
    assert [asked.template for asked in lines.http_asked if asked.template.startswith(FURTHER)] == list(FURTHER[:2])


async def test_they_spend_no_request_that_another_question_needs() -> None:
    _, whole = await observe(OPEN)
    needed = sum(not asked.template.startswith(FURTHER) for asked in whole.http_asked)

    def reply(asked: HttpAsked) -> Answer | WireError:
        if len(lines.http_asked) > needed:
            return WireError(Reach.TOO_MUCH, "spent")
        return OPEN.get(asked.path.partition("?")[0], NO_HANDLER)

    lines = ScriptedLines(target(), http=reply, budget=Budget(requests=needed))
    seen = await ElasticsearchProbe().observe(lines)
    assert decide(seen).verdict is Verdict.OPEN
    assert all(data.field_count is not None for data in seen.datasets)
    assert len(lines.http_asked) <= needed + 1


@pytest.mark.parametrize("replies", [{}, {ROOT: OPEN[ROOT]}], ids=["closed", "closed but for a greeting"])
async def test_a_server_that_gave_nothing_is_asked_none_of_them(replies: Mapping[str, Answer]) -> None:
    _, lines = await observe(replies, rest=MISSING_LOGIN)
    assert not any(asked.template.startswith(FURTHER) for asked in lines.http_asked)


async def test_without_a_master_none_is_asked_for_some_would_wait_for_it() -> None:
    no_master = error("master_not_discovered_exception", "null", 503)
    seen, lines = await observe({**OPEN, LISTING: no_master})
    assert decide(seen).verdict is Verdict.OPEN
    assert not any(asked.template.startswith(FURTHER) for asked in lines.http_asked)


OPEN_RECORDINGS = sorted(name for name, expected in EXPECTED.items() if expected.verdict is Verdict.OPEN)


@pytest.mark.parametrize("name", OPEN_RECORDINGS)
async def test_a_real_open_server_tells_its_address_and_that_strangers_may_write(name: str) -> None:
    async with HttpReplay(load_http(REPLIES / f"{name}.json")) as server, lines_at(server.port) as lines:
        seen = await ElasticsearchProbe().observe(lines)
    assert seen.service is not None
    assert ("node", "127.0.0.1:9200") in seen.service.details
    assert [sign.id for sign in seen.signs] == ["may_write"]
    assert len(seen.rights) == 1


@pytest.mark.parametrize("name", ["es-6.8.23-anonymous", "es-7.17.29-anonymous-401"])
async def test_a_real_anonymous_reader_may_not_write(name: str) -> None:
    async with HttpReplay(load_http(REPLIES / f"{name}.json")) as server, lines_at(server.port) as lines:
        seen = await ElasticsearchProbe().observe(lines)
    assert seen.signs == ()
    assert Fact.PRODUCT_ASKED_LOGIN not in seen.facts


async def test_the_nodes_addresses_are_details_of_the_service() -> None:
    nodes = {f"n{number}": {"http": {"publish_address": f"10.0.0.{number}:9200"}} for number in range(1, 80)}
    seen, _ = await observe({**FREE, "/_nodes/http": answer(200, {"nodes": nodes})})
    assert seen.service is not None
    assert [value for key, value in seen.service.details if key == "node"][:2] == ["node-1", "10.0.0.1:9200"]
    assert len(seen.service.details) == 67  # lucene and build_flavor, its name, and 64 addresses
    listed = {LISTING: OPEN[LISTING], ROOT: OPEN[ROOT], "/_nodes/http": answer(200, {"nodes": nodes})}
    seen, lines = await observe(listed, rest=PROXY_LOGIN)
    assert seen.service is not None
    assert ("node", "10.0.0.1:9200") in seen.service.details
    assert [asked.template for asked in lines.http_asked][-1] == "es-nodes"


async def test_each_sign_becomes_a_finding() -> None:
    secret = {"type": "s3", "settings": {"secret_key": CANARY}}
    told = {ROOT: answer(200, greeting("2.4.6")), SNAPSHOT: answer(200, {"cloud": secret})}
    settings = node({"script.inline": "true", "cluster.remote.eu.seeds": CANARY})
    seen, lines = await observe({**FREE, **told, NODE_SETTINGS: settings})
    outcome = conclude(target(), replace(seen, transcript=tuple(lines.transcript.exchanges)), address="127.0.0.1")
    made = judge.judge_outcome(outcome, rulebook.builtin("elasticsearch"), estate="acme", book=rulebook.builtin_book())
    assert {
        "writable-elasticsearch",
        "snapshots-elasticsearch",
        "secrets-elasticsearch",
        "scripts-elasticsearch",
        "remote-clusters-elasticsearch",
    } <= {finding.rule for finding in made}
    assert CANARY not in repr(made)
