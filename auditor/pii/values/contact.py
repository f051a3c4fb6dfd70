"""Addresses of mailboxes and of machines, and what tells a person's mailbox from a function's."""

import ipaddress
import re

_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_TOP = re.compile(r"[^\W\d_]{2,24}|xn--[a-z0-9-]{2,59}", re.IGNORECASE)
_INWARD = frozenset({"local", "localdomain", "localhost", "internal", "lan"})
# RFC 2142, and what firms call theirs: whoever reads them, the address is not a person's.
_FUNCTIONS = frozenset({
    "abuse", "accounting", "accounts", "admin", "administrator", "billing", "contact", "contacto", "customerservice",
    "enquiries", "feedback", "finance", "ftp", "hello", "help", "helpdesk", "hostmaster", "hr", "info", "information",
    "inquiry", "invoice", "it", "jobs", "kontakt", "mail", "mailer-daemon", "marketing", "news", "newsletter",
    "no-reply", "noc", "noreply", "notifications", "office", "order", "orders", "postmaster", "press", "privacy",
    "purchasing", "recruit", "reception", "root", "sales", "security", "service", "services", "shop", "support",
    "system", "team", "tech", "webmaster", "www",
})  # fmt: skip
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]{2,45})\](?::[0-9]{1,5})?|([0-9.]{7,15}):[0-9]{1,5}")


def _mailbox(text: str) -> tuple[str, str] | None:
    """The parts of an address before and after its "@"; None if it is none."""
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1]  # "Name <name@example.org>"
    local, sign, domain = text.removeprefix("mailto:").rpartition("@")
    if not sign or len(local) > 64 or len(domain) > 253 or _LOCAL.fullmatch(local) is None:
        return None
    *labels, top = domain.split(".")
    if not labels or _TOP.fullmatch(top) is None or top.lower() in _INWARD:
        return None
    return (local, domain) if all(_LABEL.fullmatch(label) for label in labels) else None


def is_mailbox(text: str) -> bool:
    """Whether it is an e-mail address on a domain that the Internet could know (RFC 5321, without quoted forms)."""
    return "@" in text and _mailbox(text) is not None


def is_function_mailbox(text: str) -> bool:
    """Whether it is the address of a function: info@, sales@, no-reply@."""
    if "@" not in text:
        return False
    found = _mailbox(text)
    return found is not None and found[0].lower().partition("+")[0] in _FUNCTIONS


def is_ip_address(text: str) -> bool:
    """Whether it is an IPv4 or IPv6 address, perhaps with a port, or a list of them that begins with one."""
    if len(text) > 256:
        return False
    first = text.partition(",")[0].strip()
    match = _WITH_PORT.fullmatch(first)
    try:
        ipaddress.ip_address(match[1] or match[2] if match else first)
    except ValueError:
        return False
    return True
