"""Our side: the command `auditor audit` with an inventory of the estate, as anybody runs it, read from its JSON."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import auditor
from auditor.model.outcome import Verdict
from benchmarks.verdicts.endpoint import Placed
from benchmarks.verdicts.scoring import read_verdict
from benchmarks.verdicts.tool import BenchmarkError, Heard, run

_HEAD = """\
version: 1
estate: {id: verdicts, name: "The estate of benchmarks/verdicts", timezone: UTC}
authorization:
  {owner: us, approved_by: us, ticket: B-1, valid_from: 2026-01-01, valid_until: 2099-12-31, contact: us@example.org}
scope: {networks: [127.20.0.0/16]}
vantage: "this machine, over loopback"
hosts:
"""


class Ours:
    """`auditor audit` with its defaults. It is told no more than the others: an address, a port, a product."""

    name = "auditor"
    version = f"auditor {auditor.__version__}, `auditor audit` with its defaults"

    async def look(self, placed: Sequence[Placed], folder: Path) -> Mapping[str, Heard]:
        """The verdict on each endpoint."""
        inventory, results = folder / "inventory.yaml", folder / "audit.json"
        inventory.write_text(write_inventory(placed), "utf-8")
        words = [sys.executable, "-m", "auditor", "audit", str(inventory), "-o", f"json={results}"]
        words += ["--state-dir", str(folder / "state"), "--quiet", "--fail-on", "never", "--min-coverage", "0"]
        await run(words, seconds=600)
        return read_results(json.loads(results.read_text("utf-8")))


def write_inventory(placed: Sequence[Placed]) -> str:
    """The inventory of an estate."""
    lines = [
        f"  - {{name: {json.dumps(one.endpoint.name)}, address: {one.address},"
        f" services: [{{product: {one.endpoint.product}, port: {one.endpoint.port}}}]}}\n"
        for one in placed
    ]
    return _HEAD + "".join(lines)


def read_results(report: Mapping[str, Any]) -> dict[str, Heard]:
    """What the JSON of an audit says of each host.

    Raises:
        BenchmarkError: it holds no outcomes.
    """
    outcomes = report.get("outcomes")
    if not outcomes:
        raise BenchmarkError("the audit's JSON holds no outcomes")
    heard: dict[str, Heard] = {}
    for outcome in outcomes:
        verdict = Verdict(outcome["verdict"])
        spent = sum(each["milliseconds"] for each in outcome.get("transcript", ())) / 1000
        words = f"{verdict.value}: {outcome['why']} ({outcome['rule']})"
        heard[outcome["host"]] = Heard(read_verdict(verdict), words, round(spent, 2))
    return heard
