"""A third party's package of rules, as docs/adding-a-rule.md has it, installed into a fresh environment, at work."""

import json
from pathlib import Path

import pytest

from tests.cli.test_adding_a_rule import INSTALL, walk
from tests.cli.test_audit_command import inventory
from tests.cli.test_rules_command import personal, searching
from tests.packaging.installed import run

pytestmark = pytest.mark.packaging


def test_a_package_with_rules_is_in_force_once_it_is_installed(environment: Path, tmp_path: Path) -> None:
    binaries = environment / "venv" / "bin"
    ran = {command: (said, printed) for command, said, printed in walk(tmp_path, binaries)}
    assert INSTALL in ran
    said, printed = ran["$ auditor rules list | grep acme"]
    assert printed.split() == said.split()
    with searching(tmp_path) as port:
        path = inventory(tmp_path, [("es-1", "elasticsearch", port)])
        done = run(
            binaries / "auditor", "audit", path, "-o", "json=r.json", "-o", "html=r.html", "--state-dir", "state",
            cwd=tmp_path,
        )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert personal(json.loads((tmp_path / "r.json").read_text())) == {"clubcard_no": ["loyalty_number"]}
    assert "loyalty_number" in (tmp_path / "r.html").read_text(encoding="utf-8")
