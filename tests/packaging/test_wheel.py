"""A built wheel, in a fresh environment and another folder, renders a report: nothing of it lives in the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).resolve().parents[2]

INVENTORY = """\
version: 1
estate: {id: wheel, name: "Wheel", timezone: UTC}
authorization:
  {owner: us, approved_by: us, ticket: T-1, valid_from: 2026-01-01, valid_until: 2099-12-31, contact: us@example.org}
scope: {networks: [127.0.0.0/8]}
hosts:
  - {name: nobody, address: 127.0.0.1, services: [{product: elasticsearch, port: PORT}]}
"""


def run(*words: str | Path, cwd: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV", "VIRTUAL_ENV"))}
    return subprocess.run(words, cwd=cwd, env=env | environ, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return {path.suffix: path for path in folder.iterdir()}


def test_the_wheel_holds_templates_rules_and_schemas_and_no_test(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built[".whl"]) as wheel:
        names = set(wheel.namelist())
    assert "auditor/templates/report.html.j2" in names
    assert "auditor/templates/report.css" in names
    assert "auditor/history/schema/001.sql" in names
    assert "auditor/rulebook/controls.yaml" in names
    assert "auditor/probes/rules/elasticsearch.yaml" in names
    assert any(name.startswith("auditor/pii/rules/") for name in names)
    assert not any(name.startswith(("tests/", "demo-report/")) for name in names)
    assert "auditor/py.typed" in names


@pytest.fixture(scope="module")
def environment(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the wheel, and what it depends on from the lock."""
    folder = tmp_path_factory.mktemp("fresh")
    assert run(sys.executable, "-m", "venv", folder / "venv", cwd=folder).returncode == 0
    python = folder / "venv" / "bin" / "python"
    lock = ROOT / "requirements" / "run.lock"
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    for words in ((*pip, "--no-deps", "--require-hashes", "-r", lock), (*pip, "--no-deps", built[".whl"])):
        done = run(*words, cwd=folder)
        assert done.returncode == 0, done.stderr[-2000:]
    return folder


def test_the_installed_command_audits_and_renders(environment: Path) -> None:
    auditor = environment / "venv" / "bin" / "auditor"
    (environment / "inventory.yaml").write_text(INVENTORY.replace("PORT", "1"))
    words = ("audit", "inventory.yaml", "-o", "html=r.html", "-o", "json=r.json", "--state-dir", "state")
    done = run(auditor, *words, cwd=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "<!doctype html>" in (environment / "r.html").read_text(encoding="utf-8").lower()[:200]
    again = run(auditor, "report", "r.json", "-o", "html=again.html", cwd=environment)
    assert again.returncode == 0, again.stderr
    assert (environment / "again.html").stat().st_size > 10_000


def test_the_code_that_runs_is_the_wheels(environment: Path) -> None:
    done = run(
        environment / "venv" / "bin" / "python", "-c", "import auditor; print(auditor.__file__)", cwd=environment
    )
    assert done.stdout.startswith(str(environment / "venv"))
