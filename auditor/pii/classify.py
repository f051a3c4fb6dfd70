"""Says which fields of an index or collection look personal: by names, types and company, and by a sample's counts."""

from collections.abc import Iterable, Sequence

from auditor.model.dataset import Field, FieldFinding, Kind, RecordFinding, ValueCounts
from auditor.pii.judgement import Judgement
from auditor.pii.knowledge import Knowledge
from auditor.pii.record import Records
from auditor.pii.rulepack import RulePack
from auditor.pii.values import Hint, ValueTally, adjusted, hint_of


class Classifier:
    """Built once from packs of rules; it answers the same for the same names, in whatever order they come."""

    def __init__(self, packs: Iterable[RulePack]) -> None:
        loaded = tuple(packs)
        self._knowledge = Knowledge(loaded)
        self._records = Records(loaded, self._knowledge)

    def classify(
        self,
        name: str,
        fields: Sequence[Field],
        *,
        kind: Kind | None = None,
        counts: Sequence[ValueCounts] = (),
    ) -> tuple[FieldFinding, ...]:
        """The fields that look personal, in the order given.

        `name` is the index's or collection's; its words are evidence. A view or a stream is judged like an index:
        `kind` is taken for callers that know it and changes nothing yet. `counts` are what a tally of ours made of
        a sample: they may raise, lower, drop or add findings (`values.adjusted`); fields of which only they
        know are judged as well. Pure: nothing is asked, and nothing is kept but readings of names.
        """
        if not counts:
            return Judgement(self._knowledge, name, fields).findings()
        known = {field.path for field in fields}
        fields = [*fields, *(Field(count.field) for count in counts if count.field not in known)]

        def judge(more: Sequence[Field]) -> tuple[FieldFinding, ...]:
            return Judgement(self._knowledge, name, [*fields, *more]).findings()

        return adjusted(judge([]), fields, counts, hint_of=self._hint_of, judge=judge)

    def tally(self, name: str, fields: Sequence[Field]) -> ValueTally:
        """Opens a tally for the sample of one data set, whose `counts()` are then handed to `classify`.

        Satisfies the probes' `OpenTally`. A path's own words say which checks its values are worth, whether it is among
        the fields known yet or not; no data set is judged for that while its server waits.
        """
        return ValueTally(self._hint_of)

    def _hint_of(self, path: str) -> Hint:
        return hint_of(path, self._knowledge)

    def record(self, name: str, fields: Sequence[Field], findings: Sequence[FieldFinding]) -> RecordFinding | None:
        """What the records are as a whole, by their `fields` and by `findings`, what was classified of these.

        None where nothing looks personal. Pure, like `classify`.
        """
        return self._records.recognise(name, fields, findings)

    @property
    def remembered(self) -> int:
        """How many readings of names are kept; bounded, however many names were seen."""
        return self._knowledge.remembered + self._records.remembered
