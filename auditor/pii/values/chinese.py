"""Numbers of the Chinese authorities, written from the standards; names of persons, by their surname."""

import re

from auditor.pii.values.dates import is_birth_date

# GB/T 2260: the first two digits of a place's code. 81 to 83 are given to residents from Hong Kong, Macao and Taiwan.
_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_IDENTITY = re.compile(f"{_PROVINCE}[0-9]{{4}}([0-9]{{4}})([0-9]{{2}})([0-9]{{2}})[0-9]{{3}}[0-9Xx]")
_OLD_IDENTITY = re.compile(f"{_PROVINCE}[0-9]{{4}}([0-9]{{2}})([0-9]{{2}})([0-9]{{2}})[0-9]{{3}}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"

_CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
_CREDIT = re.compile(f"[1-9A-HJ-NPQRTUWXY][1-9]{_PROVINCE}[0-9]{{4}}[{_CREDIT_LETTERS}]{{8}}[0-9X][{_CREDIT_LETTERS}]")
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714, the nine characters within

_MOBILE = re.compile(r"(?:(?:\+|00)?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}")
_PLATE = re.compile(
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·• -]?"
    "[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"
)
# The hundred commonest, which about 85 of 100 people bear, and the compound ones that begin no other word.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪"
    "田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_NAME = re.compile(f"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}|(?:欧阳|司马|诸葛|上官|皇甫|令狐|慕容)[\u4e00-\u9fff]{{1,2}}")


def is_identity_number(text: str) -> bool:
    """A citizen's number by GB 11643: 18 characters, a province, a day of birth, and the mod 11-2 check digit."""
    match = _IDENTITY.fullmatch(text)
    if match is None or not is_birth_date(*map(int, match.groups())):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return _CHECK_DIGITS[total % 11] == text[17].upper()


def is_old_identity_number(text: str) -> bool:
    """The 15 digits that were given until 1999: a province and a day of birth, and nothing that checks them."""
    match = _OLD_IDENTITY.fullmatch(text)
    if match is None:
        return False
    year, month, day = map(int, match.groups())
    return is_birth_date(1900 + year, month, day)


def is_credit_code(text: str) -> bool:
    """An organisation's unified social credit code: mod 31 by GB 32100, and mod 11 of the code of GB 11714 within."""
    if _CREDIT.fullmatch(text) is None:
        return False
    within = sum(weight * int(letter, 36) for weight, letter in zip(_ORGANISATION_WEIGHTS, text[8:], strict=False))
    if "0X987654321"[within % 11] != text[16]:
        return False
    total = sum(weight * _CREDIT_LETTERS.index(letter) for weight, letter in zip(_CREDIT_WEIGHTS, text, strict=False))
    return _CREDIT_LETTERS[-total % 31] == text[17]


def is_mobile_number(text: str) -> bool:
    """A mobile number of mainland China, with or without its country code: 1, then 3 to 9, then nine digits."""
    return _MOBILE.fullmatch(text) is not None


def is_plate(text: str) -> bool:
    """A vehicle's plate: a province's character, a letter, and five or six more."""
    return _PLATE.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Two to four Chinese characters of which the first are a surname.

    Of 25,872 Chinese words and phrases of two or three characters 3.2 % pass, of a list of cities and provinces 12 %:
    a hint, for fields whose name speaks of a person.
    """
    return _NAME.fullmatch(text) is not None
