"""The order of the questions: four for every target, then only what their answers demand."""

from functools import partial
from typing import Final

from auditor.model.observation import Reach
from auditor.probes import elasticsearch_requests as asked
from auditor.probes.elastic_greeting import ELASTICSEARCH, OPENSEARCH, read_nodes
from auditor.probes.elastic_identity import (
    read_authenticate,
    read_authinfo,
    read_plugin_health,
    read_privileges,
    read_security_switch,
)
from auditor.probes.elastic_listing import Listing, read_aliases, read_search, read_stats
from auditor.probes.elastic_mapping import read_field_caps, read_mappings
from auditor.probes.elastic_refusal import RefusalKind
from auditor.probes.elasticsearch_answers import Answer, Answers
from auditor.probes.elasticsearch_asking import Asking, listing_reader
from auditor.probes.elasticsearch_indices import ask_indices
from auditor.probes.interface import Lines, WireError
from auditor.probes.json_reply import JsonValue

#: From so many indices on, the mapping of all in one reply would be cut: it is asked for some at a time.
MANY_INDICES: Final = 2_000

_GUARDED: Final = frozenset({RefusalKind.LOGIN, RefusalKind.IDENTITY, RefusalKind.FRONT})
_NOT_UNDERSTOOD: Final = frozenset({RefusalKind.ABSENT, RefusalKind.ERROR})
_HOPELESS: Final = frozenset({RefusalKind.CERTIFICATE, RefusalKind.WANTS_TLS})


async def interview(lines: Lines) -> Answers:
    """Asks one target all that is needed to judge it and to name its fields.

    Raises:
        WireError: nothing at all was answered.
    """
    asking = Asking(lines)
    root = await asking.ask(asked.ROOT, _unread)
    if root.ended not in (None, Reach.BROKE_OFF):
        raise WireError(root.ended, root.detail)
    if root.kind in _HOPELESS or (root.other is not None and root.other.name == "MongoDB"):
        return asking.answers
    await _ask_for_data(asking, root)
    await _ask_who_we_are(asking)
    await _ask_for_names(asking)
    await ask_indices(asking)
    return asking.answers


async def _ask_for_data(asking: Asking, root: Answer) -> None:
    budget = asking.budget
    listing = await asking.ask(asked.LISTING, listing_reader(budget.datasets))
    if root.ended is not None and listing.ended is not None:
        raise WireError(root.ended, root.detail)
    if listing.kind is RefusalKind.ERROR and listing.status == 400:
        listing = await asking.ask(asked.PLAIN_LISTING, listing_reader(budget.datasets))
    if not isinstance(listing.content, Listing) or len(listing.content.indices) < MANY_INDICES:
        reader = partial(read_mappings, indices=budget.datasets, fields=budget.fields, altogether=4 * budget.fields)
        mapping = await asking.ask(asked.MAPPING, reader)
        if isinstance(mapping.content, dict):
            asking.mapped.update(mapping.content)
    await asking.ask(asked.SEARCH, read_search)


async def _ask_who_we_are(asking: Asking) -> None:
    answers = asking.answers
    searched = answers.search is not None
    guarded = any(answer.kind in _GUARDED for answer in answers.all)
    named = {answer.refusal.who for answer in answers.all if answer.refusal and answer.kind is RefusalKind.IDENTITY}
    if not (searched or guarded):
        return
    if answers.product == ELASTICSEARCH and (named or searched) and answers.major not in range(5):
        await _ask_elasticsearch_who(asking, major=answers.major)
    elif not answers.product and guarded and (await asking.ask(asked.PLUGIN_HEALTH, read_plugin_health)).given:
        await asking.ask(asked.AUTHINFO, read_authinfo)
    if answers.has_security_plugin or answers.product == OPENSEARCH:
        newer = await asking.ask(asked.AUTHINFO, read_authinfo)
        if newer.kind in _NOT_UNDERSTOOD and answers.product != OPENSEARCH:
            await asking.ask(asked.OLD_AUTHINFO, read_authinfo)


async def _ask_elasticsearch_who(asking: Asking, *, major: int | None) -> None:
    answer = await asking.ask(asked.AUTHENTICATE, read_authenticate)
    if answer.kind in _NOT_UNDERSTOOD and major in (5, 6, None):
        answer = await asking.ask(asked.OLD_AUTHENTICATE, read_authenticate)
    if asking.answers.identity is not None:
        await asking.ask(asked.PRIVILEGES, read_privileges)
    elif major in (6, 7):
        await asking.ask(asked.SWITCH, read_security_switch)


async def _ask_for_names(asking: Asking) -> None:
    answers = asking.answers
    searched = answers.search is not None
    if not (searched or answers.names or answers.identity):
        return
    if answers.listing is None:
        stats = await asking.ask(asked.STATS, partial(read_stats, limit=asking.budget.datasets))
        if stats.kind in _NOT_UNDERSTOOD and answers.major in (0, None):
            await asking.ask(asked.OLD_STATS, partial(read_stats, limit=asking.budget.datasets))
    if not answers.of(asked.MAPPING).given and asked.MAPPING in answers.replies and answers.major not in range(5):
        await asking.ask(asked.FIELD_CAPS, partial(read_field_caps, limit=asking.budget.fields))
    if searched and answers.listing is None and not asking.answers.names:
        await asking.ask(asked.ALIASES, partial(read_aliases, limit=asking.budget.datasets))
    if answers.greeting is None and answers.major is None:
        await asking.ask(asked.NODES, read_nodes)


def _unread(_: JsonValue) -> object:
    return None
