"""What kind of member greets: read from the reply to `isMaster` or `hello`, which needs no login on any server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST_WORD = 200  # characters of a name that we quote
_LONGEST_DELAY = 1 << 31  # seconds


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a member tells of itself. The other members that it names are never asked.

    Source: MongoDB manual, "hello"; `priority_0` is its word `passive`, `behind` (seconds) its `secondaryDelaySecs`,
    which was `slaveDelay` before 5.0.
    """

    wire_version: int = 0
    arbiter: bool = False
    uninitialised: bool = False  # started for a replica set of which it has no configuration
    unsettled: bool = False  # neither primary nor secondary, and of no set that it names
    router: bool = False  # a mongos
    config_server: bool = False
    secondary: bool = False
    leading: bool = False  # a primary, a standalone server or a mongos: where writes go
    read_only: bool = False
    hidden: bool = False
    priority_0: bool = False
    behind: int = 0
    set_name: str = ""

    @property
    def writable(self) -> bool:
        """Whether it takes writes itself, from those who may write."""
        return self.leading and not self.read_only

    @property
    def role(self) -> str:
        """Its place in a reader's words: "mongos", "config server, primary", "secondary, hidden, 3600 s behind"."""
        words = ["config server"] if self.config_server else []
        words += [word for word in (self._state,) if word]
        words += ["read-only"] if self.read_only else []
        words += ["hidden"] if self.hidden else []
        words += ["priority 0"] if self.priority_0 else []
        words += [f"{self.behind} s behind"] if self.behind else []
        return ", ".join(words)

    @property
    def _state(self) -> str:
        if self.router:
            return "mongos"
        if self.arbiter:
            return "arbiter"
        if self.secondary:
            return "secondary"
        if self.uninitialised:
            return "member without a configuration"
        if self.set_name:
            return "primary" if self.leading else "neither primary nor secondary"
        return "standalone" if self.leading else ""


def read_greeting(document: Mapping[str, Any], *, wire_version: int) -> Greeting:
    """The member behind a handshake's reply."""
    writes = document.get("ismaster") is True or document.get("isWritablePrimary") is True
    secondary = document.get("secondary") is True
    told = document.get("setName")
    set_name = told[:_LONGEST_WORD] if isinstance(told, str) else ""
    router = document.get("msg") == "isdbgrid"
    return Greeting(
        wire_version=wire_version,
        arbiter=document.get("arbiterOnly") is True,
        uninitialised=document.get("isreplicaset") is True and not set_name,
        unsettled=not writes and not secondary and not set_name and not router,
        router=router,
        config_server="configsvr" in document,
        secondary=secondary,
        leading=writes,
        read_only=document.get("readOnly") is True,
        hidden=document.get("hidden") is True,
        priority_0=document.get("passive") is True,
        behind=_seconds(document.get("secondaryDelaySecs")) or _seconds(document.get("slaveDelay")),
        set_name=set_name,
    )


def _seconds(told: object) -> int:
    if not isinstance(told, (int, float)) or isinstance(told, bool) or not 0 < told < _LONGEST_DELAY:
        return 0
    return int(told)
