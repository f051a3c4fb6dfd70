import asyncio
from dataclasses import replace

import pytest

from auditor.model.finding import FixText, RuleInfo, Severity
from auditor.model.observation import Access, Exchange, Fact, Observation, Reach
from auditor.model.outcome import Verdict
from auditor.model.plan import RequestTemplate
from auditor.probes.interface import Lines, WireError
from auditor.testing.contract import Case, ProbeContract, unplanned
from auditor.testing.loopback import ByteServer

RULE = RuleInfo(
    id="open-parrot",
    product="parrot",
    verdicts=(Verdict.OPEN,),
    severity=Severity.HIGH,
    title="{host} repeats everything",
    why="Anybody can ask.",
    fixes=(FixText("Cover the cage."),),
    verify="echo LIST | nc {address} {port}",
)


class ParrotProbe:
    """A made-up product, as a plugin would bring it: LIST is answered by OK and a count, or by LOGIN."""

    product = "parrot"
    title = "Parrot"
    default_ports: tuple[int, ...] = (4242,)
    rules: tuple[RuleInfo, ...] = (RULE,)
    requests: tuple[RequestTemplate, ...] = (
        RequestTemplate("list", "parrot", "LIST {what}", "always", "whether it lists words"),
    )

    async def observe(self, lines: Lines) -> Observation:
        stream = await lines.stream()
        await stream.write(b"LIST words\n")
        answer = await stream.read(5)
        number = lines.transcript.record(Exchange("LIST words", "list", received=len(answer)))
        if answer == b"LOGIN":
            lines.transcript.explain(number, "it asked for a login")
            return Observation(Reach.ANSWERED, facts=frozenset({Fact.PRODUCT_ASKED_LOGIN}), asked_by="Parrot")
        if answer[:3] != b"OK ":
            raise WireError(Reach.NOT_THE_PRODUCT, "no parrot")
        lines.transcript.explain(number, "it listed words")
        return Observation(Reach.ANSWERED, Access.RECORDS)


def says(words: bytes) -> ByteServer:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readline() == b"LIST words\n":
            writer.write(words)

    return ByteServer(talk)


OPEN = Case("open", lambda: says(b"OK 2 hello"), Verdict.OPEN, datasets=frozenset(), values=("hello",))


class TestAGoodPlugin(ProbeContract):
    probe = ParrotProbe()
    cases = (OPEN, Case("closed", lambda: says(b"LOGIN"), Verdict.AUTH_REQUIRED))


class Broken(ProbeContract):
    """Not collected: its tests are called one by one below, and must fail."""

    cases = (OPEN,)


def broken(probe: ParrotProbe) -> Broken:
    contract = Broken()
    contract.probe = probe
    return contract


class Leaking(ParrotProbe):
    async def observe(self, lines: Lines) -> Observation:
        stream = await lines.stream()
        await stream.write(b"LIST words\n")
        lines.transcript.record(Exchange("LIST words", "list"))
        return Observation(Reach.ANSWERED, Access.RECORDS, detail=(await stream.read(100)).decode("latin-1"))


class Straying(ParrotProbe):
    async def observe(self, lines: Lines) -> Observation:
        seen = await super().observe(lines)
        lines.transcript.record(Exchange("DELETE words", "list"))
        return seen


class Trusting(ParrotProbe):
    async def observe(self, lines: Lines) -> Observation:
        try:
            return await super().observe(lines)
        except WireError:
            return Observation(Reach.ANSWERED, facts=frozenset({Fact.PRODUCT_ASKED_LOGIN}))


class Crashing(ParrotProbe):
    async def observe(self, lines: Lines) -> Observation:
        stream = await lines.stream()
        await stream.write(b"LIST words\n")
        count = int((await stream.read(100)).split()[1])
        return Observation(Reach.ANSWERED, Access.RECORDS, detail=str(count))


class Doubled(ParrotProbe):
    requests = ParrotProbe.requests * 2
    rules = (replace(RULE, product="macaw"),)


def test_a_probe_that_keeps_a_value_is_caught() -> None:
    with pytest.raises(AssertionError, match="values of records"):
        broken(Leaking()).test_no_value_is_kept(OPEN)


def test_a_probe_that_explains_nothing_is_caught() -> None:
    with pytest.raises(AssertionError, match="needs at least one exchange"):
        broken(Leaking()).test_each_case_is_judged_right(OPEN)


def test_a_probe_that_sends_what_it_did_not_plan_is_caught() -> None:
    with pytest.raises(AssertionError, match="requests beyond the plan"):
        broken(Straying()).test_each_request_is_an_instance_of_its_template(OPEN)


def test_a_probe_that_takes_silence_for_a_lock_is_caught() -> None:
    with pytest.raises(AssertionError, match="auth_required by silence"):
        broken(Trusting()).test_rubbish_clears_nobody_and_accuses_nobody("silence")


def test_a_probe_that_crashes_on_rubbish_is_caught() -> None:
    with pytest.raises((ValueError, IndexError)):
        broken(Crashing()).test_rubbish_clears_nobody_and_accuses_nobody("ssh")


def test_templates_and_rules_that_are_not_its_own_are_caught() -> None:
    with pytest.raises(AssertionError, match="id of its own"):
        broken(Doubled()).test_its_requests_are_planned()
    with pytest.raises(AssertionError, match="of another product"):
        broken(Doubled()).test_its_rules_are_its_own()


def test_a_wrong_verdict_is_caught_and_told() -> None:
    wrong = replace(OPEN, verdict=Verdict.AUTH_REQUIRED)
    with pytest.raises(AssertionError, match=r"^open \("):
        broken(ParrotProbe()).test_each_case_is_judged_right(wrong)


def test_a_word_in_braces_stands_for_any_text_and_all_else_for_itself() -> None:
    def seen(request: str, template: str = "list") -> Observation:
        return Observation(Reach.ANSWERED, transcript=(Exchange(request, template),))

    assert unplanned(ParrotProbe(), seen("LIST a.b [c]")) == []
    assert unplanned(ParrotProbe(), seen("list a")) == ["list a (list)"]
    assert unplanned(ParrotProbe(), seen("LIST a", "other")) == ["LIST a (other)"]
