"""What one target answered: a frozen record, from which alone the observation follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from auditor.model.observation import Reach, Service
from auditor.probes.elastic.greeting import ELASTICSEARCH, OPENSEARCH, Greeting, major_of
from auditor.probes.elastic.identity import Identity
from auditor.probes.elastic.listing import Listing, SearchTotal
from auditor.probes.elastic.mapping import FieldCaps, MappedFields
from auditor.probes.elastic.nodes import Nodes
from auditor.probes.elastic.refusal import Refusal, RefusalKind
from auditor.probes.elasticsearch import requests as asked

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `content` is what was understood of it, None where nothing was; then `refusal` says why, or `ended`.

    `number` is its place in the transcript (None where no reply came), `headers` are only those that matter, `marks`
    and `other` who its headers name: the product, or another one. `parrots`: another question than the greeting's was
    answered with the greeting.
    """

    number: int | None = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    content: object = None
    refusal: Refusal | None = None
    truncated: bool = False
    marks: Service | None = None
    other: Service | None = None
    parrots: bool = False
    ended: Reach | None = None
    detail: str = ""

    @property
    def given(self) -> bool:
        """Whether the question was answered."""
        return self.content is not None

    @property
    def unasked(self) -> bool:
        """Whether the question was never put."""
        return self.number is None and self.ended is None

    @property
    def kind(self) -> RefusalKind | None:
        """What stood in the way; None where nothing did, or where no reply came."""
        return self.refusal.kind if self.refusal else None


_UNASKED = Answer()
_PLUGINS: Final = (OPENSEARCH, "Open Distro", "Search Guard")
#: Whose server it is, told from who refused: Search Guard and ReadonlyREST are plugins of Elasticsearch.
_PRODUCTS: Final = {
    OPENSEARCH: OPENSEARCH,
    "Open Distro": "Open Distro",
    "Search Guard": ELASTICSEARCH,
    "ReadonlyREST": ELASTICSEARCH,
    ELASTICSEARCH: ELASTICSEARCH,
}


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers of one target: by the template's id, and of single indices by their names.

    `further` are the answers to questions that no verdict may rest on: nothing but what was told there is looked at,
    never that, or by whom, one was refused.
    """

    replies: Mapping[str, Answer]
    searches: Mapping[str, Answer] = field(default_factory=dict)
    mapped: Mapping[str, MappedFields] = field(default_factory=dict)
    further: Mapping[str, Answer] = field(default_factory=dict)

    def of(self, question: str) -> Answer:
        """The answer to that question; an empty one where it was not asked."""
        return self.replies.get(question, _UNASKED)

    def content(self, question: str, kind: type[T]) -> T | None:
        """What was understood of that answer, where it is of that kind."""
        found = self.of(question).content
        return found if isinstance(found, kind) else None

    def told(self, question: str, kind: type[T]) -> T | None:
        """What was understood of the answer to a further question, where it is of that kind."""
        found = self.further.get(question, _UNASKED).content
        return found if isinstance(found, kind) else None

    @property
    def all(self) -> tuple[Answer, ...]:
        """Every answer that a conclusion may rest on, in the order of the questions."""
        return (*self.replies.values(), *self.searches.values())

    @property
    def deciding(self) -> tuple[Answer, ...]:
        """The answers to the four questions that every target is asked."""
        return (self.of(asked.ROOT), self.latest(asked.LISTING), self.latest(asked.MAPPING), self.of(asked.SEARCH))

    def latest(self, question: str) -> Answer:
        """The answer to the listing or to the mapping, in the plainer form where that had to be tried."""
        plain = {asked.LISTING: asked.PLAIN_LISTING, asked.MAPPING: asked.PLAIN_MAPPING}[question]
        return self.of(plain if plain in self.replies else question)

    @property
    def parrots(self) -> bool:
        """Whether it greets whatever is asked, and lists nothing: a honeypot, whose search is made up as well."""
        return not self.names and any(answer.parrots for answer in self.deciding)

    @property
    def greeting(self) -> Greeting | None:
        """Who the server says it is."""
        return self.content(asked.ROOT, Greeting)

    @property
    def listing(self) -> Listing | None:
        """The indices of the listing, or of the statistics where there is none."""
        for question in (asked.LISTING, asked.PLAIN_LISTING, asked.STATS, asked.OLD_STATS):
            if (found := self.content(question, Listing)) is not None:
                return found
        return None

    @property
    def search(self) -> SearchTotal | None:
        """What the search over all indices told."""
        return self.content(asked.SEARCH, SearchTotal)

    @property
    def field_caps(self) -> FieldCaps | None:
        """The fields of all indices together."""
        return self.content(asked.FIELD_CAPS, FieldCaps)

    @property
    def identity(self) -> Identity | None:
        """The user that the product took us for: as it says itself when asked, else as a refusal named it."""
        for question in (asked.AUTHENTICATE, asked.OLD_AUTHENTICATE, asked.AUTHINFO, asked.OLD_AUTHINFO):
            if (found := self.content(question, Identity)) is not None:
                return found
        named = (answer.refusal.identity for answer in self.all if answer.refusal and answer.refusal.identity)
        user = next(named, None)
        return Identity(user) if user else None

    @property
    def product(self) -> str:
        """Elasticsearch, OpenSearch or Open Distro where something sure says so; "" where nothing does."""
        if self.greeting is not None:
            return self.greeting.service.name if self.greeting.genuine else ""
        for answer in self.all:
            if answer.marks is not None:
                return answer.marks.name
            who = answer.refusal.who if answer.refusal and answer.kind is not RefusalKind.FRONT else ""
            for word, name in _PRODUCTS.items():
                if who.startswith(word):
                    return name
        return ""

    @property
    def has_security_plugin(self) -> bool:
        """Whether the security plugin of OpenSearch, or an ancestor of it, has refused something."""
        by = [answer.refusal.who for answer in self.all if answer.refusal and answer.kind is not RefusalKind.FRONT]
        return any(who.startswith(_PLUGINS) for who in by)

    @property
    def major(self) -> int | None:
        """The first number of the version, where the greeting, a header or the nodes told it."""
        if self.greeting is not None:
            return self.greeting.major
        told = [answer.marks.version for answer in self.all if answer.marks]
        told += [self.nodes.version] if self.nodes else []
        return major_of(next(filter(None, told), None))

    @property
    def nodes(self) -> Nodes | None:
        """The cluster's name, a node's version and their addresses, asked for where the greeting told no version."""
        return self.content(asked.NODES, Nodes)

    @property
    def names(self) -> tuple[str, ...]:
        """Every index that the server named, once, in the order of the listing, then of the mapping, then the rest."""
        listed = [index.name for index in self.listing.indices] if self.listing else []
        aliased = self.content(asked.ALIASES, dict) or {}
        capable = self.field_caps.indices if self.field_caps else ()
        return tuple(dict.fromkeys((*listed, *self.mapped, *aliased, *capable)))
