"""osmem-server from PyPI, an OpenSearch-like stand-in with Elastic's header: open is open, whoever it says it is."""

import importlib.util
from collections.abc import Iterator

import pytest
from elastic_transport import TransportError

from auditor.model.outcome import Verdict
from auditor.testing.contract import unplanned
from tests.real.asking import PROBES, own, personal, values_in
from tests.real.conftest import running
from tests.real.missing import MissingError
from tests.real.overheard import overhear
from tests.real.process import Process, free_port, workplace
from tests.real.seeds import DATA, node, seed_elastic


class Osmem:
    """A started osmem-server."""

    def __init__(self) -> None:
        if importlib.util.find_spec("osmem_server") is None:
            raise MissingError("needs osmem-server (the extra `demo`): not installed here")
        from osmem_server import OsmemError, resolve_binary  # noqa: PLC0415 - only where it is installed

        try:
            program = resolve_binary()
        except OsmemError as error:
            raise MissingError(f"needs osmem-server: {error}") from error
        self.port = free_port()
        words = [program, "-addr", f"127.0.0.1:{self.port}", "-no-stdin-watch"]
        # Its binary may lie where no other user can read it: it runs as whoever runs the tests.
        self.process = Process(words, folder=workplace(), as_nobody=False)
        server_node = node("http", self.port)

        def is_ready() -> bool:
            try:
                return server_node.perform_request("GET", "/").meta.status == 200
            except TransportError:
                return False

        self.process.wait_until(is_ready, seconds=30)
        seed_elastic(server_node, typed=False)
        server_node.close()

    def stop(self) -> None:
        """Ends it."""
        self.process.stop()


@pytest.fixture(scope="module")
def osmem() -> Iterator[Osmem]:
    yield from running(Osmem, in_ci_list=True)


async def test_it_is_open_and_its_personal_fields_are_found(osmem: Osmem) -> None:
    heard = await overhear(osmem.port, "elasticsearch")
    heard.prove()
    outcome = heard.outcome
    assert outcome.verdict is Verdict.OPEN, (outcome.why, outcome.observation)
    assert outcome.observation.evidence
    assert own(outcome.observation) == set(DATA)
    assert {"email", "full_name"} <= personal(outcome.observation)["people"]
    assert {"iban", "phone", "身份证号"} <= personal(outcome.observation)["customers"]
    assert values_in(outcome) == []
    assert unplanned(PROBES["elasticsearch"], outcome.observation) == []
