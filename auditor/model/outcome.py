"""How one target ended: its verdict, the rule that decided it, and what supports it."""

from dataclasses import dataclass
from enum import StrEnum

from auditor.model.observation import Observation
from auditor.model.target import Target


class Verdict(StrEnum):
    """One for every target, nothing merged."""

    OPEN = "open"
    PARTLY_OPEN = "partly_open"
    ANONYMOUS_ROLE = "anonymous_role"
    METADATA_ONLY = "metadata_only"
    AUTH_REQUIRED = "auth_required"
    LOCALHOST_EXCEPTION = "localhost_exception"
    NOT_INITIALISED = "not_initialised"
    CLIENT_CERT_REQUIRED = "client_cert_required"
    NO_DATA_NODE = "no_data_node"
    OTHER_SERVICE = "other_service"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    DNS_FAILED = "dns_failed"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_PROBED = "not_probed"
    INCONCLUSIVE = "inconclusive"

    @property
    def exposed(self) -> bool:
        """Whether a stranger was given data, an identity or names."""
        return self in _EXPOSED

    @property
    def protected(self) -> bool:
        """Whether something was seen to hold the stranger off: the only verdicts that may be printed as verified."""
        return self in _PROTECTED

    @property
    def untested(self) -> bool:
        """Whether nothing may be concluded, so that coverage is incomplete (a named host's silence included)."""
        return self in _UNTESTED


_EXPOSED = frozenset({Verdict.OPEN, Verdict.PARTLY_OPEN, Verdict.ANONYMOUS_ROLE, Verdict.METADATA_ONLY})
_PROTECTED = frozenset({Verdict.AUTH_REQUIRED, Verdict.CLIENT_CERT_REQUIRED})
_UNTESTED = frozenset(
    {Verdict.TIMED_OUT, Verdict.DNS_FAILED, Verdict.OUT_OF_SCOPE, Verdict.NOT_PROBED, Verdict.INCONCLUSIVE}
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one target. `address` is the IP that was asked ("" if none was), `why` the deciding rule's sentence.

    `rule` is the id of the line of the verdict table; `finished` is seconds since the Unix epoch.
    """

    target: Target
    address: str
    verdict: Verdict
    rule: str
    why: str
    observation: Observation
    finished: float
    others: tuple[tuple[str, Verdict], ...] = ()  # further addresses of the same name, each with its own verdict
