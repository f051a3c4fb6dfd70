"""A small language for what may stay of an answer: whatever a shape does not name goes, so that no record is left.

A rule takes a value and gives what stays of it, or GONE. `Keys`, `Each` and `Items` build rules of rules; `number`,
`word`, `name` and `text` are those of leaves.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from auditor.testing.scrubbing.disguise import Disguise


class _Gone:
    """Stands for a value of which nothing stays."""


GONE: Final = _Gone()
Rule: TypeAlias = Callable[[Any, Disguise], Any]

_DEEPEST = 64  # of a tree of which no shape tells more
_WORD = re.compile(r"\w[\w .,:+/()\[\]*-]{0,99}", re.ASCII)
_QUANTITY = re.compile(r"[0-9]{1,20}(?:\.[0-9]+)?(?:[kmgtp]?b|%|ms|s)?", re.ASCII)
_SWITCH = re.compile(r"\s*(?:true|false|on|off|yes|no|[01]|null|none)?\s*", re.IGNORECASE)
#: What servers show instead of a secret.
_MASKED = re.compile(r"\*+|x{3,}|\.{3,}|<[^>]*>|\[[^\]]*\]|\$\{[^}]*\}|:*\w*redacted\w*:*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Keys:
    """An object with these keys; others go, unless `other` has a rule for them."""

    rules: Mapping[str, Rule]
    other: Callable[[str], Rule | None] | None = None

    def __call__(self, value: Any, hide: Disguise) -> Any:
        """What stays of an object, in the server's order."""
        if not isinstance(value, dict):
            return GONE
        kept: dict[str, Any] = {}
        for key, inner in value.items():
            rule = self.rules.get(key) or (self.other(key) if self.other is not None else None)
            if rule is not None and (stays := rule(inner, hide)) is not GONE:
                kept[key] = stays
        return kept


@dataclass(frozen=True, slots=True)
class Each:
    """An object whose keys are names: of indices, of fields."""

    rule: Rule

    def __call__(self, value: Any, hide: Disguise) -> Any:
        """What stays of the first members, and of those that were asked about."""
        if not isinstance(value, dict):
            return GONE
        kept: dict[str, Any] = {}
        for number, (key, inner) in enumerate(value.items()):
            wanted = key in hide.asked or (number < hide.most and hide.has_room())
            if wanted and (stays := self.rule(inner, hide)) is not GONE:
                kept[hide.name(key)] = stays
        return kept


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `named` is the key by which an item of it may have been asked about, `most` a bound of its own."""

    rule: Rule
    named: str = "name"
    most: int | None = None

    def __call__(self, value: Any, hide: Disguise) -> Any:
        """What stays of the first items, and of those that were asked about."""
        if not isinstance(value, list):
            return GONE
        most = hide.most if self.most is None else self.most
        stay = [item for place, item in enumerate(value) if place < most or self._asked(item, hide)]
        return [stays for item in stay if (stays := self.rule(item, hide)) is not GONE]

    def _asked(self, item: Any, hide: Disguise) -> bool:
        known = item.get(self.named) if isinstance(item, dict) else None
        return isinstance(known, str) and known in hide.asked


def either(*rules: Rule) -> Rule:
    """The first of several rules that leaves something."""

    def rule(value: Any, hide: Disguise) -> Any:
        return next((stays for each in rules if (stays := each(value, hide)) is not GONE), GONE)

    return rule


def constant(instead: Any) -> Rule:
    """Whatever was there, `instead` stands there now: that something was is all that counts."""

    def rule(value: Any, hide: Disguise) -> Any:
        return instead

    return rule


def number(value: Any, hide: Disguise) -> Any:
    """A number, a switch, a null, or a quantity that is written as a text."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return value if isinstance(value, str) and _QUANTITY.fullmatch(value) else GONE


def word(value: Any, hide: Disguise) -> Any:
    """A word of the product's own: a version, a type, a state. One that cannot be is replaced."""
    if value is None:
        return None
    if not isinstance(value, str):
        return GONE
    return value if not value or _WORD.fullmatch(value) else "SCRUBBED"


def name(value: Any, hide: Disguise) -> Any:
    """A name that stays."""
    return hide.name(value) if isinstance(value, str) else GONE


def namespace(value: Any, hide: Disguise) -> Any:
    """`database.collection`."""
    return hide.namespace(value) if isinstance(value, str) else GONE


def text(value: Any, hide: Disguise) -> Any:
    """A text for people, such as an error's, disguised."""
    return hide.text(value) if isinstance(value, str) else GONE


def host(value: Any, hide: Disguise) -> Any:
    """A host, with or without its port."""
    return hide.host(value) if isinstance(value, str) else GONE


def published(value: Any, hide: Disguise) -> Any:
    """An address that a node publishes: "10.0.0.1:9200", "es-1/10.0.0.1:9200", "inet[/10.0.0.1:9200]"."""
    return (
        hide.host(value.rpartition("/")[2].rstrip("]") if "/" in value else value) if isinstance(value, str) else GONE
    )


def setting(value: Any, hide: Disguise, depth: int = 0) -> Any:
    """A tree of settings: their names, whether they are on or off, and whether there is a value, in clear or masked."""
    if isinstance(value, (dict, list)) and (depth > _DEEPEST or not hide.has_room()):
        return GONE
    if isinstance(value, dict):
        kept = {hide.name(key): setting(inner, hide, depth + 1) for key, inner in list(value.items())[: hide.most]}
        return {key: inner for key, inner in kept.items() if inner is not GONE}
    if isinstance(value, list):
        return [stays for inner in value[:8] if (stays := setting(inner, hide, depth + 1)) is not GONE]
    if isinstance(value, str):
        return value if _SWITCH.fullmatch(value) else "***" if _MASKED.fullmatch(value) else "SCRUBBED"
    return value if value is None or isinstance(value, bool) else 0


def emptied(value: Any, hide: Disguise) -> Any:
    """A list or an object whose contents go: the records."""
    return [] if isinstance(value, list) else {} if isinstance(value, dict) else GONE


def numbers(value: Any, hide: Disguise, depth: int = 0) -> Any:
    """A tree of statistics: its numbers, below keys that are the product's own."""
    if isinstance(value, dict) and depth <= _DEEPEST:
        some = [(key, inner) for key, inner in list(value.items())[: hide.most] if _WORD.fullmatch(key)]
        kept = {key: numbers(inner, hide, depth + 1) for key, inner in some}
        return {key: inner for key, inner in kept.items() if inner is not GONE}
    return value if isinstance(value, (bool, int, float)) else GONE
