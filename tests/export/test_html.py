"""The report says what was found, no more and no less, and no server's text becomes part of the page."""

import base64
import hashlib
import re
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.export.html import HtmlExporter
from auditor.export.interface import ExportError, ExportOptions
from auditor.export.json_v1 import JsonExporter, read
from auditor.export.rows import ObjectRow
from auditor.export.tables import STATIC_ROWS
from auditor.export.visible import visible
from auditor.model.outcome import Verdict
from auditor.model.report import AuditReport, CoverageLedger
from tests.export import reports
from tests.export.page import Element, Page, render

EXPORTER = HtmlExporter()


def page_of(report: AuditReport) -> Page:
    sink = BytesIO()
    EXPORTER.write(report, sink)
    return Page(sink.getvalue().decode("utf-8"))


@pytest.fixture(scope="module")
def shanghai() -> Page:
    return page_of(reports.shanghai())


@pytest.mark.parametrize("make", [reports.shanghai, reports.spotless, reports.empty, reports.partial, reports.hostile])
def test_every_report_is_well_formed_with_all_sections_and_unique_ids(make: object) -> None:
    page = page_of(make())  # type: ignore[operator]  # a factory
    assert page.problems == []
    ids = [each.attributes["id"] for each in page.root.walk() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    sections = [each.attributes["id"] for each in page.root.all("section")]
    assert sections == [
        "summary", "scope", "coverage", "changes", "findings", "personal", "controls", "risks", "protected", "method",
        "signoff", "appendix",
    ]  # fmt: skip
    targets = {str(each.attributes["href"])[1:] for each in page.root.all("a") if each.attributes.get("href")}
    assert targets <= set(ids)


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render(reports.shanghai()) == render(reports.shanghai())


def test_a_report_from_a_results_file_is_the_same_page() -> None:
    sink = BytesIO()
    JsonExporter().write(reports.shanghai(), sink)
    assert render(read(sink.getvalue(), name="r")) == render(reports.shanghai())


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_allows_our_own_style_and_script_by_their_digests_and_nothing_else(shanghai: Page) -> None:
    meta = next(m for m in shanghai.root.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy")
    policy = dict(part.split(" ", 1) for part in str(meta.attributes["content"]).split("; "))
    styles = [digest(each.text) for each in shanghai.root.all("style")]
    scripts = [digest(each.text) for each in shanghai.root.all("script") if "type" not in each.attributes]
    assert policy == {
        "default-src": "'none'",
        "style-src": " ".join(styles),
        "script-src": " ".join(scripts),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert len(styles) == 2
    assert len(scripts) == 1


def test_the_page_asks_nobody_for_anything(shanghai: Page) -> None:
    for each in shanghai.root.walk():
        assert each.tag not in {"link", "img", "iframe", "object", "embed", "base", "form", "audio", "video", "source"}
        assert not {"style", "src", "srcset", "action", "data", "background"} & set(each.attributes)
        assert not any(name.startswith("on") for name in each.attributes)
        assert str(each.attributes.get("href", "#")).startswith("#")
    style = "".join(each.text for each in shanghai.root.all("style"))
    assert "url(" not in style
    assert "@import" not in style
    forbidden = r"fetch\(|XMLHttpRequest|innerHTML|insertAdjacentHTML|eval\(|\.style\b"
    assert not re.search(forbidden, shanghai.root.all("script")[1].text)


def test_every_data_column_has_a_heading_and_every_table_a_caption(shanghai: Page) -> None:
    for table in shanghai.root.all("table"):
        assert len(table.all("caption")) == 1
        assert all(each.attributes.get("scope") in {"col", "row"} for each in table.all("th"))
    assert all(each.attributes.get("aria-hidden") == "true" for each in shanghai.root.all("svg"))


def test_the_summary_counts_what_is_open_and_what_is_unknown(shanghai: Page) -> None:
    summary = shanghai.root.find("summary").text
    assert "6 services answer strangers." in summary
    # Reached directly and through the dashboard, it is one place.
    assert "Personal data seems to lie open in 5 places." in summary
    assert "about 1,051,751,875 records" in summary
    assert "5 targets could not be judged; they are not counted as safe." in " ".join(summary.split())
    assert "1,023 addresses of whole networks stayed silent or refused" in summary
    assert "2026-11-21 02:15 UTC" in summary
    assert "2026-11-21 10:15 Asia/Shanghai" in summary
    assert "Complete" in summary


def test_an_estate_without_findings_is_praised_only_when_everything_was_judged() -> None:
    clean = page_of(reports.spotless()).root.find("summary").text
    assert "No audited service answered a stranger." in clean
    gap = replace(reports.spotless(), coverage=CoverageLedger(4, {Verdict.AUTH_REQUIRED: 3, Verdict.TIMED_OUT: 1}))
    summary = page_of(gap).root.find("summary").text
    assert "No audited service answered a stranger." not in summary
    assert "No open service was found, but this audit is not complete." in summary
    assert "1 target could not be judged; it is not counted as safe." in summary


def test_an_interrupted_run_says_so_and_praises_nothing() -> None:
    for report in (reports.partial(), replace(reports.spotless(), run=reports.partial().run)):
        summary = page_of(report).root.find("summary").text
        assert "Partial: interrupted before the end" in summary
        assert "this audit is not complete" in summary
        assert "Complete" not in summary.replace("not complete", "")


def test_an_empty_inventory_is_no_clean_bill() -> None:
    page = page_of(reports.empty())
    assert "Nothing was audited" in page.root.find("summary").text
    assert "No audited service answered" not in page.root.text


def test_every_unjudged_host_is_listed_with_its_reason(shanghai: Page) -> None:
    coverage = shanghai.root.find("coverage").text
    for host, why in (
        ("es-dr-1", "No answer to three connection attempts of 3 s each."),
        ("mongo-gone", "does not exist (NXDOMAIN)"),
        ("es-cloud", "outside the scope; no packet was sent"),
        ("kibana-x", "closed it without a byte"),
    ):
        assert host in coverage
        assert why in coverage
    assert "9200, 9201" in coverage  # two silent ports of one host are one line


def test_only_what_turned_a_stranger_away_is_listed_as_protected(shanghai: Page) -> None:
    protected = shanghai.root.find("protected").text
    assert "bastion in dc1 (10.0.0.0/16)" in protected
    assert "Elasticsearch security" in protected
    assert 'a proxy in front (nginx, realm "ops")' in protected
    listed = {row[1] for row in shanghai.island["tables"]["shields"]}
    names = {shanghai.island["strings"][number] for number in listed}
    assert names == {*(f"es-{n}" for n in range(11, 19)), "mongo-pay", "kibana-hr"}


def test_personal_data_is_grouped_by_kind_of_record_with_volumes_and_what_is_called_out(shanghai: Page) -> None:
    (table,) = (each for each in shanghai.root.all("table") if each.attributes.get("class") == "kinds")
    rows = [[cell.text for cell in row.children if isinstance(cell, Element)] for row in table.all("tr")]
    # The register was reached directly and through the dashboard, and is counted once.
    assert rows == [
        ["Kind of record", "Objects", "Records", "Called out"],
        [
            "Civil identity record",
            "1",
            "969,830,655",
            "special categories: Ethnicity, Police or criminal record; minors; key persons",
        ],
        ["Police case record", "1", "73,451,457", "–"],
        ["Customer or order record", "1", "48,211", "special categories: Bank account, Payment card"],
        ["Log with accounts", "1", "8,120,000", "–"],
        ["Not of a known kind", "1", "301,552", "–"],
    ]


def test_each_object_bears_its_kind_of_record_and_they_come_by_kind(shanghai: Page) -> None:
    strings, rows = shanghai.island["strings"], shanghai.island["tables"]["objects"]
    record, called = (ObjectRow._fields.index(name) for name in ("record", "called"))
    told = [(row[record] and strings[row[record]], row[called] and strings[row[called]]) for row in rows]
    assert [kind for kind, _ in told] == [
        "Civil identity record", "Civil identity record", "Police case record", "Customer or order record",
        "Log with accounts", None,
    ]  # fmt: skip
    assert told[0][1] == "special categories: Ethnicity, Police or criminal record; minors; key persons"
    for about in ("Civil identity record", "minors; key persons"):
        assert about in shanghai.root.find("personal").text


def test_controls_are_worded_as_evidence_and_never_as_failure(shanghai: Page) -> None:
    text = shanghai.root.find("controls").text
    assert "evidence relevant to" in text.lower()
    assert "A.8.5" in text
    assert not re.search(
        r"\b(fail(ed|s|ure)?|pass(ed|es)?|(non-?)?complian\w+|violat\w+)\b",
        shanghai.root.find("main").text.replace(shanghai.root.find("personal").text, ""),  # where values pass checksums
        re.IGNORECASE,
    )


def test_a_card_has_why_evidence_fix_command_and_controls(shanghai: Page) -> None:
    card = next(each for each in shanghai.root.all("article") if "Dashboards can be read" in each.text)
    for part in (
        "Critical: es-ga-1 could be read through this console",
        "POST /api/console/proxy?path=_search%3Fsize%3D0&method=GET",
        "the cluster answered a search through it, no login asked",
        "Behind it stands OpenSearch 2.11.0, cluster gabase.",
        "Require a login in Dashboards",
        "curl -sS -XPOST -H 'osd-xsrf: 1'",
        "ISO/IEC 27001:2022 A.8.5",
        "platform",
    ):
        assert part in card.text


def test_static_rows_and_the_island_say_the_same(shanghai: Page) -> None:
    strings = shanghai.island["strings"]
    for table in shanghai.root.walk():
        name = table.attributes.get("data-table")
        if name is None:
            continue
        rows = table.all("tbody")[0].all("tr")
        island = shanghai.island["tables"][name]
        assert len(rows) == len(island)
        for shown, row in zip(rows, island, strict=True):
            texts = {strings[value] for value in row if isinstance(value, int) and value < len(strings)}
            assert all(bdi.text in texts | set(strings) for bdi in shown.all("bdi"))


def test_a_large_estate_is_small_whole_and_its_static_rows_are_bounded() -> None:
    page = page_of(reports.large(hosts=2000, exposures=700, fields=3500))
    island = page.island
    assert len(island["tables"]["findings"]) == 1400
    assert len(island["tables"]["fields"]) == 3500
    for table in (each for each in page.root.walk() if "data-table" in each.attributes):
        assert sum(len(body.all("tr")) for body in table.all("tbody")) <= STATIC_ROWS
    assert "The first 500 of 1,400 rows are printed here." in page.root.find("findings").text
    assert len(page.root.all("article")) == 101  # a hundred and the blank one
    assert len(page.markup) < 2_200_000


names = st.text(st.characters(codec=None), max_size=30) | st.sampled_from(reports.HOSTILE)


@settings(max_examples=40, deadline=None)
@given(st.lists(names, min_size=2, max_size=2))
def test_any_name_is_text_and_nothing_but_text(texts: list[str]) -> None:
    page = page_of(reports.hostile(texts))
    assert page.problems == []
    # The same report with harmless names of the same lengths has the same elements and attributes.
    plain = page_of(reports.hostile([f"{chr(97 + number)}{'x' * len(text)}" for number, text in enumerate(texts)]))
    assert {key for key in page.shape if key[0] != "small"} <= set(plain.shape) | {("span", "class")}
    assert len(page.root.all("script")) == 2
    assert len(page.root.all("style")) == 2
    strings = page.island["strings"]
    for text in texts:
        if len(text) <= 200 and "\n" not in text:
            assert visible(text) in strings
    assert all(string.replace("\n", "").isprintable() for string in strings)
    assert page.markup.replace("\n", "").isprintable()


def test_hostile_names_are_shown_for_what_they_are() -> None:
    page = page_of(reports.hostile())
    text = page.root.find("findings").text
    assert "a⟨U+202E⟩gnp.exe" in text
    assert '"><script>alert(1)</script>' in text
    assert "{{ 7*7 }}" in text
    assert "… (+4,800 characters)" in text
    assert "empty name" in text
    assert "The command holds characters that are spelt out or cut here." in text
    assert "x" * 201 not in page.markup.split('id="data"')[0].replace("x" * 4000, "")


def test_a_hostile_marking_cannot_leave_the_printed_margin() -> None:
    page = page_of(replace(reports.shanghai(), classification='x"} body{display:none} /* </style><script>'))
    margins = page.root.all("style")[1].text
    assert re.fullmatch(r'@page\{(@[a-z-]+\{content:("[0-9A-Za-z\\]*"|counter\([a-z]+\)| )+\})+\}', margins)
    assert len(page.root.all("script")) == 2


def test_a_fingerprint_that_is_no_word_is_no_anchor_either() -> None:
    odd = replace(next(iter(reports.shanghai().findings)), fingerprint='x" onclick="alert(1)')
    page = page_of(replace(reports.shanghai(), findings=[odd]))
    article = page.root.all("article")[0]
    assert re.fullmatch(r"finding-[0-9a-f]{32}", str(article.attributes["id"]))


def test_an_unknown_zone_of_the_estate_is_left_out_and_one_of_the_user_is_an_error() -> None:
    for zone in ("Mars/Olympus", "../../etc/passwd", "", "/etc/localtime"):
        odd = replace(reports.shanghai(), estate=replace(reports.shanghai().estate, timezone=zone))
        assert "2026-11-21 02:15 UTC" in page_of(odd).root.find("summary").text
    assert "03:15 Europe/Berlin" in Page(render(reports.shanghai(), timezone="Europe/Berlin").decode()).root.text
    with pytest.raises(ExportError, match="'Mars' is not a time zone"):
        render(reports.shanghai(), timezone="Mars")


def test_a_language_that_reports_do_not_speak_is_an_error() -> None:
    with pytest.raises(ExportError, match="do not speak 'tlh'; there are: en"):
        HtmlExporter(ExportOptions(lang="tlh"))


def test_the_digests_can_be_checked(shanghai: Page) -> None:
    appendix = shanghai.root.find("appendix").text
    assert hashlib.sha256(shanghai.root.find("data").text.encode()).hexdigest() in appendix
    assert reports.shanghai().inventory.sha256 in appendix
