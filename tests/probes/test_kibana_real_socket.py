"""The Kibana probe over a real socket and the real wire, against replayed servers."""

from pathlib import Path

import pytest

from auditor.judge import decide
from auditor.model.outcome import Verdict
from auditor.probes.kibana import KibanaProbe
from auditor.testing.recording import load_http
from auditor.testing.replay import HttpReplay
from tests.probes.loopback import Server, lines_to

REPLIES = Path(__file__).parent / "replies"

VERDICTS = {
    ("kibana-4.1.11.open",): Verdict.OPEN,
    ("kibana-5.2.2.open",): Verdict.OPEN,
    ("kibana-7.10.2-oss.open",): Verdict.OPEN,
    ("kibana-8.12.2-patched-restrictInternalApis.open",): Verdict.OPEN,
    ("osd-2.8.0.open",): Verdict.OPEN,
    ("kibana-8.12.2.anonymous-only-walk", "kibana-8.12.2.anonymous-only"): Verdict.ANONYMOUS_ROLE,
    ("kibana-7.10.2-oss.es-secured",): Verdict.AUTH_REQUIRED,
    ("kibana-8.12.2.secured",): Verdict.AUTH_REQUIRED,
    ("osd-2.8.0.secured",): Verdict.AUTH_REQUIRED,
    ("kibana-8.12.2.notready-es-down-at-start",): Verdict.INCONCLUSIVE,
    ("kibana-7.10.2-oss.basepath-rewrite", "kibana-7.10.2-oss.basepath-rewrite-prefixed"): Verdict.OPEN,
    ("es-7.17.29-open",): Verdict.OTHER_SERVICE,
    ("os-2.19.4-closed",): Verdict.OTHER_SERVICE,
}


@pytest.mark.parametrize(
    ("names", "verdict"), VERDICTS.items(), ids=lambda value: "+".join(value) if isinstance(value, tuple) else None
)
async def test_the_verdict_is_the_same_over_a_real_socket(names: tuple[str, ...], verdict: Verdict) -> None:
    recording = load_http(*(REPLIES / f"{name}.json" for name in names))
    async with HttpReplay(recording) as replay, lines_to(Server(replay.port), first=True) as lines:
        seen = await KibanaProbe().observe(lines)
    assert decide(seen).verdict is verdict
    assert any(exchange.why for exchange in lines.transcript.exchanges)
    assert replay.session not in repr(seen) + repr(lines.transcript)
    sent = [request for request in replay.requests if request.method == "POST"]
    assert all(
        {"kbn-xsrf", "osd-xsrf", "x-elastic-internal-origin"} <= {name for name, _ in one.headers} for one in sent
    )
    assert not [one for one in replay.requests if one.header("kbn-version") or one.header("osd-version")]
