"""Tells from a server's greeting (`GET /`) who answered: Elasticsearch, OpenSearch, a look-alike, or something else."""

import re
from dataclasses import dataclass
from typing import Final

from auditor.model.observation import Service
from auditor.probes.elastic.refusal import Headers
from auditor.probes.json_reply import JsonValue, as_object, as_text

ELASTICSEARCH: Final = "Elasticsearch"
OPENSEARCH: Final = "OpenSearch"

_TAGLINES: Final = {
    "You Know, for Search": ELASTICSEARCH,
    "The OpenSearch Project: https://opensearch.org/": OPENSEARCH,
}
# Products that answer `GET /` much as Elasticsearch does; a word of theirs stands in the greeting's names.
_LOOK_ALIKES: Final = {
    "crate": "CrateDB",
    "zinc": "ZincSearch",
    "openobserve": "OpenObserve",
    "quickwit": "Quickwit",
    "manticore": "Manticore Search",
    "easysearch": "INFINI Easysearch",
    "siglens": "SigLens",
    "havenask": "Havenask",
    "toshi": "Toshi",
    "meilisearch": "Meilisearch",
    "typesense": "Typesense",
}
_KIBANA_PLACE = re.compile(r"/app/(kibana|home|login|opensearch_dashboards)|/_dashboards|/_plugin/kibana")
_MONGODB = re.compile(
    r"(looks like you are|You are) trying to access MongoDB (over HTTP )?on the native driver port", re.IGNORECASE
)
_VERSION = re.compile(r"\d{1,4}(\.\d{1,6}){1,3}[\w.+-]{0,40}")
_OPENSEARCH_HEADER = re.compile(r"OpenSearch/(\d[\w.+-]{0,40})")


@dataclass(frozen=True, slots=True)
class Greeting:
    """Who a server says it is.

    `genuine` is False for a known look-alike, for a tagline that nobody knows, and for a greeting that contradicts
    itself, of which `contradiction` then is a sentence. `clustered` is False while the node belongs to no cluster
    (`cluster_uuid` of `_na_`).
    """

    service: Service
    genuine: bool = True
    look_alike: bool = False
    clustered: bool = True
    contradiction: str = ""

    @property
    def major(self) -> int | None:
        """The first number of the version."""
        return major_of(self.service.version)


def major_of(version: str | None) -> int | None:
    """The first number of a version; None where there is none."""
    head = (version or "").split(".")[0]
    return int(head) if head.isascii() and head.isdigit() and len(head) < 5 else None


def read_greeting(document: JsonValue, headers: Headers) -> Greeting | None:
    """Who speaks in the body of `GET /`, whatever its status; None where it is no such greeting.

    Tagline and version object together make a greeting: the header `X-Elastic-Product` is absent up to 7.13 and on
    refusals, and sent by others too.
    """
    body = as_object(document)
    version = as_object(body.get("version"))
    number = as_text(version.get("number"), at_most=64)
    tagline = as_text(body.get("tagline"), at_most=200)
    imitates = _look_alike(body, version, tagline)
    if not number or not (tagline or imitates or "lucene_version" in version):
        return None
    distribution = as_text(version.get("distribution"), at_most=64)
    name = imitates or _TAGLINES.get(tagline, "")
    if not name:
        name = OPENSEARCH if distribution == "opensearch" else "a server in the manner of Elasticsearch"
    known = not imitates and tagline in _TAGLINES
    contradiction = ""
    if known and name == OPENSEARCH and any(key == "x-elastic-product" for key, _ in headers):
        contradiction = "It calls itself OpenSearch, yet sends X-Elastic-Product, which OpenSearch never does."
    uuid = as_text(body.get("cluster_uuid"), at_most=64)
    details = (
        ("distribution", distribution),
        ("lucene", as_text(version.get("lucene_version"), at_most=32)),
        ("build_flavor", as_text(version.get("build_flavor"), at_most=32)),
        ("build_type", as_text(version.get("build_type"), at_most=32)),
        ("node", as_text(body.get("name"), at_most=200)),
    )
    service = Service(
        name,
        number,
        as_text(body.get("cluster_name"), at_most=200) or None,
        uuid if uuid not in ("", "_na_", "N/A") else None,
        tuple((key, value) for key, value in details if value),
    )
    return Greeting(
        service,
        genuine=known and not contradiction,
        look_alike=bool(imitates),
        clustered=uuid != "_na_",
        contradiction=contradiction,
    )


def read_marks(headers: Headers) -> Service | None:
    """Who the headers of any reply name, errors included; None where they name nobody."""
    for name, value in headers:
        if name == "x-opensearch-version" and (found := _OPENSEARCH_HEADER.match(value)):
            return Service(OPENSEARCH, found[1])
    if any(name == "x-elastic-product" and value == ELASTICSEARCH for name, value in headers):
        return Service(ELASTICSEARCH)
    return None


def read_other(status: int, headers: Headers, body: bytes) -> Service | None:
    """A server of another product that answered on this port; None where nothing says so."""
    present = dict(reversed(headers))
    if "osd-name" in present:
        return Service("OpenSearch Dashboards")
    if present.keys() & {"kbn-name", "kbn-version", "kbn-license-sig"} or present.get("x-app-name") == "kibana":
        return Service("Kibana", _version(present.get("kbn-version", "")))
    if 300 <= status < 400 and _KIBANA_PLACE.search(present.get("location", "")[:2048]):
        return Service("Kibana")
    text = body[:1024].decode("utf-8", "replace")
    if _MONGODB.search(text):
        return Service("MongoDB")
    if text.startswith('{"couchdb"'):
        return Service("CouchDB")
    return None


def _look_alike(body: dict[str, JsonValue], version: dict[str, JsonValue], tagline: str) -> str:
    # CrateDB's is `es_version`, later a Lucene and `"ok"` without a tagline: Elasticsearch 0.90 says `"ok"` with one.
    if "es_version" in version or ("lucene_version" in version and "ok" in body and "tagline" not in body):
        return "CrateDB"
    nowhere = as_text(body.get("cluster_uuid")) == "N/A" or as_text(version.get("lucene_version")) == "N/A"
    words = [as_text(version.get(key), at_most=64) for key in ("distribution", "build_flavor", "number")]
    words += tagline.split()
    if (
        nowhere or "lucene_version" not in version
    ):  # else the name is the owner's choice: a node may be called "crate-1"
        words.append(as_text(body.get("name"), at_most=64))
    for word, name in _LOOK_ALIKES.items():
        if any(said.lower().startswith(word) for said in words):
            return name
    return "ZincSearch or a relative of it" if nowhere else ""


def _version(text: str) -> str | None:
    found = _VERSION.match(text)
    return found[0] if found else None
