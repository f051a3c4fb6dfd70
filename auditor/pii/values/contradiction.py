"""What all values of a field would pass if its name were right: none of them passing contradicts the name."""

from auditor.pii.values import catalogue
from auditor.pii.values.catalogue import OFFICIAL
from auditor.pii.values.check import Check
from auditor.pii.values.foreign import is_meant
from auditor.pii.values.hints import Hint
from auditor.pii.values.sample import Sample

_ALWAYS = {
    "email": (catalogue.MAILBOX,),
    # extensions, area codes, years of birth and addresses kept as numbers are what such fields hold, too
    "phone": (catalogue.DIALLED,),
    "birth_date": (catalogue.DIGIT,),
    "ip_address": (catalogue.DIGIT,),
    "person_name": (catalogue.LETTER,),
}
# How names of numbers end: the other names around a card are of its expiry, its picture, its holder.
_NUMBER = ("number", "no", "num", "nr", "nummer", "号", "号码")


def refuting(category: str, hint: Hint, sample: Sample) -> Check | None:
    """The check that refutes the category; None where the values leave it standing or nothing could refute it.

    Of national numbers only names that mean one country's are refuted: "idCard" may hold any.
    """
    checks = _ALWAYS.get(category) or _of_number(category, hint, sample)
    return checks[0] if sample.refutes(checks) else None


def _of_number(category: str, hint: Hint, sample: Sample) -> tuple[Check, ...]:
    terms = hint.terms(category)
    if category == "payment_card":
        return (catalogue.CARD,) if terms and all(term.endswith(_NUMBER) for term in terms) else ()
    if category == "bank_account":
        return (catalogue.IBAN,) if terms and all("iban" in term for term in terms) else ()
    if category not in OFFICIAL or not terms:
        return ()
    if all("身份" in term and term.endswith(_NUMBER) and "证件" not in term for term in terms):
        return (catalogue.IDENTITY, catalogue.OLD_IDENTITY)
    return tuple(check for check in sample.checks if is_meant(check, terms))
