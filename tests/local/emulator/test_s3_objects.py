"""Versions of objects in the emulator: all are there, and none of their content is in its memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import aws
from local.config import StackConfig
from local.ports import claim_port
from local.processes import StartedProcess, memory_mib, stop

BUCKET = "kept"
MIB = 2**20


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[tuple[StartedProcess, Any]]:
    port = claim_port(0, "the emulator", "")
    process = aws.start_emulator(StackConfig(tmp_path), port)
    client = aws.client(aws.endpoint(port), "s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    yield process, client
    stop(process)


def test_versions_are_on_disk_and_not_in_memory(emulator: tuple[StartedProcess, Any]) -> None:
    process, client = emulator
    before = memory_mib([process])
    contents = [bytes([number]) * MIB for number in range(64)]
    versions = [client.put_object(Bucket=BUCKET, Key="one", Body=content)["VersionId"] for content in contents]
    assert memory_mib([process]) - before < len(contents) / 2

    client.delete_object(Bucket=BUCKET, Key="one")
    for version, content in zip(versions, contents, strict=True):
        found = client.get_object(Bucket=BUCKET, Key="one", VersionId=version)["Body"].read()
        assert found == content


def test_an_object_comes_back_when_its_delete_marker_goes(emulator: tuple[StartedProcess, Any]) -> None:
    _, client = emulator
    client.put_object(Bucket=BUCKET, Key="one", Body=b"first")
    client.put_object(Bucket=BUCKET, Key="one", Body=b"second")
    marker = client.delete_object(Bucket=BUCKET, Key="one")["VersionId"]
    client.delete_object(Bucket=BUCKET, Key="one", VersionId=marker)
    assert client.get_object(Bucket=BUCKET, Key="one")["Body"].read() == b"second"
