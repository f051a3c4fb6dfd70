"""TLS both ways: required, preferred and missing on the server's side or on ours, and a client certificate wanted."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping

import pytest

from auditor.examine import conclude
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Verdict
from auditor.model.target import Tls
from auditor.probes.interface import WireError
from auditor.testing import mongo_frames
from tests import factory
from tests.probes.loopback import Caller, Handler, Server, serving
from tests.probes.mongo_server import (
    BUILD,
    LOGIN,
    Asked,
    Behaviour,
    greeting,
    mongo,
    observe,
    open_server,
    table,
    verdict,
)
from tests.real import certificates
from tests.real.missing import MissingError, give_up

SECURED = table({"isMaster": greeting(21), "buildInfo": BUILD}, otherwise=LOGIN)
OPEN = table(open_server(21))
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> certificates.Certificates:
    try:
        return certificates.make(tmp_path_factory.mktemp("tls") / "made")
    except MissingError as error:
        give_up(str(error), in_ci_list=True)


def context(
    made: certificates.Certificates,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    clients: ssl.VerifyMode = ssl.CERT_NONE,
) -> ssl.SSLContext:
    """A server's. `clients` says whether it wants a certificate of them, by the authority of the test run."""
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(made.certificate, made.key)
    found.maximum_version = newest
    if clients is not ssl.CERT_NONE:
        found.load_verify_locations(made.authority)
        found.verify_mode = clients
    return found


@contextlib.contextmanager
def preferring(behave: Behaviour, tls: ssl.SSLContext) -> Iterator[Server]:
    """A server that answers plain and TLS on one port, as `net.tls.mode: preferTLS` and `allowTLS` do."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    over = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.settimeout(10)
        if connection.recv(1, socket.MSG_PEEK) == b"\x16":
            connection = tls.wrap_socket(connection, server_side=True)
        with connection:
            while len(head := connection.recv(16)) == 16:
                request = mongo_frames.read(head, connection.recv(mongo_frames.HEADER.unpack(head)[0] - 16))
                command = dict(request.document)
                database = command.pop("$db", request.namespace.partition(".")[0])
                reaction = behave(Asked(request.opcode, database, command))
                assert isinstance(reaction, Mapping)
                connection.sendall(mongo_frames.reply(request, [reaction]))

    def serve() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                talk(listener.accept()[0])

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Server(listener.getsockname()[1])
    finally:
        over.set()
        thread.join(30)
        listener.close()


async def _seen(server: Server, tls: Tls = Tls.AUTO) -> Observation:
    try:
        return await observe(server, tls=tls, exchange_seconds=0.7)
    except WireError as error:
        return Observation(error.reach, detail=error.detail)


@pytest.mark.parametrize("newest", VERSIONS)
@pytest.mark.parametrize("tls", [Tls.AUTO, Tls.REQUIRED])
async def test_a_server_that_requires_tls_is_found_behind_it(
    made: certificates.Certificates, newest: ssl.TLSVersion, tls: Tls
) -> None:
    for behave, expected in ((OPEN, Verdict.OPEN), (SECURED, Verdict.AUTH_REQUIRED)):
        async with mongo(behave, tls=context(made, newest)) as server:
            seen = await _seen(server.server, tls)
        assert verdict(seen) is expected
        assert seen.tls is not None
        assert "node-1" in seen.tls.subject


async def test_it_is_not_found_where_the_inventory_forbids_tls_and_is_no_lock(made: certificates.Certificates) -> None:
    for behave in (OPEN, SECURED):
        async with mongo(behave, tls=context(made)) as server:
            seen = await _seen(server.server, Tls.NEVER)
        assert (verdict(seen), server.asked) == (Verdict.INCONCLUSIVE, [])


@pytest.mark.parametrize(("behave", "expected"), [(OPEN, Verdict.OPEN), (SECURED, Verdict.AUTH_REQUIRED)])
@pytest.mark.parametrize(("tls", "spoken"), [(Tls.AUTO, False), (Tls.NEVER, False), (Tls.REQUIRED, True)])
async def test_a_server_that_prefers_tls_answers_in_both_and_the_plain_answer_is_said(
    made: certificates.Certificates, behave: Behaviour, expected: Verdict, tls: Tls, *, spoken: bool
) -> None:
    with preferring(behave, context(made)) as server:
        seen = await _seen(server, tls)
    assert (verdict(seen), seen.tls is not None) == (expected, spoken)


@pytest.mark.parametrize("newest", VERSIONS)
@pytest.mark.parametrize("tls", [Tls.AUTO, Tls.REQUIRED])
@pytest.mark.parametrize("behave", [OPEN, SECURED])
async def test_a_wanted_certificate_is_told_by_the_handshake_of_1_2_and_the_first_read_of_1_3(
    made: certificates.Certificates, newest: ssl.TLSVersion, tls: Tls, behave: Behaviour
) -> None:
    async with mongo(behave, tls=context(made, newest, ssl.CERT_REQUIRED)) as server:
        seen = await _seen(server.server, tls)
    assert (verdict(seen), server.asked) == (Verdict.CLIENT_CERT_REQUIRED, [])


@pytest.mark.parametrize("newest", VERSIONS)
@pytest.mark.parametrize("tls", [Tls.AUTO, Tls.REQUIRED])
async def test_a_mongod_lets_the_handshake_pass_and_hangs_up_on_the_first_question(
    made: certificates.Certificates, newest: ssl.TLSVersion, tls: Tls
) -> None:
    async with mongo(lambda _: None, tls=context(made, newest, ssl.CERT_OPTIONAL)) as server:
        seen = await _seen(server.server, tls)
    assert verdict(seen) is Verdict.CLIENT_CERT_REQUIRED


@pytest.mark.parametrize("newest", VERSIONS)
async def test_a_certificate_that_is_asked_for_and_not_insisted_on_is_none(
    made: certificates.Certificates, newest: ssl.TLSVersion
) -> None:
    """`net.tls.allowConnectionsWithoutCertificates`: the request is there, and so are the answers."""
    for behave, expected in ((OPEN, Verdict.OPEN), (SECURED, Verdict.AUTH_REQUIRED)):
        async with mongo(behave, tls=context(made, newest, ssl.CERT_OPTIONAL)) as server:
            assert verdict(await _seen(server.server)) is expected


async def _closing(caller: Caller) -> None:
    """A mongod that was told to speak no TLS: it takes the hello for a message, and closes."""
    await caller.reader.readexactly(16)


async def _waiting(caller: Caller) -> None:
    """One that was built without TLS: it waits for the rest of a message that long."""
    await caller.reader.read(-1)


@pytest.mark.parametrize("talk", [_closing, _waiting])
async def test_no_tls_where_it_is_required_is_no_lock_and_nothing_is_said_in_plain(talk: Handler) -> None:
    said: list[bytes] = []

    async def listen(caller: Caller) -> None:
        said.append(await caller.reader.readexactly(3))
        await talk(caller)

    async with serving(listen) as server:
        seen = await _seen(server, Tls.REQUIRED)
    assert seen.reach is Reach.TLS_FAILED
    outcome = conclude(factory.target(product="mongodb", port=27017), seen)
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert not outcome.verdict.protected
    assert {first[0] for first in said} == {0x16}, "only TLS hellos"


@pytest.mark.parametrize("tls", [Tls.AUTO, Tls.REQUIRED])
async def test_a_handshake_that_the_server_breaks_off_is_no_lock(tls: Tls) -> None:
    async def refuse(caller: Caller) -> None:
        if await caller.reader.readexactly(1) == b"\x16":
            await caller.send(b"\x15\x03\x03\0\2\2\x28")  # handshake_failure, and no certificate was asked for

    async with serving(refuse) as server:
        seen = await _seen(server, tls)
    assert (seen.reach, verdict(seen)) == (Reach.TLS_FAILED, Verdict.INCONCLUSIVE)
