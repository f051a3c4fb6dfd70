"""Which exchanges with a Kibana decided, and the sentence that goes with each. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from auditor.model.observation import Access, Observation
from auditor.probes.kibana.answers import REFUSED, Said, Speaker
from auditor.probes.kibana.console import Answer
from auditor.probes.kibana.walk import DECIDING, NAMES, Walk

_TELLING: Final = (
    DECIDING | NAMES | {"landing", "login-state", "guest-login", "who", "who-opensearch", "privileges", "me", "nodes"}
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An exchange that decided: its number in the transcript, why, and the headers that mattered."""

    number: int
    why: str
    headers: tuple[tuple[str, str], ...] = ()


def evidence(walk: Walk, last: tuple[Answer, ...], seen: Observation) -> Iterator[Evidence]:
    """Who it is, what was given, what was refused; where nothing else can be shown, the page that a visitor sees."""
    shown: set[int] = set()
    if walk.guest_page is not None:
        shown.add(walk.guest_page)
        yield Evidence(walk.guest_page, "The login page says that guests may pass it without a secret.")
    if walk.named is not None and walk.naming is not None and walk.naming not in shown:
        shown.add(walk.naming)
        yield Evidence(walk.naming, f"The server names itself {walk.named.product}.", (walk.named.header,))
    for answer in last:
        said, number = answer.said, answer.number
        telling = answer.question in _TELLING or (answer.reading.backend and answer.speaker is not Speaker.FRONT)
        if number is None or number in shown or not telling or (answer.index and len(shown) > 24):
            continue
        if said is Said.DATA:
            why = f"{answer.subject} {_given(answer)}."
        elif answer.question == "who" and walk.finds.security_off:
            why = "Elasticsearch does not know the question for whom it takes us: its security is switched off."
        elif (said in REFUSED and answer.question in NAMES | {"landing"}) or (
            said is not Said.ABSENT and (answer.question in DECIDING or answer.reading.backend)
        ):
            why = answer.told
        else:
            continue
        if answer.reading.backend:
            why += f" Its text names {answer.reading.backend} as the place of its backend."
        shown.add(number)
        yield Evidence(number, why, answer.reading.headers)
    if not shown or (walk.named is None and seen.access is Access.NOTHING):
        for answer in last:
            if answer.question in ("landing", "prefix") and answer.number is not None and answer.number not in shown:
                yield Evidence(answer.number, answer.told, answer.reading.headers)
                return


def _given(answer: Answer) -> str:
    if answer.question == "login-state":
        return "name a provider that lets anyone in without a secret"
    return (
        "was answered to a session that everybody is given" if answer.with_session else "was answered without a login"
    )
