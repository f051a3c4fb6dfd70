"""The table of commands. Each is imported only when it is called, so that `auditor --help` stays quick."""

import importlib
from dataclasses import dataclass

import click

from auditor import __version__


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives ("module:name" below auditor.cli) and its line in --help."""

    where: str
    help: str


class LazyGroup(click.Group):
    """A group whose commands are named in a table and imported when called."""

    def __init__(self, *, entries: dict[str, Entry], **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]  # click's own keywords, passed through
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table: the order in which people meet them."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.where.partition(":")
        command: click.Command = getattr(importlib.import_module(f"auditor.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in --help, from the table alone: nothing is imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.entries.items()])


COMMANDS = {
    "demo": Entry("demo:demo", "Start a small real estate on this machine, audit it, write its report."),
    "inventory": Entry("inventory:inventory", "Check an inventory, or show what it would have probed."),
    "audit": Entry("audit:audit", "Probe an inventory's hosts and write the report."),
    "report": Entry("report:report", "Render a report again, from a results file or a run."),
    "explain": Entry("explain:explain", "Tell why a host of a run was given its verdict (offline)."),
    "record": Entry("record:record", "Write down what one target answers, scrubbed, for a bug report."),
    "classify": Entry("classify:classify", "Say which fields of a schema look personal (offline)."),
    "rules": Entry("rules:rules", "Check rules of personal data, or show those in force."),
    "history": Entry("history:history", "List past runs, or show one."),
    "schema": Entry("schema:schema", "Print the JSON Schema of inventories or results."),
}


@click.command(cls=LazyGroup, entries=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def auditor() -> None:
    """Audit your OWN hosts for databases that answer strangers.

    Asks each host of an inventory, read-only, whether Elasticsearch/OpenSearch, Kibana/Dashboards or MongoDB
    can be reached without logging in, says which exposed fields look personal, and writes a report.

    \b
    Try it:        auditor demo
    Then:          auditor inventory validate inventory.yaml
                   auditor audit inventory.yaml -o html=report.html -o json=results.json

    Exit codes: 0 complete, nothing at or above --fail-on; 2 usage or inventory invalid, nothing probed;
    3 findings; 4 coverage incomplete; 5 an output failed; 6 another run holds the lock; 130/143 interrupted.
    """  # noqa: D301 - click wants the character itself
