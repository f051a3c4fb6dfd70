"""Cuts a field's name into its words: camelCase, snake_case, kebab-case, digits, and scripts without spaces."""

import re
import unicodedata

MAX_NAME = 256  # characters of one path segment that are read; what lies beyond names nothing

_LETTERS = {
    "ß": "ss",
    "ẞ": "ss",
    "ı": "i",
    "ł": "l",
    "Ł": "l",
    "đ": "d",
    "Đ": "d",
    "ø": "o",
    "Ø": "o",
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
}
# Ways to write one Arabic letter, Persian ones among them: which is chosen is a matter of taste, or of the keyboard.
_ARABIC = {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ؤ": "و", "ئ": "ي"}
_SPECIAL = str.maketrans(_LETTERS)
_FOLDED = str.maketrans(_ARABIC)
_ARTICLE = re.compile("^ال(?=[\u0620-\u064a]{3})")  # of a word that is one without it, too

# Combining accents of Latin, Greek and Cyrillic, and Arabic vowel signs; not the vowel signs of Indian scripts,
# which are letters.
_ACCENTS = re.compile("[\u0300-\u036f\u064b-\u0652\u0670\u0640]")

_HAN = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HANGUL = "\uac00-\ud7a3"
_THAI = "\u0e00-\u0eff"  # and Lao: their vowel signs are no letters to Python, and their words stand unspaced
_WORD = re.compile(
    f"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[{_HAN}]+|[{_HANGUL}]+|[{_THAI}]+|(?:[^\\W\\d_A-Za-z{_HAN}{_HANGUL}{_THAI}]|[\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff])+"
)
_SIMPLE = re.compile(f"[a-z0-9 ]{{1,{MAX_NAME}}}|[\u4e00-\u9fff]{{1,{MAX_NAME}}}")
_ELEMENT = re.compile(r"\$?\[[\w*]{0,32}\]")
_UNSPACED = re.compile(f"[{_HAN}{_HANGUL}{_THAI}]")


def unaccent(text: str) -> str:
    """The text without accents and in compatibility form, its case kept: "Straße" is "Strasse", "ＩＤ" is "ID"."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed)).translate(_FOLDED)


def split(segment: str) -> list[str]:
    """The words of one path segment, folded to lower case; digits are words of their own.

    "dateOfBirth" gives date, of, birth; "phone2" gives phone, 2; "IDCard" gives id, card. At most `MAX_NAME`
    characters are read.
    """
    if segment.isascii():
        if segment.islower() and segment.isalpha():
            return [segment[:MAX_NAME]]
        return [word.lower() for word in _WORD.findall(segment[:MAX_NAME])]
    return [_ARTICLE.sub("", word.lower()) for word in _WORD.findall(unaccent(segment[:MAX_NAME]))]


def key(text: str) -> str:
    """What a term or a name is looked up by: its words, joined; "first name", firstName and firstname are one."""
    if _SIMPLE.fullmatch(text):
        return text.replace(" ", "")
    return "".join(split(text))


def unspaced(word: str) -> bool:
    """Whether the script has no spaces between words (Chinese, Japanese) or long compounds (Korean)."""
    return _UNSPACED.match(word) is not None


def path_segments(path: str) -> list[str]:
    """The segments of a dotted path; empty ones and more than 32 are dropped.

    So is what only says which element of an array is meant: items[].phone, items[0].phone, items.0.phone,
    items.$.phone and items.*.phone are all items.phone.
    """
    if "[" in path:
        path = _ELEMENT.sub("", path)
    return [segment for segment in path.split(".", 32)[:32] if segment and not _is_element(segment)]


def _is_element(segment: str) -> bool:
    return segment in {"$", "*"} or (segment.isdecimal() and len(segment) < 10)
