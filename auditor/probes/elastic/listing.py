"""Reads what Elasticsearch and OpenSearch of every age list: indices and their counts, aliases, a search's total."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from auditor.probes.json_reply import JsonValue, as_count, as_object, as_text

_LONGEST_NAME: Final = 255 * 4  # Elasticsearch allows 255 bytes; a name beyond this is not one
# Hidden all the same, but these hold the organisation's data: what backs data streams, what could not be indexed into
# them (from 8.19 and 9.1: Elastic, failure store), and what upgrades moved.
_DATA_BEHIND_A_DOT: Final = (".ds-", ".fs-", ".reindexed-", ".shrink-", ".restored-")


@dataclass(frozen=True, slots=True)
class ListedIndex:
    """One index of a listing. `records` counts the documents on its primary shards, `bytes` is their size on disk.

    Both are None where the server told none; `closed` says that it holds data which nobody can search just now.
    """

    name: str
    records: int | None = None
    bytes: int | None = None
    closed: bool = False

    @property
    def system(self) -> bool:
        """Whether its name marks the product's own bookkeeping."""
        return is_system(self.name)


@dataclass(frozen=True, slots=True)
class Listing:
    """Indices that a server named. `truncated`: there were more than asked for, or the byte cap cut the list."""

    indices: tuple[ListedIndex, ...] = ()
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class SearchTotal:
    """What a search of size 0 told. Its hits, should a server send any, are never looked at.

    `records` is None where the server gave none or only a lower bound (`"relation": "gte"`). `shards` of 0 means that
    no index was searched; `failed` counts shards that did not answer.
    """

    records: int | None
    lower_bound: int | None = None
    shards: int | None = None
    failed: int = 0

    @property
    def searched(self) -> bool:
        """Whether at least one shard answered, or the server does not tell of shards."""
        return self.shards is None or (self.shards > 0 and self.failed < self.shards)


def is_system(name: str) -> bool:
    """Whether an index is the product's own bookkeeping (`.kibana`, `.security`), told by its leading dot."""
    return name.startswith(".") and not name.startswith(_DATA_BEHIND_A_DOT)


def read_cat_indices(body: JsonValue, *, limit: int) -> Listing | None:
    """The indices of `GET /_cat/indices?format=json`; None where it is no such listing. An empty list is one."""
    if not isinstance(body, list):
        return None
    rows = [row for row in body if isinstance(row, dict) and _name(row.get("index"))]
    if body and not rows:
        return None
    return _listing(map(_cat_row, rows), limit=limit)


def rest_of_cut_list(body: bytes) -> bytes:
    """A JSON list of flat objects that a byte cap cut, ended after its last whole object, so that it can be parsed."""
    return body[: body.rfind(b"}") + 1] + b"]"


def read_stats(body: JsonValue, *, limit: int) -> Listing | None:
    """The indices of `GET /_stats/docs,store?level=indices` (0.90: `/_stats`); None where it is no such reply."""
    indices = as_object(body).get("indices")
    if not isinstance(indices, dict) or "_all" not in as_object(body):
        return None
    return _listing((_stats_entry(name, entry) for name, entry in indices.items() if _name(name)), limit=limit)


def read_aliases(body: JsonValue, *, limit: int) -> dict[str, tuple[str, ...]] | None:
    """The aliases of each index in a reply to `GET /_aliases`; None where it is no such reply."""
    if not isinstance(body, dict) or not all("aliases" in as_object(entry) for entry in body.values()):
        return None
    names = islice((name for name in body if _name(name)), limit)
    return {name: tuple(filter(_name, as_object(as_object(body[name]).get("aliases"))))[:64] for name in names}


def read_search(body: JsonValue) -> SearchTotal | None:
    """What `GET /_search?size=0` told; None where the body is no answer to a search, whatever its HTTP status says."""
    document = as_object(body)
    hits, shards = document.get("hits"), as_object(document.get("_shards"))
    if document.get("error") is not None or not isinstance(hits, dict) or not ({"took", "_shards"} & document.keys()):
        return None
    total = hits.get("total")
    exact, bound = as_count(total), None
    if isinstance(total, dict):  # from 7 on
        value = as_count(total.get("value"))
        exact, bound = (value, None) if total.get("relation") == "eq" else (None, value)
    elif total is not None and exact is None:
        return None
    return SearchTotal(exact, bound, as_count(shards.get("total")), as_count(shards.get("failed")) or 0)


def _listing(found: Iterable[ListedIndex], *, limit: int) -> Listing:
    unique: dict[str, ListedIndex] = {}
    for index in found:
        if len(unique) >= limit and index.name not in unique:
            return Listing(tuple(unique.values()), truncated=True)
        unique.setdefault(index.name, index)
    return Listing(tuple(unique.values()))


def _cat_row(row: dict[str, JsonValue]) -> ListedIndex:
    size = row.get("pri.store.size") if row.get("pri.store.size") is not None else row.get("store.size")
    return ListedIndex(
        _name(row.get("index")),
        as_count(row.get("docs.count")),
        as_count(size),
        closed=as_text(row.get("status"), at_most=16) == "close",
    )


def _stats_entry(name: str, entry: JsonValue) -> ListedIndex:
    primaries = as_object(as_object(entry).get("primaries"))
    docs, store = as_object(primaries.get("docs")), as_object(primaries.get("store"))
    return ListedIndex(name, as_count(docs.get("count")), as_count(store.get("size_in_bytes")))


def _name(value: JsonValue) -> str:
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME else ""
