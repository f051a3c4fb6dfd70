"""What the counts of a sample say, in a reader's words: "38 of 40 distinct values pass GB 11643"."""

from typing import Final

from auditor.export.language import Language
from auditor.export.visible import visible
from auditor.model.dataset import ValueCounts

MOST_CHECKS: Final = 3  # of one field that are told; the JSON has them all

#: How a sentence on a check goes on; a check that stands here with "" tells a reader nothing by itself.
CHECKS: Final = {
    "gb11643": "pass GB 11643",
    "gb11643_15": "have the 15 digits of older identity numbers",
    "gb32100": "are organisations' codes by GB 32100",
    "email": "are e-mail addresses",
    "email_of_function": "are mailboxes of a function",
    "cn_mobile": "are Chinese mobile numbers",
    "phone": "are valid telephone numbers",
    "phone_form": "have the form of telephone numbers",
    "payment_card": "are card numbers with Luhn's check digit",
    "iban": "pass ISO 13616 (IBAN)",
    "us_ssn": "have the form of a US social security number",
    "birth_date": "are days since 1900",
    "ip_address": "are IP addresses",
    "cn_plate": "are Chinese plates",
    "cn_name": "begin with a Chinese surname",
    "coordinate": "may be coordinates",
    "masked": "are masked",
    "hashed": "are hashed or enciphered",
    "pointer": "point to something kept elsewhere",
    "long_text": "are long texts",
    "digit": "",
    "letter": "",
}


def counted(counts: ValueCounts, language: Language) -> str:
    """What most values of a field passed, the most first; how many there were where they passed nothing."""
    told = [(passed, said) for check, passed in counts.passed if passed > 0 and (said := _said(check, language))]
    if not told:
        return language.tn("1 distinct value", "{n} distinct values", counts.distinct)
    told.sort(key=lambda each: -each[0])
    first, *further = told[:MOST_CHECKS]
    whole = language.t(
        "{passed} of {distinct} distinct values {said}",
        passed=f"{first[0]:,}",
        distinct=f"{counts.distinct:,}",
        said=first[1],
    )
    return "; ".join((whole, *(f"{passed:,} {said}" for passed, said in further)))


def _said(check: str, language: Language) -> str:
    known = CHECKS.get(check)
    if known is None:  # of a plugin, or of a country that is not named here
        return language.t("pass the check {check}", check=visible(check))
    return language.t(known) if known else ""
