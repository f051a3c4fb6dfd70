"""Where an embedded server cannot be had, its recording gives the same verdicts and the same findings."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from auditor.audit import audit
from auditor.cli.inventory import read_inventory
from auditor.demo import estate
from auditor.examine import assemble
from auditor.history.store import Store
from auditor.inventory.spread import Selection
from auditor.model.report import AuditReport
from auditor.sweep.engine import LocalEngine
from auditor.sweep.feeder import Settings
from auditor.sweep.halt import Halt
from auditor.sweep.pace import PROFILES

RECORDINGS = Path(estate.__file__).parent / "recordings"


def audited(folder: Path) -> tuple[tuple[str, ...], dict[str, Any]]:
    """What the demo says of its servers, and what an audit says of each."""
    with estate.start(folder) as running, Store.open(folder / "state") as store:
        inventory = read_inventory(str(running.inventory))
        report: AuditReport = asyncio.run(
            audit(
                inventory, selection=Selection(), settings=Settings(scope=inventory.scope, pace=PROFILES["normal"]),
                toolkit=assemble(), engine=LocalEngine(), store=store, halt=Halt(),
            )
        )  # fmt: skip
        found = {
            outcome.target.host: (
                outcome.verdict,
                {
                    data.name: (data.records, sorted((field.field, field.categories) for field in data.personal))
                    for data in outcome.observation.datasets
                },
            )
            for outcome in report.outcomes
        }
    return running.servers, found


def test_the_recording_says_what_the_real_servers_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("osmem_server", reason="needs the embedded search server to compare with")
    pytest.importorskip("nx_27017", reason="needs the embedded document server to compare with")
    (tmp_path / "real").mkdir()
    (tmp_path / "recorded").mkdir()
    _, real = audited(tmp_path / "real")
    monkeypatch.setattr(estate, "_installed", lambda package: False)
    servers, recorded = audited(tmp_path / "recorded")
    assert recorded == real
    assert sum("RECORDING" in line for line in servers) == 2


@pytest.mark.parametrize("name", ["search", "documents"])
def test_a_recording_holds_no_record(name: str) -> None:
    text = (RECORDINGS / f"{name}.json").read_text(encoding="utf-8")
    for value in (
        "甲一一",
        "虚构市",
        "person0@example.org",
        "generated for a demonstration",
        "示例路",
        "segment merged",
    ):
        assert value not in text
        assert json.dumps(value)[1:-1] not in text
