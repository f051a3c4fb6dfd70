"""Reads the schemas in one file: finds out what it is, and goes through it within bounds."""

import contextlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from auditor import documents
from auditor.pii.mappings import elasticsearch, json_lines, shell_table, sql
from auditor.pii.mappings.form import Form
from auditor.pii.mappings.named import MappingError, NamedMapping
from auditor.pii.mappings.notation import Notation, parse
from auditor.pii.mappings.recognise import READ, read_value
from auditor.pii.mappings.source import Source

_SMALL = 1 << 20  # characters of a line or a document that the quick parser is given
_SQL = re.compile(r"\b(?:CREATE\s+(?:\w+\s+){0,5}TABLE|ALTER\s+TABLE)\b", re.IGNORECASE)
_YAML = re.compile(
    r"""^["']?(?:openapi|swagger|\$schema|\$id|\$defs|definitions|properties|mappings)["']?\s*:""", re.MULTILINE
)

_PARTS = frozenset({"template", "component_template", "index_template"})  # of one template, which has "mappings" in it


def read(stream: BinaryIO, *, file: str, name: str, form: Form | None = None) -> Iterator[NamedMapping]:
    """The mappings in one file, one at a time, so that memory does not grow with their number.

    `file` is what errors call it, `name` stands for an index that the file does not name; without `form` the content
    tells what it is.

    Raises:
        MappingError: it is no schema; or broken, which may be found out after some mappings.
    """
    source = Source(stream, file=file)
    if source.is_blank():
        raise source.error("there is nothing in it")
    start = source.buffer[source.at :]
    if form is Form.SQL or (form is None and start[0] not in "{[" and _leads_to_sql(source)):
        found = sql.read(source)
    elif start[0] in "{[":
        found = _read_json(source, name=name, form=form)
    elif form in (None, Form.MONGODB) and shell_table.is_table(start):
        found = shell_table.read_table(source, name=name)
    elif form is not Form.JSONL and _YAML.search(start):
        found = _read_yaml(source, name=name, form=form)
    else:
        raise source.error(f"this is not JSON, nor anything else that is read: {READ}")
    place, empty = source.place, True
    for mapping in found:
        empty = False
        yield mapping
    if empty:
        raise MappingError(f"{place}: there is no table, index or collection in it")


def _leads_to_sql(source: Source) -> bool:
    """Whether a table is made in the first megabyte: dumps begin with settings and comments."""
    while not _SQL.search(source.buffer, source.at) and len(source.buffer) - source.at < _SMALL:
        if not source.more():
            break
    return _SQL.search(source.buffer, source.at) is not None


def _read_json(source: Source, *, name: str, form: Form | None) -> Iterator[NamedMapping]:
    """A document of JSON or of mongosh's notation, or JSON lines."""
    place = source.place
    value, whole = _first_line(source)
    if not whole:
        yield from _read_document(source, name=name, form=form)
        return
    yield from read_value(value, place=place, name=name, form=form)
    while not source.is_blank():
        yield from _read_line(source)


def _first_line(source: Source) -> tuple[Any, bool]:
    """The value in the first line, and whether it is a whole one; nothing is passed over where it is not."""
    start = source.at
    line = source.next_line(_SMALL)
    if line is not None:
        with contextlib.suppress(ValueError):
            return parse(line), True
        source.at = start
    return None, False


def _read_line(source: Source) -> Iterator[NamedMapping]:
    source.renew()
    place = source.place
    line = source.next_line(_SMALL)
    if line is None:
        notation = Notation(source)
        value = notation.value()
        source.skip_line()
        yield from _marked(json_lines.read(value, place=place), truncated=notation.truncated)
        return
    try:
        value = parse(line)
    except ValueError as error:
        raise MappingError(f"{place}: this line is not JSON: {_told(error)}") from None
    yield from json_lines.read(value, place=place)


def _read_document(source: Source, *, name: str, form: Form | None) -> Iterator[NamedMapping]:
    """One value over several lines, or in one line that is long; of an answer about many indices, each by itself."""
    place = source.place
    small = source.rest(_SMALL)
    if small is not None:
        with contextlib.suppress(ValueError):
            value = parse(small)
            source.at = len(source.buffer)
            yield from read_value(value, place=place, name=name, form=form)
            return
    notation = Notation(source)
    value = {} if source.buffer[source.at] == "{" else notation.value()
    by_index = False
    for key, member in notation.members() if isinstance(value, dict) else ():
        by_index |= not value and form in (None, Form.MAPPING) and key not in _PARTS and elasticsearch.is_index(member)
        if by_index:
            mapping = elasticsearch.one(member, name=key)
            del member  # the largest thing there is, while the mapping is being judged
            yield from _marked([mapping], truncated=notation.truncated)
            notation.renew()
        else:
            value[key] = member
    if value:
        yield from _marked(read_value(value, place=place, name=name, form=form), truncated=notation.truncated)
    if json_lines.is_listed(value):
        while not source.is_blank():
            yield from _read_line(source)
    elif not source.is_blank():
        raise source.error("a second value starts here; a file holds one, or one a line")


def _read_yaml(source: Source, *, name: str, form: Form | None) -> Iterator[NamedMapping]:
    place = source.place
    text = source.rest(documents.MAX_BYTES)
    if text is None:
        raise MappingError(f"{place}: more than {documents.MAX_BYTES >> 20} MiB of YAML")
    try:
        document = documents.parse(text, file=source.file)
    except documents.DocumentError as error:
        raise MappingError(str(error.problems[0])) from None
    yield from read_value(document.data, place=place, name=name, form=form)


def _marked(mappings: Iterable[NamedMapping], *, truncated: bool) -> Iterator[NamedMapping]:
    for mapping in mappings:
        yield replace(mapping, truncated=True) if truncated else mapping


def _told(error: ValueError) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)
