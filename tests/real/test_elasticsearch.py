"""Every real Elasticsearch and OpenSearch in every state: the verdict, what is shown, and that no value is copied."""

import asyncio
import contextlib
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from elastic_transport import ConnectionTimeout, HttpHeaders

from auditor.model.observation import Reach
from auditor.model.outcome import Outcome, Verdict
from auditor.model.target import Tls
from auditor.probes.http_documents import sample_path
from auditor.testing.contract import unplanned
from tests.real import certificates, night
from tests.real.asking import PROBES, ask, own, personal, values_in
from tests.real.canaries import documents
from tests.real.catalogue import State
from tests.real.elastic import Running
from tests.real.overheard import Overheard, overhear
from tests.real.seeds import DATA, node, put

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


@pytest.mark.fact(
    "ES-01", "PEER-01", "VERDICT-03", "VERDICT-07", "VERDICT-08", "VERDICT-11", "VERDICT-13", "VERDICT-15", "VERDICT-17"
)
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


@pytest.mark.fact("ES-59")
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


@pytest.mark.fact("ES-64", "ES-65")
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


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a server's; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def said(server: Running, path: str, *, accept: str = "*/*", seconds: float = 30.0) -> Said:
    """What a server answers a stranger."""
    scheme, headers = "https" if server.state.over_tls else "http", HttpHeaders({"accept": accept})
    with contextlib.closing(node(scheme, server.port)) as asked:
        meta, body = asked.perform_request("GET", path, headers=headers, request_timeout=seconds)
    return Said(meta.status, {name.lower(): value for name, value in meta.headers.items()}, body)


@pytest.mark.fact("ES-18", "ES-19", "ES-20", "ES-21")
def test_without_a_master_only_the_greeting_comes_by_itself(elastic_server: Running) -> None:
    if elastic_server.state is not State.NO_MASTER:
        return
    old = elastic_server.server.numbers < (7,)
    root = said(elastic_server, "/")
    assert root.status == (503 if old else 200)
    assert json.loads(root.body)["cluster_uuid"] == "_na_"
    with pytest.raises(ConnectionTimeout):
        said(elastic_server, "/_cat/indices?format=json", seconds=3.0)
    assert said(elastic_server, "/_cat/indices?format=json&master_timeout=1s", seconds=10.0).status == 503
    search = said(elastic_server, "/_search?size=0", seconds=3.0)
    assert (search.status, json.loads(search.body)["error"]["type"]) == (503, "cluster_block_exception")


@pytest.mark.fact("ES-26", "ES-27", "ES-28", "ES-32", "ES-34", "ES-36", "ES-37", "ES-67")
def test_an_open_server_greets_as_its_release_does(elastic_server: Running) -> None:
    if elastic_server.state is not State.OPEN:
        return
    server, root = elastic_server.server, said(elastic_server, "/")
    told = json.loads(root.body)
    if server.name in ("es-8.19.21", "es-9.5.3"):  # minimal archives
        assert (root.status, told["status"]) == (405, 405)
    else:
        assert root.status == 200
        assert ("cluster_uuid" in told) is (server.opensearch or server.numbers >= (2, 4))
        oldest = server.numbers < (2,) and not server.opensearch  # which counts its versions anew from 1
        assert told.get("status") == (200 if oldest else None)
        assert (told["version"].get("distribution") == "opensearch") is server.opensearch
    named = root.headers.get("x-elastic-product") == "Elasticsearch"
    assert named is (not server.opensearch and server.numbers >= (7, 14))
    versioned = root.headers.get("x-opensearch-version") is not None
    assert versioned is (server.opensearch and server.numbers >= (3,))


@pytest.mark.fact("ES-24", "ES-29", "ES-30", "ES-31")
def test_an_open_server_lists_as_its_release_does(elastic_server: Running) -> None:
    if elastic_server.state is not State.OPEN:
        return
    server, listing = elastic_server.server, said(elastic_server, "/_cat/indices?format=json")
    caps = said(elastic_server, "/_field_caps?fields=*")
    assert (caps.status == 200) is (server.opensearch or server.numbers >= (5, 4))
    if server.numbers < (1,) and not server.opensearch:
        assert (listing.status, listing.body[:10]) == (400, b"No handler")
        return
    rows = json.loads(listing.body)
    assert {row["index"] for row in rows} >= set(DATA)
    assert all("status" in row for row in rows) is (server.opensearch or server.numbers > (1, 0, 0))


@pytest.mark.fact("ES-55", "ES-56", "ES-57", "ES-58")
def test_with_security_off_no_one_is_anybody(elastic_server: Running) -> None:
    if elastic_server.state is not State.OPEN:
        return
    major = elastic_server.server.numbers[0]
    knows_another_method = major == 1 if elastic_server.server.opensearch else 6 <= major <= 8
    assert said(elastic_server, "/_security/_authenticate").status == (405 if knows_another_method else 400)


@pytest.mark.fact("ES-40", "ES-42", "ES-43", "ES-44", "ES-45", "ES-46")
def test_a_closed_server_names_its_ways_to_log_in(elastic_server: Running) -> None:
    if elastic_server.state not in (State.CLOSED, State.TLS):
        return
    server, root = elastic_server.server, said(elastic_server, "/")
    assert root.status == 401
    ways = str(root.headers.get("www-authenticate"))  # urllib3 joins what was sent in several
    if server.opensearch:
        assert (ways, root.body) == ('Basic realm="OpenSearch Security"', b"Unauthorized")
        return
    comma = "," if server.numbers >= (8, 19) else ""
    assert f'Basic realm="security"{comma} charset="UTF-8"' in ways
    assert ("ApiKey" in ways) is (server.numbers >= (8,) or elastic_server.state is State.TLS)
    assert ("Bearer" in ways) is (elastic_server.state is State.TLS)
    wanting = "token" if server.numbers < (7,) else "credentials"
    assert f"missing authentication {wanting}".encode() in root.body


@pytest.mark.fact("ES-04", "ES-05", "ES-06", "ES-33", "ES-49", "ES-50", "ES-52", "ES-53")
def test_an_anonymous_user_of_elasticsearch_is_told_one_index(elastic_server: Running) -> None:
    if elastic_server.state not in (State.ANONYMOUS, State.ANONYMOUS_401) or elastic_server.server.opensearch:
        return
    for path in ("/_aliases", "/_mapping"):
        assert list(json.loads(said(elastic_server, path).body)) == ["people"]
    for path in ("/_field_caps?fields=*", "/_search?size=0"):
        assert said(elastic_server, path).status == 200
    excused = elastic_server.state is State.ANONYMOUS
    for path in ("/", "/_cat/indices?format=json", "/_stats", "/_cluster/health"):
        refused = said(elastic_server, path)
        if path == "/" and refused.status == 405:  # a server without the module of the greeting
            continue
        assert refused.status == (403 if excused else 401)
        assert (b"is unauthorized for user [_anonymous]" if excused else b"requires authentication") in refused.body
        named = refused.headers.get("x-elastic-product") is not None
        assert named is (elastic_server.server.version == "8.5.0")  # of the releases tried it alone sends it here
        with_roles = excused and elastic_server.server.numbers >= (8,)
        assert (b"with effective roles [guest]" in refused.body) is with_roles


@pytest.mark.fact("ES-08", "ES-10", "ES-12", "VERDICT-08")
def test_an_anonymous_user_of_opensearch_is_told_nothing_and_may_search(elastic_server: Running) -> None:
    if elastic_server.state is not State.ANONYMOUS or not elastic_server.server.opensearch:
        return
    for path in ("/", "/_cat/indices?format=json", "/_stats", "/_mapping", "/_field_caps?fields=*", "/_search?size=0"):
        assert said(elastic_server, path).status == 403
    assert said(elastic_server, "/people/_search?size=0").status == 200
    for path in ("/_plugins/_security/authinfo", "/_opendistro/_security/authinfo"):
        assert json.loads(said(elastic_server, path).body)["user_name"] == "opendistro_security_anonymous"


@pytest.mark.fact("ES-72")
def test_an_all_powerful_stranger_sees_the_plugin_s_own_index(elastic_server: Running, outcome: Outcome) -> None:
    if elastic_server.state is State.ANONYMOUS_ALL and elastic_server.server.opensearch:
        assert ".opendistro_security" in {data.name for data in outcome.observation.datasets if data.system}


@pytest.mark.fact("ES-71")
def test_8_and_9_answer_in_chunks(elastic_server: Running) -> None:
    if elastic_server.state is State.OPEN and not elastic_server.server.opensearch:
        chunked = said(elastic_server, "/_mapping").headers.get("transfer-encoding") == "chunked"
        assert chunked is (elastic_server.server.numbers >= (8,))


@pytest.mark.fact("CLIENT-03")
def test_8_5_refuses_the_media_type_of_9_and_answers_without(elastic_server: Running) -> None:
    if (elastic_server.server.name, elastic_server.state) != ("es-8.5.0", State.OPEN):
        return
    compatible = "application/vnd.elasticsearch+json; compatible-with=9"
    assert said(elastic_server, "/", accept=compatible).status == 400
    assert said(elastic_server, "/_cat/indices?format=json", accept="*/*").status == 200


@pytest.mark.fact("ES-64", "ES-66")
def test_what_tls_makes_of_plain_http_and_of_a_client_without_a_certificate(elastic_server: Running) -> None:
    if not elastic_server.state.over_tls:
        return
    with socket.create_connection(("127.0.0.1", elastic_server.port), timeout=30) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert line.recv(1) == b""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    wants = elastic_server.state is State.CLIENT_CERTIFICATE
    with socket.create_connection(("127.0.0.1", elastic_server.port), timeout=30) as line:
        if wants and elastic_server.server.numbers < (7,) and not elastic_server.server.opensearch:
            with pytest.raises(ssl.SSLError, match="CERTIFICATE"):  # it speaks 1.2, which judges in the handshake
                context.wrap_socket(line)
            return
        with context.wrap_socket(line) as secure:
            secure.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            if not wants:
                assert secure.recv(12) == b"HTTP/1.1 401"
                return
            assert secure.version() == "TLSv1.3"
            with pytest.raises(ssl.SSLError, match="CERTIFICATE"):
                secure.recv(1)


@pytest.mark.fact("ES-77", "ES-78")
def test_a_sample_is_answered_with_the_sources_of_documents(elastic_server: Running) -> None:
    if elastic_server.state is not State.OPEN:
        return
    answered = said(elastic_server, f"/{sample_path('people', size=1)}")
    told = json.loads(answered.body)
    assert (answered.status, [hit["_source"] for hit in told["hits"]["hits"]]) == (200, [DATA["people"][0]])
    knows = elastic_server.server.opensearch or elastic_server.server.numbers >= (1, 6)
    assert (told.keys() == {"took", "timed_out", "hits"}) is knows
    assert (told["hits"]["hits"][0].keys() == {"_source"}) is knows


async def test_a_sample_changes_no_verdict_and_the_wire_saw_no_more_than_was_allowed(
    elastic_server: Running, outcome: Outcome
) -> None:
    if elastic_server.state.over_tls:  # of which nothing can be read
        return
    heard = await overhear(elastic_server.port, "elasticsearch", sample=5)
    heard.prove()
    assert heard.outcome.verdict is outcome.verdict
    sampled = {each.name: each.sampled for each in heard.outcome.observation.datasets if each.sampled is not None}
    readable = shown(elastic_server)
    assert sampled == {name: len(DATA[name]) for name in readable}
    assert values_in(heard.outcome) == []
    assert personal(heard.outcome.observation).keys() == personal(outcome.observation).keys()


def test_planted_values_stand_nowhere_in_what_a_night_leaves_behind(elastic_server: Running, tmp_path: Path) -> None:
    if elastic_server.state not in (State.OPEN, State.ANONYMOUS_ALL):
        return
    with contextlib.closing(node("http", elastic_server.port, login=elastic_server.state.secured)) as server:
        put(server, "leute", documents(), typed=elastic_server.server.typed)
        try:
            night.spend(tmp_path, "elasticsearch", elastic_server.port, sample=40).prove("leute", sample=40)
        finally:
            server.perform_request("DELETE", "/leute")
