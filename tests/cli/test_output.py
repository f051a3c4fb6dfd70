"""`-o FORMAT[=PATH]`: one output that fails takes no other with it."""

from pathlib import Path
from typing import Any, BinaryIO

import click
import pytest
from click.testing import CliRunner

from auditor import plugins
from auditor.cli.output import Output, OutputError, outputs_option, overwrite_option, parse, write_all
from auditor.export.interface import ExportError
from auditor.model.report import AuditReport
from tests.export import reports


class Broken:
    """Somebody's exporter that was not tried."""

    format = "broken"
    suffix = ".x"

    def __init__(self, options: object) -> None:
        pass

    def write(self, report: AuditReport, sink: BinaryIO) -> None:
        sink.write(b"half")
        raise LookupError(report.run.id)


class Unable(Broken):
    """An exporter that says why it cannot."""

    def write(self, report: AuditReport, sink: BinaryIO) -> None:
        raise ExportError("this format has no room for findings")


@pytest.fixture
def _broken(monkeypatch: pytest.MonkeyPatch) -> None:
    real_names, real_load = plugins.names, plugins.load
    extra: dict[str, Any] = {"broken": Broken, "unable": Unable}
    monkeypatch.setattr(plugins, "names", lambda group: (*real_names(group), *extra))
    monkeypatch.setattr(plugins, "load", lambda group, name: extra.get(name) or real_load(group, name))


def test_a_format_alone_or_with_a_dash_is_standard_output() -> None:
    assert parse("json") == parse("json=-") == Output("json", None)
    assert parse("html=a=b.html") == Output("html", Path("a=b.html"))


@pytest.mark.usefixtures("_broken")
def test_the_other_outputs_are_written_and_the_failures_told_one_a_line(tmp_path: Path) -> None:
    outputs = [
        Output("broken", tmp_path / "b"),
        Output("json", tmp_path / "r.json"),
        Output("unable", tmp_path / "u"),
        Output("html", tmp_path / "missing" / "r.html"),
        Output("html", tmp_path / "r.html"),
    ]
    with pytest.raises(OutputError) as caught:
        write_all(reports.empty(), outputs)
    told = str(caught.value).splitlines()
    assert told[0].endswith("b: failed: LookupError: 20261121T021500Z-7f3a")
    assert told[1].endswith("u: this format has no room for findings")
    assert "the folder" in told[2]
    assert len(told) == 3
    assert sorted(each.name for each in tmp_path.iterdir()) == ["r.html", "r.json"]


@pytest.mark.usefixtures("_broken")
def test_an_exporter_of_a_plugin_is_offered_and_chosen(tmp_path: Path) -> None:
    assert parse("broken=x") == Output("broken", Path("x"))


def command(*words: str) -> Any:
    ran: list[Any] = []

    @click.command()
    @outputs_option
    @overwrite_option
    @click.option("--dry-run", is_flag=True)
    def run(**chosen: Any) -> None:
        ran.append(chosen)

    return CliRunner().invoke(run, words), ran


def test_a_command_is_given_its_outputs_and_runs_only_when_they_can_be_written(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    done, ran = command("-o", "json", "-o", f"html={tmp_path / 'new'}")
    assert done.exit_code == 0
    assert ran[0]["outputs"] == (Output("json"), Output("html", tmp_path / "new"))
    done, ran = command("-o", f"json={taken}")
    assert (done.exit_code, ran) == (2, [])
    assert "exists already" in done.output
    assert command("-o", f"json={taken}", "--overwrite")[0].exit_code == 0
    assert command("-o", f"json={taken}", "--dry-run")[0].exit_code == 0
