"""Checks packs of rules: their examples are tried, and terms that say nothing new are named."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from auditor import documents
from auditor.pii.classify import Classifier
from auditor.pii.example import failures, lacking
from auditor.pii.packs import RuleFile
from auditor.pii.record_rule import listed
from auditor.pii.rulepack import RulePack, Strength, Term
from auditor.pii.tokens import key, unspaced

_RANK = {strength: rank for rank, strength in enumerate(reversed(Strength))}


class Weight(IntEnum):
    """What a remark means for whoever uses the rules."""

    NOTE = 0  # a term of a file changes nothing
    TWICE = 1  # so does one of a pack that is installed
    WRONG = 2  # a rule does not hold


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of a rule: where it stands (the pack's name, where no more is known), in a sentence."""

    place: str
    message: str
    weight: Weight = Weight.WRONG

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class _Known:
    strength: Strength
    place: str


def check(packs: Sequence[RulePack], files: Sequence[RuleFile]) -> Iterator[Remark]:
    """All that is wrong with `packs`, tried together, and what is idle in `files`, which the last were read from.

    Raises:
        DocumentError: a file is no YAML; whoever made packs of them has seen to that.
    """
    read = [documents.parse(file.data, file=file.name) for file in files]
    documents_ = [*[None] * (len(packs) - len(files)), *read]
    classifier = Classifier(packs)
    for pack, document in zip(packs, documents_, strict=True):
        for section, rule in lacking(pack):
            where = pack.name if document is None else str(document.key_place((section, rule)))
            yield Remark(where, f"'{rule}' needs examples of what it is (yes) and of what it is not (no)")
        for failure in failures(pack, classifier):
            path = (failure.section, failure.rule, "examples", failure.side, failure.number)
            yield Remark(pack.name if document is None else str(document.place(path)), failure.why)
    yield from _idle(packs, read)


def _idle(packs: Sequence[RulePack], read: Sequence[documents.Document]) -> Iterator[Remark]:
    """Terms that are known already, as strong or stronger, and Chinese ones of files that lack their spelling."""
    known: dict[tuple[str, str], _Known] = {}
    for pack in packs[: len(packs) - len(read)]:
        for term in pack.terms:
            yield from _learn(known, term, pack.name, Weight.TWICE)
    spelt = {term for pack in packs for term, _, _ in pack.spellings}
    for document in read:
        unspelt: list[str] = []
        for term, path in _terms(document.data):
            place = str(document.place(path))
            form = key(term.text)
            if not form:
                yield Remark(place, f"the term '{documents.shorten(term.text)}' has no letter, and is never found")
                continue
            if term.language == "zh" and unspaced(form) and term.text not in spelt:
                unspelt.append(term.text)
            yield from _learn(known, term, place, Weight.NOTE)
        if unspelt:
            said = f"{_counted(unspelt)} no line under 'spellings', so that it is not found in pinyin"
            yield Remark(str(document.place()), said, Weight.NOTE)


def _learn(known: dict[tuple[str, str], _Known], term: Term, place: str, weight: Weight) -> Iterator[Remark]:
    """Keeps the stronger of two equal terms of a category, and names the other."""
    name = (term.category, key(term.text))
    before = known.get(name)
    if before is None or _RANK[term.strength] > _RANK[before.strength]:
        known[name] = _Known(term.strength, place)
    if before is None:
        return
    said = f"the term '{documents.shorten(term.text)}' of '{term.category}'"
    if _RANK[term.strength] <= _RANK[before.strength]:
        message = (
            f"{said} is known already as {before.strength} ({before.place}), and changes nothing as {term.strength}"
        )
        yield Remark(place, message, weight)
    elif before.place.rpartition(":")[0].rpartition(":")[0] == place.rpartition(":")[0].rpartition(":")[0]:
        yield Remark(before.place, f"{said} is overruled: it is {term.strength} as well ({place})", weight)


def _terms(data: Any) -> Iterator[tuple[Term, tuple[str, ...]]]:
    """Each term of a file that was read into a pack, with the path of the text it stands in."""
    for category, entry in data.get("categories", {}).items():
        for language, strengths in entry.get("terms", {}).items():
            for strength, texts in strengths.items():
                path = ("categories", category, "terms", language, strength)
                for text in listed(texts):
                    yield Term(text, category, Strength(strength), language), path


def _counted(terms: Iterable[str]) -> str:
    first, *more = terms
    return f"the Chinese term '{first}'{f' and {len(more)} more have' if more else ' has'}"
