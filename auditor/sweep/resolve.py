"""Names become addresses once, before any connection, and every address is held against the scope."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address
from types import TracebackType
from typing import Self

from auditor.inventory.scope import Guard
from auditor.model.target import Address, Scope

#: getaddrinfo blocks a thread for a round trip: many wait at once, for few bytes each.
RESOLVER_THREADS = 64

#: A name with more addresses than this is cut; each address is asked by itself.
MOST_ADDRESSES = 16


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name stands for: the addresses that may be asked, and those that may not with the reason.

    `error` is a sentence where there is no address at all.
    """

    allowed: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    error: str = ""


class Resolver:
    """Resolves each name once a run, in threads of its own, never again: what was checked is what is connected to."""

    def __init__(self, scope: Scope, *, seconds: float = 10.0) -> None:
        self._guard = Guard(scope)
        self._seconds = seconds
        self._known: dict[str, asyncio.Task[Resolution]] = {}
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="resolve")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._known.values():
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def resolve(self, name: str) -> Resolution:
        """The addresses of a name or a literal; a literal costs no lookup and is not kept."""
        literal = _literal(name)
        if literal is not None:
            return self._sort((literal,))
        task = self._known.get(name)
        if task is None:
            task = self._known[name] = asyncio.create_task(self._look_up(name))
        return await asyncio.shield(task)

    async def _look_up(self, name: str) -> Resolution:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds):
                found = await loop.run_in_executor(self._threads, _addresses, name)
        except TimeoutError:
            return Resolution(error=f"no answer within {self._seconds:g} s")
        except (OSError, UnicodeError) as error:
            return Resolution(error=_sentence(error))
        return self._sort(found)

    def _sort(self, addresses: tuple[Address, ...]) -> Resolution:
        allowed: list[str] = []
        refused: list[tuple[str, str]] = []
        for address in addresses[:MOST_ADDRESSES]:
            reason = self._guard.refusal(address)
            if reason is None:
                allowed.append(str(address))
            else:
                refused.append((str(address), reason))
        return Resolution(tuple(allowed), tuple(refused), "" if addresses else "the name has no address")


def _literal(name: str) -> Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None


def _addresses(name: str) -> tuple[Address, ...]:
    infos = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    texts = dict.fromkeys(str(info[4][0]) for info in infos)
    return tuple(ip_address(text) for text in texts)


def _sentence(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return str(error.strerror or "the resolver failed").lower()
    if isinstance(error, UnicodeError):
        return "it is no valid host name"
    return f"the resolver failed: {error}"
