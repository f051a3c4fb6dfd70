"""What `rules check` says of packs and files, and what a pack may add to those beside it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii import Classifier, RulePack, builtin_rules
from auditor.pii.example import parse
from auditor.pii.packs import RuleFile, load_packs, read_file
from auditor.pii.rulecheck import Remark, Weight, check
from auditor.pii.rulefile import load
from auditor.pii.rulepack import RuleError
from tests.pii.asking import personal

OWN = """\
categories:
  loyalty_number:
    title: Loyalty card number
    types: text number
    regulations: gdpr-4
    avoid: count
    terms:
      en: {sure: "clubcard no", likely: clubcard}
      zh: {sure: 会员积分卡号}
    examples:
      yes: ["customers / clubcardNo", "t_1 / 会员积分卡号"]
      no: ["shops / clubcardCount"]
spellings: |
  会员积分卡号 hyjfkh huiyuanjifenkahao
"""


THE, KNOWN, NOTHING = "the term", "is known already as", "and changes nothing as"
UNSPELT = "no line under 'spellings', so that it is not found in pinyin"


def packs(*texts: str) -> tuple[tuple[RulePack, ...], tuple[RuleFile, ...]]:
    files = tuple(RuleFile(f"own{number}.yaml", text.encode()) for number, text in enumerate(texts, start=1))
    return load_packs(files), files


def remarks(*texts: str) -> list[Remark]:
    loaded, files = packs(*texts)
    return [remark for remark in check(loaded, files) if remark.weight is not Weight.TWICE]


def problems(text: str, *, beside: Sequence[RulePack] = ()) -> list[str]:
    with pytest.raises(RuleError) as caught:
        load("own", [RuleFile("own.yaml", text.encode())], beside=beside)
    return str(caught.value).splitlines()


def test_the_rules_in_force_hold() -> None:
    assert remarks() == []


def test_a_pack_may_bring_a_category_with_everything() -> None:
    assert remarks(OWN) == []
    classifier = Classifier(packs(OWN)[0])
    found = personal(classifier, "khxx", "hyjfkh", "xm", "clubcard_no:keyword", "clubcard_count")
    assert {path: found.get(path) for path in ("hyjfkh", "clubcard_no", "clubcard_count")} == {
        "hyjfkh": ("loyalty_number",),
        "clubcard_no": ("loyalty_number",),
        "clubcard_count": None,
    }


def test_a_pack_may_add_to_a_category_of_another_and_silence_it_too() -> None:
    added = """\
categories:
  phone:
    avoid: zorb
    parts: burner
    terms: {en: {sure: burner line}}
    examples: {yes: ["users / burnerLine", "users / phone.burner"], no: ["users / zorb_phone"]}
"""
    assert remarks(added) == []
    with_, without = Classifier(packs(added)[0]), Classifier([builtin_rules()])
    assert personal(without, "users", "zorb_phone") == {"zorb_phone": ("phone",)}
    assert personal(with_, "users", "zorb_phone", "phone") == {"phone": ("phone",)}


def test_an_example_that_does_not_hold_is_named_with_its_place() -> None:
    wrong = OWN.replace("customers / clubcardNo", "customers / price").replace("clubcardCount", "clubcard_no")
    assert [str(remark) for remark in remarks(wrong)] == [
        "own1.yaml:11:13: 'customers / price' is not found to be loyalty_number, but nothing",
        "own1.yaml:12:12: 'shops / clubcard_no' is found to be loyalty_number, and must not be",
    ]


@pytest.mark.parametrize("text", ["users", "users /", " / phone", "users/phone"])
def test_what_is_no_example_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="write 'index / field sibling:type'"):
        parse(text)
    (remark,) = remarks(OWN.replace("customers / clubcardNo", text))
    assert str(remark) == f"own1.yaml:11:13: '{text}' is no example; write 'index / field sibling:type'"


def test_a_new_category_without_examples_is_wrong_and_an_addition_need_not_have_any() -> None:
    bare = "categories: {loyalty_number: {title: Card, types: text, terms: {en: {sure: clubcard no}}}}"
    assert [str(remark) for remark in remarks(bare)] == [
        "own1.yaml:1:14: 'loyalty_number' needs examples of what it is (yes) and of what it is not (no)"
    ]
    assert remarks("categories: {phone: {terms: {en: {sure: burner line}}}}") == []


def test_a_pack_that_breaks_an_example_of_another_is_told() -> None:
    (remark,) = remarks("categories: {photo: {terms: {en: {sure: cover image}}}}")
    assert str(remark) == "builtin: 'users / coverImage' is found to be photo, and must not be"


def test_terms_that_change_nothing_are_noted_where_they_stand() -> None:
    text = """\
categories:
  phone:
    terms:
      en: {sure: "mobile number, burner line", likely: "burner-line, --"}
      de: {bare: wegwerfhandy}
      zh: {sure: 备用机}
  email:
    terms: {en: {lean: burner post, sure: burner post}}
"""
    assert [(remark.weight.name, remark.place, remark.message) for remark in remarks(text)] == [
        ("NOTE", "own1.yaml:4:18", f"{THE} 'mobile number' of 'phone' {KNOWN} sure (builtin), {NOTHING} sure"),
        ("NOTE", "own1.yaml:4:56", f"{THE} 'burner-line' of 'phone' {KNOWN} sure (own1.yaml:4:18), {NOTHING} likely"),
        ("WRONG", "own1.yaml:4:56", f"{THE} '--' has no letter, and is never found"),
        ("NOTE", "own1.yaml:8:24", f"{THE} 'burner post' of 'email' is overruled: it is sure as well (own1.yaml:8:43)"),
        ("NOTE", "own1.yaml:1:1", f"the Chinese term '备用机' has {UNSPELT}"),
    ]


MISTAKES = {
    "catgories: {}": "1:12: not a rule: unknown section 'catgories'; did you mean 'categories'?",
    OWN.replace(
        "avoid", "avoids"
    ): "6:5: not a rule: 'loyalty_number' has an unknown key 'avoids'; did you mean 'avoid'?",
    OWN.replace("likely", "likly"): "8:40: not a rule: 'likly' is not a valid Strength; did you mean 'likely'?",
    OWN.replace("text number", "txt number"): "3:5: not a rule: 'txt' is not a valid Shape; did you mean 'text'?",
    OWN.replace("gdpr-4", "gdpr-44"): (
        "3:5: 'loyalty_number' names the regulation 'gdpr-44', which no file describes; did you mean 'gdpr-4'?"
    ),
    "categories: {phones: {terms: {}}}": (
        "1:22: 'phones' has no title, and no category of that id to add to; did you mean 'phone'?"
    ),
    "categories: {x: {title: X}}": "1:17: not a rule: 'types' is missing",
    "categories: {x: {types: text}}": "1:17: not a rule: 'title' is missing",
    "categories: {phone: {examples: {yes: users / phone}}}": (
        "1:21: not a rule: examples are lists of texts, 'index / field sibling'"
    ),
    "subjects: {persn: {en: a}}": "1:11: not a rule: 'persn' is not a valid Role; did you mean 'person'?",
}


@pytest.mark.parametrize(("text", "said"), MISTAKES.items())
def test_what_is_no_rule_is_said_with_its_place_and_what_was_meant(text: str, said: str) -> None:
    assert problems(text, beside=[builtin_rules()]) == [f"own.yaml:{said}"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = OWN.replace("avoid", "avoids").replace("likely", "likly").replace("gdpr-4", "gdpr-44") + "tail: x\n"
    assert [line.partition(": ")[0] for line in problems(text, beside=[builtin_rules()])] == [
        "own.yaml:6:5",
        "own.yaml:8:40",
        "own.yaml:15:7",
        "own.yaml:3:5",
    ]


def test_without_the_packs_beside_it_a_file_may_name_no_article_of_theirs() -> None:
    assert problems(OWN) == ["own.yaml:3:5: 'loyalty_number' names the regulation 'gdpr-4', which no file describes"]


def test_a_file_that_cannot_be_read_or_is_too_large_is_said(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"nothing\.yaml: cannot be read: No such file or directory"):
        read_file(tmp_path / "nothing.yaml")
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (9 << 20))
    with pytest.raises(RuleError, match="the file is larger than 8 MiB"):
        load_packs([read_file(large)])


KEYS = st.sampled_from(
    ["categories", "phone", "terms", "en", "sure", "examples", "yes", "title", "types", "subjects", "person", "tails"]
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="ascii", categories=["L"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def written(tree: object) -> str:
    match tree:
        case dict():
            return "{" + ", ".join(f"{name}: {written(part)}" for name, part in tree.items()) + "}"
        case list():
            return "[" + ", ".join(map(written, tree)) + "]"
        case None:
            return "null"
        case bool():
            return str(tree).lower()
    return f'"{tree}"' if isinstance(tree, str) else str(tree)


@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_any_file_is_a_pack_or_sentences_with_places(tree: dict[str, object]) -> None:
    try:
        load("own", [RuleFile("own.yaml", written(tree).encode())], beside=[builtin_rules()])
        said = "own.yaml:1:1: "
    except RuleError as error:
        said = str(error)
    assert all(line.startswith("own.yaml:") for line in said.splitlines())
