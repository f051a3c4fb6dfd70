import copy
import gc
import math
import pickle
import string
import types
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.dataset import Field, ValueCounts
from auditor.pii.classify import Classifier
from auditor.pii.values import ValueTally
from auditor.pii.values.catalogue import EVERYWHERE
from auditor.pii.values.tally import LONGEST_VALUE, MOST_DIGESTS, MOST_DISTINCT, MOST_FIELDS
from auditor.probes.interface import OpenTally
from tests.pii.values.made import identity_number

PATHS = (
    "c1",
    "email",
    "手机号",
    "id_number",
    "cpf",
    "birthday",
    "client_ip",
    "plate_no",
    "location",
    "name",
    "信用卡号",
)


def counted(classifier: Classifier, path: str, *values: object) -> ValueCounts:
    tally = classifier.tally("", [])
    for value in values:
        tally.take(path, value)
    (count,) = tally.counts()
    return count


def canary() -> str:
    """Eighteen characters that no constant of this file holds, and that a check passes."""
    return identity_number("310104", "".join(map(str, (1, 9, 8, 7, 0, 4, 1, 2))), 123)


def test_it_is_what_the_probes_ask_for(classifier: Classifier) -> None:
    opened: OpenTally = classifier.tally  # mypy reads this line
    tally = opened("users", [Field("email")])
    tally.take("email", "a@example.org")
    (count,) = tally.counts()
    assert (count.field, count.values, count.distinct) == ("email", 1, 1)


def test_distinct_values_are_checked_once_and_all_are_counted(classifier: Classifier) -> None:
    count = counted(classifier, "c1", "a@example.org", " a@example.org ", "b@example.org", "none")
    assert (count.values, count.distinct) == (4, 3)
    assert dict(count.passed)["email"] == 2


def test_a_check_that_was_tried_stands_there_with_nought(classifier: Classifier) -> None:
    passed = dict(counted(classifier, "c1", "none").passed)
    assert passed.keys() == {check.id for check in EVERYWHERE} | {"long_text"}
    assert set(passed.values()) == {0}


@pytest.mark.parametrize(
    ("path", "hinted"),
    [
        ("mobile", "phone"),
        ("contact.phones.number", "phone"),
        ("lxdh", "phone"),
        ("dob", "birth_date"),
        ("sfzh", "gb11643_15"),
        ("ssn", "us_ssn"),
        ("client_ip", "ip_address"),
        ("cphm", "cn_plate"),
        ("user.location", "coordinate"),
        ("xm", "cn_name"),
        ("cpf", "stdnum_br.cpf"),
        ("id_number", "stdnum_pl.pesel"),
    ],
)
def test_a_name_has_tried_what_it_hints_at_and_no_other_name_has(
    classifier: Classifier, path: str, hinted: str
) -> None:
    assert hinted in dict(counted(classifier, path, "x").passed)
    assert hinted not in dict(counted(classifier, "qty", "x").passed)


def test_numbers_and_dates_are_read_as_they_would_be_written(classifier: Classifier) -> None:
    assert dict(counted(classifier, "c1", 13800001234, 13900001234.0).passed)["cn_mobile"] == 2
    days = counted(classifier, "birthday", 19870412, datetime(1987, 4, 12, 8, tzinfo=UTC), date(1987, 4, 13))
    assert (days.distinct, dict(days.passed)["birth_date"]) == (3, 3)


class Weird(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise AssertionError

    def strip(self, *_: Any) -> Any:
        raise AssertionError

    __len__ = __iter__ = __getitem__ = __hash__ = __eq__ = encode = strip  # type: ignore[assignment]


class Posing:
    @property  # type: ignore[misc]  # so that isinstance would fail
    def __class__(self) -> Any:
        raise AssertionError

    def __getattr__(self, name: str) -> Any:
        raise AssertionError


def test_what_is_no_text_number_or_date_is_dropped(classifier: Classifier) -> None:
    tally = classifier.tally("", [])
    nothing: tuple[object, ...] = (
        None,
        True,
        b"a",
        [],
        {},
        (),
        object(),
        Posing(),
        Decimal(1),
        "",
        "  ",
        math.nan,
        math.inf,
        10**400,
        int,
    )
    for value in nothing:
        tally.take("c1", value)
    assert tally.counts() == ()


def test_no_method_of_a_derived_type_is_run(classifier: Classifier) -> None:
    assert dict(counted(classifier, "c1", Weird("a@example.org")).passed)["email"] == 1


VALUES = st.one_of(
    st.text(max_size=300),
    st.text(string.digits + "+-./ xX*@()年月", max_size=40),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.binary(),
    st.none(),
    st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(VALUES, max_size=20), st.sampled_from(PATHS))
def test_anything_is_taken_and_the_counts_fit_together(classifier: Classifier, values: list[object], path: str) -> None:
    tally = classifier.tally("", [])
    for value in values:
        tally.take(path, value)
    for count in tally.counts():
        assert 1 <= count.distinct <= count.values <= len(values)
        assert all(0 <= passed <= count.distinct for _, passed in count.passed)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_path_is_taken(classifier: Classifier, path: str) -> None:
    counted(classifier, path, "value")


def test_a_text_too_long_for_a_check_is_counted_as_that(classifier: Classifier) -> None:
    count = counted(classifier, "c1", "a" * LONGEST_VALUE, "a" * (LONGEST_VALUE + 1), "b" * 10_000_000)
    assert (count.distinct, dict(count.passed)["long_text"]) == (3, 2)


def test_distinct_values_are_bounded_and_values_go_on_being_counted(classifier: Classifier) -> None:
    count = counted(classifier, "c1", *range(MOST_DISTINCT + 50))
    assert (count.values, count.distinct) == (MOST_DISTINCT + 50, MOST_DISTINCT)


def test_fields_and_paths_are_bounded(classifier: Classifier) -> None:
    tally = classifier.tally("", [])
    tally.take("p" * 5_000, 1)
    for number in range(MOST_FIELDS + 10):
        tally.take(f"f{number}", 1)
    assert len(tally.counts()) == MOST_FIELDS


def test_all_fields_together_tell_no_more_than_so_many_values_apart(classifier: Classifier) -> None:
    tally = classifier.tally("", [])
    fields = MOST_DIGESTS // MOST_DISTINCT + 2
    for number in range(fields):
        for value in range(MOST_DISTINCT):
            tally.take(f"f{number}", value)
    counts = tally.counts()
    assert sum(count.distinct for count in counts) == MOST_DIGESTS
    assert sum(count.values for count in counts) == fields * MOST_DISTINCT


def test_after_the_counts_nothing_tells_one_value_from_another(classifier: Classifier) -> None:
    tally = classifier.tally("", [])
    tally.take("c1", "a")
    counts = tally.counts()
    tally.take("c1", "b")
    assert tally.counts() == counts
    assert tally._key is None
    assert not any(isinstance(found, bytes) for found in reachable(tally))


def test_two_tallies_tell_values_apart_by_keys_of_their_own(classifier: Classifier) -> None:
    one, other = classifier.tally("", []), classifier.tally("", [])
    for tally in (one, other):
        tally.take("c1", "a")
    assert one._fields["c1"].seen.isdisjoint(other._fields["c1"].seen)


def reachable(start: object) -> list[object]:
    """Everything that hangs from an object, code and modules left out: they hang from nothing that was taken."""
    skipped = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType)
    found: dict[int, object] = {}
    waiting = [start]
    while waiting:
        thing = waiting.pop()
        if id(thing) not in found and not isinstance(thing, skipped):
            found[id(thing)] = thing
            waiting += gc.get_referents(thing)
    return list(found.values())


def holders(text: str) -> list[type]:
    """The types of all objects that hold a text with this one in it, anywhere in the process; frames left out."""
    found = []
    for holder in gc.get_objects():
        if not isinstance(holder, types.FrameType):
            for held in gc.get_referents(holder):
                if isinstance(held, str) and text in held:
                    found.append(type(holder))  # noqa: PERF401 - a comprehension would hold the text itself
    return found


@pytest.mark.parametrize("path", PATHS)
def test_no_value_can_be_reached_from_a_tally(classifier: Classifier, path: str) -> None:
    tally, value = classifier.tally("", []), canary()
    tally.take(path, value)
    tally.take(path, int(value[:17]))
    tally.take(path, f"{value}@example.org")
    for _ in range(2):
        for found in reachable(tally):
            if isinstance(found, str):
                assert value[:17] not in found
            elif isinstance(found, bytes):
                assert value[:17].encode() not in found
            else:
                assert found != int(value[:17])
        tally.counts()


@pytest.mark.parametrize("path", PATHS)
def test_no_parser_keeps_a_value_anywhere(classifier: Classifier, path: str) -> None:
    tally, value = classifier.tally("", []), canary()
    for text in (value, f"+86 138 {value}", f"{value}@example.org", f"https://example.org/{value}", f"{value[6:]}"):
        tally.take(path, text)
    del text
    gc.collect()
    assert not holders(value[6:])
    kept = [value]
    assert holders(value[6:])  # so that nobody is missed
    kept.clear()


def test_no_value_is_printed(classifier: Classifier) -> None:
    tally, value = classifier.tally("", []), canary()
    tally.take("c1", value)
    for told in (repr(tally), str(tally), f"{tally}", repr(tally.counts())):
        assert value not in told
    assert "c1" not in repr(tally)


def test_it_is_not_pickled_or_copied(classifier: Classifier) -> None:
    tally = classifier.tally("", [])
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(tally, protocol)
    for attempt in (copy.copy, copy.deepcopy, ValueTally.__getstate__):
        with pytest.raises(TypeError, match="not pickled"):
            attempt(tally)
