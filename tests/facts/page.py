"""The page of all facts for a reader: docs/protocol-facts.md, made from the data files and the tests' marks."""

from collections.abc import Iterator, Mapping, Sequence

from tests.facts.book import Chapter, Fact, Mark
from tests.facts.marks import ROOT, Holder

PAGE = ROOT / "docs" / "protocol-facts.md"

_HEAD = """\
# What the servers really say

Every fact about a server on which this project rests, and the tests that hold it. Made by `python -m tests.facts` from
the data files in `tests/facts/`. A test names what it holds, `@pytest.mark.fact("ES-07")`; the suite fails where a fact
has no test, where a test names none that exists, and where this page is not what the files say.

| mark | how it is known |
| --- | --- |
| run | seen on a real server, or on a recording of one |
| source | read in a product's source, documentation or issue threads |
| unverified | general knowledge: no verdict rests on it alone |
| rule | decided by this project; no claim about a server |
"""
_WRONG = """\
## Believed before, and wrong

What was written down about these servers in the beginning, where a recording or a server showed otherwise. The facts
above are what was seen.

| fact | believed | seen |
| --- | --- | --- |
"""


def render(chapters: Sequence[Chapter], holders: Mapping[str, tuple[Holder, ...]]) -> str:
    """The whole page."""
    return "\n".join(_parts(chapters, holders))


def _parts(chapters: Sequence[Chapter], holders: Mapping[str, tuple[Holder, ...]]) -> Iterator[str]:
    facts = [fact for chapter in chapters for fact in chapter.facts]
    many = ", ".join(f"{sum(fact.mark is mark for fact in facts)} {mark}" for mark in Mark)
    yield f"{_HEAD}\n{len(facts)} facts: {many}.\n"
    for chapter in chapters:
        rows = "".join(_row(fact, holders.get(fact.id, ())) for fact in chapter.facts)
        yield f"## {chapter.heading}\n\n| fact | it says | held by | mark |\n| --- | --- | --- | --- |\n{rows}"
    rows = "".join(
        f"| {fact.id} | {_cell(fact.corrects)} | {_cell(fact.evidence)} |\n" for fact in facts if fact.corrects
    )
    yield f"{_WRONG}{rows}"


def _row(fact: Fact, holders: tuple[Holder, ...]) -> str:
    tests = "<br>".join(f"[`{holder.test}`](../{holder.path})" for holder in holders)
    return f"| {fact.id} | {_cell(fact.says)} | {tests} | {fact.mark} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
