"""The languages that reports speak. The English sentence is the key; a catalogue holds its translation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.export.interface import ExportError


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its code for `<html lang>` and the sentences that differ from the English ones."""

    code: str
    catalogue: Mapping[str, str] = field(default_factory=dict)

    def t(self, text: str, /, **values: object) -> str:
        """`text` in this language, with `{name}` filled from `values`."""
        known = self.catalogue.get(text, text)
        return known.format(**values) if values else known

    def tn(self, one: str, many: str, count: int, /, **values: object) -> str:
        """`one` or `many` by `count`, which also fills `{n}`, grouped by thousands."""
        return self.t(one if count == 1 else many, n=f"{count:,}", **values)


LANGUAGES = {"en": Language("en")}


def language(code: str) -> Language:
    """The language of that code.

    Raises:
        ExportError: there is none.
    """
    known = LANGUAGES.get(code)
    if known is None:
        raise ExportError(f"reports do not speak '{code}'; there are: {', '.join(LANGUAGES)}")
    return known
