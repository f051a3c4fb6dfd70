from typing import Any

import pytest

from auditor.model.observation import Reach
from auditor.probes.interface import Budget, Lines, WireError, WriteRefusedError
from auditor.testing.scripted import ScriptedLines, UnexpectedRequestError, answer, target

KIBANA = {"GET /": answer(200, "", kbn_name="lab"), "POST /api/console/proxy": answer(200, [])}
CONSOLE = "/api/console/proxy?path=%2F_cat%2Findices&method=GET"


def test_scripted_lines_are_lines() -> None:
    lines: Lines = ScriptedLines(target())
    assert lines.target.port == 9200


async def test_a_table_answers_by_the_whole_target_first_and_by_the_path_for_any_query() -> None:
    wire = ScriptedLines(target(), http={"GET /a?x=1": answer(201), "GET /a": answer(202)}).http()
    assert [(await wire.get(path, template="t")).status for path in ("/a?x=1", "/a?x=2", "/a")] == [201, 202, 202]


async def test_a_list_of_answers_is_used_up_in_order_and_then_fails() -> None:
    wire = ScriptedLines(target(), http={"GET /": [answer(401), answer(200)]}).http()
    assert [(await wire.get("/", template="t")).status for _ in range(2)] == [401, 200]
    with pytest.raises(UnexpectedRequestError, match="scripted 2 times"):
        await wire.get("/", template="t")


async def test_a_request_beyond_the_script_fails_and_names_what_the_script_holds() -> None:
    wire = ScriptedLines(target(), http={"GET /": answer()}).http()
    with pytest.raises(UnexpectedRequestError, match=r"GET /_mapping; it holds: GET /$"):
        await wire.get("/_mapping", template="t")


async def test_a_scripted_error_is_raised_as_the_wire_would() -> None:
    wire = ScriptedLines(target(), http={"GET /": WireError(Reach.BROKE_OFF, "gone")}).http()
    with pytest.raises(WireError, match="gone"):
        await wire.get("/", template="t")


async def test_a_body_beyond_the_cap_is_cut_and_says_so() -> None:
    wire = ScriptedLines(target(), http={"GET /": answer(200, "12345")}).http()
    reply = await wire.get("/", template="t", cap=3)
    assert (reply.body, reply.truncated) == (b"123", True)


async def test_exchanges_are_recorded_with_their_templates() -> None:
    lines = ScriptedLines(target(), http={"GET /": answer(403)})
    reply = await lines.http().get("/", template="root")
    lines.transcript.explain(reply.number, "refused")
    (exchange,) = lines.transcript.exchanges
    assert (exchange.request, exchange.template, exchange.status, exchange.why) == ("GET /", "root", 403, "refused")


async def test_the_budget_of_requests_is_kept() -> None:
    wire = ScriptedLines(target(), http={"GET /": answer()}, budget=Budget(requests=1)).http()
    await wire.get("/", template="t")
    with pytest.raises(WireError) as spent:
        await wire.get("/", template="t")
    assert spent.value.reach is Reach.TOO_MUCH


async def test_nothing_is_posted_before_the_server_has_named_itself() -> None:
    lines = ScriptedLines(target("kibana"), http=KIBANA)
    with pytest.raises(WriteRefusedError):
        await lines.http().post(CONSOLE, template="t")
    assert lines.http_asked == []
    await lines.http().get("/", template="t")
    assert (await lines.http().post(CONSOLE, template="t", headers={"kbn-xsrf": "1"})).status == 200


@pytest.mark.parametrize("path", ["/people/_doc", "/api/console/proxy?uri=_cat/indices", "/internal/security/login"])
async def test_a_post_that_could_write_is_refused_even_of_a_kibana(path: str) -> None:
    wire = ScriptedLines(target("kibana"), http=KIBANA).http()
    await wire.get("/", template="t")
    with pytest.raises(WriteRefusedError):
        await wire.post(path, template="t")


async def test_commands_are_found_by_collection_then_by_database_then_by_name() -> None:
    table = {
        "isMaster": {"ok": 1, "maxWireVersion": 7},
        "count": {"n": 1},
        "shop count": {"n": 2},
        "shop count u": {"n": 3},
    }
    wire = ScriptedLines(target("mongodb"), mongo=table).mongo()
    assert (await wire.handshake()).opcode == "OP_QUERY"
    replies = [
        await wire.command(db, {"count": name}, template="t") for db, name in [("shop", "u"), ("shop", "v"), ("x", "u")]
    ]
    assert [reply.document["n"] for reply in replies] == [3, 2, 1]
    assert (wire.wire_version, replies[0].opcode) == (7, "OP_MSG")


@pytest.mark.parametrize(
    "command", [{"insert": "u", "documents": []}, {"aggregate": "u", "pipeline": [{"$out": "x"}], "cursor": {}}]
)
async def test_a_command_that_could_write_is_refused_before_the_script_is_asked(command: dict[str, Any]) -> None:
    lines = ScriptedLines(target("mongodb"), mongo=lambda _: {"ok": 1})
    with pytest.raises(WriteRefusedError):
        await lines.mongo().command("shop", command, template="t")
    assert lines.mongo_asked == []


async def test_a_callable_decides_for_itself() -> None:
    lines = ScriptedLines(target("mongodb"), mongo=lambda asked: {"ok": 1, "seen": asked.name})
    assert (await lines.mongo().command("admin", {"hostInfo": 1}, template="t")).document["seen"] == "hostInfo"


async def test_legacy_finds_are_for_system_catalogues_only() -> None:
    wire = ScriptedLines(target("mongodb"), mongo={"find d.system.namespaces": {"docs": [{"name": "d.a"}]}}).mongo()
    assert await wire.legacy_find("d.system.namespaces", template="t", limit=5) == ({"name": "d.a"},)
    with pytest.raises(WriteRefusedError):
        await wire.legacy_find("d.people", template="t", limit=5)


async def test_a_stream_reads_what_its_script_sends_and_then_ends() -> None:
    stream = await ScriptedLines(target("redis"), stream=lambda sent: b"+PONG" if sent == b"PING" else b"").stream()
    await stream.write(b"PING")
    assert (await stream.read_exactly(3), await stream.read(10), await stream.read(10)) == (b"+PO", b"NG", b"")
    with pytest.raises(WireError):
        await stream.read_exactly(1)
