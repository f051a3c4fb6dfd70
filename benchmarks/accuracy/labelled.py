"""The labelled mappings of tests/pii, and what the classifier says of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.model.dataset import Field, FieldFinding
from auditor.pii.classify import Classifier
from tests.pii import score

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "pii"


@dataclass(frozen=True, slots=True)
class Mapping:
    """One labelled mapping. `gold` has the acceptable categories of each field that is scored, none for nobody's."""

    id: str
    language: str
    engine: str
    repository: str
    fields: tuple[Field, ...]
    gold: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A mapping, and the findings by path."""

    mapping: Mapping
    findings: dict[str, FieldFinding]


def load(name: str) -> tuple[Mapping, ...]:
    """The set of that name: "dev", "studied" or "unseen"."""
    return tuple(map(_mapping, score.load(FOLDER / f"{name}.jsonl")))


def _mapping(line: dict[str, Any]) -> Mapping:
    fields, gold = [], {}
    for entry in line["fields"]:
        fields.append(Field(entry["path"], entry["type"] or ""))
        if not entry["ambiguous"]:
            gold[entry["path"]] = tuple(entry["gold"])
    source = line["source"]
    repository = source.get("repo") or source["path"]
    return Mapping(
        id=line["id"],
        language=line["language"],
        engine=line["engine"],
        repository=repository,
        fields=tuple(fields),
        gold=gold,
    )


def judge(classifier: Classifier, mappings: Iterable[Mapping]) -> tuple[Judged, ...]:
    """What the classifier says of each, by the mapping's id and fields alone."""
    return tuple(
        Judged(mapping, {found.field: found for found in classifier.classify(mapping.id, mapping.fields)})
        for mapping in mappings
    )
