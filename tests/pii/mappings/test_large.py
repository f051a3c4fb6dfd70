"""More fields than are read: bounded, said, and what comes after them is read; memory does not grow with the file."""

import io
import itertools
import tracemalloc
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

import pytest

from auditor.pii.mappings import MAX_FIELDS, read

pytestmark = pytest.mark.no_cover  # what it runs is covered elsewhere, and tracing it takes minutes

COUNT = MAX_FIELDS + 5_000


class Written(io.RawIOBase):
    """A file that is written as it is read, so that it takes no memory itself."""

    def __init__(self, parts: Iterator[str]) -> None:
        self._parts = parts

    def read(self, size: int = -1) -> bytes:
        return "".join(itertools.islice(self._parts, 5_000)).encode()


def stream(parts: Iterator[str]) -> BinaryIO:
    return cast("BinaryIO", Written(parts))


def mapping() -> Iterator[str]:
    yield '{"people":{"mappings":{"properties":{"email":{"type":"keyword"}'
    yield from (f',"field_{number}":{{"type":"keyword"}}' for number in range(COUNT))
    yield '}}},"next":{"mappings":{"properties":{"phone":{"type":"keyword"}}}}}'


def line() -> Iterator[str]:
    yield '{"id":"people","fields":[{"path":"email","type":"keyword"}'
    yield from (f',{{"path":"field_{number}","type":"keyword"}}' for number in range(COUNT))
    yield ']}\n{"id":"next","fields":[{"path":"phone","type":"keyword"}]}\n'


def table() -> Iterator[str]:
    yield "create table people (email text"
    yield from (f", field_{number} varchar(20)" for number in range(COUNT))
    yield ");\ncreate table next (phone text);"


@pytest.mark.parametrize("written", [mapping, line, table])
def test_a_mapping_of_too_many_fields_is_cut_and_the_next_is_whole(written: Callable[[], Iterator[str]]) -> None:
    people, after = read(stream(written()), file="f", name="n")
    assert (people.id, len(people.fields), people.truncated) == ("people", MAX_FIELDS, True)
    assert people.fields[0].path == "email"
    assert (after.id, [field.path for field in after.fields], after.truncated) == ("next", ["phone"], False)


def lines(count: int) -> Iterator[str]:
    for number in range(count):
        yield f'{{"id":"i{number}","fields":[{{"path":"email"}},{{"path":"phone","type":"keyword"}}]}}\n'


def indices(count: int) -> Iterator[str]:
    yield '{"i":{"mappings":{"properties":{"email":{"type":"text"}}}}'
    for number in range(count):
        yield f',"i{number}":{{"mappings":{{"properties":{{"email":{{"type":"text"}}}}}}}}'
    yield "}"


@pytest.mark.parametrize(("written", "count"), [(lines, 24_000), (indices, 12_000)])
def test_memory_does_not_grow_with_the_number_of_mappings(written: Callable[[int], Iterator[str]], count: int) -> None:
    peaks = []
    for factor in (1, 3):
        tracemalloc.start()
        try:
            assert sum(1 for _ in read(stream(written(factor * count)), file="f", name="n")) >= count
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]
