"""`auditor report`: a report written again, offline, from a file, a pipe or a run; every mistake a sentence."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from auditor.export.json_v1 import JsonExporter
from tests.cli.kept import keep
from tests.export import reports


def auditor(*words: str, folder: Path, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    environ = {**os.environ, "AUDITOR_STATE_DIR": str(folder / "state")}
    return subprocess.run(
        (sys.executable, "-m", "auditor", *words),
        cwd=folder,
        env=environ,
        input=given,
        capture_output=True,
        check=False,
    )


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "results.json"
    with path.open("wb") as sink:
        JsonExporter().write(reports.shanghai(), sink)
    return path


def listed(folder: Path) -> Sequence[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_results_file_becomes_a_page_for_its_owner_alone(results: Path, tmp_path: Path) -> None:
    done = auditor("report", "results.json", "-o", "html=page.html", "-o", "json=again.json", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (tmp_path / "page.html").read_bytes().startswith(b"<!DOCTYPE html>")
    assert (tmp_path / "again.json").read_bytes() == results.read_bytes()
    assert (tmp_path / "page.html").stat().st_mode & 0o777 == 0o600


def test_without_an_output_it_writes_report_html_and_says_so(results: Path, tmp_path: Path) -> None:
    done = auditor("report", "results.json", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"Report: report.html\n")
    assert (tmp_path / "report.html").exists()
    assert auditor("report", "results.json", folder=tmp_path).returncode == 2
    assert auditor("report", "results.json", "--overwrite", folder=tmp_path).returncode == 0


def test_json_goes_to_standard_output_and_comes_from_standard_input(results: Path, tmp_path: Path) -> None:
    done = auditor("report", "-", "-o", "json", folder=tmp_path, given=results.read_bytes())
    assert done.returncode == 0
    assert done.stdout == results.read_bytes()
    assert auditor("report", "-", "-o", "json=-", folder=tmp_path, given=results.read_bytes()).stdout == done.stdout


def test_a_reader_who_leaves_early_is_no_failure(results: Path, tmp_path: Path) -> None:
    command = f"{sys.executable} -m auditor report results.json -o html | head -c 10; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(("bash", "-c", command), cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout == b"<!DOCTYPE 0\n"
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("results.json", "-o", "pdf"), "there is no format 'pdf'; there are: html, json"),
        (("results.json", "-o", "json="), "'json=' names no file after the ="),
        (("results.json", "-o", "json", "-o", "html"), "two outputs go to standard output"),
        (("results.json", "-o", "json=a", "-o", "html=a"), "two outputs go to a"),
        (("results.json", "-o", "json=no/where.json"), "the folder no does not exist"),
        (("results.json", "-o", "json=taken"), "taken: exists already; use --overwrite"),
        (("results.json", "-o", "json=link", "--overwrite"), "link: is a symbolic link"),
        (("missing.json",), "missing.json: cannot be read: No such file or directory"),
        (("broken.json",), "broken.json:1:1: is not JSON"),
        (("other.json",), "other.json: schema: is missing"),
        (("latest",), "there is no history in"),
    ],
)
def test_what_the_user_did_wrong_is_exit_2_a_sentence_and_no_trace(
    results: Path, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "link").symlink_to("victim")
    (tmp_path / "broken.json").write_text("oops")
    (tmp_path / "other.json").write_text("{}")
    before = listed(tmp_path)
    done = auditor("report", *words, folder=tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert listed(tmp_path) == before
    assert (tmp_path / "taken").read_text() == "mine"
    assert (tmp_path / "victim").read_text() == "precious"


def test_a_disk_that_is_full_is_exit_5_and_a_sentence(results: Path, tmp_path: Path) -> None:
    command = f"{sys.executable} -m auditor report results.json -o json >/dev/full"
    done = subprocess.run(("bash", "-c", command), cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 5
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_run_that_history_keeps_is_rendered_by_its_id_its_beginning_and_as_the_latest(tmp_path: Path) -> None:
    whole = reports.shanghai()
    keep(whole, tmp_path / "state")
    for word in (whole.run.id, whole.run.id[:8], "latest"):
        done = auditor("report", word, "-o", "json", folder=tmp_path)
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert len(document["outcomes"]) == len(list(whole.outcomes))
        assert {each["fingerprint"] for each in document["findings"]} == {each.fingerprint for each in whole.findings}
    nobody = auditor("report", "19700101", folder=tmp_path)
    assert nobody.returncode == 2
    assert b"no run '19700101'" in nobody.stderr
