"""Which requests over HTTP could bring back documents of a search server, and the only one that may.

A document is asked for by one question alone: some of one ordinary index, where the user allowed a sample
(`Manner.sample`). Every other request that could carry documents, or aggregations of their values, is refused before
its first byte is sent. Pure functions on text. That a document is asked for by its id (`/people/doc/1`) does not show
in a path; no template of a probe's has such a path.
"""

import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, unquote

from auditor.probes.elastic.listing import is_system
from auditor.probes.interface import LARGEST_SAMPLE, WriteRefusedError

_SEARCH: Final = "_search"
#: A shard ends its search by itself, after so many documents or two seconds. Releases that do not know a parameter of
#: these (0.90 and 1.0 do not know `filter_path`) take no notice of it.
_SAMPLE: Final = "size={size}&terminate_after={size}&timeout=2s&filter_path=took,timed_out,hits.hits._source"
#: The same as it stands in a plan of requests.
SAMPLE_TEMPLATE: Final = f"{{index}}/{_SEARCH}?{_SAMPLE.format(size='{documents}')}"
#: Elasticsearch's own rules for names, less what a path could be misread by.
_WHOLE_NAME: Final = re.compile(r"(?![-_+])(?!\.{1,2}$)[^\\/*?\"<>|,#:;&%\s\x00-\x1f\x7f]{1,255}")
#: Below these Kibana up to 6 passes everything on: an index so called could not be told from all of them.
_PROXIES: Final = frozenset({"elasticsearch", "es_admin"})
_SIZE: Final = re.compile(r"size=([1-9]\d{0,2})&")
_COUNTING: Final = ("size=0", "size=0&track_total_hits=true")
#: What answers with documents, with parts of them, or with values that they hold: Elasticsearch 0.90 to 9, OpenSearch.
_CARRIERS: Final = frozenset(
    {"_doc", "_source", "_mget", "_msearch", "_async_search", "_knn_search", "_rollup_search", "_fleet", "_graph"}
    | {"_explain", "_termvector", "_termvectors", "_mtermvectors", "_mlt", "_percolate", "_mpercolate", "_suggest"}
    | {"_terms_enum", "_field_stats", "_mvt", "_sql", "_ppl", "_eql", "_esql", "_query", "_rank_eval"}
)
#: A search through Kibana's own routes that asks for the names of indices with their counts, and for nothing else.
COUNT_BY_INDEX: Final = {"size": 0, "aggs": {"indices": {"terms": {"field": "_index", "size": 1000}}}}
_COUNTING_BODIES: Final = frozenset(json.dumps(body, sort_keys=True) for body in ({"size": 0}, COUNT_BY_INDEX))
_MOST_DECODINGS: Final = 4
_CONSOLE: Final = "/api/console/proxy"


def is_sampleable(index: str) -> bool:
    """Whether documents of an index may be asked for: of one, by its whole name, and not of the product's own."""
    return _WHOLE_NAME.fullmatch(index) is not None and not is_system(index) and index not in _PROXIES


def sample_path(index: str, *, size: int) -> str:
    """The path below the server's own that asks for at most `size` documents of an index: their sources alone."""
    return f"{quote(index, safe='')}/{_SEARCH}?{_SAMPLE.format(size=size)}"


def check(path: str, *, approved: int) -> None:
    """Lets a path pass that brings back no document, or a sample of no more than was approved.

    `approved` is `Manner.sample`; 0, unless asked for and approved, closes that door. What a console of Kibana's is to
    ask stands in its query and is looked at likewise.

    Raises:
        WriteRefusedError: documents would come back.
    """
    for question in (path, *_passed_on(path)):
        _check(question, approved)


def check_body(body: bytes) -> None:
    """Lets the body of a search through Kibana pass that asks for counts, by index at the most.

    Raises:
        WriteRefusedError: it asks for documents or values, or cannot be read.
    """
    try:
        parts = [json.loads(line) for line in body.splitlines()]
    except (ValueError, RecursionError):
        parts = [None]
    match parts:
        case []:
            return
        case [{"params": {"index": _, "body": search, **others}, **rest}] if not others and not rest:
            pass
        case [{"index": _, **others}, search] if not others:  # the two lines of `_msearch`
            pass
        case _:
            search = None
    if json.dumps(search, sort_keys=True) not in _COUNTING_BODIES:
        raise WriteRefusedError("a search through Kibana that could bring back documents")


def _passed_on(path: str) -> Iterator[str]:
    """What the console is told to ask: its parameters `path` and `uri`."""
    place, _, query = path.partition("?")
    if unquote(place).rstrip("/").endswith(_CONSOLE):
        for pair in query.split("&"):
            name, _, value = pair.partition("=")
            if unquote(name).partition("[")[0].strip().lower() in ("path", "uri"):
                yield "/" + unquote(value).lstrip("/")


def _check(path: str, approved: int) -> None:
    place, _, query = path.partition("?")
    segments = [each.strip() for each in _decoded(place).split("/") if each.strip()]
    if _CARRIERS.intersection(segments):
        raise WriteRefusedError(f"a question that could bring back documents: {path[:200]}")
    if _SEARCH not in segments or (segments[-1] == _SEARCH and query in _COUNTING):
        return
    if not _is_sample(path, approved):
        raise WriteRefusedError(f"a search that could bring back documents beyond what was approved: {path[:200]}")


def _is_sample(path: str, approved: int) -> bool:
    """Whether it is, to the letter, what `sample_path` asks, at whatever prefix, and for no more than was approved."""
    found = _SIZE.match(path.partition("?")[2])
    size = int(found[1]) if found else 0
    index = unquote(path.partition("?")[0].rstrip("/").split("/")[-2]) if found else ""
    return (
        0 < size <= min(approved, LARGEST_SAMPLE)
        and is_sampleable(index)
        and path.endswith(f"/{sample_path(index, size=size)}")
    )


def _decoded(text: str) -> str:
    """The text as a server that decodes it again and again would read it."""
    for _ in range(_MOST_DECODINGS):
        if (once := unquote(text)) == text:
            break
        text = once
    return text
