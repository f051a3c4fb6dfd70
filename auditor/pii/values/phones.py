"""Telephone numbers by the numbering plans of the countries that a name's language points to."""

import math
import re
from collections.abc import Iterable

#: Where a number written without its country is looked for, by the language of the name that hints at it. An English
#: name is written everywhere; these three have most of its speakers, and China's mobiles have a check of their own.
REGIONS = {
    "zh": ("CN",), "en": ("US", "GB", "IN"), "de": ("DE", "AT", "CH"), "fr": ("FR", "BE"), "es": ("ES", "MX", "AR"),
    "pt": ("BR", "PT"), "it": ("IT",), "nl": ("NL", "BE"), "pl": ("PL",), "tr": ("TR",), "ru": ("RU",), "ja": ("JP",),
    "ko": ("KR",), "id": ("ID",), "vi": ("VN",), "hi": ("IN",), "ar": ("SA", "EG"),
}  # fmt: skip
# Shares of random digits of the most favourable length (7 to 13) that pass in each, measured with the zero below.
_PASSING = {
    "AR": 0.05, "AT": 0.05, "BE": 0.07, "BR": 0.36, "CH": 0.05, "CN": 0.40, "DE": 0.09, "EG": 0.05, "ES": 0.37,
    "FR": 0.10, "GB": 0.05, "ID": 0.05, "IN": 0.67, "IT": 0.20, "JP": 0.08, "KR": 0.05, "MX": 0.48, "NL": 0.07,
    "PL": 0.70, "PT": 0.15, "RU": 0.24, "SA": 0.03, "TR": 0.03, "US": 0.39, "VN": 0.05,
}  # fmt: skip
# There a number within the country is written with a zero first, and held to it: without, 83 of 100 random numbers of
# eleven digits would pass in Germany, and 91 of nine in France.
_TRUNK_ZERO = frozenset({"AT", "BE", "CH", "DE", "EG", "FR", "GB", "ID", "JP", "KR", "NL", "SA", "TR", "VN"})
_FORM = re.compile(r"(?:\+|00)?[ ]?[(]?[0-9][0-9 ()./-]{4,28}")


def regions_of(languages: Iterable[str]) -> tuple[str, ...]:
    """The countries to try for a name in these languages, each once; those of English where none is known."""
    found = [region for language in sorted(languages) for region in REGIONS.get(language[:2], ())]
    return tuple(dict.fromkeys(found)) or REGIONS["en"]


def passing_by_chance(regions: Iterable[str]) -> float:
    """The share of random digits that pass in at least one of the countries: 0.8 for those of an English name."""
    return 1 - math.prod(1 - _PASSING[region] for region in regions)


def is_phone_number(text: str, regions: Iterable[str]) -> bool:
    """Whether one of the numbering plans has such a number; with + or 00 before it, its own country's.

    phonenumberslite decides, in 16 to 34 µs a country. So many random digits pass that it only supports names.
    """
    if _FORM.fullmatch(text) is None:
        return False
    if text.startswith("00"):
        return _is_valid("+" + text[2:], None)
    if text.startswith("+"):
        return _is_valid(text, None)
    return any(_is_valid(text, region) for region in regions if text.strip("( ")[0] == "0" or region not in _TRUNK_ZERO)


def _is_valid(text: str, region: str | None) -> bool:
    import phonenumbers  # noqa: PLC0415 - 23 ms and 5 MB, for samples with telephone numbers alone

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except Exception:  # noqa: BLE001 - somebody else's parser, and its message may quote the value
        return False
