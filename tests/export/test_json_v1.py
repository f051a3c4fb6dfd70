"""The canonical JSON keeps its promise: every key, every text whole, any size, and the way back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from auditor.export.json_v1 import JsonExporter, json_schema, read
from auditor.model.finding import Finding
from auditor.model.outcome import Outcome, Verdict
from auditor.model.report import AuditReport
from tests.export import reports

REPORTS = {
    "shanghai": reports.shanghai(),
    "spotless": reports.spotless(),
    "empty": reports.empty(),
    "partial": reports.partial(),
    "hostile": reports.hostile(),
    "large": reports.large(hosts=300, exposures=30, fields=600),
}
SCHEMA: Draft202012Validator = Draft202012Validator(json_schema())


def write(report: AuditReport) -> bytes:
    sink = BytesIO()
    JsonExporter().write(report, sink)
    return sink.getvalue()


@pytest.fixture(params=REPORTS, scope="module")
def report(request: pytest.FixtureRequest) -> AuditReport:
    return REPORTS[str(request.param)]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_every_file_validates(report: AuditReport) -> None:
    SCHEMA.validate(json.loads(write(report)))


def test_what_was_written_is_read_and_written_again_letter_for_letter(report: AuditReport) -> None:
    written = write(report)
    again = read(written, name="results.json")
    assert write(again) == written


def test_what_is_read_equals_what_was_written_but_for_what_only_the_inventory_knows(report: AuditReport) -> None:
    again = read(write(report), name="results.json")
    assert (again.run, again.estate, again.authorization, again.coverage) == (
        report.run,
        report.estate,
        report.authorization,
        report.coverage,
    )
    assert (again.scope, again.requests, again.classification) == (report.scope, report.requests, report.classification)
    assert list(again.findings) == list(report.findings)
    assert list(again.outcomes) == list(report.outcomes)  # the factory's assets list no services


def test_the_promised_keys_are_there_and_as_promised() -> None:
    document = json.loads(write(REPORTS["shanghai"]))
    assert document["schema"] == "auditor.report/1"
    assert document["run"] == {
        "id": "20261121T021500Z-7f3a", "started": "2026-11-21T02:15:00Z", "finished": "2026-11-21T02:17:41.250000Z",
        "complete": True, "version": "0.1.0", "profile": "normal", "vantage": "bastion in dc1 (10.0.0.0/16)",
        "sample": 40,
    }  # fmt: skip
    assert document["coverage"]["targets"] == sum(document["coverage"]["verdicts"].values())
    outcome = document["outcomes"][0]
    assert {key: outcome[key] for key in ("host", "address", "port", "product", "verdict", "reach", "access")} == {
        "host": "es-ga-1", "address": "10.0.4.10", "port": 9200, "product": "elasticsearch", "verdict": "open",
        "reach": "answered", "access": "records",
    }  # fmt: skip
    assert outcome["service"]["name"] == "OpenSearch"
    assert outcome["evidence"][0] == {
        "request": "GET /",
        "status": 200,
        "why": "names itself OpenSearch 2.11.0, cluster gabase",
    }
    assert outcome["datasets"][0]["personal"][0]["categories"] == ["person_name"]
    finding = document["findings"][0]
    assert list(finding)[:5] == ["fingerprint", "rule", "severity", "host", "address"]
    assert {"port", "object", "title", "why", "fix", "verify", "controls"} <= set(finding)
    assert finding["object"] is None


def test_every_outcome_and_every_finding_has_a_line_of_its_own() -> None:
    whole = REPORTS["shanghai"]
    lines = write(whole).decode().splitlines()
    rows = [line.rstrip(",") for line in lines if line.startswith("  {")]
    assert len(rows) == len(list(whole.outcomes)) + len(list(whole.findings))
    assert all(isinstance(json.JSONDecoder().raw_decode(row.strip())[0], dict) for row in rows)


def test_a_silent_host_with_no_service_is_null() -> None:
    document = json.loads(write(REPORTS["partial"]))
    assert document["outcomes"][3]["service"] is None
    assert document["outcomes"][3]["evidence"] == []


class Stream:
    """Rows made as they are asked for, counting how many were held at once."""

    def __init__(self, row: Any, count: int) -> None:
        self.row, self.count, self.times = row, count, 0

    def __iter__(self) -> Iterator[Any]:
        self.times += 1
        for number in range(self.count):
            yield replace(self.row, **({"finished": float(number + 1)} if isinstance(self.row, Outcome) else {}))


class Sink(BytesIO):
    """Remembers the largest piece it was given, and keeps none."""

    largest = 0
    total = 0

    def write(self, data: Any) -> int:
        self.largest = max(self.largest, len(data))
        self.total += len(data)
        return len(data)

    def writelines(self, pieces: Any) -> None:
        for piece in pieces:
            self.write(piece)


def test_rows_stream_through_one_by_one_and_are_iterated_once() -> None:
    whole = REPORTS["shanghai"]
    outcomes = Stream(next(iter(whole.outcomes)), 2000)
    findings = Stream(next(iter(whole.findings)), 2000)
    sink = Sink()
    JsonExporter().write(replace(whole, outcomes=outcomes, findings=findings), sink)
    assert (outcomes.times, findings.times) == (1, 1)
    assert sink.total > 5_000_000
    assert sink.largest < 20_000


names = st.text(st.characters(codec=None), max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.lists(names, min_size=1, max_size=3))
def test_any_name_goes_through_and_comes_back(texts: list[str]) -> None:
    report = reports.hostile(texts)
    written = write(report)
    SCHEMA.validate(json.loads(written))
    again = read(written, name="r.json")
    assert [each.target.host for each in again.outcomes] == [each.target.host for each in report.outcomes]
    assert list(again.findings) == list(report.findings)
    assert write(again) == written
    # Nothing in the file acts on a terminal or hides from a reader.
    assert all(line.isprintable() for line in written.decode("utf-8").split("\n"))


def test_chinese_stays_readable_and_what_hides_is_escaped() -> None:
    assert "姓名" in write(reports.shanghai()).decode()
    written = write(reports.hostile(["a\u202eb", "x\x9by", "\ud800"])).decode()
    assert "\\u202e" in written
    assert "\\u009b" in written
    assert "\\ud800" in written
    assert "\u202e" not in written


@given(st.floats(0, 4e9, allow_nan=False))
def test_the_time_of_an_outcome_is_the_same_after_any_number_of_readings(finished: float) -> None:
    first = next(iter(REPORTS["shanghai"].outcomes))
    once = read(write(replace(REPORTS["shanghai"], outcomes=[replace(first, finished=finished)])), name="r")
    assert abs(next(iter(once.outcomes)).finished - finished) < 1e-3
    assert write(read(write(once), name="r")) == write(once)


def test_the_finding_keeps_its_object_when_it_is_empty() -> None:
    finding: Finding = replace(next(iter(REPORTS["shanghai"].findings)), object="")
    again = read(write(replace(REPORTS["shanghai"], findings=[finding])), name="r")
    assert next(iter(again.findings)).object == ""


@pytest.mark.fact("VERDICT-02")
def test_every_verdict_is_in_the_schema() -> None:
    allowed = json_schema()["$defs"]["outcome"]["properties"]["verdict"]["enum"]
    assert set(allowed) == set(Verdict)
    assert len(allowed) == 16
