"""The door of this room: what a probe is, and the lines to the outside that are handed in to it.

Longer than its neighbours because all that a probe's author needs to know stands here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NoReturn, Protocol

from auditor.model.dataset import Field, ValueCounts
from auditor.model.finding import RuleInfo
from auditor.model.observation import Exchange, Observation, Reach, TlsSeen
from auditor.model.plan import RequestTemplate
from auditor.model.target import Target


class WireError(Exception):
    """The talk ended before an answer. `reach` says how, `detail` in a sentence; what a server did is a value."""

    def __init__(self, reach: Reach, detail: str) -> None:
        super().__init__(detail)
        self.reach = reach
        self.detail = detail


class WriteRefusedError(Exception):
    """A mistake of ours: a probe asked a wire to send something that is not on its allow-list. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one target may cost. Seconds, bytes and counts; nothing read from the network passes these bounds."""

    connect_seconds: float = 3.0
    exchange_seconds: float = 10.0
    target_seconds: float = 60.0
    reply_bytes: int = 1 << 20  # an ordinary reply
    mapping_bytes: int = 16 << 20  # a mapping or a long listing
    target_bytes: int = 64 << 20
    head_bytes: int = 64 << 10  # a reply's status line and headers
    requests: int = 400  # exchanges with one target
    datasets: int = 10_000
    fields: int = 50_000  # of one data set


#: Documents of one data set that may be requested at the most, whatever was allowed.
LARGEST_SAMPLE: Final = 100


@dataclass(frozen=True, slots=True)
class Manner:
    """How we introduce ourselves, and what the user allowed beyond asking."""

    user_agent: str = "auditor (open-database exposure audit by the owner of this host)"
    accept_guest_login: bool = False
    sample: int = 0  # documents of one data set that may be requested, their values reduced to counts on arrival


class Tally(Protocol):
    """Takes the values of one data set's sample as they are read, and keeps counts alone.

    It refuses to be pickled, its repr says nothing of what it has seen, and no error of it quotes a value.
    """

    def take(self, path: str, value: object) -> None:
        """Counts one value of the field at the dotted `path`: text, number or date; it drops what it cannot use."""

    def counts(self) -> tuple[ValueCounts, ...]:
        """The counts so far, a field each; what could tell one value from another is forgotten with this call."""


#: Opens a tally for a data set by its name and the fields that are known of it. Handed in; None where no value may be
#: looked at.
OpenTally = Callable[[str, Sequence[Field]], Tally]


@dataclass(slots=True)
class Transcript:
    """Every exchange with one target, in order. Wires record; probes explain what mattered."""

    exchanges: list[Exchange] = field(default_factory=list)

    def record(self, exchange: Exchange) -> int:
        """Keeps an exchange and returns its number, which `explain` takes."""
        self.exchanges.append(exchange)
        return len(self.exchanges) - 1

    def explain(self, number: int, why: str, headers: Sequence[tuple[str, str]] = ()) -> None:
        """Makes an exchange evidence: `why` in a sentence, and the headers that mattered."""
        self.exchanges[number] = replace(self.exchanges[number], why=why, headers=tuple(headers))


@dataclass(frozen=True, slots=True)
class HttpReply:
    """One HTTP answer.

    Header names are lower case and repeat where the server repeated them. `number` is its place in the transcript.
    `truncated` says that the byte cap cut the body. The body may hold values: no repr shows it, and no pickle takes it.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    number: int
    truncated: bool = False
    http_version: str = "1.1"

    def header(self, name: str) -> str | None:
        """The first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)

    def all_headers(self, name: str) -> tuple[str, ...]:
        """Every header of that (lower-case) name: servers send three WWW-Authenticate."""
        return tuple(value for key, value in self.headers if key == name)

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become replacement characters."""
        return self.body.decode("utf-8", "replace")

    def __reduce__(self) -> NoReturn:
        """A reply leaves its room in no form.

        Raises:
            TypeError: always.
        """
        raise TypeError("a reply is not pickled: its body may hold values")


class ByteStream(Protocol):
    """A connection whose every read is bounded in bytes and time. For probes that bring a protocol of their own."""

    tls: TlsSeen | None
    received: int  # bytes since it was opened, inside TLS
    certificate_requested: bool  # the server sent a TLS CertificateRequest

    async def write(self, data: bytes) -> None:
        """Sends all of `data`.

        Raises:
            WireError: the connection broke or the exchange took too long.
        """

    async def read(self, at_most: int) -> bytes:
        """At least one byte and at most `at_most`; b"" at the end of the stream.

        Raises:
            WireError: the connection broke, or the exchange or the target took too long or too many bytes.
        """

    async def read_exactly(self, count: int) -> bytes:
        """Exactly `count` bytes.

        Raises:
            WireError: as `read`, and where the stream ends early.
        """

    async def close(self) -> None:
        """Closes without waiting for the other side."""


class HttpWire(Protocol):
    """Speaks HTTP/1.1 to one target and can only read. Keeps a connection alive while the server does."""

    @property
    def scheme(self) -> str:
        """What the server turned out to speak: "http" or "https" (the target's `tls` decides, or a try)."""

    @property
    def tls(self) -> TlsSeen | None:
        """The TLS of the newest connection."""

    async def get(
        self, path: str, *, template: str, headers: Mapping[str, str] | None = None, cap: int | None = None
    ) -> HttpReply:
        """Sends GET `path` (absolute, already encoded) and returns what came back. Redirects are not followed.

        `template` is the id of the RequestTemplate it is an instance of; `cap` bounds the body's bytes
        (`budget.reply_bytes` unless told), beyond which the reply is marked truncated.

        Raises:
            WireError: no complete HTTP reply came back, or a budget is spent.
            WriteRefusedError: it would bring back documents beyond `Manner.sample`.
        """

    async def post(
        self,
        path: str,
        *,
        template: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        cap: int | None = None,
    ) -> HttpReply:
        """Sends POST `path` to a server that has named itself Kibana or Dashboards in an answer to a GET on this wire.

        The path must be one of Kibana's read-only endpoints.

        Raises:
            WireError: as `get`.
            WriteRefusedError: the path is not on the list, or the server has not named itself.
        """


@dataclass(frozen=True, slots=True)
class MongoReply:
    """One MongoDB answer: the decoded reply, the opcode that was spoken, and its place in the transcript."""

    document: Mapping[str, Any] = field(repr=False)
    opcode: str
    number: int

    @property
    def ok(self) -> bool:
        """Whether the server says that the command succeeded."""
        return self.document.get("ok") in (1, 1.0, True)


@dataclass(frozen=True, slots=True)
class MongoSample:
    """What some documents of a collection came to: (dotted path, BSON type) pairs and counts, without a value.

    `refusal` is the server's reply where it sent no documents, {} where it did; of that reply, code and text alone.
    """

    seen: tuple[tuple[str, str], ...]
    documents: int
    refusal: Mapping[str, Any]
    number: int
    counts: tuple[ValueCounts, ...] = ()
    truncated: bool = False


class MongoWire(Protocol):
    """Speaks MongoDB's wire protocol to one target and can only read."""

    @property
    def tls(self) -> TlsSeen | None:
        """The TLS of the newest connection."""

    @property
    def wire_version(self) -> int:
        """`maxWireVersion` of the handshake; 0 before it and for servers that tell none (2.4)."""

    async def handshake(self) -> MongoReply:
        """`isMaster` in OP_QUERY, or `hello` in OP_MSG where the server drops that; decides the opcode from here on.

        Raises:
            WireError: nothing that could be a MongoDB reply came back; NOT_THE_PRODUCT where it was something else.
        """

    async def command(
        self, database: str, command: Mapping[str, Any], *, template: str, cap: int | None = None
    ) -> MongoReply:
        """Runs a command of the read allow-list; its first key is its name.

        Raises:
            WireError: the connection ended, or the reply is not one, or a budget is spent.
            WriteRefusedError: the command, or a stage of its pipeline, is not on the read allow-list.
        """

    async def legacy_find(
        self, collection: str, *, template: str, limit: int, fields: Mapping[str, int] | None = None
    ) -> tuple[Mapping[str, Any], ...]:
        """An OP_QUERY find on a system catalogue (`DB.system.namespaces`, `DB.system.indexes`) of servers ≤ 2.6.

        Raises:
            WireError: as `command`.
            WriteRefusedError: any other collection.
        """

    async def sample(self, database: str, collection: str, *, limit: int, tally: Tally) -> MongoSample:
        """Requests at most `limit` documents: the names and BSON types of their fields, and what `tally` counted.

        Each value is handed to the tally where it lies and then dropped; no document is decoded.

        Raises:
            WireError: as `command`.
            WriteRefusedError: more than `Manner.sample` allows, or a collection of the product's own.
        """


class Lines(Protocol):
    """The lines to one target, handed to `Probe.observe`. All share one budget and one transcript."""

    target: Target
    budget: Budget
    manner: Manner
    transcript: Transcript
    from_loopback: bool  # we ask from the server's own machine, so that a localhost exception may show
    open_tally: OpenTally | None  # for a sample of a data set's values; None unless `manner.sample` allows one

    def http(self) -> HttpWire:
        """An HTTP wire; the first wire of a target takes over the sweep's connected socket."""

    def mongo(self) -> MongoWire:
        """A MongoDB wire; likewise."""

    async def stream(self, *, tls: bool = False) -> ByteStream:
        """A connection to the target's address and port, for a protocol of one's own.

        Raises:
            WireError: it could not be made.
        """


class Probe(Protocol):
    """One product: how to ask it, what may be sent, and the texts of what may be found."""

    product: str  # the inventory's word, e.g. "elasticsearch"
    title: str  # the reader's word, e.g. "Elasticsearch / OpenSearch"
    default_ports: tuple[int, ...]
    rules: tuple[RuleInfo, ...]
    requests: tuple[RequestTemplate, ...]

    async def observe(self, lines: Lines) -> Observation:
        """Asks one target and states what was seen; the transcript is added by the caller.

        Raises:
            WireError: the talk ended before anything was learnt; the caller turns it into an observation.
        """
