"""Says which fields of an index or collection look personal, by their names, types and company alone."""

from collections.abc import Iterable, Sequence

from auditor.model.dataset import Field, FieldFinding, Kind
from auditor.pii.judgement import Judgement
from auditor.pii.knowledge import Knowledge
from auditor.pii.rulepack import RulePack


class Classifier:
    """Built once from packs of rules; it answers the same for the same names, in whatever order they come."""

    def __init__(self, packs: Iterable[RulePack]) -> None:
        self._knowledge = Knowledge(packs)

    def classify(self, name: str, fields: Sequence[Field], *, kind: Kind | None = None) -> tuple[FieldFinding, ...]:
        """The fields that look personal, in the order given.

        `name` is the index's or collection's; its words are evidence. A view or a stream is judged like an index:
        `kind` is taken for callers that know it and changes nothing yet. Pure: nothing is asked, and nothing is kept
        but readings of names.
        """
        return Judgement(self._knowledge, name, fields).findings()

    @property
    def remembered(self) -> int:
        """How many readings of names are kept; bounded, however many names were seen."""
        return self._knowledge.remembered
