"""Finding rules and control tables are data: this reads them into `RuleInfo`, ours and a plugin's alike."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Any

from auditor import documents
from auditor.model.finding import Control, FixText, RuleInfo, Severity
from auditor.model.outcome import Verdict
from auditor.model.target import Place

#: What `{name}` in a text may stand for; `judge` fills them in.
PLACEHOLDERS = frozenset(
    {"host", "address", "port", "url", "object", "service", "version", "asked_by", "identity", "behind"}
)


class RuleError(Exception):
    """A rule file is wrong; the message begins with file:line:column."""


def builtin(product: str) -> tuple[RuleInfo, ...]:
    """The rules that come with us for one product.

    Raises:
        RuleError: there is no such file, or it is wrong.
    """
    return load_rules(product, files("auditor.probes") / "rules" / f"{product}.yaml")


def load_rules(product: str, source: Traversable) -> tuple[RuleInfo, ...]:
    """Reads a rule file: a list of rules, in the order in which they are tried.

    `controls` of a rule names groups of the built-in control table or spells controls out as
    `{framework, id, why}`.

    Raises:
        RuleError: an unknown key, severity, verdict, control group or placeholder, or a missing text.
    """
    document = _parse(source)
    if not isinstance(document.data, list):
        raise RuleError(f"{source.name}:1:1: a list of rules is wanted")
    return tuple(_rule(product, entry, document.place((number,))) for number, entry in enumerate(document.data))


@cache
def control_groups() -> Mapping[str, tuple[Control, ...]]:
    """The built-in control table: what a kind of exposure is evidence relevant to, by group.

    Raises:
        RuleError: the table is wrong.
    """
    document = _parse(files("auditor") / "controls.yaml")
    return {
        group: tuple(_control(entry, document.place((group, number))) for number, entry in enumerate(entries))
        for group, entries in document.data.items()
    }


def _parse(source: Traversable) -> documents.Document:
    try:
        return documents.parse(source.read_text(encoding="utf-8"), file=source.name)
    except documents.DocumentError as error:
        raise RuleError("; ".join(f"{problem.place}: {problem.message}" for problem in error.problems)) from error
    except OSError as error:
        raise RuleError(f"{source.name}: cannot be read: {error}") from error


def _rule(product: str, entry: Any, place: Place) -> RuleInfo:
    try:
        fixes = tuple(FixText(text=_text(fix["text"]), below=fix.get("below")) for fix in entry.pop("fixes"))
        controls = tuple(control for word in entry.pop("controls", ()) for control in _controls(word, place))
        verdicts = tuple(Verdict(word) for word in entry.pop("verdicts"))
        return RuleInfo(
            product=product,
            severity=Severity(entry.pop("severity")),
            verdicts=verdicts,
            fixes=fixes,
            controls=controls,
            **{key: _text(value) for key, value in entry.items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RuleError(f"{place}: not a rule: {error}") from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text is wanted, not {value!r}")
    unknown = {name for _, name, _, _ in Formatter().parse(value) if name is not None} - PLACEHOLDERS
    if unknown:
        raise ValueError(f"unknown placeholder {', '.join(sorted(unknown))}")
    return value.strip()


def _controls(word: Any, place: Place) -> tuple[Control, ...]:
    if not isinstance(word, str):
        return (_control(word, place),)
    groups = control_groups()
    if word not in groups:
        raise ValueError(f"no control group '{word}'; there are: {', '.join(groups)}")
    return groups[word]


def _control(entry: Any, place: Place) -> Control:
    try:
        return Control(framework=str(entry["framework"]), id=str(entry["id"]), why=str(entry["why"]))
    except (KeyError, TypeError) as error:
        raise RuleError(f"{place}: a control needs framework, id and why: {error}") from error
