"""`auditor inventory`: check an inventory, or show what would be sent. Nothing here sends anything."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from auditor import plugins
from auditor.cli.plan_text import counted, plain, render
from auditor.cli.policy import pace_of, pace_options, selection_options
from auditor.export.file import FileError, atomic, check
from auditor.inventory.load import InventoryError, load
from auditor.inventory.plan import PaceNumbers, Plan, plan
from auditor.inventory.selection import Selection, unmatched
from auditor.inventory.spread import count
from auditor.model.target import Inventory
from auditor.sweep.pace import Pace

INVALID_CODE = 2
OUTPUT_FAILED_CODE = 5


@click.group()
def inventory() -> None:
    """Check an inventory, or show what an audit of it would send. Nothing is sent.

    \b
    auditor inventory validate inventory.yaml
    auditor inventory plan inventory.yaml --tag eu
    auditor schema inventory          every key, for editors that complete and check

    A small one (inventory.example.yaml has every key, explained):

    \b
    version: 1
    estate: {id: acme, name: ACME, timezone: Europe/Berlin}
    authorization:
      {owner: ACME Ltd, approved_by: Head of Infrastructure, ticket: SEC-123,
       valid_from: 2026-11-01, valid_until: 2027-12-31, contact: secops@example.org}
    scope: {networks: [10.0.0.0/8]}
    hosts:
      - {name: es-1, address: 10.0.0.5}
    """  # noqa: D301 - click wants the character itself


@inventory.command()
@click.argument("path", metavar="INVENTORY")
def validate(path: str) -> None:
    """Say all that is wrong with INVENTORY (a YAML file, or - for standard input), each with its line and column.

    Exit code 0 if it may be probed as it stands, 2 if not: malformed, expired, out of its scope, or naming a target
    twice. Host names are not looked up here; the audit holds what they resolve to against the scope.
    """
    checked = read_inventory(path)
    parts = [
        counted(len(some), noun) for some, noun in ((checked.hosts, "host"), (checked.networks, "network")) if some
    ]
    click.echo(
        f"{checked.path} is valid: {' and '.join(parts)}, {counted(count(checked), 'target')};"
        f" authorised until {checked.authorization.valid_until}"
    )


@inventory.command("plan")
@click.argument("path", metavar="INVENTORY")
@selection_options
@pace_options
@click.option("-o", "output", metavar="json[=PATH]", help="The whole plan as JSON, to PATH or to standard output.")
@click.option("--overwrite", is_flag=True, help="Replace an output file that exists.")
def plan_command(path: str, **chosen: Any) -> None:
    """Show what an audit of INVENTORY would do: its targets, how long it takes, and every request with its condition.

    \b
    auditor inventory plan inventory.yaml
    auditor inventory plan inventory.yaml --host 10.20.0.0/24 --profile careful
    auditor inventory plan inventory.yaml -o json=plan.json
    """  # noqa: D301 - click wants the character itself
    form, _, target = (chosen["output"] or "text").partition("=")
    if chosen["output"] is not None and form != "json":
        raise click.BadParameter(f"'{form}' is no format of a plan; there is: json", param_hint="-o")
    if target:
        _check_output(Path(target), overwrite=chosen["overwrite"])
    checked = read_inventory(path)
    planned = plan_of(checked, select(checked, chosen), pace_of(chosen))
    if form == "text":
        click.echo(render(planned), nl=False)
        return
    text = json.dumps(plain(planned), indent=2, ensure_ascii=False) + "\n"
    if not target:
        click.echo(text, nl=False)
        return
    try:
        with atomic(Path(target), overwrite=chosen["overwrite"]) as sink:
            sink.write(text.encode())
    except FileError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(OUTPUT_FAILED_CODE)


def _check_output(path: Path, *, overwrite: bool) -> None:
    try:
        check(path, overwrite=overwrite)
    except FileError as error:
        raise click.UsageError(str(error)) from error


def read_inventory(path: str) -> Inventory:
    """The inventory at `path` ("-": standard input), checked against the clock and the installed probes.

    Ends the process with exit code 2 and every problem on stderr, one a line, where it may not be probed.
    """
    try:
        products = {probe.product: tuple(probe.default_ports) for _, probe in plugins.load_all("probes")}
        return load(path, products=products)
    except InventoryError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        click.echo(f"{counted(len(error.problems), 'problem')}; nothing was probed", err=True)
        sys.exit(INVALID_CODE)
    except plugins.PluginError as error:
        raise click.UsageError(str(error)) from error


def select(checked: Inventory, chosen: Mapping[str, Any]) -> Selection:
    """What --tag, --host, --exclude and --service say.

    Raises:
        UsageError: one of them fits nothing (exit 2): a typo would audit nothing, and look clean.
    """
    selection = Selection(
        tags=tuple(chosen["tag"]),
        hosts=tuple(chosen["host"]),
        exclude=tuple(chosen["exclude"]),
        services=tuple(chosen["service"]),
    )
    wrong: Sequence[str] = tuple(unmatched(checked, selection))
    if wrong:
        raise click.UsageError("\n".join(wrong))
    return selection


def plan_of(checked: Inventory, selection: Selection, pace: Pace) -> Plan:
    """The plan, with the requests that the installed probes know."""
    templates = {probe.product: probe.requests for _, probe in plugins.load_all("probes")}
    numbers = PaceNumbers(
        profile=pace.profile,
        rate=pace.rate,
        in_flight=pace.in_flight,
        per_address=pace.per_address,
        connect_seconds=pace.connect_seconds,
    )
    return plan(checked, selection, templates, numbers)


def echo_plan(checked: Inventory, selection: Selection, pace: Pace) -> None:
    """Prints the plan: what `audit --dry-run` does instead of sending."""
    click.echo(render(plan_of(checked, selection, pace)), nl=False)
