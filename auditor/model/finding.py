"""What must be mended: a rule that an outcome broke, with its severity and an identity that survives the night."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from auditor.model.outcome import Verdict
from auditor.model.target import Place


class Severity(StrEnum):
    """How urgent a finding is, from most to least."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """4 for critical down to 0 for info."""
        return 4 - list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Control:
    """An article or control that a finding is evidence relevant to; never a legal conclusion."""

    framework: str
    id: str
    why: str


@dataclass(frozen=True, slots=True)
class FixText:
    """How to mend it. `below` bounds the versions it is for (exclusive, dotted); None fits every version."""

    text: str
    below: str | None = None


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule's texts, which are data.

    `{name}` in a text is filled from the finding: host, address, port, url, object, service, version, asked_by,
    identity, behind; in `verify` each is percent-encoded, so that it is safe in a shell.

    `verdicts` are those it speaks about. `per` says what one finding stands for: the whole "target"; each readable
    "dataset" with personal fields; "dataset-names" for those of which only names were given; a "path" that joins two
    targets; each "sign" of the id in `sign`, whether the probe stated it or the judge derived it.
    `fixes` are tried in order; the first whose bound lies above the detected version is printed.
    """

    id: str
    product: str
    verdicts: tuple[Verdict, ...]
    severity: Severity
    title: str
    why: str
    fixes: tuple[FixText, ...]
    verify: str
    controls: tuple[Control, ...] = ()
    per: str = "target"
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `object` is the index or collection it is about, None for the whole target."""

    fingerprint: str
    rule: str
    severity: Severity
    host: str
    address: str
    port: int
    product: str
    object: str | None
    title: str
    why: str
    fix: str
    verify: str
    controls: tuple[Control, ...] = ()
    owner: str | None = None
    environment: str | None = None
    records: int | None = None
    categories: tuple[str, ...] = ()
    place: Place | None = None


def fingerprint(rule: str, estate: str, host: str, port: int, object_name: str | None) -> str:
    """32 hex digits that stay the same from night to night: no time, no resolved address, no severity goes in."""
    parts = (rule, estate, host, str(port), "" if object_name is None else f"={object_name}")
    # The separator within a part is escaped, and the escape too: no two lists of parts may ever read alike.
    canonical = "\x1f".join(part.replace("\x1e", "\x1e\x1e").replace("\x1f", "\x1e\x1f") for part in parts)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]
