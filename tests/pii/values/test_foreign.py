import sys
import types

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.pii import builtin_rules
from auditor.pii.tokens import key
from auditor.pii.values import foreign
from auditor.pii.values.foreign import checks_for, foreign_checks, is_meant

# Specimens of the authorities and of textbooks; nobody's.
SPECIMENS = {
    "be.nn": "85.07.30-033.28",
    "br.cpf": "111.444.777-35",
    "ch.ssn": "756.9217.0769.85",
    "cl.rut": "11.111.111-1",
    "de.idnr": "36 574 261 809",
    "es.dni": "12345678Z",
    "es.nie": "X1234567L",
    "fi.hetu": "131052-308T",
    "gb.nhs": "943 476 5919",
    "in_.aadhaar": "2341 2341 2346",
    "it.codicefiscale": "RSSMRA80A01H501U",
    "mx.curp": "BOXW310820HNERXN09",
    "nl.bsn": "111222333",
    "pl.pesel": "44051401359",
    "se.personnummer": "811218-9876",
    "tr.tckimlik": "10000000146",
    "za.idnr": "8001015009087",
}
BY_ID = {check.id: check for check in foreign_checks()}


@pytest.mark.parametrize("module", SPECIMENS)
def test_a_specimen_passes_and_with_its_last_character_changed_does_not(module: str) -> None:
    check, specimen = BY_ID[f"stdnum_{module}"], SPECIMENS[module]
    assert check.passes(specimen)
    assert check.passes(specimen.lower())
    last = "A" if specimen[-1] == "B" else "B" if specimen[-1].isalpha() else str((int(specimen[-1]) + 1) % 10)
    assert not check.passes(specimen[:-1] + last)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_text_makes_a_parser_fail(text: str) -> None:
    for check in foreign_checks():
        assert check.passes(text) in {True, False}


def test_a_company_has_no_codice_fiscale_of_a_person() -> None:
    assert not BY_ID["stdnum_it.codicefiscale"].passes("00743110157")


def test_a_term_points_to_one_countrys_number_and_a_language_to_a_few() -> None:
    assert [check.id for check in checks_for({"cpf"}, {"pt"})] == ["stdnum_br.cpf"]
    assert {check.id for check in checks_for({"documento"}, {"es"})} == {
        "stdnum_cl.rut", "stdnum_es.dni", "stdnum_es.nie", "stdnum_mx.curp",
    }  # fmt: skip
    assert checks_for({"idnumber"}, {"en"}) == foreign_checks()
    assert checks_for({"身份证号"}, {"zh"}) == ()


def test_every_term_that_points_to_a_number_is_one_of_the_rules() -> None:
    known = {(key(term.text), term.category) for term in builtin_rules().terms}
    for number in foreign._NUMBERS:
        for term in filter(None, number.terms.split(", ")):
            assert (key(term), number.category) in known, term


def test_a_parsers_own_failure_is_a_value_that_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> bool:
        raise KeyError(text)

    broken = types.ModuleType("stdnum.br.cpf")
    broken.is_valid = fail  # type: ignore[attr-defined]  # a module made for this test
    monkeypatch.setitem(sys.modules, "stdnum.br.cpf", broken)
    (number,) = (number for number in foreign._NUMBERS if number.module == "br.cpf")
    assert not foreign._passes(number)("11144477735")


def test_without_the_extra_nothing_of_it_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "find_spec", lambda name: None)
    foreign_checks.cache_clear()
    try:
        assert checks_for({"cpf"}, {"pt"}) == ()
        assert not is_meant(BY_ID["stdnum_br.cpf"], {"documento"})
    finally:
        foreign_checks.cache_clear()
