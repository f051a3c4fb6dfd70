"""Finding rules are data: this reads them into `RuleInfo`, ours and a plugin's alike."""

import re
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Any

from auditor.model.finding import Control, FixText, RuleInfo, Severity
from auditor.model.outcome import Verdict
from auditor.model.sound import sound
from auditor.model.target import Place
from auditor.rulebook.controls import control, control_groups
from auditor.rulebook.source import RuleError, items, parse, text

#: What `{name}` in a text may stand for; `judge` fills them in.
PLACEHOLDERS = frozenset(
    {"host", "address", "port", "url", "object", "service", "version", "asked_by", "identity", "behind"}
)


#: What one finding of a rule stands for (RuleInfo.per).
KINDS = frozenset({"target", "dataset", "dataset-names", "path", "sign"})

_SIGN = re.compile(r"[a-z][a-z_]{0,63}")
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})*")


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
    document = parse(source)
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
        if (rule.per == "sign") is not bool(_SIGN.fullmatch(rule.sign)):
            raise RuleError(
                f"the rule '{rule.id}' must name a sign, in lower case, where it is per sign, and only there"
            )
        for said in (rule.title, rule.why, rule.verify, *(fix.text for fix in rule.fixes)):
            _check_text(rule.id, said)


def _check_text(rule: str, said: str) -> None:
    try:
        pieces = tuple(Formatter().parse(said))
    except ValueError as error:
        raise RuleError(f"the rule '{rule}' has a brace without its other: {error}") from error
    for _, name, form, conversion in pieces:
        if name is not None and (name not in PLACEHOLDERS or form or conversion):
            known = ", ".join(sorted(PLACEHOLDERS))
            raise RuleError(f"the rule '{rule}' has the unknown placeholder '{{{name}}}'; there are: {known}")


def _rule(product: str, entry: Any, place: Place) -> RuleInfo:
    try:
        texts = dict(entry)
        fixes = tuple(_fix(fix) for fix in items(texts.pop("fixes")))
        controls = tuple(each for word in items(texts.pop("controls", [])) for each in _controls(word, place))
        rule = RuleInfo(
            product=product,
            severity=Severity(texts.pop("severity")),
            verdicts=tuple(Verdict(word) for word in items(texts.pop("verdicts"))),
            fixes=fixes,
            controls=controls,
            **{key: text(value) for key, value in texts.items()},
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
    return FixText(text=text(entry["text"]), below=None if entry.get("below") is None else text(entry["below"]))


def _controls(word: Any, place: Place) -> tuple[Control, ...]:
    if not isinstance(word, str):
        return (control(word, place),)
    groups = control_groups()
    if word not in groups:
        raise ValueError(f"no control group '{word}'; there are: {', '.join(groups)}")
    return groups[word]
