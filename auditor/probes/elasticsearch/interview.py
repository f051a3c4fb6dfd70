"""The order of the questions: four to every target, then what their answers demand, last what no verdict rests on."""

from functools import partial
from typing import Final

from auditor.model.observation import Reach
from auditor.probes.elastic.greeting import ELASTICSEARCH, OPENSEARCH
from auditor.probes.elastic.identity import (
    read_authenticate,
    read_authinfo,
    read_plugin_health,
    read_privileges,
    read_security_switch,
)
from auditor.probes.elastic.listing import Listing, read_aliases, read_cat_indices, read_search, read_stats
from auditor.probes.elastic.mapping import read_field_caps, read_mappings
from auditor.probes.elastic.nodes import read_nodes
from auditor.probes.elastic.refusal import RefusalKind
from auditor.probes.elasticsearch import requests as asked
from auditor.probes.elasticsearch.administration import ask_administration
from auditor.probes.elasticsearch.answers import Answer, Answers
from auditor.probes.elasticsearch.asking import Asking
from auditor.probes.elasticsearch.indices import MOST_ALTOGETHER, ask_indices
from auditor.probes.interface import Lines, WireError
from auditor.probes.json_reply import JsonValue

#: From so many indices on, the mapping of all would be megabytes in one piece: it is asked for some at a time.
MANY_INDICES: Final = 500

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
    await ask_administration(asking)
    return asking.answers


async def _ask_for_data(asking: Asking, root: Answer) -> None:
    budget = asking.budget
    list_indices = partial(read_cat_indices, limit=budget.datasets)
    major = asking.answers.major
    listing = await asking.ask(asked.PLAIN_LISTING if major in (5, 6) else asked.LISTING, list_indices)
    if root.ended is not None and listing.ended is not None:
        raise WireError(root.ended, root.detail)
    if _is_misunderstood(listing) and asked.PLAIN_LISTING not in asking.replies:
        listing = await asking.ask(asked.PLAIN_LISTING, list_indices)
    search = await asking.ask(asked.SEARCH, read_search)
    if listing.kind is RefusalKind.DEGRADED and not search.given:
        return  # without a master, up to 5 the mapping would be held for 30 s
    if isinstance(listing.content, Listing) and len(listing.content.indices) >= MANY_INDICES:
        return
    map_fields = partial(
        read_mappings, indices=budget.datasets, fields=budget.fields, altogether=MOST_ALTOGETHER * budget.fields
    )
    mapping = await asking.ask(asked.PLAIN_MAPPING if major == 5 else asked.MAPPING, map_fields)
    if _is_misunderstood(mapping) and asked.PLAIN_MAPPING not in asking.replies:
        mapping = await asking.ask(asked.PLAIN_MAPPING, map_fields)
    if isinstance(mapping.content, dict):
        asking.mapped.update(mapping.content)


def _is_misunderstood(answer: Answer) -> bool:
    """Whether a parameter was too much for this release: what it would answer without is not known yet."""
    return answer.kind is RefusalKind.ERROR and answer.status == 400


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
    mapping = answers.latest(asked.MAPPING)
    if not (mapping.given or mapping.unasked or answers.major in range(5)):
        await asking.ask(asked.FIELD_CAPS, partial(read_field_caps, limit=asking.budget.fields))
    if searched and answers.listing is None and not asking.answers.names:
        await asking.ask(asked.ALIASES, partial(read_aliases, limit=asking.budget.datasets))
    if answers.greeting is None and answers.major is None:
        await asking.ask(asked.NODES, read_nodes)


def _unread(_: JsonValue) -> object:
    return None
