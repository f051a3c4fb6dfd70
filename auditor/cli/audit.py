"""`auditor audit`: what the user decides about a run; the rooms do the rest."""

import logging
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from auditor.audit import Gate
from auditor.cli.inventory import INVALID_CODE, echo_plan, read_inventory, select
from auditor.cli.lock import default_state_dir, exclusive
from auditor.cli.night import Night, failures_said, run
from auditor.cli.output import check_outputs, outputs_option
from auditor.cli.policy import pace_of, pace_options, selection_options
from auditor.cli.rules import rules_option
from auditor.model.finding import Severity
from auditor.model.target import Inventory
from auditor.probes.interface import LARGEST_SAMPLE, Budget, Manner
from auditor.sweep.asking import Settings


@click.command()
@click.argument("inventory", metavar="INVENTORY")
@selection_options
@pace_options
@click.option("--engine", envvar="AUDITOR_ENGINE", default="local", show_default=True, help="Where the sweep runs.")
@click.option(
    "--deadline",
    envvar="AUDITOR_DEADLINE",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Start no target later than this; what is left is not probed (exit 4).",
)
@click.option("--dry-run", is_flag=True, help="Print every request that could be sent, and send none.")
@click.option(
    "--sample",
    envvar="AUDITOR_SAMPLE",
    type=click.IntRange(0, LARGEST_SAMPLE),
    default=0,
    metavar="N",
    help="Request up to N documents (at most 100) of each readable index or collection. Their values are read, reduced"
    " to counts (how many distinct ones bear a checksum or a form) and dropped; none is kept, written or logged. Needs"
    " authorization.sampling in the inventory.  [default: 0]",
)
@click.option(
    "--accept-guest-login", is_flag=True, help="Take a guest session where Kibana offers one without a password."
)
@click.option(
    "--user-agent", envvar="AUDITOR_USER_AGENT", metavar="TEXT", help="How probes introduce themselves over HTTP."
)
@rules_option
@outputs_option
@click.option("--overwrite", is_flag=True, help="Replace output files that exist.")
@click.option(
    "--classification", envvar="AUDITOR_CLASSIFICATION", metavar="TEXT", help="The marking printed on the report."
)
@click.option(
    "--fail-on",
    envvar="AUDITOR_FAIL_ON",
    type=click.Choice([*(level.value for level in Severity), "never"]),
    default="high",
    show_default=True,
    help="Findings from this severity on give exit code 3.",
)
@click.option(
    "--exit-code",
    envvar="AUDITOR_EXIT_CODE",
    type=click.IntRange(0, 125),
    default=3,
    show_default=True,
    help="Use this instead of exit code 3.",
)
@click.option(
    "--min-coverage",
    envvar="AUDITOR_MIN_COVERAGE",
    type=click.FloatRange(0, 100),
    default=100.0,
    show_default=True,
    metavar="PERCENT",
    help="Less of the estate tested than this gives exit code 4.",
)
@click.option(
    "--state-dir",
    envvar="AUDITOR_STATE_DIR",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the history lives.  [default: $STATE_DIRECTORY, or ~/.local/state/auditor]",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing unless something is wrong.")
@click.option("-v", "--verbose", count=True, help="Log what is done to stderr (-vv: in detail; never a value).")
@click.option("--no-color", is_flag=True, help="No colours (NO_COLOR is honoured too).")
@click.option("--no-progress", is_flag=True, help="No progress line.")
def audit(inventory: str, **chosen: Any) -> None:
    """Probe an inventory's hosts, read-only, and write the report.

    INVENTORY is a YAML file, or - for standard input. Nothing is sent where it is invalid, expired or out of its scope
    (exit 2). Every target ends in one verdict; what could not be tested is said so and is never green (exit 4).

    \b
    auditor audit inventory.yaml -o html=report.html -o json=results.json
    auditor audit inventory.yaml --dry-run
    auditor audit inventory.yaml --tag eu --profile careful --fail-on critical
    """  # noqa: D301 - click wants the character itself
    colour = False if chosen["no_color"] else None
    out, err = Console(no_color=colour is False), Console(stderr=True, no_color=colour is False)
    _log(chosen["verbose"])
    checked = read_inventory(inventory)
    _check_sampling(checked, chosen["sample"])
    selection = select(checked, chosen)
    pace = pace_of(chosen)
    if chosen["dry_run"]:
        echo_plan(checked, selection, pace)
        return
    check_outputs(chosen["outputs"], overwrite=chosen["overwrite"])
    night = Night(
        inventory=checked,
        selection=selection,
        settings=Settings(
            scope=checked.scope,
            pace=pace,
            budget=_budget(chosen),
            manner=_manner(chosen),
            rules=chosen["rules"],
        ),
        gate=Gate(
            fail_on=None if chosen["fail_on"] == "never" else Severity(chosen["fail_on"]),
            min_coverage=chosen["min_coverage"] / 100,
            findings_code=chosen["exit_code"],
        ),
        state_dir=chosen["state_dir"] or default_state_dir(),
        outputs=chosen["outputs"],
        overwrite=chosen["overwrite"],
        engine=chosen["engine"],
        deadline=chosen["deadline"],
        classification=chosen["classification"],
    )
    with failures_said(), exclusive(night.state_dir):
        code = run(night, out=out, err=err, quiet=chosen["quiet"], progress=not chosen["no_progress"])
    sys.exit(code)


def _budget(chosen: Mapping[str, Any]) -> Budget:
    budget = Budget(connect_seconds=pace_of(chosen).connect_seconds)
    if chosen["timeout"] is None:
        return budget
    return Budget(
        connect_seconds=budget.connect_seconds,
        exchange_seconds=chosen["timeout"],
        target_seconds=max(budget.target_seconds, chosen["timeout"]),
    )


def _manner(chosen: Mapping[str, Any]) -> Manner:
    manner = Manner(accept_guest_login=chosen["accept_guest_login"], sample=chosen["sample"])
    return replace(manner, user_agent=chosen["user_agent"]) if chosen["user_agent"] else manner


def _check_sampling(checked: Inventory, documents: int) -> None:
    """Ends the process with exit code 2 where documents would be requested that nobody allowed to look at."""
    authorization = checked.authorization
    if not documents or authorization.sampling_approved_by is not None:
        return
    need = "--sample needs the approval of somebody: 'sampling: {approved_by: …}' here"
    click.echo(f"{authorization.place}: {need}; nothing was probed", err=True)
    sys.exit(INVALID_CODE)


def _log(verbose: int) -> None:
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
