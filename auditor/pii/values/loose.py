"""Weak forms: what many other values have too, so that they count only where the name already speaks of them."""

import re

_SSN = re.compile(r"(?!000|666|9)[0-9]{3}([- ]?)(?!00)[0-9]{2}\1(?!0000)[0-9]{4}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,3}\.[0-9]{3,20}")
_PAIR = re.compile(r"[(\[]?(?P<a>[+-]?[0-9]{1,3}\.[0-9]{2,20})[,; ] ?(?P<b>[+-]?[0-9]{1,3}\.[0-9]{2,20})[)\]]?")
_POINT = re.compile(r"POINT ?\((?P<a>[+-]?[0-9]{1,3}(?:\.[0-9]{1,20})?) (?P<b>[+-]?[0-9]{1,3}(?:\.[0-9]{1,20})?)\)")
_DIALLED = re.compile(r"[0-9+(#*][0-9 ()+./,;#*-]{0,62}(?:(?:ext|x)[. ]{0,2}[0-9]{1,6})?", re.IGNORECASE)
_DIGIT = re.compile("[0-9]")


def is_us_ssn(text: str) -> bool:
    """A social security number of the USA by its blocks alone: 89 of 100 numbers of nine random digits pass."""
    return _SSN.fullmatch(text) is not None


def is_coordinate(text: str) -> bool:
    """A latitude or longitude with three decimals and more, or a pair of both in either order."""
    if _DECIMAL.fullmatch(text) is not None:
        return abs(float(text)) <= 180
    pair = _PAIR.fullmatch(text) or _POINT.fullmatch(text)
    if pair is None:
        return False
    one, other = sorted((abs(float(pair["a"])), abs(float(pair["b"]))))
    return one <= 90 and other <= 180


def is_dialled(text: str) -> bool:
    """Digits and what stands between them, an extension or several numbers included; any number passes."""
    return _DIALLED.fullmatch(text) is not None


def has_digit(text: str) -> bool:
    """A short text with a digit in it: what has none is neither a day nor an IP address."""
    return len(text) <= 64 and _DIGIT.search(text) is not None


def has_letter(text: str) -> bool:
    """A text with a letter of any script in it: what has none is nobody's name."""
    return any(map(str.isalpha, text))
