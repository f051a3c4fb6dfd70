from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.certificate import CertificateText, read_certificate
from tests.probes.loopback import Certificate, make_certificate


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(
        tmp_path_factory.mktemp("der"), subject="/C=CN/ST=北京/O=甲公司/OU=a b/CN=es-1/emailAddress=ops@example.org"
    )


def element(tag: int, *contents: bytes) -> bytes:
    body = b"".join(contents)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + body


def made(*, subject: bytes = b"", not_after: bytes = element(0x17, b"300102030405Z")) -> bytes:
    sequence, integer = 0x30, element(0x02, b"\x01")
    validity = element(sequence, element(0x17, b"200102030405Z"), not_after)
    signed = element(sequence, integer, element(sequence), element(sequence), validity, element(sequence, subject))
    return element(sequence, signed)


def named(tag: int, text: bytes, kind: bytes = bytes.fromhex("550403")) -> bytes:
    return element(0x31, element(0x30, element(0x06, kind), element(tag, text)))


def test_a_certificate_says_whose_it_is_and_when_it_ends(certificate: Certificate) -> None:
    text = read_certificate(certificate.der)
    assert text.subject == "C=CN,ST=北京,O=甲公司,OU=a b,CN=es-1,emailAddress=ops@example.org"
    assert text.issuer == text.subject
    end = datetime.fromisoformat(text.not_after)
    assert timedelta(days=29) < end - datetime.now(UTC) <= timedelta(days=30)


@pytest.mark.parametrize(
    ("tag", "encoded", "shown"),
    [
        (0x0C, "büro".encode(), "CN=büro"),
        (0x14, "büro".encode("latin-1"), "CN=büro"),
        (0x1E, "büro".encode("utf-16-be"), "CN=büro"),
        (0x1C, "büro".encode("utf-32-be"), "CN=büro"),
        (0x13, b"plain", "CN=plain"),
        (0x13, b"not\xffascii", "CN=not\ufffdascii"),
        (0x0C, b"line\nfeed\x1b[31m", "CN=line\ufffdfeed\ufffd[31m"),
        (0x0C, "\u202edlrow".encode(), "CN=\ufffddlrow"),
        (0x0C, b'a,b"c\\d', 'CN=a\\,b\\"c\\\\d'),
        (0x04, b"no text", ""),
    ],
)
def test_names_are_read_in_every_kind_of_string_and_made_printable(tag: int, encoded: bytes, shown: str) -> None:
    assert read_certificate(made(subject=named(tag, encoded))).subject == shown


@pytest.mark.parametrize(
    ("not_after", "shown"),
    [
        (element(0x17, b"491231235959Z"), "2049-12-31T23:59:59Z"),
        (element(0x17, b"500101000000Z"), "1950-01-01T00:00:00Z"),
        (element(0x18, b"20500101000000Z"), "2050-01-01T00:00:00Z"),
        (element(0x18, b"99991231235959Z"), "9999-12-31T23:59:59Z"),
        (element(0x17, b"301332000000Z"), ""),
        (element(0x17, b"3001010000Z"), ""),
        (element(0x17, b"300101000000+0100"), ""),
        (element(0x17, b"\xff" * 13), ""),
        (element(0x04, b"20500101000000Z"), ""),
        (b"", ""),
    ],
)
def test_both_kinds_of_time_are_read_and_others_left_out(not_after: bytes, shown: str) -> None:
    assert read_certificate(made(not_after=not_after)).not_after == shown


def test_a_name_without_end_is_cut() -> None:
    assert len(read_certificate(made(subject=named(0x0C, b"x" * 60_000))).subject) <= 256
    assert len(read_certificate(made(subject=named(0x0C, b"x") * 5_000)).subject) <= 256


def test_several_attributes_in_one_set_are_all_read() -> None:
    one, other = named(0x0C, b"a")[2:], named(0x0C, b"b", kind=bytes.fromhex("55040b"))[2:]
    assert read_certificate(made(subject=element(0x31, one, other))).subject == "CN=a,OU=b"


def test_an_unknown_attribute_is_passed_over() -> None:
    strange = named(0x0C, b"strange", kind=b"\x2a\x03")
    assert read_certificate(made(subject=strange + named(0x0C, b"known"))).subject == "CN=known"


@pytest.mark.parametrize(
    "der", [b"", b"0", b"\x30\x80", b"\x30\x85\0\0\0\0\1", b"\x30\x84\xff\xff\xff\xff", b"\x30\x00"]
)
def test_what_is_no_certificate_is_empty(der: bytes) -> None:
    assert read_certificate(der) == CertificateText()


@given(st.binary(max_size=2_000))
def test_no_bytes_are_an_error(der: bytes) -> None:
    text = read_certificate(der)
    assert len(text.subject) <= 256
    assert len(text.issuer) <= 256


@given(st.data())
def test_a_certificate_with_any_bytes_changed_or_cut_is_no_error(certificate: Certificate, data: st.DataObject) -> None:
    der = bytearray(certificate.der)
    for place in data.draw(st.lists(st.integers(0, len(der) - 1), max_size=8)):
        der[place] = data.draw(st.integers(0, 255))
    text = read_certificate(bytes(der[: data.draw(st.integers(0, len(der)))]))
    assert (text.subject + text.issuer).isprintable()
