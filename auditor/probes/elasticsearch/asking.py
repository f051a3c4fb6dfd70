"""Asks one Elasticsearch target a question, understands the answer, and keeps it for the record."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from auditor.model.observation import Reach
from auditor.probes.elastic.greeting import read_greeting, read_marks, read_other
from auditor.probes.elastic.listing import Listing, rest_of_cut_list
from auditor.probes.elastic.mapping import MappedFields
from auditor.probes.elastic.refusal import HEADERS_THAT_MATTER, Refusal, RefusalKind, read_refusal
from auditor.probes.elasticsearch import requests as asked
from auditor.probes.elasticsearch.answers import Answer, Answers
from auditor.probes.http_signs import client_certificate_wanted, https_wanted, is_encoded
from auditor.probes.interface import HttpReply, Lines, WireError
from auditor.probes.json_reply import OFF_LOOP_BYTES, JsonValue, digest, parse

Reader = Callable[[JsonValue], object]

_MOST_FAILURES = 2  # in a row, after which the target is left alone
_LISTINGS = frozenset({asked.LISTING, asked.PLAIN_LISTING})
_MAPPINGS = frozenset({asked.MAPPING, asked.PLAIN_MAPPING})
_LONG_ANSWERS = (
    _LISTINGS
    | _MAPPINGS
    | {asked.INDEX_MAPPING, asked.STATS, asked.OLD_STATS, asked.FIELD_CAPS, asked.ALIASES, asked.NODE_SETTINGS}
    | {asked.DATA_STREAMS, asked.PLAIN_DATA_STREAMS, asked.INDEX_BLOCKS, asked.PLAIN_INDEX_BLOCKS}
)


class Asking:
    """The questions put to one target so far, and what came back."""

    def __init__(self, lines: Lines) -> None:
        self.budget = lines.budget
        self.replies: dict[str, Answer] = {}
        self.searches: dict[str, Answer] = {}
        self.mapped: dict[str, MappedFields] = {}
        self.further: dict[str, Answer] = {}
        self._wire = lines.http()
        self._prefix = lines.target.path.rstrip("/")
        self._failures = 0
        self.over = False  # nothing more may be asked: the budget is spent, or the server has gone

    @property
    def answers(self) -> Answers:
        """The record so far."""
        return Answers(dict(self.replies), dict(self.searches), dict(self.mapped), dict(self.further))

    async def ask(self, question: str, read: Reader) -> Answer:
        """Asks one of the questions that name no index, and keeps the answer."""
        answer = await self.ask_path(question, asked.PATHS[question], read)
        self.replies[question] = answer
        return answer

    async def ask_further(self, question: str, read: Reader) -> Answer:
        """Asks a question that no verdict may rest on, and keeps the answer apart from the others."""
        answer = await self.ask_path(question, asked.PATHS[question], read)
        self.further[question] = answer
        return answer

    async def ask_path(self, question: str, path: str, read: Reader) -> Answer:
        """Asks for `path` below the target's own; the caller keeps the answer. What a server did never raises."""
        if self.over:
            return Answer(ended=Reach.TOO_MUCH, detail="it was not asked any more")
        cap = self.budget.mapping_bytes if question in _LONG_ANSWERS else None
        whole = f"{self._prefix}/{path}"
        try:
            reply = await self._wire.get(whole, template=question, cap=cap)
        except WireError as error:
            self._failures += 1
            self.over = self._failures >= _MOST_FAILURES or error.reach is Reach.TOO_MUCH
            return Answer(ended=error.reach, detail=error.detail)
        self._failures = 0
        return await digest(reply.body, partial(understand, question, whole, reply, read))


def understand(question: str, path: str, reply: HttpReply, read: Reader, document: JsonValue) -> Answer:
    """What a reply to `path` means, given its parsed body: content, or the reason why there is none. Pure."""
    refusal = _from_the_wire(reply) or read_refusal(reply.status, reply.headers, reply.body, document, path=path)
    content: object = None
    truncated = reply.truncated
    if question == asked.ROOT:  # a greeting counts whatever its status: without a master it comes with 503
        content = read_greeting(document, reply.headers)
    elif refusal is None:
        content = read(document)
    elif refusal.kind is RefusalKind.NOT_JSON and (found := _cut_short(question, reply, read)) is not None:
        content, refusal, truncated = found, None, True
    if refusal is None and content is None:
        refusal = Refusal(RefusalKind.NOT_JSON, "Answers with JSON that says something else.")
    return Answer(
        number=reply.number,
        status=reply.status,
        headers=tuple((name, value[:300]) for name, value in reply.headers if name in HEADERS_THAT_MATTER)[:12],
        content=content,
        refusal=refusal,
        truncated=truncated,
        marks=read_marks(reply.headers),
        other=read_other(reply.status, reply.headers, reply.body),
        parrots=question != asked.ROOT and content is None and read_greeting(document, reply.headers) is not None,
    )


def _from_the_wire(reply: HttpReply) -> Refusal | None:
    if client_certificate_wanted(reply):
        return Refusal(RefusalKind.CERTIFICATE, "Asks for a TLS client certificate.")
    if https_wanted(reply):
        return Refusal(RefusalKind.WANTS_TLS, "Says that this port speaks TLS.")
    if reply.status < 300 and is_encoded(reply):
        return Refusal(RefusalKind.NOT_JSON, "Answers in a compression that nobody asked for.")
    return None


def _cut_short(question: str, reply: HttpReply, read: Reader) -> object:
    """What can be told of a list or mapping that is longer than its cap, or more than one reply may grow into."""
    if reply.status != 200 or not (reply.truncated or len(reply.body) > OFF_LOOP_BYTES):
        return None
    if question in _LISTINGS and reply.body.lstrip()[:1] == b"[":
        rows = read(parse(rest_of_cut_list(reply.body)))
        return replace(rows, truncated=True) if isinstance(rows, Listing) else None
    if question in _MAPPINGS and reply.body.lstrip()[:1] == b"{" and b'"properties"' in reply.body[:OFF_LOOP_BYTES]:
        return {}  # the fields are asked for again, some indices at a time
    return None
