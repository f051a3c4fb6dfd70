"""A report put into a history, as the audit that it tells of would have kept it."""

from datetime import UTC, datetime
from pathlib import Path

from auditor.history.store import RunRecord, Store
from auditor.model.report import AuditReport


def keep(whole: AuditReport, folder: Path) -> None:
    """Keeps a complete run in the history in `folder`: each outcome, and its findings with it."""
    record = RunRecord(
        id=whole.run.id, started=whole.run.started, version="0.1.0", profile="normal", vantage=None,
        estate=whole.estate, authorization=whole.authorization, inventory=whole.inventory, scope=whole.scope,
    )  # fmt: skip
    with Store.open(folder) as store:
        store.begin(record)
        for outcome in whole.outcomes:
            mine = [
                each for each in whole.findings if (each.host, each.port) == (outcome.target.host, outcome.target.port)
            ]
            store.add(whole.run.id, outcome, mine)
        store.finish(
            whole.run.id, finished=datetime(2026, 11, 21, 3, tzinfo=UTC), complete=True, coverage=whole.coverage
        )
