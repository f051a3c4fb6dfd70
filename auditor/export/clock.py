"""Times as the report prints them: in UTC, and in the zone where its readers live."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from auditor.export.interface import ExportError


class Clock:
    """Shows moments in UTC and in one zone beside it."""

    def __init__(self, estate: str, wish: str | None = None) -> None:
        """`estate` is the estate's zone, shown where it is known; `wish` the user's, which must be.

        Raises:
            ExportError: `wish` is no zone.
        """
        self.zone = _zone(wish if wish is not None else estate)
        if wish is not None and self.zone is None:
            raise ExportError(f"'{wish}' is not a time zone such as Europe/Berlin")

    def utc(self, when: datetime) -> str:
        """As in "2026-11-21 02:15 UTC"."""
        return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    def local(self, when: datetime) -> str:
        """As in "2026-11-21 10:15 Asia/Shanghai"; "" where the zone is UTC or unknown."""
        if self.zone is None or self.zone.key in ("UTC", "Etc/UTC"):
            return ""
        return f"{when.astimezone(self.zone):%Y-%m-%d %H:%M} {self.zone.key}"

    def span(self, start: datetime, end: datetime) -> str:
        """How long it took, as in "2 min 41 s"."""
        seconds = max(timedelta(), end - start).total_seconds()
        minutes, rest = divmod(int(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        if hours:
            return f"{hours:,} h {minutes} min"
        if minutes:
            return f"{minutes} min {rest} s"
        return f"{seconds:.1f} s"


def _zone(key: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown, a path, a folder
        return None
