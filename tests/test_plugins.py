"""Plugins come in by name; what is unknown, broken or double is a sentence that says whose it is."""

from collections.abc import Callable
from importlib.metadata import EntryPoint

import pytest

from auditor import plugins
from auditor.examine import assemble
from auditor.plugins import PluginError

Register = Callable[..., None]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Makes entry points of one group be what a test says."""

    def give(*points: tuple[str, str]) -> None:
        made = [EntryPoint(name, value, "auditor.probes") for name, value in points]
        monkeypatch.setattr(plugins, "entry_points", lambda group: made if group == "auditor.probes" else [])

    return give


def test_our_own_parts_come_through_the_public_doors() -> None:
    assert set(plugins.names("probes")) >= {"elasticsearch", "kibana", "mongodb"}
    assert set(plugins.names("exporters")) >= {"html", "json"}
    assert "local" in plugins.names("engines")
    assert "builtin" in plugins.names("rules")
    assert set(assemble().probes) >= {"elasticsearch", "kibana", "mongodb"}


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(PluginError, match=r"no exporter named 'htm'; there are: .*html"):
        plugins.load("exporters", "htm")


def test_names_are_told_without_an_import(register: Register) -> None:
    register(("b", "nowhere.at.all:Thing"), ("a", "nowhere:Thing"))
    assert plugins.names("probes") == ("a", "b")


@pytest.mark.parametrize(
    "value", ["nowhere.at.all:Thing", "auditor.plugins:NoSuchThing", "tests.plugin_that_leaves:Thing"]
)
def test_one_that_cannot_be_imported_is_named(register: Register, value: str) -> None:
    register(("mine", value))
    with pytest.raises(PluginError, match=rf"the probe 'mine' \({value}\) cannot be imported"):
        plugins.load("probes", "mine")


def test_two_of_one_name_are_refused_and_the_same_twice_is_one(register: Register) -> None:
    register(("mine", "one:Thing"), ("mine", "two:Thing"))
    with pytest.raises(PluginError, match="two plugins register the probe 'mine': one:Thing and two:Thing"):
        plugins.names("probes")
    register(("mine", "one:Thing"), ("mine", "one:Thing"))
    assert plugins.names("probes") == ("mine",)


def test_two_probes_for_one_product_are_refused(register: Register) -> None:
    where = "auditor.probes.mongodb:MongodbProbe"
    register(("one", where), ("two", where))
    with pytest.raises(PluginError, match="two probes ask for 'mongodb': 'one' and 'two'"):
        assemble()


@pytest.mark.parametrize("value", ["builtins:object", "builtins:len", "auditor.model.target:Scope"])
def test_what_is_no_probe_is_refused_before_the_first_packet(register: Register, value: str) -> None:
    register(("mine", value))
    with pytest.raises(PluginError, match="the probe 'mine' cannot be used"):
        assemble()
