"""Data is private and encrypted, at rest and on its way, outlives the stack, and is there for as long as something may
ask for it."""

from typing import Any

import pytest

from tests.template.privileges import shown
from tests.template.source import ports_of
from tests.template.template import DAY_SECONDS, function, resources, statements, target, template, value

BUCKETS = ("ArtifactsBucket", "BackupsBucket", "SourcesBucket", "ModelsBucket")
TABLES = sorted(resources("AWS::DynamoDB::Table"))
QUEUES = sorted(resources("AWS::SQS::Queue"))
KEPT = ("RetainExceptOnCreate", "Retain")
"""Deletion policy and policy on replacement: a first create that fails leaves nothing behind."""
PASSING = {"DeliveriesTable", "ListingTable", "LiveTable", "ProgressTable", "SearchCacheTable"}
"""Tables whose loss does no harm for long: what was in them is of the moment, or made anew by the sweep."""


def rules(bucket: str) -> list[dict[str, Any]]:
    """The enabled lifecycle rules of a bucket."""
    found = resources("AWS::S3::Bucket")[bucket]["LifecycleConfiguration"]["Rules"]
    return [rule for rule in found if rule["Status"] == "Enabled"]


def test_there_are_the_buckets_of_the_design_and_no_others() -> None:
    assert set(resources("AWS::S3::Bucket")) == set(BUCKETS)


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_is_private_and_encrypted(bucket: str) -> None:
    properties = resources("AWS::S3::Bucket")[bucket]
    assert properties["PublicAccessBlockConfiguration"] == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in ("AES256", "aws:kms")


@pytest.mark.parametrize("resource", [*BUCKETS, *sorted({*TABLES} - PASSING)])
def test_data_outlives_the_stack_and_nothing_of_one_that_was_never_made(resource: str) -> None:
    entry = template()["Resources"][resource]
    assert (entry["DeletionPolicy"], entry["UpdateReplacePolicy"]) == KEPT


def test_artifacts_expire_but_not_before_a_dead_letter_that_names_them() -> None:
    (days,) = [value(rule["ExpirationInDays"]) for rule in rules("ArtifactsBucket") if "ExpirationInDays" in rule]
    queues = resources("AWS::SQS::Queue").values()
    retention = max(queue.get("MessageRetentionPeriod", 4 * DAY_SECONDS) for queue in queues)
    # A message may wait for its execution first, and be dead-lettered after that.
    assert days * DAY_SECONDS >= 2 * retention


@pytest.mark.parametrize("bucket", BUCKETS)
def test_an_upload_that_was_given_up_does_not_stay(bucket: str) -> None:
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules(bucket))


def denied_without_tls(kind: str, names: str) -> dict[str, tuple[Any, Any]]:
    """For each resource whose policy denies everybody what is not encrypted on its way: the actions and resources."""
    found = {}
    for policy in resources(kind).values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Condition"] != {"Bool": {"aws:SecureTransport": "false"}}:
                continue
            assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
            for named in policy[names] if isinstance(policy[names], list) else [policy[names]]:
                found[target(named)] = (statement["Action"], statement["Resource"])
    return found


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_takes_and_gives_nothing_in_plain_text(bucket: str) -> None:
    action, (itself, objects) = denied_without_tls("AWS::S3::BucketPolicy", "Bucket")[bucket]
    assert action == "s3:*"
    assert target(itself) == bucket
    assert objects == {"Fn::Sub": f"${{{bucket}.Arn}}/*"}


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_takes_and_gives_nothing_in_plain_text(queue: str) -> None:
    action, itself = denied_without_tls("AWS::SQS::QueuePolicy", "Queues")[queue]
    assert action == "sqs:*"
    assert itself == {"Fn::GetAtt": [queue, "Arn"]}


@pytest.mark.parametrize("bucket", BUCKETS)
def test_what_keeps_a_bucket_private_outlives_the_stack_with_it(bucket: str) -> None:
    policies = [
        entry
        for entry in template()["Resources"].values()
        if entry["Type"] == "AWS::S3::BucketPolicy" and target(entry["Properties"]["Bucket"]) == bucket
    ]
    assert [(entry["DeletionPolicy"], entry["UpdateReplacePolicy"]) for entry in policies] == [KEPT]


@pytest.mark.parametrize("bucket", ["BackupsBucket", "SourcesBucket"])
def test_what_is_served_is_versioned_and_only_what_was_replaced_or_deleted_expires(bucket: str) -> None:
    assert resources("AWS::S3::Bucket")[bucket]["VersioningConfiguration"] == {"Status": "Enabled"}
    assert all("ExpirationInDays" not in rule for rule in rules(bucket))
    assert any(value(rule["NoncurrentVersionExpiration"]["NoncurrentDays"]) >= 1 for rule in rules(bucket))


def test_what_is_told_of_a_removal_is_what_buckets_queues_and_logs_do() -> None:
    variables = function("DocumentsFunction")["Environment"]["Variables"]
    (expire,) = [rule["ExpirationInDays"] for rule in rules("ArtifactsBucket") if "ExpirationInDays" in rule]
    assert variables["ARTIFACTS_EXPIRE_DAYS"] == expire
    for bucket in ("BackupsBucket", "SourcesBucket"):
        (rule,) = [each for each in rules(bucket) if "NoncurrentVersionExpiration" in each]
        assert variables["BACKUP_VERSIONS_EXPIRE_DAYS"] == rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
    queues = resources("AWS::SQS::Queue")
    dead_letters = {queues[name]["MessageRetentionPeriod"] for name in QUEUES if name.endswith("DLQ")}
    assert {int(variables["DEAD_LETTERS_KEPT_SECONDS"])} == dead_letters
    assert {str(variables["LOG_RETENTION_DAYS"])} == {
        str(group["RetentionInDays"]) for group in resources("AWS::Logs::LogGroup").values()
    }


def test_who_writes_sources_is_deployed_after_those_that_change_records_or_remove_anything() -> None:
    before = set(template()["Resources"]["ChunkFunction"]["DependsOn"])
    writers = set()
    for name in resources("AWS::Serverless::Function"):
        allowed = [
            (action, shown(resource))
            for statement in statements(function(name))
            for action in statement["Action"]
            for resource in statement["Resource"]
        ]
        if ("dynamodb:PutItem", "DocumentsTable") in allowed or ("s3:DeleteObject", "SourcesBucket/*") in allowed:
            writers.add(name)
    # The sweep names the state machines, which name this function: it cannot be before.
    assert writers - before == {"ChunkFunction", "SweepFunction"}


def test_search_is_deployed_after_those_that_move_the_epoch() -> None:
    movers = {
        name
        for name in resources("AWS::Serverless::Function")
        for statement in statements(function(name))
        if "dynamodb:UpdateItem" in statement["Action"]
        and "SearchCacheTable" in [shown(resource) for resource in statement["Resource"]]
    }
    # These have records serve something new, the others say themselves when they have changed an index.
    by_records = {"PublishFunction", "MendFunction", "VerifyRebuildFunction"}
    by_themselves = {
        name for name in resources("AWS::Serverless::Function") if "epochs" in ports_of(function(name)["Handler"])
    }
    assert movers == by_records | by_themselves
    assert set(template()["Resources"]["SearchFunction"]["DependsOn"]) == movers
    assert set(template()["Resources"]["RetrieveFunction"]["DependsOn"]) == movers


def test_what_search_keeps_is_removed_when_it_has_expired() -> None:
    table = resources("AWS::DynamoDB::Table")["SearchCacheTable"]
    assert table["KeySchema"] == [{"AttributeName": "entry", "KeyType": "HASH"}]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert target(function("SearchFunction")["Environment"]["Variables"]["SEARCH_CACHE_TABLE"]) == "SearchCacheTable"


def test_the_table_is_found_by_document_and_by_status() -> None:
    table = resources("AWS::DynamoDB::Table")["DocumentsTable"]
    assert table["KeySchema"] == [{"AttributeName": "doc_hash", "KeyType": "HASH"}]
    index, leftovers = table["GlobalSecondaryIndexes"]
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["status", "updated_at"]
    assert [key["AttributeName"] for key in leftovers["KeySchema"]] == ["leftovers", "updated_at"]
    variables = function("DocumentsFunction")["Environment"]["Variables"]
    assert variables["STATUS_INDEX"] == index["IndexName"]
    assert variables["LEFTOVERS_INDEX"] == leftovers["IndexName"]
    assert target(variables["DOCUMENTS_TABLE"]) == "DocumentsTable"


def test_an_index_is_found_by_its_name() -> None:
    table = resources("AWS::DynamoDB::Table")["IndexesTable"]
    assert table["KeySchema"] == [{"AttributeName": "index_name", "KeyType": "HASH"}]
    assert target(function("ChunkFunction")["Environment"]["Variables"]["INDEXES_TABLE"]) == "IndexesTable"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_outlives_the_stack_cannot_be_deleted_by_mistake(name: str) -> None:
    table = resources("AWS::DynamoDB::Table")[name]
    if name in PASSING:
        # Such a table would keep the stack from being deleted.
        assert "DeletionProtectionEnabled" not in table
        return
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["HasDeletionProtection", True, False]}
    assert template()["Conditions"]["HasDeletionProtection"] == {"Fn::Equals": [{"Ref": "DeletionProtection"}, "true"]}
    assert template()["Parameters"]["DeletionProtection"]["Default"] == "true"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_can_be_brought_back_and_is_encrypted(name: str) -> None:
    table = resources("AWS::DynamoDB::Table")[name]
    # What search kept some time ago is of no use, nor are connections and progress, and lists are made anew from the
    # records.
    passing = ("ListingTable", "LiveTable", "ProgressTable", "SearchCacheTable")
    recovery = None if name in passing else {"PointInTimeRecoveryEnabled": True}
    assert table.get("PointInTimeRecoverySpecification") == recovery
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
