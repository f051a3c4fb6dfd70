"""What the servers really say, one fact an entry: the data files of this folder, read and checked."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent

#: The data files in the order of the page: the file, the heading, and how its ids begin.
CHAPTERS = (
    ("verdicts", "Verdicts", "VERDICT"),
    ("clients", "Official clients", "CLIENT"),
    ("elasticsearch", "Elasticsearch and OpenSearch", "ES"),
    ("kibana", "Kibana and OpenSearch Dashboards", "KIB"),
    ("mongodb", "MongoDB", "MDB"),
    ("peers", "What earlier probers got wrong", "PEER"),
)


class Mark(StrEnum):
    """How a fact is known."""

    RUN = "run"  # seen on a real server, or on a recording of one
    SOURCE = "source"  # read in a product's source, documentation or issue threads
    UNVERIFIED = "unverified"  # general knowledge; no verdict may rest on it alone
    RULE = "rule"  # decided by us; no claim about a server


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact, in a sentence of our own.

    `corrects` is what was believed before, "" where nothing was; `evidence` then says where the opposite was seen.
    """

    id: str
    says: str
    mark: Mark
    corrects: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The facts of one data file."""

    heading: str
    facts: tuple[Fact, ...]


class BookError(Exception):
    """A data file does not hold what it should. The message is a sentence that names the file and the entry."""


def load(folder: Path = FOLDER) -> tuple[Chapter, ...]:
    """All facts.

    Raises:
        BookError: an entry is not a fact, its id is not its chapter's, or two have the same.
    """
    chapters = [
        Chapter(heading, _read(folder / f"{name}.yaml", prefix=f"{prefix}-")) for name, heading, prefix in CHAPTERS
    ]
    seen: set[str] = set()
    for fact in (fact for chapter in chapters for fact in chapter.facts):
        if fact.id in seen:
            raise BookError(f"two facts are called {fact.id}")
        seen.add(fact.id)
    return tuple(chapters)


def _read(path: Path, *, prefix: str) -> tuple[Fact, ...]:
    entries = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(entries, list) or not entries:
        raise BookError(f"{path.name} should hold a list of facts")
    return tuple(_fact(entry, f"{path.name}, entry {number}", prefix) for number, entry in enumerate(entries, start=1))


def _fact(entry: Any, where: str, prefix: str) -> Fact:
    match entry:
        case {"id": str(name), "says": str(says), "mark": str(mark), **rest} if rest.keys() <= {"wrong"}:
            pass
        case _:
            raise BookError(f"{where}: a fact has an id, what it says, a mark, and no more but `wrong`")
    if not name.startswith(prefix) or not name.removeprefix(prefix).isdecimal():
        raise BookError(f"{where}: the id {name} should be {prefix} and a number")
    if mark not in list(Mark):
        raise BookError(f"{where}: the mark {mark} is none of {', '.join(Mark)}")
    if "\n" in says.strip() or not says.strip().rstrip("`").endswith("."):
        raise BookError(f"{where}: a fact is a sentence on one line")
    match rest.get("wrong", {"belief": "", "evidence": ""}):
        case {"belief": str(belief), "evidence": str(evidence)} if bool(belief) == bool(evidence):
            return Fact(name, says.strip(), Mark(mark), belief.strip(), evidence.strip())
        case _:
            raise BookError(f"{where}: `wrong` has a belief and the evidence against it")
