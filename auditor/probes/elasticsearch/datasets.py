"""Makes the list of indices, each with its count, its fields and whether it can be read, out of the answers."""

from auditor.model.dataset import DataSet, Kind
from auditor.probes.elastic.listing import ListedIndex, SearchTotal, is_system
from auditor.probes.elastic.mapping import MappedFields
from auditor.probes.elastic.refusal import RefusalKind
from auditor.probes.elastic.streams import DataStream
from auditor.probes.elasticsearch import requests as asked
from auditor.probes.elasticsearch.answers import Answers
from auditor.probes.elasticsearch.streams import join_streams, with_aliases

_FORBIDDEN = frozenset({RefusalKind.LOGIN, RefusalKind.IDENTITY, RefusalKind.FRONT, RefusalKind.BLOCKED})


def list_datasets(answers: Answers, *, limit: int, fields: int) -> tuple[tuple[DataSet, ...], bool]:
    """The indices that the server named, at most `limit`, and whether there were more.

    Data streams stand in the place of the indices that back them, where the server told which they are.
    """
    listing = answers.listing
    listed = {index.name: index for index in listing.indices} if listing else {}
    names = answers.names
    found = tuple(_dataset(listed.get(name) or ListedIndex(name), answers, len(names) == 1) for name in names[:limit])
    truncated = len(names) > limit or (listing is not None and listing.truncated)
    aliases = answers.told(asked.ALIASES, dict) or answers.content(asked.ALIASES, dict) or {}
    found = join_streams(with_aliases(found, aliases), _streams(answers), fields=fields)
    return with_aliases(found, aliases), truncated


def _streams(answers: Answers) -> tuple[DataStream, ...]:
    return answers.told(asked.DATA_STREAMS, tuple) or answers.told(asked.PLAIN_DATA_STREAMS, tuple) or ()


def reads_everything(answers: Answers) -> bool:
    """Whether the search over all indices speaks for each: it was answered whole, and not for a bounded user."""
    search, identity = answers.search, answers.identity
    bounded = identity is not None and not identity.unbounded
    return search is not None and search.searched and not search.failed and not bounded


def _dataset(index: ListedIndex, answers: Answers, alone: bool) -> DataSet:
    readable, refused = _readable(index, answers)
    mapped = answers.mapped.get(index.name)
    return DataSet(
        name=index.name,
        kind=Kind.INDEX,
        records=_records(index, answers, alone),
        bytes=index.bytes,
        readable=readable,
        system=is_system(index.name),
        fields=(mapped or MappedFields()).fields,
        field_count=len(mapped.fields) if mapped else None,
        truncated=mapped.truncated if mapped else False,
        refused=refused if mapped else (*refused, "mapping"),
    )


def _readable(index: ListedIndex, answers: Answers) -> tuple[bool | None, tuple[str, ...]]:
    if index.closed:
        return False, ("search: the index is closed",)
    answer = answers.searches.get(index.name)
    if answer is not None:
        if isinstance(answer.content, SearchTotal):
            return (True, ()) if answer.content.searched else (None, ("search",))
        return (False if answer.kind in _FORBIDDEN else None), ("search",)
    if reads_everything(answers):
        return True, ()
    return None, ()


def _records(index: ListedIndex, answers: Answers, alone: bool) -> int | None:
    """The listing's count; else the search's of this index; else, of an only index, that of the search over all."""
    if index.records is not None or index.closed:
        return index.records
    answer = answers.searches.get(index.name)
    total = answer.content if answer is not None else answers.search if alone else None
    return total.records if isinstance(total, SearchTotal) and not total.failed else None
