"""The questions about single indices: whether each can be read, and its fields where they are not known yet."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final
from urllib.parse import quote

from auditor.probes.elastic.listing import ListedIndex, SearchTotal, is_system, read_search
from auditor.probes.elastic.mapping import FieldCaps, read_field_caps, read_mappings
from auditor.probes.elastic.refusal import RefusalKind
from auditor.probes.elasticsearch import requests as asked
from auditor.probes.elasticsearch.answers import Answers
from auditor.probes.elasticsearch.asking import Asking

_MOST_SEARCHES: Final = 50
_MOST_REFUSALS: Final = 5  # in a row without a success: the rest would be refused too
_MOST_BATCHES: Final = 60
_LONGEST_BATCH: Final = 3_000  # characters; Elasticsearch takes 4 KiB for the whole request line
MOST_ALTOGETHER: Final = 4  # times the fields of one index are kept of all

_ALL: Final = "*"

#: Elasticsearch's own rules for names, less what a server could put there to make the path mean something else.
_ASKABLE = re.compile(r"(?![-_+])(?!\.{1,2}$)[^\\/*?\"<>|,#:\s\x00-\x1f\x7f]{1,255}")


async def ask_indices(asking: Asking) -> None:
    """Asks about the largest indices whose readability, count or fields are not known yet."""
    if not asking.answers.names and _may_guard_names_alone(asking.answers):
        await _ask_all(asking)
    names = askable(asking.answers)
    if not names:
        return
    await _search(asking, names)
    await _map(asking, names)


def _may_guard_names_alone(answers: Answers) -> bool:
    """Whether something in front refused the search over all: many fronts guard `/` and the paths that begin with `_`.

    It refuses with 401 or 403, or says "no such path", which an Elasticsearch that has greeted us never says of it.
    """
    kind = answers.of(asked.SEARCH).kind
    greeted = answers.greeting is not None and answers.greeting.genuine
    return kind is RefusalKind.FRONT or (kind is RefusalKind.ABSENT and greeted)


async def _ask_all(asking: Asking) -> None:
    """The search and the mapping of all indices under a path that begins like an index's."""
    answer = await asking.ask_path(asked.INDEX_SEARCH, f"{_ALL}/_search?size=0", read_search)
    asking.searches[_ALL] = answer
    if not answer.given:
        return
    budget = asking.budget
    most = MOST_ALTOGETHER * budget.fields
    reader = partial(read_mappings, indices=budget.datasets, fields=budget.fields, altogether=most)
    mapping = await asking.ask_path(asked.INDEX_MAPPING, f"{_ALL}/_mapping?ignore_unavailable=true", reader)
    if isinstance(mapping.content, dict):
        asking.mapped.update(mapping.content)


def askable(answers: Answers) -> tuple[str, ...]:
    """The open indices that may be asked about: the organisation's before the product's own, the largest first."""
    listed = {index.name: index for index in answers.listing.indices} if answers.listing else {}
    found = [listed.get(name) or ListedIndex(name) for name in answers.names]
    found = [index for index in found if not index.closed and _ASKABLE.fullmatch(index.name)]
    found.sort(key=lambda index: (is_system(index.name), -(index.bytes or 0), -(index.records or 0)))
    return tuple(index.name for index in found)


async def _search(asking: Asking, names: Sequence[str]) -> None:
    answers = asking.answers
    known = {index.name for index in answers.listing.indices} if answers.listing else set()
    everything = answers.search is not None and answers.search.searched and not answers.search.failed
    bounded = answers.identity is not None and not answers.identity.unbounded
    wanted = [name for name in names if not everything or bounded or name not in known]
    refused = 0
    for name in wanted[:_MOST_SEARCHES]:
        path = quote(name, safe="")
        answer = await asking.ask_path(asked.INDEX_SEARCH, f"{path}/_search?size=0", read_search)
        if isinstance(answer.content, SearchTotal) and answer.content.lower_bound is not None:
            exact = await asking.ask_path(
                asked.INDEX_COUNT, f"{path}/_search?size=0&track_total_hits=true", read_search
            )
            answer = exact if exact.given else answer
        asking.searches[name] = answer
        refused = 0 if answer.given else refused + 1
        if asking.over or (refused >= _MOST_REFUSALS and not any(found.given for found in asking.searches.values())):
            return


async def _map(asking: Asking, names: Sequence[str]) -> None:
    """Mappings for the indices that have none: many at a time, or one at a time where only some may be seen."""
    mapping = asking.answers.latest(asked.MAPPING)
    if mapping.given and not mapping.truncated:
        return
    missing = [name for name in names if name not in asking.mapped]
    caps = asking.answers.field_caps
    if caps is not None and len(asking.answers.names) == 1 == len(missing):
        asking.mapped[missing[0]] = caps.mapped
        return
    one_by_one = not (mapping.given or mapping.unasked)
    if one_by_one:
        missing = [name for name in missing if (found := asking.searches.get(name)) is None or found.given]
    left = MOST_ALTOGETHER * asking.budget.fields - sum(len(found.fields) for found in asking.mapped.values())
    refused = 0
    for batch in _batches(missing, size=1 if one_by_one else 40):
        reader = partial(read_mappings, indices=len(batch), fields=asking.budget.fields, altogether=left)
        path = f"{','.join(quote(name, safe='') for name in batch)}/_mapping?ignore_unavailable=true"
        answer = await asking.ask_path(asked.INDEX_MAPPING, path, reader)
        if isinstance(answer.content, dict):
            mapped = {name: fields for name, fields in answer.content.items() if name in batch}
            asking.mapped.update(mapped)
            left -= sum(len(fields.fields) for fields in mapped.values())
        elif len(batch) == 1 and not asking.over:
            await _ask_field_caps(asking, batch[0], limit=min(left, asking.budget.fields))
        refused = 0 if batch[0] in asking.mapped else refused + 1
        if asking.over or left <= 0 or refused >= _MOST_REFUSALS:
            return


async def _ask_field_caps(asking: Asking, name: str, *, limit: int) -> None:
    path = f"{quote(name, safe='')}/_field_caps?fields=*"
    answer = await asking.ask_path(asked.INDEX_FIELD_CAPS, path, partial(read_field_caps, limit=limit))
    if isinstance(answer.content, FieldCaps):
        asking.mapped[name] = answer.content.mapped


def _batches(names: Sequence[str], *, size: int) -> Iterator[tuple[str, ...]]:
    """Groups of names that fit into one request, at most so many."""
    batch: list[str] = []
    length = made = 0
    for name in names:
        more = len(quote(name, safe="")) + 1
        if batch and (len(batch) >= size or length + more > _LONGEST_BATCH):
            yield tuple(batch)
            made += 1
            batch, length = [], 0
        if made >= _MOST_BATCHES:
            return
        batch.append(name)
        length += more
    if batch:
        yield tuple(batch)
