"""History keeps what it is given, streams it back, and refuses files that are not its own."""

import os
import sqlite3
import stat
from dataclasses import replace
from datetime import UTC, date, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from auditor import judge, rulebook
from auditor.history.migration import HistoryError
from auditor.history.store import FILE_NAME, RunRecord, Store
from auditor.model.finding import Finding
from auditor.model.outcome import Outcome, Verdict
from auditor.model.plan import RequestTemplate
from auditor.model.report import CoverageLedger, InventoryRef, NetworkTally
from auditor.model.target import Authorization, Estate, Scope
from tests import factory

STARTED = datetime(2026, 11, 21, 2, 15, tzinfo=UTC)


def record(name: str = "run-1", started: datetime = STARTED) -> RunRecord:
    return RunRecord(
        id=name,
        started=started,
        version="0.1.0",
        profile="normal",
        vantage="office",
        estate=Estate("acme", "ACME", "Europe/Berlin"),
        authorization=Authorization("ACME", "Head", "SEC-1", date(2026, 11, 1), date(2027, 1, 31), "a@example.org"),
        inventory=InventoryRef("inventory.yaml", "00" * 32),
        scope=Scope((ip_network("127.0.0.0/8"), ip_network("fd00::/8")), allow_public=False),
        requests=(RequestTemplate("es-root", "elasticsearch", "GET /", "always", "who answers"),),
    )


def findings(outcome: Outcome) -> tuple[Finding, ...]:
    return judge.judge_outcome(outcome, rulebook.builtin("elasticsearch"), estate="acme", book=rulebook.builtin_book())


def test_what_was_kept_comes_back_equal_and_can_be_read_twice(tmp_path: Path) -> None:
    opened = factory.opened(factory.personal("人口", "national_id"), line=12)
    closed = factory.closed(line=11)
    ledger = CoverageLedger(
        3, {Verdict.OPEN: 1, Verdict.AUTH_REQUIRED: 1, Verdict.REFUSED: 1},
        (NetworkTally("dc1", "127.0.1.0/30", "mongodb", 27017, 1, 1, 0, 0),),
    )  # fmt: skip
    with Store.open(tmp_path) as store:
        store.begin(record())
        store.add("run-1", opened, findings(opened))
        store.add("run-1", closed, ())
        store.finish("run-1", finished=STARTED, complete=True, coverage=ledger)
    with Store.open(tmp_path) as store:
        report = store.report("run-1")
        assert list(report.outcomes) == [closed, opened]  # the inventory's order
        assert list(report.outcomes) == [closed, opened]
        assert [f.severity.value for f in report.findings] == ["critical", "critical", "medium", "low"]
        assert set(report.findings) == set(findings(opened))
        assert report.coverage == ledger
        assert report.scope == record().scope
        assert report.authorization == record().authorization
        assert report.requests == record().requests
        assert (report.run.started, report.run.complete, report.run.vantage) == (STARTED, True, "office")


def test_a_run_that_was_killed_is_partial_and_keeps_what_was_flushed(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.begin(record())
    store.add("run-1", factory.closed(), ())
    store.flush()
    store.add("run-1", factory.opened(), ())  # never flushed: the process ends here
    with Store.open(tmp_path) as after:
        report = after.report("run-1")
        assert [outcome.verdict for outcome in report.outcomes] == [Verdict.AUTH_REQUIRED]
        assert report.coverage == CoverageLedger(1, {Verdict.AUTH_REQUIRED: 1})
        assert not report.run.complete
        assert after.runs()[0].finished is None


def test_runs_come_newest_first_and_are_found_by_the_beginning_of_their_id(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.begin(record("20261120T-aa", STARTED.replace(day=20)))
        store.begin(record("20261121T-ab", STARTED))
        assert [line.id for line in store.runs()] == ["20261121T-ab", "20261120T-aa"]
        assert store.runs(estate="other") == ()
        assert store.find("latest") == "20261121T-ab"
        assert store.find("20261120") == "20261120T-aa"
        with pytest.raises(HistoryError, match="more than one run '202611'"):
            store.find("202611")
        with pytest.raises(HistoryError, match="no run 'x'"):
            store.find("x")
        with pytest.raises(HistoryError, match="no run 'x'"):
            store.report("x")


def test_wildcards_in_a_run_id_are_letters(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.begin(record())
        for word in ("%", "_", "run_1"):
            with pytest.raises(HistoryError, match="no run"):
                store.find(word)


def test_folder_and_file_are_for_the_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        Store.open(tmp_path / "state").__exit__(None, None, None)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "state" / FILE_NAME).stat().st_mode) == 0o600


def test_a_foreign_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    with sqlite3.connect(path) as foreign:
        foreign.execute("CREATE TABLE things (name TEXT)")
    foreign.close()
    before = path.read_bytes()
    with pytest.raises(HistoryError, match="another program"):
        Store.open(tmp_path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(HistoryError, match="damaged or no database"):
        Store.open(tmp_path)
    assert path.read_bytes() == b"not a database at all" * 100


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    Store.open(tmp_path).__exit__(None, None, None)
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(HistoryError, match="newer version"):
        Store.open(tmp_path)


def test_a_place_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HistoryError, match="cannot be opened"):
        Store.open(tmp_path / "file" / "state")


def test_many_outcomes_are_written_in_batches_and_each_once(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.begin(record())
        for number in range(600):
            store.add("run-1", factory.closed(f"host-{number:03}", line=number + 1), ())
        store.add("run-1", replace(factory.closed("host-000", line=1), why="asked again"), ())
        outcomes = list(store.report("run-1").outcomes)
    assert len(outcomes) == 600
    assert outcomes[0].why == "asked again"
    assert [outcome.target.host for outcome in outcomes] == sorted(outcome.target.host for outcome in outcomes)
