"""What a field's name hints at, so that costly and weak checks are tried where they can mean something."""

from dataclasses import dataclass

from auditor.pii.knowledge import Knowledge
from auditor.pii.reading import Reading
from auditor.pii.tokens import key, path_segments


@dataclass(frozen=True, slots=True)
class Hint:
    """Everything that a path's last two segments may mean, in whatever company: (category, language, term's key)."""

    senses: frozenset[tuple[str, str, str]] = frozenset()

    def speaks_of(self, *categories: str) -> bool:
        """Whether it may mean one of these categories."""
        return any(category in categories for category, _, _ in self.senses)

    def languages(self, *categories: str) -> frozenset[str]:
        """The languages of the terms for these categories; "zh" also where they were written in Latin letters."""
        return frozenset(language.partition("-")[0] for category, language, _ in self.senses if category in categories)

    def terms(self, *categories: str) -> frozenset[str]:
        """What `tokens.key` makes of the terms for these categories."""
        return frozenset(term for category, _, term in self.senses if category in categories)


def hint_of(path: str, knowledge: Knowledge) -> Hint:
    """What the name of the field at a dotted path hints at, and that of the object it stands in.

    More generous than the judgement of names: a hint only decides which checks are tried.
    """
    readings: list[Reading] = []
    for segment in path_segments(path)[-2:]:
        plain, chinese = knowledge.plain(segment), knowledge.chinese(segment)
        readings.append(plain)
        if chinese is not None and not (plain.known and plain.candidates):
            readings.append(chinese)
    return Hint(
        frozenset(
            (sense.category, sense.language, key(candidate.term))
            for reading in readings
            for candidate in reading.candidates
            for sense in candidate.senses
        )
    )
