"""Reads from a server's certificate whose it is, who signed it and when it ends; nothing in it is trusted.

Python's `ssl` tells these only of certificates it has verified, and ours never are. So the DER of RFC 5280 is walked
here, as far as those three and no further: every length is checked against what encloses it, nothing recurses, and
whatever does not fit is left out.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_MOST_PARTS = 32  # of one name; real ones have up to ten
_MOST_TEXT = 256  # characters of one name

_SEQUENCE, _SET, _OBJECT_ID, _VERSION = 0x30, 0x31, 0x06, 0xA0
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18

_TEXT = {  # tag: Python's codec
    0x0C: "utf-8",
    0x12: "ascii",  # NumericString
    0x13: "ascii",  # PrintableString
    0x14: "latin-1",  # TeletexString, as everybody reads it
    0x16: "ascii",  # IA5String
    0x1A: "ascii",  # VisibleString
    0x1C: "utf-32-be",  # UniversalString
    0x1E: "utf-16-be",  # BMPString
}

_ATTRIBUTES = {  # the DER of the object identifier: its short name in RFC 4514 and RFC 4519
    bytes.fromhex("550403"): "CN",
    bytes.fromhex("550405"): "serialNumber",
    bytes.fromhex("550406"): "C",
    bytes.fromhex("550407"): "L",
    bytes.fromhex("550408"): "ST",
    bytes.fromhex("55040a"): "O",
    bytes.fromhex("55040b"): "OU",
    bytes.fromhex("2a864886f70d010901"): "emailAddress",
    bytes.fromhex("0992268993f22c640119"): "DC",
}


@dataclass(frozen=True, slots=True)
class CertificateText:
    """What a certificate says of itself; "" where it could not be read. `not_after` is ISO 8601 in UTC."""

    subject: str = ""
    issuer: str = ""
    not_after: str = ""


class _DerError(ValueError):
    """These bytes are not the DER that was expected here."""


def read_certificate(der: bytes) -> CertificateText:
    """The texts of an X.509 certificate; empty where it cannot be read. Never raises, whatever the bytes."""
    try:
        certificate, _ = _element(der, _SEQUENCE)
        signed, _ = _element(certificate, _SEQUENCE)
        if signed[:1] == bytes((_VERSION,)):  # absent in version 1
            _, signed = _element(signed, _VERSION)
        _, signed = _element(signed, 0x02)  # the serial number
        _, signed = _element(signed, _SEQUENCE)  # the signature's algorithm
        issuer, signed = _element(signed, _SEQUENCE)
        validity, signed = _element(signed, _SEQUENCE)
        subject, _ = _element(signed, _SEQUENCE)
    except _DerError:
        return CertificateText()
    return CertificateText(subject=_name(subject), issuer=_name(issuer), not_after=_end(validity))


def _element(data: bytes, tag: int | None = None) -> tuple[bytes, bytes]:
    """The contents of the first element, and what follows it."""
    if len(data) < 2 or (tag is not None and data[0] != tag):
        raise _DerError
    length, start = data[1], 2
    if length >= 0x80:
        digits = length & 0x7F
        if not 1 <= digits <= 4:  # 0 is the indefinite form, which DER forbids
            raise _DerError
        start += digits
        length = int.from_bytes(data[2:start], "big")
    if start + length > len(data):
        raise _DerError
    return data[start : start + length], data[start + length :]


def _name(data: bytes) -> str:
    """A distinguished name as "CN=es-1,O=ACME", in the order of the certificate."""
    parts: list[str] = []
    try:
        while data and len(parts) < _MOST_PARTS:
            several, data = _element(data, _SET)  # nearly always of one
            while several and len(parts) < _MOST_PARTS:
                pair, several = _element(several, _SEQUENCE)
                kind, value = _element(pair, _OBJECT_ID)
                text, _ = _element(value)
                if kind in _ATTRIBUTES and value[0] in _TEXT:
                    parts.append(f"{_ATTRIBUTES[kind]}={_plain(text, _TEXT[value[0]])}")
    except _DerError:
        return ""
    return ",".join(parts)[:_MOST_TEXT]


def _plain(text: bytes, codec: str) -> str:
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text[: 4 * _MOST_TEXT].decode(codec, "replace"))
    return re.sub(r'([,+"\\<>;])', r"\\\1", shown)


def _end(validity: bytes) -> str:
    try:
        _, rest = _element(validity)
        text, _ = _element(rest)
        digits = text.decode("ascii")
        if rest[0] == _UTC_TIME:  # two digits of a year: 50 and later mean 19xx (RFC 5280, 4.1.2.5.1)
            digits = ("19" if digits[:2] >= "50" else "20") + digits
        elif rest[0] != _GENERALIZED_TIME:
            return ""
        if not re.fullmatch(r"[0-9]{14}Z", digits):
            return ""
        end = datetime.strptime(digits, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:  # a _DerError too
        return ""
    return end.isoformat().replace("+00:00", "Z")
