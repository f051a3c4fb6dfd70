"""Answers aggregations on field names and types from a recorded sample of names and types; it never had any values.

Probes differ in how they word that question, and a recording holds one wording. This evaluates the few stages and
expressions that such questions are made of, over documents that are rebuilt with a typed blank for each value.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class UnknownStageError(Exception):
    """A stage or expression that this small evaluator does not know; its text names it."""


class Blank:
    """Stands for a value of which only the type is known. Its repr, and a test that prints it, show no more."""

    def __init__(self, bson_type: str) -> None:
        self.bson_type = bson_type

    def __repr__(self) -> str:
        return f"<{self.bson_type}>"


Document = Mapping[str, Any]


def recorded_documents(batch: Sequence[Any]) -> tuple[Document, ...] | None:
    """The documents behind a batch of `{"f": [{"k": name, "t": type}, …]}`; None where it has another shape."""
    documents: list[Document] = []
    for row in batch:
        fields = row.get("f") if isinstance(row, Mapping) else None
        if not isinstance(fields, Sequence):
            return None
        pairs = [(field.get("k"), field.get("t")) for field in fields if isinstance(field, Mapping)]
        if len(pairs) != len(fields) or not all(isinstance(k, str) and isinstance(t, str) for k, t in pairs):
            return None
        documents.append({str(name): Blank(str(kind)) for name, kind in pairs})
    return tuple(documents) or None


def aggregate(documents: Sequence[Document], pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a server that holds `documents` answers to `pipeline`.

    Raises:
        UnknownStageError: it uses a stage or an expression beyond those that ask for names and types.
    """
    rows: list[Any] = list(documents)
    try:
        for stage in pipeline:
            ((name, given),) = stage.items()
            rows = _stage(name, given, rows)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnknownStageError(f"malformed: {error}") from error
    return [_finished(row) for row in rows]


def _stage(name: str, given: Any, rows: list[Any]) -> list[Any]:
    match name:
        case "$sample":
            return rows[: int(given["size"])]
        case "$limit":
            return rows[: int(given)]
        case "$match" if not given:
            return rows
        case "$sort":
            return rows
        case "$project":
            return [_project(given, row) for row in rows]
        case "$unwind":
            return [made for row in rows for made in _unwind(given, row)]
        case "$group":
            return _group(given, rows)
        case "$count":
            return [{str(given): len(rows)}] if rows else []
        case _:
            raise UnknownStageError(name)


def _unwind(given: Any, row: Document) -> list[Any]:
    key = str(given["path"] if isinstance(given, Mapping) else given).removeprefix("$")
    items = _items(row.get(key))
    if not items and isinstance(given, Mapping) and given.get("preserveNullAndEmptyArrays"):
        return [{name: value for name, value in row.items() if name != key}]
    return [{**row, key: item} for item in items]


def _project(given: Mapping[str, Any], row: Document) -> dict[str, Any]:
    shown = {name: value for name, value in given.items() if value not in (0, False)}
    made: dict[str, Any] = {}
    if given.get("_id", 1) not in (0, False) and "_id" not in shown and "_id" in row:
        made["_id"] = row["_id"]
    for name, expression in shown.items():
        value = row.get(name) if expression in (1, True) else _value(expression, row, {})
        if value is not None:
            made[name] = value
    return made


def _group(given: Mapping[str, Any], rows: list[Any]) -> list[Any]:
    groups: dict[str, tuple[Any, list[Any]]] = {}
    for row in rows:
        key = _value(given["_id"], row, {})
        groups.setdefault(repr(key), (key, []))[1].append(row)
    return [
        {"_id": key, **{name: _accumulated(how, members) for name, how in given.items() if name != "_id"}}
        for key, members in groups.values()
    ]


def _accumulated(how: Mapping[str, Any], members: list[Any]) -> Any:
    ((name, expression),) = how.items()
    values = [_value(expression, row, {}) for row in members]
    match name:
        case "$sum":
            return sum(value for value in values if isinstance(value, int))
        case "$first":
            return values[0]
        case "$addToSet" | "$push":
            unique = {repr(value): value for value in values}
            return list(unique.values()) if name == "$addToSet" else values
        case _:
            raise UnknownStageError(name)


def _value(expression: Any, row: Document, variables: Document) -> Any:
    """An expression's value; None stands for a missing one (a stored null is a Blank of type "null")."""
    match expression:
        case str() if expression == "$$ROOT":
            return dict(row)
        case str() if expression.startswith("$$"):
            name, _, path = expression[2:].partition(".")
            if name not in variables:
                raise UnknownStageError(expression)
            return _along(variables[name], path)
        case str() if expression.startswith("$"):
            return _along(row, expression[1:])
        case list():
            return [_value(inner, row, variables) for inner in expression]
        case Mapping() if any(name.startswith("$") for name in expression):
            return _operator(expression, row, variables)
        case Mapping():
            made = {name: _value(inner, row, variables) for name, inner in expression.items()}
            return {name: value for name, value in made.items() if value is not None}
        case _:
            return expression


def _operator(expression: Mapping[str, Any], row: Document, variables: Document) -> Any:
    match expression:
        case {"$objectToArray": inner}:
            # What lay inside a recorded sub-document was not recorded: it looks empty.
            found = _value(inner, row, variables)
            return [{"k": k, "v": v} for k, v in found.items()] if isinstance(found, Mapping) else []
        case {"$type": inner}:
            return _type(_value(inner, row, variables))
        case {"$cond": [condition, yes, no]}:
            return _value(yes if _value(condition, row, variables) else no, row, variables)
        case {"$eq": [left, right]}:
            return _value(left, row, variables) == _value(right, row, variables)
        case {"$slice": [inner, int(count)]}:
            return _items(_value(inner, row, variables))[:count]
        case {"$concatArrays": list(parts)}:
            return [item for part in parts for item in _items(_value(part, row, variables))]
        case _:
            return _loop(expression, row, variables)


def _loop(expression: Mapping[str, Any], row: Document, variables: Document) -> Any:
    ((operator, given),) = expression.items()
    items = _items(_value(given["input"], row, variables)) if operator in ("$map", "$filter", "$reduce") else []
    name = given.get("as", "this") if isinstance(given, Mapping) else "this"
    match operator:
        case "$map":
            return [_value(given["in"], row, {**variables, name: item}) for item in items]
        case "$filter":
            return [item for item in items if _value(given["cond"], row, {**variables, name: item})]
        case "$reduce":
            total = _value(given["initialValue"], row, variables)
            for item in items:
                total = _value(given["in"], row, {**variables, "value": total, "this": item})
            return total
        case _:
            raise UnknownStageError(operator)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _along(value: Any, path: str) -> Any:
    for step in path.split(".") if path else ():
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _type(value: Any) -> str:
    match value:
        case Blank():
            return value.bson_type
        case None:
            return "missing"
        case str():
            return "string"
        case Mapping():
            return "object"
        case _:
            return "array"


def _finished(value: Any) -> Any:
    """The row as it can be sent: a question that asked for values gets none, for there are none."""
    match value:
        case Blank():
            return None
        case Mapping():
            return {name: _finished(inner) for name, inner in value.items()}
        case list():
            return [_finished(inner) for inner in value]
        case _:
            return value
