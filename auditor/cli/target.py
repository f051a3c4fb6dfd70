"""The one target of an inventory that a person means by HOST:PORT or HOST:PORT/PRODUCT."""

from collections.abc import Iterator
from dataclasses import replace

import click

from auditor.cli.endpoint import Endpoint, readings, written
from auditor.inventory.scope import literal
from auditor.inventory.selection import Selection
from auditor.inventory.spread import spread
from auditor.inventory.suggest import did_you_mean
from auditor.model.target import Inventory, Target


def find_target(inventory: Inventory, text: str) -> Target:
    """The target that `text` means; an address of a network counts like a host's.

    Raises:
        UsageError: none, or several; the sentence says what there is.
    """
    for meant in readings(text):
        found = [target for target in _near(inventory, meant) if _means(meant, target)]
        if len(found) == 1:
            return found[0]
        if found:
            raise click.UsageError(f"'{text}' means {len(found)} targets; say which: {_listed(found)}")
    meant = readings(text)[-1]
    others = [target for target in _near(inventory, meant) if _means(Endpoint(meant.host), target)]
    if others:
        raise click.UsageError(f"'{text}' is no target of {inventory.path}; of that host it has: {_listed(others)}")
    known = list(spread(replace(inventory, networks=())))
    meant_perhaps = did_you_mean(text, {written(target.host, target.port) for target in known}) or did_you_mean(
        meant.host, {target.host for target in known}
    )
    raise click.UsageError(f"'{text}' is no target of {inventory.path}{meant_perhaps}")


def _near(inventory: Inventory, meant: Endpoint) -> Iterator[Target]:
    """The targets among which it must be: of a network of a million addresses only the one that is meant."""
    if literal(meant.host) is not None:
        return spread(inventory, Selection(hosts=(meant.host,)))
    return spread(replace(inventory, networks=()))


def _means(meant: Endpoint, target: Target) -> bool:
    return meant.means((target.host, target.address), target.port, target.product)


def _listed(targets: list[Target]) -> str:
    return ", ".join(written(target.host, target.port, target.product) for target in targets)
