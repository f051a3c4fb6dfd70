"""Puts each data stream in the place of the indices that back it: owners know the one, servers keep the others."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from auditor.model.dataset import DataSet, Field, Kind
from auditor.probes.elastic.listing import is_system
from auditor.probes.elastic.streams import DataStream


def join_streams(datasets: Sequence[DataSet], streams: Sequence[DataStream], *, fields: int) -> tuple[DataSet, ...]:
    """The data sets with every stream standing where the first of its indices stood.

    A stream of which no index is listed adds nothing, and one that bears an index's name joins nothing. `fields` bounds
    the fields of one stream.
    """
    listed = {dataset.name: dataset for dataset in datasets}
    owners: dict[str, DataStream] = {}
    for stream in streams:
        if stream.name not in listed:
            for name in stream.indices:
                owners.setdefault(name, stream)
    joined: dict[str, DataSet] = {}
    for dataset in datasets:
        owner = owners.get(dataset.name)
        if owner is None:
            joined[dataset.name] = dataset
        elif owner.name not in joined:
            parts = [listed[name] for name in owner.indices if name in listed and owners[name] is owner]
            joined[owner.name] = _joined(owner, parts, fields)
    return tuple(joined.values())


def _joined(stream: DataStream, parts: Sequence[DataSet], limit: int) -> DataSet:
    fields, cut = _fields(parts, limit)
    whole = len(parts) == len(set(stream.indices))
    known = [part for part in parts if part.field_count is not None]
    return DataSet(
        name=stream.name,
        kind=Kind.DATA_STREAM,
        records=_sum(part.records for part in parts) if whole else None,
        bytes=_sum(part.bytes for part in parts) if whole else None,
        readable=_readable(parts),
        system=stream.system or is_system(stream.name),
        fields=fields,
        field_count=len(fields) if known else None,
        truncated=cut or any(part.truncated for part in parts),
        refused=tuple(dict.fromkeys(reason for part in parts for reason in part.refused)),
        aliases=tuple(dict.fromkeys(alias for part in parts for alias in part.aliases)),
    )


def _fields(parts: Sequence[DataSet], limit: int) -> tuple[tuple[Field, ...], bool]:
    """The newest index's fields, then what only older ones have: their records are still there."""
    found: dict[str, Field] = {}
    seen: set[int] = set()
    for part in reversed(parts):
        if id(part.fields) not in seen:  # indices of one template share one tuple
            seen.add(id(part.fields))
            for field in part.fields:
                if len(found) >= limit and field.path not in found:
                    return tuple(found.values()), True
                found.setdefault(field.path, field)
    return tuple(found.values()), False


def _readable(parts: Sequence[DataSet]) -> bool | None:
    """Whether any part of it can be read; False only where every part was refused."""
    answers = {part.readable for part in parts}
    return True if True in answers else False if answers == {False} else None


def _sum(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(count for count in known if count is not None)


def with_aliases(datasets: Iterable[DataSet], aliases: dict[str, tuple[str, ...]]) -> tuple[DataSet, ...]:
    """The data sets with their aliases. A server names those of a data stream beside the stream's own name."""
    return tuple(
        replace(dataset, aliases=tuple(dict.fromkeys((*dataset.aliases, *aliases[dataset.name]))))
        if aliases.get(dataset.name)
        else dataset
        for dataset in datasets
    )
