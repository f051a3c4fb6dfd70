"""Which fields look personal: rules are data (rules/*.yaml), the classifier is pure."""

from functools import cache
from importlib.resources import files

from auditor.pii.classify import Classifier
from auditor.pii.rulefile import load
from auditor.pii.rulepack import RulePack

__all__ = ["Classifier", "RulePack", "builtin_rules", "load"]


@cache
def builtin_rules() -> RulePack:
    """The rules that come with us, read once.

    Raises:
        RuleError: a file of the installation is broken.
    """
    folder = files("auditor.pii") / "rules"
    return load(
        "builtin",
        sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name),
    )
