"""A card's notes say what the evidence does not: identity, rights, refusals, what lies behind, the certificate."""

from dataclasses import replace

from auditor.export.language import LANGUAGES
from auditor.export.subject import decision, notes
from auditor.model.dataset import DataSet, Kind
from auditor.model.observation import Fact, Service, TlsSeen
from auditor.model.outcome import Outcome, Verdict
from auditor.model.target import Expectation
from tests.export.making import outcome


def told(about: Outcome) -> list[str]:
    return list(notes(about, LANGUAGES["en"]))


def test_the_row_that_decided_is_told() -> None:
    (told,) = decision(outcome("a", 1, "elasticsearch", Verdict.OPEN, why="Open."), LANGUAGES["en"])
    assert told == "Row rule-open of the verdict table decided: Open."


def test_nothing_seen_is_nothing_noted() -> None:
    assert told(outcome("a", 1, "elasticsearch", Verdict.OPEN, why="Open.")) == []


def test_of_a_foreign_file_that_names_no_row_none_is_told() -> None:
    about = replace(outcome("a", 1, "elasticsearch", Verdict.OPEN, why="Open."), rule="")
    assert list(decision(about, LANGUAGES["en"])) == []


def test_a_detail_is_noted_unless_it_repeats_the_reason() -> None:
    assert told(outcome("a", 1, "mongodb", Verdict.OPEN, why="Open.", detail="It was slow.")) == ["It was slow."]
    assert told(outcome("a", 1, "mongodb", Verdict.OPEN, why="Open.", detail="Open.")) == []


def test_identity_rights_and_partial_answers_are_told_and_bounded() -> None:
    about = outcome(
        "a", 1, "elasticsearch", Verdict.ANONYMOUS_ROLE, identity="_anonymous\u202e",
        rights=tuple(f"r{n}" for n in range(12)), partial=tuple(f"part {n}" for n in range(10)),
    )  # fmt: skip
    assert told(about) == [
        "The server takes a stranger for the user _anonymous⟨U+202E⟩.",
        "Rights of that user: r0, r1, r2, r3, r4, r5, r6, r7 … (+4)",
        *(f"part {n}" for n in range(8)),
        "Further partial answers are in the JSON: 2.",
    ]


def test_rights_of_a_stranger_whom_nobody_named_are_a_strangers() -> None:
    about = outcome("a", 1, "elasticsearch", Verdict.OPEN, rights=("may write",))
    assert told(about) == ["Rights of a stranger: may write"]


def test_partial_answers_of_a_wholly_open_server_are_left_to_the_evidence() -> None:
    opened = outcome("a", 1, "kibana", Verdict.OPEN, partial=("the list was answered",))
    assert told(opened) == []
    refused = replace(opened.observation, facts=frozenset({Fact.PARTLY_REFUSED}))
    assert told(replace(opened, observation=refused)) == ["the list was answered"]


def test_what_lies_behind_other_addresses_and_the_certificate_are_told() -> None:
    about = outcome(
        "a", 1, "kibana", Verdict.OPEN, behind=Service("OpenSearch", "2.11.0"), truncated=True,
        others=(("10.0.0.9", Verdict.TIMED_OUT), ("10.0.0.10", Verdict.AUTH_REQUIRED)),
        tls=TlsSeen("TLSv1.3", "ab" * 32, "CN=a", "CN=ca", "2027-01-01T00:00:00Z"),
    )  # fmt: skip
    assert told(about) == [
        "Behind it stands OpenSearch 2.11.0, cluster unnamed.",
        "The same name has further addresses: 10.0.0.9 (No answer), 10.0.0.10 (Login required).",
        "Spoken over TLSv1.3, certificate of CN=a, issued by CN=ca, valid until 2027-01-01T00:00:00Z.",
        "It holds more objects than this audit's limits allow to list.",
    ]


def test_what_the_inventory_calls_public_is_told_with_its_reason() -> None:
    about = outcome("a", 1, "elasticsearch", Verdict.OPEN)
    for reason, words in (("a public catalogue", "a public catalogue"), (None, "no reason given")):
        asset = replace(about.target.asset, expect=Expectation.PUBLIC_BY_DESIGN, reason=reason)
        public = replace(about, target=replace(about.target, asset=asset))
        assert told(public) == [f"The inventory calls it public by design: {words}"]


def test_samples_that_did_not_come_are_counted_by_their_reasons() -> None:
    refused = [
        ("size", "sample: refused"),
        ("sample: not taken",),
        ("sample: not taken",),
        ("sample: \u202e",),
        ("count",),
        (),
    ]
    sets = tuple(DataSet(f"d{number}", Kind.INDEX, refused=reasons) for number, reasons in enumerate(refused))
    about = outcome("a", 1, "elasticsearch", Verdict.OPEN, why="Open.", datasets=sets)
    assert told(about) == ["Objects of which no sample came: not taken (2), refused (1), ⟨U+202E⟩ (1)."]
