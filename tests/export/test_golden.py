"""The outputs as they were last agreed on; a difference is wanted, or it is a mistake."""

import pytest

from tests.export.golden import FOLDER, fresh


@pytest.mark.parametrize("name", sorted(fresh()))
def test_the_output_is_what_was_agreed_on(name: str) -> None:
    assert fresh()[name].decode() == (FOLDER / name).read_text("utf-8"), "if wanted: python -m tests.export.golden"
