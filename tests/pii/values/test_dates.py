from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pii.values.dates import is_written_birth_date

FORMS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y年%m月%d日", "%d %b %Y",
         "%B %d, %Y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d 00:00:00.000Z", "%a, %d %b %Y"]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@given(day=st.dates(date(1900, 1, 1), date(2020, 12, 31)))
def test_a_day_passes_in_every_usual_form(form: str, day: date) -> None:
    assert is_written_birth_date(day.strftime(form.replace("%Y", f"{day.year:04}")))


@given(day=st.dates(date(1000, 1, 1), date(1899, 12, 31)))
def test_nobody_alive_was_born_before_1900(day: date) -> None:
    assert not is_written_birth_date(day.isoformat())


def test_nobody_was_born_in_the_future() -> None:
    now = datetime.now(UTC).date()
    assert is_written_birth_date(now.isoformat())
    assert not is_written_birth_date((now + timedelta(days=3)).isoformat())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1987",
        "1987-13-01",
        "1987-02-30",
        "31.11.1987",
        "12/1987",
        "19870431",
        "Smarch 3, 1987",
        "1987-04-12 and more words than a clock",
        "545184000000",
        "9" * 100,
    ],
)
def test_what_is_no_day_does_not_pass(text: str) -> None:
    assert not is_written_birth_date(text)
