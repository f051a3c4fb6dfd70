"""The HTML report: one offline file for the engineer and the auditor. The only file that knows jinja2."""

import base64
import contextlib
import gc
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import auditor
from auditor.export import tables, words
from auditor.export.clock import Clock
from auditor.export.drawing import Drawing
from auditor.export.interface import ExportError, ExportOptions
from auditor.export.island import SEVERITIES, VERDICTS, Island, build
from auditor.export.language import Language, language
from auditor.export.ledger import ledger
from auditor.export.record_tally import called_out
from auditor.export.rows import FindingRow
from auditor.export.summary import Summary, summarise
from auditor.export.visible import NAME_LIMIT, visible, visible_prose
from auditor.model.report import AuditReport

FIRST = 5
STATIC_CARDS = 100  # written out; the page's script makes the others when they are asked for


class HtmlExporter:
    """Writes the report as one HTML file that asks nobody for anything."""

    format = "html"
    suffix = ".html"

    def __init__(self, options: ExportOptions | None = None) -> None:
        """Reads and compiles the templates.

        Raises:
            ExportError: the language is unknown.
        """
        self._options = options or ExportOptions()
        self._language = language(self._options.lang)
        self._folder = _templates()
        self._environment = _environment(self._folder, self._language)
        self._template = self._environment.get_template("report.html.j2")

    def write(self, report: AuditReport, sink: BinaryIO) -> None:
        """Writes `report` whole.

        Raises:
            ExportError: the time zone asked for is unknown.
            OSError: the sink takes no more.
        """
        with _uncollected():
            summary = summarise(report)
            page = self._render(report, summary, build(summary, self._language))
        sink.write(page.encode("utf-8"))

    def _render(self, report: AuditReport, summary: Summary, island: Island) -> str:
        data = island.text(_script_words(self._language))
        style = (self._folder / "report.css").read_text("utf-8")
        script = (self._folder / "report.js").read_text("utf-8")
        margins = _margins(report, self._language)
        badges: Any = self._environment.get_template("macros.html.j2").module
        drawing = Drawing(
            island, severity=badges.severity, verdict=badges.verdict, nameless=self._language.t("empty name")
        )
        return self._template.render(
            lang=self._language.code,
            report=report,
            summary=summary,
            island=island,
            strings=island.strings,
            texts=drawing.texts,
            ledger=ledger(report.coverage),
            clock=Clock(report.estate.timezone, self._options.timezone),
            tables=_tables(island),
            drawing=drawing,
            first=_first(island),
            cards=island.findings[:STATIC_CARDS],
            data=Markup(data),  # noqa: S704  # Island.text leaves no < > or & in it
            data_digest=hashlib.sha256(data.encode("utf-8")).hexdigest(),
            style=Markup(style),  # noqa: S704  # our own file
            margins=Markup(margins),  # noqa: S704  # letters, digits and CSS escapes only
            script=Markup(script),  # noqa: S704  # our own file
            policy=_policy(styles=(style, margins), scripts=(script,)),
        )


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Holds the garbage collector off: a hundred thousand small rows wake it again and again, and none is garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _environment(folder: Path, spoken: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,  # by name it would miss *.html.j2
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )
    environment.filters.update(name=_name, number=_number, percent=_percent)
    environment.globals.update(
        called_out=lambda about: "; ".join(called_out(about, spoken)),
        t=spoken.t,
        tn=spoken.tn,
        words=words,
        verdicts=VERDICTS,
        severities=SEVERITIES,
        static_rows=tables.STATIC_ROWS,
    )
    return environment


def _finalize(value: Any) -> Any:
    """The last gate before escaping: no text reaches the page that was not made visible."""
    return visible_prose(value) if type(value) is str else value


def _templates() -> Path:
    """The folder of the templates: inside the package when installed, at the top of the source tree otherwise."""
    package = Path(auditor.__file__).parent
    for folder in (package / "templates", package.parent / "templates"):
        if (folder / "report.html.j2").is_file():
            return folder
    raise ExportError("the report's templates are missing: this installation of auditor is not whole")


def _tables(island: Island) -> Mapping[str, tables.Table]:
    fields = tables.FIELDS if all(row.counts is None for row in island.fields) else tables.SAMPLED_FIELDS
    every = (
        tables.Table("findings", "Every finding, most severe first", tables.FINDINGS, island.findings),
        tables.Table("objects", "Objects with fields that look personal", tables.OBJECTS, island.objects),
        tables.Table("fields", "Fields that look personal, and why", fields, island.fields),
        tables.Table("gaps", "Hosts that say nothing about protection, and why", tables.GAPS, island.gaps),
        tables.Table("shields", "Services that held a stranger off", tables.SHIELDS, island.shields),
    )
    return {table.id: table for table in every}


def _first(island: Island) -> list[FindingRow]:
    """The most severe finding of each of the first few services: what the summary tells to mend first."""
    services: dict[tuple[int, int], FindingRow] = {}
    for row in island.findings:
        services.setdefault((row.host, row.port), row)
        if len(services) == FIRST:
            break
    return list(services.values())


def _policy(*, styles: tuple[str, ...], scripts: tuple[str, ...]) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {' '.join(map(_source, styles))}",
            f"script-src {' '.join(map(_source, scripts))}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def _margins(report: AuditReport, spoken: Language) -> str:
    """What stands in the margins of every printed page: the marking, the run and the page's number."""
    marking = _css_text(report.classification or spoken.t("Not marked"))
    run = _css_text(f"{report.estate.name} · {report.run.id}")
    page, of = _css_text(spoken.t("Page") + " "), _css_text(" / ")
    return (
        f'@page{{@top-left{{content:"{marking}"}}@bottom-left{{content:"{run}"}}'
        f'@bottom-right{{content:"{page}" counter(page) "{of}" counter(pages)}}}}'
    )


def _css_text(text: str) -> str:
    """`text` for between a style sheet's quotes: whatever is not a letter or a digit becomes its number."""
    return re.sub(r"[^0-9A-Za-z]", lambda match: f"\\{ord(match[0]):06x}", visible(text, 80))


def _script_words(spoken: Language) -> dict[str, Any]:
    sentences = (
        "All", "Search", "Rows {a}–{b} of {n}", "No row matches.", "Previous", "Next", "not told", "none", "empty name",
        "Filtered from {n}.", "Clear filters", "and {n} more", "the whole service", "A stranger can list:",
    )  # fmt: skip
    return {
        **{sentence: spoken.t(sentence) for sentence in sentences},
        "severities": [[severity.value, spoken.t(words.SEVERITIES[severity][0])] for severity in SEVERITIES],
        "verdicts": [[words.VERDICTS[v].group.value, spoken.t(words.VERDICTS[v].label)] for v in VERDICTS],
    }


def _name(text: str, limit: int = NAME_LIMIT) -> str:
    """A name from a server or a file, a dash where it is empty."""
    return visible(text, limit) or "–"


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _percent(part: int, whole: int) -> str:
    """A share as an SVG length."""
    return f"{100 * part / whole:.2f}%" if whole else "0%"
