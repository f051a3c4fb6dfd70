"""The table of controls: what a kind of exposure is evidence relevant to, by group."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from auditor.model.finding import Control
from auditor.model.target import Place
from auditor.rulebook.source import RuleError, parse, text


@cache
def control_groups() -> Mapping[str, tuple[Control, ...]]:
    """The built-in table.

    Raises:
        RuleError: it is wrong.
    """
    return read_controls(files("auditor.rulebook") / "controls.yaml")


def read_controls(source: Traversable) -> Mapping[str, tuple[Control, ...]]:
    """A control table: groups, each a list of `{framework, id, why}`.

    Raises:
        RuleError: it is anything else.
    """
    document = parse(source)
    if not isinstance(document.data, dict):
        raise RuleError(f"{source.name}:1:1: groups of controls are wanted")
    table: dict[str, tuple[Control, ...]] = {}
    for group, entries in document.data.items():
        if not isinstance(entries, list) or not entries:
            raise RuleError(f"{document.place((group,))}: a list of controls is wanted")
        table[group] = tuple(control(entry, document.place((group, number))) for number, entry in enumerate(entries))
    return table


def control(entry: Any, place: Place) -> Control:
    """One control.

    Raises:
        RuleError: it has other keys than framework, id and why, or one that is no text.
    """
    try:
        return Control(**{key: text(value) for key, value in dict(entry).items()})
    except (TypeError, ValueError) as error:
        raise RuleError(f"{place}: a control has framework, id and why, each a text: {error}") from error
