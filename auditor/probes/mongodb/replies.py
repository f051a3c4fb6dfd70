"""What a MongoDB server's replies mean: how it refused, and what it listed. All pure.

A refusal's text is read for what it means and then dropped: only the sentences of this file leave it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from auditor.probes.mongo_allow import is_database


class Answer(StrEnum):
    """How a command ended."""

    GIVEN = "given"  # ok, and of the shape that was asked for
    LOGIN = "login"  # refused for want of a login
    NO_ROLE = "no_role"  # past the login, yet without a right: from 4.0 the localhost exception, or somebody's identity
    NOT_READABLE = "not_readable"  # a secondary, an arbiter or an uninitialised member that does not serve this
    WRONG_PLACE = "wrong_place"  # "may only be run against the admin database": says nothing of logins
    UNKNOWN = "unknown"  # the server does not know the command
    MISSING = "missing"  # no such database or collection
    OTHER = "other"  # refused or answered in a way that fits no known case
    SILENT = "silent"  # the exchange broke
    UNASKED = "unasked"


_WRONG_PLACE = re.compile(r"may only be run against the admin database|access denied; use admin db", re.IGNORECASE)
_NO_ROLE = re.compile(r"not authorized on \S+ to execute command", re.IGNORECASE)
_LOGIN = re.compile(
    r"requires authentication|prior to authentication|^unauthorized$|not authori[sz]ed"
    r"|\bauthori[sz]ation (failure|failed)"
    r"|authentication (is )?required|not authenticated|need to log ?in|login required|access denied|permission denied"
    r"|user is not allowed to do action",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"^ns not found|^Database \[.*\] not found|^Collection \[.*\] not found|does(n't| not) exist", re.IGNORECASE
)
_UNKNOWN = re.compile(r"^no such (cmd|command)|CommandNotFound|command .{0,80} not (found|supported)", re.IGNORECASE)

_ATLAS_ERROR = 8000  # of the proxy before Atlas's shared clusters, whatever it refuses and for whatever reason
#: Unauthorized; its legacy form on a refused find of 2.4; Atlas's; Cosmos DB's "not supported prior to authentication";
#: none at all on 2.4. Not 18, which an open server gives to any wrong login.
_MAY_ASK_LOGIN = frozenset({13, 16550, _ATLAS_ERROR, 115, None})
#: NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary, NotWritablePrimary, PrimarySteppedDown, InterruptedDueToReplState…
_STATE_CODES = frozenset({13435, 13436, 10107, 189, 11600, 11602, 91, 94})
_UNKNOWN_CODES = frozenset({59, 115})  # CommandNotFound, CommandNotSupported
_NAMESPACE_NOT_FOUND = 26
_FIRST_WITH_PLAIN_WORDS = 7  # maxWireVersion of 4.0: from here on "requires authentication" is the ordinary refusal

#: The refusals in our words, by what a server's text holds; the text itself is not kept.
_SENTENCES = (
    *("requires authentication", "prior to authentication", "not authenticated", "authorization failure"),
    *("not authorized", "unauthorized", "not allowed to do action", "no SNI name sent"),
)


def judge_reply(document: Mapping[str, Any], *, wire_version: int) -> Answer:
    """How a command ended, by its reply: the code and the text together, for neither is enough."""
    if document.get("ok") in (1, 1.0, True) and "$err" not in document:
        return Answer.GIVEN
    code, text = _code(document), _text(document)
    if _WRONG_PLACE.search(text):
        return Answer.WRONG_PLACE
    if code in _STATE_CODES:
        return Answer.NOT_READABLE
    if code in _MAY_ASK_LOGIN and _LOGIN.search(text):
        # Atlas has no localhost exception, and gives strangers no identity: there it is a login that is missing.
        past_login = wire_version >= _FIRST_WITH_PLAIN_WORDS and code != _ATLAS_ERROR and _NO_ROLE.search(text)
        return Answer.NO_ROLE if past_login else Answer.LOGIN
    if code in _UNKNOWN_CODES or _UNKNOWN.search(text):
        return Answer.UNKNOWN
    if code == _NAMESPACE_NOT_FOUND or _MISSING.search(text):
        return Answer.MISSING
    return Answer.OTHER


def quote_refusal(document: Mapping[str, Any]) -> str:
    """A refusal in a few words that are ours: `code 13, "requires authentication"`."""
    code, text = _code(document), _text(document).lower()
    number = "no code" if code is None else f"code {code}"
    sentence = next((sentence for sentence in _SENTENCES if sentence.lower() in text), None)
    return f'{number}, "{sentence}"' if sentence else number


@dataclass(frozen=True, slots=True)
class Listing:
    """The databases that a server listed, without those that exist only because somebody asked for them."""

    databases: tuple[str, ...] = ()
    truncated: bool = False

    @property
    def beyond_local(self) -> tuple[str, ...]:
        """All but `local`, which every node has, an arbiter too."""
        return tuple(name for name in self.databases if name != "local")


def read_databases(document: Mapping[str, Any], *, limit: int) -> Listing | None:
    """The reply to listDatabases; None where it holds no such list."""
    entries = document.get("databases")
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        return None
    names = [_name(entry.get("name")) for entry in entries if not _is_ghost(entry)]
    known = tuple(dict.fromkeys(name for name in names if name))
    return Listing(known[:limit], truncated=len(known) > limit)


def reveals_settings(document: Mapping[str, Any]) -> bool:
    """Whether a reply to getLog or hostInfo is one: that much a server with access control gives to nobody."""
    return "log" in document or "totalLinesWritten" in document or "system" in document or "os" in document


def _is_ghost(entry: Mapping[str, Any]) -> bool:
    # Up to 2.6 a question about a missing database makes it appear so.
    return entry.get("empty") is True and entry.get("sizeOnDisk") == 1


def _code(document: Mapping[str, Any]) -> int | None:
    code = document.get("code")
    number = code if isinstance(code, (int, float)) and not isinstance(code, bool) and abs(code) < 1 << 31 else None
    return None if number is None else int(number)


def _text(document: Mapping[str, Any]) -> str:
    text = next((document[key] for key in ("errmsg", "$err", "err") if isinstance(document.get(key), str)), "")
    return str(text)[:1_000]


def _name(value: object) -> str:
    return value if isinstance(value, str) and is_database(value) else ""
