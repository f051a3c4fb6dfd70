"""What the recorded Elasticsearch and OpenSearch servers really said, fact by fact."""

import pytest

from auditor.probes.elasticsearch.requests import REQUESTS
from auditor.probes.kibana.requests import TEMPLATES
from auditor.probes.sampling import WHEN_SAMPLED
from tests.facts.recorded import body, every, headers, http_names, said

ANONYMOUS, ANONYMOUS_401, ANONYMOUS_OS = "es-6.8.23-anonymous", "es-7.17.29-anonymous-401", "os-2.19.4-anonymous"
CLOSED = [name for name in http_names("es-") if name.endswith("-closed")]
OPEN = [name for name in http_names("es-", "os-") if name.endswith("-open")]
LISTING, STATS, CAPS = "/_cat/indices?format=json", "/_stats/docs,store?level=indices", "/_field_caps?fields=*"
SEARCH, AUTHENTICATE = "/_search?size=0&terminate_after=1", "/_security/_authenticate"


def reason(name: str, path: str) -> str:
    return str(body(said(name, path))["error"]["reason"])


@pytest.mark.fact("ES-04", "ES-49")
@pytest.mark.parametrize("path", ["/", LISTING, STATS, "/_cluster/health"])
def test_without_rights_on_the_cluster_the_anonymous_user_is_refused_by_its_name(path: str) -> None:
    assert said(ANONYMOUS, path).status == 403
    assert reason(ANONYMOUS, path).endswith("is unauthorized for user [_anonymous]")


@pytest.mark.fact("ES-05", "ES-53")
@pytest.mark.parametrize("name", [ANONYMOUS, ANONYMOUS_401])
def test_the_same_user_is_answered_by_what_needs_rights_on_an_index_alone(name: str) -> None:
    assert list(body(said(name, "/_mapping"))) == ["people"]
    assert "email" in body(said(name, CAPS))["fields"]
    assert body(said(name, SEARCH))["_shards"]["failed"] == 0
    assert body(said(name, AUTHENTICATE))["username"] == "_anonymous"


@pytest.mark.fact("ES-08")
@pytest.mark.parametrize("path", ["/", LISTING, STATS, "/_mapping", CAPS, SEARCH])
def test_on_opensearch_whatever_names_no_index_is_refused(path: str) -> None:
    assert said(ANONYMOUS_OS, path).status == 403
    assert said(ANONYMOUS_OS, "/people/_search?size=0&terminate_after=1").status == 200


@pytest.mark.fact("ES-09", "ES-10")
@pytest.mark.parametrize("path", ["/_plugins/_security/authinfo", "/_opendistro/_security/authinfo"])
def test_authinfo_names_the_anonymous_user_at_both_paths(path: str) -> None:
    who = body(said(ANONYMOUS_OS, path))
    assert who["user_name"] == "opendistro_security_anonymous"
    assert (who["roles"], who["backend_roles"]) == (["guest"], ["opendistro_security_anonymous_backendrole"])


@pytest.mark.fact("ES-09")
def test_so_does_every_refusal_of_that_server() -> None:
    refused = [reply for reply in every(ANONYMOUS_OS) if reply.status == 403 and reply.body]
    assert len(refused) > 10
    assert all("User [name=opendistro_security_anonymous," in body(reply)["error"]["reason"] for reply in refused)


@pytest.mark.fact("ES-11", "ES-13", "ES-46")
@pytest.mark.parametrize("name", ["os-2.19.4-closed", "os-3.4.0-closed"])
def test_a_closed_opensearch_is_401_but_for_its_health(name: str) -> None:
    for path in ("/_plugins/_security/authinfo", "/", LISTING):
        reply = said(name, path)
        assert (reply.status, reply.body) == (401, b"Unauthorized")
        assert headers(reply, "www-authenticate") == ['Basic realm="OpenSearch Security"']
        assert headers(reply, "content-type")[0].startswith("text/plain")
    health = said(name, "/_plugins/_security/health")
    assert (health.status, body(health)["status"], body(health)["mode"]) == (200, "UP", "strict")


@pytest.mark.fact("ES-14", "ES-16", "ES-58")
def test_an_opensearch_never_set_up_says_so_in_plain_text_to_all_but_two_questions() -> None:
    name, others = "os-2.19.4-uninitialised", ("/_plugins/_security/health", AUTHENTICATE)
    for reply in every(name, but=others):
        assert reply.status == 503
        assert reply.body in (b"OpenSearch Security not initialized.", b"")  # the latter to HEAD
        assert headers(reply, "content-type")[0].startswith("text/plain")
    health, authenticate = (said(name, path) for path in others)
    assert (health.status, body(health)) == (503, {"message": "Not initialized", "mode": "strict", "status": "DOWN"})
    assert (authenticate.status, "no handler found" in body(authenticate)["error"]) == (400, True)


@pytest.mark.fact("ES-19", "ES-21")
def test_without_a_master_the_greeting_is_whole_and_a_search_is_blocked() -> None:
    root = said("es-6.8.23-no-master", "/")
    assert (root.status, body(root)["cluster_uuid"], body(root)["version"]["number"]) == (503, "_na_", "6.8.23")
    search = said("es-6.8.23-no-master", "/_search?size=0")
    assert (search.status, body(search)["error"]["type"]) == (503, "cluster_block_exception")


@pytest.mark.fact("ES-23", "ES-24", "ES-25")
def test_0_90_greets_with_ok_has_no_cat_and_a_flat_mapping() -> None:
    name = "es-0.90.13-open"
    assert body(said(name, "/"))["ok"] is True
    listing = said(name, LISTING)
    assert (listing.status, listing.body[:20]) == (400, b"No handler found for")
    assert headers(listing, "content-type")[0].startswith("text/plain")
    assert "properties" in body(said(name, "/_mapping"))["people"]["doc"]


@pytest.mark.fact("ES-26", "ES-28")
def test_the_uuid_of_a_cluster_came_with_2_4() -> None:
    old, newer = body(said("es-1.7.6-open", "/")), body(said("es-2.4.6-open", "/"))
    assert (old["status"], "cluster_uuid" in old) == (200, False)
    assert len(newer["cluster_uuid"]) == 22


@pytest.mark.fact("ES-29")
@pytest.mark.parametrize("name", [name for name in OPEN if "0.90" not in name])
def test_the_list_of_indices_is_json_in_every_release_from_1_on(name: str) -> None:
    assert {row["index"] for row in body(said(name, LISTING))} >= {"people", "products"}


@pytest.mark.fact("ES-31")
@pytest.mark.parametrize(
    ("name", "known"), [("es-1.7.6-open", False), ("es-2.4.6-open", False), ("es-5.6.16-open", True)]
)
def test_field_caps_came_between_2_4_and_5_6(name: str, known: bool) -> None:
    assert (said(name, CAPS).status == 200) is known


@pytest.mark.fact("ES-32")
@pytest.mark.parametrize("name", OPEN)
def test_the_header_that_names_elasticsearch_is_young(name: str) -> None:
    sent = headers(said(name, "/"), "x-elastic-product")
    assert sent == (["Elasticsearch"] if name.startswith(("es-7.17", "es-8")) else [])


@pytest.mark.fact("ES-33")
@pytest.mark.parametrize("name", [*CLOSED, ANONYMOUS_401])
def test_it_is_absent_where_a_stranger_is_refused(name: str) -> None:
    refused = [reply for reply in every(name) if reply.status == 401]
    assert len(refused) > 5
    assert not [reply for reply in refused if headers(reply, "x-elastic-product")]


@pytest.mark.fact("ES-34")
@pytest.mark.parametrize("name", ["os-1.3.20-open", "os-2.19.4-open", "os-3.4.0-open"])
def test_opensearch_says_so_twice(name: str) -> None:
    greeting = body(said(name, "/"))
    assert greeting["version"]["distribution"] == "opensearch"
    assert greeting["tagline"] == "The OpenSearch Project: https://opensearch.org/"


@pytest.mark.fact("ES-36", "ES-37")
@pytest.mark.parametrize("name", http_names("os-"))
def test_opensearch_3_names_its_release_on_every_reply_and_older_ones_on_none(name: str) -> None:
    expected = ["OpenSearch/3.4.0 (opensearch)"] if name.startswith("os-3") else []
    assert [headers(reply, "x-opensearch-version") for reply in every(name)] == [expected] * len(every(name))


OLDER, NEWER = 'Basic realm="security" charset="UTF-8"', 'Basic realm="security", charset="UTF-8"'


@pytest.mark.fact("ES-40", "ES-42", "ES-43", "ES-45")
@pytest.mark.parametrize(
    ("name", "wanting", "ways"),
    [
        ("es-6.8.23-closed", "token", [OLDER]),
        ("es-7.17.29-closed", "credentials", [OLDER]),
        ("es-8.5.0-closed", "credentials", [OLDER, "ApiKey"]),
        ("es-8.19.21-closed", "credentials", [NEWER, "ApiKey"]),
        ("es-9.5.3-closed", "credentials", [NEWER, "ApiKey"]),
    ],
)
def test_each_release_asks_for_a_login_in_its_own_words(name: str, wanting: str, ways: list[str]) -> None:
    reply = said(name, "/")
    assert (reply.status, headers(reply, "www-authenticate")) == (401, ways)
    assert reason(name, "/").startswith(f"missing authentication {wanting}")


@pytest.mark.fact("ES-52")
@pytest.mark.parametrize("path", ["/", LISTING, STATS, "/_cluster/health"])
def test_without_exceptions_the_anonymous_user_is_asked_for_a_login(path: str) -> None:
    assert said(ANONYMOUS_401, path).status == 401
    assert reason(ANONYMOUS_401, path).endswith("requires authentication")


@pytest.mark.fact("ES-54", "ES-60")
@pytest.mark.parametrize("name", [ANONYMOUS, ANONYMOUS_401])
def test_who_a_stranger_is_and_what_it_may_do_is_answered_to_it(name: str) -> None:
    who = body(said(name, AUTHENTICATE))
    assert (who["roles"], who["authentication_realm"]["type"]) == (["guest"], "__anonymous")
    granted = body(said(name, "/_security/user/_privileges"))
    assert granted["cluster"] == []
    assert [(grant["names"], grant["privileges"]) for grant in granted["indices"]] == [
        (["people"], ["read", "view_index_metadata"])
    ]


@pytest.mark.fact("ES-61")
@pytest.mark.parametrize("name", [ANONYMOUS, ANONYMOUS_401])
def test_a_reader_of_one_index_has_no_right_to_read_all(name: str) -> None:
    answered = body(said(name, "/_security/user/_has_privileges", method="POST"))
    assert answered["index"]["*"]["read"] is False
    assert body(said(name, "/people/_search?size=0&terminate_after=1"))["_shards"]["successful"] > 0


@pytest.mark.fact("ES-62")
@pytest.mark.parametrize("name", [name for name in OPEN if name.startswith("es-") and name < "es-8"])
def test_without_security_that_question_by_post_is_taken_for_a_document(name: str) -> None:
    reply = said(name, "/_security/user/_has_privileges", method="POST")
    assert reply.status == 400
    assert b"Invalid index name [_security]" in reply.body  # nothing but the name kept it from being stored


@pytest.mark.fact("ES-56", "ES-57")
@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("es-2.4.6-open", 400),
        ("es-5.6.16-open", 400),
        ("es-6.8.23-open", 405),
        ("es-7.10.2-open", 405),
        ("es-7.17.29-open", 405),
        ("es-8.5.0-open", 405),
        ("os-1.3.20-open", 405),
    ],
)
def test_with_security_off_nobody_can_say_who_we_are(name: str, status: int) -> None:
    assert said(name, AUTHENTICATE).status == status


@pytest.mark.fact("ES-58")
@pytest.mark.parametrize("name", ["os-2.19.4-closed", "os-3.4.0-closed", "os-2.19.4-open", ANONYMOUS_OS])
def test_opensearch_answers_that_in_one_way_whatever_its_security(name: str) -> None:
    reply = said(name, AUTHENTICATE)
    assert (reply.status, "no handler found" in body(reply)["error"]) == (400, True)


@pytest.mark.fact("ES-63")
@pytest.mark.parametrize("name", ["es-6.8.23-open", "es-7.17.29-open"])
def test_the_switch_is_told_in_words(name: str) -> None:
    security = body(said(name, "/_xpack"))["features"]["security"]
    assert (security["available"], security["enabled"]) == (True, False)


@pytest.mark.fact("ES-69")
@pytest.mark.parametrize("name", ["es-7.17.29-open", "es-8.5.0-open", "os-2.19.4-open"])
def test_a_search_that_may_end_early_counts_one_of_two_documents(name: str) -> None:
    total = body(said(name, "/people/_search?size=0&terminate_after=1"))
    assert (total["terminated_early"], total["hits"]["total"]["value"]) == (True, 1)
    assert next(row for row in body(said(name, LISTING)) if row["index"] == "people")["docs.count"] == "2"
    assert all(
        template.when == WHEN_SAMPLED for template in (*REQUESTS, *TEMPLATES) if "terminate_after" in template.request
    )


@pytest.mark.fact("ES-70")
def test_6_8_warns_beside_a_good_answer() -> None:
    reply = said("es-6.8.23-open", "/_mapping")
    assert (reply.status, headers(reply, "warning")[0][:21]) == (200, "299 Elasticsearch-6.8")


@pytest.mark.fact("ES-71")
def test_8_answers_in_chunks() -> None:
    assert headers(said("es-8.5.0-open", "/_mapping"), "transfer-encoding") == ["chunked"]
