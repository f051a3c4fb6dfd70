"""The report in a real browser: offline, quiet, readable without its script, and quick to search with it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from auditor.model.report import AuditReport
from tests.browser.conftest import Open
from tests.export import reports

pytestmark = pytest.mark.browser

A4 = (210 - 2 * 16, 297 - 19 - 17)  # millimetres between the printed margins
LETTER = (215.9 - 2 * 16, 279.4 - 19 - 17)
PIXELS = 96 / 25.4


def rows(page: Page, table: str) -> list[str]:
    return page.locator(f"[data-table={table}] tbody tr").all_inner_texts()


@pytest.mark.parametrize("make", [reports.shanghai, reports.empty, reports.partial, reports.hostile])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_opening_it_asks_for_nothing_and_says_nothing_on_the_console(
    visit: Open, make: Callable[[], AuditReport], scheme: str
) -> None:
    visited = visit(make(), color_scheme=scheme)
    visited.page.wait_for_load_state("networkidle")
    assert len(visited.requests) == 1
    assert visited.requests[0].startswith("file://")
    assert visited.console == []


def test_the_policy_is_in_force(visit: Open) -> None:
    visited = visit(reports.shanghai())
    visited.page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x'}))")
    visited.page.evaluate("document.body.setAttribute('style', 'color: red')")
    visited.page.wait_for_function("true")
    assert any("Content Security Policy" in line for line in visited.console)
    assert visited.page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"


def test_no_name_of_a_server_runs_or_becomes_an_element(visit: Open) -> None:
    visited = visit(reports.hostile())
    page = visited.page
    opened: list[str] = []

    def heard(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", heard)
    for box in page.locator("input[type=search]").all():
        box.fill("script")
        box.fill("")
    page.evaluate(
        """for (const each of JSON.parse(document.getElementById("data").textContent).tables.findings) {
             document.getElementById(`finding-${each[0]}`)?.remove();
             location.hash = `finding-${each[0]}`;
           }"""
    )
    page.wait_for_function("document.querySelector('#opened article')")
    assert opened == []
    assert visited.console == []
    assert page.locator("script").count() == 2
    assert page.locator("main img, main iframe, main form, main style").count() == 0
    assert page.locator("main [onmouseover], main [onclick], main [style]").count() == 0


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_is_wider_than_the_window(visit: Open, width: int) -> None:
    for make in (reports.shanghai, reports.hostile):
        page = visit(make(), viewport={"width": width, "height": 800}).page
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_search_narrows_the_register_and_clearing_brings_it_back(visit: Open) -> None:
    page = visit(reports.shanghai()).page
    register = page.locator("[data-table=findings]")
    assert len(rows(page, "findings")) == 12
    register.get_by_label("Search").fill("MONGO-crm")
    assert len(rows(page, "findings")) == 3
    assert "Rows 1–3 of 3 Filtered from 12." in register.get_by_role("status").inner_text()
    register.get_by_label("Search").fill(":27017")
    assert len(rows(page, "findings")) == 4
    register.get_by_label("Search").fill("no such thing")
    assert rows(page, "findings") == ["No row matches."]
    register.get_by_role("button", name="Clear filters").click()
    assert len(rows(page, "findings")) == 12
    expect(register.get_by_role("button", name="Clear filters")).to_be_hidden()


def test_filters_go_together_and_offer_only_what_is_there(visit: Open) -> None:
    page = visit(reports.shanghai()).page
    register = page.locator("[data-table=findings]")
    severity = register.get_by_label("Severity", exact=True)
    assert severity.locator("option").all_inner_texts() == [
        "All", "Critical (7)", "High (1)", "Medium (2)", "Low (1)", "Info (1)",
    ]  # fmt: skip
    severity.select_option(label="Critical (7)")
    register.get_by_label("Owner").select_option(label="crm (4)")
    assert len(rows(page, "findings")) == 2
    severity.select_option(label="All")
    assert len(rows(page, "findings")) == 4
    register.get_by_label("Owner").select_option(label="(none) (1)")
    assert len(rows(page, "findings")) == 1


def test_a_click_on_a_heading_sorts_and_another_turns_it_round(visit: Open) -> None:
    page = visit(reports.shanghai()).page
    heading = page.locator("[data-table=findings] th", has_text="Records")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert "1,043,282,112" in rows(page, "findings")[0]
    assert "–" in rows(page, "findings")[-1]
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert rows(page, "findings")[0].endswith("12")
    assert "–" in rows(page, "findings")[-1]  # what is not told is last either way
    page.locator("[data-table=shields] th", has_text="Service").get_by_role("button").click()
    hosts = [row.split("\t")[1].split(":")[0] for row in rows(page, "shields")]
    assert hosts == [*(f"es-{n}" for n in range(11, 19)), "kibana-hr", "mongo-pay"]


def test_ten_thousands_of_rows_come_a_window_at_a_time(visit: Open) -> None:
    page = visit(reports.large(hosts=2000, exposures=600, fields=9000)).page
    fields = page.locator("[data-table=fields]")
    assert len(rows(page, "fields")) == 200
    assert fields.get_by_role("status").inner_text() == "Rows 1–200 of 9,000"
    expect(fields.get_by_role("button", name="Previous")).to_be_disabled()
    fields.get_by_role("button", name="Next").click()
    assert fields.get_by_role("status").inner_text() == "Rows 201–400 of 9,000"
    fields.get_by_label("Search").fill("customers-599")
    assert len(rows(page, "fields")) == 15
    assert page.locator("noscript p, noscript table").count() == 0


def test_a_link_to_a_finding_opens_its_card_even_where_none_is_written_out(visit: Open) -> None:
    report = reports.large(hosts=400, exposures=200, fields=400)
    last = list(report.findings)[-1]
    page = visit(report, f"#finding-{last.fingerprint}").page
    card = page.locator(f"#finding-{last.fingerprint}")
    expect(card).to_be_in_viewport()
    expect(card).to_be_focused()
    assert last.title in card.inner_text()
    page.locator("[data-table=findings] tbody a").nth(150).click()
    expect(page.locator("#opened article")).to_have_count(2)
    expect(page.locator("#opened article").first).to_be_in_viewport()
    for section in ("appendix", "personal", "protected"):
        page.locator(f".contents a[href='#{section}']").click()
        expect(page.locator(f"#{section}-title")).to_be_in_viewport()


TEXTS = """article => [...article.querySelectorAll('[data-f]')].map(part =>
  `${part.dataset.f}: ${part.textContent.replace(/\\s+/g, ' ').trim()}${part.hidden ? ' (hidden)' : ''}`)"""


@pytest.mark.parametrize("make", [reports.shanghai, reports.hostile])
def test_a_card_made_by_the_script_is_the_card_that_is_written_out(
    visit: Open, make: Callable[[], AuditReport]
) -> None:
    page = visit(make()).page
    for key in [str(each.get_attribute("id")) for each in page.locator("main article").all()]:
        written = page.locator(f"#{key}")
        before: Any = (written.evaluate(TEXTS), written.get_attribute("class"))
        written.evaluate("each => each.remove()")
        page.evaluate("key => { location.hash = ''; location.hash = key }", key)
        made = page.locator(f"#opened #{key}")
        expect(made).to_have_count(1)
        assert (made.evaluate(TEXTS), made.get_attribute("class")) == before


def test_rows_made_by_the_script_are_the_rows_that_are_written_out(visit: Open) -> None:
    report = reports.large(hosts=300, exposures=60, fields=300)
    cells = "root => [...root.querySelectorAll('tbody tr')].slice(0, 100).map(row => row.innerHTML)"
    without = visit(report, java_script_enabled=False).page
    scripted = visit(report).page
    for table in ("findings", "objects", "fields", "gaps", "shields"):
        one, other = (page.locator(f"[data-table={table}]") for page in (without, scripted))
        static = one.locator("tbody tr").evaluate_all("rows => rows.slice(0, 100).map(row => row.innerHTML)")
        other.locator("th button").first.click()
        other.locator("th button").first.click()
        other.evaluate("root => root.querySelector('input').dispatchEvent(new Event('input'))")
        assert sorted(other.evaluate(cells)) != []
        assert len(static) == min(100, other.locator("tbody tr").count())


def test_without_the_script_everything_is_there_to_read(visit: Open) -> None:
    page = visit(reports.shanghai(), java_script_enabled=False).page
    assert page.locator("[data-table=findings] tbody tr").count() == 12
    assert page.locator("main article").count() == 12
    assert page.locator("input, select, button").count() == 0
    assert "6 services answer strangers." in page.locator("#summary").inner_text()
    page.locator("[data-table=findings] tbody a").first.click()
    assert re.search(r"#finding-[0-9a-f]{32}$", page.url)
    long = visit(reports.large(hosts=900, exposures=600, fields=600), java_script_enabled=False).page
    assert long.locator("[data-table=findings] tbody tr").count() == 500
    further = long.locator("[data-table=findings] noscript p")
    expect(further).to_be_visible()
    assert further.inner_text().startswith("The first 500 of 1,200 rows are printed here.")


def test_every_control_can_be_reached_by_the_keyboard_and_shows_where_it_is(visit: Open) -> None:
    page = visit(reports.shanghai()).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen: Any = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return [document.activeElement.tagName, s.outlineStyle, parseFloat(s.outlineWidth)] })()"
        )
        reached.add(seen[0])
        assert seen[1] == "solid"
        assert seen[2] >= 2
    assert {"A", "INPUT", "SELECT", "BUTTON"} <= reached


@pytest.mark.parametrize("make", [reports.shanghai, reports.hostile, reports.partial])
@pytest.mark.parametrize("paper", [A4, LETTER], ids=["A4", "Letter"])
def test_the_summary_fits_the_first_printed_page(
    visit: Open, make: Callable[[], AuditReport], paper: tuple[float, float]
) -> None:
    width, height = (int(side * PIXELS) for side in paper)
    page = visit(make(), viewport={"width": width, "height": height}).page
    page.emulate_media(media="print")
    tall: Any = page.evaluate("document.getElementById('summary').getBoundingClientRect().height")
    assert tall <= height
    after: Any = page.evaluate("getComputedStyle(document.getElementById('summary')).breakAfter")
    assert after == "page"


def test_it_prints_and_leaves_the_screens_things_off_the_paper(visit: Open) -> None:
    page = visit(reports.shanghai()).page
    printed = page.pdf(format="A4")
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert 8 <= pages <= 24
    page.emulate_media(media="print")
    for selector in (".contents", ".tools", ".pager"):
        expect(page.locator(selector).first).to_be_hidden()


def test_paper_gets_as_many_rows_as_are_written_out_and_the_screen_its_window_back(visit: Open) -> None:
    page = visit(reports.large(hosts=900, exposures=600, fields=600)).page
    page.locator("[data-table=fields]").get_by_role("button", name="Next").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(rows(page, "fields")) == 500
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(rows(page, "fields")) == 200
    assert page.locator("[data-table=fields]").get_by_role("status").inner_text() == "Rows 201–400 of 600"


def test_light_and_dark_are_two_pictures_of_the_same_page(visit: Open) -> None:
    pictures = []
    for scheme in ("light", "dark"):
        page = visit(reports.shanghai(), color_scheme=scheme).page
        pictures.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert len(page.screenshot()) > 10_000
    assert pictures == ["rgb(244, 246, 248)", "rgb(14, 18, 23)"]
