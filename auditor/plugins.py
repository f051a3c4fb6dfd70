"""The one place that reads entry points: our own parts come through the same doors as anyone's."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any


class PluginError(Exception):
    """A plugin cannot be had: unknown, broken, or two share a name. The message is a sentence for the user."""


def names(group: str) -> tuple[str, ...]:
    """The names registered under `auditor.<group>`, sorted; nothing is imported.

    Raises:
        PluginError: two distributions register the same name.
    """
    return tuple(sorted(_registered(group)))


def load(group: str, name: str) -> Any:
    """The object that entry point `name` of `auditor.<group>` stands for.

    Raises:
        PluginError: there is none, or importing it failed.
    """
    registered = _registered(group)
    if name not in registered:
        raise PluginError(f"no {group[:-1]} named '{name}'; there are: {', '.join(sorted(registered))}")
    try:
        return registered[name].load()
    except (Exception, SystemExit) as error:  # it may fail in any way, even by leaving; the user must learn whose it is
        raise PluginError(
            f"the {group[:-1]} '{name}' ({registered[name].value}) cannot be imported: {type(error).__name__}: {error}"
        ) from error


def load_all(group: str) -> Iterator[tuple[str, Any]]:
    """Each name of `auditor.<group>` with its object, in the order of the names.

    Raises:
        PluginError: as `names` and `load`.
    """
    for name in names(group):
        yield name, load(group, name)


def _registered(group: str) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=f"auditor.{group}"):
        other = found.get(point.name)
        if other is not None and other.value != point.value:
            raise PluginError(f"two plugins register the {group[:-1]} '{point.name}': {other.value} and {point.value}")
        found[point.name] = point
    return found
