"""Scrubbed recordings: the same verdict from every server that we have, and no value of any record."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bson import json_util
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.examine import Toolkit, assemble
from auditor.model.outcome import Outcome
from auditor.model.target import Target
from auditor.probes.elasticsearch import ElasticsearchProbe
from auditor.probes.interface import Budget, Manner
from auditor.probes.kibana import KibanaProbe
from auditor.probes.mongodb import MongodbProbe
from auditor.testing.notation import write_down
from auditor.testing.recording import (
    HttpExchange,
    HttpRecording,
    MongoExchange,
    MongoRecording,
    RecordedReply,
    RecordedRequest,
    load_http,
    load_mongo,
    read_http,
    read_mongo,
)
from auditor.testing.scripted import target
from auditor.testing.scrub import Origin, scrub
from auditor.testing.scrubbing import http_shapes, mongo_shapes
from auditor.testing.visit import revisit
from tests.testing.canaries import ANSWERS, CANARY, DOCUMENT, REPLIES_OF_COMMANDS, TOTAL
from tests.testing.places import HTTP, MONGO, REPLIES

#: Files that only together are one server: a walk first, then single questions.
JOINED = [
    ("kibana-8.12.2.anonymous-only-walk.json", "kibana-8.12.2.anonymous-only.json"),
    ("kibana-8.12.2.secured-walk.json", "kibana-8.12.2.secured.json"),
    ("osd-2.8.0.secured-walk.json", "osd-2.8.0.secured.json"),
    ("kibana-7.10.2-oss.basepath-rewrite.json", "kibana-7.10.2-oss.basepath-rewrite-prefixed.json"),
]


@pytest.fixture(scope="module")
def toolkit() -> Toolkit:
    return assemble()


def loaded(*names: str) -> HttpRecording | MongoRecording:
    paths = [REPLIES / name for name in names]
    return load_mongo(*paths) if names[0] in MONGO else load_http(*paths)


def asked(name: str) -> Target:
    if name.startswith("mongo"):
        return target(
            "mongodb", port=28017 if "console" in name else 27017
        )  # the console is asked first on its own port
    return target("elasticsearch" if name[:3] in ("es-", "os-") else "kibana")


async def judged(recording: HttpRecording | MongoRecording, name: str, toolkit: Toolkit) -> Outcome:
    return await revisit(
        recording,
        asked(name),
        toolkit=toolkit,
        manner=Manner(),
        from_loopback=True,
        budget=Budget(exchange_seconds=1.5),
    )


@pytest.mark.parametrize("names", [*((name,) for name in (*HTTP, *MONGO)), *JOINED], ids=lambda names: names[0])
async def test_every_recorded_server_is_judged_as_before(names: tuple[str, ...], toolkit: Toolkit) -> None:
    whole = loaded(*names)
    written = write_down(scrub(whole))
    again = (read_http if isinstance(whole, HttpRecording) else read_mongo)(written, name=whole.name)
    before, after = await judged(whole, names[0], toolkit), await judged(again, names[0], toolkit)
    assert (after.verdict, after.rule) == (before.verdict, before.rule)
    one, other = before.observation, after.observation
    assert (other.reach, other.access, other.facts) == (one.reach, one.access, one.facts)
    assert other.datasets == one.datasets
    assert [(each.request, each.status) for each in other.transcript] == [
        (each.request, each.status) for each in one.transcript
    ]


@pytest.mark.parametrize("name", [*HTTP, *MONGO])
def test_what_was_scrubbed_stays_as_it_is_and_is_written_and_read_whole(name: str) -> None:
    once = scrub(loaded(name))
    assert scrub(once) == once
    again = (read_http if isinstance(once, HttpRecording) else read_mongo)(write_down(once), name=once.name)
    assert again == once


def test_every_question_of_our_probes_has_a_shape_for_its_answer() -> None:
    """A new question wants a line in scrubbing/http_shapes.py or mongo_shapes.py: what of its answer may be shown?"""
    http = [template.request for probe in (ElasticsearchProbe(), KibanaProbe()) for template in probe.requests]
    http += [each.request for each in MongodbProbe().requests if each.request.startswith("GET ")]
    assert [request for request in http if not http_shapes.is_known(request.partition(" ")[2])] == []
    commands = {each.request.partition(" ")[0] for each in MongodbProbe().requests} - {"GET", "find"}
    assert commands - mongo_shapes.COMMANDS.keys() == {"auditorControlQuestion"}


def http(path: str, body: Any, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> HttpRecording:
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return HttpRecording("x", (HttpExchange(RecordedRequest("GET", path), RecordedReply(status, headers, data)),))


def mongo(command: dict[str, Any], reply: dict[str, Any]) -> MongoRecording:
    return MongoRecording("x", (MongoExchange("OP_MSG", "shop", command, reply),))


@pytest.mark.parametrize(("path", "body"), ANSWERS)
def test_no_record_survives_wherever_a_server_puts_it(path: str, body: Any) -> None:
    text = write_down(scrub(http(path, body)))
    assert CANARY not in text
    assert "4711" not in text


@pytest.mark.parametrize(("command", "reply"), REPLIES_OF_COMMANDS)
def test_no_document_log_or_host_of_a_mongodb_server_survives(command: dict[str, Any], reply: dict[str, Any]) -> None:
    text = write_down(scrub(mongo(command, reply | {"ok": 1.0})))
    assert CANARY not in text
    assert "4711" not in text
    assert "10.1.2.3" not in text
    assert json_util.loads(text)[0]["reply"]["ok"] == 1.0


def test_a_row_that_is_no_reduction_is_still_seen_to_be_none() -> None:
    scrubbed = scrub(mongo({"aggregate": "people"}, {"cursor": {"firstBatch": [{"f": []}, DOCUMENT]}, "ok": 1.0}))
    reply = scrubbed.exchanges[0].reply
    assert reply is not None
    assert reply["cursor"]["firstBatch"] == [{"f": []}, {"_trimmed": "a row of another kind"}]


def test_legacy_catalogues_keep_names_and_keys() -> None:
    rows = [{"name": "h2db.people", "options": DOCUMENT}, {"ns": "h2db.people", "key": {"email": 1}, "name": "email_1"}]
    for catalogue in ("system.namespaces", "system.indexes"):
        recording = MongoRecording(
            "x", (MongoExchange("OP_QUERY find", None, {"find": f"h2db.{catalogue}"}, {"docs": rows}),)
        )
        text = write_down(scrub(recording))
        assert "h2db.people" in text
        assert CANARY not in text


def test_hosts_that_an_answer_names_are_looked_for_in_every_text() -> None:
    exchanges = (
        *http("/", {"name": "Eule-Sieben", "cluster_name": "gehege", "tagline": "x"}).exchanges,
        *http("/x", {"error": "[eule-sieben][10.1.2.3:9300] left gehege", "status": 500}, status=500).exchanges,
    )
    replies = [each.reply for each in scrub(HttpRecording("x", exchanges)).exchanges]
    assert replies[1] is not None
    assert json.loads(replies[1].body)["error"] == "[NODE][192.0.2.1:9300] left CLUSTER"


def test_a_redirect_to_the_server_itself_can_be_followed_in_a_replay() -> None:
    origin = Origin(frozenset({"kb-1"}), 5601, "http")
    recording = http("/", b"", status=302, headers=(("location", "http://kb-1:5601/app/home"), ("kbn-name", "kb-1")))
    reply = scrub(recording, origin=origin).exchanges[0].reply
    assert reply is not None
    assert reply.headers == (("location", "/app/home"), ("kbn-name", "HOST"))


def test_long_lists_are_trimmed_but_for_what_was_asked_about() -> None:
    rows: list[dict[str, Any]] = [{"index": f"logs-{number:05}", "docs.count": "1"} for number in range(5_000)]
    listing = http("/_cat/indices?format=json", [*rows, {"index": {"odd": []}}])
    search = http("/logs-04999/_search?size=0", TOTAL)
    scrubbed = scrub(HttpRecording("x", (*listing.exchanges, *search.exchanges)))
    assert scrubbed.exchanges[0].reply is not None
    kept = [row["index"] for row in json.loads(scrubbed.exchanges[0].reply.body)]
    assert 500 <= len(kept) <= 601
    assert kept[-1] == "logs-04999"


def test_an_answer_that_is_long_all_the_same_is_trimmed_until_it_is_not() -> None:
    fields = {f"field_{number}": {"type": "text", "properties": {}} for number in range(600)}
    body = {f"index-{number}": {"mappings": {"properties": fields}} for number in range(600)}
    scrubbed = scrub(http("/_mapping", body))
    assert scrubbed.exchanges[0].reply is not None
    assert len(scrubbed.exchanges[0].reply.body) <= 256 << 10
    assert "index-0" in json.loads(scrubbed.exchanges[0].reply.body)
    names = [{"name": f"{'x' * 200}{number}", "type": "collection"} for number in range(10_000)]
    long = scrub(mongo({"listCollections": 1}, {"cursor": {"firstBatch": names}, "ok": 1.0}))
    assert len(write_down(long)) < 300 << 10


@pytest.mark.parametrize(
    ("body", "status", "kept"),
    [
        (b"OpenSearch Security not initialized.", 503, "OpenSearch Security not initialized."),
        (b"Unauthorized", 401, "Unauthorized"),
        (b"upstream 10.1.2.3:9200 of kb.corp.example failed", 502, "upstream 192.0.2.1:9200 of HOST failed"),
        (b"You are trying to access MongoDB on the native driver port.\n", 200, "You are trying to access MongoDB"),
        (b"<html><title>mongod eule:27017</title><body><pre>x</pre>", 200, "<title>mongod HOST</title>"),
        (b'<html><form><input name=p type="password"></form>', 200, '<input type="password">'),
        (b"<form><input type='password'></form>", 200, '<input type="password">'),
        (
            b'<osd-injected-metadata data="{&quot;auth&quot;:{&quot;anonymous_auth_enabled&quot;:true}}">',
            200,
            "anonymous_auth_enabled&quot;:true",
        ),
        (
            b'<!DOCTYPE html><kbn-injected-metadata data="{&quot;version&quot;:&quot;8.12.2&quot;,&quot;u&quot;:1}">',
            200,
            "&quot;version&quot;:&quot;8.12.2&quot;}",
        ),
        (b"<html><body>x</body><p>license is not available", 503, "license is not available"),
        (b"<html><center>No required SSL certificate was sent</center>", 400, "No required SSL certificate was sent"),
    ],
)
def test_of_pages_and_texts_the_marks_stay_that_products_are_known_by(body: bytes, status: int, kept: str) -> None:
    reply = scrub(http("/", body, status=status)).exchanges[0].reply
    assert reply is not None
    assert kept in reply.body.decode()


def test_of_settings_stay_the_names_and_whether_a_secret_stands_there_in_clear() -> None:
    told = {"a.password": "hunter2", "b.password": "::es_redacted::", "c": "true", "script.inline": False, "d": None}
    reply = scrub(http("/_cluster/settings", {"persistent": told, "transient": {}})).exchanges[0].reply
    assert reply is not None
    assert json.loads(reply.body)["persistent"] == {
        "a.password": "SCRUBBED",
        "b.password": "***",
        "c": "true",
        "script.inline": False,
        "d": None,
    }


def test_addresses_that_nodes_publish_are_documentation_addresses_without_a_name() -> None:
    nodes = {
        str(number): {"http": {"publish_address": address}}
        for number, address in enumerate(
            ("10.1.2.3:9200", "eule-7/10.1.2.3:9200", "inet[/10.1.2.3:9200]", "[fd00::9]:1")
        )
    }
    reply = scrub(http("/_nodes/http", {"nodes": nodes})).exchanges[0].reply
    assert reply is not None
    shown = [node["http"]["publish_address"] for node in json.loads(reply.body)["nodes"].values()]
    assert shown == ["192.0.2.1:9200"] * 3 + ["[2001:db8::1]:1"]


@pytest.mark.parametrize("path", [f"/{tail}" for tail in http_shapes.TAILS] + ["/"])
def test_depth_without_end_is_cut_off(path: str) -> None:
    for opening, closing in (('{"a":', "}"), ('{"settings":', "}"), ('{"_all":', "}"), ("[", "]")):
        text = write_down(scrub(http(path, opening * 900 + "1" + closing * 900)))
        assert len(text) < 20_000


def test_a_honeypot_that_greets_whatever_it_is_asked_is_still_one() -> None:
    greeting = {"name": CANARY, "version": {"number": "1.4.1", "lucene_version": "4.10.2"}, "tagline": "You Know"}
    reply = scrub(http("/_cat/indices?format=json", greeting)).exchanges[0].reply
    assert reply is not None
    assert json.loads(reply.body) == greeting | {"name": "NODE"}


def test_a_compressed_body_is_not_kept_for_nobody_can_tell_what_it_holds() -> None:
    recording = http("/_search", b"\x1f\x8b" + CANARY.encode(), headers=(("content-encoding", "gzip"),))
    assert scrub(recording).exchanges[0].reply == RecordedReply(200, (("content-encoding", "gzip"),), b"")


KEYS = [
    "hits",
    "_source",
    "documents",
    "rows",
    "firstBatch",
    "error",
    "name",
    "fields",
    "databases",
    "cursor",
    "mappings",
]
KEYS += ["aggregations", "nodes", "features", "serverStatus", "properties", "status", "version", "message", "a.b"]
VALUES = st.recursive(
    st.just(CANARY) | st.integers(4710, 4712) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=10,
)
PATHS = [f"/{tail}" for tail in http_shapes.TAILS] + ["/", "/nobody/knows"]


@given(st.sampled_from(PATHS), VALUES)
def test_documents_survive_in_no_answer_to_any_question(path: str, document: Any) -> None:
    for body in ({"hits": {"hits": [document]}}, {"documents": document}, {"_source": document}, [[document]]):
        assert CANARY not in write_down(scrub(http(path, body)))


@given(st.sampled_from([*mongo_shapes.COMMANDS, "find", "serverStatus"]), VALUES)
def test_documents_survive_in_no_reply_to_any_command(command: str, document: Any) -> None:
    for reply in ({"documents": [document]}, {"cursor": {"firstBatch": [{"_id": 1, "value": document}], "id": 0}}):
        assert CANARY not in write_down(scrub(mongo({command: "people"}, reply)))


@settings(max_examples=60)
@given(st.sampled_from(PATHS), VALUES, st.integers(100, 599), st.binary(max_size=40), st.text(max_size=20))
def test_whatever_a_server_says_can_be_scrubbed_written_and_read(
    path: str, document: Any, status: int, body: bytes, text: str
) -> None:
    for said in (document, body, text, f"<html><title>{text}</title>{text}"):
        recording = http(path, said, status=status, headers=((f"x-{len(text)}", text.replace("\n", "")),))
        once = scrub(recording)
        assert read_http(write_down(once), name="x") == replace(once, name="x")
    if isinstance(document, Mapping):
        once_more = scrub(mongo({"isMaster": 1}, dict(document)))
        assert read_mongo(write_down(once_more), name="x") == once_more


def test_the_replies_folder_explains_the_form_that_is_written() -> None:
    assert "auditor record" in (Path(REPLIES) / "README.md").read_text("utf-8")
