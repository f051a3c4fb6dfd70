"""The rows of the report's tables and cards: numbers only, texts being numbers into the island's table of texts."""

from typing import NamedTuple


class FindingRow(NamedTuple):
    """One finding. Texts are numbers into the table of texts, None where there is none."""

    key: str
    severity: int
    title: int
    host: int
    port: int
    product: int
    object: int | None
    owner: int | None
    environment: int | None
    records: int | None
    categories: int | None
    why: int
    fix: int
    verify: int
    controls: int
    subject: int | None
    altered: int  # 1 where the command holds characters that had to be spelt out or cut


class SubjectRow(NamedTuple):
    """The outcome that findings speak about: who answered and where, what was asked, noted and could be listed."""

    verdict: int
    service: int
    address: int
    why: int
    notes: list[int]
    evidence: list[tuple[int, int | None, int]]
    objects: list[tuple[int, int | None]]
    more: int


class ObjectRow(NamedTuple):
    """One object with personal fields."""

    object: int
    kind: int
    host: int
    port: int
    product: int
    owner: int | None
    records: int | None
    fields: int
    categories: int
    record: int | None
    called: int | None


class FieldRow(NamedTuple):
    """One field that looks personal; `at` is the number of its object's row, `counts` what a sample of it came to."""

    at: int
    field: int
    categories: int
    confidence: int
    why: int
    counts: int | None


class GapRow(NamedTuple):
    """Ports of a host that said nothing about protection."""

    verdict: int
    host: int
    ports: int
    owner: int | None
    why: int


class ShieldRow(NamedTuple):
    """A service verified as protected."""

    verdict: int
    host: int
    port: int
    product: int
    service: int | None
    asked_by: int | None
    owner: int | None
