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
_KEY: Final = "*"  # in the place of a name that is somebody's address, number or name
_FEWEST_DIGITS: Final = 5  # of such a number
_MOST_LETTERS: Final = 2  # the X of a citizen's number, the country of a bank account


async def take_documents(dataset: DataSet, reply: HttpReply, tally: Tally, *, limit: int) -> Taken:
    """What the answer to a request for at most `limit` documents of a data set comes to; its body is for the tally."""
    if reply.truncated:
        return Taken(End.TOO_LONG, dataset)
    if reply.status != 200:
        return Taken(End.REFUSED, dataset)
    counted = await reduce(len(reply.body), lambda: _counted(reply.body, tally, limit, dataset))
    if counted is None:
        return Taken(End.ODD, dataset)
    documents, counts = counted
    return Taken(End.TAKEN, replace(dataset, sampled=documents, counts=counts))


def _counted(body: bytes, tally: Tally, limit: int, dataset: DataSet) -> tuple[int, tuple[ValueCounts, ...]] | None:
    known = frozenset(field.path for field in dataset.fields)
    documents = tally_documents(body, tally, limit=limit, known=known)
    return None if documents is None else (documents, tally.counts())


def tally_documents(body: bytes, tally: Tally, *, limit: int, known: frozenset[str] = frozenset()) -> int | None:
    """Hands the values of at most `limit` documents in the body to the tally, and returns how many documents it held.

    A path that is not among the `known` ones, those of the mapping, is told with "*" for each name in it that is a
    mailbox or a number, or of several words: below a field that is not mapped (flattened, or not enabled) names may
    be people's data.

    None where it is no answer to a search. Lists are looked into at their beginning alone, and so is one document that
    holds more values than a sample may have.
    """
    answer = as_object(parse(body))
    if "error" in answer or not {"took", "hits"} & answer.keys():
        return None
    sources = [as_object(hit).get("_source") for hit in as_list(as_object(answer.get("hits")).get("hits"))[:limit]]
    documents = [source for source in sources if isinstance(source, dict)]
    _walk(documents, tally, known)
    return len(documents)


def _walk(documents: list[dict[str, JsonValue]], tally: Tally, known: frozenset[str]) -> None:
    """Goes through documents by a stack of its own: one nested a thousand deep must not exhaust Python's."""
    waiting: list[tuple[str, str, JsonValue, int]] = [("", "", document, 0) for document in reversed(documents)]
    left = MOST_VALUES
    while waiting and left > 0:
        path, told, value, depth = waiting.pop()
        left -= 1
        match value:
            case dict() if depth < _DEEPEST:
                for name, inner in value.items():
                    if name and len(path) + len(name) < _LONGEST_PATH:
                        waiting.append((_below(path, name), _below(told, _named(name)), inner, depth + 1))
            case list() if depth < _DEEPEST:
                waiting += [(path, told, inner, depth + 1) for inner in value[:_OF_A_LIST]]
            case bool():
                pass
            case str() | int() | float():
                tally.take(path if path in known else told, value)
            case _:
                pass


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _named(name: str) -> str:
    if any(map(str.isspace, name)):
        return _KEY  # "Alice Smith": a key of a map, and hardly a field that somebody named
    digits, letters = (sum(map(is_one, name)) for is_one in (str.isdigit, str.isalpha))
    return _KEY if "@" in name or (digits >= _FEWEST_DIGITS and letters <= _MOST_LETTERS) else name
