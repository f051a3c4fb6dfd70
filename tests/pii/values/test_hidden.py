import base64
import hashlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.values.hidden import is_hashed, is_masked, is_pointer
from tests.pii.values.made import card_numbers, ibans, identity_numbers


@pytest.mark.parametrize(
    "text",
    [
        "138****1234",
        "***",
        "张*",
        "j***@example.org",
        "XXX-XX-1234",
        "xxxx xxxx 1234",
        "[REDACTED]",
        "310104********1234",
        "••••1234",
        "<masked>",
        "已脱敏",
    ],
)
def test_what_is_blotted_out_is_masked(text: str) -> None:
    assert is_masked(text)


@pytest.mark.parametrize(
    "text", ["", "13800001234", "a@example.org", "XXL", "maxxx", "https://example.org/*", "粤B·12345", "hidden valley"]
)
def test_what_shows_is_not_masked(text: str) -> None:
    assert not is_masked(text)


@given(st.binary(min_size=1, max_size=64))
def test_digests_and_tokens_are_hashed(secret: bytes) -> None:
    for name in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(name, secret, usedforsecurity=False).hexdigest()
        assert is_hashed(digest)
        assert is_hashed(digest.upper())
        assert is_hashed(f"{name}:{digest}")
    assert is_hashed(str(uuid.uuid5(uuid.NAMESPACE_URL, secret.hex())))
    assert is_hashed("$2b$12$abcdefghijklmnopqrstuv")
    assert is_hashed("{SSHA}" + base64.b64encode(hashlib.sha512(secret).digest()).decode())


@given(st.one_of(identity_numbers(), card_numbers(), ibans()))
def test_a_number_in_the_clear_is_not_hidden(number: str) -> None:
    assert not is_hashed(number)
    assert not is_masked(number)
    assert not is_pointer(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "a.long.name.of.somebody@example.org",
        "12345678901234567890123456789012",
        "deadbeef",
        "Some words that are a sentence",
        "averylongwordwithoutanyblanks",
    ],
)
def test_what_is_short_or_words_is_not_hashed(text: str) -> None:
    assert not is_hashed(text)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("https://example.org/a.png", True),
        ("//cdn.example.org/a", True),
        ("front_1.JPG", True),
        ("data:image/png;base64,AA==", True),
        ("a@example.org", False),
        ("310104", False),
        ("a b.png", False),
    ],
)
def test_what_says_where_something_is_kept_is_a_pointer(text: str, passes: bool) -> None:
    assert is_pointer(text) is passes
