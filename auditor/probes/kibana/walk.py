"""Everything that one talk with a Kibana brought, frozen, so that the judgement on it can be pure; and its readers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from auditor.model.dataset import DataSet, Kind
from auditor.model.observation import Service
from auditor.probes.elastic.greeting import Greeting
from auditor.probes.elastic.identity import Identity, Privileges
from auditor.probes.elastic.listing import ListedIndex, Listing, SearchTotal, is_system, read_search
from auditor.probes.elastic.mapping import FieldBag, MappedFields
from auditor.probes.json_reply import JsonValue, as_list, as_object, as_text, as_texts
from auditor.probes.kibana.answers import Named
from auditor.probes.kibana.console import Answer
from auditor.probes.kibana.questions import is_askable
from auditor.probes.kibana.session import Landing

#: Questions that only a reader of records may ask, and those whose answers are names; by the ids of `Answer.question`.
SEARCHES: Final = frozenset({"search", "index-search", "search-route", "dashboards-search-route", "msearch-route"})
NAMES: Final = frozenset({"listing", "mapping", "index-mapping", "field-caps", "fields-route", "cluster"})
#: Whose refusal or silence decides what a stranger reaches.
DECIDING: Final = SEARCHES | {"listing"}
#: However they are answered, nothing of the verdict may hang on them; of the second only who names itself counts.
OPTIONAL: Final = frozenset({"nodes", "console-name"})

#: The pattern under which fields of all indices together are kept, where no index was named.
EVERYTHING: Final = "*"


@dataclass(frozen=True, slots=True)
class Finds:
    """What was given.

    `search` is the answer to a search of size 0; `readable` tells of single indices whether such a search of them was
    answered; `mapped` holds fields by index. `nodes` are the addresses of the cluster's nodes. `by_console` says that
    data came through the console, which passes any method on; `security_off` that the cluster behind it said so.
    """

    listing: Listing | None = None
    search: SearchTotal | None = None
    cluster: Greeting | None = None
    who: Identity | None = None
    privileges: Privileges | None = None
    mapped: tuple[tuple[str, MappedFields], ...] = ()
    readable: tuple[tuple[str, bool], ...] = ()
    nodes: tuple[str, ...] = ()
    by_console: bool = False
    security_off: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """One whole talk.

    `naming` is the exchange in which the server named itself; `itself` is set where Elasticsearch answered in Kibana's
    place; `has_cookies` says that the server gave the stranger some, whatever for; `guest` names a provider that lets
    anyone in, `guest_page` is the exchange whose page says so, and `guest_taken` says that we went in.
    """

    landing: Landing
    answers: tuple[Answer, ...]
    prefix: str = ""
    named: Named | None = None
    naming: int | None = None
    version: str = ""
    looks_like: bool = False
    itself: Service | None = None
    has_cookies: bool = False
    guest: str = ""
    guest_page: int | None = None
    guest_taken: bool = False
    finds: Finds = field(default_factory=Finds)


@dataclass(frozen=True, slots=True)
class RouteSearch:
    """The answer of Kibana's own search route: the total, and the indices where they were counted."""

    total: SearchTotal
    listing: Listing | None = None


def read_route_search(body: JsonValue) -> RouteSearch | None:
    """A search inside Kibana's wrapping: `rawResponse`, or the first of `_msearch`'s `responses`.

    None where it is no such reply. Hits, should a server send any, are never looked at.
    """
    document = as_object(body)
    responses = as_list(document.get("responses"))
    inner = document.get("rawResponse") if "rawResponse" in document else responses[0] if responses else None
    total = read_search(inner)
    if total is None:
        return None
    counted = as_object(as_object(as_object(inner).get("aggregations")).get("indices"))
    buckets = [as_object(bucket) for bucket in as_list(counted.get("buckets"))[:1000]]
    names = {as_text(bucket.get("key"), at_most=1020): bucket.get("doc_count") for bucket in buckets}
    indices = tuple(
        ListedIndex(name, count if isinstance(count, int) and count >= 0 else None)
        for name, count in names.items()
        if name
    )
    return RouteSearch(total, Listing(indices) if indices else None)


def read_wildcard_fields(body: JsonValue, *, limit: int) -> MappedFields | None:
    """The fields in a reply of `_fields_for_wildcard`; None where it is no such reply.

    Multi-fields hold the same value again and are not listed.
    """
    listed = as_object(body).get("fields")
    if not isinstance(listed, list):
        return None
    bag = FieldBag(limit)
    for entry in listed:
        described = as_object(entry)
        name = as_text(described.get("name"), at_most=1024)
        if name and not name.startswith("_") and "multi" not in as_object(described.get("subType")):
            bag.add(
                name,
                "|".join(as_texts(described.get("esTypes"), at_most=8)) or as_text(described.get("type"), at_most=64),
            )
        if bag.truncated:
            break
    return bag.mapped()


def read_guest_provider(body: JsonValue) -> str | None:
    """The provider of `login_state` that lets anyone in without a secret; None where there is none."""
    providers = as_list(as_object(as_object(body).get("selector")).get("providers"))
    for provider in map(as_object, providers[:64]):
        if provider.get("type") == "anonymous":
            return as_text(provider.get("name"), at_most=200) or "anonymous"
    return None


def worth_asking(finds: Finds) -> list[str]:
    """The indices that may be asked about one by one, the organisation's before the product's own."""
    listed = {one.name: one.closed for one in finds.listing.indices} if finds.listing else {}
    names = [name for name in dict.fromkeys((*listed, *dict(finds.mapped))) if not listed.get(name)]
    return sorted(filter(is_askable, names), key=is_system)


def datasets(finds: Finds, *, all_readable: bool) -> Iterator[DataSet]:
    """The indices that a stranger was told of, whether by the list or by their fields.

    `all_readable` says that a search over everything was answered to somebody without a name, for whom no index is
    left out.
    """
    fields, readable = dict(finds.mapped), dict(finds.readable)
    listed = {index.name: index for index in finds.listing.indices} if finds.listing else {}
    for name in dict.fromkeys((*listed, *fields)):
        index, mapped = listed.get(name), fields.get(name)
        closed = index is not None and index.closed
        yield DataSet(
            name=name,
            kind=Kind.OTHER if name == EVERYTHING else Kind.INDEX,
            records=index.records if index else None,
            bytes=index.bytes if index else None,
            readable=readable.get(name, True if all_readable and not closed else None),
            system=is_system(name),
            fields=mapped.fields if mapped else (),
            field_count=len(mapped.fields) if mapped else None,
            truncated=mapped.truncated if mapped else False,
            refused=("the index is closed",) if closed else () if mapped else ("its fields were not given",),
        )
