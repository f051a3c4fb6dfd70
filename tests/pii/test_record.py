"""The whole record: what the fields of an index or collection are together."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.dataset import Field, FieldFinding, Gravity, RecordFinding
from auditor.model.sound import sound
from auditor.pii import builtin_rules
from auditor.pii.classify import Classifier
from auditor.pii.record_evidence import SAMPLED
from auditor.pii.record_words import REMEMBERED
from tests.pii.asking import example, kinds, listed, record

SHARED = Classifier([builtin_rules()])


def asked(classifier: Classifier, text: str) -> RecordFinding | None:
    name, fields = example(text)
    return record(classifier, name, *fields)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("bürger / Vorname Nachname Geburtsdatum Anschrift Staatsangehörigkeit", "civil_identity"),
        ("padrón / nombre apellido dni fecha_nacimiento domicilio", "civil_identity"),
        ("warga / nama nik tanggal_lahir agama alamat", "civil_identity"),
        ("hasta_kayitlari / ad soyad tc_kimlik_no dogum_tarihi tani", "patient"),
        ("пациенты / фамилия имя дата_рождения диагноз снилс", "patient"),
        ("患者 / 氏名 生年月日 診断", "patient"),
        ("employés / nom prénom email date_naissance", "employee"),
        ("nhan_vien / ho_ten ngay_sinh dia_chi", "employee"),
        ("학생 / 이름 생년월일 주소", "student"),
        ("klanten / voornaam achternaam telefoon", "customer"),
        ("gzb / xm gh yfgz sfgz yhkh", "payroll"),
        ("话单 / 主叫号码 被叫号码 通话时长 基站编号 用户姓名", "telecom"),
        ("lgzs / xm zjhm rzsj tfsj fjh lgmc", "hotel_stay"),
        ("jdcxx / hphm cphm czxm czsfzh fdjh", "vehicle"),
        ("eleitores / nome titulo_eleitor cpf endereco", "voter"),
        ("gps_tracks / driver_name latitude longitude speed", "location_track"),
        ("loans / borrower_name national_id income loan_amount", "bank_customer"),
        ("benutzer / benutzername passwort email", "credentials"),
        ("nginx-access / @timestamp client_ip user_agent username status_code", "account_log"),
    ],
)
def test_kinds_are_recognised_in_the_languages_that_name_them(text: str, kind: str, classifier: Classifier) -> None:
    found = asked(classifier, text)
    assert found is not None
    assert found.kind.id == kind


@pytest.mark.parametrize(
    "text",
    [
        "product_catalogue / sku name description brand price stock category image_url",
        "products / name.en name.zh price supplier.name supplier.email",
        "enterprise_register / company_name registration_number legal_representative registered_capital phone email",
        "qyxx / qymc tyshxydm fddbr zczb clrq jyfw zcdz lxdh",
        "企业信息 / 企业名称 统一社会信用代码 法定代表人 注册资本 注册地址 联系电话",
        "road_project / xmmc xmbm kgsj wgsj gq lxbh xzqhdm",
        "devices / device_id device_name ip_address mac firmware location:geo_point last_seen",
        "sbxx / sbbh sbmc sblx ip azwz",
        "machine-logs / @timestamp level logger message host.name host.ip service.name trace.id",
        "hotels / name address phone check_in_time star_rating",
        "",
    ],
)
def test_what_is_about_nobody_is_no_record(text: str, classifier: Classifier) -> None:
    assert asked(classifier, text) is None


def test_what_fits_no_kind_is_personal_data(classifier: Classifier) -> None:
    found = asked(classifier, "t_7 / nickname_of_user:keyword favourite_colour")
    assert found is not None
    assert (found.kind.id, found.gravity, found.further) == ("personal_data", None, ())


def test_an_object_within_an_event_is_a_record(classifier: Classifier) -> None:
    found = asked(classifier, "events / id time patient.name patient.birthDate patient.mrn patient.diagnosis")
    assert found is not None
    assert (found.kind.id, found.gravity) == ("patient", Gravity.GRAVE)
    assert found.special == ("health_record", "health_id")
    assert "an object within is called 'patient'" in found.why


def test_a_record_may_be_two_things_and_the_graver_one_counts(classifier: Classifier) -> None:
    found = asked(classifier, "mitarbeiter / vorname nachname gehalt iban geburtsdatum")
    assert found is not None
    assert kinds(found)[0] == "employee"
    assert {"payroll", "bank_customer"} <= {kind.id for kind in found.further}
    assert found.gravity is Gravity.GRAVE


def test_one_field_that_may_be_mistaken_makes_no_grave_record(classifier: Classifier) -> None:
    # A visit's reason may be read as a complaint of a patient's: no other name speaks of one.
    found = asked(classifier, "visitors / visitor_name visitor_phone visit_reason inviter_name")
    assert "patient" not in kinds(found)


def test_the_reason_names_fields_and_words(classifier: Classifier) -> None:
    found = asked(classifier, "ryxx / xm xb csrq sfzh hjdz")
    assert found is not None
    assert found.why == (
        "person name, national id, gender, birth date and postal address together; the index's name says 'ryxx'; "
        "a field is called hjdz"
    )


@pytest.mark.parametrize(
    ("text", "minors"),
    [
        ("students / full_name date_of_birth guardian_name", True),
        ("kindergarten / name birth_date address", True),
        ("小学学籍 / 姓名 出生日期 身份证号", True),
        ("xsxx / xm csrq bj jhrxm", True),
        ("grundschule / vorname nachname geburtsdatum", True),
        ("university_students / full_name date_of_birth degree", False),
        ("students / full_name gpa", False),
        ("employees / full_name birth_date children_count", False),
        ("patients / name date_of_birth", False),
    ],
)
def test_children_are_called_out(text: str, minors: bool, classifier: Classifier) -> None:
    found = asked(classifier, text)
    assert found is not None
    assert found.minors is minors
    assert ("PIPL Art. 28, 31" in found.regulations) is minors


@pytest.mark.parametrize(
    ("text", "key_person"),
    [
        ("ryjbxx / xm sfzh zdrybq", True),
        ("renyuan / xingming shenfenzhenghao zhongdianrenyuanbiaoqian", True),
        ("人员 / 姓名 身份证号 重点人员标签", True),
        ("person_info / name id_number key_person_label", True),
        ("布控人员 / 姓名 身份证号", True),
        ("案件信息 / 嫌疑人姓名 案件类别", False),
        ("contacts / name phone", False),
    ],
)
def test_labels_of_key_persons_are_called_out(text: str, key_person: bool, classifier: Classifier) -> None:
    found = asked(classifier, text)
    assert found is not None
    assert found.key_person is key_person


def test_a_label_of_a_key_person_alone_is_no_police_case(classifier: Classifier) -> None:
    found = asked(classifier, "t_0031 / xm sfzh csrq hjdz zdrybq")
    assert found is not None
    assert kinds(found) == ("civil_identity", "key_person")
    assert found.special == ("criminal_record",)


def test_special_categories_come_with_their_articles(classifier: Classifier) -> None:
    found = asked(classifier, "members / full_name religion ethnicity political_party conviction iban")
    assert found is not None
    assert set(found.special) == {
        "religion_belief", "ethnicity_race", "political", "criminal_record", "bank_account",
    }  # fmt: skip
    assert {"GDPR Art. 9", "GDPR Art. 10", "PIPL Art. 28"} <= set(found.regulations)


WORDS = [
    "name",
    "sfzh",
    "xm",
    "patient",
    "diagnosis",
    "salary",
    "客户",
    "guardian",
    "email",
    "price",
    "zdrybq",
    "log",
    "",
]
PATHS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(".".join)
FIELDS = st.lists(st.builds(Field, PATHS, st.sampled_from(["", "keyword", "date"])), max_size=12)
ANYTHING = st.lists(st.builds(Field, st.text(max_size=40), st.text(max_size=12)), max_size=8)


@given(st.sampled_from(WORDS), FIELDS, st.randoms(use_true_random=False))
def test_the_order_of_fields_is_irrelevant(name: str, fields: list[Field], chance: random.Random) -> None:
    findings = SHARED.classify(name, fields)
    shuffled, mixed = list(fields), list(findings)
    chance.shuffle(shuffled)
    chance.shuffle(mixed)
    assert SHARED.record(name, fields, findings) == SHARED.record(name, shuffled, mixed)


FINDINGS = st.lists(
    st.builds(
        FieldFinding,
        PATHS | st.text(max_size=30),
        st.lists(
            st.sampled_from([category.id for category in builtin_rules().categories] + ["of_a_plugin"]), max_size=3
        ).map(tuple),
        st.floats(0, 1),
        st.just("by its name"),
    ),
    max_size=8,
)


@given(st.text(max_size=60), ANYTHING | FIELDS, FINDINGS)
def test_any_text_is_answered(name: str, fields: list[Field], findings: list[FieldFinding]) -> None:
    found = SHARED.record(name, fields, findings)
    if found is not None:
        assert 0 <= found.confidence <= 1
        assert found.why
        assert len({found.kind.id, *(kind.id for kind in found.further)}) == 1 + len(found.further)
        assert replace(sound(found, RecordFinding), why="") == replace(found, why="")


def test_a_new_classifier_says_the_same(classifier: Classifier) -> None:
    text = "hospital.patients / full_name national_id ethnicity contact.phone diagnosis guardian_name"
    assert asked(Classifier([builtin_rules()]), text) == asked(classifier, text)


def test_memory_stays_flat_over_ever_new_names() -> None:
    own = Classifier([builtin_rules()])
    findings = own.classify("users", listed(["email"]))
    before = own.remembered
    for batch in range(20):
        own.record("users", [Field(f"field{batch}x{number}") for number in range(1_000)], findings)
    assert own.remembered - before <= REMEMBERED


def test_of_a_mapping_of_very_many_names_personal_fields_are_read_all_the_same(classifier: Classifier) -> None:
    fields = [Field(f"a{number:06}") for number in range(SAMPLED + 10)] + [Field("zdrybq"), Field("sfzh"), Field("xm")]
    found = classifier.record("t", fields, classifier.classify("t", fields))
    assert found is not None
    assert found.key_person
