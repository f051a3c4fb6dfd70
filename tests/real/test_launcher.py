"""The launcher itself: it ends what it started and nothing else, refuses what was not measured, names what it lacks."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.real import artifacts
from tests.real.artifacts import Artifact, DigestError, fetch
from tests.real.catalogue import SERVERS, cases
from tests.real.missing import MissingError, give_up, java, tool
from tests.real.process import Process, StartError, workplace

ARTIFACT = Artifact("org.example", "thing", "1.0", "0" * 64)
#: A parent that starts a child and tells its number, then both wait; the child is deaf to polite requests.
FAMILY = "sh -c 'trap \"\" TERM; sleep 300' & echo $! > child; wait"


def lives(pid: int) -> bool:
    # A zombie has ended: whoever adopted it has only not looked yet.
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def started_family() -> tuple[Process, int]:
    folder = workplace()
    process = Process(["sh", "-c", FAMILY], folder=folder, as_nobody=False)
    child = folder / "child"
    process.wait_until(lambda: child.exists() and child.read_text().endswith("\n"), seconds=30)
    return process, int(child.read_text())


def test_stopping_ends_the_whole_group_and_removes_its_folder() -> None:
    bystander = subprocess.Popen(["sleep", "300"])
    try:
        process, child = started_family()
        assert lives(child)
        process.stop()
        assert not lives(process.pid)
        assert not lives(child)
        assert not process.folder.exists()
        process.stop()  # once more does no harm
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize(
    "end", ["pass", "raise SystemExit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGINT)"]
)
def test_a_server_ends_with_the_interpreter_that_started_it(end: str) -> None:
    code = (
        "from tests.real.test_launcher import started_family\n"
        "process, child = started_family()\n"
        f"print(process.pid, child, process.folder, flush=True)\n{end}\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    parent, child, folder = done.stdout.split()
    assert not lives(int(parent))
    assert not lives(int(child))
    assert not Path(folder).exists()


def test_a_server_that_ends_at_once_is_reported_with_its_log() -> None:
    process = Process(["sh", "-c", "echo out of memory; exit 1"], folder=workplace(), as_nobody=False)
    with pytest.raises(StartError, match=r"(?s)the server ended.*out of memory"):
        process.wait_until(lambda: False, seconds=30)
    assert not process.folder.exists()


@pytest.mark.skipif(os.getuid() != 0, reason="needs root: nobody is asked to become somebody else otherwise")
def test_root_starts_servers_as_somebody_else() -> None:
    folder = workplace()
    try:
        process = Process(["sh", "-c", "id -u > who; sleep 300"], folder=folder)
    except MissingError as error:
        give_up(str(error), in_ci_list=True)
    process.wait_until(lambda: (folder / "who").exists() and (folder / "who").read_text() != "", seconds=30)
    assert (folder / "who").read_text().strip() != "0"
    process.stop()


def test_a_download_that_was_not_measured_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_TEST_CACHE", str(tmp_path))
    path = artifacts.cache() / "maven" / ARTIFACT.place
    path.parent.mkdir(parents=True)
    path.write_bytes(b"something else")
    with pytest.raises(DigestError, match="remove it"):
        fetch(ARTIFACT)
    assert fetch(replace(ARTIFACT, sha256=hashlib.sha256(b"something else").hexdigest())) == (path,)


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_TEST_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError, match=r"needs Maven: no `mvn` on PATH, and org\.example:thing:1\.0:zip not in"):
        fetch(ARTIFACT)
    with pytest.raises(MissingError, match="needs nginx-light: no `no-such-nginx` on PATH"):
        tool("no-such-nginx", "nginx-light")
    with pytest.raises(MissingError, match=r"needs Java 900 or later: (only Java .* here|no `java` on PATH)"):
        java(900, 999)


def test_a_missing_piece_skips_but_fails_where_the_ci_list_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUDITOR_TESTS_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs Java 17"):
        give_up("needs Java 17: no `java` on PATH", in_ci_list=True)
    monkeypatch.setenv("AUDITOR_TESTS_REQUIRE", "ci")
    with pytest.raises(pytest.fail.Exception, match="needs Java 17"):
        give_up("needs Java 17: no `java` on PATH", in_ci_list=True)
    with pytest.raises(pytest.skip.Exception):
        give_up("needs Java 21: only Java 17 here", in_ci_list=False)


@pytest.mark.fact("ES-01")
def test_every_server_stands_in_the_catalogue_once_and_its_download_is_pinned() -> None:
    assert len({server.name for server in SERVERS}) == len(SERVERS)
    everything = cases(ci=True) + cases(ci=False)
    assert len(everything) == len(set(everything))
    for server in SERVERS:
        for artifact in (server.archive, *server.security):
            assert len(bytes.fromhex(artifact.sha256)) == 32
