"""The three collections of the leak this project was begun for, as schemas in Chinese, in pinyin and in English."""

import pytest

from auditor.model.dataset import Gravity
from auditor.pii.classify import Classifier
from tests.pii.asking import kinds, personal, record

PERSONS = {
    "chinese": (
        "人员基本信息",
        (
            "姓名:person_name 性别:gender 住址:postal_address 身份证号:national_id 出生年份:birth_date 职业:employment "
            "婚姻状况:marital_family 民族:ethnicity_race 文化程度:education 重点人员标签:criminal_record 照片:photo"
        ),
    ),
    "pinyin": (
        "ryjbxx",
        (
            "xm:person_name xb:gender zz:postal_address sfzh:national_id csnf:birth_date zy:employment "
            "hyzk:marital_family mz:ethnicity_race whcd:education zdrybq:criminal_record zp:photo"
        ),
    ),
    "full pinyin": (
        "renyuan",
        (
            "xingming:person_name xingbie:gender zhuzhi:postal_address shenfenzhenghao:national_id "
            "chushengnianfen:birth_date zhiye:employment hunyinzhuangkuang:marital_family minzu:ethnicity_race "
            "wenhuachengdu:education zhongdianrenyuanbiaoqian:criminal_record"
        ),
    ),
    "english": (
        "person_info",
        (
            "name:person_name sex:gender address:postal_address id_number:national_id birth_year:birth_date "
            "profession:employment marital_status:marital_family ethnicity:ethnicity_race education:education "
            "key_person_label:criminal_record photo:photo"
        ),
    ),
}
PHONES = {
    "chinese": ("手机号码地址", "手机号码:phone 地址:postal_address 收件人:person_name"),
    "pinyin": ("sjhmdz", "sjhm:phone dz:postal_address sjrxm:person_name"),
    "english": ("phone_addresses", "mobile:phone partial_address:postal_address recipient_name:person_name"),
}
CASES = {
    "chinese": (
        "案件信息",
        (
            "简要案情:criminal_record 报警人姓名:person_name 报警人电话:phone 嫌疑人姓名:person_name "
            "嫌疑人身份证号:national_id 案件类别:criminal_record"
        ),
    ),
    "pinyin": (
        "ajxx",
        "jyaq:criminal_record bjrxm:person_name bjrdh:phone xyrxm:person_name xyrsfzh:national_id ajlb:criminal_record",
    ),
    "english": (
        "case_reports",
        (
            "case_report:criminal_record reporter_name:person_name reporter_phone:phone suspect_name:person_name "
            "suspect_id_number:national_id crime_type:criminal_record"
        ),
    ),
}
# What stands beside it in such records and is about nobody.
BESIDE = {
    "chinese": "创建时间 更新时间 数据来源 状态",
    "pinyin": "cjsj gxsj sjly zt",
    "full pinyin": "",
    "english": "created_at updated_at source status",
}

RECORDS = [
    pytest.param(kind, language, *record, id=f"{kind} in {language}")
    for kind, languages in (("persons", PERSONS), ("phones", PHONES), ("cases", CASES))
    for language, record in languages.items()
]


@pytest.mark.parametrize(("kind", "language", "name", "fields"), RECORDS)
def test_the_record_is_recognised_whole(
    kind: str, language: str, name: str, fields: str, classifier: Classifier
) -> None:
    wanted = dict(entry.split(":") for entry in fields.split())
    found = personal(classifier, name, *wanted, *BESIDE[language].split())
    assert found.keys() == wanted.keys()
    wrong = {path: found[path] for path, category in wanted.items() if category not in found[path]}
    assert not wrong


@pytest.mark.parametrize(("kind", "language", "name", "fields"), RECORDS)
def test_the_record_is_recognised_under_a_name_that_says_nothing(
    kind: str, language: str, name: str, fields: str, classifier: Classifier
) -> None:
    wanted = dict(entry.split(":") for entry in fields.split())
    found = personal(classifier, "t_0031", *wanted)
    assert len(found) >= len(wanted) - 1


# What each collection is as a whole. A label makes persons no case, and telephones with addresses are a list.
WHOLE = {"persons": ("civil_identity", "key_person"), "phones": ("contact_list",), "cases": ("police_case",)}


def whole(classifier: Classifier, language: str, name: str, fields: str) -> tuple[tuple[str, ...], float]:
    found = record(classifier, name, *(entry.split(":")[0] for entry in fields.split()), *BESIDE[language].split())
    assert found is not None
    return kinds(found), found.confidence


@pytest.mark.parametrize(("kind", "language", "name", "fields"), RECORDS)
def test_the_collection_is_recognised_for_what_it_is(
    kind: str, language: str, name: str, fields: str, classifier: Classifier
) -> None:
    found, confidence = whole(classifier, language, name, fields)
    assert found == WHOLE[kind]
    assert confidence >= 0.9


@pytest.mark.parametrize(("kind", "language", "name", "fields"), RECORDS)
def test_the_collection_is_recognised_for_what_it_is_under_a_name_that_says_nothing(
    kind: str, language: str, name: str, fields: str, classifier: Classifier
) -> None:
    found, confidence = whole(classifier, language, "t_0031", fields)
    assert found == WHOLE[kind]
    assert confidence >= 0.6


@pytest.mark.parametrize("language", PERSONS)
def test_the_ethnicity_and_the_label_of_a_person_are_called_out(language: str, classifier: Classifier) -> None:
    name, fields = PERSONS[language]
    found = record(classifier, name, *(entry.split(":")[0] for entry in fields.split()))
    assert found is not None
    assert found.special == ("ethnicity_race", "criminal_record")
    assert (found.gravity, found.key_person, found.minors) == (Gravity.GRAVE, True, False)
    assert {"GDPR Art. 9", "GDPR Art. 10", "PIPL Art. 28"} <= set(found.regulations)


@pytest.mark.parametrize(
    ("language", "guardian"),
    [
        ("chinese", "监护人姓名"),
        ("pinyin", "jhrxm"),
        ("full pinyin", "jianhurenxingming"),
        ("english", "guardian_name"),
    ],
)
def test_the_minors_among_the_persons_are_called_out(language: str, guardian: str, classifier: Classifier) -> None:
    name, fields = PERSONS[language]
    found = record(classifier, name, *(entry.split(":")[0] for entry in fields.split()), guardian)
    assert kinds(found) == ("civil_identity", "minors", "key_person")


@pytest.mark.parametrize(
    ("language", "fields"),
    [
        ("chinese", "患者姓名 身份证号 诊断 住院号 过敏史"),
        ("pinyin", "brxm sfzh zyh zdjg gms"),
        ("english", "patient_name id_number diagnosis inpatient_number allergies"),
    ],
)
def test_the_medical_records_are_patients(language: str, fields: str, classifier: Classifier) -> None:
    found = record(classifier, "t_0032", *fields.split())
    assert kinds(found)[0] == "patient", language
    assert found is not None
    assert "health_record" in found.special
