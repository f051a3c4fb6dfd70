"""The values an inventory is made of (a name, an address, a range, a port, a day) and the sentence for a bad one."""

import re
from collections.abc import Callable
from datetime import date
from ipaddress import IPv6Network, ip_network
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from auditor.documents import shorten
from auditor.inventory.scope import literal
from auditor.inventory.suggest import did_you_mean
from auditor.model.target import AddressRange

# RFC 1123 names, and the underscore that real zones have. A last label that resolvers take for a part of an address
# (all digits, or hexadecimal after 0x) makes it no name.
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"(?:{_LABEL}\.)*(?!(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?$){_LABEL}\.?")
_ZONE_ID = re.compile(r"[A-Za-z0-9_.-]{1,15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PREFIX = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%-]+/?)*")
# What may stand for a secret: a variable, a file, a credential of the service manager.
_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:/[^\s]+|credential:[A-Za-z0-9_.-]+")
_NUMBER_LIKE = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")

Check = Callable[[str], str]


def complain(sentence: str) -> PydanticCustomError:
    """An error whose whole text is `sentence`."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence})


def _text(value: str) -> str:
    if not value.strip():
        raise complain("is empty")
    if not value.isprintable():
        raise complain(f"'{shorten(value)}' holds a line break or a control character")
    if len(value) > 500:
        raise complain(f"'{shorten(value)}' is longer than 500 characters")
    return value


def _name(value: str) -> str:
    if not value or not value.isprintable() or value != value.strip() or len(value) > 200:
        raise complain(f"'{shorten(value)}' is no name: 1 to 200 printable characters, no space at either end")
    return value


def _identity(value: str) -> str:
    if not _ID.fullmatch(value):
        raise complain(f"'{shorten(value)}' is no id: letters, digits, '.', '_' and '-', at most 100")
    return value


def _address(value: str) -> str:
    """A DNS name or an IP literal, as written."""
    if _HOST_NAME.fullmatch(value) and len(value) <= 253:
        return value
    if literal(value) is not None:
        zone = value.partition("%")[2]
        if "%" in value and not _ZONE_ID.fullmatch(zone):
            raise complain(f"'{shorten(value)}' is no address: its zone is no interface's name")
        return value
    shown = shorten(value)
    if "://" in value:  # not repeated: it may hold a password
        raise complain("a URL stands here; write the host's name or address alone")
    if value.startswith("[") and literal(value[1:].partition("]")[0]) is not None:
        raise complain(f"'{shown}': write an IPv6 address without brackets, and its port under 'services'")
    if "/" in value:
        raise complain(f"'{shown}' is no address; a range belongs under 'networks'")
    name, colon, port = value.partition(":")
    if colon and port.isdecimal():
        raise complain(f"'{shown}': a port belongs under 'services'")
    if _NUMBER_LIKE.fullmatch(name.removesuffix(".").rpartition(".")[2]):
        raise complain(f"'{shown}' is no IP address")
    raise complain(f"'{shown}' is neither an IP address nor a host name")


def _range(value: Any) -> AddressRange:
    if not isinstance(value, str):
        raise complain("must be a range such as 10.20.0.0/22")
    shown = shorten(value)
    try:
        network = ip_network(value)
    except ValueError:
        try:
            meant = ip_network(value, strict=False)
        except ValueError:
            raise complain(f"'{shown}' is no range of addresses such as 10.20.0.0/22") from None
        raise complain(f"'{shown}' has bits set beyond its prefix; did you mean '{meant}'?") from None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        raise complain(f"'{shown}' stands for IPv4 addresses; write them as IPv4")
    return network


def _day(value: Any) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise complain(f"'{value}' is no day of the calendar") from None
    raise complain(f"'{shorten(str(value))}' is no date; write it as 2026-11-01")


def _timezone(value: str) -> str:
    if value == "UTC":  # known even where the system has no zone data
        return value
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        known = available_timezones()
        hint = did_you_mean_zone(value, known) if known else "; this system has no time zone data (package tzdata)"
        raise complain(f"'{shorten(value)}' is no IANA time zone such as Europe/Berlin{hint}") from None
    return value


def did_you_mean_zone(value: str, known: set[str]) -> str:
    """As `did_you_mean`, for names that keep their capitals."""
    folded = {zone.lower(): zone for zone in known}
    hint = did_you_mean(value, folded)
    for lowered, zone in folded.items():
        hint = hint.replace(f"'{lowered}'", f"'{zone}'")
    return hint


def _port(value: int) -> int:
    if not 1 <= value <= 65535:
        raise complain(f"{value if abs(value) < 10**9 else 'that'} is no port: 1 to 65535")
    return value


def _path(value: str) -> str:
    if len(value) > 1000 or not _PREFIX.fullmatch(value):
        raise complain(f"'{shorten(value)}' is no path: '/' or, for example, '/kibana'")
    return value.rstrip("/") or "/"


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        hint = f"; did you mean '0{value}'?" if _CLOCK.fullmatch(f"0{value}") else ""
        raise complain(f"'{shorten(value)}' is no time of day such as 22:30{hint}")
    return value


def _product(value: str, info: ValidationInfo) -> str:
    known = (info.context or {}).get("products")
    if known is not None and value not in known:
        hint = did_you_mean(value, known) or f"; known are: {', '.join(sorted(known))}"
        raise complain(f"unknown product '{shorten(value)}'{hint}")
    return value


def _reference(value: Any) -> str:
    # What stands here may be a secret by mistake, so that no message repeats it.
    if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
        raise complain(
            "'credentials' takes references only: env:NAME, file:/path or credential:NAME; "
            "if a secret stands here, remove it and change it"
        )
    return value


Text = Annotated[str, AfterValidator(_text)]
Name = Annotated[str, AfterValidator(_name)]
Identity = Annotated[str, AfterValidator(_identity), Field(json_schema_extra={"pattern": f"^{_ID.pattern}$"})]
HostAddress = Annotated[str, AfterValidator(_address)]
Cidr = Annotated[
    Any,
    BeforeValidator(_range),
    WithJsonSchema({"type": "string", "title": "CIDR", "examples": ["10.20.0.0/22", "fd00::/8"]}),
]
Day = Annotated[Any, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Timezone = Annotated[str, AfterValidator(_timezone)]
Port = Annotated[int, AfterValidator(_port), Field(json_schema_extra={"minimum": 1, "maximum": 65535})]
UrlPath = Annotated[str, AfterValidator(_path), Field(json_schema_extra={"pattern": "^/"})]
Clock = Annotated[str, AfterValidator(_clock), Field(json_schema_extra={"pattern": f"^(?:{_CLOCK.pattern})$"})]
Product = Annotated[str, AfterValidator(_product)]
Reference = Annotated[
    str, BeforeValidator(_reference), Field(json_schema_extra={"pattern": f"^(?:{_REFERENCE.pattern})$"})
]
