"""osmem-server from PyPI, an OpenSearch-like stand-in with Elastic's header: open is open, whoever it says it is."""

from collections.abc import Iterator

import pytest

from auditor.model.outcome import Verdict
from auditor.testing.contract import unplanned
from tests.real.asking import PROBES, own, personal, values_in
from tests.real.conftest import running
from tests.real.osmem import Osmem
from tests.real.overheard import overhear
from tests.real.seeds import DATA


@pytest.fixture(scope="module")
def osmem() -> Iterator[Osmem]:
    yield from running(Osmem, in_ci_list=True)


async def test_it_is_open_and_its_personal_fields_are_found(osmem: Osmem) -> None:
    heard = await overhear(osmem.port, "elasticsearch")
    heard.prove()
    outcome = heard.outcome
    assert outcome.verdict is Verdict.OPEN, (outcome.why, outcome.observation)
    assert outcome.observation.evidence
    assert own(outcome.observation) == set(DATA)
    assert {"email", "full_name"} <= personal(outcome.observation)["people"]
    assert {"iban", "phone", "身份证号"} <= personal(outcome.observation)["customers"]
    assert values_in(outcome) == []
    assert unplanned(PROBES["elasticsearch"], outcome.observation) == []
