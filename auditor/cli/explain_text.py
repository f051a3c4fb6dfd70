"""One outcome explained to a person at a terminal: why this verdict, what it rests on, and all that was asked."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from auditor.cli.endpoint import written
from auditor.export.counted import counted
from auditor.export.language import LANGUAGES
from auditor.export.record_tally import called_out
from auditor.export.subject import notes
from auditor.export.summary import service_name
from auditor.export.talk_words import ACCESSES, REACHES, fact
from auditor.export.visible import PROSE_LIMIT, visible
from auditor.export.words import KINDS, VERDICTS, category, product
from auditor.model.dataset import DataSet, FieldFinding, RecordFinding
from auditor.model.finding import Finding
from auditor.model.observation import Exchange, Fact
from auditor.model.outcome import Outcome

MOST_OBJECTS = 20
MOST_FIELDS = 8  # of one object
_LABEL = 13  # columns


def explain(outcome: Outcome, findings: Sequence[Finding]) -> Iterator[str]:
    """The lines of one outcome, without their ends. All text of a server's or an inventory's is made visible."""
    target = outcome.target
    yield f"{visible(written(target.host, target.port))}  {visible(product(target.product))}"
    yield ""
    yield from _decision(outcome)
    yield from _section("What was noted", [f"  - {visible(note, PROSE_LIMIT)}" for note in _noted(outcome)])
    yield from _section(
        f"What a stranger could list ({len(outcome.observation.datasets)})", list(_objects(outcome)), none=None
    )
    yield from _section("The exchanges that decided", list(_evidence(outcome)))
    yield from _section("Everything that was asked, in order", list(_transcript(outcome)))
    yield from _section("Seen beside the verdict", list(_signs(outcome)), none=None)
    yield from _section("Findings", [f"  {each.severity.value:<9}{visible(each.title)}" for each in findings])


def _decision(outcome: Outcome) -> Iterator[str]:
    seen, words = outcome.observation, VERDICTS[outcome.verdict]
    yield _pair("Verdict", f"{outcome.verdict.value}: {words.sentence}")
    yield _pair(
        "Decided by",
        f"{visible(outcome.rule)}, the first row of the verdict table that fits" if outcome.rule else "not told",
    )
    yield _pair("Because", visible(outcome.why, PROSE_LIMIT) or "not told")
    yield _pair("The talk", f"{seen.reach.value}: {REACHES[seen.reach]}")
    yield _pair("Given", f"{seen.access.value}: {ACCESSES[seen.access]}")
    if seen.service is not None:
        cluster = f', cluster "{visible(seen.service.cluster_name)}"' if seen.service.cluster_name else ""
        yield _pair("Answered by", visible(service_name(seen.service)) + cluster)
    if outcome.address:
        yield _pair("Asked at", visible(written(outcome.address, outcome.target.port)))
    if outcome.finished:
        yield _pair("Finished", f"{datetime.fromtimestamp(outcome.finished, UTC):%Y-%m-%d %H:%M:%S} UTC")


def _noted(outcome: Outcome) -> Iterator[str]:
    yield from (fact(each) for each in Fact if each in outcome.observation.facts)
    if outcome.observation.asked_by:
        yield f"The login was asked for by {outcome.observation.asked_by}."
    yield from notes(outcome, LANGUAGES["en"])


def _objects(outcome: Outcome) -> Iterator[str]:
    datasets = outcome.observation.datasets
    first = sorted(datasets, key=lambda each: (each.system, not each.personal, -(each.records or 0)))
    for each in first[:MOST_OBJECTS]:
        yield f"  {visible(each.name) or '(no name)'}  {_about(each)}"
        if each.personal:
            yield f"      fields that look personal: {_fields(each)}"
        if each.record:
            yield f"      together: {record_told(each.record)}"
    yield from _more(len(datasets), MOST_OBJECTS)


def record_told(record: RecordFinding) -> str:
    """What the records of an object are as a whole, how sure that is, and why, in one line."""
    kinds = ", also ".join(visible(kind.title) for kind in (record.kind, *record.further))
    notes = "; ".join(called_out(record, LANGUAGES["en"]))
    sure = f"{record.confidence:.2f}"
    return f"{kinds}{f' ({notes})' if notes else ''}  {sure}  {visible(record.why, PROSE_LIMIT)}"


def _about(each: DataSet) -> str:
    records = (
        "records not told" if each.records is None else f"{each.records:,} record{'' if each.records == 1 else 's'}"
    )
    readable = {True: "can be read", False: "refused", None: "reading not tried"}[each.readable]
    parts = [KINDS[each.kind.value], records, readable]
    if each.system:
        parts.append("the product's own")
    if each.sampled is not None:
        parts.append(f"{each.sampled:,} document{'' if each.sampled == 1 else 's'} sampled")
    if each.refused:
        parts.append(f"unanswered: {', '.join(map(visible, each.refused))}")
    return ", ".join(parts)


def _fields(each: DataSet) -> str:
    named = [
        f"{visible(found.field)} ({', '.join(visible(category(word)) for word in found.categories)}{_counts(found)})"
        for found in each.personal[:MOST_FIELDS]
    ]
    return ", ".join((*named, *(more.strip() for more in _more(len(each.personal), MOST_FIELDS))))


def _counts(found: FieldFinding) -> str:
    return "" if found.counts is None else f"; {counted(found.counts, LANGUAGES['en'])}"


def _signs(outcome: Outcome) -> Iterator[str]:
    for sign in outcome.observation.signs:
        subject = f" ({visible(sign.object)})" if sign.object else ""
        inferred = " Inferred, not tried." if sign.inferred else ""
        yield f"  {visible(sign.id)}{subject}: {visible(sign.detail, PROSE_LIMIT)}{inferred}"


def _evidence(outcome: Outcome) -> Iterator[str]:
    for exchange in outcome.observation.evidence:
        yield f"  {_asked(exchange)}"
        yield from (f"      {visible(name)}: {visible(value)}" for name, value in exchange.headers)
        yield f"      {visible(exchange.why, PROSE_LIMIT)}"


def _transcript(outcome: Outcome) -> Iterator[str]:
    for number, exchange in enumerate(outcome.observation.transcript, start=1):
        yield (
            f"  {number:>3}. {_asked(exchange)}  {exchange.sent:,} bytes sent, {exchange.received:,} received, "
            f"{exchange.milliseconds:,.1f} ms"
        )


def _asked(exchange: Exchange) -> str:
    return f"{visible(exchange.request, PROSE_LIMIT)}  [{'no status' if exchange.status is None else exchange.status}]"


def _section(title: str, lines: Sequence[str], *, none: str | None = "  none") -> Iterator[str]:
    """A heading with its lines; where there are none it says so, or is left out."""
    if lines or none is not None:
        yield ""
        yield f"{title}:"
        yield from lines or [none or ""]


def _more(many: int, most: int) -> Iterator[str]:
    if many > most:
        yield f"  and {many - most:,} more"


def _pair(label: str, text: str) -> str:
    return f"{label:<{_LABEL}}{text}"
