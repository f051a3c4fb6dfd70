"""A small real tally of the tests' own: how many values, how many distinct ones, and how many of these have an @."""

from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn

from auditor.model.dataset import Field, ValueCounts


class SmallTally:
    """Counts texts, numbers and dates by field."""

    def __init__(self, name: str, fields: Sequence[Field]) -> None:
        self.name = name
        self.known = {field.path for field in fields}
        self._values: dict[str, list[object]] = {}

    def take(self, path: str, value: object) -> None:
        assert isinstance(value, (str, int, float, datetime))
        assert not isinstance(value, bool)
        self._values.setdefault(path, []).append(value)

    def counts(self) -> tuple[ValueCounts, ...]:
        found = tuple(
            ValueCounts(path, len(values), len(distinct), (("has an @", sum("@" in str(each) for each in distinct)),))
            for path, values in self._values.items()
            for distinct in [set(values)]
        )
        self._values.clear()
        return found

    def __repr__(self) -> str:
        return f"<SmallTally of {self.name}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a tally is not pickled")
