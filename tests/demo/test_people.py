"""The demo's people pass every checksum and can be nobody."""

import json
import random

from auditor.demo import people

_WEIGHTS: list[int] = [2 ** (17 - place) % 11 for place in range(17)]


def passes_iso_7064(number: str) -> bool:
    """MOD 11-2 from its definition, not from the table that the demo uses."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    check: int = (12 - total % 11) % 11
    return check == (10 if number[17] == "X" else int(number[17]))


def test_identity_numbers_pass_the_checksum_in_a_region_that_does_not_exist() -> None:
    chance = random.Random(1)
    numbers = {people.identity_number(chance) for _ in range(2_000)}
    assert all(len(number) == 18 and passes_iso_7064(number) for number in numbers)
    assert all(number.startswith("99") for number in numbers)
    assert any(number.endswith("X") for number in numbers)


def test_every_kind_of_record_is_the_same_each_night_and_goes_into_json() -> None:
    for kind in (people.residents, people.cases, people.phones, people.patients, people.log_lines, people.readings):
        once, again = (list(kind(20, random.Random(7))) for _ in range(2))
        assert once == again
        assert len(once) == 20
        json.dumps(once)


def test_no_phone_number_could_have_been_issued() -> None:
    for record in people.residents(200, random.Random(3)):
        assert record["lxdh"].startswith("100")
        assert len(record["lxdh"]) == 11


def test_only_children_have_guardians() -> None:
    records = list(people.residents(300, random.Random(5)))
    assert {record["jhrxm"] is not None for record in records} == {True, False}
    for record in records:
        assert (record["jhrxm"] is not None) == (record["csrq"] > "2009")
