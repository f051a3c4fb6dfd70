"""The report's rows as small numbers that point into one table of texts: read by the templates, and by the page itself.

A large estate repeats the same few thousand texts in a hundred thousand cells. Each text is made visible once, when it
enters the table; so what the page's script shows is letter for letter what the static rows show.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from auditor.export.language import Language
from auditor.export.rows import FieldRow, FindingRow, GapRow, ObjectRow, ShieldRow, SubjectRow
from auditor.export.subject import notes
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
    objects, fields = _objects(summary.objects[:MOST_ROWS], texts)
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
    if re.fullmatch(r"[0-9A-Za-z_-]{1,64}", fingerprint):
        return fingerprint
    return hashlib.sha256(fingerprint.encode("utf-8", "surrogatepass")).hexdigest()[:32]


Key = TypeVar("Key")


class _Numbers(dict[Key, int]):
    """A number for each key, told by `find` the first time: looking one up again costs a dictionary's time."""

    def __init__(self, find: Callable[[Key], int]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, key: Key) -> int:
        number = self[key] = self._find(key)
        return number


class _Texts:
    """Each text once, made visible as it comes in. Names are cut shorter than sentences."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self.names = _Numbers[str](lambda text: self._add(visible(text)))
        self.sentences = _Numbers[str](self._sentence)
        self.categories = _Numbers[tuple[str, ...]](self._categories)

    def maybe(self, text: str | None) -> int | None:
        return None if text is None else self.names[text]

    def _add(self, text: str) -> int:
        self.all.append(text)
        return len(self.all) - 1

    def _sentence(self, text: str) -> int:
        short = len(text) <= NAME_LIMIT and "\n" not in text
        return self.names[text] if short else self._add(visible_prose(text))

    def _categories(self, identifiers: tuple[str, ...]) -> int:
        return self.sentences[", ".join(visible(category(identifier)) for identifier in identifiers)]


class _Controls:
    """Each set of controls once: findings of a rule share theirs."""

    def __init__(self, texts: _Texts) -> None:
        self.all: list[list[tuple[int, int, int]]] = []
        self._texts = texts
        self._known: dict[tuple[Control, ...], int] = {}

    def number(self, controls: tuple[Control, ...]) -> int:
        number = self._known.get(controls)
        if number is None:
            number = self._known[controls] = len(self.all)
            texts = self._texts
            self.all.append([(texts.names[c.framework], texts.names[c.id], texts.sentences[c.why]) for c in controls])
        return number


def _finding(finding: Finding, texts: _Texts, keys: dict[tuple[str, int, str], int], controls: _Controls) -> FindingRow:
    verify = texts.sentences[finding.verify]
    return FindingRow(
        key=anchor(finding.fingerprint),
        severity=4 - finding.severity.rank,
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
        controls=controls.number(finding.controls),
        subject=keys.get((finding.host, finding.port, finding.product)),
        altered=int(texts.all[verify] != finding.verify),
    )


def _subject(outcome: Outcome, texts: _Texts, language: Language) -> SubjectRow:
    seen = outcome.observation
    own = [dataset for dataset in seen.datasets if not dataset.system]
    largest = sorted(own, key=lambda dataset: -(dataset.records or 0))[:MOST_OBJECTS]
    return SubjectRow(
        verdict=VERDICTS.index(outcome.verdict),
        service=texts.names[service_name(seen.service)],
        address=texts.names[outcome.address],
        why=texts.sentences[outcome.why],
        notes=[texts.sentences[note] for note in notes(outcome, language)],
        evidence=[
            (texts.names[exchange.request], exchange.status, texts.sentences[exchange.why])
            for exchange in seen.evidence[:MOST_EVIDENCE]
        ],
        objects=[(texts.names[dataset.name], dataset.records) for dataset in largest],
        more=len(own) - len(largest),
    )


def _objects(objects: Sequence[PersonalObject], texts: _Texts) -> tuple[list[ObjectRow], list[FieldRow]]:
    rows: list[ObjectRow] = []
    fields: list[FieldRow] = []
    names, sentences, categories = texts.names, texts.sentences, texts.categories
    for at, each in enumerate(objects):
        row = ObjectRow(
            object=names[each.name],
            kind=names[KINDS.get(each.kind, each.kind)],
            host=names[each.host],
            port=each.port,
            product=names[product(each.product)],
            owner=texts.maybe(each.owner),
            records=each.records,
            fields=len(each.fields),
            categories=categories[tuple({found.categories[0]: 0 for found in each.fields if found.categories})],
        )
        rows.append(row)
        fields += [
            FieldRow(at, names[f.field], categories[f.categories], round(f.confidence * 100), sentences[f.why])
            for f in each.fields[: MOST_ROWS - len(fields)]
        ]
    return rows, fields


def _gap(gap: Gap, texts: _Texts) -> GapRow:
    return GapRow(
        verdict=VERDICTS.index(gap.verdict),
        host=texts.names[gap.host],
        ports=texts.names[_ports(gap.ports)],
        owner=texts.maybe(gap.owner),
        why=texts.sentences[gap.why],
    )


def _shield(shield: Shield, texts: _Texts) -> ShieldRow:
    return ShieldRow(
        verdict=VERDICTS.index(shield.verdict),
        host=texts.names[shield.host],
        port=shield.port,
        product=texts.names[product(shield.product)],
        service=texts.maybe(shield.service or None),
        asked_by=texts.maybe(shield.asked_by or None),
        owner=texts.maybe(shield.owner),
    )


def _ports(ports: Iterable[int]) -> str:
    return ", ".join(str(port) for port in ports)
