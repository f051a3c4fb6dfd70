"""`auditor record`: one target of an authorised inventory, asked once and written down without anybody's data."""

import json
import os
import ssl
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pytest
from bson import json_util
from click.testing import CliRunner

from auditor import plugins
from auditor.cli.record import record
from auditor.model.finding import RuleInfo
from auditor.model.observation import Access, Observation, Reach
from auditor.model.plan import RequestTemplate
from auditor.probes.interface import Lines
from auditor.testing import loopback
from auditor.testing.loopback import ByteServer, saying
from auditor.testing.recording import (
    HttpExchange,
    HttpRecording,
    MongoExchange,
    MongoRecording,
    RecordedReply,
    RecordedRequest,
    load_http,
    load_mongo,
)
from auditor.testing.replay import HttpReplay, MongoReplay
from tests.cli.servers import REPLIES, replayed, running
from tests.cli.test_audit_command import HEAD, closed_port, inventory
from tests.testing.canaries import ANSWERS, CANARY, DOCUMENT, REPLIES_OF_COMMANDS, TOTAL
from tests.testing.conftest import self_signed

__all__ = ["self_signed"]


def auditor(*words: str | Path, cwd: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, "-m", "auditor", *words),
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def said(done: "subprocess.CompletedProcess[str]") -> str:
    """Standard error as one line: click wraps it."""
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("product", "names", "verdict"),
    [
        ("elasticsearch", ("es-8.5.0-open",), "open"),
        ("elasticsearch", ("es-9.5.3-closed",), "auth_required"),
        ("kibana", ("kibana-8.12.2.anonymous-only-walk", "kibana-8.12.2.anonymous-only"), "anonymous_role"),
        ("mongodb", ("mongod-4.4.0-noauth",), "open"),
        ("mongodb", ("mongod-2.6.7-pre-auth-users-data-remote",), "auth_required"),
        ("mongodb", ("mongod-console-2.4-auth-nouser-rest-remote",), "open"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_target_is_written_down_and_a_replay_gives_the_same_verdict(
    tmp_path: Path, product: str, names: Sequence[str], verdict: str
) -> None:
    paths = [REPLIES / f"{name}.json" for name in names]
    native = product == "mongodb" and "console" not in names[0]
    server = MongoReplay(load_mongo(*paths)) if native else HttpReplay(load_http(*paths))
    with running(server) as (port,):
        inventory(tmp_path, [('"rack 7: srv"', product, port)])
        done = auditor("record", f"rack 7: srv:{port}", "--timeout", "2", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    lines = done.stdout.splitlines()
    assert f"(127.0.0.1): {verdict} (V" in lines[0]
    assert "read it before you send it" in lines[2]
    assert lines[3] == f"Replayed on this machine it leads to the same verdict: {verdict}."
    path = tmp_path / f"rack-7-srv-{port}-{product}.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    recording = load_mongo(path) if native else load_http(path)
    assert lines[1].startswith(f"{len(recording.exchanges)} exchange")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["inventory.yaml", path.name]


@pytest.mark.parametrize("product", ["elasticsearch", "mongodb"])
def test_a_target_that_speaks_tls_is_recorded_too(tmp_path: Path, product: str, self_signed: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed)
    server = (
        MongoReplay(load_mongo(REPLIES / "mongod-4.4.0-auth-oneuser.json"), tls=context)
        if product == "mongodb"
        else HttpReplay(load_http(REPLIES / "es-8.5.0-closed.json"), tls=context)
    )
    with running(server) as (port,):
        inventory(tmp_path, [("safe", product, port)])
        done = auditor("record", f"safe:{port}/{product}", "-o", "tls.json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "same verdict: auth_required" in done.stdout
    assert (tmp_path / "tls.json").exists()


def test_standard_output_carries_the_recording_alone(tmp_path: Path) -> None:
    with replayed("es-8.5.0-open") as (port,):
        inventory(tmp_path, [("es-1", "elasticsearch", port)])
        done = auditor("record", f"127.0.0.1:{port}", "-o", "-", cwd=tmp_path)
    assert done.returncode == 0
    assert {"request", "response"} <= json.loads(done.stdout)[0].keys()
    assert "same verdict: open" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["inventory.yaml"]


def test_a_file_that_exists_is_kept_unless_told_otherwise_and_nothing_is_asked(tmp_path: Path) -> None:
    server = HttpReplay(load_http(REPLIES / "es-8.5.0-open.json"))
    (tmp_path / "r.json").write_text("mine")
    (tmp_path / "link.json").symlink_to("r.json")
    with running(server) as (port,):
        inventory(tmp_path, [("es-1", "elasticsearch", port)])
        for path in ("r.json", "link.json", "no/where.json", "."):
            done = auditor("record", f"es-1:{port}", "-o", path, cwd=tmp_path)
            assert done.returncode == 2
            assert path in said(done)
        assert server.requests == []
        assert (tmp_path / "r.json").read_text() == "mine"
        assert auditor("record", f"es-1:{port}", "-o", "r.json", "--overwrite", cwd=tmp_path).returncode == 0
    assert json.loads((tmp_path / "r.json").read_text())


HOSTS = """\
  - name: es-billing
    address: 127.0.0.1
    services: [{product: elasticsearch, port: PORT}, {product: kibana, port: PORT}]
  - {name: kb, address: "::1", services: [{product: kibana, port: 5601}]}
networks:
  - {name: lab, cidr: 127.9.0.0/24, services: [{product: mongodb, port: PORT}]}
"""


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("es-biling:PORT", "did you mean 'es-billing:PORT'?"),
        ("es-biling", "did you mean 'es-billing:PORT'?"),
        ("es-blg", "did you mean 'es-billing'?"),
        ("es-billing:9", "of that host it has: es-billing:PORT/elasticsearch, es-billing:PORT/kibana"),
        ("es-billing:PORT", "means 2 targets; say which: es-billing:PORT/elasticsearch, es-billing:PORT/kibana"),
        ("es-billing:PORT/mongodb", "'es-billing:PORT/mongodb' is no target of inventory.yaml; of that host it has"),
        ("[::1]:9", "of that host it has: kb:5601/kibana"),
        ("127.9.1.7:PORT", "'127.9.1.7:PORT' is no target of inventory.yaml"),
        ("127.9.0.7:9", "of that host it has: 127.9.0.7:PORT/mongodb"),
        ("lab:PORT", "'lab:PORT' is no target of inventory.yaml"),
        ("10.0.0.1:9200", "'10.0.0.1:9200' is no target of inventory.yaml"),
    ],
)
def test_what_is_not_in_the_inventory_is_exit_2_a_sentence_and_no_packet(
    tmp_path: Path, target: str, sentence: str
) -> None:
    server = ByteServer(loopback.silent)
    with running(server) as (port,):
        (tmp_path / "inventory.yaml").write_text(
            HEAD.replace("[127.0.0.0/8]", '[127.0.0.0/8, "::1/128"]') + HOSTS.replace("PORT", str(port))
        )
        done = auditor("record", target.replace("PORT", str(port)), cwd=tmp_path)
        assert server.connections == 0
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence.replace("PORT", str(port)) in said(done)
    assert [each.name for each in tmp_path.iterdir()] == ["inventory.yaml"]


def test_an_address_of_a_network_is_a_target_like_a_host(tmp_path: Path) -> None:
    with running(HttpReplay(load_http(REPLIES / "es-8.5.0-open.json"), host="127.9.0.7")) as (port,):
        network = (
            f"networks: [{{name: lab, cidr: 127.9.0.0/16, services: [{{product: elasticsearch, port: {port}}}]}}]\n"
        )
        (tmp_path / "lab.yaml").write_text(HEAD.replace("hosts:\n", network))
        done = auditor("record", f"127.9.0.7:{port}", cwd=tmp_path, AUDITOR_INVENTORY="lab.yaml")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / f"127.9.0.7-{port}-elasticsearch.json").read_text()
    assert "127.9.0.7" not in text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("2099-12-31", "2026-01-02"), "nothing was probed"),
        (("[127.0.0.0/8]", "[10.0.0.0/8]"), "outside the scope"),
        (("elasticsearch", "elasticsearc"), "did you mean 'elasticsearch'?"),
    ],
)
def test_an_inventory_that_may_not_be_probed_is_exit_2_and_no_packet(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    server = ByteServer(loopback.silent)
    with running(server) as (port,):
        path = inventory(tmp_path, [("es-1", "elasticsearch", port)])
        path.write_text(path.read_text().replace(*change))
        done = auditor("record", f"es-1:{port}", cwd=tmp_path)
        assert server.connections == 0
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in said(done)
    assert auditor("record", "es-1:9200", "--inventory", "missing.yaml", cwd=tmp_path).returncode == 2


def test_a_name_that_leads_out_of_the_scope_is_exit_2_and_no_packet(tmp_path: Path) -> None:
    server = ByteServer(loopback.silent)
    with running(server) as (port,):
        host = f"  - {{name: es-1, address: localhost, services: [{{product: elasticsearch, port: {port}}}]}}\n"
        (tmp_path / "inventory.yaml").write_text(HEAD.replace("[127.0.0.0/8]", "[10.0.0.0/8]") + host)
        done = auditor("record", f"es-1:{port}", cwd=tmp_path)
        assert server.connections == 0
    assert done.returncode == 2
    assert "out_of_scope" in done.stdout
    assert "nothing was written" in done.stdout


def test_in_a_window_of_the_owner_nothing_is_asked(tmp_path: Path) -> None:
    server = ByteServer(loopback.silent)
    with running(server) as (port,):
        path = inventory(tmp_path, [("es-1", "elasticsearch", port)])
        path.write_text(path.read_text() + 'windows: [{start: "00:00", end: "24:00"}]\n')
        done = auditor("record", f"es-1:{port}", cwd=tmp_path)
        assert server.connections == 0
    assert done.returncode == 4
    assert "not_probed" in done.stdout
    assert "the inventory forbids probes" in done.stdout


def test_nothing_that_could_be_recorded_is_exit_4_and_no_file(tmp_path: Path) -> None:
    with running(ByteServer(saying(b"SSH-2.0-OpenSSH_9.2p1\r\n"))) as (ssh,):
        closed = closed_port()
        inventory(tmp_path, [("ssh", "elasticsearch", ssh), ("shut", "mongodb", closed)])
        for name, port, verdict in (("ssh", ssh, "other_service"), ("shut", closed, "refused")):
            done = auditor("record", f"{name}:{port}", cwd=tmp_path)
            assert done.returncode == 4
            assert verdict in done.stdout
            assert "There was no answer that a recording can hold; nothing was written." in done.stdout
    host = "  - {name: lost, address: lost.invalid, services: [{product: elasticsearch, port: 9200}]}\n"
    (tmp_path / "inventory.yaml").write_text(HEAD + host)
    assert "dns_failed" in auditor("record", "lost:9200", cwd=tmp_path).stdout
    assert [each.name for each in tmp_path.iterdir()] == ["inventory.yaml"]


def test_silence_is_recorded_as_an_end_and_said_to_be_silence(tmp_path: Path) -> None:
    with running(ByteServer(loopback.silent)) as (port,):
        inventory(tmp_path, [("mute", "elasticsearch", port)])
        done = auditor("record", f"mute:{port}", "--timeout", "0.3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "of them an answer that did not come or broke off" in done.stdout
    assert "same verdict: inconclusive" in done.stdout


@pytest.mark.parametrize("form", ["file", "stdout"])
def test_a_disk_that_is_full_is_exit_5_and_a_sentence(tmp_path: Path, form: str) -> None:
    with replayed("es-8.5.0-open") as (port,):
        inventory(tmp_path, [("es-1", "elasticsearch", port)])
        if form == "stdout":
            command = f"{sys.executable} -m auditor record es-1:{port} -o - >/dev/full"
            done = subprocess.run(("bash", "-c", command), cwd=tmp_path, capture_output=True, text=True, check=False)
        else:
            command = f"ulimit -f 1; {sys.executable} -m auditor record es-1:{port}"
            done = subprocess.run(("bash", "-c", command), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 5, done.stderr
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def hostile_elasticsearch() -> HttpRecording:
    """An open Elasticsearch that sends its records along whatever it is asked."""
    secret = (
        ("set-cookie", f"sid={CANARY}; Path=/"),
        ("content-type", "application/json"),
        *((name, f"{CANARY}-01") for name in ("x-auth-token", "x-served-by", "x-request-id", "date")),
    )
    greeting = {
        "name": f"{CANARY}-node",
        "cluster_name": CANARY,
        "cluster_uuid": CANARY,
        "tagline": "You Know, for Search",
    }
    version = {"number": "8.5.0", "lucene_version": "9.4.1", "build_flavor": "default"}
    bodies: list[tuple[str, Any]] = [
        ("/", greeting | {"version": version, "documents": [DOCUMENT], "contact": f"{CANARY}@corp.example"}),
        ("/_search", TOTAL | {"documents": [DOCUMENT]}),
        *((path, body) for path, body in ANSWERS if path.startswith("/_") and "_security" not in path),
        ("/_xpack", {"features": {"security": {"enabled": False}}, "license": {"issued_to": CANARY}}),
        ("/nonexistent", {"error": {"reason": f"[{CANARY}-node][10.4.5.6:9300] /var/lib/{CANARY}/x"}, "status": 404}),
    ]
    return HttpRecording(
        "hostile",
        tuple(
            HttpExchange(
                RecordedRequest("GET", path.partition("?")[0]),
                RecordedReply(404 if "nonexistent" in path else 200, secret, json.dumps(body).encode()),
            )
            for path, body in bodies
            if not isinstance(body, str)
        ),
    )


def hostile_mongod() -> MongoRecording:
    """An open mongod that hands out documents, logs and hosts."""
    people: dict[str, Any] = {"name": "people", "type": "collection", "options": {"validator": DOCUMENT}}
    more: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"isMaster": 1}, {"ismaster": True, "maxWireVersion": 9, "me": f"{CANARY}:27017", "hosts": [f"{CANARY}:1"]}),
        (
            {"listDatabases": 1},
            {"databases": [{"name": "shop", "sizeOnDisk": 4096, "owner": CANARY}], "note": DOCUMENT},
        ),
        (
            {"listCollections": 1},
            {"cursor": {"id": 0, "ns": "shop.$cmd.listCollections", "firstBatch": [people]}, "documents": [DOCUMENT]},
        ),
        ({"count": "people"}, {"n": 2, "documents": [DOCUMENT]}),
        ({"noSuchCommandXyz": 1}, {"ok": 0.0, "code": 59, "errmsg": f"no such command on {CANARY}.corp.example"}),
    ]
    known = {next(iter(command)) for command, _ in more}
    more += [pair for pair in REPLIES_OF_COMMANDS if next(iter(pair[0])) not in known]
    admin = {"isMaster", "listDatabases", "buildInfo", "getLog", "hostInfo", "noSuchCommandXyz"}
    return MongoRecording(
        "hostile",
        tuple(
            MongoExchange(opcode, "shop" if admin.isdisjoint(command) else "admin", command, {"ok": 1.0} | reply)
            for command, reply in more
            for opcode in ("OP_QUERY", "OP_MSG")
        ),
    )


@pytest.mark.parametrize("product", ["elasticsearch", "mongodb"])
def test_no_value_of_any_record_is_in_the_file(tmp_path: Path, product: str) -> None:
    server = MongoReplay(hostile_mongod()) if product == "mongodb" else HttpReplay(hostile_elasticsearch())
    with running(server) as (port,):
        inventory(tmp_path, [(f"{CANARY}-host", product, port)])
        done = auditor("record", f"{CANARY}-host:{port}", "-o", "r.json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ": open (V" in done.stdout
    text = (tmp_path / "r.json").read_text()
    for secret in (CANARY, "4711", "corp.example", "10.4.5.6", "10.1.2.3"):
        assert secret not in text
    assert "people" in text
    entries = json_util.loads(text)
    assert len(entries) > 4


class Passworded:
    """A plugin's probe that believes a page by a word which scrubbing takes out."""

    product = "passworded"
    title = "Passworded"
    default_ports: tuple[int, ...] = (8080,)
    rules: tuple[RuleInfo, ...] = ()
    requests: tuple[RequestTemplate, ...] = ()

    async def observe(self, lines: Lines) -> Observation:
        reply = await lines.http().get("/", template="x")
        given = Access.RECORDS if "open sesame" in reply.text else Access.NOTHING
        return Observation(Reach.ANSWERED, given)


class OwnProtocol(Passworded):
    """A plugin's probe with a protocol of its own."""

    product = "redis"

    async def observe(self, lines: Lines) -> Observation:
        stream = await lines.stream()
        await stream.write(b"PING\r\n")
        return Observation(Reach.ANSWERED)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """The command in this process, with the two plugins installed."""
    mine = [
        EntryPoint(kind.product, f"{__name__}:{kind.__name__}", "auditor.probes") for kind in (Passworded, OwnProtocol)
    ]

    def found(group: str) -> list[EntryPoint]:
        return [*entry_points(group=group), *(mine if group == "auditor.probes" else [])]

    monkeypatch.setattr(plugins, "entry_points", found)
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(record, [str(word) for word in words])


def test_a_recording_that_leads_to_another_verdict_is_written_all_the_same_and_said_to(
    tmp_path: Path, run: Callable[..., Any]
) -> None:
    page = saying(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 11\r\n\r\nopen sesame")
    with running(ByteServer(page)) as (port,):
        inventory(tmp_path, [("web", "passworded", port)])
        done = run("web", "-o", "r.json")
    assert done.exit_code == 4, done.output
    assert "open (V11-open)" in done.output
    assert "leads to another verdict: inconclusive" in done.output
    assert "sesame" not in (tmp_path / "r.json").read_text()


def test_a_protocol_of_a_probes_own_cannot_be_recorded_and_is_told_so(tmp_path: Path, run: Callable[..., Any]) -> None:
    with running(ByteServer(loopback.echoing)) as (port,):
        inventory(tmp_path, [("cache", "redis", port)])
        done = run(f"cache:{port}")
    assert done.exit_code == 4
    assert "The probe for 'redis' speaks a protocol of its own, which cannot be recorded" in done.output
    assert [each.name for each in tmp_path.iterdir()] == ["inventory.yaml"]


def test_help_says_what_goes_what_stays_and_what_the_exit_codes_mean() -> None:
    shown = " ".join(CliRunner().invoke(record, ["--help"]).output.split())
    for words in ("Read the file before you send it", "names of indices, collections, fields", "Exit codes: 0 written"):
        assert words in shown


def test_the_same_name_is_asked_at_its_first_address_alone(tmp_path: Path) -> None:
    """`localhost` may stand for ::1 as well; the recording is of one server, and says which."""
    with replayed("es-8.5.0-open") as (port,):
        host = f"  - {{name: es-1, address: localhost, services: [{{product: elasticsearch, port: {port}}}]}}\n"
        (tmp_path / "inventory.yaml").write_text(HEAD + host)
        done = auditor("record", f"es-1:{port}", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(127.0.0.1)" in done.stdout
    assert "localhost" not in (tmp_path / f"es-1-{port}-elasticsearch.json").read_text()
