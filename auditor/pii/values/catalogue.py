"""Which checks are tried on a field: some on every one, the others where its name hints at what they look for."""

from functools import lru_cache, partial

from auditor.pii.values import chinese, contact, dates, hidden, loose, money, phones
from auditor.pii.values.check import Check
from auditor.pii.values.foreign import checks_for
from auditor.pii.values.hints import Hint

OFFICIAL = ("national_id", "tax_id", "other_gov_id", "health_id")

# Of 18 random digits 0.005 % pass, but of numbers that begin with a region and a day, as an order's may, 1 in 11.
IDENTITY = Check("gb11643", "pass GB 11643", chinese.is_identity_number, ("national_id",), chance=0.095, alone=0.3)
CREDIT_CODE = Check("gb32100", "are organisations' codes by GB 32100", chinese.is_credit_code, chance=0.033)
MAILBOX = Check("email", "are e-mail addresses", contact.is_mailbox, ("email",), chance=0.01, alone=0.5)
FUNCTION_MAILBOX = Check("email_of_function", "are mailboxes of a function", contact.is_function_mailbox)
# No check digit: of 11 digits that begin with 1, seven in ten pass, so that it takes nearly all of many values.
MOBILE = Check("cn_mobile", "are Chinese mobile numbers", chinese.is_mobile_number, ("phone",), chance=0.71, alone=0.9)
CARD = Check(
    "payment_card",
    "are card numbers with Luhn's check digit",
    money.is_card_number,
    ("payment_card", "bank_account"),
    chance=0.11,
    alone=0.5,
)
IBAN = Check("iban", "pass ISO 13616 (IBAN)", money.is_iban, ("bank_account",), chance=0.012, alone=0.5)
MASKED = Check("masked", "are masked", hidden.is_masked)
HASHED = Check("hashed", "are hashed or enciphered", hidden.is_hashed)
POINTER = Check("pointer", "point to something kept elsewhere", hidden.is_pointer)
EVERYWHERE = (IDENTITY, CREDIT_CODE, MAILBOX, FUNCTION_MAILBOX, MOBILE, CARD, IBAN, MASKED, HASHED, POINTER)

OLD_IDENTITY = Check(
    "gb11643_15", "are 15 digits as before GB 11643", chinese.is_old_identity_number, ("national_id",), chance=0.36
)
SSN = Check("us_ssn", "have the blocks of a US social security number", loose.is_us_ssn, ("national_id",), chance=0.9)
BIRTH_DATE = Check("birth_date", "are days since 1900", dates.is_written_birth_date, ("birth_date",), chance=0.05)
ADDRESS = Check("ip_address", "are IP addresses", contact.is_ip_address, ("ip_address",), chance=0.1)
PLATE = Check("cn_plate", "are Chinese plates", chinese.is_plate, ("vehicle_id",), chance=0.01)
# Any decimal below 180 may be one: it is counted for the reader, and never counts for a category.
COORDINATE = Check("coordinate", "may be coordinates", loose.is_coordinate)
# 85 of 100 Chinese names pass, 3 of 100 other words, 12 of 100 places.
NAME = Check("cn_name", "begin with a Chinese surname", chinese.is_name, ("person_name",), chance=0.2, alone=0.6)
DIALLED = Check("phone_form", "have the form of telephone numbers", loose.is_dialled)
DIGIT = Check("digit", "have a digit", loose.has_digit)
LETTER = Check("letter", "have a letter", loose.has_letter)

_BY_HINT = (
    (OFFICIAL, (OLD_IDENTITY,)),
    (("phone",), (DIALLED,)),
    (("birth_date",), (BIRTH_DATE, DIGIT)),
    (("ip_address",), (ADDRESS, DIGIT)),
    (("vehicle_id",), (PLATE,)),
    (("geo_location",), (COORDINATE,)),
    (("person_name",), (NAME, LETTER)),
)


@lru_cache(maxsize=1024)
def tried(hint: Hint) -> tuple[Check, ...]:
    """The checks for a field whose name hints so, each once."""
    chosen = list(EVERYWHERE)
    for categories, checks in _BY_HINT:
        if hint.speaks_of(*categories):
            chosen += checks
    if hint.speaks_of(*OFFICIAL):
        chosen += checks_for(hint.terms(*OFFICIAL), hint.languages(*OFFICIAL))
        if "en" in hint.languages("national_id"):
            chosen.append(SSN)
    if hint.speaks_of("phone"):
        regions = phones.regions_of(hint.languages("phone"))
        chance = phones.passing_by_chance(regions)
        passes = partial(phones.is_phone_number, regions=regions)
        chosen.append(Check("phone", "are valid telephone numbers", passes, ("phone",), chance))
    return tuple(dict.fromkeys(chosen))
