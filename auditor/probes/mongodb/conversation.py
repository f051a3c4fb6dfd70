"""Asking one MongoDB server question after question, and knowing when to stop; nothing of a reply is kept here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.model.observation import Reach
from auditor.probes.interface import Lines, MongoSample, MongoWire, Tally, WireError
from auditor.probes.mongo_exchange import ClosedError, TooLongError
from auditor.probes.mongodb.replies import Answer, judge_reply

#: After so many exchanges in a row without an answer the server is taken to be gone. A close is cheap, and some
#: re-implementations close on every question that they do not know; silence costs a whole exchange's seconds.
_CLOSED_IN_A_ROW, _BROKEN_IN_A_ROW = 8, 2
_HELD_BACK, _HELD_BACK_OF = 3, 20  # requests that a listing leaves for what is asked after it, and one in how many


@dataclass(frozen=True, slots=True)
class Asked:
    """One question's end. `number` is its place in the transcript, None where no reply came."""

    answer: Answer
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    number: int | None = None
    too_long: bool = False

    @property
    def given(self) -> bool:
        """Whether the server said ok."""
        return self.answer is Answer.GIVEN

    @property
    def locked(self) -> bool:
        """Whether a login was asked for."""
        return self.answer in (Answer.LOGIN, Answer.NO_ROLE)


class Conversation:
    """The questions to one target.

    A broken exchange is an answer too (SILENT); when nothing more can be had, every further question ends as UNASKED,
    without a packet.
    """

    def __init__(self, lines: Lines, wire: MongoWire) -> None:
        self.lines = lines
        self._wire = wire
        self._closed = self._broken = 0
        self._held_back = 0
        self._over = ""

    @property
    def over(self) -> str:
        """Why no more is asked, in a sentence; "" while more is."""
        if self._over or not self._held_back:
            return self._over
        left = self.lines.budget.requests - len(self.lines.transcript.exchanges)
        return "" if left > self._held_back else "the requests that one target may cost are as good as spent"

    @property
    def half_spent(self) -> bool:
        """Whether half of the requests, of the seconds or of the bytes are spent that one target may cost."""
        budget, exchanges = self.lines.budget, self.lines.transcript.exchanges
        return (
            len(exchanges) * 2 >= budget.requests
            or sum(exchange.milliseconds for exchange in exchanges) * 2 >= budget.target_seconds * 1_000
            or sum(exchange.received for exchange in exchanges) * 2 >= budget.target_bytes
        )

    def hold_back(self) -> None:
        """Keeps a few requests of the budget for later: what follows is a list without end."""
        self._held_back = min(_HELD_BACK, self.lines.budget.requests // _HELD_BACK_OF)

    def release(self) -> None:
        """Lets those be asked."""
        self._held_back = 0

    @property
    def wire_version(self) -> int:
        """The newest version of the protocol that the server speaks: its `maxWireVersion`."""
        return self._wire.wire_version

    async def ask(self, database: str, command: Mapping[str, Any], *, template: str, cap: int | None = None) -> Asked:
        """Asks one command."""
        if self.over:
            return Asked(Answer.UNASKED)
        try:
            reply = await self._wire.command(database, command, template=template, cap=cap)
        except WireError as error:
            return self._failed(error)
        self._closed = self._broken = 0
        answer = judge_reply(reply.document, wire_version=self.wire_version)
        return Asked(answer, reply.document, reply.number)

    async def find(
        self, collection: str, *, template: str, limit: int, fields: Mapping[str, int]
    ) -> tuple[Answer, tuple[Mapping[str, Any], ...]]:
        """A legacy find on a catalogue: its rows, or none where it was refused."""
        if self.over:
            return Answer.UNASKED, ()
        try:
            rows = await self._wire.legacy_find(collection, template=template, limit=limit, fields=fields)
        except WireError as error:
            return self._failed(error).answer, ()
        self._closed = self._broken = 0
        for row in rows[:1]:
            if "$err" in row or row.get("ok") in (0, 0.0):
                return judge_reply({**row, "ok": 0}, wire_version=self.wire_version), ()
        return Answer.GIVEN, rows

    async def sample(
        self, database: str, collection: str, *, limit: int, tally: Tally
    ) -> tuple[Asked, MongoSample | None]:
        """Types and counts of some documents, where the user allowed to request them; None where none came."""
        if self.over:
            return Asked(Answer.UNASKED), None
        try:
            found = await self._wire.sample(database, collection, limit=limit, tally=tally)
        except WireError as error:
            return self._failed(error), None
        self._closed = self._broken = 0
        answer = judge_reply(found.refusal, wire_version=self.wire_version) if found.refusal else Answer.GIVEN
        return Asked(answer, number=found.number), found

    def explain(self, asked: Asked, why: str) -> None:
        """Makes the exchange evidence, where there was one."""
        if asked.number is not None:
            self.lines.transcript.explain(asked.number, why)

    def _failed(self, error: WireError) -> Asked:
        if isinstance(error, TooLongError):
            return Asked(Answer.SILENT, too_long=True)
        if isinstance(error, ClosedError):
            self._closed += 1
        else:
            self._broken += 1
        if error.reach is Reach.TOO_MUCH or self._closed >= _CLOSED_IN_A_ROW or self._broken >= _BROKEN_IN_A_ROW:
            self._over = error.detail
        return Asked(Answer.SILENT)
