"""Endpoints behind a real nginx, stunnel or haproxy: a recorded server, or nobody any more."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

from auditor.model.outcome import Verdict
from auditor.testing.recording import MongoRecording
from auditor.testing.replay import HttpReplay, MongoReplay
from benchmarks.verdicts.door import Door
from benchmarks.verdicts.endpoint import PORTS, Endpoint, How, Serve
from benchmarks.verdicts.scoring import Truth
from benchmarks.verdicts.serving import load
from tests.real import fronts
from tests.real.fronts import Front
from tests.real.process import free_port

_OPEN = (Truth.OPEN, Verdict.OPEN)
_PARTLY = (Truth.OPEN, Verdict.PARTLY_OPEN)
_LOGIN = (Truth.NOT_OPEN, Verdict.AUTH_REQUIRED)
_CERTIFICATE = (Truth.NOT_OPEN, Verdict.CLIENT_CERT_REQUIRED)
_GONE = (Truth.UNTOLD, Verdict.INCONCLUSIVE)

#: Program, what it does, the recording behind it ("" for nobody), and what is true of the whole.
_SEARCH = (
    ("nginx", Front.PASS, "es-7.10.2-open", _OPEN),
    ("nginx", Front.BASIC, "es-7.10.2-open", _LOGIN),
    ("nginx", Front.BASIC_ROOT, "es-7.10.2-open", _PARTLY),
    ("haproxy", Front.BASIC_ROOT, "es-6.8.23-open", _PARTLY),
    ("nginx", Front.FORBIDDEN, "es-7.10.2-open", _LOGIN),
    ("nginx", Front.TLS, "es-7.17.29-open", _OPEN),
    ("stunnel", Front.TLS, "es-8.5.0-open", _OPEN),
    ("haproxy", Front.TLS, "os-2.19.4-open", _OPEN),
    ("stunnel", Front.TLS, "es-8.19.21-closed", _LOGIN),
    ("nginx", Front.CLIENT_CERTIFICATE, "es-7.10.2-open", _CERTIFICATE),
    ("haproxy", Front.CLIENT_CERTIFICATE, "es-7.10.2-open", _CERTIFICATE),
    ("nginx", Front.PASS, "", _GONE),
    ("haproxy", Front.PASS, "", _GONE),
)
_KIBANA = (
    ("nginx", Front.BASIC, "kibana-7.10.2-oss.open", _LOGIN),
    ("nginx", Front.BASIC_ROOT, "kibana-7.10.2-oss.open", _PARTLY),
    ("nginx", Front.TLS, "kibana-8.12.2.open", _OPEN),
    ("haproxy", Front.PASS, "", _GONE),
)
_MONGO = (
    ("stunnel", Front.TLS, "mongod-4.0.19-noauth", _OPEN),
    ("haproxy", Front.TLS, "mongod-4.4.0-noauth", _OPEN),
    ("stunnel", Front.TLS, "mongod-4.4.0-auth-oneuser", _LOGIN),
    ("stunnel", Front.CLIENT_CERTIFICATE, "mongod-4.0.19-noauth", _CERTIFICATE),
    ("haproxy", Front.CLIENT_CERTIFICATE_1_2, "mongod-4.0.19-noauth", _CERTIFICATE),
    ("haproxy", Front.PASS, "", _GONE),
)
_SLUGS = {
    Front.PASS: "plain",
    Front.BASIC: "basic",
    Front.BASIC_ROOT: "basic-on-root",
    Front.FORBIDDEN: "403",
    Front.TLS: "tls",
    Front.CLIENT_CERTIFICATE: "client-certificate",
    Front.CLIENT_CERTIFICATE_1_2: "client-certificate-tls1.2",
}


def endpoints() -> Iterator[Endpoint]:
    """All of them."""
    for product, table in (("elasticsearch", _SEARCH), ("kibana", _KIBANA), ("mongodb", _MONGO)):
        for program, front, behind, (truth, verdict) in table:
            name = f"{program}-{_SLUGS[front]}-{behind or f'before-no-{product}'}"
            what = "" if behind else "its backend is gone"
            serve = _fronted(program, front, behind)
            yield Endpoint(name, product, what, How.FRONT, truth, verdict, serve, PORTS[product])


def _fronted(program: str, front: Front, behind: str) -> Serve:
    @asynccontextmanager
    async def serve(host: str, port: int) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            backend = free_port()
            if behind:
                recording = load(behind)
                replay = MongoReplay(recording) if isinstance(recording, MongoRecording) else HttpReplay(recording)
                backend = (await stack.enter_async_context(replay)).port
            started = await asyncio.to_thread(fronts.start, program, front, backend)
            stack.push_async_callback(asyncio.to_thread, started.stop)
            await stack.enter_async_context(Door(host, port, to=started.port))
            yield

    return serve
