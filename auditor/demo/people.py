"""Synthetic people shaped like the 2022 Shanghai leak; no record can be anybody's.

Every identity number passes its checksum (GB 11643-1999, ISO 7064 MOD 11-2) but begins with 99, a region that does not
exist, and no phone number begins as one that was ever issued. Names are drawn from word lists, not from people.
"""

import random
from collections.abc import Iterator
from typing import Any

#: Weights and check characters of GB 11643-1999.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"

_SURNAMES = "甲乙丙丁戊己庚辛壬癸"
_GIVEN = ("一一", "二二", "三三", "四四", "五五", "六六", "七七", "八八")
_ETHNICITIES = ("01", "03", "05", "11", "15")
_WORDS = ("示例路", "样本街", "演示巷", "虚构大道")


def identity_number(chance: random.Random) -> str:
    """18 characters that pass the checksum and belong to nobody: region 99 does not exist."""
    birth = f"{chance.randint(1930, 2019)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    body = f"990{chance.randint(0, 999):03}{birth}{chance.randint(0, 999):03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CHECK[total % 11]


def _phone(chance: random.Random) -> str:
    return f"100{chance.randint(0, 99_999_999):08}"  # no number begins with 100 but a service code


def _name(chance: random.Random) -> str:
    return chance.choice(_SURNAMES) + chance.choice(_GIVEN)


def _address(chance: random.Random) -> str:
    return f"虚构市样本区{chance.choice(_WORDS)}{chance.randint(1, 999)}号"


def residents(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Civil records under pinyin initials, as police systems name them (GA/T 543 style)."""
    for _ in range(count):
        number = identity_number(chance)
        yield {
            "xm": _name(chance),
            "sfzh": number,
            "xb": chance.choice("12"),
            "mz": chance.choice(_ETHNICITIES),
            "csrq": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
            "jg": "990100",
            "hjdz": _address(chance),
            "xzz": _address(chance),
            "whcd": chance.choice(("10", "20", "60", "70")),
            "hyzk": chance.choice(("10", "20", "40")),
            "zy": chance.choice(("示例工", "样本员")),
            "lxdh": _phone(chance),
            "zdrybj": chance.choice(("0", "0", "0", "1")),
            "jhrxm": _name(chance) if number[6:10] > "2008" else None,
            "jhrsfzh": identity_number(chance) if number[6:10] > "2008" else None,
        }


def cases(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Case reports under Chinese field names."""
    for number in range(count):
        yield {
            "案件编号": f"A990{chance.randint(1997, 2019)}{number:06}",
            "案件类别": chance.choice(("盗窃", "诈骗", "纠纷")),
            "报案人姓名": _name(chance),
            "报案人电话": _phone(chance),
            "嫌疑人姓名": _name(chance),
            "嫌疑人身份证号": identity_number(chance),
            "案发地点": _address(chance),
            "简要案情": "本记录为演示而生成,所述事件从未发生。",
            "报案时间": f"{chance.randint(1997, 2019)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        }


def phones(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Phone numbers with part of an address."""
    for _ in range(count):
        yield {
            "phone_number": _phone(chance),
            "owner_name": _name(chance),
            "partial_address": _address(chance)[:9],
            "carrier": "示例通信",
        }


def patients(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Nested records in English, for the document database."""
    for number in range(count):
        yield {
            "full_name": _name(chance),
            "national_id": identity_number(chance),
            "date_of_birth": f"{chance.randint(1930, 2019)}-01-01",
            "ethnicity": "demo",
            "contact": {
                "phone": _phone(chance),
                "email": f"person{number}@example.org",
                "home_address": _address(chance),
            },
            "diagnosis": "generated for a demonstration",
            "guardian_name": _name(chance),
        }


def log_lines(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """What a harmless index looks like: nobody in it."""
    for number in range(count):
        yield {
            "@timestamp": f"2026-11-20T02:{number // 60 % 60:02}:{number % 60:02}Z",
            "level": chance.choice(("INFO", "WARN")),
            "logger": "org.example.indexer",
            "message": "segment merged",
            "service": {"name": "indexer", "version": "1.4.2"},
            "duration_ms": chance.randint(1, 900),
        }


def readings(count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Measurements of machines, for the document database."""
    for number in range(count):
        yield {
            "sensor": f"pump-{number % 7}",
            "celsius": round(chance.uniform(20, 80), 1),
            "at": 1_790_000_000 + number,
        }
