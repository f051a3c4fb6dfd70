"""What was noted about one server, in sentences: identity, rights, refusals, what lies behind it, its certificate."""

from collections import Counter
from collections.abc import Iterator

from auditor.export.language import Language
from auditor.export.summary import service_name
from auditor.export.visible import visible
from auditor.export.words import VERDICTS
from auditor.model.dataset import NOT_SAMPLED
from auditor.model.observation import Fact, Observation, TlsSeen
from auditor.model.outcome import Outcome, Verdict
from auditor.model.target import Expectation

MOST = 8  # of one kind of note; the JSON has them all


def decision(outcome: Outcome, language: Language) -> Iterator[str]:
    """Which row of the verdict table decided, and its sentence; nothing of a foreign file that names no row."""
    if outcome.rule:
        yield language.t(
            "Row {rule} of the verdict table decided: {why}", rule=visible(outcome.rule), why=visible(outcome.why)
        )


def notes(outcome: Outcome, language: Language) -> Iterator[str]:
    """The sentences that belong on a finding's card beside its evidence."""
    seen, asset, t = outcome.observation, outcome.target.asset, language.t
    if seen.detail and seen.detail != outcome.why:
        yield seen.detail
    yield from _identity(seen, language)
    if outcome.verdict is not Verdict.OPEN or Fact.PARTLY_REFUSED in seen.facts:  # else the evidence says it all
        yield from seen.partial[:MOST]
        if len(seen.partial) > MOST:
            yield t("Further partial answers are in the JSON: {n}.", n=len(seen.partial) - MOST)
    if seen.behind is not None:
        cluster = visible(seen.behind.cluster_name or t("unnamed"))
        yield t(
            "Behind it stands {service}, cluster {cluster}.",
            service=visible(service_name(seen.behind)),
            cluster=cluster,
        )
    if outcome.others:
        others = ", ".join(
            f"{visible(address)} ({language.t(VERDICTS[verdict].label)})" for address, verdict in outcome.others[:MOST]
        )
        yield t("The same name has further addresses: {others}.", others=others)
    if seen.tls is not None:
        yield _tls(seen.tls, language)
    if seen.truncated:
        yield t("It holds more objects than this audit's limits allow to list.")
    yield from _not_sampled(seen, language)
    if asset.expect is Expectation.PUBLIC_BY_DESIGN:
        yield t(
            "The inventory calls it public by design: {reason}", reason=visible(asset.reason or t("no reason given"))
        )


def _not_sampled(seen: Observation, language: Language) -> Iterator[str]:
    """Of how many objects a sample was wanted that did not come, and why."""
    reasons = Counter(
        reason.removeprefix(NOT_SAMPLED)
        for dataset in seen.datasets
        for reason in dataset.refused
        if reason.startswith(NOT_SAMPLED)
    )
    told = ", ".join(f"{visible(reason)} ({many:,})" for reason, many in reasons.most_common(MOST))
    if told:
        yield language.t("Objects of which no sample came: {reasons}.", reasons=told)


def _identity(seen: Observation, language: Language) -> Iterator[str]:
    if seen.identity:
        yield language.t("The server takes a stranger for the user {identity}.", identity=visible(seen.identity))
    if seen.rights:
        rights = ", ".join(visible(right) for right in seen.rights[:MOST])
        more = len(seen.rights) - MOST
        whose = "Rights of that user: {rights}" if seen.identity else "Rights of a stranger: {rights}"
        yield language.t(whose, rights=rights) + (f" … (+{more})" if more > 0 else "")


def _tls(tls: TlsSeen, language: Language) -> str:
    parts = [language.t("Spoken over {version}", version=visible(tls.version))]
    if tls.subject:
        parts.append(language.t("certificate of {subject}", subject=visible(tls.subject)))
    if tls.issuer:
        parts.append(language.t("issued by {issuer}", issuer=visible(tls.issuer)))
    if tls.not_after:
        parts.append(language.t("valid until {day}", day=visible(tls.not_after)))
    return ", ".join(parts) + "."
