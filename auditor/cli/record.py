"""`auditor record`: what one target answers, scrubbed and written down, so that it can be attached to a bug report."""

import asyncio
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from auditor import plugins
from auditor.cli.endpoint import written
from auditor.cli.inventory import read_inventory
from auditor.cli.output import standard_output
from auditor.cli.target import find_target
from auditor.examine import Toolkit, assemble
from auditor.export.file import FileError, atomic, check
from auditor.export.visible import PROSE_LIMIT, visible
from auditor.model.outcome import Outcome, Verdict
from auditor.model.target import Inventory, Target
from auditor.probes.interface import Budget, Manner
from auditor.sweep.asking import Settings
from auditor.sweep.halt import Halt
from auditor.sweep.pace import PROFILES
from auditor.testing.notation import write_down
from auditor.testing.recording import HttpRecording, MongoRecording, read_http, read_mongo
from auditor.testing.scrub import scrub
from auditor.testing.visit import Visit, revisit, visit

INVALID_CODE, UNLIKE_CODE, OUTPUT_FAILED_CODE = 2, 4, 5


@dataclass(frozen=True, slots=True)
class _Desk:
    """What one run of the command works with; `to_stderr` where standard output is the recording's."""

    inventory: Inventory
    target: Target
    toolkit: Toolkit
    manner: Manner
    budget: Budget
    to_stderr: bool

    def say(self, text: str) -> None:
        click.echo(visible(text, PROSE_LIMIT), err=self.to_stderr)


@click.command()
@click.argument("target", metavar="TARGET")
@click.option(
    "--inventory",
    envvar="AUDITOR_INVENTORY",
    default="inventory.yaml",
    show_default=True,
    metavar="FILE",
    help="The inventory that TARGET belongs to.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Where the recording goes; - is standard output.  [default: TARGET.json here, with plain characters]",
)
@click.option("--overwrite", is_flag=True, help="Replace a file that exists.")
@click.option(
    "--timeout",
    envvar="AUDITOR_TIMEOUT",
    type=click.FloatRange(0.1, 600),
    metavar="SECONDS",
    help="For one request and its answer.  [default: 10]",
)
@click.option(
    "--accept-guest-login", is_flag=True, help="Take a guest session where Kibana offers one without a password."
)
def record(
    target: str, *, inventory: str, output: str | None, overwrite: bool, timeout: float | None, accept_guest_login: bool
) -> None:
    """Write down what one target answers, scrubbed, to attach it to a bug report.

    TARGET is HOST:PORT, or HOST:PORT/PRODUCT, as the inventory names it (or an address of a network of it). It is asked
    once, read-only, exactly as an audit asks it, and only if the inventory is valid and the address in its scope.

    What goes: all that a record could stand in, cookies, tokens, addresses (192.0.2.x stands for them), hosts, paths,
    mail addresses, dates, logs. What STAYS: the names of indices, collections, fields, users and roles, how many
    records there are, versions, error texts, and the headers that decide. Read the file before you send it.

    The recording is then replayed on this machine, to see whether it leads to the same verdict.

    \b
    auditor record es-1:9200
    auditor record "[fd00::17]:27017" --inventory dc1.yaml -o mongo.json

    Exit codes: 0 written, and a replay gives the same verdict; 2 usage, inventory, target or scope invalid, nothing
    asked; 4 written, but a replay gives another verdict, or there was no answer that can be recorded (the last line
    says which); 5 the file could not be written.
    """  # noqa: D301 - click wants the character itself
    if output not in (None, "-"):
        _check(Path(str(output)), overwrite=overwrite)
    checked = read_inventory(inventory)
    found = find_target(checked, target)
    path = None if output == "-" else Path(output or f"{_plain(found)}.json")
    if path is not None:
        _check(path, overwrite=overwrite)
    try:
        toolkit = assemble()
    except plugins.PluginError as error:
        raise click.UsageError(str(error)) from error
    desk = _Desk(
        inventory=checked,
        target=found,
        toolkit=toolkit,
        manner=Manner(accept_guest_login=accept_guest_login),
        budget=Budget() if timeout is None else Budget(exchange_seconds=timeout, target_seconds=max(60.0, timeout)),
        to_stderr=path is None,
    )
    sys.exit(_record(desk, path, overwrite=overwrite))


def _record(desk: _Desk, path: Path | None, *, overwrite: bool) -> int:
    halt = Halt(windows=desk.inventory.windows, timezone=desk.inventory.estate.timezone)
    settings = Settings(scope=desk.inventory.scope, pace=PROFILES["normal"], budget=desk.budget, manner=desk.manner)
    seen = asyncio.run(visit(desk.target, settings=settings, toolkit=desk.toolkit, halt=halt))
    outcome = seen.outcome
    named = written(desk.target.host, desk.target.port, desk.target.product)
    several = f", the first of {seen.addresses} addresses" if seen.addresses > 1 else ""
    desk.say(f"{named}{f' ({outcome.address}{several})' if outcome.address else ''}: {_verdict(outcome)}")
    if seen.tape.own_protocol or seen.recording is None:
        desk.say(_nothing(seen))
        return INVALID_CODE if outcome.verdict is Verdict.OUT_OF_SCOPE else UNLIKE_CODE
    recording = scrub(seen.recording, origin=seen.origin)
    text = write_down(recording)
    try:
        _write(text, path, overwrite=overwrite)
    except FileError as error:
        click.echo(f"Error: {error}", err=True)
        return OUTPUT_FAILED_CODE
    broken = f", {seen.broken} of them an answer that did not come or broke off" if seen.broken else ""
    many = len(recording.exchanges)
    desk.say(f"{many} exchange{'' if many == 1 else 's'} kept{broken}, scrubbed: {path or 'standard output'}")
    desk.say("Names of indices, collections, fields, users and roles are still in it: read it before you send it.")
    return _compare(desk, seen, _read(text, recording))


def _compare(desk: _Desk, seen: Visit, recording: HttpRecording | MongoRecording) -> int:
    """Asks the recording what its server was asked, and says whether the same verdict comes out."""
    again = asyncio.run(
        revisit(
            recording,
            desk.target,
            toolkit=desk.toolkit,
            manner=desk.manner,
            from_loopback=seen.tape.from_loopback,
        )
    )
    if again.verdict is seen.outcome.verdict:
        desk.say(f"Replayed on this machine it leads to the same verdict: {again.verdict.value}.")
        return 0
    desk.say(f"Replayed on this machine it leads to another verdict: {_verdict(again)} Say so where you attach it.")
    return UNLIKE_CODE


def _read(text: str, recording: HttpRecording | MongoRecording) -> HttpRecording | MongoRecording:
    """What was written, as whoever gets it reads it."""
    read = read_http if isinstance(recording, HttpRecording) else read_mongo
    return read(text, name=recording.name)


def _nothing(seen: Visit) -> str:
    if seen.tape.own_protocol:
        product = seen.outcome.target.product
        return f"The probe for '{product}' speaks a protocol of its own, which cannot be recorded; nothing was written."
    return "There was no answer that a recording can hold; nothing was written."


def _verdict(outcome: Outcome) -> str:
    return f"{outcome.verdict.value} ({outcome.rule}): {outcome.why.rstrip('.')}."


def _plain(target: Target) -> str:
    name = written(target.host, target.port, target.product)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:150]


def _check(path: Path, *, overwrite: bool) -> None:
    try:
        check(path, overwrite=overwrite)
    except FileError as error:
        raise click.UsageError(str(error)) from error


def _write(text: str, path: Path | None, *, overwrite: bool) -> None:
    """Writes the file, or standard output, whose reader may leave when he has seen enough.

    Raises:
        FileError: it cannot be written.
    """
    data = text.encode("utf-8")
    if path is not None:
        with atomic(path, overwrite=overwrite) as sink:
            sink.write(data)
        return
    try:
        with standard_output() as sink:
            sink.write(data)
    except OSError as error:
        raise FileError(f"standard output: cannot be written: {error.strerror or error}") from error
