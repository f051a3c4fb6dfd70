"""HOST, HOST:PORT or HOST:PORT/PRODUCT as a person types it, and which targets it means."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.inventory.scope import literal

_PORT = re.compile(r"(?P<host>.+):(?P<port>[0-9]{1,5})(?:/(?P<product>[a-z][a-z0-9_-]*))?", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host, by a name or an address, and what narrows it down; None stands for all of them."""

    host: str
    port: int | None = None
    product: str | None = None

    def means(self, names: Iterable[str], port: int, product: str) -> bool:
        """Whether it means a target that is known by `names`: the inventory's name for it, and its addresses."""
        narrow = self.port in (None, port) and self.product in (None, product)
        return narrow and self.means_host(names)

    def means_host(self, names: Iterable[str]) -> bool:
        """Whether it means a host that is known by `names`, on whatever port. Case and spelling do not matter."""
        wanted, address = self.host.casefold(), literal(self.host)
        return any(
            name.casefold() == wanted or (address is not None and literal(name) == address) for name in names if name
        )


def readings(text: str) -> tuple[Endpoint, ...]:
    """What `text` may mean, the likeliest first: an inventory's names may hold colons, as IPv6 addresses do."""
    whole = Endpoint(_bare(text))
    found = _PORT.fullmatch(text)
    if found is None:
        return (whole,)
    return (whole, Endpoint(_bare(found["host"]), int(found["port"]), found["product"]))


def written(host: str, port: int, product: str | None = None) -> str:
    """The text that `readings` reads as this endpoint: an IPv6 address stands in brackets."""
    name = f"[{host}]" if ":" in host and literal(host) is not None else host
    return f"{name}:{port}" + (f"/{product}" if product is not None else "")


def _bare(host: str) -> str:
    inner = host[1:-1]
    return inner if host.startswith("[") and host.endswith("]") and literal(inner) is not None else host
