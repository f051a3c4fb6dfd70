"""The reader of connectionStatus and the inference from it hold for whatever a server says."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.observation import Access
from auditor.probes.mongodb.greeting import Greeting
from auditor.probes.mongodb.replies import Answer, Listing
from auditor.probes.mongodb.rights import Identity, infer, read_identity, wants_identity
from auditor.probes.mongodb.state import Seen, conclude
from tests.probes.test_mongo_rights import lent, privilege

OPEN = Seen(Greeting(wire_version=9, leading=True), Answer.GIVEN, Listing(("shop",)), read=("shop.people",))


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        ({"anyResource": True}, "everything"),
        ({"db": "", "collection": ""}, "every database"),
        ({"db": "shop", "collection": ""}, "every collection of shop"),
        ({"db": "", "collection": "people"}, "every collection people"),
        ({"db": "shop", "collection": "people"}, "shop.people"),
        ({"cluster": True}, None),
        ({"anyResource": 1}, None),
        ({"db": 5, "collection": ""}, None),
        ({}, None),
    ],
)
def test_a_privilege_holds_where_its_resource_says(resource: dict[str, Any], place: str | None) -> None:
    told = read_identity(lent({"resource": resource, "actions": ["insert", "shutdown"]}))
    assert told is not None
    assert told.rights == (() if place is None else (f"insert on {place}",))


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["insert", "anyAction", "shop", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["resource", "actions", "db", "collection", "user", "anyResource"]), inner, max_size=4
        )
    ),
    max_leaves=15,
)


@given(users=_anything, privileges=_anything, more=_anything)
def test_any_reply_is_read_or_none(users: Any, privileges: Any, more: Any) -> None:
    who = {"authenticatedUsers": users, "authenticatedUserPrivileges": privileges, "x": more}
    for document in ({"authInfo": who}, {"authInfo": more}, {}):
        told = read_identity(document)
        assert told is None or len(told.users) <= 5
        infer(OPEN, conclude(OPEN), told)


def test_rights_that_are_neither_to_read_nor_to_write_are_left_out() -> None:
    told = read_identity(lent(privilege("shop", "", "collStats", "alice <b>"), "odd", {"resource": 5, "actions": []}))
    assert told == Identity(("proxy@admin",))


def test_rights_without_bound_are_cut() -> None:
    told = read_identity(lent(*(privilege("shop", f"c{number}", "insert") for number in range(5_000))))
    assert told is not None
    assert (len(told.rights), len(told.grants)) == (20, 1_000)
    (sign,) = infer(OPEN, conclude(OPEN), told).signs
    assert "and 997 more" in sign.detail
    assert len(sign.detail) < 500


@given(
    control=st.sampled_from(Answer),
    settings=st.sampled_from(Answer),
    listed=st.sampled_from(Answer),
    read=st.booleans(),
    locked=st.booleans(),
    reimplemented=st.booleans(),
    leading=st.booleans(),
    told=st.sampled_from([None, Identity(), Identity(("a@b",)), Identity(("a@b",), ((("find",), "x"),))]),
)
def test_a_sign_needs_a_writable_mongodb_without_access_control_or_a_right_to_write(
    control: Answer,
    settings: Answer,
    listed: Answer,
    *,
    read: bool,
    locked: bool,
    reimplemented: bool,
    leading: bool,
    told: Identity | None,
) -> None:
    seen = replace(
        OPEN,
        greeting=Greeting(wire_version=9, leading=leading),
        control=control,
        settings=settings,
        listed=listed,
        read=("shop.people",) if read else (),
        locked=("shop.x",) if locked else (),
        reimplemented=reimplemented,
    )
    conclusion = conclude(seen)
    if infer(seen, conclusion, told).signs:
        assert told == Identity()
        assert leading
        assert not locked
        assert not reimplemented
        assert control is not Answer.GIVEN
        assert conclusion.access is Access.RECORDS
        assert wants_identity(seen, conclusion)
