"""`auditor rules`, and `--rules FILE` from a file to a finding, on a real embedded server."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from auditor.cli.rules import rules
from auditor.demo.process import free_port, running
from auditor.model.target import Scope
from auditor.pii.packs import read_file
from auditor.sweep.asking import Settings
from auditor.sweep.pace import PROFILES
from auditor.sweep.slice import run_slice
from tests.cli.test_audit_command import auditor, inventory
from tests.factory import target

PACK = """\
categories:
  loyalty_number:
    title: Loyalty card number
    types: text number
    regulations: gdpr-4
    terms: {en: {sure: clubcard no}}
    examples: {yes: ["customers / clubcardNo"], no: ["shops / clubcardCount"]}
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    file = tmp_path / "own.yaml"
    file.write_text(PACK)
    return file


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(rules, [str(word) for word in words])


def test_rules_that_hold_are_exit_0(pack: Path) -> None:
    result = run("check", pack)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{pack}: 1 category, 1 term, 2 examples, tried with the rules in force: all hold\n"


def test_without_a_file_the_installed_packs_are_checked() -> None:
    assert run("check").exit_code == 0
    assert "terms of installed packs stand twice (-v names them)" in run("check").stdout
    assert "is known already as" in run("check", "-v").stdout


def test_an_example_that_does_not_hold_is_exit_3_with_its_place(pack: Path) -> None:
    pack.write_text(PACK.replace("customers / clubcardNo", "customers / price"))
    result = run("check", pack)
    assert result.exit_code == 3
    assert f"{pack}:7:22: 'customers / price' is not found to be loyalty_number" in result.stderr
    assert result.stderr.endswith("2 examples, tried with the rules in force: 1 does not hold\n")


def test_what_is_no_rules_is_exit_2_with_every_place(pack: Path, tmp_path: Path) -> None:
    pack.write_text(PACK.replace("types:", "typs:").replace("gdpr-4", "gdpr-44"))
    result = run("check", pack)
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert f"{pack}:4:5: not a rule: 'loyalty_number' has an unknown key 'typs'; did you mean 'types'?" in lines
    assert lines[-1].endswith("problems; the rules are not used")
    assert run("check", tmp_path / "nothing.yaml").exit_code == 2


def test_categories_are_listed_and_shown_with_those_of_a_file(pack: Path) -> None:
    listed = run("list", "--rules", pack).stdout
    (line,) = (line for line in listed.splitlines() if line.startswith("loyalty_number "))
    assert line.split() == ["loyalty_number", "Loyalty", "card", "number", "1", "terms", "en", str(pack)]
    assert "phone  " in listed
    shown = run("show", "loyalty_number", "--rules", pack).stdout
    assert "GDPR Art. 4(1)" in shown
    assert "en sure: clubcard no" in shown
    assert run("show", "loyalty_number").exit_code == 2
    assert "did you mean 'phone'?" in run("show", "phon").stderr


def test_classify_uses_the_file(pack: Path) -> None:
    words = (sys.executable, "-m", "auditor", "classify", "-", "-o", "jsonl")
    table = "create table customers (clubcard_no text)"
    for further, found in (((), {}), (("--rules", str(pack)), {"clubcard_no": ["loyalty_number"]})):
        done = subprocess.run((*words, *further), input=table, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout) == {"id": "customers", "fields": found}


def test_the_files_may_be_named_in_the_environment(pack: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("categories: {phone: {terms: {en: {sure: burner line}}}}")
    listed = CliRunner().invoke(rules, ["list"], env={"AUDITOR_RULES": f"{pack}{os.pathsep}{other}"}).stdout
    assert "loyalty_number " in listed
    assert CliRunner().invoke(rules, ["list"], env={"AUDITOR_RULES": "nothing.yaml"}).exit_code == 2


@contextmanager
def searching(folder: Path) -> Iterator[int]:
    """The port of an embedded search server with one index of customers."""
    osmem_server = pytest.importorskip("osmem_server", reason="no wheel of osmem-server for this platform")
    port = free_port()
    with running([osmem_server.resolve_binary(), "-addr", f"127.0.0.1:{port}"], port=port, log=folder / "log"):
        body = '{"index":{}}\n{"clubcard_no":"canary","colour":"red"}\n'
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/customers/_bulk?refresh=true",
            body.encode(),
            {"Content-Type": "application/x-ndjson"},
            method="POST",
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answered:
            assert not json.loads(answered.read())["errors"]
        yield port


def personal(results: dict[str, Any]) -> dict[str, list[str]]:
    (outcome,) = results["outcomes"]
    (data,) = (data for data in outcome["datasets"] if data["name"] == "customers")
    return {field["field"]: field["categories"] for field in data["personal"]}


def test_audit_uses_the_file_on_a_real_server_and_so_does_a_worker(pack: Path, tmp_path: Path) -> None:
    with searching(tmp_path) as port:
        path = inventory(tmp_path, [("es-1", "elasticsearch", port)])
        for name, further in (("without", ()), ("with", ("--rules", pack))):
            done = auditor("audit", path, "-o", f"json={name}.json", *further, cwd=tmp_path)
            assert done.returncode == 3, done.stderr
        (outcome,) = run_slice(
            (target(port=port),),
            Settings(scope=Scope((ip_network("127.0.0.0/8"),)), pace=PROFILES["normal"], rules=(read_file(pack),)),
        )
    assert personal(json.loads((tmp_path / "without.json").read_text())) == {}
    assert personal(json.loads((tmp_path / "with.json").read_text())) == {"clubcard_no": ["loyalty_number"]}
    (data,) = (data for data in outcome.observation.datasets if data.name == "customers")
    assert [finding.categories for finding in data.personal] == [("loyalty_number",)]


def test_audit_with_wrong_rules_sends_nothing_and_is_exit_2(pack: Path, tmp_path: Path) -> None:
    pack.write_text(PACK.replace("types:", "typs:"))
    path = inventory(tmp_path, [("es-1", "elasticsearch", 1)])
    done = auditor("audit", path, "--rules", pack, cwd=tmp_path)
    assert done.returncode == 2
    assert f"{pack}:4:5: not a rule: 'loyalty_number' has an unknown key 'typs'" in done.stderr
    assert auditor("audit", path, "--rules", "nothing.yaml", cwd=tmp_path).returncode == 2
