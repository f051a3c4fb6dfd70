"""The packs of rules in force: ours, those that plugins bring through `auditor.rules`, and files that a user names."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auditor import plugins
from auditor.pii.rulepack import RulePack, load
from auditor.plugins import PluginError


def load_packs(files: Sequence[Path] = ()) -> tuple[RulePack, ...]:
    """All packs, the plugins' in the order of their names and then one for each of `files`.

    Raises:
        PluginError: a plugin's pack cannot be had.
        RuleError: a file is wrong; the message begins with file:line:column.
    """
    registered = [_made(name, kind) for name, kind in plugins.load_all("rules")]
    return (*registered, *(load(str(file), [file]) for file in files))


def _made(name: str, kind: Any) -> RulePack:
    """What an entry point's function returns."""
    try:
        pack = kind()
    except Exception as error:  # somebody else's code may fail in any way; the user must learn whose it is
        raise PluginError(f"the rule pack '{name}' cannot be used: {type(error).__name__}: {error}") from error
    if not isinstance(pack, RulePack):
        raise PluginError(f"the rule pack '{name}' cannot be used: it is a {type(pack).__name__}, not a RulePack")
    return pack
