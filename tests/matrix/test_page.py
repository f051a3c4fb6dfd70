"""The page is what the command writes, covers what it must, and its cells do not contradict one another."""

import dataclasses
from pathlib import Path

import pytest

from auditor.model.outcome import Verdict
from tests.matrix import runs, states
from tests.matrix.__main__ import current
from tests.matrix.cell import DASHBOARDS, ELASTICSEARCH, KIBANA, MONGODB, OPENSEARCH, PRODUCTS, How
from tests.matrix.cells import CELLS
from tests.matrix.mongodb import RELEASES
from tests.matrix.page import PAGE, releases, rows, write
from tests.matrix.stage import REPLIES
from tests.real import sightings, test_elasticsearch, test_fronts, test_mongodb, test_osmem


def states_of(product: str, version: str) -> set[str]:
    return {cell.state for cell in CELLS if (cell.product, cell.version) == (product, version)}


def test_the_committed_page_is_what_the_command_writes() -> None:
    assert PAGE.read_text("utf-8") == current(), "run `make coverage-page`"


def test_thirteen_releases_of_mongodb_are_there_open_and_secured() -> None:
    assert len(RELEASES) >= 13
    for release in RELEASES:
        assert {states.OPEN, states.SECURED, states.NO_USER_NEAR} <= states_of(MONGODB, release.version)


def test_sixteen_releases_of_elasticsearch_and_opensearch_are_there_open() -> None:
    found = [(product, version) for product in (ELASTICSEARCH, OPENSEARCH) for version in releases(CELLS, product)]
    assert len(found) >= 16
    assert all(states.OPEN in states_of(*one) for one in found)


def test_ten_releases_of_kibana_and_dashboards_are_there_open_secured_and_before_a_secured_one() -> None:
    found = [(product, version) for product in (KIBANA, DASHBOARDS) for version in releases(CELLS, product)]
    assert len(found) >= 10
    for product, version in found:
        assert {states.OPEN, states.SECURED, states.NOT_READY, states.STATUS_FOR_ALL} <= states_of(product, version)
        assert any(state.startswith("before a secured") for state in states_of(product, version))


def test_every_recording_is_a_cell() -> None:
    used = {name for cell in CELLS for name in cell.recordings}
    assert used == {path.stem for path in REPLIES.glob("*.json")}


def test_no_readable_cell_is_called_protected_and_every_verdict_of_data_is_of_a_readable_one() -> None:
    assert not [cell.id for cell in CELLS if cell.readable and cell.verdict.protected]
    read = (Verdict.OPEN, Verdict.PARTLY_OPEN)
    assert not [cell.id for cell in CELLS if cell.verdict in read and not cell.readable]


def test_every_cell_says_how_it_is_tried() -> None:
    for cell in CELLS:
        assert cell.product in PRODUCTS, cell.id
        assert (cell.how is How.SCRIPTED) == bool(cell.sources), cell.id
        assert (cell.how is How.RECORDED) == bool(cell.recordings), cell.id
        assert (cell.how is How.REAL) == all(cell.run) == (cell.serve is None), cell.id
        assert all(source.endswith((".", ".”")) for source in cell.sources), cell.id
        assert "|" not in " ".join((cell.state, cell.version, *cell.sources)), cell.id


def test_no_cell_is_there_twice() -> None:
    assert len({cell.id for cell in CELLS}) == len(CELLS)


def test_two_verdicts_for_the_same_state_are_a_mistake() -> None:
    cell = CELLS[0]
    other = dataclasses.replace(cell, verdict=Verdict.INCONCLUSIVE)
    with pytest.raises(ValueError, match=cell.version):
        rows([cell, other])


def test_a_real_cell_beyond_the_ci_list_says_when_it_last_ran() -> None:
    cell = next(cell for cell in CELLS if cell.how is How.REAL and not cell.ci)
    ran = runs.Run(*cell.run, cell.verdict, "2026-11-24")
    assert "real, last run 2026-11-24" in write([cell], {cell.run: ran})
    assert "real, not run yet" in write([cell], {})


def test_what_another_command_measured_is_taken_in_as_it_is() -> None:
    page = write(CELLS[:1], {}, side_by_side="| tool | open |\n")
    assert page.endswith("<!-- side by side: begin -->\n| tool | open |\n<!-- side by side: end -->\n")


def test_the_kept_runs_are_the_newest_of_cells_and_saw_their_verdicts() -> None:
    verdicts = {cell.run: cell.verdict for cell in CELLS if cell.how is How.REAL}
    kept = runs.load(runs.KEPT)
    assert len(runs.newest(kept)) == len(kept)
    for run in kept:
        assert verdicts[run.server, run.state] == run.verdict


def test_the_newest_run_of_each_state_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, kept = tmp_path / "log.jsonl", tmp_path / "kept.jsonl"
    monkeypatch.setenv(runs.LOG, str(log))
    for server, date in (("es-9.5.3", "2026-11-24"), ("es-9.5.3", "2026-11-20"), ("es-1.0.0", "2026-11-23")):
        runs.note(runs.Run(server, "open", "open", date))
    runs.fold([log], kept=kept)
    runs.fold([log], kept=kept)
    assert [(run.server, run.date) for run in runs.load(kept)] == [
        ("es-1.0.0", "2026-11-23"),
        ("es-9.5.3", "2026-11-24"),
    ]


def test_nothing_is_noted_where_no_log_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(runs.LOG, raising=False)
    monkeypatch.chdir(tmp_path)
    runs.note(runs.Run("es-9.5.3", "open", "open", "2026-11-24"))
    assert not list(tmp_path.iterdir())


def test_the_tests_that_see_cells_are_there() -> None:
    modules = (test_elasticsearch, test_fronts, test_mongodb, test_osmem)
    assert {name for name in sightings.TESTS if not any(hasattr(module, name) for module in modules)} == set()
