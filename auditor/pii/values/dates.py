"""Days of birth in the forms in which people and programs write them."""

import re
from datetime import UTC, date, datetime, timedelta

EARLIEST_BIRTH = 1900  # year

_CLOCK = r"(?:[T ][0-9:.,+Z-]{2,24})?"
_FORMS = (
    re.compile(r"(?P<y>[0-9]{4})([-/.])(?P<m>[0-9]{1,2})\2(?P<d>[0-9]{1,2})" + _CLOCK),
    re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
    re.compile(r"(?P<y>[0-9]{4})[年년] ?(?P<m>[0-9]{1,2})[月월] ?(?P<d>[0-9]{1,2})[日号일]?"),
    re.compile(r"(?P<d>[0-9]{1,2})([-/.])(?P<m>[0-9]{1,2})\2(?P<y>[0-9]{4})"),
    re.compile(r"(?P<m>[0-9]{1,2})([-/.])(?P<d>[0-9]{1,2})\2(?P<y>[0-9]{4})"),
)
_WORDED = re.compile(
    r"(?:[A-Za-z]{3,9},? )?(?:(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?[ -](?P<n>[A-Za-z]{3,9})\.?,?[ -](?P<y>[0-9]{4})"
    r"|(?P<n2>[A-Za-z]{3,9})\.? (?P<d2>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<y2>[0-9]{4}))"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def is_birth_date(year: int, month: int, day: int) -> bool:
    """Whether it is a day of the calendar on which somebody alive may have been born: from 1900, not in the future."""
    try:
        told = date(year, month, day)
    except ValueError:
        return False
    # somewhere it is already tomorrow
    return year >= EARLIEST_BIRTH and told <= datetime.now(UTC).date() + timedelta(days=1)


def is_written_birth_date(text: str) -> bool:
    """Whether the text is such a day, in digits in one of the usual orders or with the month's English name.

    Any day since 1900 passes, so that it says nothing of a field whose name does not speak of a birth.
    """
    if len(text) > 64:
        return False
    for form in _FORMS:
        match = form.fullmatch(text)
        if match is not None and is_birth_date(int(match["y"]), int(match["m"]), int(match["d"])):
            return True
    worded = _WORDED.fullmatch(text)
    if worded is None:
        return False
    month = (worded["n"] or worded["n2"]).lower()[:3]
    return month in _MONTHS and is_birth_date(
        int(worded["y"] or worded["y2"]), _MONTHS.index(month) + 1, int(worded["d"] or worded["d2"])
    )
