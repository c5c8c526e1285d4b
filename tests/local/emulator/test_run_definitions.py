"""An execution's definition on one machine is that which it was started with, whatever was deployed since."""

import json
from pathlib import Path
from typing import Any

from local.emulator import executions, run_definitions
from tests.local.emulator.mortal import copy_of, open_file, until

ROLE = "arn:aws:iam::000000000000:role/machine"


def _definition(name: str) -> str:
    return json.dumps({"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}})


def _body(answer: Any) -> Any:
    return json.loads(answer[2])


def test_a_deployment_changes_no_run_of_before(tmp_path: Path) -> None:
    with copy_of("stepfunctions") as service, open_file(tmp_path) as file:
        executions.install(file)
        run_definitions.install(file)
        made = service._create_state_machine({"name": "m", "definition": _definition("One"), "roleArn": ROLE})
        machine = _body(made)["stateMachineArn"]

        def start() -> str:
            arn: str = _body(service._start_execution({"stateMachineArn": machine}))["executionArn"]
            until(lambda: service._executions.get(arn)["status"] == "SUCCEEDED")
            return arn

        def ran(arn: str) -> str:
            return str(
                json.loads(_body(service._describe_state_machine_for_execution({"executionArn": arn}))["definition"])[
                    "StartAt"
                ]
            )

        before, also = start(), start()
        service._update_state_machine({"stateMachineArn": machine, "definition": _definition("Two")})
        after = start()
        assert (ran(before), ran(also), ran(after)) == ("One", "One", "Two")
        assert len(file.rows("SELECT 1 FROM definitions")) == 2
        status, _, _ = service._describe_state_machine_for_execution({"executionArn": f"{after}-not"})
        assert status == 400


def test_a_run_of_before_definitions_were_kept_has_todays(tmp_path: Path) -> None:
    with copy_of("stepfunctions") as service, open_file(tmp_path) as file:
        executions.install(file)
        made = service._create_state_machine({"name": "m", "definition": _definition("One"), "roleArn": ROLE})
        arn = _body(service._start_execution({"stateMachineArn": _body(made)["stateMachineArn"]}))["executionArn"]
        until(lambda: service._executions.get(arn)["status"] == "SUCCEEDED")
        run_definitions.install(file)
        found = _body(service._describe_state_machine_for_execution({"executionArn": arn}))
        assert json.loads(found["definition"])["StartAt"] == "One"
