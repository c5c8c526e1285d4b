"""The template as the containers' `sam local` gets it."""

import copy
from pathlib import Path

from local.containers.package import ENDPOINT_VARIABLE, for_containers
from tests.template.template import template

CODE = Path("/somewhere/package")


def test_every_function_has_the_one_package_and_no_layer() -> None:
    resources = for_containers(template(), CODE)["Resources"]
    functions = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::Serverless::Function"]
    assert len(functions) > 20
    assert {function["CodeUri"] for function in functions} == {str(CODE)}
    assert not any("Layers" in function for function in functions)


def test_no_other_template_is_read() -> None:
    # It would be looked for beside this one, where it is not.
    assert "AWS::CloudFormation::Stack" in {each["Type"] for each in template()["Resources"].values()}
    resources = for_containers(template(), CODE)["Resources"]
    assert not [name for name, each in resources.items() if "TemplateURL" in each.get("Properties", {})]


def test_the_endpoint_can_be_set_for_every_function_and_the_template_stays_as_it_is() -> None:
    before = copy.deepcopy(template())
    variables = for_containers(template(), CODE)["Globals"]["Function"]["Environment"]["Variables"]
    assert variables[ENDPOINT_VARIABLE] == ""
    assert template() == before
