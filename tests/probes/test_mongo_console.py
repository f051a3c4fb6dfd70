"""The HTTP console of old releases, judged on its own."""

import json
from typing import Any

import pytest

from auditor.model.observation import Access, Fact, Observation, Reach
from auditor.model.outcome import Verdict
from auditor.probes.interface import Probe
from auditor.probes.mongodb import MongodbProbe
from auditor.testing.scripted import ScriptedLines, answer, target
from tests.probes.mongo_server import verdict

PAGE = "<html><head>\n<title>mongod db-1:27017</title>\n</head><body>clients: 192.0.2.99 alice</body></html>"
STATUS = '{ "serverStatus" : { "host" : "db-1", "version" : "2.4.9", "process" : "mongod" '
NO_REST = "REST is not enabled.  use --rest to turn on.\n"
LOCK = 'Digest realm="mongo", nonce="abc", algorithm=MD5, qop="auth" '


def _rows(*rows: dict[str, Any]) -> str:
    return json.dumps({"offset": 0, "rows": list(rows), "total_rows": len(rows), "query": {}, "millis": 0})


LISTED = json.dumps(
    {
        "databases": [
            {"name": "shop", "sizeOnDisk": 9, "empty": False},
            {"name": "typo", "sizeOnDisk": 1, "empty": True},
        ],
        "ok": 1,
    }
)


async def _seen(http: dict[str, Any], *, from_loopback: bool = False) -> tuple[Observation, ScriptedLines]:
    # On its usual port the console is asked first, so that no question in MongoDB's own protocol is needed.
    lines = ScriptedLines(target("mongodb", port=28017), http=http, from_loopback=from_loopback)
    probe: Probe = MongodbProbe()
    return await probe.observe(lines), lines


@pytest.mark.fact("MDB-70", "MDB-76")
async def test_rest_is_open_and_lists_without_a_document() -> None:
    seen, lines = await _seen(
        {
            "GET /": answer(200, PAGE),
            "GET /_status": answer(200, STATUS),
            "GET /listDatabases": answer(200, LISTED),
            "GET /shop/system.namespaces/": answer(
                200, _rows({"name": "shop.people"}, {"name": "shop.people.$_id_"}, {"name": "shop.system.users"})
            ),
            "GET /shop/$cmd/": answer(200, _rows({"n": 20, "ok": 1})),
        }
    )
    assert (verdict(seen), seen.access) == (Verdict.OPEN, Access.RECORDS)
    assert [(found.name, found.records, found.readable, found.system) for found in seen.datasets] == [
        ("shop.people", 20, True, False),
        ("shop.system.users", None, None, True),
    ]
    assert seen.service is not None
    assert (seen.service.name, seen.service.version) == ("MongoDB HTTP console", "2.4.9")
    assert not any("typo" in asked.path or "/people/" in asked.path for asked in lines.http_asked)
    assert "alice" not in repr(seen)


@pytest.mark.fact("MDB-71", "MDB-72", "MDB-73", "MDB-76")
async def test_the_page_alone_is_metadata() -> None:
    seen, _ = await _seen(
        {"GET /": answer(200, PAGE), "GET /_status": answer(200, STATUS), "GET /listDatabases": answer(403, NO_REST)}
    )
    assert (verdict(seen), seen.access) == (Verdict.METADATA_ONLY, Access.NAMES)
    assert len(seen.partial) == 2


async def test_rest_that_runs_commands_only_for_users_is_metadata() -> None:
    refused = json.dumps({"ok": 0, "errmsg": "unauthorized"})
    seen, _ = await _seen(
        {"GET /": answer(200, PAGE), "GET /_status": answer(200, STATUS), "GET /listDatabases": answer(200, refused)}
    )
    assert (verdict(seen), seen.facts) == (Verdict.METADATA_ONLY, frozenset())
    assert "refused" in seen.partial[1]


@pytest.mark.parametrize("status", [500, 502, 404])
async def test_a_list_that_broke_leaves_the_page_and_a_doubt(status: int) -> None:
    seen, _ = await _seen(
        {"GET /": answer(200, PAGE), "GET /_status": answer(500), "GET /listDatabases": answer(status, "oops")}
    )
    assert (verdict(seen), seen.facts) == (Verdict.METADATA_ONLY, frozenset({Fact.UNSURE}))
    assert seen.signs == ()


async def test_the_page_of_a_mongos_is_a_console_too() -> None:
    page = PAGE.replace("mongod db-1", "mongos router-1")
    seen, _ = await _seen(
        {"GET /": answer(200, page), "GET /_status": answer(403), "GET /listDatabases": answer(403, NO_REST)}
    )
    assert seen.service is not None
    assert seen.service.details == (("role", "mongos"),)


@pytest.mark.fact("MDB-74", "MDB-76")
async def test_the_console_s_own_lock_is_a_login() -> None:
    seen, lines = await _seen({"GET /": answer(401, "not allowed\n", www_authenticate=LOCK)})
    assert (verdict(seen), seen.facts) == (Verdict.AUTH_REQUIRED, frozenset({Fact.PRODUCT_ASKED_LOGIN}))
    assert "HTTP console" in seen.asked_by
    assert lines.transcript.exchanges[0].headers == (("www-authenticate", LOCK),)


async def test_a_lock_that_does_not_hold_is_none() -> None:
    seen, _ = await _seen(
        {
            "GET /": answer(200, PAGE, www_authenticate=LOCK),
            "GET /_status": answer(200, STATUS),
            "GET /listDatabases": answer(403, NO_REST),
        }
    )
    assert verdict(seen) is Verdict.METADATA_ONLY


async def test_somebody_else_s_lock_is_somebody_else() -> None:
    seen, _ = await _seen({"GET /": answer(401, "", www_authenticate='Basic realm="ops"', server="nginx")})
    assert (verdict(seen), seen.reach) == (Verdict.OTHER_SERVICE, Reach.NOT_THE_PRODUCT)
    assert "nginx" in seen.detail


@pytest.mark.fact("MDB-75")
async def test_asked_from_its_own_machine_it_says_so() -> None:
    closed = {"GET /": answer(200, PAGE), "GET /_status": answer(403), "GET /listDatabases": answer(403, NO_REST)}
    near, _ = await _seen(closed, from_loopback=True)
    far, _ = await _seen(closed)
    assert "its own machine" in near.detail
    assert "its own machine" not in far.detail


async def test_a_proxy_that_wants_a_certificate_is_told() -> None:
    page = "<html><head><title>400 No required SSL certificate was sent</title></head></html>"
    seen, _ = await _seen({"GET /": answer(400, page, server="nginx")})
    assert verdict(seen) is Verdict.CLIENT_CERT_REQUIRED


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"databases": 5}', "[" * 5_000, "nonsense", '{"databases": ["x"]}'])
async def test_a_list_that_is_none_is_not_taken_for_one(body: str) -> None:
    seen, _ = await _seen(
        {"GET /": answer(200, PAGE), "GET /_status": answer(200, STATUS), "GET /listDatabases": answer(200, body)}
    )
    assert seen.access is Access.NAMES


@pytest.mark.parametrize("name", ["../x", "a/b", "a b", "a?b", "a#b", "ü"])
async def test_names_that_a_path_cannot_hold_are_not_asked_about(name: str) -> None:
    listed = json.dumps({"databases": [{"name": name, "sizeOnDisk": 9, "empty": False}], "ok": 1})
    seen, lines = await _seen(
        {"GET /": answer(200, PAGE), "GET /_status": answer(200, STATUS), "GET /listDatabases": answer(200, listed)}
    )
    assert seen.access is Access.RECORDS
    assert len(lines.http_asked) == 3


@pytest.mark.parametrize("counted", [{"n": "alice", "ok": 1}, {"n": -1, "ok": 1}, {"ok": 0}, {"n": True, "ok": 1}])
async def test_a_count_that_is_none_is_none(counted: dict[str, Any]) -> None:
    seen, _ = await _seen(
        {
            "GET /": answer(200, PAGE),
            "GET /_status": answer(200, STATUS),
            "GET /listDatabases": answer(200, LISTED),
            "GET /shop/system.namespaces/": answer(200, _rows({"name": "shop.people"}, {"name": 5}, {})),
            "GET /shop/$cmd/": answer(200, _rows(counted)),
        }
    )
    assert [found.records for found in seen.datasets] == [None]
    assert "alice" not in repr(seen)
