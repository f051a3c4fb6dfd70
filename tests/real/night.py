"""A whole night with a sample, as a user runs it, in processes whose every output, file and temporary file is kept."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.real.canaries import left_behind, seen_in

_INVENTORY = """\
version: 1
estate: {{id: acme, name: "ACME", timezone: Europe/Berlin}}
authorization:
  {{owner: us, approved_by: us, ticket: T-1, valid_from: 2026-01-01, valid_until: 2099-12-31, contact: us@example.org,
    sampling: {{approved_by: "Data Protection Officer"}}}}
scope: {{networks: [127.0.0.0/8]}}
hosts:
  - {{name: db-1, address: 127.0.0.1, services: [{{product: {product}, port: {port}}}]}}
"""


@dataclass(slots=True)
class Night:
    """What the commands of one night printed; all that they wrote lies below `folder`."""

    folder: Path
    said: list[str] = field(default_factory=list)

    def run(self, *words: str, codes: Sequence[int] = (0,)) -> str:
        """Runs a command at its most verbose and returns its standard output."""
        places = {"HOME": "home", "TMPDIR": "tmp", "AUDITOR_STATE_DIR": "state", "XDG_STATE_HOME": "xdg"}
        for name in places.values():
            (self.folder / name).mkdir(exist_ok=True)
        done = subprocess.run(
            (sys.executable, "-X", "dev", "-m", "auditor", *words),
            cwd=self.folder,
            env={
                **os.environ,
                **{key: str(self.folder / name) for key, name in places.items()},
                "PYTHONASYNCIODEBUG": "1",
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self.said += [done.stdout, done.stderr]
        assert done.returncode in codes, done.stderr
        return done.stdout

    @property
    def results(self) -> dict[str, Any]:
        """The results that the audit wrote."""
        document: dict[str, Any] = json.loads((self.folder / "results.json").read_text())
        return document

    def personal(self, dataset: str) -> dict[str, Any]:
        """The personal fields of a data set in the results, by name."""
        (outcome,) = self.results["outcomes"]
        (found,) = [each for each in outcome["datasets"] if each["name"] == dataset]
        return {each["field"]: each for each in found["personal"]}

    def prove(self, dataset: str, *, sample: int) -> None:
        """No planted value is anywhere; what was counted shows that all were read where that was allowed."""
        assert [found for said in self.said for found in seen_in(said.encode())] == []
        assert left_behind(self.folder) == {}
        found = self.personal(dataset)
        if not sample:
            assert all("sample" not in each for each in found.values())
            assert "sample" not in self.results["run"]
            return
        assert self.results["run"]["sample"] == sample
        for name, check in (("email", "email"), ("身份证号", "gb11643"), ("iban", "iban"), ("mobile", "cn_mobile")):
            counted = found[name]["sample"]
            assert (counted["documents"], counted["values"], counted["distinct"]) == (3, 3, 1)
            assert counted["passed"][check] == 1
        again = (self.folder / "again.html").read_text()
        assert "1 of 1 distinct values pass GB 11643" in again
        assert f"allowed by Data Protection Officer: up to {sample} documents" in again


def spend(folder: Path, product: str, port: int, *, sample: int) -> Night:
    """Audits one server with a sample, or without one for 0, then reads it again in every way that there is."""
    night = Night(folder)
    (folder / "inventory.yaml").write_text(_INVENTORY.format(product=product, port=port))
    night.run("inventory", "plan", "inventory.yaml")
    outputs = ("-o", "html=report.html", "-o", "json=results.json")
    night.run("audit", "inventory.yaml", "--sample", str(sample), "-vv", "--timeout", "30", *outputs, codes=(3,))
    night.run("report", "latest", "-o", "html=again.html", "-o", "json=again.json")
    night.run("report", "results.json", "-o", "html=third.html")
    night.run("explain", "latest", "db-1")
    night.run("explain", "latest", "db-1", "-o", "json")
    night.run("history", "list")
    night.run("history", "show", "latest")
    night.run("record", f"db-1:{port}", "-o", "recorded.json", codes=(0, 4))
    return night
