"""What a report amounts to is counted once, from front to back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from auditor.export import words
from auditor.export.clock import Clock
from auditor.export.language import Language
from auditor.export.ledger import ledger
from auditor.export.summary import summarise
from auditor.export.words import Group
from auditor.model.dataset import DataSet, Kind
from auditor.model.finding import Severity
from auditor.model.observation import Access, Service
from auditor.model.outcome import Verdict
from auditor.model.report import CoverageLedger, NetworkTally
from tests.export import reports
from tests.export.making import CUSTOMERS, outcome, personal, report


class Once:
    """Rows that remember how often they were asked for."""

    def __init__(self, rows: Any) -> None:
        self.rows, self.times = tuple(rows), 0

    def __iter__(self) -> Iterator[Any]:
        self.times += 1
        return iter(self.rows)


def test_outcomes_and_findings_are_iterated_once() -> None:
    whole = reports.shanghai()
    outcomes, findings = Once(whole.outcomes), Once(whole.findings)
    summarise(replace(whole, outcomes=outcomes, findings=findings))
    assert (outcomes.times, findings.times) == (1, 1)


def test_every_outcome_is_exposed_protected_or_a_gap() -> None:
    whole = reports.shanghai()
    summary = summarise(whole)
    rest = sum(1 for each in whole.outcomes if each.verdict.exposed)
    assert rest + len(summary.shields) + sum(len(gap.ports) for gap in summary.gaps) == len(list(whole.outcomes))


def test_what_could_not_be_judged_comes_before_what_is_only_absent() -> None:
    verdicts = [gap.verdict for gap in summarise(reports.shanghai()).gaps]
    unjudged = [verdict.untested for verdict in verdicts]
    assert unjudged == sorted(unjudged, reverse=True)
    assert verdicts[-1] is Verdict.REFUSED


def test_findings_of_all_severities_are_counted_and_owners_ordered_by_what_weighs_most() -> None:
    summary = summarise(reports.shanghai())
    assert summary.severities == {
        Severity.CRITICAL: 7, Severity.HIGH: 1, Severity.MEDIUM: 2, Severity.LOW: 1, Severity.INFO: 1,
    }  # fmt: skip
    assert summary.owners[0].name == "search-team"
    assert summary.owners[-1].name is None


def test_an_object_reached_by_two_ways_is_one_place_and_equal_names_elsewhere_are_not() -> None:
    data = DataSet("users", Kind.INDEX, 5, None, True, personal=personal(CUSTOMERS))
    untold = replace(data, records=None)

    def reached(host: str, found: DataSet, cluster: str | None) -> Any:
        service = Service("Elasticsearch", "8.5.0", cluster)
        return outcome(
            host, 9200, "elasticsearch", Verdict.OPEN, access=Access.RECORDS, service=service, datasets=(found,)
        )

    same = summarise(report([reached("a", data, "prod"), reached("b", data, "prod")], []))
    assert (same.places, same.records) == (1, 5)
    for others in (
        [reached("a", data, "prod"), reached("b", data, "test")],
        [reached("a", data, "prod"), reached("b", replace(data, records=6), "prod")],
        [reached("a", data, None), reached("b", data, None)],
        [reached("a", untold, "prod"), reached("b", untold, "prod")],
    ):
        assert summarise(report(others, [])).places == 2


def test_the_ledger_keeps_the_counted_apart_and_its_sum_is_the_inventorys() -> None:
    tallies = (NetworkTally("n", "10.0.0.0/24", "mongodb", 27017, 256, 20, 230, 6),)
    coverage = CoverageLedger(260, {Verdict.REFUSED: 22, Verdict.TIMED_OUT: 231, Verdict.OPEN: 7}, tallies)
    book = ledger(coverage)
    assert (book.listed, book.counted, book.total) == (10, 250, 260)
    assert {line.verdict: (line.listed, line.counted) for line in book.lines} == {
        Verdict.OPEN: (7, 0),
        Verdict.REFUSED: (2, 20),
        Verdict.TIMED_OUT: (1, 230),
    }
    assert book.groups[Group.UNKNOWN] == coverage.incomplete == 1


def test_a_ledger_that_does_not_add_up_never_counts_below_nothing() -> None:
    tallies = (NetworkTally("n", "10.0.0.0/24", "mongodb", 27017, 256, 20, 230, 6),)
    book = ledger(CoverageLedger(5, {Verdict.TIMED_OUT: 5}, tallies))
    assert [(line.listed, line.counted) for line in book.lines] == [(0, 5)]


def test_every_verdict_and_severity_has_its_words() -> None:
    assert set(words.VERDICTS) == set(Verdict)
    assert set(words.SEVERITIES) == set(Severity)
    assert set(words.GROUPS) == set(Group)
    for verdict, about in words.VERDICTS.items():
        assert (about.group is Group.EXPOSED) == verdict.exposed
        assert (about.group is Group.PROTECTED) == verdict.protected
        assert (about.group is Group.UNKNOWN) == verdict.untested
    assert len({about.label for about in words.VERDICTS.values()}) == len(Verdict)


def test_times_are_told_in_utc_and_in_the_estates_zone() -> None:
    when = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    clock = Clock("Asia/Shanghai")
    assert clock.utc(when) == "2026-11-21 23:30 UTC"
    assert clock.local(when) == "2026-11-22 07:30 Asia/Shanghai"
    assert Clock("UTC").local(when) == Clock("no zone").local(when) == ""
    spans = {0.25: "0.2 s", 59: "59.0 s", 161.25: "2 min 41 s", 7325: "2 h 2 min", -5: "0.0 s"}
    for seconds, told in spans.items():
        assert clock.span(when, when + timedelta(seconds=seconds)) == told


def test_a_sentence_without_a_translation_is_english() -> None:
    german = Language("de", {"Findings": "Befunde", "{n} host": "{n} Server", "{n} hosts": "{n} Server"})
    assert german.t("Findings") == "Befunde"
    assert german.t("Owner") == "Owner"
    assert german.tn("{n} host", "{n} hosts", 1200) == "1,200 Server"
    assert Language("en").t("{a} and {b}", a="{b}", b="x") == "{b} and x"
