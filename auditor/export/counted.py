"""What the counts of a sample say, in a reader's words: "38 of 40 distinct values pass GB 11643"."""

from typing import Final

from auditor.export.language import Language
from auditor.export.visible import visible
from auditor.model.dataset import ValueCounts

MOST_CHECKS: Final = 3  # of one field that are told; the JSON has them all

#: How a sentence on a check goes on, in the classifier's own words.
CHECKS: Final = {
    "gb11643": "pass GB 11643",
    "gb11643_15": "are 15 digits as before GB 11643",
    "gb32100": "are organisations' codes by GB 32100",
    "email": "are e-mail addresses",
    "email_of_function": "are mailboxes of a function",
    "cn_mobile": "are Chinese mobile numbers",
    "phone": "are valid telephone numbers",
    "phone_form": "have the form of telephone numbers",
    "payment_card": "are card numbers with Luhn's check digit",
    "iban": "pass ISO 13616 (IBAN)",
    "us_ssn": "have the blocks of a US social security number",
    "birth_date": "are days since 1900",
    "ip_address": "are IP addresses",
    "cn_plate": "are Chinese plates",
    "cn_name": "begin with a Chinese surname",
    "coordinate": "may be coordinates",
    "masked": "are masked",
    "hashed": "are hashed or enciphered",
    "pointer": "point to something kept elsewhere",
    "stdnum_be.nn": "pass Belgium's national number",
    "stdnum_bg.egn": "pass Bulgaria's EGN",
    "stdnum_br.cpf": "pass Brazil's CPF",
    "stdnum_ca.sin": "pass Canada's SIN",
    "stdnum_ch.ssn": "pass Switzerland's AHV number",
    "stdnum_cl.rut": "pass Chile's RUT",
    "stdnum_de.idnr": "pass Germany's tax number",
    "stdnum_es.dni": "pass Spain's DNI",
    "stdnum_es.nie": "pass Spain's NIE",
    "stdnum_fi.hetu": "pass Finland's HETU",
    "stdnum_fr.nir": "pass France's NIR",
    "stdnum_gb.nhs": "pass the NHS's numbers",
    "stdnum_in_.aadhaar": "pass Aadhaar",
    "stdnum_it.codicefiscale": "pass the codice fiscale",
    "stdnum_jp.in_": "pass Japan's My Number",
    "stdnum_kr.rrn": "pass Korea's RRN",
    "stdnum_mx.curp": "pass Mexico's CURP",
    "stdnum_nl.bsn": "pass the BSN",
    "stdnum_no.fodselsnummer": "pass Norway's birth numbers",
    "stdnum_pl.pesel": "pass PESEL",
    "stdnum_ro.cnp": "pass Romania's CNP",
    "stdnum_se.personnummer": "pass Sweden's personnummer",
    "stdnum_th.pin": "pass Thailand's PIN",
    "stdnum_tr.tckimlik": "pass Turkey's TCKN",
    "stdnum_za.idnr": "pass South Africa's ID number",
    "long_text": "are long texts",
}
#: Checks that tell a reader nothing by themselves: the classifier holds them against others.
SILENT: Final = frozenset({"digit", "letter"})


def counted(counts: ValueCounts, language: Language) -> str:
    """What most values of a field passed, the most first; how many there were where they passed nothing."""
    told = [(passed, _said(check, language)) for check, passed in counts.passed if passed > 0 and check not in SILENT]
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
    return language.t(known) if known else language.t("pass the check {check}", check=visible(check))
