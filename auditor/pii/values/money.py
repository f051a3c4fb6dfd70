"""Numbers of payment cards and of bank accounts."""

import re

_SEPARATED = re.compile(r"[0-9]{2,6}(?:[ -][0-9]{2,7}){1,5}")
# What each scheme's numbers begin with and how long they are (ISO/IEC 7812; the schemes' published ranges).
_CARD = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"  # Visa
    r"|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"  # Mastercard
    r"|3[47][0-9]{13}"  # American Express
    r"|62[0-9]{14,17}"  # UnionPay
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12,15}"  # JCB
    r"|(?:30[0-5]|309|36[0-9]|3[89][0-9])[0-9]{11,16}"  # Diners Club
    r"|(?:6011|64[4-9][0-9]|65[0-9]{2})[0-9]{12,15}"  # Discover, RuPay
    r"|220[0-4][0-9]{12,15}"  # Mir
    r"|(?:60|8[12]|508)[0-9]{13,14}"  # RuPay
    r"|(?:5018|5020|5038|5893|6304|6759|676[1-3])[0-9]{8,15}"  # Maestro
)
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

_ACCOUNT = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
# Characters of an IBAN by country (SWIFT's registry of ISO 13616).
_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD FK", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip


def satisfies_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812. Of random numbers one in ten is.

    Raises:
        ValueError: `digits` holds anything else.
    """
    total = sum(map(int, digits[-1::-2])) + sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])
    return total % 10 == 0


def is_card_number(text: str) -> bool:
    """Whether a card scheme gives such numbers, of that length, and the check digit is right."""
    digits = re.sub("[ -]", "", text) if _SEPARATED.fullmatch(text) else text
    return _CARD.fullmatch(digits) is not None and satisfies_luhn(digits)


def is_iban(text: str) -> bool:
    """Whether it is an IBAN: its country's length, and the remainder modulo 97 (ISO 13616)."""
    joined = text.replace(" ", "").upper() if len(text) <= 64 else ""
    if _ACCOUNT.fullmatch(joined) is None or _LENGTHS.get(joined[:2]) != len(joined):
        return False
    return int("".join(str(int(letter, 36)) for letter in joined[4:] + joined[:4])) % 97 == 1
