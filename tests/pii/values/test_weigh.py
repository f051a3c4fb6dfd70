import random
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.dataset import Field, FieldFinding, ValueCounts
from auditor.pii.classify import Classifier
from auditor.pii.values.catalogue import EVERYWHERE
from tests.pii.values.made import card_number, credit_code, iban, identity_number

CHANCE = random.Random(20261124)
Make = Callable[[int], object]


def citizen(number: int) -> str:
    return identity_number("310104", f"19{50 + number % 50}0{1 + number % 9}{10 + number % 18}", number)


def company(number: int) -> str:
    return credit_code("310104", f"{number:08}")


def mailbox(number: int) -> str:
    return f"first.last{number}@example.org"


def mobile(number: int) -> str:
    return f"1{'3578'[number % 4]}{number * 7919 % 10**9:09}"


def card(number: int) -> str:
    return card_number("4", 16, number * 104_729)


def account(number: int) -> str:
    return iban("DE", f"{number * 104_729:018}")


def junk(number: int) -> str:
    return f"item {chr(97 + number % 26)}{number}"


def order(number: int) -> str:
    return f"31010420230405{number:04}"


def name(number: int) -> str:
    return "王李张刘陈杨赵黄"[number % 8] + chr(0x4E00 + number * 13)


def sampled(classifier: Classifier, index: str, values: Mapping[str, Sequence[object]]) -> dict[str, FieldFinding]:
    tally = classifier.tally(index, [])
    for path, taken in values.items():
        for value in taken:
            tally.take(path, value)
    fields = [Field(path) for path in values]
    return {found.field: found for found in classifier.classify(index, fields, counts=tally.counts())}


def by_name(classifier: Classifier, index: str, *paths: str) -> dict[str, FieldFinding]:
    return {found.field: found for found in classifier.classify(index, [Field(path) for path in paths])}


def many(make: Make, count: int = 50) -> list[object]:
    return [make(number) for number in range(count)]


# --- raised ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "category", "told"),
    [
        (citizen, "national_id", "50 of 50 distinct values pass GB 11643"),
        (mailbox, "email", "50 of 50 distinct values are e-mail addresses"),
        (mobile, "phone", "50 of 50 distinct values are Chinese mobile numbers"),
        (card, "payment_card", "50 of 50 distinct values are card numbers with Luhn's check digit"),
        (account, "bank_account", "50 of 50 distinct values pass ISO 13616 (IBAN)"),
    ],
)
def test_a_strong_check_finds_what_no_name_says(classifier: Classifier, make: Make, category: str, told: str) -> None:
    assert not by_name(classifier, "t1", "c1")
    found = sampled(classifier, "t1", {"c1": many(make)})["c1"]
    assert found.categories == (category,)
    assert found.why == told
    assert 0.5 < found.confidence <= 0.95
    assert found.counts is not None
    assert found.counts.distinct == 50


def test_most_values_suffice_and_few_do_not(classifier: Classifier) -> None:
    assert sampled(classifier, "t1", {"c1": many(citizen, 38) + many(junk, 2)})["c1"].why.startswith("38 of 40")
    assert not sampled(classifier, "t1", {"c1": many(citizen, 5)})
    assert sampled(classifier, "t1", {"c1": many(citizen, 6)})
    assert not sampled(classifier, "t1", {"c1": many(citizen, 15) + many(junk, 25)})
    assert sampled(classifier, "t1", {"c1": many(citizen, 16) + many(junk, 24)})
    assert not sampled(classifier, "t1", {"c1": [citizen(1)] * 500})


@pytest.mark.parametrize(
    "make",
    [
        order,
        junk,
        company,
        lambda number: f"{1960 + number}-04-12",  # a date alone is nobody's birthday
        lambda number: f"219-09-{1000 + number}",
        lambda number: str(2_125_550_100 + number),
        lambda number: f"10.0.0.{number}",
        lambda number: f"京A{10000 + number}",
        lambda number: 31.2304 + number / 1000,
        lambda number: f"{'31010419870412'}{number:04}"[:15],
        lambda number: f"{number:064x}",
        lambda number: f"138****{number:04}",
        name,
        lambda number: f"{['info', 'sales', 'support', 'noreply'][number % 4]}@example{number}.org",
    ],
)
def test_no_weak_check_finds_anything_by_itself(classifier: Classifier, make: Make) -> None:
    assert not sampled(classifier, "t1", {"c1": many(make, 100)})


@pytest.mark.parametrize("make", [mailbox, mobile])
def test_a_mailbox_or_telephone_of_a_thing_is_not_raised(classifier: Classifier, make: Make) -> None:
    shop = {"price": many(junk), "stock": many(junk), "c1": many(make)}
    assert not sampled(classifier, "shops", shop)
    assert not sampled(classifier, "t1", {"shop.c1": many(make), "customer": []})
    assert sampled(classifier, "t1", {"customer.c1": many(make)})


def test_a_citizens_number_is_a_persons_wherever_it_stands(classifier: Classifier) -> None:
    found = sampled(classifier, "shops", {"price": many(junk), "stock": many(junk), "c1": many(citizen)})
    assert found["c1"].categories == ("national_id",)
    assert found["c1"].confidence < sampled(classifier, "patients", {"c1": many(citizen)})["c1"].confidence


@pytest.mark.parametrize("path", ["xm", "name"])
def test_surnames_decide_a_name_that_may_be_a_persons(classifier: Classifier, path: str) -> None:
    assert not by_name(classifier, "t1", path)
    assert sampled(classifier, "t1", {path: many(name)})[path].categories == ("person_name",)
    assert not sampled(classifier, "products", {path: many(name)})
    assert not sampled(classifier, "t1", {path: many(lambda number: f"机床{chr(0x4E00 + number)}")})


def test_what_values_say_stands_before_what_the_name_says(classifier: Classifier) -> None:
    found = sampled(classifier, "users", {"username": many(mailbox)})["username"]
    assert found.categories == ("email", "username")
    assert found.why.startswith("50 of 50 distinct values are e-mail addresses; the name says 'username'")


def test_values_of_another_sort_replace_what_the_name_says(classifier: Classifier) -> None:
    found = sampled(classifier, "t1", {"sfzh": many(mobile)})["sfzh"]
    assert found.categories == ("phone",)
    assert found.why == "50 of 50 distinct values are Chinese mobile numbers"


@pytest.mark.parametrize(
    ("index", "path", "make"),
    [
        ("t1", "email", mailbox),
        ("t1", "lxdh", mobile),
        ("t1", "id_no", citizen),
        ("t1", "kkh", card),
        ("t1", "bankCard", card),
        ("clientes", "documento", lambda number: f"{number:08}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"),
        ("t1", "tel", lambda number: f"+44 20 7946 {number:04}"),
        ("t1", "birth", lambda number: f"{1910 + number}-04-12"),
    ],
)
def test_a_check_that_fits_the_name_raises_its_confidence(
    classifier: Classifier, index: str, path: str, make: Make
) -> None:
    before, after = by_name(classifier, index, path), sampled(classifier, index, {path: many(make, 100)})
    if path in before:
        assert after[path].confidence > before[path].confidence or after[path].confidence >= 0.99
        assert set(before[path].categories) <= set(after[path].categories)
    assert "100 of 100 distinct values" in after[path].why


def test_a_check_that_others_pass_often_raises_less(classifier: Classifier) -> None:
    before = by_name(classifier, "t1", "tel", "email")
    after = sampled(classifier, "t1", {"tel": many(lambda number: f"212{5_550_100 + number}", 100)})
    sure = sampled(classifier, "t1", {"email": many(mailbox, 100)})
    assert before["tel"].confidence == before["email"].confidence
    assert before["tel"].confidence < after["tel"].confidence < sure["email"].confidence


def test_fields_of_which_only_the_sample_knows_are_judged(classifier: Classifier) -> None:
    tally = classifier.tally("t1", [])
    for number in range(50):
        tally.take("sfzh", citizen(number))
        tally.take("c1", mailbox(number))
    found = classifier.classify("t1", [Field("csrq")], counts=tally.counts())
    assert [finding.field for finding in found] == ["csrq", "sfzh", "c1"]
    assert found[0].counts is None


# --- lowered --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "make", "told"),
    [
        ("email", junk, "but 0 of 40 distinct values are e-mail addresses"),
        ("sfzh", junk, "but 0 of 40 distinct values pass GB 11643"),
        ("身份证号码", junk, "but 0 of 40 distinct values pass GB 11643"),
        ("cpf_cliente", junk, "but 0 of 40 distinct values pass Brazil's CPF"),
        ("pesel", junk, "but 0 of 40 distinct values pass PESEL"),
        ("credit_card_number", junk, "but 0 of 40 distinct values are card numbers with Luhn's check digit"),
        ("iban", junk, "but 0 of 40 distinct values pass ISO 13616 (IBAN)"),
        ("phone", junk, "but 0 of 40 distinct values have the form of telephone numbers"),
        ("birthday", lambda number: f"day {chr(0x4E00 + number)}", "but 0 of 40 distinct values have a digit"),
        ("firstName", lambda number: number, "but 0 of 40 distinct values have a letter"),
    ],
)
def test_a_name_that_no_value_bears_out_is_lowered_and_at_last_dropped(
    classifier: Classifier, path: str, make: Make, told: str
) -> None:
    before = by_name(classifier, "users", path)[path]
    few = sampled(classifier, "users", {path: many(make, 9)})[path]
    assert (few.confidence, few.why) == (before.confidence, before.why)
    some = sampled(classifier, "users", {path: many(make, 12)})[path]
    assert some.confidence < before.confidence
    more = sampled(classifier, "users", {path: many(make, 40)}).get(path)
    if more is not None:
        assert more.confidence < some.confidence
        assert more.why == f"{before.why}; {told}"
    assert path not in sampled(classifier, "users", {path: many(make, 50)})


def test_one_value_that_passes_bears_a_name_out(classifier: Classifier) -> None:
    before = by_name(classifier, "users", "email")["email"]
    found = sampled(classifier, "users", {"email": [mailbox(1), *many(junk, 200)]})["email"]
    assert (found.confidence, found.why) == (before.confidence, before.why)


def test_a_constant_refutes_nothing(classifier: Classifier) -> None:
    before = by_name(classifier, "users", "email")["email"]
    found = sampled(classifier, "users", {"email": ["n/a"] * 900})["email"]
    assert (found.confidence, found.why) == (before.confidence, before.why)
    assert found.counts is not None
    assert (found.counts.values, found.counts.distinct) == (900, 1)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda number: f"310104********{number:04}", "100 of 100 distinct values are masked"),
        (lambda number: f"{CHANCE.getrandbits(256):064x}", "100 of 100 distinct values are hashed or enciphered"),
        (lambda number: f"https://files.example.org/{number}.jpg", ""),
    ],
)
def test_hidden_values_lower_nothing(classifier: Classifier, make: Make, told: str) -> None:
    for path in ("sfzh", "email", "phone", "cpf"):
        before = by_name(classifier, "users", path)[path]
        found = sampled(classifier, "users", {path: many(make, 100)})[path]
        assert found.confidence >= before.confidence
        assert told in found.why


def test_masked_values_say_that_they_were_worth_it(classifier: Classifier) -> None:
    before = by_name(classifier, "t1", "tel")["tel"]
    after = sampled(classifier, "t1", {"tel": many(lambda number: f"138****{number:04}")})["tel"]
    assert after.confidence > before.confidence


def test_a_few_in_the_clear_beside_many_hidden_refute_nothing(classifier: Classifier) -> None:
    hidden = many(lambda number: f"138****{number:04}", 20)
    assert "email" in sampled(classifier, "users", {"email": [*hidden, *many(junk, 70)]})
    assert "email" not in sampled(classifier, "users", {"email": many(junk, 90)})


@pytest.mark.parametrize("path", ["idCard", "sfzh", "zjhm", "tax_id"])
def test_codes_of_organisations_are_no_persons_numbers(classifier: Classifier, path: str) -> None:
    assert path in by_name(classifier, "users", path)
    assert path not in sampled(classifier, "users", {path: many(company)})
    assert path in sampled(classifier, "users", {path: many(company, 3) + many(citizen, 40)})


@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("idCard", junk),  # any country's
        ("dni", lambda number: f"{20_000_000 + number}"),  # Argentina's has no check digit
        ("rrn", lambda number: f"990101{1_000_000 + number}"),  # those of 2020 and later have none
        ("card_expiry", lambda number: f"{1 + number % 12:02}/{20 + number}"),
        ("ssn", lambda number: f"{1000 + number}"),  # the last four digits are often all that is kept
        ("aadhaarFront", junk),  # a picture's name
        ("phone", lambda number: str(1000 + number)),  # an extension
        ("birthday", lambda number: f"{number % 28 + 1}/{number % 12 + 1}"),
        ("client_ip", lambda number: 167_772_160 + number),  # kept as a number
        ("gender", junk),
    ],
)
def test_a_name_that_may_mean_other_values_too_is_not_refuted(classifier: Classifier, path: str, make: Make) -> None:
    before = by_name(classifier, "users", path)[path]
    assert sampled(classifier, "users", {path: many(make, 100)})[path].confidence >= before.confidence


# --- always ---------------------------------------------------------------------------------------------------------

PATHS = ("email", "sfzh", "c1", "phone", "shop.tel", "name", "cpf", "customer.c1", "信用卡号", "username")
PASSED = st.fixed_dictionaries({check.id: st.integers(0, 60) for check in EVERYWHERE})
COUNTS = st.lists(
    st.builds(
        lambda path, distinct, passed: ValueCounts(
            path, distinct, distinct, tuple((check, min(count, distinct)) for check, count in passed.items())
        ),
        st.sampled_from(PATHS),
        st.integers(0, 60),
        PASSED,
    ),
    unique_by=lambda count: count.field,
    max_size=6,
)


@settings(deadline=None)
@given(COUNTS, st.sampled_from(["users", "shops", "t1", "订单"]))
def test_any_counts_leave_findings_that_hold_together(
    classifier: Classifier, counts: list[ValueCounts], index: str
) -> None:
    fields = [Field(path) for path in PATHS]
    found = classifier.classify(index, fields, counts=counts)
    paths = [finding.field for finding in found]
    assert paths == sorted(set(paths), key=PATHS.index)
    told = {count.field: count for count in counts if count.distinct}
    for finding in found:
        assert 0.5 <= finding.confidence <= 1.0
        assert len(set(finding.categories)) == len(finding.categories) >= 1
        assert finding.why
        assert finding.counts == told.get(finding.field)
    assert classifier.classify(index, fields, counts=counts[::-1]) == found


@settings(deadline=None)
@given(COUNTS)
def test_fields_without_counts_are_judged_as_before(classifier: Classifier, counts: list[ValueCounts]) -> None:
    fields = [Field(path) for path in PATHS]
    counted = {count.field for count in counts if count.distinct}
    before = [found for found in classifier.classify("users", fields) if found.field not in counted]
    after = classifier.classify("users", fields, counts=counts)
    assert [found for found in after if found.field not in counted] == before


def test_no_counts_change_nothing(classifier: Classifier) -> None:
    fields = [Field("email"), Field("c1")]
    assert classifier.classify("users", fields, counts=()) == classifier.classify("users", fields)
    empty = (ValueCounts("email", 0, 0),)
    assert classifier.classify("users", fields, counts=empty) == classifier.classify("users", fields)
