"""The rebuild's Distributed Map may do what it needs, and a batch and a call have the time and the room they take."""

from bloomweaver.settings import Settings
from tests.statemachines import definitions
from tests.template.template import function, resources, statements, target, template, value

EVENTS_OF_A_CALL = 7
"""Entered, scheduled, started, succeeded and left the task; entered and left the choice."""
HISTORY_EVENTS_MAX = 25_000
PAYLOAD_BYTES_MAX = 256 * 1024
LONGEST_KEY = len("/v000000000001-000000000.json") + 128
MACHINE = resources("AWS::Serverless::StateMachine")["RebuildStateMachine"]


def test_its_role_names_the_machine_itself() -> None:
    name = MACHINE["Name"]["Fn::Sub"]
    allowed = {
        action: resource["Fn::Sub"]
        for statement in statements(MACHINE)
        for action in statement["Action"]
        for resource in statement["Resource"]
        if action.startswith("states:")
    }
    machine = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:%s:" + name
    assert allowed == {
        "states:StartExecution": machine % "stateMachine",
        "states:DescribeExecution": machine % "execution" + "/*",
        "states:StopExecution": machine % "execution" + "/*",
    }
    # The function that the machine refers to cannot refer to the machine.
    given = function("PrepareRebuildFunction")["Environment"]["Variables"]["REBUILD_STATE_MACHINE_ARN"]
    assert given["Fn::Sub"] == machine % "stateMachine"


def test_it_lists_the_backups_and_writes_results_where_its_definition_says() -> None:
    state = definitions.state(definitions.load("rebuild"), "RestoreBackups")
    assert state["ItemReader"]["Parameters"]["Bucket"] == "${BackupsBucket}"
    prefix = state["ResultWriter"]["Parameters"]["Prefix"]
    writes = [statement for statement in statements(MACHINE) if "s3:PutObject" in statement["Action"]]
    assert [statement["Resource"] for statement in writes] == [[{"Fn::Sub": "${ArtifactsBucket.Arn}/" + f"{prefix}/*"}]]
    # A result that is not written would grow with the bucket and end the run at 256 KiB.
    assert state["ResultPath"] is None


def test_a_batch_fits_into_a_payload() -> None:
    batcher = definitions.state(definitions.load("rebuild"), "RestoreBackups")["ItemBatcher"]
    assert batcher["MaxInputBytesPerBatch"] <= PAYLOAD_BYTES_MAX
    assert batcher["MaxItemsPerBatch"] * (LONGEST_KEY + len('{"key":"","size":00000000},')) < PAYLOAD_BYTES_MAX


def test_a_batch_that_fails_for_good_fails_the_run() -> None:
    state = definitions.state(definitions.load("rebuild"), "RestoreBackups")
    assert not [name for name in state if name.startswith("Tolerated")]


def test_a_call_ends_long_before_its_function_does() -> None:
    verify = function("VerifyRebuildFunction")
    seconds = float(verify["Environment"]["Variables"]["REBUILD_CALL_SECONDS"])
    assert 2 * seconds <= verify["Timeout"]
    calls = definitions.load("rebuild")["TimeoutSeconds"] / seconds
    assert calls * EVENTS_OF_A_CALL < HISTORY_EVENTS_MAX / 2


def test_the_concurrency_has_one_default() -> None:
    given = function("PrepareRebuildFunction")["Environment"]["Variables"]["REBUILD_CONCURRENCY"]
    assert value(template()["Parameters"]["RebuildConcurrency"]["Default"]) == 0
    condition, parameter, by_account = given["Fn::If"]
    assert (condition, parameter) == ("HasRebuildConcurrency", {"Ref": "RebuildConcurrency"})
    most = max(int(places["Rebuild"]) for places in template()["Mappings"]["Concurrency"].values())
    assert by_account["Fn::FindInMap"][-1] == "Rebuild"
    assert most == Settings.model_fields["rebuild_concurrency"].default


def test_it_changes_no_backup_and_only_the_verification_changes_records() -> None:
    changes = {"dynamodb:PutItem", "dynamodb:DeleteItem", "s3:PutObject", "s3:DeleteObject"}
    changed = {
        name: {
            target(resource) if "Fn::GetAtt" in resource else resource["Fn::Sub"]
            for statement in statements(function(name))
            if changes & set(statement["Action"])
            for resource in statement["Resource"]
        }
        for name in ("RebuildFunction", "PrepareRebuildFunction", "RestoreFunction", "VerifyRebuildFunction")
    }
    reports = "${ArtifactsBucket.Arn}/reports/*"
    assert changed == {
        "RebuildFunction": {"IndexesTable", "AuditTable"},
        "PrepareRebuildFunction": {"IndexesTable"},
        "RestoreFunction": {reports},
        "VerifyRebuildFunction": {reports, "IndexesTable", "DocumentsTable"},
    }
