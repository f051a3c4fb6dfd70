"""Takes the documents in a search's answer apart, value by value, for a tally; nothing of them is kept."""

from dataclasses import replace
from typing import Final

from auditor.model.dataset import DataSet, ValueCounts
from auditor.probes.interface import HttpReply, Tally
from auditor.probes.json_reply import JsonValue, as_list, as_object, parse
from auditor.probes.sampling import MOST_VALUES, End, Taken, reduce

_DEEPEST: Final = 20  # Elasticsearch's own limit for a mapping (index.mapping.depth.limit)
_OF_A_LIST: Final = 10  # elements of one list that are looked into
_LONGEST_PATH: Final = 1024


async def take_documents(dataset: DataSet, reply: HttpReply, tally: Tally, *, limit: int) -> Taken:
    """What the answer to a request for at most `limit` documents of a data set comes to; its body is for the tally."""
    if reply.truncated:
        return Taken(End.TOO_LONG, dataset)
    if reply.status != 200:
        return Taken(End.REFUSED, dataset)
    counted = await reduce(len(reply.body), lambda: _counted(reply.body, tally, limit))
    if counted is None:
        return Taken(End.ODD, dataset)
    documents, counts = counted
    return Taken(End.TAKEN, replace(dataset, sampled=documents, counts=counts))


def _counted(body: bytes, tally: Tally, limit: int) -> tuple[int, tuple[ValueCounts, ...]] | None:
    documents = tally_documents(body, tally, limit=limit)
    return None if documents is None else (documents, tally.counts())


def tally_documents(body: bytes, tally: Tally, *, limit: int) -> int | None:
    """Hands the values of at most `limit` documents in the body to the tally, and returns how many documents it held.

    None where it is no answer to a search. Lists are looked into at their beginning alone, and so is one document that
    holds more values than a sample may have.
    """
    answer = as_object(parse(body))
    if "error" in answer or not {"took", "hits"} & answer.keys():
        return None
    sources = [as_object(hit).get("_source") for hit in as_list(as_object(answer.get("hits")).get("hits"))[:limit]]
    documents = [source for source in sources if isinstance(source, dict)]
    _walk(documents, tally)
    return len(documents)


def _walk(documents: list[dict[str, JsonValue]], tally: Tally) -> None:
    """Goes through documents by a stack of its own: one nested a thousand deep must not exhaust Python's."""
    waiting: list[tuple[str, JsonValue, int]] = [("", document, 0) for document in reversed(documents)]
    left = MOST_VALUES
    while waiting and left > 0:
        path, value, depth = waiting.pop()
        left -= 1
        match value:
            case dict() if depth < _DEEPEST:
                for name, inner in value.items():
                    if name and len(path) + len(name) < _LONGEST_PATH:
                        waiting.append((f"{path}.{name}" if path else name, inner, depth + 1))
            case list() if depth < _DEEPEST:
                waiting += [(path, inner, depth + 1) for inner in value[:_OF_A_LIST]]
            case bool():
                pass
            case str() | int() | float():
                tally.take(path, value)
            case _:
                pass
