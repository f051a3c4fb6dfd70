"""The rows that are written out, as HTML: a template would take ten times as long for thousands of cells."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from markupsafe import Markup, escape

from auditor.export.island import Island
from auditor.export.tables import Column

Badge = Callable[[int], Markup]


class Drawing:
    """Draws cells. `texts` are the island's, escaped once; `severity` and `verdict` are the templates' own badges."""

    def __init__(self, island: Island, *, severity: Badge, verdict: Badge, nameless: str) -> None:
        """`nameless` stands where a server gave an empty name."""
        self._island = island
        self.texts = _Cache(lambda number: escape(island.strings[number]))
        self._badges = {"severity": _Cache(severity), "verdict": _Cache(verdict)}
        self._nameless = f'<span class="none">{escape(nameless)}</span>'

    def rows(self, columns: Sequence[Column], rows: Sequence[Any]) -> Markup:
        """Some rows of a table with these columns."""
        cells = [partial(self._cell, column, getattr(self, f"_{column.kind}")) for column in columns]
        lines = ("".join(cell(row) for cell in cells) for row in rows)
        return Markup("".join(f"<tr>{line}</tr>\n" for line in lines))  # noqa: S704  # every text went through escape

    def _cell(self, column: Column, draw: Callable[..., str], row: Sequence[Any]) -> str:
        source = self._island.objects[row[0]] if column.via else row
        return f'<td class="k-{column.kind}">{draw(*[source[part] for part in column.parts])}</td>'

    def _severity(self, rank: int) -> str:
        return self._badges["severity"][rank]

    def _verdict(self, number: int) -> str:
        return self._badges["verdict"][number]

    def _finding(self, title: int, key: str) -> str:
        return f'<a href="#finding-{escape(key)}"><bdi>{self.texts[title]}</bdi></a>'

    def _endpoint(self, host: int, port: int, product: int | None = None) -> str:
        below = "" if product is None else f"<small>{self.texts[product]}</small>"
        return f'{self._name(host)}<span class="port">:{port}</span>{below}'

    def _number(self, value: int | None) -> str:
        return '<span class="none">–</span>' if value is None else f"{value:,}"

    def _percent(self, value: int) -> str:
        return f"{value} %"

    def _name(self, number: int | None) -> str:
        if number is None:
            return '<span class="none">–</span>'
        return f"<bdi>{self.texts[number]}</bdi>" if self._island.strings[number] else self._nameless

    _text = _prose = _code = _name


class _Cache(dict[int, Markup]):
    """A function of a number that is asked once for each."""

    def __init__(self, make: Callable[[int], Markup]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, number: int) -> Markup:
        made = self[number] = self._make(number)
        return made
