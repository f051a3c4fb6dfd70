"""Every request that the Elasticsearch probe can send: all are GETs, and only a sample asks for documents."""

from typing import Final

from auditor.model.plan import RequestTemplate
from auditor.probes.http_documents import SAMPLE_TEMPLATE
from auditor.probes.sampling import WHEN_SAMPLED, WHY_SAMPLED

PRODUCT: Final = "elasticsearch"

ROOT: Final = "es-root"
LISTING: Final = "es-listing"
PLAIN_LISTING: Final = "es-listing-plain"
MAPPING: Final = "es-mapping"
PLAIN_MAPPING: Final = "es-mapping-plain"
SEARCH: Final = "es-search"
STATS: Final = "es-stats"
OLD_STATS: Final = "es-stats-old"
ALIASES: Final = "es-aliases"
FIELD_CAPS: Final = "es-field-caps"
NODES: Final = "es-nodes"
AUTHENTICATE: Final = "es-authenticate"
OLD_AUTHENTICATE: Final = "es-authenticate-old"
PRIVILEGES: Final = "es-privileges"
SWITCH: Final = "es-xpack"
AUTHINFO: Final = "os-authinfo"
OLD_AUTHINFO: Final = "os-authinfo-old"
PLUGIN_HEALTH: Final = "os-security-health"
DATA_STREAMS: Final = "es-data-streams"
PLAIN_DATA_STREAMS: Final = "es-data-streams-plain"
CLUSTER_SETTINGS: Final = "es-cluster-settings"
INDEX_BLOCKS: Final = "es-blocks"
PLAIN_INDEX_BLOCKS: Final = "es-blocks-plain"
NODE_SETTINGS: Final = "es-node-settings"
SNAPSHOTS: Final = "es-snapshots"
REMOTE: Final = "es-remote"
INDEX_SEARCH: Final = "es-index-search"
INDEX_COUNT: Final = "es-index-count"
INDEX_MAPPING: Final = "es-index-mapping"
INDEX_FIELD_CAPS: Final = "es-index-field-caps"
SAMPLE: Final = "es-sample"

#: Columns unknown to a release are left out of its reply: 1.0 has no `status`.
_LISTING = "_cat/indices?format=json&bytes=b&h=index,status,docs.count,pri.store.size,store.size&master_timeout=1s"

_INDEX_BLOCKS = "_all/_settings/index.blocks.*"  # 5 refuses `flat_settings` here

#: The paths behind the ids that name no index. `expand_wildcards=all` brings hidden indices; 1.0 refuses it, 5 and 6
#: for `_cat`. Without `master_timeout` a cluster that has no master holds a question for 30 s; 5 refuses it for
#: mappings.
PATHS: Final = {
    ROOT: "",
    LISTING: f"{_LISTING}&expand_wildcards=all",
    PLAIN_LISTING: _LISTING,
    MAPPING: "_mapping?expand_wildcards=all&master_timeout=1s",
    PLAIN_MAPPING: "_mapping",
    SEARCH: "_search?size=0",
    STATS: "_stats/docs,store?level=indices",
    OLD_STATS: "_stats?docs=true&store=true",
    ALIASES: "_aliases",
    FIELD_CAPS: "_field_caps?fields=*",
    NODES: "_nodes/http",
    AUTHENTICATE: "_security/_authenticate",
    OLD_AUTHENTICATE: "_xpack/security/_authenticate",
    PRIVILEGES: "_security/user/_privileges",
    SWITCH: "_xpack",
    AUTHINFO: "_plugins/_security/authinfo",
    OLD_AUTHINFO: "_opendistro/_security/authinfo",
    PLUGIN_HEALTH: "_plugins/_security/health",
    DATA_STREAMS: "_data_stream?expand_wildcards=all",
    PLAIN_DATA_STREAMS: "_data_stream",
    CLUSTER_SETTINGS: "_cluster/settings?flat_settings=true",
    INDEX_BLOCKS: f"{_INDEX_BLOCKS}?expand_wildcards=all",
    PLAIN_INDEX_BLOCKS: _INDEX_BLOCKS,
    NODE_SETTINGS: "_nodes/settings?flat_settings=true",
    SNAPSHOTS: "_snapshot?master_timeout=1s",
    REMOTE: "_remote/info",
}

_WHEN_AND_WHY: Final = {
    ROOT: ("always", "who answers, in which version; it says nothing about data"),
    LISTING: ("always, but not of versions 5 and 6", "the names, document counts and sizes of all indices"),
    PLAIN_LISTING: ("instead in 5 and 6, or where the other was not understood", "the same without hidden indices"),
    MAPPING: (
        "always, but not of version 5 and of a cluster without a master",
        "the names and types of the fields, no values",
    ),
    PLAIN_MAPPING: ("instead in 5, or where the other was not understood (1.0)", "the same without hidden indices"),
    SEARCH: ("always", "whether records could be read: a search that asks for none"),
    STATS: ("no listing was given, but something else was", "names and document counts"),
    OLD_STATS: ("0.90, which knows neither the listing nor the newer statistics", "names and document counts"),
    ALIASES: ("a search was answered", "other names of the indices; their own where none is known yet"),
    FIELD_CAPS: ("no mapping was given, but something else was", "names of indices, names and types of fields"),
    NODES: (
        "names were given or a search was answered; or something was given, but no version",
        "at which addresses the cluster's nodes speak HTTP, the version and the cluster's name",
    ),
    AUTHENTICATE: (
        "Elasticsearch 6 or later answered everything, or something named an anonymous user",
        "whether the server takes a stranger for a user, and for whom",
    ),
    OLD_AUTHENTICATE: ("the same, of a version 5 or 6 that does not know the newer path", "the same"),
    PRIVILEGES: ("a stranger was taken for a user of Elasticsearch", "what that user may do"),
    SWITCH: ("Elasticsearch 6 or 7 is open and no user was named", "whether the server itself says security is off"),
    AUTHINFO: (
        "OpenSearch or a server of unknown make refused, or OpenSearch answered everything",
        "whether the server takes a stranger for a user, and for whom",
    ),
    OLD_AUTHINFO: ("the same, and the newer path is unknown", "the same"),
    PLUGIN_HEALTH: ("everything was refused and nobody knows by whom", "whether it is OpenSearch's security plugin"),
    DATA_STREAMS: ("a search was answered, and an index that backs a data stream is known", "which streams there are"),
    PLAIN_DATA_STREAMS: (
        "the same: of OpenSearch, or where the other was not understood (7.9, 7.10)",
        "the same",
    ),
    CLUSTER_SETTINGS: (
        "a search was answered",
        "whether a block forbids writing, and names of settings that show a secret: no value is kept",
    ),
    INDEX_BLOCKS: (
        "a search was answered and no user was named, but not of 0.90 and 1",
        "how many indices a block protects from being written to",
    ),
    PLAIN_INDEX_BLOCKS: ("instead in 1, of which 1.0 refuses the other", "the same"),
    NODE_SETTINGS: (
        "a search was answered",
        "names of settings that show a secret or let scripts in: no value is kept",
    ),
    SNAPSHOTS: ("a search was answered, but not of 0.90", "names and types of the snapshot repositories, no location"),
    REMOTE: (
        "a search was answered by Elasticsearch 7 or later, or OpenSearch",
        "the names of the clusters that it is connected to; none of them is searched",
    ),
}


def _template(name: str, path: str, when: str, purpose: str) -> RequestTemplate:
    return RequestTemplate(name, PRODUCT, f"GET {{path}}/{path}", when, purpose)


REQUESTS: Final = (
    *(_template(name, path, *_WHEN_AND_WHY[name]) for name, path in PATHS.items()),
    _template(
        INDEX_SEARCH,
        "{index}/_search?size=0",
        "some searches were refused or counts are missing, for the largest indices; for all of them (`*`) where "
        "something in front refused the search over all",
        "whether this index can be read and how many documents it has: a search that asks for none",
    ),
    _template(
        INDEX_COUNT,
        "{index}/_search?size=0&track_total_hits=true",
        "the search before gave only a lower bound (version 7 or later, from 10,000 documents on)",
        "how many documents this index has",
    ),
    _template(
        INDEX_MAPPING,
        "{indices}/_mapping?ignore_unavailable=true",
        "the mapping of all indices was refused or too large, for the largest indices; for all of them (`*`) where "
        "only such a search was answered",
        "the names and types of the fields, no values",
    ),
    _template(
        INDEX_FIELD_CAPS,
        "{index}/_field_caps?fields=*",
        "an index can be read, but its mapping was refused",
        "the names and types of its fields, no values",
    ),
    _template(SAMPLE, SAMPLE_TEMPLATE, WHEN_SAMPLED, WHY_SAMPLED),
)
