"""What the YAML loader reads, what it refuses, and that it says where."""

import contextlib
import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import documents
from auditor.documents import DocumentError, parse
from auditor.model.target import Place


def complaints(text: str | bytes) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        parse(text, file="f")
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("22:22", "22:22"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("007", "007"),
        ("+5", "+5"),
        ("1_000", "1_000"),
        ("2026-11-01", "2026-11-01"),
        (".inf", ".inf"),
        (".5", ".5"),
        ("1e999", "1e999"),
        ("=", "="),
        ("9" * 301, "9" * 301),
        ("'true'", "true"),
        ('"12"', "12"),
        ("!!str 12", "12"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("NULL", None),
        ("12", 12),
        ("-7", -7),
        ("0", 0),
        ("1.5", 1.5),
        ("-2e3", -2000.0),
    ],
)
def test_only_what_json_has_is_more_than_text(written: str, meant: object) -> None:
    read = parse(f"a: {written}\n", file="f").data["a"]

    assert read == meant
    assert type(read) is type(meant)


def test_keys_are_always_text() -> None:
    assert parse("1: a\ntrue: b\nnull: c\non: d\n", file="f").data == {"1": "a", "true": "b", "null": "c", "on": "d"}


def test_a_value_that_is_not_there_is_none() -> None:
    assert parse("a:\nb: [~, ]\nc:\n  -\n", file="f").data == {"a": None, "b": [None], "c": [None]}


def test_every_node_has_its_place() -> None:
    document = parse("a:\n  - b: 1\n    'c': [x, y]\nd: {e: f}\n", file="x.yaml")

    assert document.place() == Place("x.yaml", 1, 1)
    assert document.place(("a",)) == Place("x.yaml", 2, 3)
    assert document.place(("a", 0)) == Place("x.yaml", 2, 5)
    assert document.key_place(("a", 0, "c")) == Place("x.yaml", 3, 5)
    assert document.place(("a", 0, "c")) == Place("x.yaml", 3, 10)
    assert document.place(("a", 0, "c", 1)) == Place("x.yaml", 3, 14)
    assert document.place(("d", "e")) == Place("x.yaml", 4, 8)
    assert document.key_place(("d", "e")) == Place("x.yaml", 4, 5)


def test_a_path_that_is_not_there_has_the_place_of_its_nearest_ancestor() -> None:
    document = parse("a:\n  b: 1\n", file="f")

    assert document.place(("a", "z", 3)) == Place("f", 2, 3)
    assert document.place(("z",)) == Place("f", 1, 1)
    assert document.place(("a", 0)) == Place("f", 2, 3)
    assert document.key_place(("a", "z")) == Place("f", 2, 3)
    assert document.key_place(("z", "z")) == Place("f", 1, 1)
    assert document.key_place(()) == Place("f", 1, 1)


def test_columns_count_characters_not_bytes() -> None:
    assert parse("ключ: [значение, x]\n", file="f").place(("ключ", 1)) == Place("f", 1, 18)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    document = parse(b"\xef\xbb\xbfa: 1\n", file="f")

    assert document.data == {"a": 1}
    assert document.place(("a",)) == Place("f", 1, 4)


def test_all_duplicate_keys_are_told_with_both_places() -> None:
    assert complaints("a: 1\nb: {c: 1, c: 2}\n'a': 3\na: 4\n") == [
        "f:2:11: the key 'c' stands twice; the first is at f:2:5",
        "f:3:1: the key 'a' stands twice; the first is at f:1:1",
        "f:4:1: the key 'a' stands twice; the first is at f:1:1",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "f:1:1: the file is empty"),
        ("# only a comment\n", "f:1:1: the file is empty"),
        ("---\n", "f:1:1: the file is empty"),
        ("a: 1\n---\nb: 2\n", "f:2:1: a second document starts here; a file holds one"),
        ("a:\n\t- b\n", "f:2:1: a tab stands where YAML wants spaces"),
        ("a: @b\n", "f:1:4: a plain value cannot begin with '@'; put it in quotes"),
        ("a: `b`\n", "f:1:4: a plain value cannot begin with '`'; put it in quotes"),
        ("a: b: c\n", "f:1:5: not YAML: mapping values are not allowed in this context"),
        ("a: [1\n", "f:2:1: not YAML: did not find expected ',' or ']' (while parsing a flow sequence)"),
        ("a: 'x\n", "f:2:1: not YAML: found unexpected end of stream (while scanning a quoted scalar)"),
        ("<<: {a: 1}\n", "f:1:1: merge keys ('<<') are not read; write the keys out"),
        ("a: !!python/object:os.system x\n", "f:1:4: the tag 'tag:yaml.org,2002:python/object:os.system' is not known"),
        ("!secret a: 1\n", "f:1:1: the tag '!secret' is not known here; leave it out"),
        ("a: !!int '1'\n", "f:1:4: the tag 'tag:yaml.org,2002:int' is not known here; leave it out"),
        ("a: !!set {}\n", "f:1:4: the tag 'tag:yaml.org,2002:set' is not known here; leave it out"),
        ("- &a [*a]\n", "f:1:7: '*a' stands inside '&a', so it would contain itself"),
        ("- *a\n", "f:1:3: '*a' refers to nothing: no '&a' stands before it"),
        ("? [1, 2]\n: x\n", "f:1:3: a key is a word, not a list, a mapping or an alias"),
        ("- &a 1\n- {*a : 1}\n", "f:2:4: a key is a word, not a list, a mapping or an alias"),
        ("[" * 70 + "]" * 70, "f:1:65: nested deeper than 64 levels"),
        ("a: \x07\n", "f:1:4: the control character U+0007 is not allowed"),
        ("a: \x00\n", "f:1:4: the control character U+0000 is not allowed"),
        ("a: 1\nb: \ud800\n", "f:2:4: half of a surrogate pair is no character"),
        (b"a: 1\nb: \xc3\xbc\xff\n", "f:2:5: the byte 0xff is not UTF-8; save the file as UTF-8"),
        ("a: 1\n".encode("utf-16"), "f:1:1: the byte 0xff is not UTF-8; save the file as UTF-8"),
    ],
)
def test_what_is_refused_is_told_in_a_sentence_with_its_place(text: str | bytes, problem: str) -> None:
    (told,) = complaints(text)

    assert told.startswith(problem)


def test_an_alias_repeats_what_it_names_and_its_place() -> None:
    document = parse("a: &x {b: [1, 2]}\nc: *x\n", file="f")

    assert document.data == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}
    assert document.place(("c", "b", 1)) == Place("f", 1, 15)


def test_aliases_that_would_grow_are_refused_before_they_do() -> None:
    rows = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 9)]

    (told,) = complaints("\n".join(rows))

    assert told.endswith("more than 1,000,000 values, aliases written out; split the file")


def test_an_alias_within_the_bounds_is_weighed_by_all_that_it_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nodes: the outer list, the anchored list with three items, and the same four again: eight below the root.
    text = "- &a [1, 2, 3]\n- *a\n"
    monkeypatch.setattr(documents, "MAX_NODES", 8)
    assert parse(text, file="f").data == [[1, 2, 3], [1, 2, 3]]
    monkeypatch.setattr(documents, "MAX_NODES", 7)
    assert len(complaints(text)) == 1


def test_a_file_of_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_EVENTS", 100)

    (told,) = complaints("- x\n" * 200)

    assert "split the file" in told


def test_a_file_beyond_the_size_bound_is_not_even_decoded() -> None:
    assert complaints(b"\xff" * ((8 << 20) + 1)) == ["f:1:1: the file is larger than 8 MiB; split it"]


def test_problems_found_before_the_text_breaks_are_told_with_it() -> None:
    assert len(complaints("a: 1\na: 2\nb: [\n")) == 2


def test_without_the_c_parser_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x [1, no, 'y', {b: ~}]\nc: *x\nd: |\n  line\n  line\n"
    fast = parse(text, file="f")
    monkeypatch.setattr(documents, "_Parser", yaml.BaseLoader)

    slow = parse(text, file="f")

    assert slow.data == fast.data
    assert slow.place(("a", 3, "b")) == fast.place(("a", 3, "b"))
    assert complaints("a: 1\na: [")[0] == "f:2:1: the key 'a' stands twice; the first is at f:1:1"
    assert complaints("a: \x07") == ["f:1:4: the control character U+0007 is not allowed"]


@given(st.text() | st.binary())
@settings(max_examples=400)
def test_any_text_is_a_document_or_an_error_with_places(text: str | bytes) -> None:
    try:
        parse(text, file="f")
    except DocumentError as error:
        problems = error.problems
    else:
        return
    assert problems
    for problem in problems:
        assert problem.place.file == "f"
        assert problem.place.line >= 1
        assert problem.place.column >= 1
        assert problem.message


YAMLISH = st.lists(
    st.sampled_from(
        ["a", "b: ", "- ", "\n", "\n  ", "&x ", "*x ", "[", "]", "{", "}", ", ", "? ", ": ", "'", '"', "!t ", "|\n",
         "#", "---\n", "...\n", "%Y 1\n", "<<: ", "\t", "~", "1.5", "no", "é", "\ufeff", "\x85"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(YAMLISH)
@settings(max_examples=300)
def test_yaml_like_text_is_a_document_or_an_error(text: str) -> None:
    with contextlib.suppress(DocumentError):
        assert parse(text, file="f").place(("a", 0, "b")).line >= 1


# Line breaks that YAML has and JSON has not (U+0085, U+2028, U+2029) and control characters must be escaped in either.
PRINTABLE = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff"), max_size=30
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | PRINTABLE,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(PRINTABLE, inner, max_size=5),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 2]))
def test_a_json_document_reads_as_json_reads_it(value: object, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent)

    assert json.dumps(parse(text, file="f").data) == json.dumps(json.loads(text))


@given(st.dictionaries(PRINTABLE, st.lists(PRINTABLE, max_size=4), max_size=6))
def test_the_place_of_each_value_is_where_it_stands(value: dict[str, list[str]]) -> None:
    lines = json.dumps(value, ensure_ascii=False, indent=1).split("\n")
    document = parse("\n".join(lines), file="f")

    for key, items in value.items():
        at = document.key_place((key,))
        assert lines[at.line - 1][at.column - 1 :].startswith(json.dumps(key, ensure_ascii=False))
        for position, item in enumerate(items):
            at = document.place((key, position))
            assert lines[at.line - 1][at.column - 1 :].startswith(json.dumps(item, ensure_ascii=False))
