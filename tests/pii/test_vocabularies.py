"""The vocabularies of the trades that hold people's records, each as its standards and its programmers write them."""

import pytest

from auditor.pii.classify import Classifier
from tests.pii.asking import personal

# index | fields with the category that must be among a finding's; after the bar what is nobody's data.
VOCABULARIES = {
    "police, data elements of GA/T 543": """ryjbxx
        XM:person_name XMHYPY:person_name CYM:person_name XBDM:gender MZDM:ethnicity_race CSRQ:birth_date
        CSDXZQHDM:birth_place GMSFHM:national_id ZJHM:national_id HJDZ_XZQHDM:postal_address
        HJDZ_DZMC:postal_address XZZ_DZMC:postal_address LXDH:phone XLDM:education HYZKDM:marital_family
        ZZMMDM:political ZJXYDM:religion_belief BYZKDM:employment ZYDM:employment FWCS:employment
        SG:physical_description TZ:physical_description GJDM:nationality JGSSXDM:birth_place YDDH:phone
        DZXX:email WXHM:social_account
        | CYZJDM DJSJ DJDW_GAJGMC GXSJ""",
    "police, a case and its people": """ajjbxx
        JYAQ:criminal_record AJLBDM:criminal_record BAR_XM:person_name BAR_LXDH:phone BAR_GMSFHM:national_id
        XYR_XM:person_name XYR_GMSFHM:national_id SHR_XM:person_name ZBR_XM:person_name
        | FASJ LADW LARQ SLDW_GAJGMC""",
    "hospital, pinyin": """mzbrxx
        brxm:person_name brxb:gender brnl:age sfzh:national_id lxdh:phone jtzz:postal_address mzh:health_id
        zyh:health_id bah:health_id ysxm:person_name gms:health_record jwbs:health_record xbs:health_record
        cyzd:health_record ryzd:health_record zdmc:health_record
        | jzrq ksmc ksdm""",
    "hospital, Chinese": """门诊病历
        患者姓名:person_name 性别:gender 年龄:age 主诉:health_record 现病史:health_record 既往史:health_record
        过敏史:health_record 诊断名称:health_record 门诊号:health_id 医保卡号:health_id 手术名称:health_record
        | 科室名称 就诊日期 创建时间""",
    "FHIR Patient": """patient
        name.family:person_name name.given:person_name telecom.value:phone
        gender:gender birthDate:birth_date address.line:postal_address address.city:postal_address
        address.postalCode:postal_address maritalStatus.coding.code:marital_family
        contact.name.family:person_name contact.telecom.value:phone contact.relationship.coding.code:marital_family
        generalPractitioner.display:person_name
        | identifier.system active name.use telecom.system meta.lastUpdated managingOrganization.display""",
    "HL7 version 2, PID": """adt_messages
        pid_3_patient_id:health_id pid_5_patient_name:person_name pid_7_date_of_birth:birth_date pid_8_sex:gender
        pid_11_address:postal_address pid_13_phone_home:phone pid_19_ssn:national_id
        | msh_7_message_datetime msh_9_message_type""",
    "bank, pinyin": """khxx
        khxm:person_name zjhm:national_id sjh:phone yhkh:bank_account zhye:financial_profile dfzh:bank_account
        | zjlx jylsh jylx""",
    "bank, English": """account_holders
        holder_name:person_name iban:bank_account account_number:bank_account credit_score:financial_profile
        annual_income:financial_profile tax_id:tax_id date_of_birth:birth_date kyc_document_number:national_id
        | branch_code currency opened_at:date account_type""",
    "payroll, English": """payroll
        emp_no:employment full_name:person_name gross_salary:financial_profile net_pay:financial_profile
        bank_account:bank_account ssn:national_id bonus:financial_profile
        | pay_period payroll_run_id status""",
    "payroll, pinyin": """gzb
        xm:person_name gwgz:financial_profile jbgz:financial_profile
        yfgz:financial_profile sfgz:financial_profile gjj:financial_profile yhkh:bank_account
        | cjsj zt""",
    "school, pinyin": """xsjbxx
        xh:education xm:person_name xb:gender csrq:birth_date mz:ethnicity_race zzmm:political xjh:other_gov_id
        sfzjh:national_id jtzz:postal_address jzxm:person_name jzdh:phone bjmc:education jhr:person_name
        | cjsj gxsj""",
    "school, English": """students
        student_no:education first_name:person_name last_name:person_name dob:birth_date gpa:education
        guardian_name:minor_info guardian_phone:minor_info homeroom_teacher:person_name
        | created_at updated_at:date""",
    "telecom, call records": """cdr
        calling_number:phone called_number:phone imsi:device_id imei:device_id msisdn_a:phone
        cell_id:geo_location
        | duration:long call_type trunk_group""",
    "telecom, pinyin": """yhkhxx
        yhxm:person_name sjhm:phone zjhm:national_id imsi:device_id imei:device_id
        | tcmc zt""",
    "e-commerce": """orders
        customer.name:person_name customer.email:email ship_to.street:postal_address ship_to.city:postal_address
        ship_to.zip:postal_address payment.card_last4:payment_card
        | order_id items.sku items.qty:integer total:double payment.method""",
    "e-commerce, pinyin": """ddxx
        shr:person_name shrdh:phone shrdz:postal_address
        | ddbh spmc sl dj zje zfsj""",
    "hotel, English": """guest_stays
        guest_name:person_name guest_email:email passport_no:passport nationality:nationality
        car_plate:vehicle_id
        | room_type rate_code total:double""",
    "hotel, pinyin": """lkrzxx
        lkxm:person_name zjhm:national_id xb:gender mz:ethnicity_race lxdh:phone cph:vehicle_id
        | zjlx lgmc lgdm""",
}


def _parsed(text: str) -> tuple[str, dict[str, str], list[str]]:
    bearing, _, nobody = text.partition("|")
    name, *fields = bearing.split()
    return name, dict(field.split(":") for field in fields), nobody.split()


@pytest.mark.parametrize("trade", VOCABULARIES)
def test_the_words_of_a_trade_are_known(trade: str, classifier: Classifier) -> None:
    name, wanted, nobody = _parsed(VOCABULARIES[trade])
    found = personal(classifier, name, *wanted, *nobody)
    wrong = {path: found.get(path) for path, category in wanted.items() if category not in found.get(path, ())}
    assert not wrong
    assert not found.keys() - wanted.keys()
