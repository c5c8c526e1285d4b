"""The reconciliation runs on a schedule that only reports by default, and a call has the time that it takes."""

import json

import pytest

from bloomweaver.settings import Settings
from tests.statemachines import definitions
from tests.template.template import function, resources, statements, target, template, value

EVENTS_OF_A_CALL = 7
"""Entered, scheduled, started, succeeded and left the task; entered and left the choice."""
HISTORY_EVENTS_MAX = 25_000


@pytest.mark.parametrize(
    ("event", "rate", "order"),
    [
        ("Schedule", "rate(1 day)", {"contents": False, "share": 7}),
        ("Contents", "rate(7 days)", {"contents": True, "share": 1}),
    ],
)
def test_the_schedules_give_it_what_its_definition_reads(event: str, rate: str, order: dict[str, object]) -> None:
    # Looking for every chunk each day would be most of the bill, and the read units of Pinecone's smallest plan.
    schedule = resources("AWS::Serverless::StateMachine")["ReconcileStateMachine"]["Events"][event]
    assert schedule["Type"] == "Schedule"
    assert value(schedule["Properties"]["Schedule"]) == rate
    repair = template()["Parameters"]["ReconcileRepair"]
    share = str(template()["Parameters"]["ReconcileShare"]["Default"])
    given = {
        choice: json.loads(
            schedule["Properties"]["Input"]["Fn::Sub"]
            .replace("${ReconcileRepair}", choice)
            .replace("${ReconcileShare}", share)
        )
        for choice in repair["AllowedValues"]
    }
    assert given == {"true": {"repair": True, **order}, "false": {"repair": False, **order}}
    assert repair["Default"] == "false"
    read = {key for key in definitions.load("reconcile")["States"]["Begin"]["Parameters"] if key.endswith(".$")}
    assert read == {"reconciliation.$", "repair.$", "contents.$", "share.$"}


def test_a_call_ends_long_before_its_function_does() -> None:
    compare = function("CompareFunction")
    seconds = float(compare["Environment"]["Variables"]["RECONCILE_CALL_SECONDS"])
    assert 2 * seconds <= compare["Timeout"]
    calls = definitions.load("reconcile")["TimeoutSeconds"] / seconds
    assert calls * EVENTS_OF_A_CALL < HISTORY_EVENTS_MAX / 2


def test_a_document_is_left_alone_for_as_long_as_a_function_may_still_write() -> None:
    quiet = value(function("CompareFunction")["Environment"]["Variables"]["RECONCILE_QUIET_SECONDS"])
    writers = ("PineconeWriterFunction", "S3WriterFunction", "ListingFunction", "SweepFunction")
    assert quiet >= max(function(name)["Timeout"] for name in writers)
    assert Settings.model_fields["reconcile_quiet_seconds"].default == quiet


def test_of_objects_it_writes_reports_and_sources_and_removes_backups_and_sources() -> None:
    allowed = {
        (action, target(resource) if "Fn::GetAtt" in resource else resource["Fn::Sub"])
        for statement in statements(function("CompareFunction"))
        for action in statement["Action"]
        for resource in statement["Resource"]
        if action.startswith("s3:")
    }
    assert allowed == {
        ("s3:GetObject", "${ArtifactsBucket.Arn}/raw/*"),
        ("s3:GetObject", "${ArtifactsBucket.Arn}/uploads/*"),
        ("s3:GetObject", "${ArtifactsBucket.Arn}/reports/reconcile/*"),
        ("s3:PutObject", "${ArtifactsBucket.Arn}/reports/reconcile/*"),
        ("s3:ListBucket", "ArtifactsBucket"),
        ("s3:ListBucket", "BackupsBucket"),
        ("s3:GetObject", "${BackupsBucket.Arn}/*"),
        ("s3:DeleteObject", "${BackupsBucket.Arn}/*"),
        ("s3:ListBucket", "SourcesBucket"),
        ("s3:GetObject", "${SourcesBucket.Arn}/*"),
        ("s3:PutObject", "${SourcesBucket.Arn}/*"),
        ("s3:DeleteObject", "${SourcesBucket.Arn}/*"),
    }
