"""The verdict table, line by line; a change of any condition in it fails here."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.judge import TABLE, decide, worst
from auditor.model.observation import Access, Fact, Observation, Reach
from auditor.model.outcome import Verdict

A, F, R, V = Access, Fact, Reach, Verdict


def seen(reach: Reach = R.ANSWERED, access: Access = A.NOTHING, *facts: Fact, **more: str) -> Observation:
    return Observation(reach, access, frozenset(facts), **more)  # type: ignore[arg-type]  # texts only


CASES = [
    # no talk
    (seen(R.BUG, A.RECORDS), V.INCONCLUSIVE, "V01-bug"),
    (seen(R.NOT_TRIED), V.NOT_PROBED, "V02-not-tried"),
    (seen(R.OUT_OF_SCOPE), V.OUT_OF_SCOPE, "V03-scope"),
    (seen(R.DNS_FAILED), V.DNS_FAILED, "V04-dns"),
    (seen(R.REFUSED), V.REFUSED, "V05-refused"),
    (seen(R.TIMED_OUT), V.TIMED_OUT, "V06-silent"),
    (seen(R.CLIENT_CERTIFICATE_REQUIRED), V.CLIENT_CERT_REQUIRED, "V07-certificate"),
    (seen(R.CLIENT_CERTIFICATE_REQUIRED, A.BANNER), V.CLIENT_CERT_REQUIRED, "V07-certificate"),
    (seen(R.CLIENT_CERTIFICATE_REQUIRED, A.NOTHING, F.UNSURE), V.CLIENT_CERT_REQUIRED, "V07-certificate"),
    (seen(R.CLIENT_CERTIFICATE_REQUIRED, A.NAMES), V.METADATA_ONLY, "V18-names"),
    (seen(R.CLIENT_CERTIFICATE_REQUIRED, A.RECORDS), V.OPEN, "V11-open"),
    # an identity without a secret
    (seen(R.ANSWERED, A.RECORDS, F.ANONYMOUS_IDENTITY, F.ALL_POWERFUL), V.OPEN, "V08-anonymous-all"),
    (seen(R.ANSWERED, A.NAMES, F.ANONYMOUS_IDENTITY, F.ALL_POWERFUL), V.ANONYMOUS_ROLE, "V09-anonymous"),
    (seen(R.ANSWERED, A.BANNER, F.ANONYMOUS_IDENTITY, F.ALL_POWERFUL), V.ANONYMOUS_ROLE, "V09-anonymous"),
    (seen(R.ANSWERED, A.NOTHING, F.ANONYMOUS_IDENTITY, F.ALL_POWERFUL), V.ANONYMOUS_ROLE, "V09-anonymous"),
    (seen(R.ANSWERED, A.RECORDS, F.ANONYMOUS_IDENTITY), V.ANONYMOUS_ROLE, "V09-anonymous"),
    (seen(R.ANSWERED, A.NOTHING, F.ANONYMOUS_IDENTITY, F.PRODUCT_ASKED_LOGIN), V.ANONYMOUS_ROLE, "V09-anonymous"),
    (seen(R.ANSWERED, A.RECORDS, F.ALL_POWERFUL), V.OPEN, "V11-open"),
    # data, whoever answered and whatever else was seen
    (seen(R.ANSWERED, A.RECORDS, F.PARTLY_REFUSED), V.PARTLY_OPEN, "V10-partly"),
    (seen(R.ANSWERED, A.NAMES, F.PARTLY_REFUSED), V.METADATA_ONLY, "V18-names"),
    (seen(R.ANSWERED, A.BANNER, F.PARTLY_REFUSED), V.METADATA_ONLY, "V22-banner"),
    (seen(R.ANSWERED, A.NOTHING, F.PARTLY_REFUSED), V.INCONCLUSIVE, "V23-unknown"),
    (seen(R.ANSWERED, A.RECORDS), V.OPEN, "V11-open"),
    (seen(R.ANSWERED, A.RECORDS, F.PRODUCT_ASKED_LOGIN), V.OPEN, "V11-open"),
    (seen(R.ANSWERED, A.RECORDS, F.STAND_IN, F.LOOK_ALIKE), V.OPEN, "V11-open"),
    (seen(R.ANSWERED, A.RECORDS, F.DEGRADED), V.OPEN, "V11-open"),
    (seen(R.ANSWERED, A.RECORDS, F.GUEST_INVITED), V.OPEN, "V11-open"),
    (seen(R.BROKE_OFF, A.RECORDS), V.OPEN, "V11-open"),
    (seen(R.ANSWERED, A.NAMES, F.GUEST_INVITED), V.ANONYMOUS_ROLE, "V12-guest"),
    (seen(R.ANSWERED, A.NOTHING, F.GUEST_INVITED, F.PRODUCT_ASKED_LOGIN), V.ANONYMOUS_ROLE, "V12-guest"),
    # states
    (seen(R.ANSWERED, A.BANNER, F.NO_DATA_NODE), V.NO_DATA_NODE, "V13-no-data"),
    (seen(R.ANSWERED, A.BANNER, F.NO_DATA_NODE, F.PRODUCT_ASKED_LOGIN), V.NO_DATA_NODE, "V13-no-data"),
    (seen(R.ANSWERED, A.NOTHING, F.NOT_INITIALISED, F.DEGRADED), V.NOT_INITIALISED, "V14-uninitialised"),
    (seen(R.ANSWERED, A.NOTHING, F.NOT_INITIALISED), V.NOT_INITIALISED, "V14-uninitialised"),
    (seen(R.ANSWERED, A.NOTHING, F.LOCALHOST_EXCEPTION), V.LOCALHOST_EXCEPTION, "V15-localhost"),
    (seen(R.ANSWERED, A.BANNER, F.LOCALHOST_EXCEPTION, F.PRODUCT_ASKED_LOGIN), V.LOCALHOST_EXCEPTION, "V15-localhost"),
    # somebody else
    (seen(R.ANSWERED, A.NAMES, F.LOOK_ALIKE), V.OTHER_SERVICE, "V16-look-alike"),
    (seen(R.NOT_THE_PRODUCT, A.NOTHING, F.LOOK_ALIKE), V.OTHER_SERVICE, "V16-look-alike"),
    (seen(R.NOT_THE_PRODUCT), V.OTHER_SERVICE, "V17-other"),
    (seen(R.NOT_THE_PRODUCT, A.NAMES), V.OTHER_SERVICE, "V17-other"),
    # names
    (seen(R.ANSWERED, A.NAMES), V.METADATA_ONLY, "V18-names"),
    (seen(R.ANSWERED, A.NAMES, F.PRODUCT_ASKED_LOGIN, F.DEGRADED), V.METADATA_ONLY, "V18-names"),
    # doubt before anything reassuring
    (seen(R.ANSWERED, A.NOTHING, F.DEGRADED), V.INCONCLUSIVE, "V19-doubt"),
    (seen(R.ANSWERED, A.NOTHING, F.UNSURE, F.PRODUCT_ASKED_LOGIN), V.INCONCLUSIVE, "V19-doubt"),
    (seen(R.ANSWERED, A.BANNER, F.DEGRADED, F.FRONT_ASKED_LOGIN), V.INCONCLUSIVE, "V19-doubt"),
    (seen(R.TLS_FAILED, A.NOTHING, F.DEGRADED), V.INCONCLUSIVE, "V19-doubt"),
    (seen(R.TLS_FAILED), V.INCONCLUSIVE, "V20-broken"),
    (seen(R.BROKE_OFF, A.NOTHING, F.PRODUCT_ASKED_LOGIN), V.INCONCLUSIVE, "V20-broken"),
    (seen(R.BROKE_OFF, A.BANNER), V.INCONCLUSIVE, "V20-broken"),
    (seen(R.TOO_MUCH), V.INCONCLUSIVE, "V20-broken"),
    # a lock that was seen to hold
    (seen(R.ANSWERED, A.NOTHING, F.PRODUCT_ASKED_LOGIN), V.AUTH_REQUIRED, "V21-login"),
    (seen(R.ANSWERED, A.NOTHING, F.FRONT_ASKED_LOGIN), V.AUTH_REQUIRED, "V21-login"),
    (seen(R.ANSWERED, A.BANNER, F.PRODUCT_ASKED_LOGIN), V.AUTH_REQUIRED, "V21-login"),
    (seen(R.ANSWERED, A.BANNER), V.METADATA_ONLY, "V22-banner"),
    (seen(R.ANSWERED), V.INCONCLUSIVE, "V23-unknown"),
    # facts that decide nothing by themselves
    (seen(R.ANSWERED, A.NOTHING, F.ALL_POWERFUL), V.INCONCLUSIVE, "V23-unknown"),
    (seen(R.ANSWERED, A.NOTHING, F.SECURITY_OFF), V.INCONCLUSIVE, "V23-unknown"),
    (seen(R.ANSWERED, A.NOTHING, F.STAND_IN), V.INCONCLUSIVE, "V23-unknown"),
]


@pytest.mark.fact(
    "VERDICT-03",
    "VERDICT-04",
    "VERDICT-09",
    "VERDICT-11",
    "VERDICT-12",
    "VERDICT-14",
    "VERDICT-15",
    "VERDICT-17",
    "VERDICT-18",
    "VERDICT-19",
    "VERDICT-20",
    "VERDICT-21",
    "VERDICT-22",
    "VERDICT-23",
    "VERDICT-24",
    "VERDICT-25",
    "VERDICT-26",
)
@pytest.mark.parametrize(("observation", "verdict", "rule"), CASES, ids=[f"{c[2]}-{n}" for n, c in enumerate(CASES)])
def test_each_line_decides_as_written(observation: Observation, verdict: Verdict, rule: str) -> None:
    decision = decide(observation)
    assert (decision.verdict, decision.rule) == (verdict, rule)


def test_every_row_of_the_table_is_reached_by_a_case() -> None:
    assert {rule for _, _, rule in CASES} == {row.id for row in TABLE}


@pytest.mark.fact("VERDICT-02")
def test_every_verdict_can_be_given() -> None:
    assert {row.verdict for row in TABLE} == set(Verdict)


observations = st.builds(
    Observation,
    st.sampled_from(Reach),
    st.sampled_from(Access),
    st.frozensets(st.sampled_from(Fact)),
    detail=st.text(max_size=20),
    asked_by=st.text(max_size=20),
    identity=st.text(max_size=20),
)


@given(observations)
def test_nothing_that_gave_data_or_names_is_called_protected(observation: Observation) -> None:
    decision = decide(observation)
    if observation.access.rank >= A.NAMES.rank and observation.reach in (R.ANSWERED, R.CLIENT_CERTIFICATE_REQUIRED):
        assert not decision.verdict.protected
        assert decision.verdict is not V.REFUSED


@pytest.mark.fact("VERDICT-25", "VERDICT-27")
@given(observations)
def test_a_doubt_is_never_protected(observation: Observation) -> None:
    if observation.facts & {F.DEGRADED, F.UNSURE} and observation.reach is not R.CLIENT_CERTIFICATE_REQUIRED:
        assert not decide(observation).verdict.protected


@pytest.mark.fact("VERDICT-03")
@given(observations)
def test_open_is_never_said_without_records(observation: Observation) -> None:
    if decide(observation).verdict in (V.OPEN, V.PARTLY_OPEN):
        assert observation.access is A.RECORDS


@given(observations)
def test_every_decision_has_a_sentence_and_braces_in_texts_do_no_harm(observation: Observation) -> None:
    assert decide(observation).why
    hostile = Observation(
        observation.reach, observation.access, observation.facts, detail="{0}{x}", asked_by="{}", identity="}{"
    )
    assert decide(hostile).rule == decide(observation).rule


@pytest.mark.fact("VERDICT-01", "VERDICT-27")
def test_a_verdict_is_exposed_or_protected_or_untested_or_none_never_two() -> None:
    for verdict in Verdict:
        assert [verdict.exposed, verdict.protected, verdict.untested].count(True) <= 1


def test_of_two_addresses_the_more_exposed_speaks_and_then_the_less_known() -> None:
    assert worst((V.AUTH_REQUIRED, V.OPEN)) == 1
    assert worst((V.OUT_OF_SCOPE, V.AUTH_REQUIRED)) == 0
    assert worst((V.REFUSED, V.TIMED_OUT, V.AUTH_REQUIRED)) == 1
    for pair in itertools.permutations(Verdict, 2):
        assert pair[worst(pair)] is (pair[::-1])[worst(pair[::-1])]
    for exposed, other in itertools.product(Verdict, repeat=2):
        if exposed.exposed and not other.exposed:
            assert worst((other, exposed)) == 1
        if exposed.untested and other.protected:
            assert worst((other, exposed)) == 1


def test_the_sentence_says_who_asked_whom_we_were_taken_for_and_why() -> None:
    asked = decide(seen(R.ANSWERED, A.NOTHING, F.PRODUCT_ASKED_LOGIN, asked_by="search Guard"))
    assert asked.why == "Search Guard asked for a login, and nothing was given without one."
    taken = decide(seen(R.ANSWERED, A.NOTHING, F.ANONYMOUS_IDENTITY, identity="_anonymous"))
    assert "identity of its own (_anonymous)" in taken.why
    assert decide(seen(R.TIMED_OUT, detail="silent for 3 s")).why == "No answer to the connection: silent for 3 s"


def test_the_sentence_says_so_where_nothing_is_known() -> None:
    assert decide(seen(R.TIMED_OUT)).why.endswith("the server gave no reason")
    assert decide(seen(R.ANSWERED, A.NOTHING, F.PRODUCT_ASKED_LOGIN)).why.startswith("The server asked for a login")
    assert "(an anonymous user)" in decide(seen(R.ANSWERED, A.NOTHING, F.ANONYMOUS_IDENTITY)).why
