import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.values.contact import is_function_mailbox, is_ip_address, is_mailbox


@given(st.emails())
def test_every_address_of_the_standard_on_a_named_domain_passes(address: str) -> None:
    assert is_mailbox(address)
    assert is_mailbox(f"Some One <{address}>")
    assert is_mailbox(f"mailto:{address}")


@pytest.mark.parametrize(
    "text", ["张三@例子.中国", "a@sub.example.co.uk", "first.last+tag@example.org", "a@xn--fsq.xn--fiqs8s"]
)
def test_addresses_of_other_scripts_and_depths_pass(text: str) -> None:
    assert is_mailbox(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "a@", "@example.org", "a@example", "a@host.local", "root@localhost", "a b@example.org",
        "a@example.org.", ".a@example.org", "a..b@example.org", "a@-example.org", "a@1.2.3.4",
        "git@example.org:team/project.git", "https://example.org/@name",
        "write to a@example.org please", f"{'a' * 65}@example.org", "pkg@1.2.0",
    ],
)  # fmt: skip
def test_what_no_mail_goes_to_does_not_pass(text: str) -> None:
    assert not is_mailbox(text)


def test_a_functions_mailbox_is_told_from_a_persons() -> None:
    assert is_function_mailbox("Info@example.org")
    assert is_function_mailbox("no-reply+x1@example.org")
    assert not is_function_mailbox("info.miller@example.org")
    assert not is_function_mailbox("info")
    assert not is_function_mailbox("info@host")


@given(st.ip_addresses())
def test_every_ip_address_passes(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    text = str(address)
    assert is_ip_address(text)
    assert is_ip_address(f"{text}, 10.0.0.1")
    assert is_ip_address(f"[{text}]:9200" if address.version == 6 else f"{text}:9200")


@pytest.mark.parametrize("text", ["", "1.2.3", "256.1.1.1", "1.2.3.4.5", "localhost", "12:30", "a" * 10_000])
def test_what_is_no_ip_address_does_not_pass(text: str) -> None:
    assert not is_ip_address(text)
