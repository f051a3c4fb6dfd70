"""Kibana's and Dashboards' own search routes, which lead to the data where the console is off or forbidden."""

from dataclasses import replace
from typing import Any, Final

from auditor.model.plan import RequestTemplate
from auditor.probes.http_documents import COUNT_BY_INDEX
from auditor.probes.kibana import requests
from auditor.probes.kibana.answers import DASHBOARDS, REFUSED, Said
from auditor.probes.kibana.console import Answer, Asker, Heard
from auditor.probes.kibana.details import Details
from auditor.probes.kibana.walk import EVERYTHING, Finds, RouteSearch, read_route_search

_COUNTING: Final = {"params": {"index": "*", "body": COUNT_BY_INDEX}}
_PLAIN: Final = {"params": {"index": "*", "body": {"size": 0}}}
_VERSION: Final = {"elastic-api-version": "1"}  # 8.x wants to know which of its own forms is meant


async def ask_routes(asker: Asker, finds: Finds, *, with_session: bool) -> tuple[Finds, Answer]:
    """What was found with all that the routes added, and the answer that speaks for them.

    The caller has made sure that the server named itself, and that something may be posted below its prefix.
    """
    dashboards = asker.named is not None and asker.named.product == DASHBOARDS
    heard = await _search(asker, _COUNTING, dashboards, with_session)
    if heard.data is None and heard.reply is not None and b"elastic-api-version" in heard.reply.body[:4096]:
        heard = await _search(asker, _COUNTING, dashboards, with_session, _VERSION)
    if heard.data is None and heard.said in (Said.ODD, Said.FAILED):  # the counting may be what it did not take
        heard = await _search(asker, _PLAIN, dashboards, with_session)
    if heard.data is None and heard.said not in REFUSED and not dashboards:
        heard = await asker.own(
            requests.MSEARCH_ROUTE,
            "/elasticsearch/_msearch",
            read_route_search,
            "a search of size 0 through /elasticsearch/_msearch",
            body='{"index":"*"}\n{"size":0}\n',
            with_session=with_session,
        )
    if heard.data is not None:
        return replace(finds, search=heard.data.total, listing=heard.data.listing), heard.answer
    if heard.said in REFUSED:
        return finds, heard.answer
    details = Details(asker, finds, None)
    await details.ask_fields(EVERYTHING, with_session=with_session)
    return details.finds, heard.answer


async def _search(
    asker: Asker, body: Any, dashboards: bool, with_session: bool, headers: dict[str, str] | None = None
) -> Heard[RouteSearch]:
    plan: RequestTemplate = requests.DASHBOARDS_SEARCH_ROUTE if dashboards else requests.SEARCH_ROUTE
    return await asker.own(
        plan,
        "/internal/search/opensearch" if dashboards else "/internal/search/es",
        read_route_search,
        f"a search of size 0 through {DASHBOARDS if dashboards else 'Kibana'}'s own search",
        body=body,
        headers=headers,
        with_session=with_session,
    )
