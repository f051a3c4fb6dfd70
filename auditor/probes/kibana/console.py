"""Asks one target through Kibana: sends, keeps the cookies, reads, and remembers every answer for the judgement."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from auditor.model.observation import Reach
from auditor.model.plan import RequestTemplate
from auditor.probes.elastic.listing import rest_of_cut_list
from auditor.probes.http_documents import sample_path
from auditor.probes.http_signs import client_certificate_wanted
from auditor.probes.interface import HttpReply, HttpWire, Lines, WireError
from auditor.probes.json_reply import JsonValue, digest
from auditor.probes.kibana import answers, questions, requests
from auditor.probes.kibana.answers import Named, Reading, Said, Speaker
from auditor.probes.kibana.questions import Question
from auditor.probes.kibana.requests import Door
from auditor.probes.kibana.session import MOST_HOPS, CookieJar, Landing, Origin

T = TypeVar("T")

_MOST_SILENCES: Final = 3  # in a row; each may have cost `exchange_seconds`


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and how it was answered.

    `question` is the id of a Question, or of a request of Kibana's own without "kibana-"; `words` names it for a
    reader; `number` is its place in the transcript; `with_session` says that the stranger's cookies went with it.
    """

    question: str
    words: str
    reading: Reading
    number: int | None = None
    with_session: bool = False
    index: str = ""

    @property
    def said(self) -> Said:
        """What the answer amounts to."""
        return self.reading.said

    @property
    def speaker(self) -> Speaker:
        """Who answered."""
        return self.reading.speaker

    @property
    def subject(self) -> str:
        """What was asked, to begin a sentence with."""
        return self.words[:1].upper() + self.words[1:]

    @property
    def told(self) -> str:
        """What happened, in a whole sentence."""
        return f"{self.subject} {self.reading.sentence}."


@dataclass(frozen=True, slots=True)
class Heard(Generic[T]):
    """An answer, the data that it held and the bare reply; None where there is none."""

    answer: Answer
    data: T | None = None
    reply: HttpReply | None = None

    @property
    def said(self) -> Said:
        """What the answer amounts to."""
        return self.answer.said


@dataclass(frozen=True, slots=True)
class Sending:
    """One request before it is sent: a path below the prefix, or a whole one for redirects."""

    method: str
    path: str
    template: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cap: int | None = None


@dataclass(slots=True)
class Asker:
    """One talk with one target. `prefix` is the path below which Kibana is being looked for.

    The stranger's cookies are kept from every reply, and sent only where `with_session` says so.
    """

    lines: Lines
    wire: HttpWire
    prefix: str = ""
    jar: CookieJar = field(default_factory=CookieJar)
    named: Named | None = None
    naming: int | None = None  # the exchange in which it named itself
    version: str = ""
    looks_like: bool = False
    answers: list[Answer] = field(default_factory=list)
    _silences: int = 0

    async def land(self, tail: str = "/", plan: RequestTemplate = requests.LANDING) -> Landing:
        """Visits a page as a browser would: no xsrf headers, redirects followed on this host and port, cookies kept.

        Raises:
            WireError: not even the first page came.
        """
        pages: list[tuple[str, HttpReply]] = []
        path, seen = f"{self.prefix}{tail}", set[tuple[str, int]]()
        while len(pages) <= MOST_HOPS and (path, self.jar.changes) not in seen:
            seen.add((path, self.jar.changes))
            plan = requests.REDIRECT if pages else plan
            try:
                reply = await self._send(Sending("GET", path, plan.id), with_session=True)
            except WireError:
                if not pages:
                    raise
                return Landing(tuple(pages))
            pages.append((path, reply))
            location = reply.header("location")
            if not 300 <= reply.status < 400 or not location:
                return Landing(tuple(pages))
            onward = self._origin().within(location, page=path)
            if onward is None:
                return Landing(tuple(pages), away=self._origin().away(location, page=path))
            path = onward
        return Landing(tuple(pages), endless=True)

    async def through(
        self,
        door: Door,
        question: Question,
        reader: Callable[[JsonValue], T | None],
        *,
        with_session: bool = False,
        index: str = "",
    ) -> Heard[T]:
        """Asks Elasticsearch through one of Kibana's doors; `index` fills the question's `{index}`."""
        inner = questions.about(question, index) if index else question.path
        cap = self.lines.budget.mapping_bytes if question in _LONG else None
        sending = Sending(
            "POST" if door is Door.CONSOLE else "GET",
            door.path(self.prefix, inner),
            requests.template_id(door, question),
            cap=cap,
        )
        words = f"{question.words.replace('{index}', index)} {door.words}"
        return await self._hear(sending, reader, question.id, words, with_session=with_session, index=index)

    async def own(
        self,
        plan: RequestTemplate,
        tail: str,
        reader: Callable[[JsonValue], T | None],
        words: str,
        *,
        with_session: bool = False,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        index: str = "",
    ) -> Heard[T]:
        """Asks Kibana itself at `tail`. `body` is sent as JSON, a text as lines of it; with none, it is a GET."""
        kind = {"content-type": "application/x-ndjson" if isinstance(body, str) else "application/json"}
        inside = requests.INTERNAL_HEADERS if tail.startswith("/internal/") else {}
        sending = Sending(
            "GET" if body is None else "POST",
            f"{self.prefix}{tail}",
            plan.id,
            b"" if body is None else (body if isinstance(body, str) else json.dumps(body)).encode(),
            {**(kind if body is not None else inside), **(headers or {})},
        )
        name = plan.id.removeprefix("kibana-")
        return await self._hear(sending, reader, name, words, with_session=with_session, index=index)

    async def documents(self, door: Door, index: str, *, size: int, with_session: bool) -> HttpReply:
        """Asks for some documents of an index. What comes is for a tally: it is no answer that a judgement rests on.

        Raises:
            WireError: no reply came, or a budget is spent.
            WriteRefusedError: so many were not approved.
        """
        path = door.path(self.prefix, f"/{sample_path(index, size=size)}")
        method = "POST" if door is Door.CONSOLE else "GET"
        template = requests.template_id(door, questions.SAMPLE)
        return await self._send(Sending(method, path, template), with_session=with_session)

    def remember(self, answer: Answer) -> Answer:
        """Keeps an answer for the judgement."""
        self.answers.append(answer)
        return answer

    async def _hear(
        self,
        sending: Sending,
        reader: Callable[[JsonValue], T | None],
        question: str,
        words: str,
        *,
        with_session: bool,
        index: str,
    ) -> Heard[T]:
        if self._silences >= _MOST_SILENCES:
            silence = answers.silence("the server had stayed silent too often to be asked")
            return Heard(self.remember(Answer(question, words, silence, None, with_session, index)))
        before = len(self.lines.transcript.exchanges)
        try:
            reply = await self._send(sending, with_session=with_session)
        except WireError as error:
            self._silences += 1
            told = self.lines.transcript.exchanges
            number = len(told) - 1 if len(told) > before else None  # not even begun where a budget was spent
            silence = answers.silence(error.detail)
            return Heard(self.remember(Answer(question, words, silence, number, with_session, index)))
        self._silences = 0

        def both(body: JsonValue) -> tuple[T | None, Reading]:
            data = reader(body)
            return data, answers.read(reply, body, understood=data is not None, path=sending.path)

        data, reading = await digest(_whole(reply), both)
        answer = self.remember(Answer(question, words, reading, reply.number, with_session, index))
        return Heard(answer, data if answer.said is Said.DATA else None, reply)

    async def _send(self, sending: Sending, *, with_session: bool) -> HttpReply:
        headers = {**sending.headers, **(self.jar.headers if with_session else {})}
        if sending.method == "POST":
            reply = await self.wire.post(
                sending.path,
                template=sending.template,
                body=sending.body,
                headers={**requests.POST_HEADERS, **headers},
                cap=sending.cap,
            )
        else:
            reply = await self.wire.get(sending.path, template=sending.template, headers=headers, cap=sending.cap)
            self._learn_the_name(reply)
        if client_certificate_wanted(reply):
            raise WireError(Reach.CLIENT_CERTIFICATE_REQUIRED, "a front asks for a TLS client certificate")
        self.jar.keep(reply)
        return reply

    def _learn_the_name(self, reply: HttpReply) -> None:
        name = answers.named(reply)
        if name is not None and self.named is None:
            self.named, self.naming = name, reply.number
        self.version = self.version or answers.version(reply)
        self.looks_like = self.looks_like or answers.looks_like_kibana(reply)

    def _origin(self) -> Origin:
        target = self.lines.target
        hosts = frozenset(name.lower().strip("[]") for name in (target.host, target.address))
        return Origin(self.wire.scheme, hosts, target.port)


_LONG: Final = (questions.LISTING, questions.MAPPING, questions.INDEX_MAPPING, questions.FIELD_CAPS)


def is_cut_list(reply: HttpReply) -> bool:
    """Whether the body is a JSON list that has no end."""
    return reply.body[:64].lstrip().startswith(b"[") and not reply.body[-64:].rstrip().endswith(b"]")


def _whole(reply: HttpReply) -> bytes:
    """The body; of a listing that was cut, by the byte cap or on its way, what can still be read of it."""
    return rest_of_cut_list(reply.body) if is_cut_list(reply) else reply.body
