import asyncio
import errno
import socket
import sys
from collections.abc import Awaitable, Callable

import pytest

from auditor.model.observation import Reach
from auditor.model.target import Tls
from auditor.probes.interface import Budget, Lines, Manner, Transcript, WireError
from auditor.probes.lines import SocketLines
from tests.probes.loopback import Caller, Certificate, lines_to, make_certificate, serving, target_at

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"), subject="/CN=es-1")


async def answers(caller: Caller) -> None:
    while True:
        await caller.request()
        await caller.send(OK)


def lines_over(
    dial: Callable[[], Awaitable[socket.socket]], *, address: str = "10.0.0.1", **budget: float
) -> SocketLines:
    return SocketLines(target_at(9200), address=address, dial=dial, budget=Budget(**budget), manner=Manner())  # type: ignore[arg-type]  # a table of floats


async def no_dial() -> socket.socket:
    raise AssertionError("nothing was to be dialled")


def failing(error: Exception) -> Callable[[], Awaitable[socket.socket]]:
    async def dial() -> socket.socket:
        raise error

    return dial


def is_lines(lines: Lines) -> Lines:
    """The type checker's proof that the real lines are what probes are promised."""
    return lines


async def test_the_first_line_takes_over_the_socket_of_the_sweep_and_later_ones_dial() -> None:
    async with serving(answers) as server, lines_to(server, first=True) as lines:
        dialled = []

        async def counting() -> socket.socket:
            dialled.append(1)
            return await server.dial()

        lines._dial = counting
        for expected in (0, 1, 2):
            stream = await is_lines(lines).stream()
            assert len(dialled) == expected
            await stream.write(b"GET / HTTP/1.1\r\n\r\n")
            assert await stream.read_exactly(len(OK)) == OK


async def test_wires_are_the_same_at_each_call_and_share_one_ledger_and_transcript() -> None:
    async with serving(answers) as server, lines_to(server, requests=3) as lines:
        assert lines.http() is lines.http()
        await lines.http().get("/", template="a")
        stream = await lines.stream()
        await stream.write(b"GET / HTTP/1.1\r\n\r\n")
        await stream.read_exactly(len(OK))
        await lines.http().get("/", template="b")
        assert lines.spending.requests == 3
        assert lines.spending.received == 3 * len(OK)
        assert [exchange.template for exchange in lines.transcript.exchanges] == ["a", "b"]
        with pytest.raises(WireError, match="the 3 requests"):
            await stream.write(b"x")


async def test_a_transcript_of_the_callers_own_is_used() -> None:
    async with serving(answers) as server:
        transcript = Transcript()
        lines = SocketLines(
            target_at(server.port),
            address="127.0.0.1",
            dial=server.dial,
            budget=Budget(),
            manner=Manner(),
            transcript=transcript,
        )
        await lines.http().get("/", template="a")
        await lines.close()
        assert len(transcript.exchanges) == 1


async def test_closing_closes_every_connection() -> None:
    async with serving(answers) as server, lines_to(server) as lines:
        streams = [await lines.stream() for _ in range(3)]
        await lines.http().get("/", template="a")
        await lines.close()
        assert all(stream.is_closed for stream in streams)
        await lines.close()


async def test_closing_closes_a_first_socket_that_nobody_used() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        lines = SocketLines(
            target_at(9200), address="10.0.0.1", dial=no_dial, budget=Budget(), manner=Manner(), first=ours
        )
        await lines.close()
        assert ours.fileno() < 0


async def test_streams_that_were_closed_are_forgotten() -> None:
    async with serving(answers) as server, lines_to(server) as lines:
        for _ in range(20):
            await (await lines.stream()).close()
        assert len(lines._streams) <= 2


@pytest.mark.parametrize(
    ("error", "reach"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), Reach.REFUSED),
        (TimeoutError(), Reach.TIMED_OUT),
        (ConnectionResetError(errno.ECONNRESET, "reset"), Reach.BROKE_OFF),
        (OSError(errno.EIO, "broken"), Reach.BROKE_OFF),
        (WireError(Reach.REFUSED, "connection refused"), Reach.REFUSED),
        (WireError(Reach.TIMED_OUT, "silent for 3 s"), Reach.TIMED_OUT),
        (WireError(Reach.NOT_TRIED, "no file descriptor left"), Reach.NOT_TRIED),
        (WireError(Reach.OUT_OF_SCOPE, "not ours"), Reach.OUT_OF_SCOPE),
    ],
)
async def test_how_dialling_failed_is_told(error: Exception, reach: Reach) -> None:
    with pytest.raises(WireError) as caught:
        await lines_over(failing(error)).stream()
    assert caught.value.reach is reach


@pytest.mark.fact("VERDICT-20")
@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(errno.ECONNREFUSED, "refused"),
        TimeoutError(),
        WireError(Reach.REFUSED, "connection refused"),
        WireError(Reach.TIMED_OUT, "silent for 3 s"),
    ],
)
async def test_a_target_that_was_reached_once_is_never_refused_or_timed_out(error: Exception) -> None:
    async with serving(answers) as server, lines_to(server) as lines:
        await lines.stream()
        lines._dial = failing(error)
        with pytest.raises(WireError, match="a further connection failed") as caught:
            await lines.stream()
        assert caught.value.reach is Reach.BROKE_OFF


async def test_dialling_is_bounded_by_the_time_of_the_target() -> None:
    async def forever() -> socket.socket:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(WireError, match=r"0\.05 s that one target may cost") as caught:
        await lines_over(forever, target_seconds=0.05).stream()
    assert caught.value.reach is Reach.TOO_MUCH


async def test_being_cancelled_while_dialling_is_being_cancelled() -> None:
    async def forever() -> socket.socket:
        await asyncio.Event().wait()
        raise AssertionError

    task = asyncio.create_task(lines_over(forever).stream())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("fd00::1", False),
    ],
)
async def test_asking_from_the_servers_own_machine_is_known(address: str, loopback: bool) -> None:
    assert lines_over(no_dial, address=address).from_loopback is loopback


@pytest.mark.parametrize(
    ("address", "name"),
    [("es-1.corp.example", "es-1.corp.example"), ("es-1.corp.example.", "es-1.corp.example"), ("127.0.0.1", None)],
)
async def test_names_are_sent_for_sni_and_addresses_are_not(
    certificate: Certificate, address: str, name: str | None
) -> None:
    async with (
        serving(answers, tls=certificate.context()) as server,
        lines_to(server, address=address, tls=Tls.REQUIRED) as lines,
    ):
        await lines.http().get("/", template="a")
        assert server.sent_names == [name]


async def test_bson_is_imported_only_by_those_who_speak_it() -> None:
    program = "import sys, auditor.probes.lines; sys.exit('bson' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    assert await process.wait() == 0


async def test_the_mongodb_wire_is_the_same_at_each_call() -> None:
    lines = lines_over(no_dial)
    assert lines.mongo() is lines.mongo()
