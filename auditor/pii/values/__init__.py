"""What sampled values say of a field, beside its name: each is checked and counted as it comes, and none is kept."""

from auditor.pii.values.hints import Hint, hint_of
from auditor.pii.values.tally import ValueTally
from auditor.pii.values.weigh import adjusted

__all__ = ["Hint", "ValueTally", "adjusted", "hint_of"]
