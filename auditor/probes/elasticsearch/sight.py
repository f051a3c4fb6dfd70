"""Concludes from a target's answers what a stranger was given and what stood in the way: pure, and total."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from auditor.model.enumeration import enumerated
from auditor.model.observation import Access, Fact, Observation, Reach, Service
from auditor.probes.elastic.identity import Privileges
from auditor.probes.elastic.listing import SearchTotal
from auditor.probes.elastic.nodes import Nodes
from auditor.probes.elastic.refusal import RefusalKind
from auditor.probes.elasticsearch import requests as asked
from auditor.probes.elasticsearch.answers import Answer, Answers
from auditor.probes.elasticsearch.datasets import list_datasets
from auditor.probes.elasticsearch.powers import find_signs, power_to_write, says_security_off

_ASKS_LOGIN: Final = frozenset({RefusalKind.LOGIN, RefusalKind.FRONT})
_PARTING: Final = _ASKS_LOGIN | {RefusalKind.BLOCKED}
#: Answers that a server of another product gives as well.
_FOREIGN: Final = frozenset({RefusalKind.ABSENT, RefusalKind.NOT_JSON, RefusalKind.ERROR, RefusalKind.ELSEWHERE})
_WORDS: Final = ("the greeting", "the list of indices", "the mapping", "the search")


def conclude(answers: Answers, *, datasets: int, fields: int) -> Observation:
    """The observation that follows from these answers, without a transcript.

    It holds at most so many data sets, and so many fields of one.
    """
    root = answers.of(asked.ROOT)
    if root.kind is RefusalKind.CERTIFICATE:
        return Observation(Reach.CLIENT_CERTIFICATE_REQUIRED, detail="It asks for a TLS client certificate.")
    access = _access(answers)
    if access is Access.NOTHING and _is_foreign(answers):
        other = root.other or next((answer.other for answer in answers.deciding if answer.other), None)
        server = next((f" ({value[:60]})" for name, value in root.headers if name == "server"), "")
        detail = f"It is {other.name}." if other else f"It answers HTTP{server}, but none of Elasticsearch's questions."
        return Observation(Reach.NOT_THE_PRODUCT, detail=detail, service=other)
    facts = frozenset(_facts(answers, access))
    found, truncated = list_datasets(answers, limit=datasets, fields=fields)
    identity = answers.identity
    return Observation(
        reach=Reach.ANSWERED,
        access=access,
        facts=facts,
        detail=_detail(answers, facts),
        asked_by=_asked_by(answers),
        identity=identity.user if identity else "",
        rights=_rights(answers),
        partial=_partial(answers),
        service=_service(answers),
        datasets=found,
        truncated=truncated,
        signs=tuple(find_signs(answers)) if access is Access.RECORDS else (),
    )


def _access(answers: Answers) -> Access:
    """Only an answered search gives records; a greeting alone gives names only where all the rest asks for a login."""
    if reads_records(answers):
        return Access.RECORDS
    if answers.names or (answers.listing is not None and answers.product):
        return Access.NAMES
    greeting = answers.greeting
    if greeting is None:
        return Access.BANNER if answers.nodes else Access.NOTHING
    rest = [answer.kind for answer in answers.deciding[1:]]
    held_off = any(kind in _ASKS_LOGIN for kind in rest)
    if greeting.genuine and held_off and all(kind in (*_ASKS_LOGIN, RefusalKind.ABSENT) for kind in rest):
        return Access.NAMES
    return Access.BANNER


def reads_records(answers: Answers) -> bool:
    """Whether a search was answered: of single indices, or over all."""
    if any(isinstance(one.content, SearchTotal) and one.content.searched for one in answers.searches.values()):
        return True
    search = answers.search
    if search is None or answers.parrots:
        return False
    if search.shards == 0:  # nothing to search: the server is empty, or, with an identity, its rights reach no index
        return answers.identity is None
    # An answer without `_shards` proves something only of a server that otherwise looks like Elasticsearch.
    return search.searched and (search.shards is not None or bool(answers.names or answers.product))


def _is_foreign(answers: Answers) -> bool:
    """Whether another product answered: it says so, or nothing here looks like ours and nothing is left in doubt."""
    kinds = [answer.kind for answer in answers.deciding if not answer.given]  # what was given here was empty
    ours = answers.product or answers.identity or RefusalKind.LOGIN in kinds or RefusalKind.NOT_INITIALISED in kinds
    if ours:
        return False
    if any(answer.other for answer in answers.deciding):
        return True
    everywhere_else = bool(kinds) and all(kind is RefusalKind.ELSEWHERE for kind in kinds)
    return not everywhere_else and all(kind in _FOREIGN for kind in kinds)


def _facts(answers: Answers, access: Access) -> Iterable[Fact]:
    kinds = {answer.kind for answer in answers.all}
    deciding = {answer.kind for answer in answers.deciding}
    greeting, identity = answers.greeting, answers.identity
    if RefusalKind.LOGIN in kinds:
        yield Fact.PRODUCT_ASKED_LOGIN
    if RefusalKind.FRONT in kinds:
        yield Fact.FRONT_ASKED_LOGIN
    if RefusalKind.NOT_INITIALISED in kinds:
        yield Fact.NOT_INITIALISED
    if identity is not None:
        yield Fact.ANONYMOUS_IDENTITY
        if _is_all_powerful(answers):
            yield Fact.ALL_POWERFUL
    elif access is Access.RECORDS and (deciding | {one.kind for one in answers.searches.values()}) & _PARTING:
        yield Fact.PARTLY_REFUSED
    if access is Access.RECORDS:
        if greeting is not None and not greeting.genuine:
            yield Fact.LOOK_ALIKE if greeting.look_alike and not answers.names else Fact.STAND_IN
        if says_security_off(answers):
            yield Fact.SECURITY_OFF
        return
    if greeting is not None and (greeting.look_alike or _imitates(answers)):
        yield Fact.LOOK_ALIKE
    doubts = [answer for answer in answers.deciding[1:] if _is_doubt(answer)]
    if any(_is_degraded(answer) for answer in doubts):
        yield Fact.DEGRADED
    if any(not _is_degraded(answer) for answer in doubts):
        yield Fact.UNSURE


def _is_doubt(answer: Answer) -> bool:
    """Whether a deciding question stayed open.

    It did where no answer came, or one that neither gives, nor asks for a login, nor says that there is no such thing.
    """
    if isinstance(answer.content, SearchTotal):
        return not answer.content.searched and answer.content.shards != 0
    if answer.given or answer.unasked:
        return False
    return answer.kind not in (*_ASKS_LOGIN, RefusalKind.IDENTITY, RefusalKind.NOT_INITIALISED, RefusalKind.ABSENT)


def _is_degraded(answer: Answer) -> bool:
    return answer.kind in (RefusalKind.DEGRADED, RefusalKind.BLOCKED) or isinstance(answer.content, SearchTotal)


def _imitates(answers: Answers) -> bool:
    """Whether only the greeting is Elasticsearch's: its calls fail where the real one would answer or refuse."""
    rest = answers.deciding[1:]
    return answers.parrots or (not answers.names and all(answer.kind in _FOREIGN for answer in rest))


def _is_all_powerful(answers: Answers) -> bool:
    identity, granted = answers.identity, answers.content(asked.PRIVILEGES, Privileges)
    unbounded = (identity is not None and identity.unbounded) or (granted is not None and granted.unbounded)
    return unbounded and all(answer.kind is not RefusalKind.IDENTITY for answer in answers.all)


def _service(answers: Answers) -> Service | None:
    found = _named_service(answers)
    nodes = answers.nodes or answers.told(asked.NODES, Nodes)
    if found is None or nodes is None:
        return found
    return replace(found, details=(*found.details, *(("node", address) for address in nodes.addresses)))


def _named_service(answers: Answers) -> Service | None:
    if answers.greeting is not None:
        return answers.greeting.service
    nodes = answers.nodes or Nodes()
    cluster, version = nodes.cluster_name, nodes.version
    named = next((answer.marks for answer in answers.all if answer.marks), None)
    if named is not None:
        return Service(named.name, named.version or version, cluster)
    if answers.product or cluster or version:
        return Service(answers.product or "Elasticsearch or OpenSearch", version, cluster)
    return None


def _asked_by(answers: Answers) -> str:
    by = [answer.refusal for answer in answers.all if answer.refusal and answer.refusal.asks_login]
    by.sort(key=lambda refusal: refusal.kind is not RefusalKind.LOGIN)
    return by[0].who if by else ""


def _rights(answers: Answers) -> tuple[str, ...]:
    identity, granted = answers.identity, answers.content(asked.PRIVILEGES, Privileges)
    roles = tuple(f"role {role}" for role in identity.roles) if identity else ()
    power = power_to_write(answers) if reads_records(answers) else None
    return (*roles, *(granted.grants if granted else ()), *([power.right] if power else []))


def _partial(answers: Answers) -> tuple[str, ...]:
    given = [answer.given for answer in (*answers.deciding, *answers.searches.values())]
    failed = _failed(answers)
    if (all(given) and not failed) or not (any(given) or answers.identity):  # nothing is partial about it
        return ()
    said = [f"{words}: {_outcome(answer)}" for words, answer in zip(_WORDS, answers.deciding, strict=True)]
    readable = sum(1 for answer in answers.searches.values() if answer.given)
    if answers.searches:
        said.append(f"searches of single indices: {readable} of {len(answers.searches)} given")
    if failed:
        said.append(f"searches that failed, in whole or in part: {failed}")
    if answers.identity is not None and not answers.names:
        said.append("no index was named, but one whose name a stranger knows may be readable")
    return tuple(said)


def _failed(answers: Answers) -> str:
    """The first indices of which shards did not answer, as in a red cluster, or "all indices"; "" for none."""
    names = [f'"{name[:200]}"' for name, answer in answers.searches.items() if _has_failed(answer)]
    names = ["all indices", *names] if _has_failed(answers.of(asked.SEARCH)) else names
    return enumerated(names)


def _has_failed(answer: Answer) -> bool:
    failed = isinstance(answer.content, SearchTotal) and answer.content.failed > 0
    return failed or answer.kind is RefusalKind.DEGRADED


def _outcome(answer: Answer) -> str:
    if isinstance(answer.content, SearchTotal) and answer.content.failed:
        return f"given, but {answer.content.failed} of {answer.content.shards} shards failed"
    if answer.given:
        return "given, cut at the byte cap" if answer.truncated else "given"
    if answer.refusal is not None:
        return answer.refusal.sentence
    return f"no answer ({answer.detail})" if answer.ended else "not asked"


def _detail(answers: Answers, facts: frozenset[Fact]) -> str:
    greeting = answers.greeting
    if facts & {Fact.DEGRADED, Fact.UNSURE}:
        open_questions = zip(_WORDS, answers.deciding, strict=True)
        words, answer = next((pair for pair in open_questions if _is_doubt(pair[1])), ("a question", Answer()))
        reason = answer.detail or (answer.refusal.sentence if answer.refusal else "no shard answered")
        lonely = " The node belongs to no cluster." if greeting is not None and not greeting.clustered else ""
        return f"{words} was not answered: {reason}{lonely}"
    if greeting is not None and greeting.contradiction:
        return greeting.contradiction
    if Fact.LOOK_ALIKE in facts and greeting is not None:
        return f"{greeting.service.name} answers as Elasticsearch would, but fails its functional calls."
    return ""
