"""The template as the containers' `sam local` gets it."""

import copy
from pathlib import Path
from typing import Any

import pytest

from layers.built import Built
from local.containers.package import ENDPOINT_VARIABLE, LAYERED, for_containers
from tests.template.template import REPOSITORY, template


@pytest.fixture
def built(tmp_path: Path) -> Built:
    (tmp_path / "template.yaml").write_text((REPOSITORY / "template.yaml").read_text())
    return Built(tmp_path)


def functions(built: Built) -> dict[str, dict[str, Any]]:
    resources = for_containers(template(), built)["Resources"]
    return {name: each["Properties"] for name, each in resources.items() if each["Type"] == "AWS::Serverless::Function"}


def test_every_function_has_the_one_package_or_its_layers(built: Built) -> None:
    chosen = functions(built)
    assert len(chosen) > 20
    assert len({each["CodeUri"] for name, each in chosen.items() if name not in LAYERED}) == 1
    assert {name for name, each in chosen.items() if "Layers" in each} == LAYERED
    assert {"Ref": "EncoderLayer"} in chosen["SearchFunction"]["Layers"]
    # What is mounted must not be what has all of it.
    mounted = {each["CodeUri"] for name, each in chosen.items() if name not in LAYERED}
    assert not mounted & {chosen[name]["CodeUri"] for name in LAYERED}


def test_a_layer_is_what_was_built(built: Built) -> None:
    resources = for_containers(template(), built)["Resources"]
    for name in built.layers["SearchFunction"]:
        assert resources[name]["Properties"]["ContentUri"] == str(built.folder(name))
        assert "Condition" not in resources[name]


def test_no_other_template_is_read(built: Built) -> None:
    # It would be looked for beside this one, where it is not.
    assert "AWS::CloudFormation::Stack" in {each["Type"] for each in template()["Resources"].values()}
    resources = for_containers(template(), built)["Resources"]
    assert not [name for name, each in resources.items() if "TemplateURL" in each.get("Properties", {})]


def test_the_endpoint_can_be_set_for_every_function_and_the_template_stays_as_it_is(built: Built) -> None:
    before = copy.deepcopy(template())
    variables = for_containers(template(), built)["Globals"]["Function"]["Environment"]["Variables"]
    assert variables[ENDPOINT_VARIABLE] == ""
    assert template() == before
