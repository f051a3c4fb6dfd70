"""The options by which a user says which targets, and how fast: the same for every command that sends or plans."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from auditor.sweep.pace import PROFILES, Pace

Command = TypeVar("Command", bound=Callable[..., Any])

_PROFILE_HELP = "How politely: " + "; ".join(
    f"{pace.profile} {pace.rate:,.0f} connects/s, {pace.in_flight:,} in flight, {pace.per_address} an address, "
    f"{pace.connect_seconds:g} s to connect"
    for pace in PROFILES.values()
)


class Rate(click.ParamType[float | str]):
    """A number of connects a second, or `max`."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        """The number, or "max"."""
        if value == "max" or isinstance(value, float):
            return value  # type: ignore[no-any-return]  # click hands back what it was given
        try:
            rate = float(value)
        except ValueError:
            rate = 0.0
        if not 0 < rate <= 1_000_000:
            self.fail(f"'{value}' is no rate: a number of connects a second, or max", param, ctx)
        return rate


def selection_options(command: Command) -> Command:
    """--tag --host --exclude --service."""
    for name, text in (
        ("--service", "Only this product (repeatable)."),
        ("--exclude", "Not this host, address or range (repeatable; wins)."),
        ("--host", "Only this host, address or range; * and ? are allowed (repeatable)."),
        ("--tag", "Only hosts with this tag (repeatable)."),
    ):
        command = click.option(name, multiple=True, metavar="WORD", help=text)(command)
    return command


def pace_options(command: Command) -> Command:
    """--profile --rate --concurrency --per-host --connect-timeout --timeout --retries."""
    for option in (
        click.option(
            "--retries",
            envvar="AUDITOR_RETRIES",
            type=click.IntRange(0, 5),
            metavar="N",
            help="Further tries where a named host stayed silent or broke off.  [default: 1]",
        ),
        click.option(
            "--timeout",
            envvar="AUDITOR_TIMEOUT",
            type=click.FloatRange(0.1, 600),
            metavar="SECONDS",
            help="For one request and its answer.  [default: 10]",
        ),
        click.option(
            "--connect-timeout",
            envvar="AUDITOR_CONNECT_TIMEOUT",
            type=click.FloatRange(0.05, 60),
            metavar="SECONDS",
            help="For a connection to be made.",
        ),
        click.option(
            "--per-host",
            envvar="AUDITOR_PER_HOST",
            type=click.IntRange(1, 64),
            metavar="N",
            help="Connections to one address at once.",
        ),
        click.option(
            "--concurrency",
            envvar="AUDITOR_CONCURRENCY",
            type=click.IntRange(1, 60_000),
            metavar="N",
            help="Targets worked on at once.",
        ),
        click.option("--rate", envvar="AUDITOR_RATE", type=Rate(), metavar="N|max", help="New connections a second."),
        click.option(
            "--profile",
            envvar="AUDITOR_PROFILE",
            type=click.Choice(list(PROFILES)),
            default="normal",
            show_default=True,
            help=_PROFILE_HELP,
        ),
    ):
        command = option(command)
    return command


def pace_of(chosen: Mapping[str, Any]) -> Pace:
    """The profile with what the user changed."""
    rate = chosen["rate"]
    return PROFILES[chosen["profile"]].with_changes(
        rate=None if rate == "max" else rate,
        unlimited=rate == "max",
        in_flight=chosen["concurrency"],
        per_address=chosen["per_host"],
        connect_seconds=chosen["connect_timeout"],
        retries=chosen["retries"],
    )
