"""Elasticsearch and OpenSearch that are not well, or hold their data in ways that mislead a listing."""

from collections.abc import Iterator, Mapping

from auditor.model.observation import Reach
from auditor.model.outcome import Verdict
from auditor.probes.interface import WireError
from auditor.testing.script import Answer, answer
from tests.matrix import states
from tests.matrix.cell import ELASTICSEARCH, OPENSEARCH, Cell, Manner, scripted
from tests.matrix.elasticsearch import ASKED
from tests.matrix.stage import web
from tests.probes.elasticsearch_servers import (
    LISTING,
    MAPPING,
    MISSING_LOGIN,
    OPEN,
    ROOT,
    SEARCH,
    error,
    found,
    greeting,
    listing,
    mapping,
    script,
)

_NO_MASTER = (
    "Measured on 2.4, 5.6, 6.8, 7.10 and 7.13 without a master: `_cat` is a 503 after master_timeout, `_search` one "
    "at once; the greeting is a 503 with `_na_` up to 6.8 and a 200 from 7 on. OpenSearch says "
    "cluster_manager_not_discovered_exception."
)
_SHARDS = (
    "Elasticsearch's SearchPhaseExecutionException: 503 “all shards failed” where none answered, else 200 with "
    "`_shards.failed`; documentation, “Red or yellow cluster status”."
)
_TIRED = (
    "Elasticsearch documentation, “Circuit breaker errors” and “Rejected requests”: 429 circuit_breaking_exception, "
    "es_rejected_execution_exception."
)
_INDICES = (
    "Measured on 5.6 to 9.5: a closed index has null counts; data streams are backed by .ds- indices; a listing "
    "names no remote cluster, but an alias or a proxy may show `cluster:index`."
)
_BLOCKS = (
    "Elasticsearch documentation, “Index blocks” and “License expiration”: 403 cluster_block_exception, and 403 "
    "“current license is non-compliant” for some questions."
)


def cells() -> Iterator[Cell]:
    """Without a master, without shards, overloaded; then what is listed oddly."""
    yield from _masterless()
    yield from _red()
    yield from _busy()
    yield from _odd_indices()


def _one(
    version: str,
    state: str,
    verdict: Verdict,
    replies: Mapping[str, Answer | WireError],
    source: str,
    *,
    rest: Answer | None = None,
    product: str = ELASTICSEARCH,
    manner: Manner = ASKED,
    readable: bool | None = None,
) -> Cell:
    serve = web(script(replies) if rest is None else script(replies, rest=rest))
    return scripted(product, version, state, verdict, serve, manner=manner, source=source, readable=readable)


def _masterless() -> Iterator[Cell]:
    gone = error("master_not_discovered_exception", "null", 503)
    blocked = error("cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/1/state not recovered];", 503)
    for version, status in (("2.4.6", 503), ("5.6.16", 503), ("7.13.4", 200)):
        root = answer(status, greeting(version, cluster_uuid="_na_"))
        replies = {ROOT: root, SEARCH: blocked}
        yield _one(version, states.NO_MASTER, Verdict.INCONCLUSIVE, replies, _NO_MASTER, rest=gone)
    gone = error("cluster_manager_not_discovered_exception", "null", 503)
    root = answer(
        200, greeting("2.19.4", cluster_uuid="_na_", tagline="The OpenSearch Project: https://opensearch.org/")
    )
    replies = {ROOT: root, SEARCH: blocked}
    yield _one("2.19.4", states.NO_MASTER, Verdict.INCONCLUSIVE, replies, _NO_MASTER, rest=gone, product=OPENSEARCH)


def _red() -> Iterator[Cell]:
    failed = error("search_phase_execution_exception", "all shards failed", 503)
    for version in ("2.4.6", "7.10.2"):
        replies = {**OPEN, ROOT: answer(200, greeting(version)), SEARCH: failed}
        state = "open, red: no shard answers"
        yield _one(version, state, Verdict.METADATA_ONLY, replies, _SHARDS, rest=failed)
        replies = {**OPEN, ROOT: answer(200, greeting(version)), SEARCH: answer(200, found(1, failed=2))}
        yield _one(version, "open, red: some shards answer", Verdict.OPEN, replies, _SHARDS)


def _busy() -> Iterator[Cell]:
    tired = error("circuit_breaking_exception", "[parent] Data too large", 429)
    root = {ROOT: answer(200, greeting("7.10.2"))}
    doubt = Verdict.INCONCLUSIVE
    yield _one(
        "7.10.2", "open, circuit breaker on all but the greeting", doubt, root, _TIRED, rest=tired, readable=True
    )
    replies = {**OPEN, SEARCH: tired, "/people/_search": answer(200, found(2))}
    yield _one("7.10.2", "open, circuit breaker on the search over all", Verdict.OPEN, replies, _TIRED, rest=tired)
    busy = error("es_rejected_execution_exception", "rejected execution", 429)
    yield _one("7.10.2", "open, 429 to everything", doubt, {}, _TIRED, rest=busy, readable=True)
    silence = WireError(Reach.BROKE_OFF, "not a word")
    swift = Manner("elasticsearch", seconds=0.4)
    state = "secured, and silent to a search"
    yield _one("7.10.2", state, doubt, {SEARCH: silence}, _TIRED, rest=MISSING_LOGIN, manner=swift)
    yield _one("7.10.2", "secured, 503 to a search", doubt, {SEARCH: answer(503, "")}, _TIRED, rest=MISSING_LOGIN)


def _odd_indices() -> Iterator[Cell]:
    nothing = answer(200, found(0, shards=0))
    for state, replies in (
        ("open, without an index", {LISTING: answer(200, []), MAPPING: answer(200, {}), SEARCH: nothing}),
        ("open, every index closed", {LISTING: answer(200, listing(people=None)), SEARCH: nothing}),
        ("open, some indices closed", {LISTING: answer(200, listing(people=2, shut=None))}),
        (
            "open, data streams, hidden and system indices",
            {LISTING: answer(200, listing(**{".ds-logs-app-2026.11.24-000001": 5, ".kibana_1": 1, ".hidden": 2}))},
        ),
        ("open, an index of a remote cluster", {LISTING: answer(200, listing(**{"people": 2, "far:people": 1}))}),
    ):
        yield _one("7.10.2", state, Verdict.OPEN, {**OPEN, **replies}, _INDICES)
    names = [f"log-{number:05}" for number in range(10_000)]
    many = {LISTING: answer(200, listing(**dict.fromkeys(names, 7))), SEARCH: answer(200, found(70_000))}
    some = {f"/{name}/_search": answer(200, found(7)) for name in names}
    yield _one("7.10.2", "open, 10,000 indices", Verdict.OPEN, {**OPEN, **many, **some}, _INDICES)
    blocked = error("cluster_block_exception", "index [people] blocked by: [FORBIDDEN/7/index read (api)];", 403)
    partly = {**OPEN, SEARCH: blocked, "/people/_search": blocked, "/products/_search": answer(200, found(1))}
    yield _one("7.10.2", "open, a read block on one index", Verdict.PARTLY_OPEN, partly, _BLOCKS)
    licence = error("security_exception", "current license is non-compliant for [security]", 403)
    yield _one("6.8.23", "open, licence expired", Verdict.PARTLY_OPEN, {**OPEN, LISTING: licence}, _BLOCKS)
    unmapped = {**OPEN, MAPPING: answer(200, mapping())}
    yield _one("7.10.2", "open, an index without fields", Verdict.OPEN, unmapped, _INDICES)
