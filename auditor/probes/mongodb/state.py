"""What a stranger was given, from what a MongoDB server answered: pure, so that every state of a server is a test."""

from dataclasses import dataclass, field

from auditor.model.enumeration import enumerated
from auditor.model.observation import Access, Fact
from auditor.probes.mongodb.greeting import Greeting
from auditor.probes.mongodb.replies import Answer, Listing

_LOGIN_ASKED = frozenset({Answer.LOGIN, Answer.NO_ROLE})
LAST_OPEN_TO_LOOPBACK = 2  # maxWireVersion of 2.6: up to it a server without users serves its own machine
_LAST_WITHOUT_A_MARK = 6  # maxWireVersion of 3.6: from 3.0 to it the localhost exception looks like any refusal


@dataclass(frozen=True, slots=True)
class Seen:
    """All answers that a verdict may rest on.

    `listing` is what listDatabases gave, None unless `listed` is GIVEN. `settings` is how getLog or hostInfo ended.
    `read` and `locked` name collections beyond `local` of which a count or a type-only sample was answered, or refused
    for want of a login. `control` is how the command ended that no server has; `users` whom connectionStatus named,
    None where it was not asked or told nothing.
    """

    greeting: Greeting = field(default_factory=Greeting)
    listed: Answer = Answer.UNASKED
    listing: Listing | None = None
    settings: Answer = Answer.UNASKED
    control: Answer = Answer.UNASKED
    not_yet_initialised: bool = False  # replSetGetStatus said so (code 94)
    removed: bool = False  # ... that its set goes on without it (code 93)
    users: tuple[str, ...] | None = None
    read: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    reimplemented: bool = False
    from_loopback: bool = False

    @property
    def is_stand_in(self) -> bool:
        """Whether it is no MongoDB, so that what it says of itself follows rules of its own."""
        return self.reimplemented or self.control is Answer.GIVEN


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What follows for the observation. `detail` is one sentence."""

    access: Access
    facts: frozenset[Fact]
    detail: str
    partial: tuple[str, ...] = ()
    identity: str = ""


def must_ask_settings(seen: Seen) -> bool:
    """Whether the list of databases leaves open what the server is, so that getLog or hostInfo must decide.

    An empty list comes from a server without access control, from one whose localhost exception is open and from
    re-implementations; 13435 and 13436 come from members that do not serve data, secured or not.
    """
    return not seen.read and seen.listed not in (Answer.LOGIN, Answer.NO_ROLE)


def must_ask_identity(seen: Seen) -> bool:
    """Whether somebody's identity must be told apart from the localhost exception."""
    return not seen.read and Answer.NO_ROLE in (seen.listed, seen.settings)


def conclude(seen: Seen) -> Conclusion:
    """The facts and the access. What was given comes first; a state of the member only where nothing was."""
    facts: set[Fact] = set()
    names = () if seen.listing is None else seen.listing.beyond_local
    stands_in = seen.control is Answer.GIVEN
    if seen.is_stand_in:
        facts.add(Fact.STAND_IN)
    if seen.settings is Answer.GIVEN and not stands_in:
        facts.add(Fact.SECURITY_OFF)
    if _asked_login(seen):
        facts.add(Fact.PRODUCT_ASKED_LOGIN)
    if seen.read:
        return _read(seen, facts)
    if seen.users:
        facts.add(Fact.ANONYMOUS_IDENTITY)
        user = ", ".join(seen.users)
        return Conclusion(_named(names), frozenset(facts), f"the server took us for {user}", identity=user)
    if seen.greeting.arbiter:
        facts.add(Fact.NO_DATA_NODE)
        return Conclusion(_named(names), frozenset(facts), "an arbiter: it votes and holds no data")
    if seen.not_yet_initialised or (seen.greeting.uninitialised and not names and not seen.removed):
        facts.add(Fact.NOT_INITIALISED)
        return Conclusion(_named(names), frozenset(facts), "a replica-set member that nobody has configured yet")
    if Fact.SECURITY_OFF in facts and seen.listed is not Answer.UNKNOWN:
        said = _why_nothing_was_counted(seen, names)
        detail = f"no access control: {said}, but the server answered what it tells to nobody where a login is needed"
        return Conclusion(Access.RECORDS, frozenset(facts), detail)
    if (exception := _localhost_exception(seen)) is not None:
        return Conclusion(_named(names), frozenset(facts | {Fact.LOCALHOST_EXCEPTION}), exception)
    if names:
        locked = tuple(f"refused for want of a login: {name}" for name in seen.locked[:20])
        detail = "databases were listed without a login, no collection could be read"
        return Conclusion(Access.NAMES, frozenset(facts), detail, locked)
    return _nothing(seen, facts, stands_in=stands_in)


def _why_nothing_was_counted(seen: Seen, names: tuple[str, ...]) -> str:
    if names:
        return "no collection could be counted"
    if seen.listed is Answer.NOT_READABLE:
        return "the member serves no data at present"
    return "there is no database beyond local" if seen.listing is not None else "its databases were not listed"


def _read(seen: Seen, facts: set[Fact]) -> Conclusion:
    partial: tuple[str, ...] = ()
    if seen.locked:
        facts.add(Fact.PARTLY_REFUSED)
        partial = (
            f"answered without a login: {enumerated(seen.read)}",
            f"refused for want of a login: {enumerated(seen.locked)}",
        )
    detail = "databases were listed and collections counted without a login"
    if seen.from_loopback and seen.greeting.wire_version <= LAST_OPEN_TO_LOOPBACK:
        detail += "; asked from its own machine, to which a release up to 2.6 gives everything while it has no user"
    return Conclusion(Access.RECORDS, frozenset(facts), detail, partial)


def _localhost_exception(seen: Seen) -> str | None:
    """Past the login, no rights, no user: only the localhost exception leads there."""
    if Answer.NO_ROLE not in (seen.listed, seen.settings):
        return None
    if seen.from_loopback:
        return "access control is on, no user exists, and its own machine may create the first one"
    if seen.users == ():
        return (
            "no user exists, and the server takes us for its own machine (a forwarder?): we may create the first user"
        )
    return None


def _nothing(seen: Seen, facts: set[Fact], *, stands_in: bool) -> Conclusion:
    """No name, no record: a lock that was seen to hold, another dialect, or doubt."""
    no_doubt = Answer.NO_ROLE not in (seen.listed, seen.settings) and seen.listed is not Answer.SILENT
    if Fact.PRODUCT_ASKED_LOGIN in facts and no_doubt:
        detail = "the server asks for a login"
        if seen.from_loopback and LAST_OPEN_TO_LOOPBACK < seen.greeting.wire_version <= _LAST_WITHOUT_A_MARK:
            detail += "; whether a first user is still missing cannot be told on releases 3.0 to 3.6"
        return Conclusion(Access.BANNER, frozenset(facts), detail)
    if seen.listed is Answer.UNKNOWN or (stands_in and seen.listing is None):
        facts.add(Fact.LOOK_ALIKE)
        return Conclusion(Access.BANNER, frozenset(facts), "it speaks MongoDB's protocol but has no list of databases")
    if stands_in and seen.listing is not None:
        return Conclusion(Access.NAMES, frozenset(facts), "a stand-in listed its databases, and there are none to read")
    facts.add(Fact.UNSURE)
    if Answer.NOT_READABLE in (seen.listed, seen.settings):
        facts.add(Fact.DEGRADED)
        return Conclusion(
            Access.BANNER, frozenset(facts), "the member serves nothing at present, and does not say who may read"
        )
    return Conclusion(
        Access.BANNER, frozenset(facts), "neither the list of databases nor the server's settings told who may read"
    )


def _asked_login(seen: Seen) -> bool:
    return bool(seen.locked) or not _LOGIN_ASKED.isdisjoint((seen.listed, seen.settings))


def _named(names: tuple[str, ...]) -> Access:
    return Access.NAMES if names else Access.BANNER
