"""Whether a value is what its annotations say, all the way down: what a plugin hands over is believed only then."""

import types
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def sound(value: T, kind: type[T]) -> T:
    """`value` as it is, but with every half of a surrogate pair in its texts replaced: no file could take one.

    Knows what the model is made of: dataclasses, enums, tuples of any length, frozensets, unions and plain values.

    Raises:
        TypeError: it, or something in it, is not what the annotations say.
    """
    return _checked(value, kind, kind.__name__)  # type: ignore[no-any-return]  # _checked returns what it was given


def _checked(value: Any, kind: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _one_of(value, get_args(kind), where)
    if origin in (tuple, frozenset):
        return _members(value, origin, get_args(kind), where)
    # A bool is an int to isinstance, and an int will do for a float; neither is meant the other way round.
    if type(value) is not kind and not (isinstance(value, kind) and (is_dataclass(kind) or issubclass(kind, Enum))):
        if kind is float and type(value) is int:
            return value
        raise TypeError(f"{where}: {kind.__name__} is wanted, not {type(value).__name__}")
    if kind is str:
        return _whole(value)
    return _record(value, where) if is_dataclass(kind) else value


def _one_of(value: Any, kinds: tuple[Any, ...], where: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    (kind,) = (kind for kind in kinds if kind is not type(None))  # the model knows no other union
    return _checked(value, kind, where)


def _members(value: Any, origin: Any, kinds: tuple[Any, ...], where: str) -> Any:
    if type(value) is not origin:
        raise TypeError(f"{where}: {origin.__name__} is wanted, not {type(value).__name__}")
    if origin is tuple and kinds[-1] is not Ellipsis:
        if len(value) != len(kinds):
            raise TypeError(f"{where}: {len(kinds)} members are wanted, not {len(value)}")
        checked = [_checked(one, kind, where) for one, kind in zip(value, kinds, strict=True)]
    else:
        checked = [_checked(one, kinds[0], where) for one in value]
    return value if all(one is other for one, other in zip(checked, value, strict=True)) else origin(checked)


def _record(value: Any, where: str) -> Any:
    changed = {}
    for name, kind in _annotations(value.__class__).items():
        before = getattr(value, name)
        after = _checked(before, kind, f"{where}.{name}")
        if after is not before:
            changed[name] = after
    return replace(value, **changed) if changed else value


@cache
def _annotations(kind: Hashable) -> Mapping[str, Any]:
    assert isinstance(kind, type)
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _whole(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
