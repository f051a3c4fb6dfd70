"""The verdict table: the first row that fits an observation decides. Nothing else in this project decides a verdict."""

from dataclasses import dataclass

from auditor.model.observation import Access, Fact, Observation, Reach
from auditor.model.outcome import Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    It fits when the reach and the access are among those named (all, where none is named), every fact of `facts` was
    stated, and at least one of `any_of` was (where any is named). `why` may use {detail}, {asked_by} and {identity}.
    """

    id: str
    verdict: Verdict
    why: str
    reach: frozenset[Reach] = frozenset()
    access: frozenset[Access] = frozenset()
    facts: frozenset[Fact] = frozenset()
    any_of: frozenset[Fact] = frozenset()

    def fits(self, seen: Observation) -> bool:
        """Whether this row is about that observation."""
        return (
            (not self.reach or seen.reach in self.reach)
            and (not self.access or seen.access in self.access)
            and self.facts <= seen.facts
            and (not self.any_of or bool(self.any_of & seen.facts))
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with the row that gave it and its sentence, filled in."""

    verdict: Verdict
    rule: str
    why: str


def _only(*reaches: Reach) -> frozenset[Reach]:
    return frozenset(reaches)


_RECORDS = frozenset({Access.RECORDS})
_NAMES = frozenset({Access.NAMES})
_BANNER = frozenset({Access.BANNER})
_NOTHING_OF_VALUE = frozenset({Access.NOTHING, Access.BANNER})

#: Read from the top; the first row that fits decides. The order is itself a rule: what a stranger was GIVEN comes
#: before what he was refused, and doubt before "protected", so that no gap in our knowledge can look like a lock.
TABLE: tuple[Row, ...] = (
    # 1. No talk, and ours to answer for.
    Row("V01-bug", Verdict.INCONCLUSIVE, "A mistake of ours ended this target: {detail}", reach=_only(Reach.BUG)),
    Row("V02-not-tried", Verdict.NOT_PROBED, "Not tried: {detail}", reach=_only(Reach.NOT_TRIED)),
    Row("V03-scope", Verdict.OUT_OF_SCOPE, "No packet was sent: {detail}", reach=_only(Reach.OUT_OF_SCOPE)),
    Row("V04-dns", Verdict.DNS_FAILED, "The name did not resolve: {detail}", reach=_only(Reach.DNS_FAILED)),
    # 2. No talk, by the other side.
    Row(
        "V05-refused",
        Verdict.REFUSED,
        "The connection was refused: nothing listens there for us.",
        reach=_only(Reach.REFUSED),
    ),
    Row("V06-silent", Verdict.TIMED_OUT, "No answer to the connection: {detail}", reach=_only(Reach.TIMED_OUT)),
    Row(
        "V07-certificate",
        Verdict.CLIENT_CERT_REQUIRED,
        "The server wants a client certificate before it answers anything.",
        reach=_only(Reach.CLIENT_CERTIFICATE_REQUIRED),
        access=_NOTHING_OF_VALUE,
    ),
    # 3. An identity without a secret.
    Row(
        "V08-anonymous-all",
        Verdict.OPEN,
        "The server makes every stranger {identity}, whose rights have no bound, and answered as to its owner.",
        access=_RECORDS,
        facts=frozenset({Fact.ANONYMOUS_IDENTITY, Fact.ALL_POWERFUL}),
    ),
    Row(
        "V09-anonymous",
        Verdict.ANONYMOUS_ROLE,
        "The server gives every stranger an identity of its own ({identity}) instead of asking for a login.",
        facts=frozenset({Fact.ANONYMOUS_IDENTITY}),
    ),
    # 4. Data, whoever answered.
    Row(
        "V10-partly",
        Verdict.PARTLY_OPEN,
        "Some questions that only a reader may ask were answered without a login, others were refused.",
        access=_RECORDS,
        facts=frozenset({Fact.PARTLY_REFUSED}),
    ),
    Row(
        "V11-open",
        Verdict.OPEN,
        "Questions that only a reader may ask were answered without a login.",
        access=_RECORDS,
    ),
    Row(
        "V12-guest",
        Verdict.ANONYMOUS_ROLE,
        "The server offers every stranger a session without a secret; the offer was not taken.",
        any_of=frozenset({Fact.GUEST_INVITED}),
    ),
    # 5. States in which no data is to be had here, though no lock was seen.
    Row(
        "V13-no-data",
        Verdict.NO_DATA_NODE,
        "This node holds no data (an arbiter).",
        facts=frozenset({Fact.NO_DATA_NODE}),
    ),
    Row(
        "V14-uninitialised",
        Verdict.NOT_INITIALISED,
        "The server is not set up yet, so that nobody has decided who may read.",
        facts=frozenset({Fact.NOT_INITIALISED}),
    ),
    Row(
        "V15-localhost",
        Verdict.LOCALHOST_EXCEPTION,
        "Authentication is on but no user exists, and we asked from the server's own machine.",
        facts=frozenset({Fact.LOCALHOST_EXCEPTION}),
    ),
    # 6. Somebody else.
    Row("V16-look-alike", Verdict.OTHER_SERVICE, "Another product answered.", facts=frozenset({Fact.LOOK_ALIKE})),
    Row(
        "V17-other",
        Verdict.OTHER_SERVICE,
        "Something else listens there: {detail}",
        reach=_only(Reach.NOT_THE_PRODUCT),
    ),
    # 7. Names, no records.
    Row(
        "V18-names",
        Verdict.METADATA_ONLY,
        "Names, versions, settings or mappings were given without a login; no record was.",
        access=_NAMES,
    ),
    # 8. Doubt, before anything reassuring.
    Row(
        "V19-doubt",
        Verdict.INCONCLUSIVE,
        "A question that decides was not answered: {detail}",
        any_of=frozenset({Fact.DEGRADED, Fact.UNSURE}),
    ),
    Row(
        "V20-broken",
        Verdict.INCONCLUSIVE,
        "The talk ended before it could be judged: {detail}",
        reach=_only(Reach.TLS_FAILED, Reach.BROKE_OFF, Reach.TOO_MUCH),
    ),
    # 9. A lock that was seen to hold.
    Row(
        "V21-login",
        Verdict.AUTH_REQUIRED,
        "{asked_by} asked for a login, and nothing was given without one.",
        reach=_only(Reach.ANSWERED),
        any_of=frozenset({Fact.PRODUCT_ASKED_LOGIN, Fact.FRONT_ASKED_LOGIN}),
    ),
    Row(
        "V22-banner",
        Verdict.METADATA_ONLY,
        "A version was given; no login was asked and no record given.",
        access=_BANNER,
    ),
    Row("V23-unknown", Verdict.INCONCLUSIVE, "The answers fit no known case: {detail}"),
)

#: Of several addresses behind one name the most exposed speaks for it; after that, what is least known.
_WORST_FIRST = (
    Verdict.OPEN,
    Verdict.PARTLY_OPEN,
    Verdict.ANONYMOUS_ROLE,
    Verdict.METADATA_ONLY,
    Verdict.LOCALHOST_EXCEPTION,
    Verdict.NOT_INITIALISED,
    Verdict.OUT_OF_SCOPE,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_PROBED,
    Verdict.DNS_FAILED,
    Verdict.TIMED_OUT,
    Verdict.OTHER_SERVICE,
    Verdict.NO_DATA_NODE,
    Verdict.AUTH_REQUIRED,
    Verdict.CLIENT_CERT_REQUIRED,
    Verdict.REFUSED,
)


def decide(seen: Observation) -> Decision:
    """The verdict on an observation: pure, total, and the first row of TABLE that fits."""
    row = next(row for row in TABLE if row.fits(seen))  # the last row fits everything
    why = row.why.format(
        detail=seen.detail or "the server gave no reason",
        asked_by=seen.asked_by or "The server",
        identity=seen.identity or "an anonymous user",
    )
    return Decision(verdict=row.verdict, rule=row.id, why=why[:1].upper() + why[1:])


def worst(verdicts: tuple[Verdict, ...]) -> int:
    """The place of the verdict that speaks for all addresses of one name; the first of equals.

    Raises:
        ValueError: there is none.
    """
    return min(range(len(verdicts)), key=lambda place: _WORST_FIRST.index(verdicts[place]))
