"""Writes auditor/pii/rules/pinyin.yaml: how each Chinese term of the rules is spelt in pinyin, whole and by initials.

Run by a developer after a Chinese term was added: `python tools/pinyin_initials.py` (needs the package pypinyin, which
nothing else here does; MIT licence). The output is committed: reading it needs no pypinyin.
"""

import re
from pathlib import Path
from typing import Any

import yaml
from pypinyin import Style, lazy_pinyin

RULES = Path(__file__).resolve().parent.parent / "auditor" / "pii" / "rules"
HAN = re.compile("[\u4e00-\u9fff]+")
HEADER = """\
# Written by tools/pinyin_initials.py from the Chinese terms of the other files; do not edit.
# Each entry is a term, its initials and its full pinyin. A collision is an initial form of more than one term.
family: pinyin
"""


def terms() -> list[str]:
    """Every Chinese term of the rules, in order, once.

    Left out are those whose initials are too common to be read back (zh-words), wherever else they stand.
    """
    found: dict[str, None] = {}
    words: dict[str, None] = {}
    for file in sorted(RULES.glob("*.yaml")):
        if file.name != "pinyin.yaml":
            collect(yaml.safe_load(file.read_text(encoding="utf-8")), found, words)
    return [term for term in found if term not in words]


def collect(node: Any, found: dict[str, None], words: dict[str, None]) -> None:
    """Puts the Chinese texts below `node` into `found`, those of zh-words into `words`; leaves other languages out."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "zh-words":
                collect(value, words, words)
            elif name not in {"ja", "ko", "examples", "shorts"}:
                collect(value, found, words)
    elif isinstance(node, list):
        for value in node:
            collect(value, found, words)
    elif isinstance(node, str):
        for part in node.split(","):
            text = part.strip()
            if HAN.fullmatch(text):
                found[text] = None


def main() -> None:
    """Writes the file and says how many terms and collisions there are."""
    rows: list[str] = []
    by_initials: dict[str, list[str]] = {}
    for term in terms():
        initials = "".join(lazy_pinyin(term, style=Style.FIRST_LETTER))
        rows.append(f"{term} {initials} {''.join(lazy_pinyin(term))}")
        by_initials.setdefault(initials, []).append(term)
    collisions = [f"{initials} {'/'.join(found)}" for initials, found in sorted(by_initials.items()) if len(found) > 1]
    blocks = [
        HEADER,
        "spellings: |\n",
        *(f"  {row}\n" for row in rows),
        "collisions: |\n",
        *(f"  {row}\n" for row in collisions),
    ]
    (RULES / "pinyin.yaml").write_text("".join(blocks), encoding="utf-8")
    print(f"{len(rows)} terms, {len(collisions)} collisions")


if __name__ == "__main__":
    main()
