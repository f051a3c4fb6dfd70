"""The report's rows as small numbers that point into one table of texts: read by the templates, and by the page itself.

A large estate repeats the same few thousand texts in a hundred thousand cells. Each text is made visible once, when it
enters the table; so what the page's script shows is letter for letter what the static rows show.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from auditor.export.counted import counted
from auditor.export.language import Language
from auditor.export.record_tally import called_out
from auditor.export.rows import FieldRow, FindingRow, GapRow, ObjectRow, ShieldRow, SubjectRow
from auditor.export.subject import decision, notes
from auditor.export.summary import Gap, PersonalObject, Shield, Summary, service_name
from auditor.export.visible import NAME_LIMIT, visible, visible_prose
from auditor.export.words import KINDS, category, product
from auditor.model.finding import Control, Finding, Severity
from auditor.model.outcome import Outcome, Verdict

MOST_ROWS = 100_000  # of one table; beyond it the page says so and points to the JSON
MOST_EVIDENCE = 12
MOST_OBJECTS = 5

VERDICTS = tuple(Verdict)
SEVERITIES = tuple(Severity)
_VERDICT = {verdict: number for number, verdict in enumerate(VERDICTS)}
_SEVERITY = {severity: number for number, severity in enumerate(SEVERITIES)}
_WORD = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Island:
    """Every row of the report, and the texts that they point into."""

    strings: list[str]
    findings: list[FindingRow]
    subjects: list[SubjectRow]
    controls: list[list[tuple[int, int, int]]]
    objects: list[ObjectRow]
    fields: list[FieldRow]
    gaps: list[GapRow]
    shields: list[ShieldRow]

    def text(self, words: dict[str, Any]) -> str:
        """The island as JSON that may stand inside a script element: no letter of it can end one or begin a tag."""
        document = {
            "words": words,
            "strings": self.strings,
            "tables": {
                "findings": self.findings,
                "objects": self.objects,
                "fields": self.fields,
                "gaps": self.gaps,
                "shields": self.shields,
            },
            "subjects": self.subjects,
            "controls": self.controls,
        }
        text = json.dumps(document, ensure_ascii=False, check_circular=False, separators=(",", ":"))
        return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def build(summary: Summary, language: Language) -> Island:
    """The rows of `summary`, at most MOST_ROWS of each kind."""
    texts = _Texts()
    keys = {key: number for number, key in enumerate(summary.subjects)}
    controls = _Controls(texts)
    objects, fields = _objects(summary.objects[:MOST_ROWS], texts, language)
    return Island(
        strings=texts.all,
        findings=[_finding(each, texts, keys, controls) for each in summary.findings[:MOST_ROWS]],
        subjects=[_subject(each, texts, language) for each in summary.subjects.values()],
        controls=controls.all,
        objects=objects,
        fields=fields,
        gaps=[_gap(each, texts) for each in summary.gaps[:MOST_ROWS]],
        shields=[_shield(each, texts) for each in summary.shields[:MOST_ROWS]],
    )


def anchor(fingerprint: str) -> str:
    """The fingerprint as part of an address in the page; one that is no plain word (a foreign file's) is hashed."""
    if _WORD.fullmatch(fingerprint):
        return fingerprint
    return hashlib.sha256(fingerprint.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class _Names(dict[str, int]):
    """The number of each name; one that is new is made visible and put at the end of the table."""

    def __init__(self, table: list[str]) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self._table)
        plain = len(text) <= NAME_LIMIT and text.isascii() and text.isprintable()
        self._table.append(text if plain else visible(text))
        return number


class _Sentences(dict[str, int]):
    """The number of each sentence, which may be longer than a name and have several lines."""

    def __init__(self, table: list[str], names: _Names) -> None:
        super().__init__()
        self._table = table
        self._names = names

    def __missing__(self, text: str) -> int:
        if len(text) <= NAME_LIMIT and "\n" not in text:
            return self._names[text]
        number = self[text] = len(self._table)
        self._table.append(visible_prose(text))
        return number


class _Categories(dict[tuple[str, ...], int]):
    """The number of each list of categories, in the reader's words."""

    def __init__(self, sentences: _Sentences) -> None:
        super().__init__()
        self._sentences = sentences

    def __missing__(self, identifiers: tuple[str, ...]) -> int:
        words = ", ".join(visible(category(identifier)) for identifier in identifiers)
        number = self[identifiers] = self._sentences[words]
        return number


class _Texts:
    """Each text once. What is looked up again and again costs no more than a dictionary does."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self.names = _Names(self.all)
        self.sentences = _Sentences(self.all, self.names)
        self.categories = _Categories(self.sentences)

    def maybe(self, text: str | None) -> int | None:
        return None if text is None else self.names[text]


class _Controls:
    """Each set of controls once: findings of a rule share theirs."""

    def __init__(self, texts: _Texts) -> None:
        self.all: list[list[tuple[int, int, int]]] = []
        self._texts = texts
        self._known: dict[tuple[Control, ...], int] = {}
        self._last: dict[str, tuple[tuple[Control, ...], int]] = {}  # comparing costs less than hashing them all

    def number(self, rule: str, controls: tuple[Control, ...]) -> int:
        last, number = self._last.get(rule, ((), -1))
        if number < 0 or last != controls:
            number = self._known.setdefault(controls, len(self.all))
            if number == len(self.all):
                names, sentences = self._texts.names, self._texts.sentences
                self.all.append([(names[c.framework], names[c.id], sentences[c.why]) for c in controls])
            self._last[rule] = (controls, number)
        return number


def _finding(finding: Finding, texts: _Texts, keys: dict[tuple[str, int, str], int], controls: _Controls) -> FindingRow:
    verify = texts.sentences[finding.verify]
    return FindingRow(
        key=anchor(finding.fingerprint),
        severity=_SEVERITY[finding.severity],
        title=texts.sentences[finding.title or finding.rule or "–"],  # a link needs a text
        host=texts.names[finding.host],
        port=finding.port,
        product=texts.names[product(finding.product)],
        object=texts.maybe(finding.object),
        owner=texts.maybe(finding.owner),
        environment=texts.maybe(finding.environment),
        records=finding.records,
        categories=texts.categories[finding.categories] if finding.categories else None,
        why=texts.sentences[finding.why],
        fix=texts.sentences[finding.fix],
        verify=verify,
        controls=controls.number(finding.rule, finding.controls),
        subject=keys.get((finding.host, finding.port, finding.product)),
        altered=int(texts.all[verify] != finding.verify),
    )


def _subject(outcome: Outcome, texts: _Texts, language: Language) -> SubjectRow:
    seen = outcome.observation
    own = [dataset for dataset in seen.datasets if not dataset.system]
    largest = sorted(own, key=lambda dataset: -(dataset.records or 0))[:MOST_OBJECTS]
    return SubjectRow(
        verdict=_VERDICT[outcome.verdict],
        service=texts.names[service_name(seen.service)],
        address=texts.names[outcome.address],
        why=texts.sentences[outcome.why],
        notes=[texts.sentences[note] for note in (*decision(outcome, language), *notes(outcome, language))],
        evidence=[
            (texts.names[exchange.request], exchange.status, texts.sentences[exchange.why])
            for exchange in seen.evidence[:MOST_EVIDENCE]
        ],
        objects=[(texts.names[dataset.name], dataset.records) for dataset in largest],
        more=len(own) - len(largest),
    )


def _objects(
    objects: Sequence[PersonalObject], texts: _Texts, language: Language
) -> tuple[list[ObjectRow], list[FieldRow]]:
    rows: list[ObjectRow] = []
    fields: list[FieldRow] = []
    names, sentences, categories = texts.names, texts.sentences, texts.categories
    for at, each in enumerate(objects):
        record = each.record
        called = "; ".join(called_out(record, language)) if record else ""
        row = ObjectRow(
            object=names[each.name],
            kind=names[KINDS.get(each.kind, each.kind)],
            host=names[each.host],
            port=each.port,
            product=names[product(each.product)],
            owner=texts.maybe(each.owner),
            records=each.records,
            fields=len(each.fields),
            categories=categories[tuple(dict.fromkeys(one for found in each.fields for one in found.told))],
            record=None if record is None else names[language.t(record.kind.title)],
            called=sentences[called] if called else None,
        )
        rows.append(row)
        fields += [
            FieldRow(
                at,
                names[f.field],
                categories[f.categories],
                round(f.confidence * 100),
                sentences[f.why],
                None if f.counts is None else sentences[counted(f.counts, language)],
            )
            for f in each.fields[: MOST_ROWS - len(fields)]
        ]
    return rows, fields


def _gap(gap: Gap, texts: _Texts) -> GapRow:
    return GapRow(
        verdict=_VERDICT[gap.verdict],
        host=texts.names[gap.host],
        ports=texts.names[", ".join(map(str, gap.ports))],
        owner=texts.maybe(gap.owner),
        why=texts.sentences[gap.why],
    )


def _shield(shield: Shield, texts: _Texts) -> ShieldRow:
    return ShieldRow(
        verdict=_VERDICT[shield.verdict],
        host=texts.names[shield.host],
        port=shield.port,
        product=texts.names[product(shield.product)],
        service=texts.maybe(shield.service or None),
        asked_by=texts.maybe(shield.asked_by or None),
        owner=texts.maybe(shield.owner),
    )
