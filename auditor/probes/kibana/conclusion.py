"""From one whole talk with a Kibana to what may be stated of it: a pure function, and the sentences that support it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from auditor.model.observation import Access, Fact, Observation, Reach, Service
from auditor.probes.kibana.answers import KIBANA, REFUSED, Said, Speaker
from auditor.probes.kibana.console import Answer
from auditor.probes.kibana.evidence import Evidence, evidence
from auditor.probes.kibana.rights import all_powerful, backends, rights, signs
from auditor.probes.kibana.walk import DECIDING, NAMES, OPTIONAL, SEARCHES, Walk, datasets

_HELD_OFF: Final = REFUSED | {Said.BLOCKED, Said.NOT_READY, Said.NOT_INITIALISED}
_WAITING: Final = frozenset({Said.NOT_READY, Said.FAILED})
_OPEN_ENDED: Final = frozenset(
    {Said.NOT_READY, Said.NOT_INITIALISED, Said.FAILED, Said.SILENT, Said.UNLOCKED, Said.ODD, Said.PAGE}
)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What may be stated, and on what it rests."""

    observation: Observation
    evidence: tuple[Evidence, ...]


def conclude(walk: Walk) -> Conclusion:
    """What a whole talk amounts to: pure, total, and the same for the same answers."""
    newest = _last(walk.answers)
    last = tuple(answer for answer in newest if answer.question not in OPTIONAL)
    given = [answer for answer in last if answer.said is Said.DATA and answer.question in SEARCHES | NAMES]
    identity = _identity(walk, last)
    if walk.itself is None and (given or identity or walk.named is not None):
        seen = _product(walk, last, given, identity)
    else:
        seen = _nameless(walk, last)
    if seen.service is not None and walk.itself is None:
        seen = replace(seen, signs=tuple(signs(walk)))
    return Conclusion(seen, tuple(evidence(walk, newest, seen)))


def _last(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """The newest answer to each question: a door that was tried later speaks for it, and so does a session.

    A door that does not exist takes nothing back.
    """
    newest: dict[tuple[str, str], Answer] = {}
    for answer in answers:
        known = newest.get((answer.question, answer.index))
        if known is None or known.said is Said.ABSENT or answer.said is not Said.ABSENT:
            newest[answer.question, answer.index] = answer
    return tuple(newest.values())


def _product(walk: Walk, last: tuple[Answer, ...], given: list[Answer], identity: str) -> Observation:
    access = _access(walk, last, given, identity)
    refused = [answer for answer in last if answer.said in REFUSED and answer.question in DECIDING | NAMES]
    seen = Observation(Reach.ANSWERED, access, service=_service(walk), behind=_behind(walk))
    if access is Access.RECORDS or identity:
        seen = replace(seen, rights=rights(walk))
    if identity:
        facts = {Fact.ANONYMOUS_IDENTITY} | ({Fact.ALL_POWERFUL} if all_powerful(walk) else set())
        seen = replace(seen, facts=frozenset(facts), identity=identity)
    elif access is Access.RECORDS:
        blocked = [answer for answer in last if answer.said is Said.BLOCKED and answer.question in DECIDING | NAMES]
        front = [answer for answer in last if answer.question == "landing" and answer.said in REFUSED]
        facts = {Fact.PARTLY_REFUSED} if refused or blocked or front else set()
        seen = replace(seen, facts=frozenset(facts))
    elif walk.guest:
        seen = replace(seen, facts=frozenset({Fact.GUEST_INVITED}), identity=f"a guest (provider '{walk.guest}')")
    else:
        seen = _withheld(walk, last, seen)
    if access.rank >= Access.NAMES.rank or identity or walk.guest:
        sets = tuple(datasets(walk.finds, all_readable=access is Access.RECORDS and not identity))
        cut = walk.finds.listing is not None and walk.finds.listing.truncated
        seen = replace(seen, partial=tuple(_partial(last)), datasets=sets, truncated=cut)
    return seen if seen.detail else replace(seen, detail=_summary(walk, seen))


def _access(walk: Walk, last: tuple[Answer, ...], given: list[Answer], identity: str) -> Access:
    search, listing = walk.finds.search, walk.finds.listing
    if search is not None and (search.searched or listing is not None):
        return Access.RECORDS
    # The list tells how many documents each index holds. To nobody in particular, and where no search was held off,
    # that is a count like any other.
    counted = listing is not None and any(index.records is not None for index in listing.indices)
    held_off = any(answer.said in _HELD_OFF for answer in last if answer.question in SEARCHES)
    if counted and not identity and not held_off:
        return Access.RECORDS
    if given:
        return Access.NAMES
    return Access.BANNER if walk.named is not None or walk.version else Access.NOTHING


def _identity(walk: Walk, last: tuple[Answer, ...]) -> str:
    """Whom the server took the stranger for, where it did; "" where it did not."""
    if walk.finds.who is not None:
        return walk.finds.who.user
    named = next((answer.reading.identity for answer in last if answer.reading.identity), "")
    if named:
        return named
    data = [answer for answer in last if answer.question in DECIDING | NAMES]
    product = walk.named.product if walk.named else KIBANA
    if any(answer.with_session and answer.said is Said.DATA for answer in data):
        return f"a guest of {product}" if walk.guest_taken else f"{_whose(product)} anonymous user"
    forbidden = [a for a in data if a.with_session and a.said is Said.FORBIDDEN and a.speaker is Speaker.KIBANA]
    if forbidden and _turned_away(walk):
        return f"{_whose(product)} anonymous user"
    behind = [a for a in data if a.said in REFUSED and a.speaker is Speaker.ELASTICSEARCH and a.question == "listing"]
    searched = any(answer.question in SEARCHES and answer.said is Said.DATA for answer in data)
    return "an anonymous user of the cluster behind it" if behind and searched else ""


def _turned_away(walk: Walk) -> bool:
    """Whether somebody without cookies was sent to log in: only then is what cookies changed the work of a session."""
    without = [answer for answer in walk.answers if answer.question in DECIDING | NAMES and not answer.with_session]
    return any(answer.said is Said.LOGIN or 300 <= answer.reading.status < 400 for answer in without)


def _withheld(walk: Walk, last: tuple[Answer, ...], seen: Observation) -> Observation:
    """Named itself, and gave no records to anyone: either a login was asked, or something is only out of order."""
    asked = [answer for answer in last if answer.question in DECIDING]
    unanswered = [answer for answer in asked if answer.said in _OPEN_ENDED]
    own = [answer for answer in asked if answer.said is Said.LOGIN and answer.speaker is Speaker.KIBANA]
    behind = [answer for answer in asked if answer.said in REFUSED and answer.speaker is Speaker.ELASTICSEARCH]
    front = [answer for answer in asked if answer.said is Said.LOGIN and answer.speaker is Speaker.FRONT]
    landing = [answer for answer in last if answer.question == "landing"]
    if not front and any(answer.said in REFUSED and answer.speaker is Speaker.FRONT for answer in landing):
        front = [answer for answer in asked if answer.said is Said.FORBIDDEN and answer.speaker is Speaker.FRONT]
    product = walk.named.product if walk.named else KIBANA
    facts: set[Fact] = set()
    asked_by = ""
    if own:  # Kibana's own login stands before all of its paths, so that one refusal speaks for all
        facts, asked_by = {Fact.PRODUCT_ASKED_LOGIN}, f"{_whose(product)} own login"
        unanswered = landing if walk.has_cookies and walk.landing.lets_in else []
    elif behind:
        facts, asked_by = {Fact.PRODUCT_ASKED_LOGIN}, f"{behind[0].reading.who or 'the security'} behind {product}"
    elif front:
        facts, asked_by = {Fact.FRONT_ASKED_LOGIN}, front[0].reading.who or "something in front"
    if not facts or unanswered:
        facts |= _doubts([*unanswered, *(landing if not asked else [])])
    detail = _reason(unanswered or asked)
    if asked and all(answer.said is Said.ABSENT for answer in asked):
        where = walk.prefix or "/"
        detail = f"{product} answers below {where}, but no way to the data was found there; it may have another path."
    return replace(seen, facts=frozenset(facts), asked_by=asked_by, detail=detail)


def _doubts(unanswered: list[Answer]) -> set[Fact]:
    if any(answer.said is Said.NOT_INITIALISED for answer in unanswered):
        return {Fact.NOT_INITIALISED}
    return {Fact.DEGRADED} if any(answer.said in _WAITING for answer in unanswered) else {Fact.UNSURE}


def _nameless(walk: Walk, last: tuple[Answer, ...]) -> Observation:
    """Nobody named itself Kibana, and nothing was given."""
    if walk.itself is not None:
        who = walk.itself.name
        return Observation(
            Reach.NOT_THE_PRODUCT, Access.NOTHING, detail=f"{who} itself answers here, not Kibana.", service=walk.itself
        )
    landing = next((answer for answer in last if answer.question == "landing"), None)
    if landing is not None and landing.said in REFUSED:  # below a root that refuses, only a Kibana would have counted
        last = tuple(answer for answer in last if answer.question != "prefix" or answer.said in REFUSED)
    # A page for everyone before an API that wants a login is any web application, not a guarded Kibana.
    public = landing is not None and landing.said is Said.PAGE
    everywhere = any(answer.question == "listing" and answer.said in REFUSED for answer in last)
    logins = [a for a in last if a.said is Said.LOGIN and not (public and (a.question != "prefix" or everywhere))]
    refused = [answer for answer in last if answer.said in REFUSED]
    waiting = [a for a in last if a.said in _WAITING and (a is landing or a.speaker is Speaker.KIBANA)]
    away = walk.landing.away
    nothing = Observation(Reach.ANSWERED, Access.NOTHING)
    if waiting:
        own = waiting[0].speaker is Speaker.KIBANA
        service = Service(KIBANA, walk.version or None, details=tuple(_backends(walk))) if own else None
        return replace(nothing, facts=frozenset({Fact.DEGRADED}), detail=_reason(waiting), service=service)
    if away is not None and away.is_login and not away.is_own_host:
        asked_by = f"a login page at {away.place}"
        return replace(nothing, facts=frozenset({Fact.FRONT_ASKED_LOGIN}), asked_by=asked_by, detail=_reason(logins))
    if refused and len(refused) == len(last):
        return _guarded(nothing, refused[0])
    silent = [answer for answer in last if answer.said is Said.SILENT]
    if silent or walk.looks_like or walk.landing.endless:
        reason = "It looks like Kibana, but does not name itself, so that its console was not asked."
        reason = _reason(silent) or ("Its redirects have no end." if walk.landing.endless else reason)
        access = Access.BANNER if walk.version else Access.NOTHING
        service = Service(KIBANA, walk.version or None) if walk.looks_like else None
        return Observation(Reach.ANSWERED, access, frozenset({Fact.UNSURE}), detail=reason, service=service)
    if logins:
        return _guarded(nothing, logins[0])
    server = next((value for name, value in (landing.reading.headers if landing else ()) if name == "server"), "")
    where = (
        f"It sends visitors to {away.place}." if away else "Nothing here names itself Kibana or OpenSearch Dashboards."
    )
    return Observation(Reach.NOT_THE_PRODUCT, detail=f"{where} Server: {server}." if server else where)


def _guarded(nothing: Observation, refusal: Answer) -> Observation:
    asked_by = refusal.reading.who or "something in front"
    return replace(nothing, facts=frozenset({Fact.FRONT_ASKED_LOGIN}), asked_by=asked_by, detail=_reason([refusal]))


def _service(walk: Walk) -> Service:
    details = [("label", walk.named.label)] if walk.named and walk.named.label else []
    details += [("edition", "with X-Pack")] if walk.named and walk.named.licensed else []
    details += [("path", walk.prefix)] if walk.prefix else []
    details += _backends(walk)
    name = walk.named.product if walk.named else KIBANA if walk.looks_like else "A read proxy to Elasticsearch"
    return Service(name, walk.version or None, details=tuple(details))


def _backends(walk: Walk) -> list[tuple[str, str]]:
    return [("backend", address) for address in backends(walk)]


def _behind(walk: Walk) -> Service | None:
    """The cluster behind, with the addresses of its nodes, by which a closed one is known again."""
    nodes = tuple(("node", address) for address in walk.finds.nodes)
    known = walk.finds.cluster.service if walk.finds.cluster else None
    if known is None:
        return Service("Elasticsearch or OpenSearch", details=nodes) if nodes else None
    return replace(known, details=(*known.details, *nodes))


def _partial(last: tuple[Answer, ...]) -> Iterator[str]:
    """What was given and what was not, question by question; of single indices only what was refused."""
    for answer in last:
        if answer.question not in DECIDING | NAMES | {"landing"} or answer.said in (Said.ABSENT, Said.PAGE):
            continue
        if answer.said is Said.DATA and not answer.index:
            yield f"{answer.words} was answered{' to the anonymous session' if answer.with_session else ''}"
        elif answer.said is not Said.DATA and answer.reading.sentence:
            yield f"{answer.words} {answer.reading.sentence}"


def _reason(answers: Iterable[Answer]) -> str:
    told = next((answer for answer in answers if answer.reading.sentence), None)
    return told.told if told else ""


def _summary(walk: Walk, seen: Observation) -> str:
    if seen.access is Access.RECORDS:
        return (
            "A search that returns no document passed through and was answered."
            if walk.finds.search
            else "The list of indices with their document counts passed through; no search was held off."
        )
    return "Names passed through, records were not seen to." if seen.access is Access.NAMES else ""


def _whose(product: str) -> str:
    return f"{product}'" if product.endswith("s") else f"{product}'s"
