"""The estate's definitions: enough of them, each with an address, and truths that fit the demanded verdicts."""

from collections import Counter
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from benchmarks.verdicts.endpoint import Endpoint, How, place, rounds
from benchmarks.verdicts.estate import estate
from benchmarks.verdicts.scoring import Said, Truth, read_verdict
from benchmarks.verdicts.serving import REPLIES, nobody

ESTATE = estate()


def test_it_is_large_and_of_every_kind() -> None:
    assert len(ESTATE) >= 60
    assert Counter(one.endpoint.how for one in ESTATE).keys() == set(How)
    assert {one.endpoint.product for one in ESTATE if one.endpoint.truth is Truth.OPEN} == {
        "elasticsearch",
        "kibana",
        "mongodb",
    }


def test_each_has_an_address_of_its_own() -> None:
    assert len({one.address for one in ESTATE}) == len(ESTATE)


@pytest.mark.parametrize("one", [one.endpoint for one in ESTATE], ids=lambda endpoint: endpoint.name)
def test_the_demanded_verdict_fits_the_truth(one: Endpoint) -> None:
    said = read_verdict(one.verdict)
    match one.truth:
        case Truth.OPEN:
            assert said is Said.OPEN
        case Truth.NOT_OPEN:
            assert said is not Said.OPEN
        case Truth.NAMES | Truth.UNTOLD:
            assert said is Said.NOTHING


def test_every_recording_is_an_endpoint_or_a_part_of_one() -> None:
    named = " ".join(f"{one.endpoint.name} {one.endpoint.what}" for one in ESTATE if one.endpoint.how is How.RECORDED)
    assert [path.stem for path in REPLIES.glob("*.json") if path.stem not in named] == []


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        place([ESTATE[0].endpoint, ESTATE[0].endpoint])


def test_more_than_a_subnet_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="254"):
        place([replace(ESTATE[0].endpoint, name=str(number)) for number in range(255)])


def _endpoint(name: str, *, java: bool) -> Endpoint:
    def serve(host: str, port: int) -> AbstractAsyncContextManager[None]:
        return nobody(host, port)

    verdict = ESTATE[0].endpoint.verdict
    return Endpoint(name, "mongodb", "", How.REAL, Truth.OPEN, verdict, serve, 27017, java=java)


def test_java_servers_come_in_rounds_and_all_else_in_the_first() -> None:
    placed = place([*(_endpoint(f"java-{number}", java=True) for number in range(5)), _endpoint("light", java=False)])
    names = [[one.endpoint.name for one in group] for group in rounds(placed, java_at_once=2)]
    assert names == [["light", "java-0", "java-1"], ["java-2", "java-3"], ["java-4"]]


def test_without_java_there_is_one_round() -> None:
    assert len(rounds(place([_endpoint("light", java=False)]), java_at_once=2)) == 1
    assert rounds([], java_at_once=2) == ()
