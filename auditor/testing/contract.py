"""What every probe must keep to, as tests that a plugin's author inherits.

class TestRedis(ProbeContract):
probe = RedisProbe()
cases = (
Case("open", lambda: ByteServer(open_redis), Verdict.OPEN, values=("secret",)),
Case("closed", lambda: ByteServer(closed_redis), Verdict.AUTH_REQUIRED),
)
"""

import asyncio
import random
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from auditor.judge import decide
from auditor.model.observation import Observation, Reach
from auditor.model.outcome import Verdict
from auditor.model.target import Tls
from auditor.probes.interface import Budget, Probe, WireError
from auditor.testing import loopback
from auditor.testing.loopback import ByteServer, Talk, saying

#: Short, so that a server which says nothing does not hold the tests up.
_HASTY = Budget(exchange_seconds=0.3, target_seconds=3.0, reply_bytes=1 << 16, mapping_bytes=1 << 17, requests=60)
_HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Listening(Protocol):
    """A started server: HttpReplay, MongoReplay, ByteServer, or one of the author's own."""

    port: int


@dataclass(frozen=True, slots=True)
class Case:
    """One server that the probe must judge right: `serve` makes an async context manager that has a `port`.

    `datasets` are the names that a stranger is shown (None: not checked), `values` texts of records that the server
    would tell and that no observation may hold.
    """

    name: str
    serve: Callable[[], AbstractAsyncContextManager[Listening]]
    verdict: Verdict
    datasets: frozenset[str] | None = None
    values: tuple[str, ...] = ()
    tls: Tls = Tls.AUTO
    path: str = "/"


def unplanned(probe: Probe, seen: Observation) -> list[str]:
    """The requests of a transcript that are no instance of the template they name, or name none."""
    patterns = {template.id: _pattern(template.request) for template in probe.requests}
    return [
        f"{exchange.request} ({exchange.template})"
        for exchange in seen.transcript
        if exchange.template not in patterns or not patterns[exchange.template].fullmatch(exchange.request)
    ]


def _pattern(request: str) -> re.Pattern[str]:
    """`{word}` stands for any text, all else for itself."""
    return re.compile(".*".join(re.escape(part) for part in re.split(r"\{\w+\}", request)), re.DOTALL)


def _rubbish() -> dict[str, Talk]:
    """Servers that are not the product, or not well; each by the name that a failure shows."""
    noise = random.Random(20_261_123)  # noqa: S311 - the same noise in every run; nothing secret about it
    said = {
        "nothing": b"",
        "one byte": b"\0",
        "zeros": bytes(4096),
        "noise": noise.randbytes(4096),
        "noise again": noise.randbytes(70_000),
        "ssh": b"SSH-2.0-OpenSSH_9.2p1\r\n",
        "half a status line": b"HTTP/1.1 2",
        "an endless header": b"HTTP/1.1 200 OK\r\nX: " + b"A" * 200_000,
        "a head without its body": _HTTP + b"Content-Length: 100000\r\n\r\n{",
        "an absurd length": _HTTP + b"Content-Length: 99999999999999999999\r\n\r\n{}",
        "an empty object": _HTTP + b"Content-Length: 2\r\n\r\n{}",
        "a lone number": _HTTP + b"Content-Length: 1\r\n\r\n1",
        "deep JSON": _HTTP + b"Connection: close\r\n\r\n" + b"[" * 60_000,
        "text that is no JSON": _HTTP + b"Content-Length: 5\r\n\r\n{\xff\xfe\x00}",
        "a broken chunk": _HTTP + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        "another site": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 18\r\n\r\n<html>hello</html>",
        "a redirect to itself": b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        "a frame too short": b"\x05\0\0\0" + bytes(12),
        "a frame too long": b"\xff\xff\xff\x7f" + bytes(60),
        "a frame without its document": b"\x24\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0" + bytes(20),
        "a TLS alert": b"\x15\x03\x03\0\2\2\x28",
    }
    talks = {name: saying(data) for name, data in said.items()}
    talks |= {f"{name}, unasked": saying(said[name], unasked=True) for name in ("ssh", "noise")}
    talks |= {"silence": loopback.silent, "an echo": loopback.echoing}
    return talks | {"a reset": loopback.resetting, "babble": loopback.babbling}


_RUBBISH = _rubbish()


class ProbeContract:
    """Subclass it in a test module as `Test…`, with `probe` and `cases`. It needs pytest and nothing else."""

    probe: Probe
    cases: tuple[Case, ...]

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Makes one test of each case, and of each kind of rubbish."""
        if "case" in metafunc.fixturenames:
            metafunc.parametrize("case", self.cases, ids=[case.name for case in self.cases])
        if "rubbish" in metafunc.fixturenames:
            metafunc.parametrize("rubbish", list(_RUBBISH))

    def test_it_says_who_it_is(self) -> None:
        """The inventory's word, a title, and ports that exist."""
        assert re.fullmatch(r"[a-z][a-z0-9_-]*", self.probe.product), "product: one word of lower-case letters"
        assert self.probe.title.strip(), "title: the reader's word for it"
        assert self.probe.default_ports, "default_ports: at least one"
        assert all(0 < port < 65_536 for port in self.probe.default_ports), "default_ports: 1 to 65535"

    def test_its_requests_are_planned(self) -> None:
        """Each template has an id of its own, and says when it is sent and what for."""
        ids = [template.id for template in self.probe.requests]
        assert ids, "requests: everything that it may send"
        assert len(ids) == len(set(ids)), "each template needs an id of its own"
        for template in self.probe.requests:
            assert template.product == self.probe.product, f"{template.id}: of another product"
            assert template.request.strip(), f"{template.id}: no request"
            assert template.when.strip(), f"{template.id}: not said when it is sent"
            assert template.purpose.strip(), f"{template.id}: not said what for"

    def test_its_rules_are_its_own(self) -> None:
        """Each rule has an id of its own, is about this product, and tells why and how to mend it."""
        ids = [rule.id for rule in self.probe.rules]
        assert ids, "rules: texts for what may be found"
        assert len(ids) == len(set(ids)), "each rule needs an id of its own"
        for rule in self.probe.rules:
            assert rule.product == self.probe.product, f"{rule.id}: of another product"
            assert rule.verdicts, f"{rule.id}: speaks about no verdict"
            assert rule.title.strip(), f"{rule.id}: no title"
            assert rule.why.strip(), f"{rule.id}: does not say why"
            assert rule.fixes, f"{rule.id}: does not say how to mend it"
            assert rule.verify.strip(), f"{rule.id}: no command to verify"

    def test_each_case_is_judged_right(self, case: Case) -> None:
        """The verdict, the data sets, and the evidence for it."""
        seen = self._observe(case)
        decision = decide(seen)
        assert decision.verdict is case.verdict, f"{decision.verdict} ({decision.why}), from {seen}"
        if case.datasets is not None:
            shown = {dataset.name for dataset in seen.datasets if not dataset.system}
            assert shown == case.datasets, f"the data sets shown are {sorted(shown)}"
        if decision.verdict.exposed or decision.verdict.protected:
            assert seen.evidence, "a verdict needs at least one exchange that was explained"

    def test_each_request_is_an_instance_of_its_template(self, case: Case) -> None:
        """Nothing is sent that the plan does not hold."""
        seen = self._observe(case)
        assert seen.transcript, "nothing was sent"
        assert unplanned(self.probe, seen) == [], "requests beyond the plan"

    def test_no_value_is_kept(self, case: Case) -> None:
        """An observation holds names, counts and types, never what a record says."""
        text = repr(self._observe(case))
        assert [value for value in case.values if value in text] == [], "values of records are in the observation"

    def test_rubbish_clears_nobody_and_accuses_nobody(self, rubbish: str) -> None:
        """Whatever bytes come: a WireError or an observation, soon, that neither exposes nor protects."""

        async def meet() -> Observation:
            async with ByteServer(_RUBBISH[rubbish]) as server:
                try:
                    async with asyncio.timeout(30):
                        return await loopback.observe(self.probe, server.port, budget=_HASTY)
                except WireError as error:
                    return Observation(error.reach, detail=error.detail)

        seen = asyncio.run(meet())
        verdict = decide(seen).verdict
        assert not verdict.exposed, f"{verdict} by {rubbish}: {seen}"
        assert not verdict.protected, f"{verdict} by {rubbish}: {seen}"
        assert seen.reach not in (Reach.REFUSED, Reach.TIMED_OUT), (
            f"{seen.reach}, though it was connected: {seen.detail}"
        )

    def _observe(self, case: Case) -> Observation:
        async def ask() -> Observation:
            async with case.serve() as server:
                try:
                    return await loopback.observe(self.probe, server.port, tls=case.tls, path=case.path)
                except WireError as error:
                    return replace(Observation(error.reach), detail=error.detail)

        return asyncio.run(ask())
