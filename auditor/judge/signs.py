"""What else an outcome shows that deserves a finding of its own: intruders' marks, releases at their end, no TLS.

Pure: names, versions and the day of the outcome are compared with the rulebook's facts. Nothing is tried.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final

from auditor.model.dataset import DataSet, Kind
from auditor.model.enumeration import enumerated
from auditor.model.observation import Fact, Observation, Reach, Service, Sign
from auditor.model.outcome import Outcome
from auditor.model.version import numbers
from auditor.rulebook import Mark, Rulebook
from auditor.rulebook.lifecycle import Affected, Lifecycle
from auditor.rulebook.marks import known

RANSOM: Final = "ransom_mark"
TAMPERING: Final = "tampering_mark"
SHIPPED_CERTIFICATE: Final = "shipped_certificate"
END_OF_LIFE: Final = "end_of_life"
AFFECTED: Final = "affected_version"
NO_TLS: Final = "no_tls"

_SOMEBODY_ELSE: Final = frozenset({Fact.STAND_IN, Fact.LOOK_ALIKE})
_ASKED_LOGIN: Final = frozenset({Fact.PRODUCT_ASKED_LOGIN, Fact.FRONT_ASKED_LOGIN})


def signs_of(outcome: Outcome, book: Rulebook) -> Iterator[Sign]:
    """The signs that the probe stated, then those that follow from the rulebook. The day is that of the outcome."""
    seen = outcome.observation
    yield from seen.signs
    yield from _marked(RANSOM, seen.datasets, book.marks.ransom)
    yield from _marked(TAMPERING, seen.datasets, book.marks.tampering)
    if seen.tls is not None and (mark := known(seen.tls.subject, book.marks.shipped)) is not None:
        yield Sign(SHIPPED_CERTIFICATE, f"Its certificate is {mark.what}, whose private key everybody can have.")
    if seen.service is not None and not (_SOMEBODY_ELSE & seen.facts):
        day = datetime.fromtimestamp(outcome.finished, UTC).date()
        yield from _of_version(seen.service, book.lifecycle, day)
    if _speaks_in_clear(seen, exposed=outcome.verdict.exposed):
        yield Sign(NO_TLS, "It answered without TLS.")


def _marked(sign: str, datasets: Sequence[DataSet], marks: Sequence[Mark]) -> Iterator[Sign]:
    """One sign for all names that bear a mark: a wiped server has hundreds of them."""
    found = {name: mark for dataset in datasets for name in _names(dataset) if (mark := known(name, marks)) is not None}
    if not found:
        return
    names = list(found)
    quoted = enumerated([f'"{name[:200]}"' for name in names])
    first = found[names[0]]
    yield Sign(sign, f"{quoted}: {first.what} (known from: {first.source}).")


def _names(dataset: DataSet) -> Iterator[str]:
    """The name; of a collection the database's and its own, for either may be the note."""
    if dataset.kind in (Kind.COLLECTION, Kind.VIEW):
        database, _, collection = dataset.name.partition(".")
        yield database
        yield collection
    else:
        yield dataset.name


def _of_version(service: Service, lifecycle: Lifecycle, day: date) -> Iterator[Sign]:
    version, whole = numbers(service.version), True
    told = f"{service.name} {service.version}"
    if not version and (line := _line(service, lifecycle)):
        version, whole = numbers(line), False
        told = f"{service.name} {line}, told by the version of its protocol"
    if not version:
        return
    for ended in lifecycle.ended:
        if service.name in ended.services and ended.span.holds(version) and ended.ended < day:
            yield Sign(END_OF_LIFE, f"{told}: not mended since {ended.ended:%Y-%m-%d} ({ended.source}).")
            break
    for hole in lifecycle.affected:
        if service.name in hole.services and (sentence := _affected(hole, told, version, whole=whole)):
            yield Sign(AFFECTED, sentence, hole.id, inferred=True)


def _affected(hole: Affected, told: str, version: tuple[int, ...], *, whole: bool) -> str:
    if whole:
        if any(span.holds(version) for span in hole.spans):
            return f"{told}: version affected by {hole.id}: {hole.what} ({hole.source})."
        return ""
    if any(span.touches(version) for span in hole.spans):
        return f"{told}: versions of this line are affected by {hole.id}: {hole.what} ({hole.source})."
    return ""


def _line(service: Service, lifecycle: Lifecycle) -> str:
    wire = dict(service.details).get("wire_version", "")
    return lifecycle.wire_versions.get(int(wire), "") if wire.isascii() and wire.isdigit() and len(wire) < 5 else ""


def _speaks_in_clear(seen: Observation, *, exposed: bool) -> bool:
    """Whether something that matters crossed the network readable: what a stranger was given, or will be a password."""
    return seen.tls is None and seen.reach is Reach.ANSWERED and (exposed or bool(_ASKED_LOGIN & seen.facts))
