"""Reads which data streams a server has, and which indices each is made of."""

from dataclasses import dataclass
from itertools import islice
from typing import Final

from auditor.probes.json_reply import JsonValue, as_list, as_object

_LONGEST_NAME: Final = 255 * 4
_MOST_INDICES: Final = 10_000  # of one stream


@dataclass(frozen=True, slots=True)
class DataStream:
    """A data stream and its backing indices, the newest last (it is the one that is written to).

    `system` says that the server calls it a part of the product.
    """

    name: str
    indices: tuple[str, ...]
    system: bool = False


def read_data_streams(body: JsonValue, *, limit: int) -> tuple[DataStream, ...] | None:
    """The streams of a reply to `GET /_data_stream` (Elasticsearch from 7.9, OpenSearch); None where it is no such.

    The indices that keep what could not be indexed (`.fs-…`, from 8.19 and 9.1) are a part of their stream as well;
    they stand before the others.
    """
    listed = as_object(body).get("data_streams")
    if not isinstance(listed, list):
        return None
    found: dict[str, DataStream] = {}
    for entry in islice(map(as_object, listed), limit):
        name = _name(entry.get("name"))
        failed = _indices(as_object(entry.get("failure_store")).get("indices"))
        indices = _indices(entry.get("indices"))
        if name and indices:
            every = tuple(dict.fromkeys((*failed, *indices)))
            found.setdefault(name, DataStream(name, every, entry.get("system") is True))
    return tuple(found.values())


def _indices(value: JsonValue) -> tuple[str, ...]:
    named = (_name(as_object(one).get("index_name")) for one in as_list(value)[:_MOST_INDICES])
    return tuple(dict.fromkeys(name for name in named if name))


def _name(value: JsonValue) -> str:
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME else ""
