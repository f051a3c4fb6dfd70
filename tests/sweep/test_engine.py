"""An engine is anything with submit(): a real executor sweeps slices in workers, with our own probes."""

from concurrent.futures import ThreadPoolExecutor

from auditor.examine import assemble
from auditor.model.outcome import Outcome, Verdict
from auditor.sweep.asking import Settings
from auditor.sweep.engine import engine_of
from auditor.sweep.halt import Halt
from auditor.sweep.pace import Pace
from tests import factory
from tests.cli.servers import replayed

PACE = Pace("test", rate=None, in_flight=20, per_address=2, connect_seconds=2.0, retries=0)


async def test_a_thread_pool_gives_the_outcomes_that_this_process_would_give() -> None:
    outcomes: list[Outcome] = []

    async def put(outcome: Outcome) -> None:
        outcomes.append(outcome)

    with replayed("es-8.5.0-open", "es-8.5.0-closed") as (opened, shut), ThreadPoolExecutor(2) as pool:
        targets = [
            factory.target("open", port=opened),
            factory.target("shut", port=shut),
            *(factory.target(f"none-{n}", address=f"127.0.9.{n}", port=9) for n in range(40)),
        ]
        await engine_of(pool).run(
            targets, settings=Settings(scope=factory.LOOPBACK, pace=PACE), toolkit=assemble(), halt=Halt(), put=put
        )
    found = {outcome.target.host: outcome.verdict for outcome in outcomes}
    assert len(outcomes) == len(found) == 42
    assert (found["open"], found["shut"]) == (Verdict.OPEN, Verdict.AUTH_REQUIRED)
    assert {verdict for host, verdict in found.items() if host.startswith("none")} == {Verdict.REFUSED}
