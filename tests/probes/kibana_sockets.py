"""Serves a scripted Kibana over a real socket, and puts the probe to it through the real wire."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from auditor.judge import decide
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Verdict
from auditor.probes.interface import Budget, Manner, WireError
from auditor.probes.kibana import KibanaProbe
from auditor.testing.contract import unplanned
from auditor.testing.loopback import observe
from auditor.testing.recording import HttpRecording
from auditor.testing.replay import HttpReplay
from auditor.testing.scripted import Answer, HttpAsked
from tests.probes.loopback import Caller, serving

Script = Callable[[HttpAsked], Answer | WireError]


@dataclass
class Kibana:
    """A server that answers as a script does; `asked` is what came, in order, with header names in lower case."""

    port: int = 0
    asked: list[HttpAsked] = field(default_factory=list)

    @property
    def requests(self) -> list[str]:
        """What came, "METHOD /path" in order."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    @property
    def posts(self) -> list[HttpAsked]:
        """The POSTs that came."""
        return [asked for asked in self.asked if asked.method == "POST"]


@dataclass
class Visit:
    """What the probe stated of a server, the verdict that follows, and the server itself."""

    observation: Observation
    verdict: Verdict
    server: Kibana


@contextlib.asynccontextmanager
async def speaking(script: Script) -> AsyncIterator[Kibana]:
    """A server on loopback that answers as scripted. A WireError ends the connection; TIMED_OUT keeps it silent."""
    kibana = Kibana()

    async def talk(caller: Caller) -> None:
        while True:
            head, _, body = (await caller.request()).partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            method, path, _ = first.split(" ", 2)
            headers = {
                name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
            }
            asked = HttpAsked(method, path, headers, body, "")
            kibana.asked.append(asked)
            told = script(asked)
            if isinstance(told, WireError):
                if told.reach is Reach.TIMED_OUT:
                    await caller.reader.read()  # until the other side has had enough
                return
            lines = [f"{name}: {value}" for name, value in told.headers if name != "content-length"]
            lines = [f"HTTP/1.1 {told.status} Said", *lines, f"content-length: {len(told.body)}"]
            await caller.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + told.body)

    async with serving(talk) as server:
        kibana.port = server.port
        yield kibana


async def visit(
    script: Script, *, path: str = "/", accept_guest_login: bool = False, exchange_seconds: float = 5.0
) -> Visit:
    """One visit of the probe, held to its plan: every request is an instance of the template that it names."""
    async with speaking(script) as kibana:
        return await see(kibana, path=path, accept_guest_login=accept_guest_login, exchange_seconds=exchange_seconds)


async def see(
    kibana: Kibana, *, path: str = "/", accept_guest_login: bool = False, exchange_seconds: float = 5.0
) -> Visit:
    """The same, to a server that runs already."""
    seen = await observe(
        KibanaProbe(),
        kibana.port,
        path=path,
        budget=Budget(exchange_seconds=exchange_seconds),
        manner=Manner(accept_guest_login=accept_guest_login),
    )
    assert unplanned(KibanaProbe(), seen) == []
    assert seen.evidence
    return Visit(seen, decide(seen).verdict, kibana)


async def replayed(recording: HttpRecording, *, path: str = "/") -> Visit:
    """One visit to a recorded server."""
    async with HttpReplay(recording) as replay:
        seen = await observe(KibanaProbe(), replay.port, path=path)
        asked = [HttpAsked(one.method, one.target, dict(one.headers), one.body, "") for one in replay.requests]
    assert unplanned(KibanaProbe(), seen) == []
    return Visit(seen, decide(seen).verdict, Kibana(replay.port, asked))
