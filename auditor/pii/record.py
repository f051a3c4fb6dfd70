"""Recognises what a record is by its fields taken together: harm depends on the record, not on a field."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from auditor.model.dataset import Field, FieldFinding, Gravity, RecordFinding, RecordKind
from auditor.model.enumeration import enumerated
from auditor.pii.knowledge import Knowledge
from auditor.pii.record_evidence import RecordEvidence
from auditor.pii.record_rule import Need, RecordLabel, RecordRule
from auditor.pii.record_words import RecordWords
from auditor.pii.rulepack import RulePack

# How far each sort of evidence speaks for a kind.
NAMED = 4.0  # the index is called so
AROUND = 1.5  # an object around personal fields is
WORD = 0.7  # a field is
WORDS_AT_MOST = 3
OWN = 1.5  # a category that hardly another kind has
OWN_AT_MOST = 2
COVERED = 0.25  # any category that belongs to the kind
COVERED_AT_MOST = 4
AGAINST = 3.0
STANDING = 2.0  # from here on a kind is named beside the first
FURTHER_AT_MOST = 3
_SLOPE = 0.8  # of the logistic curve from score to certainty: 4 (the index's name alone) gives 0.96

_TOLD = 8  # categories that a reason names
_SHOWN = 3  # fields that it does
_BY_GRAVITY = (None, *reversed(Gravity))


class Records:
    """The kinds and labels of all packs; it answers the same for the same names, in whatever order they come."""

    def __init__(self, packs: Iterable[RulePack], knowledge: Knowledge) -> None:
        loaded = tuple(packs)
        rules: dict[str, RecordRule] = {}
        labels: dict[str, RecordLabel] = {}
        self._articles: dict[str, str] = {}
        self._singled_out: dict[str, tuple[str, ...]] = {}  # special categories, each with the ids of its articles
        for pack in loaded:
            for rule in pack.records:
                rules.setdefault(rule.id, rule)
            for label in pack.record_labels:
                labels.setdefault(label.id, label)
            for identity, article in pack.regulations:
                self._articles.setdefault(identity, f"{article.framework} {article.id}")
            articles = {category.id: category.regulations for category in pack.categories}
            for category in pack.special:
                self._singled_out.setdefault(category, articles.get(category, ()))
        self._rules = tuple(rule for rule in rules.values() if rule.needs)
        self._rest = next((rule for rule in rules.values() if not rule.needs), None)
        self._labels = tuple(labels.values())
        self._words = RecordWords(
            [rule for pack in loaded for rule in pack.records],
            [label for pack in loaded for label in pack.record_labels],
            spellings=(row for pack in loaded for row in pack.spellings),
            pieces=lambda segment: [piece.letters for piece in knowledge.plain(segment).pieces],
        )

    @property
    def remembered(self) -> int:
        """How many names are kept with their words; bounded, however many were seen."""
        return self._words.remembered

    def recognise(self, name: str, fields: Iterable[Field], findings: Sequence[FieldFinding]) -> RecordFinding | None:
        """What records with these `fields`, of which those of `findings` look personal, are as a whole.

        `name` is the index's or collection's. None where nothing looks personal, or what does is a detail of a record
        that is about nobody.
        """
        if not findings or self._rest is None:
            return None
        seen = RecordEvidence(self._words, name, fields, findings)
        if not seen.categories:
            return None
        special = tuple(category for category in self._singled_out if category in seen.categories)
        worn = [(label, by) for label in self._labels if (by := seen.worn(label))]
        categories = frozenset(seen.categories) - {label.instead_of for label, _ in worn if seen.is_label_alone(label)}
        heard = seen.heard
        likely = [rule for rule in self._rules if rule.unprompted or rule.id in heard]
        fits = [fit for rule in likely if (fit := _fit(rule, seen, categories)) is not None]
        fits.sort(key=lambda fit: -fit.score)
        if fits and fits[0].rule.nobody:
            fits = [fit for fit in fits if not fit.rule.nobody and fit.score >= STANDING]
            if not fits and not worn:
                return None
        first = fits[0] if fits else Fit(self._rest, 0.0, (), seen)
        telling = first.telling
        further = [fit for fit in fits[1:] if fit.stands_beside(first)][:FURTHER_AT_MOST]
        rules = [fit.rule for fit in (first, *further)]
        identities = {label.id for label, _ in worn}
        return RecordFinding(
            kind=_kind(first.rule),
            confidence=first.confidence(telling),
            why="; ".join((first.told(telling), *(f"'{by}' {label.title}" for label, by in worn))),
            gravity=max((rule.gravity for rule in rules), key=_BY_GRAVITY.index),
            further=tuple(_kind(rule) for rule in rules[1:]),
            special=special,
            minors="minors" in identities,
            key_person="key_person" in identities,
            regulations=self._told_articles(
                [rule.regulations for rule in rules]
                + [label.regulations for label, _ in worn]
                + [self._singled_out[category] for category in special]
            ),
        )

    def _told_articles(self, wanted: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
        """The articles with these ids, each once, in the order of the rules."""
        named = frozenset[str]().union(*wanted)
        return tuple(article for identity, article in self._articles.items() if identity in named)


class Fit(NamedTuple):
    """A kind that a record may be of, how much speaks for it, and which of its needs are met."""

    rule: RecordRule
    score: float
    met: tuple[Need, ...]
    seen: RecordEvidence

    @property
    def telling(self) -> dict[str, None]:
        """The categories by which the kind shows, in the order of its needs."""
        found = self.seen.categories
        return dict.fromkeys([one for need in self.met for one in need.categories if one in found])

    def confidence(self, telling: Iterable[str]) -> float:
        """How sure it is, in 0..1: that the fields are what they look like, and that together they are this kind."""
        found = self.seen.categories
        sure = [found[category] for category in telling] or list(found.values())
        certainty = 1 / (1 + math.exp(-_SLOPE * self.score)) if self.met else 1.0
        return round(certainty * sum(sure) / len(sure), 2)

    def told(self, telling: Iterable[str]) -> str:
        """The reason, for people."""
        others = sorted(self.seen.categories.keys() - telling)
        words = [category.replace("_", " ") for category in (*telling, *others)]
        if 1 < len(words) <= _TOLD:
            words[-2:] = [f"{words[-2]} and {words[-1]}"]
        reasons = [enumerated(words, most=_TOLD) + (" together" if len(self.seen.categories) > 1 else "")]
        named, around = self.seen.named.get(self.rule.id), self.seen.around.get(self.rule.id)
        if named:
            reasons.append(f"the index's name says '{named}'")
        if around:
            reasons.append(f"an object within is called '{around}'")
        spoken = [name for name in self.seen.spoken(self.rule.id) if name != around]
        if spoken:
            called = "a field is" if len(spoken) == 1 else "fields are"
            reasons.append(f"{called} called {enumerated(spoken, most=_SHOWN)}")
        return "; ".join(reasons)

    def stands_beside(self, first: "Fit") -> bool:
        """Whether the record is of this kind besides being of the first, by something that the first does not have."""
        if self.score < STANDING or self.rule.nobody:
            return False
        seen, identity = self.seen, self.rule.id
        if (self.rule.own - first.rule.own) & seen.categories.keys():
            return True
        return self.rule.rank >= 0 and (
            identity in seen.named or identity in seen.around or len(seen.spoken(identity)) > 1
        )


def _fit(rule: RecordRule, seen: RecordEvidence, categories: frozenset[str]) -> Fit | None:
    """How well a kind fits a record of these categories; None where no need is met, or one of them rules it out."""
    covered = rule.covered & categories
    if not covered or not rule.unless.isdisjoint(categories):
        return None
    named, around, fields = rule.id in seen.named, rule.id in seen.around, len(seen.spoken(rule.id))
    met = [need for need in rule.needs if need.is_met(categories, called=named or around, fields=fields)]
    if not met:
        return None
    score = (
        rule.rank
        + NAMED * named
        + AROUND * around
        + WORD * min(fields, WORDS_AT_MOST)
        + OWN * min(len(rule.own & covered), OWN_AT_MOST)
        + COVERED * min(len(covered), COVERED_AT_MOST)
        - AGAINST * len(seen.against.get(rule.id, ()))
    )
    if score <= 0:
        return None
    return Fit(rule, score, tuple(met), seen)


def _kind(rule: RecordRule) -> RecordKind:
    return RecordKind(rule.id, rule.title)
