"""An estate's worth of mappings: the labelled ones as they are, and varied so that no name is met twice."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model.dataset import Field
from benchmarks.accuracy.labelled import load

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_BEFORE = ("usr", "cust", "src", "old", "new", "tmp", "ods", "dw", "raw", "alt", "ext", "prev", "sec", "main", "their")
_AFTER = ("raw", "std", "txt", "val", "src", "v2", "norm", "full", "old", "new", "1", "2", "3", "bak", "orig")


@dataclass(frozen=True, slots=True)
class Mapping:
    """One index: its name, its fields, and the categories it was labelled with, by path; empty where it was varied."""

    name: str
    fields: tuple[Field, ...]
    gold: dict[str, frozenset[str]]


def labelled(*sets: str) -> list[Mapping]:
    """The labelled mappings of these sets; fields that two careful officers could judge differently carry no label."""
    return [
        Mapping(one.id, one.fields, {path: frozenset(gold) for path, gold in one.gold.items()})
        for name in sets
        for one in load(name)
    ]


def repeated(mappings: list[Mapping], count: int) -> list[Mapping]:
    """The mappings again and again, as an index a day repeats them, until they have `count` fields."""
    return list(_until(count, (mapping for _ in range(count) for mapping in mappings)))


def varied(mappings: list[Mapping], count: int, *, seed: int = 1) -> list[Mapping]:
    """The mappings in other spellings, with words before and after, until they have `count` fields of distinct names.

    Each of a mapping's names keeps its words, so that what is personal stays so: `birth_date` becomes custBirthDate,
    BIRTH_DATE_STD, birth-date-2.
    """
    chance = random.Random(seed)
    seen: set[str] = set()

    def copies() -> Iterator[Mapping]:
        for _ in range(count):
            for mapping in mappings:
                fields = tuple(Field(_renamed(field.path, chance, seen), field.type) for field in mapping.fields)
                yield Mapping(mapping.name, fields, {})

    return list(_until(count, copies()))


def _until(count: int, mappings: Iterator[Mapping]) -> Iterator[Mapping]:
    left = count
    for mapping in mappings:
        if len(mapping.fields) >= left:
            yield Mapping(mapping.name, mapping.fields[:left], mapping.gold)
            return
        left -= len(mapping.fields)
        yield mapping


def _renamed(path: str, chance: random.Random, seen: set[str]) -> str:
    parent, dot, leaf = path.rpartition(".")
    words = _WORD.findall(leaf) or [leaf or "x"]
    for attempt in range(1_000):
        extended = list(words)
        if chance.random() < 0.5 or attempt:
            extended.insert(0, chance.choice(_BEFORE))
        if chance.random() < 0.5 or attempt > 1:
            extended.append(chance.choice(_AFTER))
        if attempt > 20:
            extended.append(str(chance.randrange(1_000)))
        name = _spelt(extended, chance)
        if name not in seen:
            seen.add(name)
            return f"{parent}{dot}{name}"
    raise AssertionError("a thousand spellings of one name")


def _spelt(words: list[str], chance: random.Random) -> str:
    lower = [word.lower() for word in words]
    match chance.randrange(6):
        case 0:
            return "_".join(lower)
        case 1:
            return "".join([lower[0], *(word.capitalize() for word in lower[1:])])
        case 2:
            return "".join(word.capitalize() for word in lower)
        case 3:
            return "-".join(lower)
        case 4:
            return "_".join(word.upper() for word in lower)
        case _:
            return "".join(lower)
