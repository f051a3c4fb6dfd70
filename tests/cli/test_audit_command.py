"""`auditor audit` as cron runs it: exit codes, silence, outputs, the lock, an interruption."""

import fcntl
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.cli.servers import replayed

HEAD = """\
version: 1
estate: {id: acme, name: "ACME", timezone: Europe/Berlin}
authorization:
  {owner: us, approved_by: us, ticket: T-1, valid_from: 2026-01-01, valid_until: 2099-12-31, contact: us@example.org}
scope: {networks: [127.0.0.0/8]}
hosts:
"""


def inventory(folder: Path, hosts: Sequence[tuple[str, str, int]], *, head: str = HEAD) -> Path:
    path = folder / "inventory.yaml"
    lines = [
        f"  - {{name: {name}, address: 127.0.0.1, services: [{{product: {product}, port: {port}}}]}}\n"
        for name, product, port in hosts
    ]
    path.write_text(head + "".join(lines))
    return path


def auditor(*words: str | Path, cwd: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, "-m", "auditor", *words),
        cwd=cwd,
        env={**os.environ, "AUDITOR_STATE_DIR": str(cwd / "state"), **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that accepts and never says a word."""
    listening = socket.create_server(("127.0.0.1", 0))
    yield listening.getsockname()[1]
    listening.close()


def test_nothing_to_report_is_exit_0_and_silence(tmp_path: Path) -> None:
    with replayed("es-8.5.0-closed") as (shut,):
        path = inventory(tmp_path, [("es-1", "elasticsearch", shut), ("es-2", "elasticsearch", closed_port())])
        done = auditor("audit", path, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_findings_are_exit_3_and_one_line(tmp_path: Path) -> None:
    with replayed("es-8.5.0-open") as (opened,):
        path = inventory(tmp_path, [("es-1", "elasticsearch", opened)])
        done = auditor("audit", path, "-o", "json=r.json", "-o", "html=r.html", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.startswith("auditor: acme: ")
        assert done.stderr.count("\n") == 1
        results = json.loads((tmp_path / "r.json").read_text())
        assert results["outcomes"][0]["verdict"] == "open"
        assert {data["name"] for data in results["outcomes"][0]["datasets"]} >= {"people", "products"}
        assert stat.S_IMODE((tmp_path / "r.json").stat().st_mode) == 0o600
        assert auditor("audit", path, "--exit-code", "9", cwd=tmp_path).returncode == 9
        assert auditor("audit", path, "--fail-on", "never", cwd=tmp_path).returncode == 0


def test_what_could_not_be_judged_is_exit_4(tmp_path: Path, silent: int) -> None:
    path = inventory(tmp_path, [("mute", "elasticsearch", silent)])
    done = auditor("audit", path, "--timeout", "0.3", "--retries", "0", cwd=tmp_path)
    assert done.returncode == 4
    assert "1 of 1 targets untested" in done.stderr
    assert auditor("audit", path, "--timeout", "0.3", "--min-coverage", "0", cwd=tmp_path).returncode == 0


def test_an_invalid_inventory_is_exit_2_with_every_place_and_no_packet(tmp_path: Path) -> None:
    path = inventory(tmp_path, [("es-1", "elasticsearc", 9200)], head=HEAD.replace("2099", "2026").replace("ACME", "A"))
    path.write_text(path.read_text() + "hoststs: []\n")
    done = auditor("audit", path, cwd=tmp_path)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert any(line.startswith(f"{path}:7:") and "did you mean 'elasticsearch'" in line for line in lines), lines
    assert any(line.startswith(f"{path}:8:1:") and "did you mean 'hosts'" in line for line in lines), lines
    assert not (tmp_path / "state").exists()
    assert auditor("audit", tmp_path / "missing.yaml", cwd=tmp_path).returncode == 2
    assert auditor("audit", path, "--profil", "fast", cwd=tmp_path).returncode == 2


def test_a_dry_run_prints_every_request_and_sends_none(tmp_path: Path, silent: int) -> None:
    path = inventory(tmp_path, [("es-1", "elasticsearch", silent)])
    done = auditor("audit", path, "--dry-run", cwd=tmp_path)
    assert done.returncode == 0
    assert "_search?size=0" in done.stdout
    assert not (tmp_path / "state").exists()


def test_an_output_that_exists_is_kept_and_said_before_anything_is_probed(tmp_path: Path) -> None:
    path = inventory(tmp_path, [("es-1", "elasticsearch", closed_port())])
    (tmp_path / "r.json").write_text("mine")
    done = auditor("audit", path, "-o", "json=r.json", cwd=tmp_path)
    assert done.returncode in (2, 5)
    assert "r.json" in done.stderr
    assert (tmp_path / "r.json").read_text() == "mine"
    assert auditor("audit", path, "-o", "json=r.json", "--overwrite", cwd=tmp_path).returncode == 0


def test_a_second_run_leaves_with_exit_6(tmp_path: Path) -> None:
    path = inventory(tmp_path, [("es-1", "elasticsearch", closed_port())])
    (tmp_path / "state").mkdir()
    with (tmp_path / "state" / "lock").open("w") as lock:
        lock.write("4711\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = auditor("audit", path, cwd=tmp_path)
    assert done.returncode == 6
    assert "4711" in done.stderr
    assert auditor("audit", path, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_saves_what_is_there_and_marks_it(tmp_path: Path, number: signal.Signals, code: int) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    path = inventory(tmp_path, [("mute", "elasticsearch", listening.getsockname()[1])])
    process = subprocess.Popen(
        (sys.executable, "-m", "auditor", "audit", path, "-o", "json=r.json", "--state-dir", "state"),
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    listening.settimeout(60)
    connection, _ = listening.accept()  # now it waits for an answer
    connection.recv(1)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    connection.close()
    listening.close()
    assert process.returncode == code
    assert "Traceback" not in errors
    results = json.loads((tmp_path / "r.json").read_text())
    assert results["run"]["complete"] is False
    assert results["coverage"] == results["coverage"] | {"targets": 1, "verdicts": {"not_probed": 1}}


def test_history_keeps_the_runs(tmp_path: Path) -> None:
    path = inventory(tmp_path, [("es-1", "elasticsearch", closed_port())])
    assert auditor("history", "list", cwd=tmp_path).returncode == 2
    for _ in range(2):
        assert auditor("audit", path, cwd=tmp_path).returncode == 0
    runs = json.loads(auditor("history", "list", "-o", "json", cwd=tmp_path).stdout)
    assert [run["complete"] for run in runs] == [True, True]
    shown = auditor("history", "show", cwd=tmp_path)
    assert "1 target: 1 refused" in shown.stdout
    again = auditor("report", "latest", "-o", "json=again.json", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert json.loads((tmp_path / "again.json").read_text())["run"]["id"] == runs[0]["id"]


def rubbish(data: bytes) -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.05)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            with connection:
                try:
                    connection.settimeout(20)
                    while data and not stop.is_set():
                        connection.sendall(data)
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname()[1]
    stop.set()
    thread.join()
    listening.close()


@pytest.mark.parametrize("product", ["elasticsearch", "kibana", "mongodb"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff\x13" * 5_000,
        b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n" + b"x" * 65_536,
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
    ids=["nothing", "garbage", "a gigabyte", "another protocol"],
)
def test_a_server_that_makes_no_sense_is_one_outcome(tmp_path: Path, product: str, data: bytes) -> None:
    serving = rubbish(data)
    port = next(serving)
    path = inventory(tmp_path, [("odd", product, port)])
    done = auditor("audit", path, "-o", "json=r.json", "--timeout", "2", cwd=tmp_path)
    for _ in serving:
        pass
    assert "Traceback" not in done.stderr
    (outcome,) = json.loads((tmp_path / "r.json").read_text())["outcomes"]
    assert outcome["verdict"] in ("inconclusive", "other_service")
    assert outcome["reach"] != "bug"
    assert done.returncode == (4 if outcome["verdict"] == "inconclusive" else 0)


def test_help_teaches_and_costs_no_heavy_import(tmp_path: Path) -> None:
    done = auditor("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "Exit codes" in done.stdout
    heavy = subprocess.run(
        (sys.executable, "-X", "importtime", "-m", "auditor", "--help"), capture_output=True, text=True, check=True
    ).stderr
    for name in ("pydantic", "jinja2", "rich", "yaml", "bson", "pymongo", "elastic_transport", "auditor.sweep"):
        assert f"|{name}\n" not in heavy.replace(" ", ""), name
