"""What each tool's words count as, and the score: pure, and in doubt in the other tools' favour, never in ours."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from auditor.model.outcome import Verdict

#: Databases that every MongoDB has: a list of these alone shows nobody's data.
OWN_DATABASES = frozenset({"admin", "config", "local"})


class Truth(StrEnum):
    """What a stranger can do with an endpoint; part of its definition, never measured."""

    OPEN = "open"  # data can be read
    NOT_OPEN = "not open"
    NAMES = "names alone"  # some call that open and some closed
    UNTOLD = "cannot be told"  # not ready, no master, backend gone


class Said(StrEnum):
    """What a tool's user takes from it."""

    OPEN = "open"
    SECURE = "secure"  # asks for a login, or nothing listens
    NOTHING = "nothing"  # an error of the tool's own, a bare product name, silence, another service


class Mark(StrEnum):
    """One tool's answer on one endpoint, held against the truth."""

    FOUND = "open found"
    WRONG_SECURE = "wrong secure"
    MISSED = "open, nothing said"
    FALSE_OPEN = "false open"
    RIGHT = "right"
    UNSAID = "not open, nothing said"
    EXCUSED = "not counted"  # where the truth lies between open and not


def mark(truth: Truth, said: Said) -> Mark:
    """How an answer stands to the truth."""
    match truth, said:
        case ((Truth.UNTOLD | Truth.NAMES), _):
            return Mark.EXCUSED
        case Truth.OPEN, Said.OPEN:
            return Mark.FOUND
        case Truth.OPEN, Said.SECURE:
            return Mark.WRONG_SECURE
        case Truth.OPEN, _:
            return Mark.MISSED
        case _, Said.OPEN:
            return Mark.FALSE_OPEN
        case _, Said.SECURE:
            return Mark.RIGHT
        case _:
            return Mark.UNSAID


def tally(answers: Iterable[tuple[Truth, Said]]) -> Counter[Mark]:
    """How often each mark was earned."""
    return Counter(mark(truth, said) for truth, said in answers)


def read_verdict(verdict: Verdict) -> Said:
    """Ours. Strict: names alone are not "open", and "another service" where data lies open would count as "secure"."""
    match verdict:
        case Verdict.OPEN | Verdict.PARTLY_OPEN | Verdict.ANONYMOUS_ROLE:
            return Said.OPEN
        case (
            Verdict.AUTH_REQUIRED
            | Verdict.CLIENT_CERT_REQUIRED
            | Verdict.REFUSED
            | Verdict.OTHER_SERVICE
            | Verdict.NO_DATA_NODE
        ):
            return Said.SECURE
        case _:
            return Said.NOTHING


@dataclass(frozen=True, slots=True)
class ScannedPort:
    """What nmap reports of one port. `scripts` holds each script's output by the script's name."""

    state: str
    service: str = ""
    product: str = ""
    version: str = ""
    extra: str = ""
    scripts: Mapping[str, str] = field(default_factory=dict)


_TITLES = ("kibana", "elastic", "opensearch dashboards", "mongod ")
_LANDINGS = ("/app/", "/spaces/enter")
_LOCKED = ("not authorized", "unauthorized", "requires authentication", "need to login", "Shield plugin")


def read_scan(port: ScannedPort) -> Said:
    """Nmap's. Generous: a product recognised by an answer that took no login counts as "open found".

    That is Elasticsearch with its version, Kibana by its headers, its page's title or where its page leads (a login
    excepted), a list of databases that was given, however short, where no other question was refused, and MongoDB's
    HTTP console. A 401, a refusal in a script's output and a closed port are "secure"; a MongoDB's version alone is
    nothing: every secured one tells it.
    """
    if port.state == "closed":
        return Said.SECURE
    databases = port.scripts.get("mongodb-databases", "")
    names = {line.partition("=")[2].strip() for line in databases.splitlines() if line.strip().startswith("name =")}
    if names - OWN_DATABASES:
        return Said.OPEN
    title = port.scripts.get("http-title", "")
    told = " ".join((port.extra, *(output for name, output in port.scripts.items() if name != "fingerprint-strings")))
    if "http-auth" in port.scripts or "login" in title or any(word in told for word in _LOCKED):
        return Said.SECURE
    if "ok = 1" in databases:
        return Said.OPEN
    named = (port.product.startswith("Elasticsearch") and bool(port.version)) or "http console" in port.product
    kibana = title.lower().startswith(_TITLES) or any(f"resource was {place}" in title for place in _LANDINGS)
    if named or kibana or port.product == "Elasticsearch Kibana":
        return Said.OPEN
    return Said.NOTHING


def read_client(names: Iterable[str] | None, refusals: Iterable[int]) -> Said:
    """A stock client's: `names` that it listed, None where it listed none; `refusals`, the codes of its errors.

    Generous: names of indices or databases are "open" whatever else failed. It is "secure" only where every question
    was answered 401 or 403 (MongoDB: 13, 18); an error of the client's own, or a server it does not want to speak to,
    is nothing.
    """
    if names is not None and set(names) - OWN_DATABASES:
        return Said.OPEN
    codes = set(refusals)
    return Said.SECURE if codes and codes <= {401, 403, 13, 18} else Said.NOTHING


def read_page(status: int, location: str, body: str) -> Said:
    """A page's, got as people get Kibana's /api/status or a MongoDB console's /listDatabases.

    Generous: a status that tells a version or its parts is "open", as it is commonly taken; one that is held back
    (from 8 on, for strangers) is nothing. A 401, a 403 and a redirect to a login are "secure".
    """
    if status in (401, 403) or (300 <= status < 400 and "login" in location):
        return Said.SECURE
    told = body.lstrip().startswith("{") and any(key in body for key in ('"version"', '"statuses"', '"databases"'))
    return Said.OPEN if status == 200 and told else Said.NOTHING
