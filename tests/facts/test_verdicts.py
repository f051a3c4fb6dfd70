"""What every outcome must carry, and what becomes of one that could not be judged."""

from pathlib import Path

import pytest

from auditor.history.store import Store
from auditor.model.outcome import Verdict
from auditor.testing.replay import HttpReplay
from tests.facts.recorded import http, http_names
from tests.real.asking import ask
from tests.test_audit import inventory, night, saying


@pytest.mark.fact("VERDICT-29")
async def test_an_outcome_carries_what_decided_it() -> None:
    async with HttpReplay(http("es-9.5.3-closed")) as server:
        outcome = await ask(server.port)
    assert (outcome.verdict, outcome.rule) == (Verdict.AUTH_REQUIRED, "V21-login")
    first = outcome.observation.evidence[0]
    assert (first.request, first.status) == ("GET /", 401)
    assert ("www-authenticate", "ApiKey") in first.headers
    assert first.why


@pytest.mark.fact("VERDICT-28")
async def test_what_could_not_be_judged_is_asked_again_the_next_night(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        with saying(b"") as port:
            given = inventory([("es-1", "127.0.0.1", "elasticsearch", port)])
            (first,) = (await night(given, store)).outcomes
        with saying(b"open") as port:
            given = inventory([("es-1", "127.0.0.1", "elasticsearch", port)])
            (second,) = (await night(given, store)).outcomes
    assert (first.verdict, second.verdict) == (Verdict.INCONCLUSIVE, Verdict.OPEN)


@pytest.mark.fact("PEER-02")
@pytest.mark.parametrize("name", [name for name in http_names("es-", "os-", "kibana-", "osd-") if "open" not in name])
async def test_nothing_that_was_recorded_closed_unready_or_anonymous_is_called_open(name: str) -> None:
    product = "kibana" if name.startswith(("kibana", "osd")) else "elasticsearch"
    async with HttpReplay(http(name)) as server:
        outcome = await ask(server.port, product)
    assert (outcome.verdict is Verdict.OPEN) is name.endswith("-prefixed")  # an open one, below its base path
