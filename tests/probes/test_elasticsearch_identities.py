"""Strangers whom a server takes for a user of its own."""

import pytest

from auditor.model.observation import Access, Fact
from auditor.model.outcome import Verdict
from auditor.testing.script import answer

from .elasticsearch_servers import (
    ANONYMOUS_403,
    LISTING,
    MAPPING,
    NO_HANDLER,
    OPEN,
    OPENSEARCH_TAGLINE,
    ROOT,
    SEARCH,
    error,
    found,
    greeting,
    listing,
    mapping,
    observe,
    verdict,
)


@pytest.mark.fact("ES-05", "ES-07", "ES-60", "VERDICT-07", "VERDICT-10")
async def test_an_anonymous_user_without_cluster_rights_is_found_by_the_search() -> None:
    seen, _ = await observe(
        {
            MAPPING: answer(200, mapping("people")),
            SEARCH: answer(200, found(2)),
            "/people/_search": answer(200, found(2)),
            "/_security/_authenticate": answer(200, {"username": "_anonymous", "roles": ["guest"]}),
            "/_security/user/_privileges": answer(
                200, {"cluster": [], "indices": [{"names": ["people"], "privileges": ["read"]}]}
            ),
        },
        rest=ANONYMOUS_403,
    )
    assert (seen.access, verdict(seen), seen.identity) == (Access.RECORDS, Verdict.ANONYMOUS_ROLE, "_anonymous")
    assert seen.rights == ("role guest", "read on people")
    assert Fact.PARTLY_REFUSED not in seen.facts
    assert [(data.name, data.records, data.readable) for data in seen.datasets] == [("people", 2, True)]


async def test_an_anonymous_user_that_may_read_but_not_map_is_seen_by_field_caps() -> None:
    caps = answer(200, {"indices": ["people"], "fields": {"email": {"text": {"type": "text"}}}})
    replies = {SEARCH: answer(200, found(2)), "/_field_caps": caps, "/people/_search": answer(200, found(2))}
    seen, _ = await observe(replies, rest=ANONYMOUS_403)
    assert [(data.name, data.records, data.field_count) for data in seen.datasets] == [("people", 2, 1)]


@pytest.mark.fact("ES-51", "VERDICT-07")
async def test_an_anonymous_user_is_named_by_a_refusal_alone() -> None:
    refusal = error("security_exception", "action [x] is unauthorized for user [_es_anonymous_user]", 403)
    seen, _ = await observe({}, rest=refusal)
    assert (seen.identity, verdict(seen)) == ("_es_anonymous_user", Verdict.ANONYMOUS_ROLE)


@pytest.mark.fact("ES-50")
async def test_effective_roles_in_the_wording_of_8_change_nothing() -> None:
    reason = "action [cluster:monitor/main] is unauthorized for user [_anonymous] with effective roles [guest], this"
    seen, _ = await observe({}, rest=error("security_exception", reason, 403))
    assert seen.identity == "_anonymous"


@pytest.mark.fact("ES-52")
async def test_an_anonymous_user_behind_401s_is_still_an_identity() -> None:
    refusal = error("security_exception", "action [cluster:monitor/main] requires authentication", 401)
    seen, _ = await observe({}, rest=refusal)
    assert (verdict(seen), Fact.PRODUCT_ASKED_LOGIN in seen.facts) == (Verdict.ANONYMOUS_ROLE, False)


@pytest.mark.fact("VERDICT-11")
async def test_an_all_powerful_anonymous_user_of_elasticsearch_is_open() -> None:
    replies = {
        **OPEN,
        "/_security/_authenticate": answer(200, {"username": "_anonymous", "roles": ["superuser"]}),
        "/_security/user/_privileges": answer(
            200, {"cluster": ["all"], "indices": [{"names": ["*"], "privileges": ["all"]}]}
        ),
    }
    seen, _ = await observe(replies)
    assert {Fact.ANONYMOUS_IDENTITY, Fact.ALL_POWERFUL} <= seen.facts
    assert Fact.SECURITY_OFF not in seen.facts
    assert verdict(seen) is Verdict.OPEN


async def test_privileges_without_a_bound_are_all_powerful_whatever_the_role_is_called() -> None:
    replies = {
        **OPEN,
        "/_security/_authenticate": answer(200, {"username": "_anonymous", "roles": ["everyone"]}),
        "/_security/user/_privileges": answer(
            200, {"cluster": ["all"], "indices": [{"names": ["*"], "privileges": ["all"]}]}
        ),
    }
    seen, _ = await observe(replies)
    assert Fact.ALL_POWERFUL in seen.facts


async def test_a_bounded_user_to_whom_everything_answers_is_a_role_not_open() -> None:
    replies = {
        **OPEN,
        "/_security/_authenticate": answer(200, {"username": "_anonymous", "roles": ["viewer"]}),
        "/people/_search": answer(200, found(2)),
        "/products/_search": ANONYMOUS_403,
    }
    seen, _ = await observe(replies)
    assert verdict(seen) is Verdict.ANONYMOUS_ROLE
    assert {data.name: data.readable for data in seen.datasets} == {"people": True, "products": False}


@pytest.mark.fact("ES-72", "VERDICT-11")
async def test_an_all_powerful_anonymous_user_of_opensearch_is_open_and_sees_the_systems_own_index() -> None:
    replies = {
        ROOT: answer(200, greeting("2.19.4", tagline=OPENSEARCH_TAGLINE, version={"distribution": "opensearch"})),
        LISTING: answer(200, [*listing(people=2), *listing(**{".opendistro_security": 10})]),
        MAPPING: answer(200, mapping("people", ".opendistro_security")),
        SEARCH: answer(200, found(12)),
        "/_plugins/_security/authinfo": answer(
            200,
            {"user_name": "opendistro_security_anonymous", "roles": ["own_index", "all_access"], "backend_roles": []},
        ),
    }
    seen, _ = await observe(replies)
    assert (verdict(seen), seen.identity) == (Verdict.OPEN, "opendistro_security_anonymous")
    assert {data.name: data.system for data in seen.datasets} == {"people": False, ".opendistro_security": True}


@pytest.mark.fact("ES-10", "ES-12", "VERDICT-08")
async def test_an_anonymous_user_of_open_distro_is_found_at_the_older_path() -> None:
    reason = "no permissions for [indices:data/read/search] and User [name=opendistro_security_anonymous, roles=[x]]"
    replies = {
        ROOT: answer(200, greeting("7.10.2")),
        "/_plugins/_security/authinfo": NO_HANDLER,
        "/_opendistro/_security/authinfo": answer(
            200, {"user": "User [name=opendistro_security_anonymous, roles=[x]]", "roles": ["guest"]}
        ),
    }
    seen, _ = await observe(replies, rest=error("security_exception", reason, 403))
    assert (verdict(seen), seen.rights) == (Verdict.ANONYMOUS_ROLE, ("role guest",))


async def test_a_front_that_logs_strangers_in_as_somebody_is_an_identity() -> None:
    seen, _ = await observe(
        {**OPEN, "/_security/_authenticate": answer(200, {"username": "elastic", "roles": ["superuser"]})}
    )
    assert (seen.identity, verdict(seen)) == ("elastic", Verdict.OPEN)
