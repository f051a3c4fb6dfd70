"""Addresses become documentation addresses (RFC 5737, RFC 3849), the same one the same; loopback stays."""

import re
from ipaddress import IPv4Address, ip_address, ip_network

from auditor.model.target import Address

_STAYS = tuple(map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")))
_BLOCKS = ("192.0.2.", "198.51.100.", "203.0.113.")
_IN_A_BLOCK = 254

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_V4 = re.compile(rf"(?<![A-Za-z0-9.]){_OCTET}(?:\.{_OCTET}){{3}}(?![A-Za-z0-9]|\.[0-9])")
_V6 = re.compile(
    r"(?<![A-Za-z0-9:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|[0-9]{1,3}(?:\.[0-9]{1,3}){3})?"
    r"(?:%[A-Za-z0-9_]{1,15})?(?![A-Za-z0-9:]|\.[0-9])"
)


class Addresses:
    """The addresses of one recording, each with the documentation address that stands for it."""

    def __init__(self) -> None:
        self._known: dict[Address, str] = {}
        self._given = {4: 0, 6: 0}

    def hide(self, text: str) -> str:
        """The text with every address replaced. Loopback and documentation addresses stay."""
        if ":" in text:
            text = _V6.sub(lambda found: self._hidden(found[0]), text)
        return _V4.sub(lambda found: self._hidden(found[0]), text)

    def _hidden(self, text: str) -> str:
        try:
            address = ip_address(text)
        except ValueError:  # a time, or another text with colons
            return text
        if address.is_loopback or address.is_unspecified or any(address in block for block in _STAYS):
            return text
        known = self._known.get(address)
        if known is None:
            known = self._known[address] = self._next(address)
        return known

    def _next(self, address: Address) -> str:
        number = self._given[address.version]
        self._given[address.version] += 1
        if not isinstance(address, IPv4Address):
            return f"2001:db8::{number + 1:x}"
        block = min(number // _IN_A_BLOCK, len(_BLOCKS) - 1)  # beyond 762 addresses the last block serves again
        return f"{_BLOCKS[block]}{number % _IN_A_BLOCK + 1}"
