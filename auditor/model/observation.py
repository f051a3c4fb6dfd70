"""What one talk with one server showed: how far it got, what a stranger was given, and every exchange of it."""

from dataclasses import dataclass, field
from enum import StrEnum

from auditor.model.dataset import DataSet


class Reach(StrEnum):
    """How far the talk got. It says nothing about data: that is `Access`."""

    ANSWERED = "answered"  # the product itself, or something in front of it, answered in its protocol
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    TLS_FAILED = "tls_failed"
    CLIENT_CERTIFICATE_REQUIRED = "client_certificate_required"
    DNS_FAILED = "dns_failed"
    NOT_THE_PRODUCT = "not_the_product"
    BROKE_OFF = "broke_off"  # closed, reset or answered with rubbish in mid-talk
    TOO_MUCH = "too_much"  # went past a byte or time cap before it could be judged
    OUT_OF_SCOPE = "out_of_scope"
    NOT_TRIED = "not_tried"  # interrupted, out of descriptors, past the deadline: our doing, never the server's
    BUG = "bug"  # a mistake of ours, logged with its traceback


class Access(StrEnum):
    """What a stranger was given, from least to most."""

    NOTHING = "nothing"
    BANNER = "banner"  # a version or a greeting
    NAMES = "names"  # names of indices or collections, settings, mappings
    RECORDS = "records"  # a search of size 0, a count or a type-only sample was answered

    @property
    def rank(self) -> int:
        """0 for nothing up to 3 for records."""
        return list(Access).index(self)


class Fact(StrEnum):
    """What a probe saw that a verdict may rest on. Probes state facts; only the judge draws conclusions."""

    PRODUCT_ASKED_LOGIN = "product_asked_login"
    FRONT_ASKED_LOGIN = "front_asked_login"  # a proxy, gateway or cloud policy, not the product
    PARTLY_REFUSED = "partly_refused"  # some objects or questions refused though no identity was involved
    ANONYMOUS_IDENTITY = "anonymous_identity"  # the product itself gave the stranger an identity
    ALL_POWERFUL = "all_powerful"  # ... whose rights have no bound
    GUEST_INVITED = "guest_invited"  # a login without a secret is offered, and was not taken
    LOCALHOST_EXCEPTION = "localhost_exception"
    NOT_INITIALISED = "not_initialised"
    NO_DATA_NODE = "no_data_node"  # an arbiter
    SECURITY_OFF = "security_off"  # the server itself says that it has no access control
    DEGRADED = "degraded"  # no master, not ready, overloaded, backend gone: the answer may differ tomorrow
    LOOK_ALIKE = "look_alike"  # another product that answers some of the same questions
    STAND_IN = "stand_in"  # a re-implementation that serves listings of its own
    UNSURE = "unsure"  # answers that fit no known case


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back, without a byte of any record.

    `template` is the id of the RequestTemplate in the probe's plan. `status` is the HTTP status or the server's own
    error code, None where there is none. `headers` are only those that mattered. `sent` and `received` are bytes on the
    wire (inside TLS), `milliseconds` the whole exchange. `why` is the sentence that makes it evidence, "" otherwise.
    """

    request: str
    template: str
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    sent: int = 0
    received: int = 0
    milliseconds: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class TlsSeen:
    """The TLS that was spoken; the certificate is recorded, not trusted. `not_after` is ISO 8601 or ""."""

    version: str
    certificate_sha256: str = ""
    subject: str = ""
    issuer: str = ""
    not_after: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """Who answered, in the server's own words (hostile text until escaped)."""

    name: str
    version: str | None = None
    cluster_name: str | None = None
    cluster_uuid: str | None = None
    details: tuple[tuple[str, str], ...] = ()  # distribution, replica set, build flavour …


@dataclass(frozen=True, slots=True)
class Sign:
    """Something beside the verdict that deserves a finding of its own: an exposed admin endpoint, a ransom note.

    `id` is what a rule with `per: sign` names; `object` is the index, repository or CVE that it is about, None for the
    whole service; `detail` is one sentence, without a value of any record or setting. `inferred`: nobody tried it, it
    follows from what the server said.
    """

    id: str
    detail: str
    object: str | None = None
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """All that a probe may tell. Pure data: the same observation always gives the same verdict.

    `asked_by` names who asked for a login. `identity` is the user the product gave the stranger, `rights` what that
    user may do. `partial` says exactly what was given and what refused. `behind` is the cluster that a front end
    (Kibana) reaches. `detail` is one sentence on how the talk ended. No verdict rests on `signs`.
    """

    reach: Reach
    access: Access = Access.NOTHING
    facts: frozenset[Fact] = frozenset()
    detail: str = ""
    asked_by: str = ""
    identity: str = ""
    rights: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    service: Service | None = None
    behind: Service | None = None
    tls: TlsSeen | None = None
    datasets: tuple[DataSet, ...] = ()
    truncated: bool = False  # more objects than the budget allows
    signs: tuple[Sign, ...] = ()
    transcript: tuple[Exchange, ...] = field(default=())

    @property
    def evidence(self) -> tuple[Exchange, ...]:
        """The exchanges that decided, in order."""
        return tuple(exchange for exchange in self.transcript if exchange.why)
