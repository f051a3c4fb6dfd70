import pytest

from auditor.pii import builtin_rules
from auditor.pii.classify import Classifier


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier([builtin_rules()])
