"""The HTTP wire that keeps what it hears: that of an audit, which sends and refuses what it always does."""

from collections.abc import Mapping

from auditor.model.observation import Reach, TlsSeen
from auditor.probes.interface import HttpReply, HttpWire, Lines, WireError
from auditor.probes.stream import SilenceError
from auditor.testing.recording import HttpExchange, RecordedReply, RecordedRequest
from auditor.testing.tape import Tape


class RecordingHttpWire:
    """An HTTP wire that keeps each request with its answer."""

    def __init__(self, lines: Lines, tape: Tape) -> None:
        self._wire: HttpWire = lines.http()
        self._transcript = lines.transcript
        self._tape = tape

    @property
    def scheme(self) -> str:
        """What the server turned out to speak."""
        return self._wire.scheme

    @property
    def tls(self) -> TlsSeen | None:
        """The TLS of the newest connection."""
        return self._wire.tls

    async def get(
        self, path: str, *, template: str, headers: Mapping[str, str] | None = None, cap: int | None = None
    ) -> HttpReply:
        """Sends GET `path`, and keeps what came back.

        Raises:
            WireError, WriteRefusedError, ValueError: as `HttpWire.get`.
        """
        before = len(self._transcript.exchanges)
        try:
            reply = await self._wire.get(path, template=template, headers=headers, cap=cap)
        except WireError as error:
            self._keep_failure(_request("GET", path, headers, b""), error, before)
            raise
        return self._keep(_request("GET", path, headers, b""), reply)

    async def post(
        self,
        path: str,
        *,
        template: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        cap: int | None = None,
    ) -> HttpReply:
        """Sends POST `path`, and keeps what came back.

        Raises:
            WireError, WriteRefusedError, ValueError: as `HttpWire.post`.
        """
        before = len(self._transcript.exchanges)
        try:
            reply = await self._wire.post(path, template=template, body=body, headers=headers, cap=cap)
        except WireError as error:
            self._keep_failure(_request("POST", path, headers, body), error, before)
            raise
        return self._keep(_request("POST", path, headers, body), reply)

    def _keep(self, request: RecordedRequest, reply: HttpReply) -> HttpReply:
        self._tape.scheme = self._wire.scheme
        version = f"HTTP/{reply.http_version}"
        self._tape.http.append(
            HttpExchange(request, RecordedReply(reply.status, reply.headers, reply.body, "", version))
        )
        return reply

    def _keep_failure(self, request: RecordedRequest, error: WireError, before: int) -> None:
        sent = self._transcript.exchanges[before:]
        if not sent:  # a budget was spent, or no connection came about
            return
        if error.reach is not Reach.BROKE_OFF:  # TLS, another protocol, or a limit of ours
            self._tape.lost = True
            return
        exchange = HttpExchange(request, None)
        self._tape.http.append(exchange)
        if sent[-1].received or isinstance(error, SilenceError):
            self._tape.broken.append(exchange)


def _request(method: str, path: str, headers: Mapping[str, str] | None, body: bytes) -> RecordedRequest:
    return RecordedRequest(method, path, tuple((name.lower(), value) for name, value in (headers or {}).items()), body)
