"""What is asked of the Elasticsearch behind Kibana, whichever door leads there: each question is a GET that reads."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from auditor.probes.http_documents import SAMPLE_TEMPLATE
from auditor.probes.sampling import WHEN_SAMPLED, WHY_SAMPLED

# Elasticsearch's own rules for the names of indices, less what an URL or a path could be misread by.
_ASKABLE: Final = re.compile(r"(?![-_+])(?!\.{1,2}$)[^\\/*?\"<>|,#:;&%\s\x00-\x1f\x7f]{1,255}")


@dataclass(frozen=True, slots=True)
class Question:
    """Something asked of the Elasticsearch behind Kibana, always as a GET. `{index}` in `path` stands for an index.

    `words` names it for a reader, as the subject of a sentence: "the list of indices".
    """

    id: str
    path: str
    words: str
    when: str
    purpose: str


LISTING: Final = Question(
    "listing",
    "/_cat/indices?format=json&bytes=b&master_timeout=1s",
    "the list of indices",
    "the target named itself, or for the read proxy always",
    "whether a stranger is told the indices and how many documents each holds",
)
SEARCH: Final = Question(
    "search",
    "/_search?size=0",
    "a search that returns no document",
    "Elasticsearch, or something before it, answered the list of indices with anything but 'no such path'",
    "whether a stranger may read: behind an anonymous role this is answered while the list is refused",
)
INDEX_SEARCH: Final = Question(
    "index-search",
    "/{index}/_search?size=0",
    "a search of {index} that returns no document",
    "the list was given; and the search of everything was not answered, or an identity with some rights was",
    "which of the listed indices a stranger may read",
)
CLUSTER: Final = Question(
    "cluster",
    "/",
    "the greeting of the cluster",
    "a question about data was answered",
    "which cluster this Kibana reaches, so that it can be told to the owner of both",
)
MAPPING: Final = Question(
    "mapping",
    "/_mapping",
    "the field list of all indices",
    "a question about data was answered",
    "names and types of fields, which tell whether the data is personal, without a value of it",
)
INDEX_MAPPING: Final = Question(
    "index-mapping",
    "/{index}/_mapping",
    "the field list of {index}",
    "the list was given, but not the fields of all indices at once",
    "the same, for one index",
)
FIELD_CAPS: Final = Question(
    "field-caps",
    "/_field_caps?fields=*",
    "the list of searchable fields",
    "a search was answered, but neither the list nor the fields of all indices",
    "names of indices and fields where a role hides the rest",
)
WHO: Final = Question(
    "who",
    "/_security/_authenticate",
    "the question who we are",
    "a question about data was answered, or was refused to a user that we never claimed to be",
    "whether the stranger was given an identity",
)
WHO_OPENSEARCH: Final = Question(
    "who-opensearch",
    "/_plugins/_security/authinfo",
    "the question who we are",
    "as above, where OpenSearch is behind",
    "whether the stranger was given an identity",
)
PRIVILEGES: Final = Question(
    "privileges",
    "/_security/user/_privileges",
    "the question what we may do",
    "Elasticsearch told the name of the user that the stranger is",
    "the rights of that user, without trying one",
)
NODES: Final = Question(
    "nodes",
    "/_nodes/http?filter_path=nodes.*.http.publish_address",
    "the question where its nodes listen",
    "a question about data was answered, after all else",
    "the addresses of the cluster's nodes, so that a closed one among the audited targets is known again",
)
SAMPLE: Final = Question("sample", f"/{SAMPLE_TEMPLATE}", "a sample of {index}", WHEN_SAMPLED, WHY_SAMPLED)
QUESTIONS: Final = (
    LISTING,
    SEARCH,
    INDEX_SEARCH,
    CLUSTER,
    MAPPING,
    INDEX_MAPPING,
    FIELD_CAPS,
    WHO,
    WHO_OPENSEARCH,
    PRIVILEGES,
    NODES,
    SAMPLE,
)


def is_askable(index: str) -> bool:
    """Whether an index may stand in a path. A server may list any text as a name, "../../_shutdown" included."""
    return _ASKABLE.fullmatch(index) is not None


def about(question: Question, index: str) -> str:
    """The Elasticsearch path of a question about one index."""
    return question.path.replace("{index}", quote(index, safe=""))
