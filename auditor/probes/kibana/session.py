"""A visitor's way into Kibana: redirects on the same host, and the cookies of an anonymous session, for one talk."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin, urlsplit

from auditor.probes.interface import HttpReply
from auditor.probes.kibana.requests import is_path

MOST_HOPS: Final = 8  # Dashboards' anonymous login takes three; a browser gives up at twenty

_MOST_COOKIES: Final = 32
_MOST_BYTES: Final = 16 << 10  # of all cookies together: a larger header is refused by common servers
_LONGEST_LOCATION: Final = 4096
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_VALUE: Final = re.compile(r"[\x21-\x3a\x3c-\x7e]+")  # visible ASCII without ";": it is sent back as one header line
_ENDED: Final = re.compile(r";\s*(?:max-age\s*=\s*(?:-|0+\s*(?:;|$))|expires\s*=[^;]*\b19\d\d\b)", re.IGNORECASE)
#: What the security plugin of Dashboards tells the browser of its settings, within the page.
_GUESTS_WELCOME: Final = re.compile(rb"\banonymous_auth_enabled(?:&quot;|\")\s*:\s*true\b")
_LOGIN: Final = re.compile(
    r"log-?[io]n|sign-?[io]n|\bsso|saml|oidc|openid|auth|adfs|\bidp\b|\bcas\b|\baccounts?\.", re.IGNORECASE
)


@dataclass(slots=True)
class CookieJar:
    """The cookies that one target set. They are sent to no other target and shown nowhere, not even in this repr.

    Path, domain and the Secure mark are not looked at: all requests of a talk go to the one server that set them.
    """

    _cookies: dict[str, str] = field(default_factory=dict, repr=False)
    changes: int = 0

    def keep(self, reply: HttpReply) -> None:
        """Takes every cookie of a reply, drops those that it ends, and ignores what would pass the bounds."""
        for line in reply.all_headers("set-cookie"):
            name, equals, value = line.partition(";")[0].strip().partition("=")
            name, value = name.strip(), value.strip()
            if not equals or not _NAME.fullmatch(name):
                continue
            if not value or _ENDED.search(line):
                self._cookies.pop(name, None)
            elif _VALUE.fullmatch(value) and self._has_room(name, value) and self._cookies.get(name) != value:
                self._cookies[name] = value
                self.changes += 1

    @property
    def headers(self) -> dict[str, str]:
        """The Cookie header; nothing where the jar is empty."""
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())} if self else {}

    def __bool__(self) -> bool:
        return bool(self._cookies)

    def _has_room(self, name: str, value: str) -> bool:
        others = {kept: len(kept) + len(held) + 3 for kept, held in self._cookies.items() if kept != name}
        return len(others) < _MOST_COOKIES and sum(others.values()) + len(name) + len(value) + 3 <= _MOST_BYTES


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a target's pages live, so that a redirect elsewhere can be told. `hosts` are lower case."""

    scheme: str
    hosts: frozenset[str]
    port: int

    def within(self, location: str, *, page: str) -> str | None:
        """The path to ask next where `location` (absolute, or relative to the path `page`) stays on this host and port.

        None where it leads away, or to nothing that could be asked.
        """
        if len(location) > _LONGEST_LOCATION:
            return None
        try:
            parts = urlsplit(urljoin(f"{self.scheme}://kibana.invalid{page}", location.strip()))
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return None
        if host != "kibana.invalid" or parts.scheme != self.scheme:
            own_port = port if port is not None else {"http": 80, "https": 443}.get(parts.scheme)
            if parts.scheme != self.scheme or host not in self.hosts or own_port != self.port:
                return None
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return path if is_path(path) else None

    def away(self, location: str, *, page: str) -> "Away":
        """What a reader may know of a redirect that leads away from the path `page`."""
        try:
            parts = urlsplit(location.strip())
            host, port = parts.hostname or "", f":{parts.port}" if parts.port is not None else ""
        except ValueError:
            host, port = "", ""
        if not host:
            return Away("an unreadable address", is_login=False, is_own_host=False)
        place = f"{(parts.scheme or self.scheme)[:16]}://{host[:253]}{port}"
        # The same path elsewhere is a move, to https for one, whatever words the host's name is made of ("auth-kb").
        moved = (parts.path or "/") == page.partition("?")[0]
        is_login = not moved and looks_like_login(f"{host}{parts.path}")
        return Away(place, is_login, host.lower() in self.hosts)


@dataclass(frozen=True, slots=True)
class Away:
    """Where a redirect led that was not followed: scheme, host and port. Its path and query may hold secrets."""

    place: str
    is_login: bool
    is_own_host: bool


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a visitor of `/` ends.

    `pages` are paths and replies in order; the last one may have led `away`, or the redirects may have had no end.
    """

    pages: tuple[tuple[str, HttpReply], ...] = ()
    away: Away | None = None
    endless: bool = False

    @property
    def end(self) -> HttpReply | None:
        """The last reply."""
        return self.pages[-1][1] if self.pages else None

    @property
    def lets_in(self) -> bool:
        """Whether a visitor ends at a page that is no login, and was not sent away from it."""
        if not self.pages or self.away is not None or self.endless:
            return False
        path, reply = self.pages[-1]
        return reply.status not in (401, 403) and not looks_like_login(path.partition("?")[0])


def looks_like_login(location: str) -> bool:
    """Whether an address speaks of logging in."""
    return _LOGIN.search(location) is not None


def invites_guests(page: HttpReply) -> bool:
    """Whether a page of Dashboards says that its login may be passed without a secret (`/auth/anonymous`).

    With basic authentication alone Dashboards take visitors there themselves; with several kinds the login page offers
    a button. Source: security-dashboards-plugin, `server/index.ts` (exposeToBrowser) and `login-page.tsx`.
    """
    return page.status == 200 and _GUESTS_WELCOME.search(page.body) is not None
