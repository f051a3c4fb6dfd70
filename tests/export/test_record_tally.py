"""What lies open is counted by kind of record."""

from auditor.export.language import LANGUAGES
from auditor.export.record_tally import called_out, tally
from auditor.model.dataset import Gravity, RecordFinding, RecordKind

ENGLISH = LANGUAGES["en"]


def record(kind: str, gravity: Gravity | None = Gravity.SERIOUS, **more: object) -> RecordFinding:
    return RecordFinding(RecordKind(kind, kind.title()), 0.9, "by its fields", gravity, **more)  # type: ignore[arg-type]  # passed through


def test_kinds_come_gravest_first_then_by_documents_and_what_is_of_no_kind_last() -> None:
    counted = tally(
        [
            ("a", 9_000_000, record("log", Gravity.SLIGHT)),
            ("b", 10, record("patient", Gravity.GRAVE)),
            ("c", None, None),
            ("d", 5, record("customer")),
            ("e", 50, record("contact")),
            ("f", 7, record("personal_data", None)),
        ]
    )
    assert [(one.kind.id, one.objects, one.documents) for one in counted] == [
        ("patient", 1, 10), ("contact", 1, 50), ("customer", 1, 5), ("log", 1, 9_000_000), ("personal_data", 1, 7),
        ("", 1, 0),
    ]  # fmt: skip


def test_an_object_reached_by_two_ways_counts_once() -> None:
    (one,) = tally([("a", 5, record("patient")), ("a", 5, record("patient")), ("b", 2, record("patient"))])
    assert (one.objects, one.documents) == (2, 7)
    assert [each.kind.id for each in tally([("a", 5, record("patient")), ("a", 5, record("customer"))])] == ["patient"]


def test_a_kind_is_as_grave_as_its_gravest_object() -> None:
    counted = tally(
        [("a", 1, record("customer")), ("b", 1, record("customer", Gravity.GRAVE)), ("c", 9, record("student"))]
    )
    assert [(one.kind.id, one.gravity) for one in counted] == [
        ("customer", Gravity.GRAVE),
        ("student", Gravity.SERIOUS),
    ]


def test_what_one_object_of_a_kind_is_called_out_for_the_kind_is() -> None:
    (one,) = tally(
        [
            ("a", 1, record("person", special=("ethnicity_race",))),
            ("b", 1, record("person", special=("health_record", "ethnicity_race"), minors=True)),
            ("c", 1, record("person", key_person=True)),
        ]
    )
    told = list(called_out(one, ENGLISH))
    assert told == ["special categories: Ethnicity, Health record", "minors", "key persons"]


def test_of_a_plain_record_nothing_is_called_out() -> None:
    assert list(called_out(record("customer"), ENGLISH)) == []


def test_hostile_and_endless_categories_are_made_visible_and_cut() -> None:
    (told,) = called_out(
        record("x", special=(chr(0x202E), *(f"of_a_plugin_{number}" for number in range(30)))), ENGLISH
    )
    assert told.isprintable()
    assert told.endswith(" and 11 more")
