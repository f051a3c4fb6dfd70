"""`auditor schema`: the shapes of what goes in and what comes out, for editors and other programs."""

import importlib
import json

import click

_MODULES = {"inventory": "auditor.inventory.schema", "results": "auditor.export.json_v1_schema"}


@click.command()
@click.argument("what", metavar="inventory|results", type=click.Choice(list(_MODULES)))
def schema(what: str) -> None:
    """Print a JSON Schema (2020-12): of an inventory, or of the results that -o json writes.

    \b
    auditor schema inventory > inventory.schema.json
    auditor schema results > results.schema.json

    An editor with a YAML language server completes and checks an inventory that begins with

    \b
    # yaml-language-server: $schema=inventory.schema.json
    """  # noqa: D301 - click wants the character itself
    # Each is imported alone: an inventory's schema needs pydantic, that of results does not.
    module = importlib.import_module(_MODULES[what])
    click.echo(json.dumps(module.json_schema(), indent=2, ensure_ascii=False))
