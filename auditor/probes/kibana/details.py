"""What else a stranger learns once data was reached through Kibana: the cluster, the user that we are, the fields."""

from dataclasses import replace
from typing import Final

from auditor.probes.elastic.greeting import OPENSEARCH, Greeting, read_greeting
from auditor.probes.elastic.identity import read_authenticate, read_authinfo, read_privileges
from auditor.probes.elastic.listing import read_search
from auditor.probes.elastic.mapping import MappedFields, read_field_caps, read_mapping, read_mappings
from auditor.probes.elastic.nodes import read_nodes
from auditor.probes.elastic.refusal import RefusalKind
from auditor.probes.json_reply import JsonValue, as_object
from auditor.probes.kibana import questions, requests
from auditor.probes.kibana.answers import DASHBOARDS, Said, Speaker
from auditor.probes.kibana.console import Answer, Asker
from auditor.probes.kibana.requests import Door
from auditor.probes.kibana.walk import EVERYTHING, Finds, read_wildcard_fields, worth_asking

_MOST_SINGLE: Final = 25  # indices that are asked about one by one, where asking about all at once was no use


class Details:
    """Asks on where data was reached, and adds to `finds`. With no `door` Kibana's own routes are all there is."""

    def __init__(self, asker: Asker, finds: Finds, door: Door | None) -> None:
        self.asker = asker
        self.finds = finds
        self.door = door
        self._with_session = False

    async def ask(self, *, with_session: bool) -> None:
        """Everything that is worth knowing, in the manner in which the data was reached."""
        self._with_session = with_session
        if self.door is None:
            for name in worth_asking(self.finds)[:_MOST_SINGLE] or ([EVERYTHING] if self.finds.search else []):
                if EVERYTHING not in dict(self.finds.mapped):
                    await self.ask_fields(name, with_session=with_session)
            return
        await self._ask_the_cluster(self.door)
        await self._ask_who(self.door)
        if self.finds.listing is not None or self.finds.search is not None:
            await self._ask_the_mapping(self.door)
            if self.finds.who is not None or with_session:
                await self._ask_what_is_readable(self.door)
            await self._ask_for_the_nodes(self.door)  # last, so that it can take nothing from the others

    async def ask_fields(self, pattern: str, *, with_session: bool) -> None:
        """Names and types of fields by Kibana's own route, for an index or for all of them together."""
        limit = self.asker.lines.budget.fields
        heard = await self.asker.own(
            requests.FIELDS_ROUTE,
            f"/api/index_patterns/_fields_for_wildcard?pattern={requests.quoted(pattern)}",
            lambda body: read_wildcard_fields(body, limit=limit),
            f"Kibana's own field list of {pattern}",
            with_session=with_session,
            index=pattern,
        )
        if heard.data is not None and heard.data.fields:
            self.finds = replace(self.finds, mapped=(*self.finds.mapped, (pattern, heard.data)))

    async def _ask_the_cluster(self, door: Door) -> None:
        heard = await self.asker.through(
            door, questions.CLUSTER, lambda body: read_greeting(body, ()), with_session=self._with_session
        )
        self.finds = replace(self.finds, cluster=heard.data)

    async def _ask_who(self, door: Door) -> None:
        cluster, asker = self.finds.cluster, self.asker
        dashboards = asker.named is not None and asker.named.product == DASHBOARDS
        if dashboards or (cluster is not None and cluster.service.name == OPENSEARCH):
            question, reader = questions.WHO_OPENSEARCH, read_authinfo
        else:
            question, reader = questions.WHO, read_authenticate
        heard = await asker.through(door, question, reader, with_session=self._with_session)
        if heard.data is not None:
            self.finds = replace(self.finds, who=heard.data)
        if question is not questions.WHO:
            return
        if heard.data is not None:
            rights = await asker.through(door, questions.PRIVILEGES, read_privileges, with_session=self._with_session)
            self.finds = replace(self.finds, privileges=rights.data)
        elif cluster is not None:
            self.finds = replace(self.finds, security_off=_says_security_off(cluster, heard.answer))

    async def _ask_for_the_nodes(self, door: Door) -> None:
        heard = await self.asker.through(door, questions.NODES, read_nodes, with_session=self._with_session)
        self.finds = replace(self.finds, nodes=heard.data.addresses if heard.data else ())

    async def _ask_the_mapping(self, door: Door) -> None:
        budget = self.asker.lines.budget
        whole = await self.asker.through(
            door,
            questions.MAPPING,
            lambda body: read_mappings(
                body, indices=budget.datasets, fields=budget.fields, altogether=10 * budget.fields
            ),
            with_session=self._with_session,
        )
        if whole.data is not None:
            self.finds = replace(self.finds, mapped=tuple(whole.data.items()))
            return
        if self.finds.listing is None:
            caps = await self.asker.through(
                door,
                questions.FIELD_CAPS,
                lambda body: read_field_caps(body, limit=budget.fields),
                with_session=self._with_session,
            )
            if caps.data is not None:
                names = caps.data.indices[: budget.datasets] or (EVERYTHING,)
                self.finds = replace(self.finds, mapped=tuple((name, caps.data.mapped) for name in names))
            return
        for name in worth_asking(self.finds)[:_MOST_SINGLE]:
            one = await self.asker.through(
                door,
                questions.INDEX_MAPPING,
                lambda body: _only(body, budget.fields),
                with_session=self._with_session,
                index=name,
            )
            if one.said in (Said.LOGIN, Said.FORBIDDEN, Said.SILENT):
                return
            if one.data is not None:
                self.finds = replace(self.finds, mapped=(*self.finds.mapped, (name, one.data)))

    async def _ask_what_is_readable(self, door: Door) -> None:
        """For a user with some rights the list may name more than may be read."""
        names = worth_asking(self.finds)[:_MOST_SINGLE]
        if len(names) == 1 and self.finds.search is not None and self.finds.search.searched:
            self.finds = replace(self.finds, readable=((names[0], True),))  # then it is what was searched
            return
        for name in names:
            heard = await self.asker.through(
                door, questions.INDEX_SEARCH, read_search, with_session=self._with_session, index=name
            )
            if heard.said is Said.SILENT:
                return
            if heard.said in (Said.DATA, Said.LOGIN, Said.FORBIDDEN) and heard.answer.speaker is Speaker.ELASTICSEARCH:
                can = heard.data is not None and heard.data.searched
                self.finds = replace(self.finds, readable=(*self.finds.readable, (name, can)))


def _only(body: JsonValue, limit: int) -> MappedFields | None:
    """The fields in a reply to `GET /INDEX/_mapping`, whichever name it gives the index."""
    entries = list(as_object(body).values())
    return read_mapping(entries[0], limit=limit) if len(entries) == 1 and as_object(entries[0]) else None


def _says_security_off(cluster: Greeting, who: Answer) -> bool:
    """Whether Elasticsearch from 6 on does not know the question who we are: 405, from 9 on 400 "no handler found".

    Of what only plays Elasticsearch nothing follows from that; OpenSearch was asked in its own way.
    """
    known = cluster.genuine and (cluster.major or 0) >= 6
    refused = who.speaker is Speaker.ELASTICSEARCH and who.reading.kind is RefusalKind.ABSENT
    return known and refused and who.reading.status in (400, 405)
