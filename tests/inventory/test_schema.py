"""The JSON Schema of inventories: it teaches every key, and agrees with the loader on the example and on mistakes."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from auditor import documents
from auditor.inventory.schema import MODELS, json_schema
from tests.inventory.texts import HEAD, HOST, told, with_host

EXAMPLE = Path(__file__).parents[2] / "inventory.example.yaml"
VALIDATOR = Draft202012Validator(json_schema())


def data(text: str) -> Any:
    return documents.parse(text, file="f").data


def test_it_is_a_schema_of_2020_12_that_the_example_fits() -> None:
    Draft202012Validator.check_schema(json_schema())

    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert list(VALIDATOR.iter_errors(data(EXAMPLE.read_text()))) == []


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD.replace("version: 1", "version: 2") + HOST,
        HEAD.replace("estate:", "estat:") + HOST,
        HEAD + HOST + "hostz: []\n",
        with_host("name: a"),
        with_host("name: a, address: x.example, expect: open"),
        with_host("name: a, address: x.example, services: [{product: kibana, port: 70000}]"),
        with_host("name: a, address: x.example, services: []"),
        f"{HEAD}credentials: [hunter2]\n{HOST}",
        f"{HEAD}windows: [{{start: 6:00, end: 07:00}}]\n{HOST}",
    ],
)
def test_what_it_refuses_the_loader_refuses(text: str) -> None:
    assert not VALIDATOR.is_valid(data(text))
    assert told(text)


def test_every_key_is_explained() -> None:
    definitions = [json_schema(), *json_schema()["$defs"].values()]
    for definition in definitions:
        assert definition["description"]
        assert definition["additionalProperties"] is False
        for name, key in definition["properties"].items():
            assert "description" in key or "$ref" in key or name == "name", name


def test_the_example_teaches_every_key() -> None:
    text = EXAMPLE.read_text()

    for model in MODELS.values():
        for key in model.model_fields:
            assert f"{key}:" in text, key
