"""Every fact is held by a test, every test names facts that exist, and the page says so."""

from pathlib import Path

import pytest

from tests.facts.book import CHAPTERS, BookError, load
from tests.facts.marks import Holder, StrayMarkError, find
from tests.facts.page import PAGE, render

#: Facts that wait for work under way. To be empty when that is done: a fact without a test is no fact.
PENDING: frozenset[str] = frozenset()

FACTS = {fact.id: fact for chapter in load() for fact in chapter.facts}
HOLDERS = find()


def test_every_fact_is_held_by_a_test() -> None:
    assert sorted(FACTS.keys() - HOLDERS.keys() - PENDING) == []


def test_every_fact_that_a_test_names_exists() -> None:
    assert sorted(HOLDERS.keys() - FACTS.keys()) == []


def test_what_waits_is_a_fact_and_leaves_the_list_once_it_is_held() -> None:
    assert sorted(PENDING - FACTS.keys()) == []
    assert sorted(PENDING & HOLDERS.keys()) == []


def test_the_page_is_what_the_facts_and_the_tests_say() -> None:
    assert render(load(), HOLDERS) == PAGE.read_text("utf-8"), "if wanted: python -m tests.facts"


def test_no_two_facts_say_the_same() -> None:
    assert len({fact.says for fact in FACTS.values()}) == len(FACTS)


def _marked(folder: Path, source: str) -> dict[str, tuple[Holder, ...]]:
    (folder / "tests").mkdir()
    (folder / "tests" / "test_x.py").write_text(source)
    return dict(find(folder))


def test_marks_are_found_on_tests_on_classes_and_on_parameters(tmp_path: Path) -> None:
    source = """
import pytest
CASES = [pytest.param(1, marks=pytest.mark.fact("ES-01"))]
OTHERS: list[object] = [pytest.param(2, marks=[pytest.mark.fact("ES-02", "ES-03")])]

@pytest.mark.parametrize("one", CASES)
@pytest.mark.parametrize("two", [*OTHERS, pytest.param(3, marks=pytest.mark.fact("ES-04"))])
def test_one(one, two): ...

@pytest.mark.fact("ES-05")
async def test_two(): ...

@pytest.mark.fact("ES-05")
class TestThree:
    @pytest.mark.fact("ES-06")
    def test_in_it(self): ...
"""
    found = _marked(tmp_path, source)
    one, two, three = (Holder("tests/test_x.py", name) for name in ("test_one", "test_two", "TestThree"))
    assert found == {
        **dict.fromkeys(("ES-01", "ES-02", "ES-03", "ES-04"), (one,)),
        "ES-05": (three, two),
        "ES-06": (Holder("tests/test_x.py", "TestThree::test_in_it"),),
    }


@pytest.mark.parametrize(
    "source",
    [
        'import pytest\nCASES = [pytest.param(1, marks=pytest.mark.fact("ES-01"))]\ndef test_other(): ...\n',
        'import pytest\n@pytest.mark.fact("ES-01")\ndef helper(): ...\n',
        'import pytest\npytestmark = pytest.mark.fact("ES-01")\n',
        "import pytest\nID = 'ES-01'\n@pytest.mark.fact(ID)\ndef test_x(): ...\n",
        "import pytest\n@pytest.mark.fact()\ndef test_x(): ...\n",
        "import pytest\n@pytest.mark.fact(id='ES-01')\ndef test_x(): ...\n",
    ],
)
def test_a_mark_that_no_test_bears_or_that_names_nothing_is_told(tmp_path: Path, source: str) -> None:
    with pytest.raises(StrayMarkError, match=r"tests/test_x\.py:\d+"):
        _marked(tmp_path, source)


@pytest.mark.parametrize(
    "entry",
    [
        "{}",
        "- {id: VERDICT-01, says: A sentence.}",
        "- {id: VERDICT-01, says: A sentence., mark: seen}",
        "- {id: ES-01, says: A sentence., mark: run}",
        "- {id: VERDICT-1a, says: A sentence., mark: run}",
        "- {id: VERDICT-01, says: no sentence, mark: run}",
        "- {id: VERDICT-01, says: A sentence., mark: run, held_by: later}",
        "- {id: VERDICT-01, says: A sentence., mark: run, wrong: {belief: x}}",
        "- {id: VERDICT-01, says: A sentence., mark: run, wrong: {belief: x, evidence: ''}}",
        "- {id: VERDICT-01, says: A., mark: run}\n- {id: VERDICT-01, says: B., mark: run}",
    ],
)
def test_what_is_no_fact_is_told_with_its_place(tmp_path: Path, entry: str) -> None:
    for name, _, prefix in CHAPTERS:
        (tmp_path / f"{name}.yaml").write_text(f"- {{id: {prefix}-01, says: A sentence., mark: run}}")
    assert len(load(tmp_path)) == len(CHAPTERS)
    (tmp_path / "verdicts.yaml").write_text(entry)
    with pytest.raises(BookError, match=r"verdicts\.yaml|VERDICT-01"):
        load(tmp_path)
