"""Every real Elasticsearch and OpenSearch in every state: the verdict, what is shown, and that no value is copied."""

import asyncio

import pytest

from auditor.model.observation import Reach
from auditor.model.outcome import Outcome, Verdict
from auditor.model.target import Tls
from auditor.testing.contract import unplanned
from tests.real import certificates
from tests.real.asking import PROBES, ask, own, personal, values_in
from tests.real.catalogue import State
from tests.real.elastic import Running
from tests.real.overheard import Overheard, overhear
from tests.real.seeds import DATA

#: The verdict of each state, whatever the release.
VERDICTS = {
    State.OPEN: Verdict.OPEN,
    State.CLOSED: Verdict.AUTH_REQUIRED,
    State.ANONYMOUS: Verdict.ANONYMOUS_ROLE,
    State.ANONYMOUS_401: Verdict.ANONYMOUS_ROLE,
    State.ANONYMOUS_ALL: Verdict.OPEN,
    State.UNINITIALISED: Verdict.NOT_INITIALISED,
    State.NO_MASTER: Verdict.INCONCLUSIVE,
    State.TLS: Verdict.AUTH_REQUIRED,
    State.CLIENT_CERTIFICATE: Verdict.CLIENT_CERT_REQUIRED,
}


def shown(server: Running) -> set[str]:
    """The data sets that a stranger can name."""
    match server.state:
        case State.OPEN | State.ANONYMOUS_ALL:
            return set(DATA)
        case State.ANONYMOUS | State.ANONYMOUS_401 if not server.server.opensearch:
            return {"people"}
        case _:
            return set()  # an anonymous of OpenSearch may read `people`, but is not told its name


@pytest.fixture(scope="module")
def overheard(elastic_server: Running, tmp_path_factory: pytest.TempPathFactory) -> Overheard:
    """Asked once for all tests of a server, through a recording proxy and on a loop of its own."""
    ends_here = elastic_server.state is State.TLS
    made = certificates.make(tmp_path_factory.mktemp("proxy") / "tls") if ends_here else None
    return asyncio.run(overhear(elastic_server.port, "elasticsearch", certificates=made))


@pytest.fixture(scope="module")
def outcome(overheard: Overheard) -> Outcome:
    """How that talk ended."""
    return overheard.outcome


def test_the_verdict_is_that_of_the_state(elastic_server: Running, outcome: Outcome) -> None:
    assert outcome.verdict is VERDICTS[elastic_server.state], (outcome.why, outcome.observation)
    assert outcome.observation.evidence


def test_the_data_sets_and_their_personal_fields_are_those_a_stranger_sees(
    elastic_server: Running, outcome: Outcome
) -> None:
    names = shown(elastic_server)
    assert own(outcome.observation) == names
    found = personal(outcome.observation)
    assert set(found) == names - {"products"}
    if "people" in names:
        assert {"email", "full_name", "birth_date", "card_number"} <= found["people"]
    if "customers" in names:
        assert {"first_name", "iban", "phone", "address.street", "身份证号"} <= found["customers"]


def test_the_release_is_named_where_the_server_tells_it(elastic_server: Running, outcome: Outcome) -> None:
    service = outcome.observation.service
    if elastic_server.state in (State.OPEN, State.ANONYMOUS_ALL, State.NO_MASTER):
        assert service is not None
        assert service.version == elastic_server.server.version
        if elastic_server.server.opensearch or elastic_server.server.numbers > (1, 0, 0):  # before, the root told none
            assert service.cluster_name == "audited"
        assert ("OpenSearch" if elastic_server.server.opensearch else "Elasticsearch") in service.name


def test_what_a_stranger_could_write_is_inferred_from_the_state(elastic_server: Running, outcome: Outcome) -> None:
    signs = {sign.id for sign in outcome.observation.signs}
    assert ("may_write" in signs) is (elastic_server.state in (State.OPEN, State.ANONYMOUS_ALL))
    assert not signs & {"secrets", "remote_clusters", "snapshots"}  # there are none
    version = elastic_server.server.numbers
    assert ("scripts" in signs) is (not elastic_server.server.opensearch and version < (1, 2))


def test_the_nodes_address_is_told_where_names_are(elastic_server: Running, outcome: Outcome) -> None:
    service = outcome.observation.service
    if elastic_server.state in (State.OPEN, State.ANONYMOUS_ALL):
        assert service is not None
        assert ("node", f"127.0.0.1:{elastic_server.port}") in service.details


def test_no_value_and_no_request_beyond_the_plan(outcome: Outcome) -> None:
    assert values_in(outcome) == []
    assert unplanned(PROBES["elasticsearch"], outcome.observation) == []


def test_the_wire_saw_only_reading_requests_and_each_is_in_the_transcript(
    elastic_server: Running, overheard: Overheard
) -> None:
    overheard.prove()
    assert overheard.sent
    # Within TLS that wants a certificate of ours the requests are the transcript's word alone.
    assert overheard.sealed is (elastic_server.state is State.CLIENT_CERTIFICATE)


async def test_a_server_behind_tls_is_never_taken_for_a_silent_or_refusing_one(elastic_server: Running) -> None:
    if not elastic_server.state.over_tls:
        plain = await ask(elastic_server.port, tls=Tls.REQUIRED)
        assert plain.verdict is Verdict.INCONCLUSIVE
        assert plain.observation.reach is Reach.TLS_FAILED
        return
    for tls in (Tls.REQUIRED, Tls.AUTO):
        secure = await ask(elastic_server.port, tls=tls)
        assert secure.verdict is VERDICTS[elastic_server.state]
    if elastic_server.state is State.TLS:
        assert secure.observation.tls is not None
        assert "node-1" in secure.observation.tls.subject
    plain = await ask(elastic_server.port, tls=Tls.NEVER)
    assert plain.verdict is Verdict.INCONCLUSIVE
