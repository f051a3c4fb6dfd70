"""Every recorded and scripted cell of the matrix, over real sockets: the verdict, its evidence, and what was sent."""

from dataclasses import replace

import pytest

from auditor.examine import Toolkit, examine
from auditor.model.outcome import Outcome
from auditor.pii import Classifier, builtin_rules
from auditor.probes import interface
from auditor.probes.interface import Budget
from auditor.testing.contract import unplanned
from auditor.testing.loopback import dial
from auditor.testing.scripted import target
from tests.matrix.cell import Cell
from tests.matrix.cells import CELLS
from tests.matrix.stage import Stage
from tests.real.asking import PROBES

TRIED = [cell for cell in CELLS if cell.serve is not None]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def toolkit() -> Toolkit:
    return Toolkit(PROBES, Classifier((builtin_rules(),)))


async def ask(cell: Cell, stage: Stage, toolkit: Toolkit) -> Outcome:
    """What an audit makes of a cell's server; every packet goes to loopback, wherever the probe takes it to be."""
    manner = cell.manner
    assert cell.serve is not None
    assert manner is not None
    async with cell.serve(stage) as server:
        here = target(manner.probe, port=server.port, tls=manner.tls, path=manner.path)
        return await examine(
            replace(here, port=manner.port or here.port),
            address=manner.address,
            dial=lambda: dial(here),
            toolkit=toolkit,
            budget=Budget(exchange_seconds=manner.seconds, target_seconds=30.0),
            manner=interface.Manner(accept_guest_login=manner.accept_guest_login),
        )


@pytest.mark.parametrize("cell", TRIED, ids=[cell.id for cell in TRIED])
async def test_a_cell_is_judged_right(cell: Cell, stage: Stage, toolkit: Toolkit) -> None:
    outcome = await ask(cell, stage, toolkit)
    seen = outcome.observation
    assert outcome.verdict is cell.verdict, (outcome.why, seen)
    assert not (cell.readable and outcome.verdict.protected)
    if outcome.verdict.exposed or outcome.verdict.protected:
        assert seen.evidence
    if cell.names:
        assert seen.service is not None
        assert seen.service.name == cell.names
    assert unplanned(PROBES[outcome.target.product], seen) == []
