"""A sample's counts beside a field: in words, on the page, in the terminal, and where nothing was sampled, nowhere."""

from dataclasses import replace

import pytest

from auditor.cli.explain_text import explain
from auditor.export.counted import CHECKS, SILENT, counted
from auditor.export.language import LANGUAGES
from auditor.model.dataset import ValueCounts
from auditor.pii import builtin_rules
from auditor.pii.knowledge import Knowledge
from auditor.pii.values import catalogue, hint_of
from auditor.pii.values.check import Check
from auditor.pii.values.foreign import foreign_checks
from auditor.pii.values.tally import LONG_TEXT
from tests.export import reports
from tests.export.page import Page, render
from tests.export.shanghai_servers import SEARCH

ENGLISH = LANGUAGES["en"]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(render(reports.shanghai()).decode())


@pytest.mark.parametrize(
    ("distinct", "passed", "words"),
    [
        (40, (("gb11643", 38),), "38 of 40 distinct values pass GB 11643"),
        (40, (("gb11643", 0), ("masked", 0)), "40 distinct values"),
        (1, (), "1 distinct value"),
        (
            1_200,
            (("email", 1_100), ("masked", 30)),
            "1,100 of 1,200 distinct values are e-mail addresses; 30 are masked",
        ),
        (9, (("digit", 9), ("letter", 9), ("cn_plate", 2)), "2 of 9 distinct values are Chinese plates"),
        (9, (("stdnum_pl.pesel", 4),), "4 of 9 distinct values pass PESEL"),
        (9, (("<b>\u202e", 4),), "4 of 9 distinct values pass the check <b>⟨U+202E⟩"),
        (
            9,
            (("a", 1), ("b", 2), ("c", 3), ("d", 4)),
            "4 of 9 distinct values pass the check d; 3 pass the check c; 2 pass the check b",
        ),
    ],
)
def test_counts_are_told_the_most_first(distinct: int, passed: tuple[tuple[str, int], ...], words: str) -> None:
    assert counted(ValueCounts("a", 50, distinct, passed), ENGLISH) == words


def test_every_check_of_the_classifier_is_told_in_its_own_words() -> None:
    known = [each for each in vars(catalogue).values() if isinstance(each, Check)]
    hint = hint_of("telefono", Knowledge((builtin_rules(),)))
    known += [*foreign_checks(), *catalogue.tried(hint)]
    assert {"phone", "gb11643", "email"} <= {check.id for check in known}
    assert {check.id: check.said for check in known if check.id not in SILENT}.items() <= CHECKS.items()
    assert {check.id for check in known} >= SILENT
    assert LONG_TEXT in CHECKS


def test_the_page_shows_them_beside_the_confidence(page: Page) -> None:
    (table,) = [each for each in page.root.find("personal").all("table") if each.attributes["class"] == "fields"]
    headings = [each.text for each in table.all("th")]
    assert headings[2:4] == ["Confidence", "Values of a sample"]
    cells = [[cell.text for cell in row.all("td")] for row in table.all("tr")[1:]]
    told = {row[0]: row[3] for row in cells if row[3] != "–"}
    assert told["sfzh"] == "34 of 36 distinct values pass GB 11643; 2 are masked"
    assert told["lxdh"].startswith("32 of 33 distinct values are Chinese mobile numbers; 31 are valid telephone")
    assert len(told) == 6
    assert len(cells) > 6


def test_the_page_says_by_whom_a_sample_was_allowed_how_large_it_was_and_what_became_of_it(page: Page) -> None:
    scope, method = page.root.find("scope").text, page.root.find("method").text
    assert "approved by Data protection officer; up to 40 documents of an object" in scope
    assert "allowed by Data protection officer: up to 40 documents of an object" in method
    assert "reduced to counts" in method
    assert "No record leaves its server" not in method
    assert "no record was read" not in page.root.text


def test_where_nothing_was_sampled_the_page_has_no_such_column_and_says_so() -> None:
    whole = reports.shanghai()
    personal = tuple(replace(each, counts=None) for each in SEARCH.observation.datasets[1].personal)
    dataset = replace(SEARCH.observation.datasets[1], personal=personal, sampled=None)
    seen = replace(SEARCH.observation, datasets=(dataset,))
    for approved_by in (None, "DPO"):
        plain = replace(
            whole,
            run=replace(whole.run, sample=0),
            authorization=replace(whole.authorization, sampling_approved_by=approved_by),
            outcomes=[replace(SEARCH, observation=seen)],
        )
        page = Page(render(plain).decode())
        assert "Values of a sample" not in page.root.text
        assert "No value was read." in page.root.find("personal").text
        assert "No record leaves its server" in page.root.find("method").text
        wanted = "approved by DPO, not asked for" if approved_by else "not approved, not done"
        assert wanted in page.root.find("scope").text


def test_the_terminal_tells_them_beside_the_field_and_how_many_documents_there_were() -> None:
    text = "\n".join(explain(SEARCH, []))
    assert "sfzh (National identity number; 34 of 36 distinct values pass GB 11643; 2 are masked)" in text
    assert "can be read, 40 documents sampled" in text
    assert text.count("sampled") == 1
