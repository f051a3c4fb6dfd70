"""Reads the answers to `GET /_mapping` of Elasticsearch and OpenSearch: the fields of each index, within limits."""

from typing import Final

from auditor.index_mapping import FieldBag, FieldCaps, MappedFields, read_field_caps, read_mapping
from auditor.probes.json_reply import JsonValue

__all__ = ["FieldBag", "FieldCaps", "MappedFields", "read_field_caps", "read_mapping", "read_mappings"]

_LONGEST_NAME: Final = 1024


def read_mappings(reply: JsonValue, *, indices: int, fields: int, altogether: int) -> dict[str, MappedFields] | None:
    """The fields of each index in a reply to `GET /_mapping`; None where it is no such reply.

    At most `indices` entries, `fields` fields of one index and `altogether` fields of all are kept; an index that got
    fewer than it has is marked truncated. Indices that share a mapping (one a day, say) share the tuple too.
    """
    if not isinstance(reply, dict) or not all(map(_is_index, reply.values())):
        return None
    found: dict[str, MappedFields] = {}
    shared: dict[MappedFields, MappedFields] = {}
    left = altogether
    for name, entry in reply.items():
        if len(found) >= indices:
            break
        mapped = read_mapping(entry, limit=min(fields, left))
        known = shared.setdefault(mapped, mapped)
        if known is mapped:
            left -= len(mapped.fields)
        found[name[:_LONGEST_NAME]] = known
    return found


def _is_index(entry: JsonValue) -> bool:
    """Whether this can stand beside an index's name; an error, with its "reason" and "root_cause", cannot."""
    if not isinstance(entry, dict):
        return False
    return isinstance(entry.get("mappings"), dict) or all(isinstance(mapping, dict) for mapping in entry.values())
