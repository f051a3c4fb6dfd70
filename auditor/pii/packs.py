"""The packs of rules in force: ours, those that plugins bring through `auditor.rules`, and files that a user names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditor import plugins
from auditor.documents import MAX_BYTES
from auditor.pii.rulefile import load
from auditor.pii.rulepack import RuleError, RulePack
from auditor.plugins import PluginError


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file of rules, read: what it is called in errors, and its bytes. It may be sent to a worker elsewhere."""

    name: str
    data: bytes = field(repr=False)

    def read_bytes(self) -> bytes:
        """Its bytes."""
        return self.data


def read_file(path: Path) -> RuleFile:
    """The file at `path`; of one that is too large to be read, as much as shows that it is.

    Raises:
        RuleError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return RuleFile(str(path), stream.read(MAX_BYTES + 1))
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror or error}") from error


def registered_packs() -> tuple[RulePack, ...]:
    """Ours and the plugins' packs: ours first, the others in the order of their names.

    Raises:
        PluginError: one cannot be had.
    """
    made = [(name, _made(name, kind)) for name, kind in plugins.load_all("rules")]
    return tuple(pack for _, pack in sorted(made, key=lambda one: (one[0] != "builtin", one[0])))


def load_packs(files: Sequence[RuleFile] = ()) -> tuple[RulePack, ...]:
    """All packs in force: the registered ones, then one for each of `files`, which may add to those before it.

    Raises:
        PluginError: as `registered_packs`.
        RuleError: a file is wrong; each line of the message begins with file:line:column.
    """
    packs = registered_packs()
    for file in files:
        packs = (*packs, load(file.name, [file], beside=packs))
    return packs


def _made(name: str, kind: Any) -> RulePack:
    """What an entry point's function returns."""
    try:
        pack = kind()
    except Exception as error:  # somebody else's code may fail in any way; the user must learn whose it is
        raise PluginError(f"the rule pack '{name}' cannot be used: {type(error).__name__}: {error}") from error
    if not isinstance(pack, RulePack):
        raise PluginError(f"the rule pack '{name}' cannot be used: it is a {type(pack).__name__}, not a RulePack")
    return pack
