"""Reading a page back: its elements, attributes and texts, by the standard library's parser."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from itertools import groupby
from typing import Any

from auditor.export.html import HtmlExporter
from auditor.export.interface import ExportOptions
from auditor.model.report import AuditReport

VOID = frozenset({"meta", "input", "br", "link", "img", "base", "hr"})


@dataclass(slots=True)
class Element:
    tag: str
    attributes: dict[str, str | None]
    children: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str) -> list["Element"]:
        return [each for each in self.walk() if each.tag == tag]

    def find(self, identifier: str) -> "Element":
        return next(each for each in self.walk() if each.attributes.get("id") == identifier)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class Page(HTMLParser):
    """A parsed page; `problems` are end tags that close nothing."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.markup = markup
        self.root = Element("#page", {})
        self.problems: list[str] = []
        self._open = [self.root]
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        if len(element.attributes) != len(attrs):
            self.problems.append(f"an attribute twice in <{tag}>")
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if self._open[-1].tag != tag:
            self.problems.append(f"</{tag}> where <{self._open[-1].tag}> is open")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    @property
    def island(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.root.find("data").text)
        return data

    @property
    def shape(self) -> Counter[tuple[str, ...]]:
        """Which elements with which attributes there are, and how many: what no text may change."""
        return Counter((each.tag, *sorted(each.attributes)) for each in self.root.walk())


def render(report: AuditReport, **options: str) -> bytes:
    sink = BytesIO()
    HtmlExporter(ExportOptions(**options)).write(report, sink)
    return sink.getvalue()


SAYING = frozenset({"h1", "h2", "h3", "h5", "th", "caption", "dt", "label"})
SMALL = frozenset({"a", "b", "bdi", "code", "path", "circle", "rect", "small", "span", "svg", "td", "use"})


def skeleton(page: Page) -> str:
    """The page's bones, one element a line, repetitions counted: what a review of a changed template wants to see."""

    def block(element: Element, depth: int) -> str:
        name = element.tag
        identifier = element.attributes.get("id") or ""
        if identifier and not identifier.startswith(("finding-", "name-")):
            name += f"#{identifier}"
        name += "".join(
            f".{each}" for each in (element.attributes.get("class") or "").split() if element.tag != "article"
        )
        if element.tag in SAYING:
            name += f" {' '.join(element.text.split())}"
        below = (
            block(child, depth + 1)
            for child in element.children
            if isinstance(child, Element) and child.tag not in SMALL
        )
        counted = ((text, len(list(same))) for text, same in groupby(below))
        lines = (text.replace("\n", f" ×{count}\n", 1) if count > 1 else text for text, count in counted)
        return f"{'  ' * depth}{name}\n{''.join(lines)}"

    return "".join(block(child, 0) for child in page.root.children if isinstance(child, Element))
