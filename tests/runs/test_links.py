"""Where an execution is found in AWS's console."""

from bloomweaver.runs.links import console_link

ARN = "arn:aws:states:eu-west-1:123456789012:execution:create:a-1"


def test_an_execution_on_aws_has_a_link() -> None:
    link = console_link(ARN)
    assert link is not None
    assert link.startswith("https://eu-west-1.console.aws.amazon.com/states/")
    assert link.endswith(ARN)


def test_an_execution_on_one_machine_has_none() -> None:
    assert console_link(ARN.replace("123456789012", "000000000000")) is None
