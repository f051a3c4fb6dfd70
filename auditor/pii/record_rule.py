"""The rules by which whole records are recognised: kinds of record, and labels that any of them may bear."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.model.dataset import Gravity


@dataclass(frozen=True, slots=True)
class Need:
    """One way in which a record shows to be of a kind; all that it states must be there.

    `all_of` are categories, each with others that will do as well; `some_of` are those of which at least `at_least`
    must be found. `called`: the index, or an object around personal fields, must bear a word of the kind. `fields` is
    how many of the kind's words must stand in names of fields.
    """

    all_of: tuple[tuple[str, ...], ...] = ()
    some_of: tuple[str, ...] = ()
    at_least: int = 0
    called: bool = False
    fields: int = 0

    @property
    def categories(self) -> tuple[str, ...]:
        """All that it names, in its order."""
        return (*(one for others in self.all_of for one in others), *self.some_of)

    def is_met(self, categories: frozenset[str], *, called: bool, fields: int) -> bool:
        """Whether a record with these categories, so called and with that many telling fields, has what is needed."""
        if (self.called and not called) or fields < self.fields:
            return False
        for others in self.all_of:  # the classifier's inner loop: twice as fast as all()
            if categories.isdisjoint(others):
                return False
        return not self.at_least or len(categories.intersection(self.some_of)) >= self.at_least


@dataclass(frozen=True, slots=True)
class Words:
    """Words by what they are written in, each list as the rules have it; Chinese stands for its pinyin too."""

    latin: tuple[str, ...] = ()  # also every other script with spaces
    unspaced: tuple[str, ...] = ()  # Chinese, Japanese, Korean: found anywhere in a name
    stems: tuple[str, ...] = ()  # "xyr*": how a word begins


@dataclass(frozen=True, slots=True)
class RecordRule:
    """One kind of record.

    `needs` are alternatives, `unprompted` those of them that ask for no word; a kind without any is what remains where
    no other fits. `covered` are all categories that its needs name, `own` those that speak for this kind and hardly for
    another; with one of `unless` it is something else. `called` are words of an index's name or of an object within,
    `fields` those of fields alone, `against` words of an index or an object that mean something else. `rank` settles
    ties: of general kinds it is below 0. `nobody`: such records are not about people, though a few fields name some;
    where the kind fits best and no other stands there is no record. `accepted` and `rejected` are the rules' own
    examples ("index / field sibling:type"): what is recognised as this kind, first of all or besides, and what is not.
    """

    id: str
    title: str
    gravity: Gravity | None
    needs: tuple[Need, ...]
    unprompted: tuple[Need, ...]
    covered: frozenset[str]
    own: frozenset[str]
    unless: frozenset[str]
    rank: float
    nobody: bool
    called: Words
    fields: Words
    against: Words
    regulations: tuple[str, ...]
    accepted: tuple[str, ...]
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordLabel:
    """What is called out of any record: that it is about children, or marks "key persons".

    One of `categories` in the record is enough, and so is one of `words` in the name of a personal field, which then
    does not count as a field of the category `instead_of`. `called` are words of the index or of an object within
    that say it where one of `beside` is among the categories, and no word of `against` in any name. Findings have a
    place for "minors" and "key_person"; another label is told in their reason alone.
    """

    id: str
    title: str
    categories: frozenset[str]
    instead_of: str
    words: Words
    called: Words
    beside: frozenset[str]
    against: Words
    regulations: tuple[str, ...]
    accepted: tuple[str, ...]
    rejected: tuple[str, ...]


_KIND_KEYS = frozenset(
    {
        "title",
        "gravity",
        "needs",
        "own",
        "unless",
        "rank",
        "nobody",
        "called",
        "fields",
        "against",
        "regulations",
        "examples",
    }
)
_LABEL_KEYS = frozenset(
    {"title", "categories", "instead_of", "words", "called", "beside", "against", "regulations", "examples"}
)
_NEED_KEYS = frozenset({"all", "some", "at_least", "called", "fields"})
_UNSPACED = frozenset({"zh", "ja", "ko"})


def record_rule(identity: str, entry: Mapping[str, Any]) -> RecordRule:
    """A kind of record as its rule file writes it.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is no such rule.
    """
    _check(identity, entry, _KIND_KEYS)
    gravity = entry.get("gravity")
    accepted, rejected = _examples(entry)
    needs = tuple(_need(identity, need) for need in entry.get("needs", ()))
    return RecordRule(
        id=identity,
        title=_text(entry["title"]),
        gravity=None if gravity is None else Gravity(gravity),
        needs=needs,
        unprompted=tuple(need for need in needs if not need.called and not need.fields),
        covered=frozenset().union(*(need.categories for need in needs)),
        own=_set(entry, "own"),
        unless=_set(entry, "unless"),
        rank=float(entry.get("rank", 0)),
        nobody=bool(entry.get("nobody", False)),
        called=_words(entry, "called"),
        fields=_words(entry, "fields"),
        against=_words(entry, "against"),
        regulations=tuple(_text(entry.get("regulations", "")).split()),
        accepted=accepted,
        rejected=rejected,
    )


def record_label(identity: str, entry: Mapping[str, Any]) -> RecordLabel:
    """A label as its rule file writes it.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is no such rule.
    """
    _check(identity, entry, _LABEL_KEYS)
    accepted, rejected = _examples(entry)
    return RecordLabel(
        id=identity,
        title=_text(entry["title"]),
        categories=_set(entry, "categories"),
        instead_of=_text(entry.get("instead_of", "")),
        words=_words(entry, "words"),
        called=_words(entry, "called"),
        beside=_set(entry, "beside"),
        against=_words(entry, "against"),
        regulations=tuple(_text(entry.get("regulations", "")).split()),
        accepted=accepted,
        rejected=rejected,
    )


def listed(texts: Any) -> Iterator[str]:
    """The entries of a comma-separated text, as rule files write lists.

    Raises:
        TypeError: it is no text.
    """
    for text in _text(texts).split(","):
        stripped = text.strip()
        if stripped:
            yield stripped


def _need(identity: str, entry: Mapping[str, Any]) -> Need:
    _check(f"needs of {identity}", entry, _NEED_KEYS)
    some = tuple(_text(entry.get("some", "")).split())
    need = Need(
        all_of=tuple(tuple(word.split("|")) for word in _text(entry.get("all", "")).split()),
        some_of=some,
        at_least=int(entry.get("at_least", 1 if some else 0)),
        called=bool(entry.get("called", False)),
        fields=int(entry.get("fields", 0)),
    )
    if need == Need() or need.at_least > len(need.some_of):
        raise ValueError(f"'{identity}' has a need that asks for nothing, or for more than there is")
    return need


def _check(identity: str, entry: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = entry.keys() - known
    if unknown:
        raise ValueError(f"'{identity}' has an unknown key '{min(unknown)}'")


def _examples(entry: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    examples = entry.get("examples", {})
    return tuple(examples.get("yes", ())), tuple(examples.get("no", ()))


def _set(entry: Mapping[str, Any], key: str) -> frozenset[str]:
    return frozenset(_text(entry.get(key, "")).split())


def _words(entry: Mapping[str, Any], key: str) -> Words:
    latin: list[str] = []
    unspaced: list[str] = []
    stems: list[str] = []
    for language, texts in entry.get(key, {}).items():
        for text in listed(texts):
            if text.endswith("*"):
                stems.append(text[:-1])
            else:
                (unspaced if language in _UNSPACED else latin).append(text)
    return Words(tuple(latin), tuple(unspaced), tuple(stems))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a comma-separated text is wanted, not {value!r}")
    return value
