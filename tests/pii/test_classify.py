import itertools
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.dataset import Field
from auditor.pii import builtin_rules
from auditor.pii.classify import Classifier
from tests.pii.asking import personal

SHARED = Classifier([builtin_rules()])
WORDS = [
    "name",
    "email",
    "xm",
    "sfzh",
    "price",
    "address",
    "tel",
    "id",
    "dob",
    "姓名",
    "city",
    "type",
    "user",
    "shop",
    "msg",
    "ip",
]
TYPES = [
    "",
    "keyword",
    "String",
    "date",
    "boolean",
    "geo_point",
    "objectId",
    "long",
    "nested",
    "string|null",
    "[String]",
]
PATHS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(".".join)
FIELDS = st.lists(st.builds(Field, PATHS, st.sampled_from(TYPES)), max_size=12, unique_by=lambda field: field.path)
ANYTHING = st.lists(st.builds(Field, st.text(max_size=40), st.text(max_size=12)), max_size=8)


@given(st.text(max_size=60), ANYTHING)
def test_any_text_is_answered(name: str, fields: list[Field]) -> None:
    for finding in SHARED.classify(name, fields):
        assert finding.field in {field.path for field in fields}
        assert finding.categories
        assert 0.5 <= finding.confidence <= 1.0
        assert finding.why


@given(st.sampled_from(WORDS), FIELDS, st.randoms())
def test_the_order_of_fields_is_irrelevant(name: str, fields: list[Field], random) -> None:  # type: ignore[no-untyped-def]  # hypothesis's own random
    shuffled = list(fields)
    random.shuffle(shuffled)
    assert set(SHARED.classify(name, fields)) == set(SHARED.classify(name, shuffled))


@settings(max_examples=20, deadline=None)
@given(FIELDS)
def test_a_new_classifier_says_the_same(fields: list[Field]) -> None:
    assert Classifier([builtin_rules()]).classify("users", fields) == SHARED.classify("users", fields)


@given(FIELDS)
def test_what_lies_below_a_product_never_becomes_more_personal(fields: list[Field]) -> None:
    below = [Field(f"products.{field.path}", field.type) for field in fields]
    plain = {
        finding.field
        for finding in SHARED.classify("", [Field(f"person.{field.path}", field.type) for field in fields])
    }
    found = {finding.field for finding in SHARED.classify("", below)}
    assert {path.removeprefix("products.") for path in found} <= {path.removeprefix("person.") for path in plain}


@pytest.mark.parametrize(
    ("parent", "leaf", "category"),
    [
        ("customer", "name", "person_name"),
        ("customer.address", "city", "postal_address"),
        ("user.name", "first", "person_name"),
        ("phones", "number", "phone"),
        ("patient.diagnoses", "code", "health_record"),
        ("owner", "tel", "phone"),
    ],
)
def test_a_parent_says_whose_a_bare_name_is(parent: str, leaf: str, category: str, classifier: Classifier) -> None:
    assert category in personal(classifier, "", f"{parent}.{leaf}")[f"{parent}.{leaf}"]


@pytest.mark.parametrize("parent", ["shop", "device", "product", "airport", "event", "template", "server"])
def test_below_a_thing_no_contact_is_personal(parent: str, classifier: Classifier) -> None:
    leaves = ["name", "email", "phone", "address", "city", "location:geo_point"]
    assert not personal(classifier, "", *(f"{parent}.{leaf}" for leaf in leaves))


@pytest.mark.parametrize(
    "field",
    [
        "emailVerified:boolean",
        "phone_type",
        "addressId",
        "genderCount:long",
        "passwordChangedAt:date",
        "name:objectId",
        "hostname",
        "namespace",
        "state",
        "wildcard",
        "isEmailPublic:boolean",
    ],
)
def test_flags_types_counts_references_and_look_alikes_are_not_personal(field: str, classifier: Classifier) -> None:
    assert not personal(classifier, "settings", field)


def test_colliding_initials_go_by_their_company(classifier: Classifier) -> None:
    people = personal(classifier, "t1", "xm", "xb", "mz", "sfzh", "csrq")
    roads = personal(classifier, "t2", "xmmc", "xmbm", "xmlx", "xm", "kgsj", "lxbh", "xzqhdm")
    assert people["xm"] == ("person_name",)
    assert people["mz"][0] == "ethnicity_race"
    assert not roads


def test_the_reason_tells_the_initials_and_the_siblings(classifier: Classifier) -> None:
    (finding,) = (
        f for f in classifier.classify("t1", [Field("sfzh"), Field("csrq"), Field("hjdz")]) if f.field == "sfzh"
    )
    assert finding.why == "'sfzh' is the initials of 身份证号; siblings csrq, hjdz"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("addrass", "postal_address"),
        ("passwrod", "credential"),
        ("natioanlity", "nationality"),
        ("birt_date", "birth_date"),
    ],
)
def test_a_slip_in_a_long_word_is_forgiven(written: str, meant: str, classifier: Classifier) -> None:
    assert meant in personal(classifier, "users", written, "email").get(written, ())


def test_memory_stays_flat_over_ever_new_names() -> None:
    own = Classifier([builtin_rules()])
    for batch in range(40):
        own.classify("users", [Field(f"field{batch}x{number}") for number in range(1_000)])
    assert own.remembered <= 2 * 16_384


def test_writing_styles_are_one(classifier: Classifier) -> None:
    styles = ["dateOfBirth", "date_of_birth", "DATE-OF-BIRTH", "DateOfBirth", "dateofbirth", "date of birth"]
    for one, other in itertools.pairwise(styles):
        assert (
            personal(classifier, "", one).values().__len__() == personal(classifier, "", other).values().__len__() == 1
        )


def test_a_mapping_of_many_fields_and_objects_is_judged_in_bounded_memory() -> None:
    own = Classifier([builtin_rules()])
    fields = [Field(f"qx{number}.{leaf}", "keyword") for number in range(30_000) for leaf in ("email", f"x{number}")]
    tracemalloc.start()
    try:
        found = own.classify("users", fields)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == 30_000
    assert peak < 120 * 2**20
