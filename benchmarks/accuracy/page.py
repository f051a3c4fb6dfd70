"""Writes docs/classification.md: how right the classifier is, measured."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence

from auditor.pii import builtin_rules
from auditor.pii.classify import Classifier
from benchmarks.accuracy import calibration, folds
from benchmarks.accuracy.counts import count
from benchmarks.accuracy.labelled import Judged, judge, load
from benchmarks.accuracy.worst import worst
from tests.pii.score import Score

_HEAD = """\
# How right the classifier is

Written by `make accuracy-page` (`python -m benchmarks.accuracy`); a test holds it to the rules as they are.

Names and types alone are judged. An answer counts as [the labels' guide](../tests/pii/LABELS.md) has it: a
field is right if it is called personal and is, whatever the category; the category is right if it is one of
those that a label accepts; fields that two careful officers could differ on count nowhere. An index is called
personal if one of its fields is.

- **dev**: 39 mappings that came with the task; every rule could be tried on them.
- **studied**: {studied} mappings of other public repositories, labelled before the classifier was run on them;
  their errors were then read and learnt from.
- **unseen**: {unseen} further ones, labelled likewise, of which only totals were ever looked at.

Sources and licences stand in each line of [dev.jsonl](../tests/pii/dev.jsonl),
[studied.jsonl](../tests/pii/studied.jsonl) and [unseen.jsonl](../tests/pii/unseen.jsonl). They hold names and
types of fields, and no line of anybody's code.
"""

_FIRST = """\
When the classifier was first run on our own sets, before anything was learnt from them: studied field F1 .807,
index F1 .910, 10 of 39 clean ones flagged; unseen field F1 .806 (precision .899, recall .731), index F1 .887,
14 of 50 clean ones flagged. Later totals of the unseen set were looked at while rules were written, so that it
is unread, but not untouched; and which kinds of record are recognised in it was read once, without its labels.
Two later additions, shared between both sets, at their own first runs: 36 mappings in pinyin, field F1 .723
(recall .611); 44 in English, field F1 .879 (recall .849).
"""

_FOLDS = """\
## What the rules are worth on words that nobody looked up

dev and studied in {number} folds, all mappings of a repository in one. Each fold is judged by the rules as they
are, and by rules from which every term and every word was taken that, of all folds, only this one has in its
names. The latter is what an author could know at the least who had seen the other folds alone and had no
dictionary; what a new mapping meets lies between the two, and the unseen set measures it.
"""

_THRESHOLDS = """\
## Where the thresholds come from

A field is called personal where its score is above 0, a confidence of .5. The score is the term's own strength
(five steps, given by the author of a rule: sure, likely, lean, bare, alone) plus a share of the *balance*,
which says what the record is about. The steps were set by what each must do: a sure term (a date of birth)
stands alone; a likely one (an e-mail address) falls where the record is a thing; a bare one (a name) needs a
person, which takes the index's name or two sure siblings. The weights of evidence (`auditor/pii/subject.py`,
`weighing.py`) were then tried up and down on dev and studied, one by one, and kept where neither field F1 nor
the clean indices gained. The curve from score to confidence is logistic; its slope was set by hand so that a
sure term alone gives .96. The tables above say what it is worth: on mappings that took no part the classifier
is a little too sure of itself.
"""


def write_page() -> str:
    """The page, measured anew; takes some seconds."""
    classifier = Classifier([builtin_rules()])
    sets = {name: judge(classifier, load(name)) for name in ("dev", "studied", "unseen")}
    parts = folds.split(one.mapping for name in ("dev", "studied") for one in sets[name])
    whole = tuple(judge(classifier, part) for part in parts)
    blind = folds.judge_without_their_words(parts)
    lines = [
        *_HEAD.format(studied=len(sets["studied"]), unseen=len(sets["unseen"])).splitlines(),
        "",
        *_results({name: count(judged) for name, judged in sets.items()}),
        "",
        *_FIRST.splitlines(),
        "",
        "## The unseen set by language and by engine",
        "",
        *_groups(sets["unseen"], lambda one: one.mapping.language, "language"),
        "",
        *_groups(sets["unseen"], lambda one: one.mapping.engine, "engine"),
        "",
        *_FOLDS.format(number=folds.FOLDS).splitlines(),
        "",
        *_folds(whole, blind),
        "",
        "## What a confidence means",
        "",
        *_bands(sets, whole, blind),
        "",
        *_THRESHOLDS.splitlines(),
        "",
        "## The worst errors, and why they stay",
        "",
        *worst([*sets["dev"], *sets["studied"]]),
    ]
    return "\n".join(lines) + "\n"


def _results(sets: Mapping[str, Score]) -> list[str]:
    rows = [
        [
            name,
            f"{counts.hits + counts.misses}",
            f"{counts.precision:.3f}",
            f"{counts.recall:.3f}",
            f"**{counts.field_f1:.3f}**",
            f"{counts.index_f1:.3f}",
            f"{counts.index_false_alarms} of {counts.clean_indices}",
            f"{counts.category_accuracy:.3f}",
        ]
        for name, counts in sets.items()
    ]
    head = ["set", "personal fields", "precision", "recall", "field F1", "index F1", "clean flagged", "category right"]
    return _table(head, rows)


def _groups(judged: Iterable[Judged], by: Callable[[Judged], str], title: str) -> list[str]:
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(by(one), []).append(one)
    rows = []
    for name, members in sorted(groups.items()):
        counts = count(members)
        personal = counts.hits + counts.misses
        shares = (counts.precision, counts.recall, counts.field_f1)
        told = [f"{share:.2f}" if personal else "" for share in shares]
        flagged = f"{counts.index_false_alarms} of {counts.clean_indices}"
        rows.append([name, f"{len(members)}", f"{personal}", *told, flagged])
    return _table([title, "mappings", "personal fields", "precision", "recall", "F1", "clean flagged"], rows)


def _folds(whole: Sequence[folds.Judgements], blind: Sequence[folds.Judgements]) -> list[str]:
    pairs = [(f"{number}", *pair) for number, pair in enumerate(zip(whole, blind, strict=True), start=1)]
    pairs.append(("all", tuple(itertools.chain(*whole)), tuple(itertools.chain(*blind))))
    rows = []
    for name, with_words, without in pairs:
        more, less = count(with_words), count(without)
        shares = (more.field_f1, less.field_f1, less.precision, less.recall, less.index_f1)
        rows.append([name, f"{len(without)}", *(f"{share:.3f}" for share in shares)])
    worth = folds.weigh_terms(whole)
    share = worth.hits / max(1, worth.hits + worth.false_alarms)
    head = ["fold", "mappings", "F1, whole rules", "F1 without its words", "precision", "recall", "index F1"]
    return [
        *_table(head, rows),
        "",
        f"Terms that a fold shows to be right: {worth.terms}. Of these {worth.recurring} are met again in a fold that",
        f"did not show them, in {worth.hits + worth.false_alarms} findings there, of which {share:.1%} are right.",
    ]


def _bands(
    sets: Mapping[str, folds.Judgements], whole: Sequence[folds.Judgements], blind: Sequence[folds.Judgements]
) -> list[str]:
    every = {
        "dev and studied": calibration.bands([*sets["dev"], *sets["studied"]]),
        "folds without their words": calibration.bands(itertools.chain(*blind)),
        "unseen": calibration.bands(sets["unseen"]),
    }
    head = ["confidence", *every]
    rows = []
    for number, band in enumerate(every["unseen"]):
        cells = []
        for found in every.values():
            told = found[number]
            cells.append(f"{told.right} of {told.findings}" + (f" ({told.share:.0%})" if told.findings else ""))
        rows.append([f"{band.low:.2f} to {min(band.high, 1.0):.2f}", *cells])
    lines = ["How many of the findings are on personal fields:", "", *_table(head, rows), ""]
    held = calibration.held_out(whole)
    lines.append(
        "Each fold of dev and studied at the least confidence at which the *other* folds are right to 95 %: "
        + "; ".join(f"from {least:.2f}: {band.right} of {band.findings} ({band.share:.1%})" for least, band in held)
        + "."
    )
    for name, judged in sets.items():
        band = calibration.above(judged, 0.9)
        lines.append(
            f"At .9 and more on {name}: {band.right} of {band.findings} are right, {band.share:.1%} "
            f"(at least {band.at_least:.1%}, Wilson's 95 % interval)."
        )
    return lines


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
