"""What the Kibana probe tells beside the verdict: the cluster's nodes, the right to write, a backend given away."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from auditor import judge, rulebook
from auditor.examine import conclude
from auditor.model.observation import Fact, Reach, Sign
from auditor.model.outcome import Verdict
from auditor.probes.elastic.identity import read_privileges
from auditor.probes.interface import Budget, WireError
from auditor.testing.scripted import Answer, HttpAsked, answer, target
from tests.probes.kibana_stub import CLUSTER, OPEN, Seen, Stub, all_refused, observe, own, page, refused
from tests.probes.test_kibana_properties import answers

NODES = {
    "nodes": {
        "a": {"http": {"publish_address": "10.0.0.5:9200"}},
        "b": {"http": {"publish_address": "x/10.0.0.6:9200"}},
    }
}
GIVEN = answer(200, NODES, kbn_name="lab")
NO_SUCH_QUESTION = {405: "Incorrect HTTP method for uri [/_security/_authenticate] and method [GET], allowed: [POST]",
                    400: "no handler found for uri [/_security/_authenticate] and method [GET]"}  # fmt: skip


def nodes_of(seen: Seen) -> list[str]:
    behind = seen.observation.behind
    return [value for key, value in (behind.details if behind else ()) if key == "node" and ":" in value]


# Where the nodes listen.


@pytest.mark.parametrize("door", ["console", "uri", "proxy"])
async def test_the_addresses_of_the_nodes_are_asked_through_whichever_door_led_to_data_and_last(door: str) -> None:
    script = Stub({"GET /": page()}, {**OPEN, "/_nodes/http": GIVEN}, doors=(door,), otherwise=own(500))
    seen = await observe(script)
    assert nodes_of(seen) == ["10.0.0.5:9200", "10.0.0.6:9200"]
    assert "_nodes" in seen.requests[-1]
    assert any("where its nodes listen" in exchange.why for exchange in seen.lines.transcript.exchanges)


async def test_they_are_told_even_where_the_greeting_of_the_cluster_is_not() -> None:
    seen = await observe(Stub({"GET /": page()}, {**OPEN, "/": own(500), "/_nodes/http": GIVEN}))
    assert nodes_of(seen) == ["10.0.0.5:9200", "10.0.0.6:9200"]


async def test_where_no_data_was_reached_nobody_is_asked_for_nodes() -> None:
    seen = await observe(all_refused(own(401)))
    assert not [request for request in seen.requests if "_nodes" in request]


@settings(max_examples=120, deadline=None)
@given(answers)
def test_however_the_optional_question_is_answered_the_verdict_is_the_same(told: Answer | WireError) -> None:
    def seen(with_nodes: Answer | WireError) -> Seen:
        return asyncio.run(observe(Stub({"GET /": page()}, {**OPEN, "/_nodes/http": with_nodes})))

    one, other = seen(own(404)), seen(told)
    assert (one.verdict, one.observation.facts, one.observation.access) == (
        other.verdict,
        other.observation.facts,
        other.observation.access,
    )
    assert one.observation.identity == other.observation.identity
    assert one.observation.datasets == other.observation.datasets


async def test_a_budget_that_ends_before_the_optional_question_changes_nothing() -> None:
    whole = await observe(Stub({"GET /": page()}, OPEN))
    cut = await observe(Stub({"GET /": page()}, OPEN), budget=Budget(requests=len(whole.requests) - 1))
    assert cut.verdict is whole.verdict is Verdict.OPEN


# The right to write, inferred.


def behind(version: str, status: int, *, distribution: str = "") -> dict[str, Any]:
    told = {"number": version, "lucene_version": "8.7.0", **({"distribution": distribution} if distribution else {})}
    tagline = "The OpenSearch Project: https://opensearch.org/" if distribution else CLUSTER["tagline"]
    cluster = {**CLUSTER, "version": told, "tagline": tagline}
    text = NO_SUCH_QUESTION.get(status, "?")
    return {
        **OPEN,
        "/": answer(200, cluster, kbn_name="lab"),
        "/_security/_authenticate": answer(status, {"error": text, "status": status}, kbn_name="lab"),
    }


def writing(seen: Seen) -> list[Sign]:
    return [sign for sign in seen.observation.signs if sign.id == "may_write"]


@pytest.mark.parametrize(("version", "status"), [("6.8.23", 405), ("7.10.2", 405), ("8.5.0", 405), ("9.1.0", 400)])
async def test_security_that_is_off_behind_the_console_lets_a_stranger_write(version: str, status: int) -> None:
    seen = await observe(Stub({"GET /": page()}, behind(version, status)))
    (sign,) = writing(seen)
    assert sign.inferred
    assert sign.detail == ("The console passes any method on, and the cluster behind it says that its security is off.")
    assert seen.observation.rights == (
        f"changing and deleting, inferred: {sign.detail[:1].lower()}{sign.detail[1:-1]}",
    )
    assert seen.verdict is Verdict.OPEN
    assert seen.observation.facts == frozenset()


@pytest.mark.parametrize(
    ("version", "status", "distribution"), [("5.6.16", 400, ""), ("2.19.4", 400, "opensearch"), ("7.10.2", 404, "")]
)
async def test_from_other_answers_nothing_follows(version: str, status: int, distribution: str) -> None:
    seen = await observe(Stub({"GET /": page()}, behind(version, status, distribution=distribution)))
    assert seen.verdict is Verdict.OPEN
    assert writing(seen) == []
    assert seen.observation.rights == ()


async def test_a_proxy_that_does_not_know_the_question_says_nothing_of_security() -> None:
    console = {**OPEN, "/_security/_authenticate": answer(405, "<html>Not Allowed</html>", server="nginx")}
    assert writing(await observe(Stub({"GET /": page()}, console))) == []


@pytest.mark.parametrize("door", ["proxy", "uri"])
async def test_through_a_door_that_only_reads_nothing_is_inferred(door: str) -> None:
    seen = await observe(Stub({"GET /": page()}, behind("7.10.2", 405), doors=(door,), otherwise=own(500)))
    assert seen.verdict is Verdict.OPEN
    assert writing(seen) == []


def user(rights: dict[str, Any], *roles: str) -> dict[str, Any]:
    who = {"username": "_anonymous", "roles": list(roles) or ["some"]}
    return {
        **OPEN,
        "/_security/_authenticate": answer(200, who, kbn_name="lab"),
        "/_security/user/_privileges": answer(200, rights, kbn_name="lab"),
        "/people/_search": OPEN["/_search"],
    }


async def test_privileges_that_were_told_and_allow_writing_are_named() -> None:
    told = {"cluster": [], "indices": [{"names": ["people"], "privileges": ["read", "write", "delete_index"]}]}
    seen = await observe(Stub({"GET /": page()}, user(told)))
    (sign,) = writing(seen)
    assert "was told to have: write, delete_index on people" in sign.detail
    assert seen.observation.rights[-1].startswith("changing and deleting, inferred:")
    assert seen.verdict is Verdict.ANONYMOUS_ROLE


async def test_privileges_that_only_read_let_nobody_write() -> None:
    told = {"cluster": ["monitor"], "indices": [{"names": ["people"], "privileges": ["read", "view_index_metadata"]}]}
    seen = await observe(Stub({"GET /": page()}, user(told)))
    assert writing(seen) == []
    assert "inferred" not in " ".join(seen.observation.rights)


async def test_a_role_without_bounds_may_write() -> None:
    seen = await observe(Stub({"GET /": page()}, user({"nothing": "here"}, "superuser")))
    (sign,) = writing(seen)
    assert "rights without bounds" in sign.detail
    assert Fact.ALL_POWERFUL in seen.observation.facts


async def test_the_finding_says_that_nothing_was_tried() -> None:
    seen = await observe(Stub({"GET /": page()}, behind("8.5.0", 405)))
    outcome = conclude(target("kibana", port=5601), seen.observation, address="127.0.0.1")
    rules = [rule for rule in rulebook.builtin("kibana") if rule.sign == "may_write"]
    (found,) = judge.judge_outcome(outcome, rules, estate="acme", book=rulebook.builtin_book())
    assert "This is inferred" in found.why


@pytest.mark.parametrize(
    ("cluster", "indices", "grants"),
    [
        (["all"], [], ("all on the cluster",)),
        (["monitor", "manage_security"], [], ("manage_security on the cluster",)),
        ([], [{"names": ["a", "b"], "privileges": ["read", "index"]}], ("index on a, b",)),
        ([], [{"names": ["a"], "privileges": ["indices:data/write/bulk"]}], ("indices:data/write/bulk on a",)),
        ([], [{"names": ["a"], "privileges": ["indices:data/read/search", "monitor", "read_ccr"]}], ()),
    ],
)
def test_which_privileges_change_things(cluster: Any, indices: Any, grants: tuple[str, ...]) -> None:
    told = read_privileges({"cluster": cluster, "indices": indices})
    assert told is not None
    assert told.writing == grants


# A backend that an error gave away.


@pytest.mark.parametrize(
    ("withheld", "verdict"),
    [
        (own(502, "connect ECONNREFUSED 10.1.2.3:9200"), Verdict.INCONCLUSIVE),
        (own(401, "connect ECONNREFUSED 10.1.2.3:9200"), Verdict.AUTH_REQUIRED),
    ],
)
async def test_a_backend_that_was_told_is_a_sign_whatever_the_verdict(withheld: Answer, verdict: Verdict) -> None:
    seen = await observe(all_refused(withheld))
    assert seen.verdict is verdict
    assert seen.observation.signs == (
        Sign("backend_told", "An error text names 10.1.2.3:9200 as the place of its backend."),
    )
    assert any("names 10.1.2.3:9200" in exchange.why for exchange in seen.lines.transcript.exchanges)
    outcome = conclude(target("kibana", port=5601), seen.observation, address="127.0.0.1")
    rules = [rule for rule in rulebook.builtin("kibana") if rule.sign == "backend_told"]
    (found,) = judge.judge_outcome(outcome, rules, estate="acme", book=rulebook.builtin_book())
    assert (found.rule, found.severity.value) == ("backend-kibana", "low")
    assert "10.1.2.3:9200" in found.why


async def test_what_a_stranger_to_kibana_tells_of_its_backend_is_not_kibana_s() -> None:
    seen = await observe(lambda _: answer(502, "connect ECONNREFUSED 10.1.2.3:9200", server="express"))
    assert seen.observation.signs == ()


async def test_an_address_that_a_front_of_kibana_tells_is_not_that_of_the_cluster() -> None:
    seen = await observe(all_refused(answer(502, "connect ECONNREFUSED 10.0.0.3:5601", server="express")))
    assert seen.observation.signs == ()
    assert seen.observation.service is not None
    assert "backend" not in dict(seen.observation.service.details)


async def test_an_open_one_that_told_its_backend_before_stays_open() -> None:
    def script(asked: HttpAsked) -> Answer | WireError:
        return own(502, "connect ECONNREFUSED 10.1.2.3:9200") if "api/status" in asked.path else stub(asked)

    stub = Stub({"GET /": page()}, OPEN)
    seen = await observe(script)
    assert seen.verdict is Verdict.OPEN
    assert [sign.id for sign in seen.observation.signs] == ["backend_told"]


async def test_silence_is_no_sign() -> None:
    seen = await observe(
        Stub({"GET /": page(), "POST /api/console/proxy": WireError(Reach.BROKE_OFF, "ECONNREFUSED 1.1.1.1:9")})
    )
    assert seen.observation.signs == ()
    assert replace(seen.observation, signs=()) == seen.observation


async def test_a_refusal_to_the_optional_question_gives_nobody_an_identity() -> None:
    told = refused(403, "action [cluster:monitor/nodes/info] is unauthorized for user [kibana_system]")
    seen = await observe(Stub({"GET /": page()}, {**OPEN, "/_nodes/http": told}))
    assert (seen.verdict, seen.observation.identity) == (Verdict.OPEN, "")
