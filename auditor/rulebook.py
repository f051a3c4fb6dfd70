"""Finding rules and control tables are data: this reads them into `RuleInfo`, ours and a plugin's alike."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Any

from auditor import documents
from auditor.model.finding import Control, FixText, RuleInfo, Severity
from auditor.model.outcome import Verdict
from auditor.model.sound import sound
from auditor.model.target import Place

#: What `{name}` in a text may stand for; `judge` fills them in.
PLACEHOLDERS = frozenset(
    {"host", "address", "port", "url", "object", "service", "version", "asked_by", "identity", "behind"}
)


#: What one finding of a rule stands for (RuleInfo.per).
KINDS = frozenset({"target", "dataset", "dataset-names", "path"})

_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})*")


class RuleError(Exception):
    """A rule is wrong; the message of one that was read from a file begins with file:line:column."""


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
    rules = tuple(_rule(product, entry, document.place((number,))) for number, entry in enumerate(document.data))
    try:
        check(product, rules)  # each was checked at its own place: what is left are two of one id
    except RuleError as error:
        raise RuleError(f"{source.name}:1:1: {error}") from error
    return rules


def check(product: str, rules: Iterable[RuleInfo]) -> None:
    """Whether a probe's rules can be used, wherever they come from: what is wrong must show before the first packet.

    Raises:
        RuleError: an unknown placeholder, a rule without fixes or verdicts, an unknown `per`, or two of one id.
        TypeError: something in a rule is not what RuleInfo says.
    """
    seen: set[str] = set()
    for rule in rules:
        sound(rule, RuleInfo)
        if rule.product != product:
            raise RuleError(f"the rule '{rule.id}' is about '{rule.product}', not '{product}'")
        if rule.id in seen:
            raise RuleError(f"there are two rules '{rule.id}': their findings would take each other's place")
        seen.add(rule.id)
        if rule.per not in KINDS:
            raise RuleError(f"the rule '{rule.id}' is per '{rule.per}'; there are: {', '.join(sorted(KINDS))}")
        if not rule.verdicts or not rule.fixes:
            raise RuleError(f"the rule '{rule.id}' has no {'fixes' if rule.verdicts else 'verdicts'}")
        for fix in rule.fixes:
            if fix.below is not None and not _VERSION.fullmatch(fix.below):
                raise RuleError(f"the rule '{rule.id}' bounds a fix by '{fix.below}', which is no version")
        for text in (rule.title, rule.why, rule.verify, *(fix.text for fix in rule.fixes)):
            _check_text(rule.id, text)


def _check_text(rule: str, text: str) -> None:
    try:
        pieces = tuple(Formatter().parse(text))
    except ValueError as error:
        raise RuleError(f"the rule '{rule}' has a brace without its other: {error}") from error
    for _, name, form, conversion in pieces:
        if name is not None and (name not in PLACEHOLDERS or form or conversion):
            known = ", ".join(sorted(PLACEHOLDERS))
            raise RuleError(f"the rule '{rule}' has the unknown placeholder '{{{name}}}'; there are: {known}")


@cache
def control_groups() -> Mapping[str, tuple[Control, ...]]:
    """The built-in control table: what a kind of exposure is evidence relevant to, by group.

    Raises:
        RuleError: the table is wrong.
    """
    return read_controls(files("auditor") / "controls.yaml")


def read_controls(source: Traversable) -> Mapping[str, tuple[Control, ...]]:
    """A control table: groups, each a list of `{framework, id, why}`.

    Raises:
        RuleError: it is anything else.
    """
    document = _parse(source)
    if not isinstance(document.data, dict):
        raise RuleError(f"{source.name}:1:1: groups of controls are wanted")
    table: dict[str, tuple[Control, ...]] = {}
    for group, entries in document.data.items():
        if not isinstance(entries, list) or not entries:
            raise RuleError(f"{document.place((group,))}: a list of controls is wanted")
        table[group] = tuple(_control(entry, document.place((group, number))) for number, entry in enumerate(entries))
    return table


def _parse(source: Traversable) -> documents.Document:
    try:
        return documents.parse(source.read_text(encoding="utf-8"), file=source.name)
    except documents.DocumentError as error:
        raise RuleError("; ".join(f"{problem.place}: {problem.message}" for problem in error.problems)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{source.name}:1:1: cannot be read: {error}") from error


def _rule(product: str, entry: Any, place: Place) -> RuleInfo:
    try:
        texts = dict(entry)
        fixes = tuple(_fix(fix) for fix in _list(texts.pop("fixes")))
        controls = tuple(control for word in _list(texts.pop("controls", [])) for control in _controls(word, place))
        rule = RuleInfo(
            product=product,
            severity=Severity(texts.pop("severity")),
            verdicts=tuple(Verdict(word) for word in _list(texts.pop("verdicts"))),
            fixes=fixes,
            controls=controls,
            **{key: _text(value) for key, value in texts.items()},
        )
        check(product, (rule,))
    except RuleError as error:
        raise error if str(error).startswith(f"{place.file}:") else RuleError(f"{place}: {error}") from error
    except KeyError as error:
        raise RuleError(f"{place}: not a rule: {error} is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise RuleError(f"{place}: not a rule: {error}") from error
    return rule


def _fix(entry: Any) -> FixText:
    unknown = ", ".join(sorted(map(str, set(entry) - {"text", "below"})))
    if unknown:
        raise ValueError(f"a fix has a text, and may have a bound 'below', but no {unknown}")
    return FixText(text=_text(entry["text"]), below=None if entry.get("below") is None else _text(entry["below"]))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"a list is wanted, not {value!r}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text is wanted, not {value!r}")
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
        control = Control(**{key: _text(value) for key, value in dict(entry).items()})
    except (TypeError, ValueError) as error:
        raise RuleError(f"{place}: a control has framework, id and why, each a text: {error}") from error
    return control
