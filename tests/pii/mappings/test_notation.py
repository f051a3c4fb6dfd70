"""The bounded reader of JSON and of what mongosh prints."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.mappings import source as sources
from auditor.pii.mappings.named import MappingError
from auditor.pii.mappings.notation import KEPT, MAX_DEPTH, Notation
from auditor.pii.mappings.source import Source


def source(text: str | bytes) -> Source:
    return Source(io.BytesIO(text if isinstance(text, bytes) else text.encode()), file="f")


def value(text: str) -> Any:
    return Notation(source(text)).value()


def without_numbers(tree: Any) -> Any:
    match tree:
        case bool():
            return tree
        case int() | float():
            return None
        case list():
            return [without_numbers(part) for part in tree]
        case dict():
            return {name: without_numbers(part) for name, part in tree.items()}
    return tree


def values(tree: Any) -> int:
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return len(inner) + sum(map(values, inner))


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(TREES, st.sampled_from([None, 1, 2]), st.booleans(), st.sampled_from([3, 7, 1 << 18]))
def test_json_is_read_as_any_reader_does_but_for_its_numbers(
    tree: Any, indent: int | None, plain: bool, piece: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sources, "PIECE", piece)  # so that pieces end within names, texts and escapes
        assert value(json.dumps(tree, indent=indent, ensure_ascii=plain)) == without_numbers(tree)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{ a: 'x', $b: \"y\", 'c d': true, 7: null, }", {"a": "x", "$b": "y", "c d": True, "7": None}),
        ("[ ObjectId('canary'), new Date(1, \"2)\"), UUID ( 'x' ), Long('1') ]", [None] * 4),
        ("{ a: 'one\\n' +\n 'two', b: \"it's\" + 'x', c: 1 }", {"a": "one\n", "b": "it's", "c": None}),
        ("[ 1, ... 3 more items ]", [None]),
        ("<ref *1> { self: [Circular *1], deep: [Object] }", {"self": ["Circular"], "deep": ["Object"]}),
        ("{ re: /a\\/b,{/gi, n: -Infinity, u: undefined, i: Infinity }", {"re": None, "n": None, "u": None, "i": None}),
        ("// said before\n{ /* and, within */ a: 'x' }", {"a": "x"}),
        ("{ a: '\\u0041\\x42\\'\\q' }", {"a": "AB'q"}),
        ('{"a": "' + "x" * 5000 + '"}', {"a": "x" * KEPT}),
    ],
)
def test_what_mongosh_prints_is_read_and_no_value_of_a_call(text: str, wanted: Any) -> None:
    assert value(text) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "f:1: the text ends in the middle of a value"),
        ('{"a"', "f:1: the text ends in the middle of a value"),
        ('{"a":', "f:1: the text ends in the middle of a value"),
        ('{"a": }', "f:1: a value is wanted here"),
        ('{\n"a" "b"}', "f:2: a colon is wanted after a name"),
        ("{\n\n]", "f:3: a name is wanted here"),
        ('{"a": "never closed}', "f:1: this is neither JSON nor what mongosh prints"),
        ("[" * 300, f"f:1: nested deeper than {MAX_DEPTH} levels"),
        ('{"a": "' + "x" * 2_000_000 + '"}', "f:1: a text of more than 1,048,576 characters stands here"),
    ],
)
def test_what_is_broken_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(MappingError) as caught:
        value(text)
    assert str(caught.value) == said


@given(st.text(alphabet="{}[]:,\"'`\\/ab0-.+($)\n ", max_size=40))
def test_any_text_gives_a_value_or_a_sentence(text: str) -> None:
    try:
        value(text)
        said = "f:1: "
    except MappingError as error:
        said = str(error)
    assert said.startswith("f:")


@given(TREES, TREES, st.integers(min_value=1, max_value=6))
def test_a_value_that_is_too_large_is_cut_and_what_follows_it_is_read(tree: Any, after: Any, most: int) -> None:
    text = json.dumps({"first": tree, "second": after})
    notation = Notation(source(text), most=most)
    found = {}
    for name, member in notation.members():
        found[name] = (member, notation.truncated)
        notation.renew()
    assert found.keys() == {"first", "second"}
    for name, whole in (("first", tree), ("second", after)):
        member, truncated = found[name]
        assert truncated or member == without_numbers(whole)
        assert values(member) <= most + 1


def test_bytes_beyond_the_limit_are_not_read_of_one_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_BYTES", 2_000)
    monkeypatch.setattr(sources, "PIECE", 500)
    text = json.dumps({"first": {f"field{n}": {"type": "text"} for n in range(500)}, "second": {"a": "b"}})
    notation = Notation(source(text))
    found = {}
    for name, member in notation.members():
        found[name] = (len(member), notation.truncated)
        notation.renew()
    assert found == {"first": (pytest.approx(70, abs=20), True), "second": (1, False)}
