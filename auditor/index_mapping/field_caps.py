"""Reads the answer of `GET /_field_caps` (from 5.4 on): the paths of one or several indices with their types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from auditor.index_mapping.bag import LONGEST_TYPE, FieldBag, MappedFields, join

_CONTAINERS: Final = frozenset({"object", "nested"})
_MOST_INDICES: Final = 100_000


@dataclass(frozen=True, slots=True)
class FieldCaps:
    """What `_field_caps` tells: the indices it spoke about (named from 7.2 on), and the fields of all of them."""

    indices: tuple[str, ...]
    mapped: MappedFields


def read_field_caps(reply: Any, *, limit: int) -> FieldCaps | None:
    """The indices and fields in a reply to `GET /_field_caps?fields=*`; None where it is no such reply."""
    if not isinstance(reply, dict) or "error" in reply:
        return None
    listed = reply.get("fields")
    if not isinstance(listed, dict):
        return None
    types = {path: kind for path, capability in listed.items() if (kind := _types(path, capability))}
    bag = FieldBag(limit)
    for path, kind in types.items():
        if kind not in _CONTAINERS and not _has_plain_parent(path, types):
            bag.add(path, kind)
    return FieldCaps(_indices(reply.get("indices")), bag.mapped())


def _indices(named: Any) -> tuple[str, ...]:
    names = named if isinstance(named, list) else [named]
    return tuple(name[:512] for name in names[:_MOST_INDICES] if isinstance(name, str))


def _types(path: str, capability: Any) -> str:
    """The types of a path, joined by "|"; "" for metadata such as `_id`, and for a path mapped nowhere."""
    if path.startswith("_") or not isinstance(capability, Mapping):
        return ""
    return join(
        {
            kind[:LONGEST_TYPE]
            for kind, detail in capability.items()
            if not kind.startswith("_") and kind != "unmapped" and not _is_metadata(detail)
        }
    )


def _is_metadata(detail: Any) -> bool:
    return isinstance(detail, Mapping) and detail.get("metadata_field") is True


def _has_plain_parent(path: str, types: Mapping[str, str]) -> bool:
    """Whether `a.b` is a multi-field: its parent is itself a field that holds a value, not an object."""
    parent, dot, _ = path.rpartition(".")
    return bool(dot) and types.get(parent, "object") not in _CONTAINERS
