"""What the rules are worth where nobody has looked up the words: folds judged without the words they brought."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from auditor.pii import builtin_rules
from auditor.pii.classify import Classifier
from auditor.pii.knowledge import Knowledge
from auditor.pii.rulepack import RulePack
from auditor.pii.tokens import key, path_segments
from benchmarks.accuracy.labelled import Judged, Mapping, judge

FOLDS = 5

Fold = tuple[Mapping, ...]
Judgements = tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """What terms that were met in one fold say in the others: their `hits` and `false_alarms` there.

    `terms` were met with a personal field, `recurring` of them say something in another fold.
    """

    terms: int
    recurring: int
    hits: int
    false_alarms: int


def split(mappings: Iterable[Mapping]) -> tuple[Fold, ...]:
    """`FOLDS` parts: all mappings of a repository in one, and each language spread over all."""
    by_language: dict[str, dict[str, list[Mapping]]] = defaultdict(lambda: defaultdict(list))
    for mapping in mappings:
        by_language[mapping.language][mapping.repository].append(mapping)
    parts: list[list[Mapping]] = [[] for _ in range(FOLDS)]
    homes: dict[str, int] = {}
    for language in sorted(by_language):
        groups = by_language[language]
        for repository in sorted(groups, key=_shuffled):
            smallest = min(range(FOLDS), key=lambda number: sum(len(one.fields) for one in parts[number]))
            parts[homes.setdefault(repository, smallest)].extend(groups[repository])
    return tuple(tuple(part) for part in parts)


def _shuffled(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def judge_without_their_words(folds: Sequence[Fold]) -> tuple[Judgements, ...]:
    """Each fold judged by rules from which every word was taken that only this fold, of all, has in its names.

    What a careful author who had seen the other folds alone could know at the least: what they hold, and how names are
    made. The rules have far more words than the folds, so that the truth lies between this and the whole rules.
    """
    pack = builtin_rules()
    knowledge = Knowledge([pack])
    met = [_words(knowledge, fold) for fold in folds]
    judged = []
    for number, fold in enumerate(folds):
        elsewhere: set[str] = set().union(*(words for other, words in enumerate(met) if other != number))
        judged.append(judge(Classifier([_without(pack, met[number] - elsewhere)]), fold))
    return tuple(judged)


def weigh_terms(judged: Sequence[Judgements]) -> Worth:
    """How often a term that one fold has shown to be right is right in the folds that did not show it."""
    knowledge = Knowledge([builtin_rules()])
    shown = [_terms(knowledge, fold, right=True) for fold in judged]
    said = [_terms(knowledge, fold, right=None) for fold in judged]
    terms = set().union(*shown)
    recurring, hits, false_alarms = set(), 0, 0
    for number, fold in enumerate(judged):
        learnt: set[str] = set().union(*(words for other, words in enumerate(shown) if other != number))
        recurring |= learnt & set(said[number])
        for one in fold:
            for path, gold in one.mapping.gold.items():
                if path in one.findings and not learnt.isdisjoint(_of_name(knowledge, path)):
                    hits += bool(gold)
                    false_alarms += not gold
    return Worth(len(terms), len(recurring), hits, false_alarms)


def _terms(knowledge: Knowledge, fold: Iterable[Judged], *, right: bool | None) -> set[str]:
    """The terms in the names of the fields that were called personal; with `right` only of those that are."""
    return set().union(
        *(
            _of_name(knowledge, path, terms=True)
            for one in fold
            for path, gold in one.mapping.gold.items()
            if path in one.findings and (right is None or bool(gold) is right)
        )
    )


def _words(knowledge: Knowledge, mappings: Iterable[Mapping]) -> set[str]:
    """Every word of the rules that the mappings' names hold, read as they stand and as pinyin."""
    names = {name for mapping in mappings for name in (mapping.id, *(field.path for field in mapping.fields))}
    return set().union(*(_of_name(knowledge, name) for name in names))


def _of_name(knowledge: Knowledge, path: str, *, terms: bool = False) -> set[str]:
    found = set()
    for segment in path_segments(path):
        for reading in (knowledge.plain(segment), knowledge.chinese(segment)):
            if reading is not None:
                found |= {
                    key(piece.entry.text)
                    for piece in reading.pieces
                    if piece.entry is not None and (piece.entry.senses or not terms)
                }
    return found


def _without(pack: RulePack, words: set[str]) -> RulePack:
    return replace(
        pack,
        terms=tuple(term for term in pack.terms if key(term.text) not in words),
        words=tuple(pair for pair in pack.words if key(pair[0]) not in words),
    )
