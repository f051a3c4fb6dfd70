"""Weighs one sense of one name against what its record is about: personal above 0, and how sure that is."""

import math
from dataclasses import dataclass

from auditor.pii.lexicon import Sense
from auditor.pii.reading import THINGS, Candidate
from auditor.pii.rulepack import Role, Strength
from auditor.pii.subject import (
    AT_HOME,
    FOUND_ON_THINGS,
    ONLY_WITH_SOMEBODY,
    Evidence,
    NameEvidence,
    Subject,
)

# score = base + slope * balance of the subject. docs/classification.md says where all these weights come from.
_WEIGHTS = {
    Strength.SURE: (2.4, 0.4),
    Strength.LIKELY: (1.0, 0.8),
    Strength.LEAN: (0.0, 0.9),
    Strength.BARE: (-1.5, 0.9),
    Strength.ALONE: (-1.5, 0.9),
}
_OWN_PERSON, _OWN_THING = 3.2, -4.0  # the balance where the name itself says whom it is about
_BALANCE_AT_MOST = 4.0
_OBJECT = 0.6  # taken from an object's own name: it weighs less than a value's
_SAME_CATEGORY = 1.3  # a weak term beside a sure one of its own category: a name beside a surname
_CONVERSING = 1.6  # a text in an index of messages
_ON_THINGS = 0.8  # of a negative balance, taken once more from what is found on things too
_STRANGER = 1.5  # taken from a weak term beside a word that no rule knows
_NEVER = -1.0

_OWN_STANDING = frozenset({Strength.SURE, Strength.LIKELY})
_CONFIDENCE_SLOPE = 1.3  # of the logistic curve from score to confidence: 2.4 (a sure term alone) gives 0.96


@dataclass(frozen=True, slots=True)
class Company:
    """What is the same for every field of a mapping: what its name says, and the languages that its names are in."""

    named: NameEvidence
    languages: frozenset[str]

    def knows(self, language: str) -> bool:
        """Whether a short word of that language may be taken for one."""
        return language in AT_HOME or language in self.languages


def weigh(
    sense: Sense, candidate: Candidate, subject: Subject, evidence: Evidence, company: Company, *, whole: bool
) -> float:
    """The score of one sense of a name. `whole` says that the name is an object's own, not a value's."""
    balance = _balance(sense, candidate, subject, evidence, company)
    if sense.category in ONLY_WITH_SOMEBODY and balance <= 0 and not evidence.somebody:
        return _NEVER
    strength = sense.strength
    if candidate.short and not company.knows(sense.language):
        strength = Strength.BARE
    base, slope = _WEIGHTS[strength]
    score = base + slope * balance
    if balance < 0 and sense.category in FOUND_ON_THINGS:
        score += _ON_THINGS * balance
    if candidate.strange:
        score -= _STRANGER
    if whole:
        score -= _OBJECT
    if strength not in _OWN_STANDING and candidate.owner not in THINGS:
        if sense.category in evidence.sure or sense.category in evidence.told:
            score += _SAME_CATEGORY
        if company.named.conversation and sense.category == "communication_content":
            score += _CONVERSING
    return score


def _balance(sense: Sense, candidate: Candidate, subject: Subject, evidence: Evidence, company: Company) -> float:
    """How far the record speaks for a person where this sense is concerned."""
    balance = max(-_BALANCE_AT_MOST, min(_BALANCE_AT_MOST, subject.balance))
    if sense.category in ONLY_WITH_SOMEBODY and evidence.somebody:
        balance = max(balance, 0.0)
    if evidence.contact and not company.named.firm and sense.category in {"phone", "email"}:
        balance = max(balance, 0.0)
    if candidate.owner is Role.PERSON:
        return max(balance, _OWN_PERSON)
    return balance if candidate.owner is None else min(balance, _OWN_THING)


def confidence_of(score: float) -> float:
    """The share of such findings that are right, to two places; 0.5 at a score of 0."""
    return round(1 / (1 + math.exp(-_CONFIDENCE_SLOPE * score)), 2)
