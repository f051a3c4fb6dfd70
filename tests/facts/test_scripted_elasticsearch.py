"""What Elasticsearch and OpenSearch say in states that no recording holds."""

import pytest

from auditor.model.outcome import Verdict
from auditor.testing.script import Answer, answer
from tests.probes.elasticsearch_servers import (
    MISSING_LOGIN,
    NO_HANDLER,
    OPEN,
    OPENSEARCH_TAGLINE,
    ROOT,
    error,
    greeting,
    observe,
    verdict,
)
from tests.real.catalogue import SERVERS

THREE_WAYS = Answer(
    401,
    tuple(("www-authenticate", way) for way in ('Basic realm="security", charset="UTF-8"', "Bearer", "ApiKey")),
    MISSING_LOGIN.body,
)
OPENSEARCH_2_11 = greeting("2.11.0", tagline=OPENSEARCH_TAGLINE, version={"distribution": "opensearch"})


@pytest.mark.fact("ES-41", "ES-44")
async def test_three_ways_to_log_in_are_three_headers_of_the_evidence() -> None:
    seen, lines = await observe({}, rest=THREE_WAYS)
    assert verdict(seen) is Verdict.AUTH_REQUIRED
    ways = [value for name, value in lines.transcript.exchanges[0].headers if name == "www-authenticate"]
    assert [way.partition(" ")[0] for way in ways] == ["Basic", "Bearer", "ApiKey"]


@pytest.mark.fact("PEER-05")
@pytest.mark.parametrize(
    ("root", "name", "version"),
    [(greeting("8.13.4"), "Elasticsearch", "8.13.4"), (OPENSEARCH_2_11, "OpenSearch", "2.11.0")],
)
async def test_releases_that_others_do_not_know_are_named_and_open(
    root: dict[str, object], name: str, version: str
) -> None:
    seen, _ = await observe({**OPEN, ROOT: answer(200, root)})
    assert verdict(seen) is Verdict.OPEN
    assert seen.service is not None
    assert (seen.service.name, seen.service.version) == (name, version)


@pytest.mark.fact("PEER-05")
@pytest.mark.parametrize(
    ("refused", "by"),
    [
        (MISSING_LOGIN, "Elasticsearch security"),
        (answer(401, "Unauthorized", www_authenticate='Basic realm="OpenSearch Security"'), "OpenSearch security"),
    ],
)
async def test_the_same_ones_closed_are_named_by_who_asks(refused: Answer, by: str) -> None:
    seen, _ = await observe({"/_security/_authenticate": NO_HANDLER}, rest=refused)
    assert (verdict(seen), seen.asked_by) == (Verdict.AUTH_REQUIRED, by)


@pytest.mark.fact("ES-06")
async def test_where_a_search_alone_is_answered_aliases_name_the_index() -> None:
    refused = error("security_exception", "action [x] is unauthorized for user [_anonymous]", 403)
    replies = {
        "/_search": OPEN["/_search"],
        "/people/_search": OPEN["/_search"],
        "/_aliases": answer(200, {"people": {"aliases": {}}}),
    }
    seen, _ = await observe(replies, rest=refused)
    assert verdict(seen) is Verdict.ANONYMOUS_ROLE
    assert [(data.name, data.readable) for data in seen.datasets] == [("people", True)]


@pytest.mark.fact("ES-01")
def test_the_ages_that_differ_can_all_be_started() -> None:
    names = {server.name for server in SERVERS}
    assert len(names) >= 16
    assert {"es-0.90.13", "es-9.5.3", "os-1.3.20", "os-3.4.0"} <= names
