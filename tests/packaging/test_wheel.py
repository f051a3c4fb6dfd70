"""A built wheel, in a fresh environment and another folder, renders a report: nothing of it lives in the checkout."""

import zipfile
from pathlib import Path

import pytest

from tests.packaging.installed import run

pytestmark = pytest.mark.packaging

INVENTORY = """\
version: 1
estate: {id: wheel, name: "Wheel", timezone: UTC}
authorization:
  {owner: us, approved_by: us, ticket: T-1, valid_from: 2026-01-01, valid_until: 2099-12-31, contact: us@example.org}
scope: {networks: [127.0.0.0/8]}
hosts:
  - {name: nobody, address: 127.0.0.1, services: [{product: elasticsearch, port: PORT}]}
"""


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
