"""The door of this room: what an exporter is, and the choices that the user hands to all of them."""

from dataclasses import dataclass
from typing import BinaryIO, Protocol

from auditor.model.report import AuditReport


class ExportError(Exception):
    """A report cannot be written in this format. The message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What the user may choose for every format; an exporter takes what concerns it.

    `lang` is a language code ("en"); `timezone` an IANA zone shown beside UTC, None for the estate's own.
    """

    lang: str = "en"
    timezone: str | None = None


class Exporter(Protocol):
    """One format. An entry point of `auditor.exporters` is a class that takes an ExportOptions."""

    format: str  # the user's word, as in `-o html`
    suffix: str  # of a file of this format, with its dot

    def write(self, report: AuditReport, sink: BinaryIO) -> None:
        """Writes `report` whole. The same report gives the same bytes.

        Raises:
            ExportError: the report cannot be written in this format.
            OSError: the sink takes no more.
        """
