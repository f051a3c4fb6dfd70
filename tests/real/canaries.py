"""Values that no run may leave behind, planted in fields of every type; and the search for them in whatever it wrote.

All of it is made up. Each text is long and odd enough that it stands in nothing else.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bson.int64 import Int64

#: The same in every document, so that each has one distinct value: texts that pass a check, and some that pass none.
TEXTS: Mapping[str, str] = {
    "email": "Zilpzalp.Blaukehlchen@kanarien.example",
    "full_name": "Wiedehopf Rohrdommel-Zaunkönig",
    "姓名": "诸葛金丝雀",
    "身份证号": "11010519491231002X",
    "phone": "+49 30 9018377194",
    "mobile": "13812990417",
    "card_number": "4929730188420194",
    "iban": "DE75512108001245126199",
    "last_login_ip": "203.0.113.217",
    "birth_date": "1987-03-19",
    "passport": "C01X0006H7719",
    "password": "Kiebitz!7719#Sumpfohreule",
    "token": base64.b64encode(b"Papageitaucher-und-Eissturmvogel").decode(),
    "note": "Patient leidet an Ornithophobie, Akte 7719-8842. " * 40,
}
NUMBERS: Mapping[str, int | float] = {
    "customer_number": 7_719_038_465_127_733,
    "badge": 1_987_031_977,
    "salary": 91_827_364.5551,
}
MOMENT = datetime(1987, 3, 19, 4, 5, 6, 789_000, tzinfo=UTC)

#: What each text is known by, should only a part of it get away.
_CORES = (
    *("Zilpzalp", "Blaukehlchen", "Wiedehopf", "Rohrdommel", "Zaunkönig", "金丝雀", "11010519491231002X", "19491231"),
    *("9018377194", "13812990417", "4929730188420194", "730188", "DE75512108001245126199", "203.0.113.217"),
    *("1987-03-19", "19870319", "C01X0006H7719", "Sumpfohreule", "Papageitaucher", "Eissturmvogel", "Ornithophobie"),
    *("7719038465127733", "1987031977", "91827364", "543125106789"),
)


def documents(number: int = 3) -> list[dict[str, Any]]:
    """Documents that JSON can hold: texts, numbers, lists, and all of it below further names."""
    flat = {**TEXTS, **NUMBERS, "active": True, "nothing": None}
    nested = {"flat": flat, "several": [flat, {"aliases": [TEXTS["full_name"], TEXTS["姓名"]]}]}
    return [{**flat, "deep": nested, "emails": [TEXTS["email"]] * 3} for _ in range(number)]


def rich_documents(number: int = 3) -> list[dict[str, Any]]:
    """The same, with what BSON has beside it."""
    more = {"seen": MOMENT, "long": Int64(7_719_038_465_127_733), "raw": b"Papageitaucher", "times": [MOMENT]}
    return [{**document, **more, "below": more} for document in documents(number)]


def _variants() -> Iterator[tuple[str, bytes]]:
    """How a text could hide: its encodings, and the digests that tell it to whoever guesses it."""
    for text in (*TEXTS.values(), *_CORES):
        raw, core = text.encode(), text[:200]
        yield "as it is", core.encode()
        yield "reversed", core[::-1].encode()
        yield "in UTF-16", core.encode("utf-16-le")
        yield "in UTF-16", core.encode("utf-16-be")
        yield "reversed in UTF-16", core[::-1].encode("utf-16-le")
        yield "escaped", json.dumps(core)[1:-1].encode()
        yield "in an address", quote(core).encode()
        yield "in hex", core.encode().hex().encode()
        yield "in hex, reversed", core.encode()[::-1].hex().encode()
        yield "in hex of UTF-16", core.encode("utf-16-le").hex().encode()
        for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256):
            yield "as a digest", digest(raw).hexdigest().encode()


def _in_base64() -> Iterator[bytes]:
    """Each core as it stands within base64, wherever the groups of three bytes begin."""
    for text in (*TEXTS.values(), *_CORES):
        for raw in (text[:200].encode(), text[:200].encode("utf-16-le")):
            for shift in range(3):
                coded = base64.b64encode(b"\0" * shift + raw)
                inner = coded[-(-shift * 4 // 3) : len(coded) - 4 if len(raw) > 5 else None]
                if len(inner) >= 8:
                    yield inner
                    yield inner.replace(b"+", b"-").replace(b"/", b"_")


#: Needles that case does not tell apart, in lower case; and those of base64, which it does.
_FOLDED = sorted({(how, needle.lower()) for how, needle in _variants() if len(needle) >= 6})
_EXACT = sorted(set(_in_base64()))


def seen_in(data: bytes) -> list[str]:
    """How many ways a planted value stands in these bytes, in words; none, it is hoped."""
    folded = data.lower()
    found = [f"{needle!r:.60} {how}" for how, needle in _FOLDED if needle in folded]
    return found + [f"{needle!r:.60} in base64" for needle in _EXACT if needle in data]


def left_behind(folder: Path) -> dict[str, list[str]]:
    """The files below a folder in which, or in whose names, a planted value stands."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    assert files, "nothing was written, so that nothing is proved"
    found = {str(path.relative_to(folder)): seen_in(str(path).encode() + b"\n" + path.read_bytes()) for path in files}
    return {name: values for name, values in found.items() if values}
