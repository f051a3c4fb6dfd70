"""The shares that are reckoned with are not below those measured, on made-up values of other sorts."""

import random
import re

import pytest
from pypinyin.constants import PHRASES_DICT

from auditor.pii.values import catalogue, phones
from auditor.pii.values.check import Check
from auditor.pii.values.foreign import foreign_checks
from benchmarks.values.forms import FORMS, made_up
from tests.pii.values.test_phones import EVERY

COUNT = 4_000
# fmt: off
PLACES = [
    "北京", "上海", "天津", "重庆", "广州", "深圳", "杭州", "南京", "武汉", "成都", "西安", "苏州", "青岛", "郑州",
    "长沙", "沈阳", "大连", "厦门", "宁波", "济南", "哈尔滨", "长春", "福州", "石家庄", "合肥", "昆明", "南昌",
    "贵阳", "太原", "南宁", "兰州", "海口", "银川", "西宁", "拉萨", "河北省", "山西省", "辽宁省", "吉林省", "江苏省",
    "浙江省", "安徽省", "福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省", "广东省", "海南省", "四川省",
    "贵州省", "云南省", "陕西省", "甘肃省",
]
# fmt: on
HINTED = (catalogue.OLD_IDENTITY, catalogue.SSN, catalogue.BIRTH_DATE, catalogue.ADDRESS, catalogue.PLATE)
CHECKS = [check for check in (*catalogue.EVERYWHERE, *HINTED, *foreign_checks()) if check.chance < 1]


def measured(check: Check, form: str) -> float:
    chance = random.Random(20261124)
    return sum(check.passes(made_up(form, chance)) for _ in range(COUNT)) / COUNT


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_no_more_pass_by_chance_than_is_reckoned_with(check: Check) -> None:
    of_random, of_neighbours = (measured(check, form) for form in FORMS[check.id])
    spread = 3 * (check.chance * (1 - check.chance) / COUNT) ** 0.5
    assert of_random <= check.chance + spread
    assert of_neighbours <= check.chance + spread


@pytest.mark.parametrize(
    ("check", "below"),
    [(catalogue.IDENTITY, 0.0005), (catalogue.CREDIT_CODE, 0.0002), (catalogue.IBAN, 0.0005), (catalogue.MAILBOX, 0.0)],
    ids=lambda value: getattr(value, "id", ""),
)
def test_hardly_any_random_characters_pass_the_strong_checks(check: Check, below: float) -> None:
    assert measured(check, FORMS[check.id][0]) <= below


def test_random_digits_pass_the_blocks_of_a_social_security_number() -> None:
    assert 0.85 < measured(catalogue.SSN, "999999999") < 0.92


@pytest.mark.parametrize("region", EVERY)
def test_no_more_digits_are_telephone_numbers_by_chance_than_is_reckoned_with(region: str) -> None:
    chance = random.Random(20261124)
    for length in range(7, 14):
        texts = [made_up("9" * length, chance) for _ in range(300)]
        share = sum(phones.is_phone_number(text, (region,)) for text in texts) / 300
        reckoned = phones.passing_by_chance((region,))
        assert share <= reckoned + 3 * (reckoned * (1 - reckoned) / 300) ** 0.5, length


def test_few_chinese_words_look_like_names() -> None:
    words = [word for word in PHRASES_DICT if re.fullmatch("[\u4e00-\u9fff]{2,3}", word)]
    assert len(words) > 20_000
    assert sum(map(catalogue.NAME.passes, words)) / len(words) < 0.05
    assert sum(map(catalogue.NAME.passes, PLACES)) / len(PLACES) < 0.15
