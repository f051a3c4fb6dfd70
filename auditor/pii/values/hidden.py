"""Forms in which a value does not show: masked, hashed or enciphered, or only pointed to. They never count against."""

import re

_STARRED = re.compile("[*＊]|[•●█▇]{2}")
_CROSSED = re.compile("[0-9 ()+./-]*[xX]{3}[0-9xX ()+./-]*")
_BLACKED_OUT = re.compile(
    r"[\[<({]*(?:redacted|masked|hidden|removed|anonymi[sz]ed|protected|encrypted|confidential|脱敏|已脱敏|已隐藏|保密)"
    r"[\])}>]*",
    re.IGNORECASE,
)
_DIGEST = re.compile(
    r"(?:0x|\{[A-Za-z0-9-]{2,12}\}|[A-Za-z0-9-]{2,12}:)?(?:[0-9a-f]{2}){16,}|(?:[0-9A-F]{2}){16,}"
    r"|\$[0-9a-z-]{1,12}\$\S+"  # crypt
    r"|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"  # a token in the value's place
    r"|ey[\w-]{8,}(?:\.[\w-]*){2,4}"  # JWT, JWE
)
_BASE64 = re.compile(r"(?:\{[A-Za-z0-9-]{2,12}\}|[A-Za-z0-9-]{2,12}:)?[A-Za-z0-9+/_-]{22,}={0,2}")
_POINTER = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,12}:)?//\S+|data:\S+|\S+\.(?:jpe?g|png|gif|bmp|webp|tiff?|pdf|heic)", re.IGNORECASE
)


def is_masked(text: str) -> bool:
    """Whether a part of it is blotted out: 138****1234, 张*, j***@example.org, XXX-XX-1234, [REDACTED]."""
    if len(text) > 64 or "://" in text:
        return False
    if _STARRED.search(text) is not None:
        return True
    return _CROSSED.fullmatch(text) is not None or _BLACKED_OUT.fullmatch(text) is not None


def is_hashed(text: str) -> bool:
    """Whether it reads like a digest, a ciphertext or a token: long hexadecimal, base64 of 22 and more, crypt, UUID."""
    if len(text) < 22:
        return False
    if _DIGEST.fullmatch(text) is not None:
        return not text.isdecimal()
    return _BASE64.fullmatch(text) is not None and _is_mixed(text)


def is_pointer(text: str) -> bool:
    """Whether it says where something is kept: a URL, a picture's or a document's file name."""
    return _POINTER.fullmatch(text) is not None


def _is_mixed(text: str) -> bool:
    """Whether upper case, lower case and digits all occur, as they do in nearly all base64 of that length."""
    kinds = {"upper" if letter.isupper() else "lower" if letter.islower() else letter.isdigit() for letter in text}
    return {"upper", "lower", True} <= kinds
