"""Asks one port whether a stranger reaches MongoDB's data: the questions, in their order."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from auditor import rulebook
from auditor.model.finding import RuleInfo
from auditor.model.observation import Fact, Observation, Reach, Service
from auditor.model.plan import RequestTemplate
from auditor.probes.interface import Lines, MongoReply, WireError
from auditor.probes.mongo_allow import CONTROL_QUESTION
from auditor.probes.mongo_exchange import ForeignError
from auditor.probes.mongodb.console import CONSOLE_PORT, ask_console
from auditor.probes.mongodb.conversation import Asked, Conversation
from auditor.probes.mongodb.dialects import Marks, name_dialect, name_service
from auditor.probes.mongodb.enumeration import Found, enumerate_collections
from auditor.probes.mongodb.greeting import Greeting, read_greeting
from auditor.probes.mongodb.replies import Answer, Listing, quote_refusal, read_databases, reveals_settings
from auditor.probes.mongodb.requests import REQUESTS
from auditor.probes.mongodb.rights import Identity, Inference, infer, read_identity, wants_identity
from auditor.probes.mongodb.samples import sample
from auditor.probes.mongodb.state import Conclusion, Seen, conclude, must_ask_identity, must_ask_settings

_NOT_YET_INITIALISED, _NO_MEMBER_OF_ITS_SET = 94, 93
_LISTING_BYTES = 4 << 20  # a list of some 60,000 databases
_HTTP = frozenset({"HTTP", "HTML", "a protocol of plain text"})
#: How a handshake may end on a port that speaks HTTP: old servers wait in silence for the end of a request's head.
_PERHAPS_HTTP = frozenset({Reach.BROKE_OFF, Reach.TLS_FAILED, Reach.NOT_THE_PRODUCT})


class MongodbProbe:
    """MongoDB of every age, mongos, and what else speaks their protocol; the HTTP console of old releases, too."""

    product = "mongodb"
    title = "MongoDB"
    default_ports: tuple[int, ...] = (27017,)
    rules: tuple[RuleInfo, ...] = rulebook.builtin("mongodb")
    requests: tuple[RequestTemplate, ...] = REQUESTS

    async def observe(self, lines: Lines) -> Observation:
        """Asks one target and states what was seen.

        Raises:
            WireError: the talk ended before anything was learnt.
        """
        began = asyncio.get_running_loop().time()
        if lines.target.port == CONSOLE_PORT and (seen := await _console_first(lines)) is not None:
            return seen
        try:
            hello = await lines.mongo().handshake()
        except WireError as error:
            return await _over_http(lines, error)
        return await _Examination(lines, hello, began).observe()


async def _console_first(lines: Lines) -> Observation | None:
    """The console's observation, where it answers on its usual port; None where the native protocol is to be tried."""
    try:
        return (await ask_console(lines)).observation
    except WireError as error:
        if error.reach not in _PERHAPS_HTTP:
            raise
        return None


async def _over_http(lines: Lines, error: WireError) -> Observation:
    """What a port that speaks no MongoDB says in HTTP.

    Raises:
        WireError: the same error, where HTTP was not answered either.
    """
    foreign = isinstance(error, ForeignError) and error.protocol not in _HTTP
    if error.reach not in _PERHAPS_HTTP or foreign:
        raise error
    try:
        answer = await ask_console(lines)
    except WireError:
        raise error from None
    if answer.observation is not None:
        return answer.observation
    hint = "a mongod is there (it greets HTTP with its native-port text)"
    return Observation(
        error.reach, detail=f"{hint}, but its protocol broke off: {error.detail}", service=Service("MongoDB")
    )


@dataclass(slots=True)
class _Examination:
    """One talk in MongoDB's protocol, from the handshake on."""

    lines: Lines
    hello: MongoReply
    began: float

    async def observe(self) -> Observation:
        wire = self.lines.mongo()
        talk = Conversation(self.lines, wire)
        greeting = read_greeting(self.hello.document, wire_version=wire.wire_version)
        build = await talk.ask("admin", {"buildInfo": 1}, template="buildInfo")
        seen, refusal = await self._list(talk, Seen(greeting=greeting, from_loopback=self.lines.from_loopback))
        address, version = self.lines.target.address, wire.wire_version
        marks = Marks(self.hello.document, build.document, (refusal,), address=address, wire_version=version)
        dialect = name_dialect(marks)
        service = name_service(greeting, dialect, marks, rulebook.builtin_book().lifecycle.wire_versions)
        seen = await self._ask_about_set(talk, replace(seen, reimplemented=dialect.imitates))
        found = Found()
        if seen.listing is not None and seen.listing.beyond_local:
            found = await enumerate_collections(talk, seen.listing)
            seen = replace(seen, read=tuple(found.read), locked=tuple(found.locked))
            if found.proof is not None:
                talk.explain(found.proof, "counted a collection's records without a login")
        if must_ask_settings(seen):
            seen = await self._ask_settings(talk, seen)
        told: Identity | None = None
        if must_ask_identity(seen):
            told = await self._ask_identity(talk)
            seen = replace(seen, users=None if told is None else told.users)
        conclusion = conclude(seen)
        self._explain_greeting(greeting, conclusion)
        if wants_identity(seen, conclusion):
            told = await self._ask_identity(talk)
        inference = infer(seen, conclusion, told)
        concluded = Observation(
            Reach.ANSWERED,
            conclusion.access,
            conclusion.facts,
            detail=_detail(conclusion, found, talk, inference),
            asked_by=f"{service.name}'s access control" if Fact.PRODUCT_ASKED_LOGIN in conclusion.facts else "",
            identity=conclusion.identity or ("" if told is None else ", ".join(told.users)),
            rights=() if told is None else told.rights,
            partial=conclusion.partial,
            service=service,
            tls=wire.tls,
            datasets=tuple(found.datasets),
            truncated=found.truncated,
            signs=inference.signs,
        )
        return replace(concluded, datasets=await sample(concluded.datasets, talk, began=self.began))

    async def _list(self, talk: Conversation, seen: Seen) -> tuple[Seen, Mapping[str, Any]]:
        """What listDatabases ended in, and its refusal, {} where it was given."""
        cap = min(_LISTING_BYTES, max(self.lines.budget.mapping_bytes, self.lines.budget.reply_bytes))
        listed = await talk.ask("admin", {"listDatabases": 1}, template="listDatabases", cap=cap)
        if listed.too_long:
            command = {"listDatabases": 1, "nameOnly": True}
            listed = await talk.ask("admin", command, template="listDatabases", cap=cap)
        if not listed.given:
            if listed.answer is not Answer.SILENT:
                talk.explain(listed, f"the list of databases was refused: {quote_refusal(listed.document)}")
            return replace(seen, listed=listed.answer), listed.document
        listing = read_databases(listed.document, limit=self.lines.budget.datasets)
        if listing is None:
            talk.explain(listed, "said ok, but gave no list of databases")
        else:
            talk.explain(listed, f"listed databases without a login: {_counted(listing)}")
        control = await talk.ask("admin", {CONTROL_QUESTION: 1}, template="control")
        if control.given:
            talk.explain(control, "said ok to a command that no server has: this is a stand-in")
        answer = Answer.OTHER if listing is None else Answer.GIVEN
        return replace(seen, listed=answer, listing=listing, control=control.answer), {}

    async def _ask_about_set(self, talk: Conversation, seen: Seen) -> Seen:
        if not (seen.greeting.uninitialised or seen.greeting.unsettled):
            return seen
        asked = await talk.ask("admin", {"replSetGetStatus": 1}, template="replSetGetStatus")
        code = asked.document.get("code")
        if code == _NOT_YET_INITIALISED:
            talk.explain(asked, "says that it has no replica-set configuration yet: code 94")
        elif code == _NO_MEMBER_OF_ITS_SET:
            talk.explain(asked, "says that it is no member of its own set any more: code 93")
        return replace(seen, not_yet_initialised=code == _NOT_YET_INITIALISED, removed=code == _NO_MEMBER_OF_ITS_SET)

    async def _ask_settings(self, talk: Conversation, seen: Seen) -> Seen:
        """What only a server without access control tells everybody."""
        asked = Asked(Answer.UNASKED)
        for command in ({"getLog": "startupWarnings"}, {"hostInfo": 1}):
            name = next(iter(command))
            asked = await talk.ask("admin", command, template=name)
            if asked.given and reveals_settings(asked.document):
                talk.explain(asked, f"answered {name} without a login")
                return replace(seen, settings=Answer.GIVEN)
            if asked.locked:
                talk.explain(asked, f"{name} was refused: {quote_refusal(asked.document)}")
                break
        return replace(seen, settings=Answer.OTHER if asked.given else asked.answer)

    async def _ask_identity(self, talk: Conversation) -> Identity | None:
        command = {"connectionStatus": 1, "showPrivileges": True}
        asked = await talk.ask("admin", command, template="connectionStatus")
        told = read_identity(asked.document) if asked.given else None
        if told is not None:
            talk.explain(asked, "names us as a user" if told.users else "names no user: nobody is logged in")
        return told

    def _explain_greeting(self, greeting: Greeting, conclusion: Conclusion) -> None:
        """Makes the handshake evidence where it decided, or where nothing else did."""
        transcript = self.lines.transcript
        if Fact.NO_DATA_NODE in conclusion.facts:
            transcript.explain(self.hello.number, "names itself an arbiter")
        elif Fact.NOT_INITIALISED in conclusion.facts and greeting.uninitialised:
            transcript.explain(self.hello.number, "names itself a member of a replica set, and of none in particular")
        elif not any(exchange.why for exchange in transcript.exchanges):
            transcript.explain(self.hello.number, "speaks MongoDB's protocol; no question that decides was answered")


def _counted(listing: Listing) -> str:
    many = len(listing.databases)
    return f"{many} of them, {len(listing.beyond_local)} beyond local" if many else "an empty list"


def _detail(conclusion: Conclusion, found: Found, talk: Conversation, inference: Inference) -> str:
    detail = f"{conclusion.detail}; {inference.detail}" if inference.detail else conclusion.detail
    if found.unlisted:
        detail += f"; of {found.unlisted} databases no more than the name was asked"
    if found.unasked:
        return f"{detail}; of {found.unasked} collections no more than the name was asked ({found.cut})"
    if talk.over and Fact.UNSURE in conclusion.facts:
        return f"{detail} ({talk.over})"
    return detail
