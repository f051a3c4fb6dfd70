"""National numbers of other countries, by python-stdnum where it is installed (the extra `stdnum`)."""

import re
from collections.abc import Callable, Collection
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from auditor.pii.tokens import key
from auditor.pii.values.check import Check


class _Number(NamedTuple):
    """A row of the table: numbers with a check digit, without Denmark's CPR, Malaysia's NRIC or India's PAN."""

    module: str  # of stdnum
    said: str
    form: str
    chance: float  # measured, on numbers with a day where the form has a place for one; of random ones fewer pass
    languages: str = ""  # of the names that point to it
    terms: str = ""  # of the rules, that mean it and nothing else
    category: str = "national_id"


# Not cn.ric, which raises KeyError on some inputs and rejects a fifth of the valid numbers (see chinese.py). What Korea
# gives out since October 2020 has no check digit, so that no term means kr.rrn alone.
_NUMBERS = (
    _Number(
        "be.nn", "Belgium's national number", "[0-9]{11}", 0.025, "nl fr",
        "niss, registre national, rijksregisternummer",
    ),
    _Number("bg.egn", "Bulgaria's EGN", "[0-9]{10}", 0.1, "", "egn"),
    _Number(
        "br.cpf", "Brazil's CPF", "[0-9]{11}", 0.02, "pt",
        "cpf, numero cpf, cpf cliente, cpf responsavel, cpf titular, numero do cpf, cpf numero",
    ),
    _Number("ca.sin", "Canada's SIN", "[0-9]{9}", 0.1, "", "sin number"),
    _Number("ch.ssn", "Switzerland's AHV number", "756[0-9]{10}", 0.11, "de fr it", "ahv nummer, ahv nr, ahvnummer"),
    _Number("cl.rut", "Chile's RUT", "[0-9]{7,8}[0-9K]", 0.11, "es"),
    _Number(
        "de.idnr", "Germany's tax number", "[0-9]{11}", 0.11, "de",
        "steuer id, steueridentifikationsnummer, steuer identifikationsnummer, steuer idnr", "tax_id",
    ),
    _Number("es.dni", "Spain's DNI", "[0-9]{8}[A-Z]", 0.05, "es"),
    _Number("es.nie", "Spain's NIE", "[XYZ][0-9]{7}[A-Z]", 0.05, "es"),
    _Number("fi.hetu", "Finland's HETU", "[0-9]{6}[A-FU-Y+-][0-9]{3}[0-9A-Y]", 0.04),
    _Number(
        "fr.nir", "France's NIR", "[0-9]{6}[0-9AB][0-9]{8}", 0.015, "fr",
        "nir, numéro de sécurité sociale, num sécu, numéro sécurité sociale, num sécurité sociale, numéro sécu, n secu",
    ),
    _Number("gb.nhs", "the NHS's numbers", "[0-9]{10}", 0.1, "", "nhs number, nhs no", "health_id"),
    _Number(
        "in_.aadhaar", "Aadhaar", "[0-9]{12}", 0.11, "hi",
        "aadhaar, aadhar, adhaar, adhar, aadhaar number, aadhar number, adhar number, aadhaar no, aadhar no, adhar no,"
        " aadhar card number, आधार, आधार संख्या, आधार नंबर",
    ),
    _Number(
        "it.codicefiscale", "the codice fiscale", "[A-Z]{6}(?:[0-9LMNPQRSTUV]{2}[A-Z]){2}[0-9LMNPQRSTUV]{3}[A-Z]",
        0.045, "it", "codice fiscale, codicefiscale, cod fiscale, cod fisc, codice fiscale paziente",
    ),
    _Number("jp.in_", "Japan's My Number", "[0-9]{12}", 0.11, "ja", "マイナンバー, 個人番号, my number, mynumber"),
    _Number("kr.rrn", "Korea's RRN", "[0-9]{13}", 0.1, "ko"),
    _Number("mx.curp", "Mexico's CURP", "[A-Z]{4}[0-9]{6}[A-Z]{6}[0-9A-Z][0-9]", 0.11, "es", "curp, curp number"),
    _Number("nl.bsn", "the BSN", "[0-9]{9}", 0.1, "nl", "bsn, burgerservicenummer, bsn nummer"),
    _Number("no.fodselsnummer", "Norway's birth numbers", "[0-9]{11}", 0.015),
    _Number("pl.pesel", "PESEL", "[0-9]{11}", 0.11, "pl", "pesel, numer pesel, nr pesel"),
    _Number("ro.cnp", "Romania's CNP", "[0-9]{13}", 0.1, "", "cnp"),
    _Number("se.personnummer", "Sweden's personnummer", "[0-9]{6}(?:[0-9]{2})?[+]?[0-9]{4}", 0.11),
    _Number("th.pin", "Thailand's PIN", "[0-9]{13}", 0.11),
    _Number(
        "tr.tckimlik", "Turkey's TCKN", "[0-9]{11}", 0.02, "tr",
        "tc kimlik no, tckn, tck, tc no, tckimlik, tc kimlik, kimlik no, kimlik numarası, tc kimlik numarası,"
        " tckimlikno, tc numara",
    ),
    _Number("za.idnr", "South Africa's ID number", "[0-9]{13}", 0.11),
)  # fmt: skip
_SEPARATORS, _SEPARATORS_BUT_SIGNS = re.compile("[ ./-]"), re.compile(" ")
LONGEST = 32  # characters of a value that may be such a number


@cache
def foreign_checks() -> tuple[Check, ...]:
    """All numbers that can be checked here; none without python-stdnum."""
    return tuple(_CHECKS.values()) if find_spec("stdnum") is not None else ()


def checks_for(terms: Collection[str], languages: Collection[str]) -> tuple[Check, ...]:
    """Those that a name may mean: by its terms (see `tokens.key`), else by their languages, else (English) any."""
    available = foreign_checks()
    meant = tuple(check for check in available if is_meant(check, terms))
    if meant or not available:
        return meant
    spoken = tuple(
        check for number, check in _CHECKS.items() if not set(languages).isdisjoint(number.languages.split())
    )
    return spoken or (available if "en" in languages else ())


def is_meant(check: Check, terms: Collection[str]) -> bool:
    """Whether one of the terms means this number and nothing else, so that values without it contradict the name."""
    return not _MEANT.get(check.id, frozenset()).isdisjoint(terms)


def _passes(number: _Number) -> Callable[[str], bool]:
    pattern = re.compile(number.form)
    separators = _SEPARATORS_BUT_SIGNS if number.module == "fi.hetu" else _SEPARATORS
    loaded: list[Any] = []

    def passes(text: str) -> bool:
        compact = separators.sub("", text).upper() if len(text) <= LONGEST else ""
        if pattern.fullmatch(compact) is None:
            return False
        if not loaded:
            loaded.append(import_module(f"stdnum.{number.module}"))
        try:
            return bool(loaded[0].is_valid(compact))
        except Exception:  # noqa: BLE001 - it fails in ways of its own, and its message would quote the value
            return False

    return passes


_CHECKS = {
    number: Check(f"stdnum_{number.module}", f"pass {number.said}", _passes(number), (number.category,), number.chance)
    for number in _NUMBERS
}
_MEANT = {_CHECKS[number].id: frozenset(key(term) for term in number.terms.split(", ") if term) for number in _NUMBERS}
