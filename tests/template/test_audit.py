"""The audit log: who changes something adds to it, one function reads it, and nobody changes it."""

from typing import Any

import pytest

from bloomweaver.adapters.dynamodb_audit import EVERY, partition_of
from bloomweaver.audit.entries import NOBODY, Caller, CallerKind
from bloomweaver.audit.ports import AuditList
from bloomweaver.audit.routes import AUDITED
from tests.template.privileges import roles, shown
from tests.template.template import function, resources, statements, target, template, value
from tests.template.test_access import events

[TABLE] = [table for name, table in resources("AWS::DynamoDB::Table").items() if name == "AuditTable"]
ADDING = {"dynamodb:PutItem"}
READING = {"dynamodb:BatchGetItem", "dynamodb:Query"}
OF_ITS_DOCUMENTS = {"ChangeFolderFunction"}
"""Who changes documents as a run of what somebody asked for."""


def allowed(role: str) -> set[str]:
    """What a role may do with the table, and with its indexes."""
    return {
        action
        for statement in statements(roles()[role])
        for action in statement["Action"]
        for resource in statement["Resource"]
        if shown(resource) in ("AuditTable", "AuditTable/index/*")
    }


@pytest.mark.parametrize("role", sorted(roles()))
def test_no_role_may_change_or_delete_what_is_written(role: str) -> None:
    assert allowed(role) in (set(), ADDING, READING)


def test_who_changes_something_may_add_to_the_log_and_nobody_else() -> None:
    changing = {events()[route][0] for route in AUDITED} | OF_ITS_DOCUMENTS
    assert {role for role in roles() if allowed(role) == ADDING} == changing


def test_one_function_reads_the_log_and_may_do_nothing_else() -> None:
    assert {role for role in roles() if allowed(role) == READING} == {"AuditFunction"}
    assert {action for statement in statements(function("AuditFunction")) for action in statement["Action"]} == READING


def test_nobody_is_told_of_what_is_written() -> None:
    # A stream, or a policy of the table's own, would be another way to it.
    assert not {"StreamSpecification", "ResourcePolicy"} & set(TABLE)


def test_the_table_has_an_index_for_every_list() -> None:
    callers = [NOBODY, *(Caller(kind=kind, subject="ann") for kind in CallerKind)]
    wanted = {partition_of(AuditList(caller=caller))[0] for caller in callers}
    wanted |= {partition_of(AuditList(doc_hash="a"))[0], partition_of(AuditList())[0]}
    assert partition_of(AuditList()) == ("every", EVERY)
    indexes: dict[str, Any] = {index["IndexName"]: index for index in TABLE["GlobalSecondaryIndexes"]}
    assert set(indexes) == {f"{attribute}-at" for attribute in wanted}
    for name, index in indexes.items():
        keys = {key["KeyType"]: key["AttributeName"] for key in index["KeySchema"]}
        assert f"{keys['HASH']}-{keys['RANGE']}" == name
        assert index["Projection"] == {"ProjectionType": "ALL"}


def test_an_entry_is_kept_for_as_long_as_the_parameter_says() -> None:
    assert TABLE["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    for name in resources("AWS::Serverless::Function"):
        days = function(name)["Environment"]["Variables"]["AUDIT_RETENTION_DAYS"]
        assert target(days) == "AuditRetentionDays"
    assert value(days) == 400
    assert template()["Parameters"]["AuditRetentionDays"]["MinValue"] >= 90
