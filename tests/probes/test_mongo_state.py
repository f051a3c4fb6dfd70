"""The pure decision: from answers to facts, for every state of a server."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import judge
from auditor.model.observation import Access, Fact, Observation, Reach
from auditor.model.outcome import Verdict
from auditor.probes.mongodb.greeting import Greeting
from auditor.probes.mongodb.replies import Answer, Listing
from auditor.probes.mongodb.state import Seen, conclude, must_ask_identity, must_ask_settings

GIVEN, LOGIN, NO_ROLE = Answer.GIVEN, Answer.LOGIN, Answer.NO_ROLE
SILENT, OTHER, UNKNOWN = Answer.SILENT, Answer.OTHER, Answer.UNKNOWN
NOT_READABLE, WRONG_PLACE = Answer.NOT_READABLE, Answer.WRONG_PLACE

SHOP = Listing(("admin", "local", "shop"))
EMPTY, LOCAL = Listing(()), Listing(("local",))
V24, V26, V34, V40, V44, V80 = (Greeting(wire_version=number) for number in (0, 2, 5, 7, 9, 25))
ARBITER, ARBITER_44 = Greeting(wire_version=7, arbiter=True), Greeting(wire_version=9, arbiter=True)
WAITING = Greeting(wire_version=7, uninitialised=True, unsettled=True)
READ = ("shop.people",)


def _verdict(seen: Seen) -> Verdict:
    concluded = conclude(seen)
    observation = Observation(
        Reach.ANSWERED, concluded.access, concluded.facts, concluded.detail, identity=concluded.identity
    )
    return judge.decide(observation).verdict


#: listDatabases across states and releases: the table of what servers really answer, row by row.
TABLE: list[tuple[str, Seen, Verdict]] = [
    *(
        (f"open {wire.wire_version}", Seen(wire, GIVEN, SHOP, read=READ), Verdict.OPEN)
        for wire in (V24, V26, V34, V40, V44, V80)
    ),
    *(
        (f"secured from afar {wire.wire_version}", Seen(wire, LOGIN), Verdict.AUTH_REQUIRED)
        for wire in (V24, V26, V34, V40, V44, V80)
    ),
    ("no user, loopback, 2.4", Seen(V24, GIVEN, SHOP, read=READ, from_loopback=True), Verdict.OPEN),
    ("no user, loopback, 2.6", Seen(V26, GIVEN, SHOP, read=READ, from_loopback=True), Verdict.OPEN),
    ("no user, loopback, 3.4", Seen(V34, LOGIN, from_loopback=True), Verdict.AUTH_REQUIRED),
    *(
        (
            f"no user, loopback, {wire.wire_version}",
            Seen(wire, GIVEN, EMPTY, NO_ROLE, users=(), from_loopback=True),
            Verdict.LOCALHOST_EXCEPTION,
        )
        for wire in (V40, V44, V80)
    ),
    ("open arbiter, 4.0", Seen(ARBITER, GIVEN, LOCAL, GIVEN), Verdict.NO_DATA_NODE),
    ("open arbiter, 4.4", Seen(ARBITER_44, NOT_READABLE, None, GIVEN), Verdict.NO_DATA_NODE),
    ("secured arbiter, 4.0", Seen(ARBITER, GIVEN, EMPTY, NO_ROLE, users=()), Verdict.NO_DATA_NODE),
    ("secured arbiter, 4.4", Seen(ARBITER_44, NOT_READABLE, None, LOGIN), Verdict.NO_DATA_NODE),
    ("secured arbiter, 3.4", Seen(replace(ARBITER, wire_version=5), LOGIN), Verdict.NO_DATA_NODE),
    ("uninitialised", Seen(WAITING, NOT_READABLE, None, GIVEN, not_yet_initialised=True), Verdict.NOT_INITIALISED),
    ("uninitialised, local", Seen(WAITING, GIVEN, LOCAL, GIVEN, not_yet_initialised=True), Verdict.NOT_INITIALISED),
    ("uninitialised and secured", Seen(WAITING, LOGIN), Verdict.NOT_INITIALISED),
    ("open and empty", Seen(V40, GIVEN, EMPTY, GIVEN, control=UNKNOWN), Verdict.OPEN),
    ("open, only local", Seen(V24, GIVEN, LOCAL, GIVEN), Verdict.OPEN),
    ("open, recovering", Seen(V40, NOT_READABLE, None, GIVEN), Verdict.OPEN),
    ("open, listing too long", Seen(V40, SILENT, None, GIVEN), Verdict.OPEN),
    ("secured, empty list", Seen(V40, GIVEN, EMPTY, LOGIN), Verdict.AUTH_REQUIRED),
    ("secured, recovering", Seen(V40, NOT_READABLE, None, LOGIN), Verdict.AUTH_REQUIRED),
    ("wrong database, then a login", Seen(V40, WRONG_PLACE, None, LOGIN), Verdict.AUTH_REQUIRED),
    ("wrong database alone", Seen(V40, WRONG_PLACE, None, OTHER), Verdict.INCONCLUSIVE),
    ("a code of ours alone", Seen(V80, OTHER, None, OTHER), Verdict.INCONCLUSIVE),
    ("state alone", Seen(V40, NOT_READABLE, None, NOT_READABLE), Verdict.INCONCLUSIVE),
    ("silence", Seen(V40, SILENT, None, SILENT), Verdict.INCONCLUSIVE),
    ("silence, then a login", Seen(V40, SILENT, None, LOGIN), Verdict.INCONCLUSIVE),
    ("empty, then silence", Seen(V40, GIVEN, EMPTY, SILENT), Verdict.INCONCLUSIVE),
    ("another dialect", Seen(V40, UNKNOWN, None, UNKNOWN), Verdict.OTHER_SERVICE),
    ("another dialect that talks", Seen(V40, UNKNOWN, None, GIVEN), Verdict.OTHER_SERVICE),
    ("another dialect that asks", Seen(V40, UNKNOWN, None, LOGIN), Verdict.AUTH_REQUIRED),
    ("ok to everything, no list", Seen(V80, OTHER, None, OTHER, control=GIVEN), Verdict.OTHER_SERVICE),
    ("a stand-in with data", Seen(V80, GIVEN, SHOP, control=GIVEN, read=READ), Verdict.OPEN),
    ("a stand-in without", Seen(V80, GIVEN, EMPTY, GIVEN, control=GIVEN), Verdict.METADATA_ONLY),
    ("names, no records", Seen(V40, GIVEN, SHOP, LOGIN, locked=READ), Verdict.METADATA_ONLY),
    ("some read, some locked", Seen(V40, GIVEN, SHOP, read=READ, locked=("shop.x",)), Verdict.PARTLY_OPEN),
    ("an identity given", Seen(V40, GIVEN, EMPTY, NO_ROLE, users=("proxy@admin",)), Verdict.ANONYMOUS_ROLE),
    ("past the login, identity untold, afar", Seen(V40, NO_ROLE, None, NO_ROLE), Verdict.INCONCLUSIVE),
    ("no user, through a forwarder", Seen(V40, GIVEN, EMPTY, NO_ROLE, users=()), Verdict.LOCALHOST_EXCEPTION),
    ("an arbiter that serves data", Seen(ARBITER, GIVEN, SHOP, read=READ), Verdict.OPEN),
    ("an uninitialised member that serves data", Seen(WAITING, GIVEN, SHOP, read=READ), Verdict.OPEN),
]


@pytest.mark.fact(
    "MDB-16",
    "MDB-20",
    "MDB-21",
    "MDB-22",
    "MDB-23",
    "MDB-24",
    "MDB-26",
    "MDB-27",
    "MDB-28",
    "MDB-29",
    "MDB-30",
    "MDB-91",
)
@pytest.mark.parametrize(("seen", "verdict"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_every_state_has_its_verdict(seen: Seen, verdict: Verdict) -> None:
    assert _verdict(seen) is verdict


_names = st.lists(st.sampled_from(["shop", "admin", "local"]), max_size=3, unique=True).map(tuple)
_seen = st.builds(
    Seen,
    greeting=st.builds(
        Greeting, wire_version=st.sampled_from([0, 2, 5, 7, 25]), arbiter=st.booleans(), uninitialised=st.booleans()
    ),
    listed=st.sampled_from(Answer),
    listing=st.none() | st.builds(Listing, databases=_names),
    settings=st.sampled_from(Answer),
    control=st.sampled_from(Answer),
    not_yet_initialised=st.booleans(),
    users=st.none() | st.just(()) | st.just(("a@b",)),
    read=st.just(()) | st.just(READ),
    locked=st.just(()) | st.just(("shop.x",)),
    reimplemented=st.booleans(),
    from_loopback=st.booleans(),
)


@given(_seen)
def test_records_are_never_claimed_where_every_question_for_them_was_refused(seen: Seen) -> None:
    concluded = conclude(replace(seen, read=(), settings=seen.settings if seen.settings is not GIVEN else LOGIN))
    assert concluded.access is not Access.RECORDS


@given(_seen)
def test_a_lock_is_never_claimed_where_records_were_read(seen: Seen) -> None:
    assert _verdict(replace(seen, read=READ, users=None)) in (Verdict.OPEN, Verdict.PARTLY_OPEN)


@given(_seen)
def test_protected_is_only_said_where_a_login_was_asked_for(seen: Seen) -> None:
    if _verdict(seen) is Verdict.AUTH_REQUIRED:
        assert {LOGIN, NO_ROLE} & {seen.listed, seen.settings} or seen.locked
        assert seen.settings is not GIVEN or seen.control is GIVEN or seen.listed is UNKNOWN


@given(_seen)
def test_every_conclusion_has_a_sentence(seen: Seen) -> None:
    concluded = conclude(seen)
    assert concluded.detail
    assert bool(concluded.identity) == (Fact.ANONYMOUS_IDENTITY in concluded.facts)


@pytest.mark.fact("MDB-30")
@pytest.mark.parametrize(
    ("seen", "needed"),
    [
        (Seen(V40, LOGIN), False),
        (Seen(V40, NO_ROLE), False),
        (Seen(V40, GIVEN, SHOP, read=READ), False),
        (Seen(V40, GIVEN, EMPTY), True),
        (Seen(V40, GIVEN, LOCAL), True),
        (Seen(V40, NOT_READABLE), True),
        (Seen(V40, SILENT), True),
        (Seen(V40, WRONG_PLACE), True),
    ],
)
def test_settings_are_asked_only_where_the_list_leaves_it_open(seen: Seen, needed: bool) -> None:
    assert must_ask_settings(seen) is needed


def test_identity_is_asked_only_past_the_login() -> None:
    assert must_ask_identity(Seen(V40, GIVEN, EMPTY, NO_ROLE))
    assert must_ask_identity(Seen(V40, NO_ROLE))
    assert not must_ask_identity(Seen(V40, GIVEN, EMPTY, LOGIN))
    assert not must_ask_identity(Seen(V40, NO_ROLE, read=READ))
