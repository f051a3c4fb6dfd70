"""How urgent a data set is: by what its records are first, then by how many there are."""

from dataclasses import replace
from itertools import pairwise

import pytest

from auditor import judge, rulebook
from auditor.judge import severity
from auditor.model.dataset import DataSet, Gravity, Kind
from auditor.model.finding import Severity
from auditor.pii import Classifier, builtin_rules
from tests import factory
from tests.pii.asking import example, listed

CLASSIFIER = Classifier([builtin_rules()])
KINDS = {rule.id: rule for rule in builtin_rules().records}


def dataset(text: str, records: int | None) -> DataSet:
    """A data set as an examination leaves it: "index / field field"."""
    name, fields = example(text)
    asked = listed(fields)
    found = CLASSIFIER.classify(name, asked)
    record = CLASSIFIER.record(name, asked, found)
    return DataSet(name, Kind.INDEX, records, readable=True, personal=found, record=record)


def of(text: str, records: int | None, base: Severity = Severity.CRITICAL) -> Severity:
    return severity.of_dataset(base, dataset(text, records))[0]


GRAVE = (
    "ryxx / xm xb csrq sfzh hjdz",
    "ajxx / bjrxm bjrdh xyrxm xyrsfzh ajlb",
    "patients / full_name date_of_birth diagnosis",
    "kyc / first_name last_name date_of_birth passport_number address",
    "voters / full_name address party_affiliation",
    "kindergarten / name birth_date address",
    "布控人员 / 姓名 身份证号",
)
CUSTOMERS = "customers / first_name last_name email address"
LOG = "login_history / username ip_address user_agent login_time"


@pytest.mark.parametrize("text", GRAVE)
@pytest.mark.parametrize("records", [1, 9_999, 10_000, 1_203_411, None])
def test_grave_records_children_and_key_persons_are_the_most_urgent_whatever_the_volume(
    text: str, records: int | None
) -> None:
    assert of(text, records) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("records", "urgent"),
    [(1, Severity.MEDIUM), (9_999, Severity.MEDIUM), (10_000, Severity.HIGH), (None, Severity.HIGH)],
)
def test_a_log_with_accounts_stays_modest(records: int | None, urgent: Severity) -> None:
    assert of(LOG, records) is urgent


@pytest.mark.parametrize("records", [1, 10_000, None])
@pytest.mark.parametrize("base", [Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM])
def test_kinds_are_ordered_at_the_same_volume(records: int | None, base: Severity) -> None:
    levels = [of(text, records, base).rank for text in (GRAVE[1], CUSTOMERS, LOG)]
    assert all(graver >= lighter for graver, lighter in pairwise(levels))
    assert levels[1] > levels[2]


@pytest.mark.parametrize("rule", [rule for rule in KINDS.values() if rule.gravity], ids=lambda rule: rule.id)
def test_every_kind_is_as_urgent_as_its_rules_say(rule: object) -> None:
    assert isinstance(rule, type(KINDS["patient"]))
    steps = [of(text, 100) for text in rule.accepted]
    assert (max(level.rank for level in steps) == Severity.CRITICAL.rank) is (rule.gravity is not Gravity.SLIGHT)


@pytest.mark.parametrize("text", [GRAVE[0], CUSTOMERS])
def test_an_empty_set_is_two_steps_less_urgent_whatever_it_is_meant_for(text: str) -> None:
    level, why = severity.of_dataset(Severity.CRITICAL, dataset(text, 0))
    assert level is Severity.MEDIUM
    assert "it holds no documents today" in why


def test_a_sensitive_category_in_a_log_keeps_it_urgent() -> None:
    log = dataset(LOG, 5)
    health = replace(log.personal[0], field="diagnosis", categories=("health_record",))
    assert (
        severity.of_dataset(Severity.CRITICAL, replace(log, personal=(*log.personal, health)))[0] is Severity.CRITICAL
    )


def test_a_record_of_no_known_kind_goes_by_its_fields() -> None:
    some = dataset("t_7 / nickname_of_user", 5)
    assert some.record is not None
    assert some.record.gravity is None
    assert (
        severity.of_dataset(Severity.CRITICAL, some)[0]
        is severity.of_dataset(Severity.CRITICAL, replace(some, record=None))[0]
    )


def test_the_reason_names_the_record_how_many_and_what_it_rests_on() -> None:
    _, why = severity.of_dataset(Severity.CRITICAL, dataset(GRAVE[1], 1_203_411))
    assert why.startswith(
        "A police case record: sensitive categories (criminal record, national id) in 1,203,411 documents."
    )
    assert "Recognised by criminal record, person name, national id and phone together" in why
    assert severity.of_dataset(Severity.HIGH, dataset("employees / full_name email job_title", 1))[1].startswith(
        "An employee or job applicant record: direct identifiers (email, person name) in 1 document."
    )


def test_the_reason_names_minors_key_persons_and_what_else_the_record_is() -> None:
    persons = dataset("students / full_name date_of_birth national_id guardian_name password", 3)
    assert severity.of_dataset(Severity.HIGH, persons)[1].startswith(
        "A student record with minors, also civil identity record, account list with credentials: "
    )
    labelled = dataset("ryjbxx / xm sfzh csrq zdrybq jhrxm", 3)
    assert severity.of_dataset(Severity.HIGH, labelled)[1].startswith(
        "A civil identity record with minors and key persons: "
    )


def test_an_unknown_number_is_said_so() -> None:
    assert "in an unknown number of documents." in severity.of_dataset(Severity.HIGH, dataset(CUSTOMERS, None))[1]


def test_a_record_about_children_brings_their_controls_though_no_field_says_child() -> None:
    school = dataset("kindergarten / name birth_date address", 5)
    assert "minor_info" not in severity.categories_of(school)
    rules = [rule for rule in rulebook.builtin("elasticsearch") if rule.per == "dataset"]
    book = rulebook.builtin_book()
    (found,) = judge.judge_outcome(factory.opened(school), rules, estate="acme", book=book)
    assert "Art. 31" in {control.id for control in found.controls}
    (plain,) = judge.judge_outcome(factory.opened(replace(school, record=None)), rules, estate="acme", book=book)
    assert "Art. 31" not in {control.id for control in plain.controls}
