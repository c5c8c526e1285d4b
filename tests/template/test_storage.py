"""Data is private and encrypted, outlives the stack, and is there for as long as something may ask for it."""

from typing import Any

import pytest

from tests.template.template import DAY_SECONDS, function, resources, target, template, value

BUCKETS = ("ArtifactsBucket", "BackupsBucket")


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


@pytest.mark.parametrize("resource", [*BUCKETS, "DocumentsTable", "IndexesTable"])
def test_data_outlives_the_stack(resource: str) -> None:
    entry = template()["Resources"][resource]
    assert (entry["DeletionPolicy"], entry["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_artifacts_expire_but_not_before_a_dead_letter_that_names_them() -> None:
    (days,) = [value(rule["ExpirationInDays"]) for rule in rules("ArtifactsBucket") if "ExpirationInDays" in rule]
    queues = resources("AWS::SQS::Queue").values()
    retention = max(queue.get("MessageRetentionPeriod", 4 * DAY_SECONDS) for queue in queues)
    # A message may wait for its execution first, and be dead-lettered after that.
    assert days * DAY_SECONDS >= 2 * retention


def test_an_upload_that_was_given_up_does_not_stay() -> None:
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules("ArtifactsBucket"))


def test_backups_are_versioned_and_only_what_was_replaced_or_deleted_expires() -> None:
    assert resources("AWS::S3::Bucket")["BackupsBucket"]["VersioningConfiguration"] == {"Status": "Enabled"}
    assert all("ExpirationInDays" not in rule for rule in rules("BackupsBucket"))
    assert any(value(rule["NoncurrentVersionExpiration"]["NoncurrentDays"]) >= 1 for rule in rules("BackupsBucket"))


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


@pytest.mark.parametrize("name", ["DocumentsTable", "IndexesTable"])
def test_a_table_can_be_brought_back_and_is_encrypted(name: str) -> None:
    table = resources("AWS::DynamoDB::Table")[name]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
