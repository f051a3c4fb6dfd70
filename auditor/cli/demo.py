"""`auditor demo`: starts the demo's estate and audits it through the same code as anyone's."""

import signal
import sys
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from auditor.audit import Gate
from auditor.cli.inventory import read_inventory
from auditor.cli.lock import exclusive
from auditor.cli.night import Night, run
from auditor.cli.output import Output
from auditor.demo.estate import start
from auditor.demo.process import DemoError
from auditor.inventory.spread import Selection
from auditor.sweep.feeder import Settings
from auditor.sweep.pace import PROFILES

FOLDER = Path("demo-report")


@click.command()
@click.option("-q", "--quiet", is_flag=True, help="Say only where the report is.")
@click.option("--no-progress", is_flag=True, help="Draw no progress line.")
def demo(quiet: bool, no_progress: bool) -> None:
    """Start a small REAL estate on this machine, audit it, and write demo-report/report.html.

    Two embedded servers, a stand-in for Kibana, a proxy that wants a password and a closed port, all on loopback,
    filled with people who cannot exist. They are stopped when the report is written, also on Ctrl-C.
    Nothing leaves this machine.
    """
    out, err = Console(), Console(stderr=True)
    FOLDER.mkdir(exist_ok=True)
    state = FOLDER / "state"
    # SIGTERM unwinds like Ctrl-C, so that no server is left behind while the estate starts or stops.
    signal.signal(signal.SIGTERM, _unwind)
    try:
        with exclusive(state), start(FOLDER) as estate:
            if not quiet:
                click.echo("The demo's estate, on this machine alone:")
                for line in estate.servers:
                    click.echo(f"  {line}")
            inventory = read_inventory(str(estate.inventory))
            night = Night(
                inventory=inventory,
                selection=Selection(),
                settings=Settings(scope=inventory.scope, pace=PROFILES["normal"]),
                gate=Gate(fail_on=None, min_coverage=0.0),
                state_dir=state,
                outputs=(Output("html", FOLDER / "report.html"), Output("json", FOLDER / "results.json")),
                overwrite=True,
                classification="DEMO - synthetic data",
            )
            code = run(night, out=out, err=err, quiet=quiet, progress=not no_progress)
    except DemoError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Report:  {FOLDER / 'report.html'}\nResults: {FOLDER / 'results.json'}")
    sys.exit(code)


def _unwind(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
