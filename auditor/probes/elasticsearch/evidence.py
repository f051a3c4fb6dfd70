"""Says in a sentence of each exchange that decided what it showed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from auditor.model.observation import Sign
from auditor.probes.elastic.greeting import Greeting
from auditor.probes.elastic.identity import Identity, Privileges
from auditor.probes.elastic.listing import Listing, SearchTotal
from auditor.probes.elastic.settings import IndexBlocks, Settings
from auditor.probes.elasticsearch import requests as asked
from auditor.probes.elasticsearch.answers import Answer, Answers
from auditor.probes.elasticsearch.powers import (
    MAY_WRITE,
    SCRIPTS,
    says_security_off,
    told_secrets,
)

_MOST_INDICES: Final = 3  # exchanges about single indices that become evidence, given and refused each
_CITED: Final = {
    asked.STATS,
    asked.OLD_STATS,
    asked.AUTHENTICATE,
    asked.OLD_AUTHENTICATE,
    asked.PRIVILEGES,
    asked.SWITCH,
    asked.AUTHINFO,
    asked.OLD_AUTHINFO,
    asked.PLUGIN_HEALTH,
}
#: What a yes and a no mean, of the questions that are answered so.
_SWITCHES: Final = {
    (asked.SWITCH, True): "Says itself that its security is switched on.",
    (asked.SWITCH, False): "Says itself that its security is switched off.",
    (asked.PLUGIN_HEALTH, True): "OpenSearch's security plugin answers here, and is up.",
    (asked.PLUGIN_HEALTH, False): "OpenSearch's security plugin answers here, and is not ready.",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What `Transcript.explain` is told of one exchange."""

    number: int
    why: str
    headers: tuple[tuple[str, str], ...]


def gather_evidence(answers: Answers, signs: Sequence[Sign] = ()) -> Iterator[Evidence]:
    """The deciding exchanges, in the order in which they were asked, and those on which a sign rests.

    Every target that answered at all has one.
    """
    deciding = {id(answer) for answer in answers.deciding}
    for question, answer in answers.replies.items():
        if answer.number is not None and (id(answer) in deciding or (question in _CITED and _tells(answer))):
            why = _SWITCHES.get((question, answer.content is True)) or _sentence(answer, answers)
            yield Evidence(answer.number, why, answer.headers)
        elif answer.number is not None and question == asked.AUTHENTICATE and says_security_off(answers):
            why = "Does not know the question for whom it takes us: its security is switched off."
            yield Evidence(answer.number, why, answer.headers)
    for given in (True, False):
        some = [(name, answer) for name, answer in answers.searches.items() if answer.given is given]
        for name, answer in some[:_MOST_INDICES]:
            if answer.number is not None:
                yield Evidence(answer.number, f'Index "{name[:200]}": {_sentence(answer, answers)}', answer.headers)
    yield from _of_signs(answers, signs)


def _of_signs(answers: Answers, signs: Sequence[Sign]) -> Iterator[Evidence]:
    stated = frozenset(sign.id for sign in signs)
    for question, answer in answers.further.items():
        if answer.number is not None and (why := " ".join(_grounds(question, answer.content, stated, answers))):
            yield Evidence(answer.number, why, answer.headers)


def _grounds(question: str, told: object, stated: frozenset[str], answers: Answers) -> Iterator[str]:
    """What this answer adds to each sign that was stated."""
    match told:
        case Settings(blocks=blocks) if question == asked.CLUSTER_SETTINGS and MAY_WRITE in stated:
            what = "a block that forbids to index, but not to delete" if blocks else "no block that forbids to write"
            yield f"Names {what}."
        case IndexBlocks(from_writing=number) if MAY_WRITE in stated:
            yield f"Names {_count(number, 'index', 'indices')} that a block protects."
        case tuple() if question == asked.SNAPSHOTS and told:
            yield f"Names {_count(len(told), 'snapshot repository', 'snapshot repositories')} {_to_whom(answers)}."
        case tuple() if question == asked.REMOTE and told:
            yield f"Names {_count(len(told), 'other cluster', 'other clusters')} {_to_whom(answers)}."
    if isinstance(told, Settings) and SCRIPTS in stated and (question == asked.NODE_SETTINGS or told.scripts):
        yield "Tells how scripts are let in."
    if isinstance(told, Settings) and told.remotes and not answers.told(asked.REMOTE, tuple):
        yield f"Names {_count(len(told.remotes), 'other cluster', 'other clusters')} {_to_whom(answers)}."
    if secrets := told_secrets(answers).get(question):
        settings = _count(len(secrets), "setting whose name speaks", "settings whose names speak")
        yield f"Gives {settings} of a secret {_to_whom(answers)}; no value was kept."


def _tells(answer: Answer) -> bool:
    """Whether a question that does not decide told something: an answer, or that even this wants a login."""
    return answer.given or (answer.refusal is not None and answer.refusal.asks_login)


def _sentence(answer: Answer, answers: Answers) -> str:
    match answer.content:
        case Greeting() as greeting:
            return _greeted(greeting, answer)
        case Listing(indices=indices):
            more = " and more" if answer.truncated else ""
            return f"Lists {_count(len(indices), 'index', 'indices')}{more} {_to_whom(answers)}."
        case SearchTotal() as total:
            return _searched(total, answers)
        case Identity(user=user, roles=roles):
            return f"Takes a stranger for the user {user}" + (f" (roles: {', '.join(roles)})." if roles else ".")
        case Privileges(grants=grants):
            return f"Grants that user: {'; '.join(grants)}." if grants else "Grants that user nothing by name."
        case dict() as mapped:
            return f"Gives the fields of {_count(len(mapped), 'index', 'indices')} {_to_whom(answers)}."
        case None if answer.refusal is not None:
            return answer.refusal.sentence
        case _:
            return "Was answered."


def _greeted(greeting: Greeting, answer: Answer) -> str:
    service = greeting.service
    cluster = f', cluster "{service.cluster_name}"' if service.cluster_name else ""
    lonely = "" if greeting.clustered else " The node belongs to no cluster just now."
    failed = f" It came with status {answer.status}." if answer.status != 200 else ""
    said = f"The greeting is that of {service.name} {service.version}{cluster}."
    return f"{said}{lonely}{failed}" + (f" {greeting.contradiction}" if greeting.contradiction else "")


def _searched(total: SearchTotal, answers: Answers) -> str:
    if not total.searched:
        return "A search was taken, but no shard answered it." if total.shards else "A search was taken, over no index."
    if total.records is not None:
        reach = f" over {_count(total.records, 'document', 'documents')}"
    else:
        reach = f" over at least {total.lower_bound} documents" if total.lower_bound else ""
    failed = f", though {total.failed} of {total.shards} shards failed" if total.failed else ""
    return f"A search that asks for no documents was answered{reach} {_to_whom(answers)}{failed}."


def _to_whom(answers: Answers) -> str:
    return f"to the user {answers.identity.user}" if answers.identity else "without a login"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
