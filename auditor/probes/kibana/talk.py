"""The talk with one Kibana: which question follows which answer. What it all means is judged elsewhere."""

import contextlib
from dataclasses import replace
from typing import Final

from auditor.model.observation import Service
from auditor.probes.elastic.greeting import ELASTICSEARCH, OPENSEARCH, read_greeting
from auditor.probes.elastic.identity import read_authenticate
from auditor.probes.elastic.listing import Listing, read_cat_indices, read_search
from auditor.probes.interface import Lines, WireError
from auditor.probes.json_reply import JsonValue, as_object, digest
from auditor.probes.kibana import questions, requests
from auditor.probes.kibana.answers import (
    DASHBOARDS,
    REFUSED,
    Reading,
    Said,
    Speaker,
    named,
    read,
    silence,
    status_version,
)
from auditor.probes.kibana.console import Answer, Asker, Heard, is_cut_list
from auditor.probes.kibana.details import Details
from auditor.probes.kibana.requests import Door
from auditor.probes.kibana.routes import ask_routes
from auditor.probes.kibana.samples import Way
from auditor.probes.kibana.session import Landing, invites_guests
from auditor.probes.kibana.walk import EVERYTHING, Finds, Walk, read_guest_provider, worth_asking

#: After these from the console another way may still be open: it is switched off, filtered, or not for our role.
_NO_USE: Final = frozenset({Said.ABSENT, Said.FORBIDDEN, Said.PAGE})
_NOBODY_HERE: Final = frozenset({Said.ABSENT, Said.PAGE, Said.ODD})
#: Questions about pages, which tell nothing of the data; and those about data that no route but a door answers.
_PAGES: Final = frozenset({"landing", "prefix", "console-name"})
_THROUGH_DOORS: Final = frozenset({"listing", "search", "index-search"})


async def talk(lines: Lines) -> tuple[Walk, Way]:
    """Asks one target all that is to be asked, in the sound order; tells, too, on which way data was reached.

    The page with its cookies, the read proxy, the console, the same with the cookies, the search routes, the state of
    the login; and all of that below other prefixes, where nothing is here.

    Raises:
        WireError: not even the first page came.
    """
    return await _Talk(lines).run()


class _Talk:
    def __init__(self, lines: Lines) -> None:
        self.asker = Asker(lines, lines.http(), requests.prefix_of(lines.target.path))
        self.accepts_guests = lines.manner.accept_guest_login
        self.landing = Landing()
        self.itself: Service | None = None
        self.door: Door | None = None
        self.listed: Answer | None = None  # the newest answer to the question for the list of indices
        self.finds = Finds()
        self.guest = ""
        self.guest_page: int | None = None
        self.guest_taken = False

    async def run(self) -> tuple[Walk, Way]:
        await self._enter()
        if self._nobody_here():
            await self._look_below()
        if self.door is not None or self.asker.named is not None:
            await self._ask_for_data(with_session=False)
            if not self._has_data and (self._refused or self._turned_away) and self.asker.jar:
                await self._ask_for_data(with_session=True)
            if not self._has_data:
                await self._ask_for_guests()
        by_door = any(one.said is Said.DATA and one.question in _THROUGH_DOORS for one in self.asker.answers)
        self.finds = replace(self.finds, by_console=by_door and self.door is Door.CONSOLE)
        details = Details(self.asker, self.finds, self.door if by_door or not self._has_data else None)
        with_session = self.listed is not None and self.listed.with_session
        if self._has_data or any(answer.reading.identity for answer in self.asker.answers):
            await details.ask(with_session=with_session)
        elif self.asker.named is None and self.asker.looks_like and self.itself is None and not self._refused:
            await details.ask_fields(EVERYTHING, with_session=False)
        return self._walk(details.finds), Way(self.asker, self.door if by_door else None, with_session)

    @property
    def _has_data(self) -> bool:
        searched = self.finds.search is not None and self.finds.search.searched
        return searched or self.finds.listing is not None

    @property
    def _refused(self) -> bool:
        return any(answer.said in REFUSED for answer in self.asker.answers if answer.question not in _PAGES)

    @property
    def _turned_away(self) -> bool:
        """Whether a question about data was answered by sending us elsewhere, as visitors without a session are."""
        return any(300 <= one.reading.status < 400 for one in self.asker.answers if one.question not in _PAGES)

    async def _enter(self) -> None:
        """The page, the read proxy and the console below one prefix; finds the door."""
        asker = self.asker
        self.landing = await asker.land()
        path, end = self.landing.pages[-1]  # there is at least one
        greeting, reading = await digest(
            end.body, lambda body: (read_greeting(body, end.headers), read(end, body, understood=False, path=path))
        )
        asker.remember(Answer("landing", "the page that a visitor sees", reading, end.number))
        if asker.named is None and (greeting is not None or reading.speaker is Speaker.ELASTICSEARCH):
            name = OPENSEARCH if "OpenSearch" in reading.who else ELASTICSEARCH
            self.itself = greeting.service if greeting is not None else Service(name)
            return
        proxied = await self._list(Door.PROXY)
        if proxied.said is not Said.SILENT and proxied.answer.speaker is Speaker.ELASTICSEARCH:
            self.door = Door.PROXY
        if asker.named is None or not asker.version:
            heard = await asker.own(requests.STATUS, "/api/status", _nothing, "the page of its status")
            told = status_version(heard.reply) if heard.reply is not None else None
            asker.version = asker.version or told or ""
            asker.looks_like |= told is not None
        if asker.named is None and self.door is None and self._is_guarded(reading):
            await asker.own(requests.CONSOLE_NAME, "/api/console/proxy", _nothing, "the name of the console")
        if self.door is None and asker.named is not None and requests.may_post_below(asker.prefix):
            self.door = await self._find_console()

    def _is_guarded(self, page: Reading) -> bool:
        """Whether a visitor is asked for a login by something in front, as far as the page tells."""
        away = self.landing.away
        return page.said in REFUSED or (away is not None and away.is_login)

    async def _find_console(self) -> Door | None:
        heard = await self._list(Door.CONSOLE)
        if heard.said is Said.FAILED:  # 5.0 to 5.3 do not know `path=`
            by_uri = await self._list(Door.URI)
            if by_uri.said not in (Said.ABSENT, Said.FAILED, Said.SILENT):
                return Door.URI
        return None if heard.said is Said.ABSENT else Door.CONSOLE

    async def _list(self, door: Door, *, with_session: bool = False) -> Heard[Listing]:
        limit = self.asker.lines.budget.datasets
        heard = await self.asker.through(
            door, questions.LISTING, lambda body: read_cat_indices(body, limit=limit), with_session=with_session
        )
        self.listed = heard.answer
        if heard.data is not None:
            cut = heard.reply is not None and is_cut_list(heard.reply)
            self.finds = replace(self.finds, listing=replace(heard.data, truncated=heard.data.truncated or cut))
        return heard

    def _nobody_here(self) -> bool:
        """Whether everything under this prefix was as if nothing lived there."""
        end = self.landing.end
        if self.door is not None or end is None:
            return False
        if self.itself is not None:
            return not self.asker.prefix
        if self.asker.named is not None:
            return end.status == 404 or bool({*self._given_away()} - {self.asker.prefix})
        return self.listed is not None and self.listed.said in _NOBODY_HERE | REFUSED

    def _given_away(self) -> tuple[str, ...]:
        """The prefixes that the redirects from `/` gave away: they lead to a page of Kibana's below one."""
        paths = [path for path, reply in self.landing.pages if named(reply) is not None]
        paths += [reply.header("location") or "" for _, reply in self.landing.pages]
        return tuple(dict.fromkeys(filter(None, map(requests.prefix_in, paths))))

    async def _look_below(self) -> None:
        asker, tried = self.asker, {self.asker.prefix}
        common = requests.PREFIXES if self.itself is None else requests.MANAGED
        for prefix in (*self._given_away(), "", *common):
            if prefix in tried:
                continue
            tried.add(prefix)
            before, asker.prefix = asker.prefix, prefix
            heard = await asker.own(requests.BELOW, "/", _nothing, f"the page below {prefix or '/'}", index=prefix)
            if heard.reply is not None and named(heard.reply) is not None and heard.said is not Said.ABSENT:
                self.itself = None
                try:
                    await self._enter()
                except WireError as error:  # something was learnt before, so that this is one more answer
                    asker.remember(Answer("landing", "the page that a visitor sees", silence(error.detail)))
                return
            asker.prefix = before

    async def _ask_for_data(self, *, with_session: bool) -> None:
        if self.door is not None and with_session:
            await self._list(self.door, with_session=True)
        listed = self.listed
        useless = self.door is None or listed is None or _is_no_use(listed)
        if self.door is not None and listed is not None and not _waits(listed):
            searched = await self._search(self.door, with_session=with_session)
            useless = useless or _is_no_use(searched)
        if (
            useless
            and not self._has_data
            and self.asker.named is not None
            and requests.may_post_below(self.asker.prefix)
        ):
            await self._ask_the_routes(with_session=with_session)

    async def _search(self, door: Door, *, with_session: bool) -> Answer:
        heard = await self.asker.through(door, questions.SEARCH, read_search, with_session=with_session)
        one = next(iter(worth_asking(self.finds)), None)
        if heard.data is None and heard.said not in (*REFUSED, Said.BLOCKED) and one is not None:
            # Kept from searching everything (a slow cluster, a broken shard): one index tells as much.
            heard = await self.asker.through(
                door, questions.INDEX_SEARCH, read_search, with_session=with_session, index=one
            )
        if heard.data is not None:
            self.finds = replace(self.finds, search=heard.data)
        return heard.answer

    async def _ask_the_routes(self, *, with_session: bool) -> None:
        self.finds, answer = await ask_routes(self.asker, self.finds, with_session=with_session)
        self.listed = self.listed if self.door is not None and self.listed is not None else answer

    async def _ask_for_guests(self) -> None:
        """What a login leaves over: whom a refused session belongs to, and whether guests are invited."""
        asker, refusals = self.asker, [answer for answer in self.asker.answers if answer.said in REFUSED]
        own = [answer for answer in refusals if answer.speaker is Speaker.KIBANA]
        if any(answer.said is Said.FORBIDDEN and answer.with_session for answer in own):
            heard = await asker.own(
                requests.ME, "/internal/security/me", read_authenticate, "whose session it is", with_session=True
            )
            self.finds = replace(self.finds, who=heard.data)
        if not own or asker.named is None:
            return
        if await self._invited_by_a_button() or asker.named.product == DASHBOARDS:
            return  # which has no such route
        state = await asker.own(
            requests.LOGIN_STATE, "/internal/security/login_state", read_guest_provider, "the ways to log in"
        )
        self.guest = state.data or ""
        if self.guest and self.accepts_guests and requests.may_post_below(asker.prefix):
            before = asker.jar.changes
            wanted = {"providerType": "anonymous", "providerName": self.guest, "currentURL": f"{asker.prefix}/"}
            await asker.own(requests.GUEST_LOGIN, "/internal/security/login", _location, "a guest's login", body=wanted)
            await self._enter_as_guest(before)

    async def _invited_by_a_button(self) -> bool:
        """Whether the login page of OpenSearch's security plugin, or of Open Distro's for Kibana, lets guests in."""
        asker, page = self.asker, self.landing.end
        if page is None or not invites_guests(page):
            return False
        self.guest, self.guest_page = "anonymous", page.number
        if self.accepts_guests:
            before = asker.jar.changes
            with contextlib.suppress(WireError):  # then nobody was let in
                await asker.land("/auth/anonymous", requests.GUEST_SESSION)
            await self._enter_as_guest(before)
        return True

    async def _enter_as_guest(self, before: int) -> None:
        self.guest_taken = self.asker.jar.changes > before
        if self.guest_taken:
            await self._ask_for_data(with_session=True)

    def _walk(self, finds: Finds) -> Walk:
        asker = self.asker
        return Walk(
            self.landing,
            tuple(asker.answers),
            prefix=asker.prefix,
            named=asker.named,
            naming=asker.naming,
            version=asker.version,
            looks_like=asker.looks_like,
            itself=self.itself,
            has_cookies=bool(asker.jar),
            guest=self.guest,
            guest_page=self.guest_page,
            guest_taken=self.guest_taken,
            finds=finds,
        )


def _is_no_use(answer: Answer) -> bool:
    """Whether another way than the console may still be open: a front may guard the console alone."""
    return answer.said in _NO_USE or (answer.said is Said.LOGIN and answer.speaker is Speaker.FRONT)


def _waits(listed: Answer) -> bool:
    """Whether asking on is pointless just now: Kibana is not ready, or the security behind it is not set up."""
    own = listed.said is Said.NOT_READY and listed.speaker is not Speaker.ELASTICSEARCH
    return own or listed.said in (Said.NOT_INITIALISED, Said.ABSENT)


def _nothing(_: JsonValue) -> bool | None:
    """Of a page nothing is read but who sends it."""
    return None


def _location(body: JsonValue) -> bool | None:
    return True if "location" in as_object(body) else None
