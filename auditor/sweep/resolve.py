"""Names become addresses once, before any connection, and every address is held against the scope."""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from types import TracebackType
from typing import Self

from auditor.inventory.scope import Guard
from auditor.model.target import Address, Scope
from auditor.sweep.lookup import Lookups

#: getaddrinfo blocks a thread for a round trip: many wait at once, for few bytes each.
RESOLVER_THREADS = 64

#: Of a name with more addresses only so many are asked, each by itself; how many were left is told.
MOST_ADDRESSES = 16


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name stands for: the addresses that may be asked, and those that may not with the reason.

    `error` is a sentence where there is no address at all; `left` counts those beyond `MOST_ADDRESSES`.
    """

    allowed: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    error: str = ""
    left: int = 0


class Resolver:
    """Resolves each name once a run, in threads of its own, never again: what was checked is what is connected to."""

    def __init__(self, scope: Scope, *, seconds: float = 10.0) -> None:
        self._guard = Guard(scope)
        self._seconds = seconds
        self._known: dict[str, asyncio.Task[Resolution]] = {}
        self._lookups = Lookups(RESOLVER_THREADS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._known.values():
            task.cancel()
        self._lookups.close()

    def literal(self, text: str) -> Resolution | None:
        """The resolution of an address, at once; None where `text` is a name, which must be looked up."""
        try:
            return self._sort((ip_address(text),))
        except ValueError:
            return None

    async def resolve(self, name: str) -> Resolution:
        """The addresses of a name or a literal; a literal costs no lookup and is not kept."""
        literal = self.literal(name)
        if literal is not None:
            return literal
        task = self._known.get(name)
        if task is None:
            task = self._known[name] = asyncio.create_task(self._look_up(name))
        return await asyncio.shield(task)

    async def _look_up(self, name: str) -> Resolution:
        try:
            return self._sort(await self._lookups.addresses(name, seconds=self._seconds))
        except TimeoutError:
            return Resolution(error=f"no answer within {self._seconds:g} s")
        except (OSError, ValueError) as error:
            return Resolution(error=_sentence(error))

    def _sort(self, addresses: tuple[Address, ...]) -> Resolution:
        allowed: list[str] = []
        refused: list[tuple[str, str]] = []
        for address in addresses[:MOST_ADDRESSES]:
            reason = self._guard.refusal(address)
            if reason is None:
                allowed.append(str(address))
            else:
                refused.append((str(address), reason))
        return Resolution(
            tuple(allowed),
            tuple(refused),
            "" if addresses else "the name has no address",
            max(0, len(addresses) - MOST_ADDRESSES),
        )


def _sentence(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return str(error.strerror or "the resolver failed").lower()
    if isinstance(error, ValueError):  # IDNA refuses it, or it holds a NUL
        return "it is no valid host name"
    return f"the resolver failed: {error}"
