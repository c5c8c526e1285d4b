"""POST /uploads, and a document whose content lies there."""

from urllib.parse import urlsplit

import boto3
import pytest

from tests.handlers.conftest import REGION, Services, call, forget
from wiring import dependencies


def test_upload_gives_a_key_that_the_webhook_takes(services: Services) -> None:
    answer = call("uploads", "POST", "/uploads", {"size": 5})
    assert answer.status == 201
    assert answer.body["method"] == "PUT"
    assert answer.body["content_ref"] in answer.body["url"]
    assert "content-length" in answer.body["url"], "the size is part of what is signed"
    boto3.client("s3", region_name=REGION).put_object(Bucket="artifacts", Key=answer.body["content_ref"], Body=b"Text.")
    body = {
        "operation": "CREATE",
        "doc_hash": "doc",
        "content_type": "text/plain",
        "content_ref": answer.body["content_ref"],
    }
    assert call("webhook", "POST", "/webhook", body).status == 202


def test_size_is_needed_and_bounded(services: Services) -> None:
    assert call("uploads", "POST", "/uploads", {}).body["errors"][0]["field"] == "size"
    assert call("uploads", "POST", "/uploads", {"size": 0}).status == 422
    too_large = call("uploads", "POST", "/uploads", {"size": 10**9})
    assert (too_large.status, too_large.body["errors"][0]["field"]) == (413, "size")


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "eu-central-1", "il-central-1", "ap-southeast-5"])
def test_an_upload_goes_to_the_buckets_own_host_in_its_region(
    services: Services, monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    # Those after the third are newer than 2019: they refuse what is signed for the global host.
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    forget()
    boto3.DEFAULT_SESSION = None
    url = urlsplit(dependencies.uploads().presign("uploads/one", 5))
    assert (url.scheme, url.netloc) == ("https", f"artifacts.s3.{region}.amazonaws.com")
    assert url.path.startswith("/uploads/")
    assert f"%2F{region}%2Fs3%2Faws4_request" in url.query


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_at_an_endpoint_that_somebody_names_the_bucket_is_in_the_path(
    services: Services, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://emulator.example:4566")
    forget()
    # Signing asks nobody.
    url = urlsplit(dependencies.uploads().presign("uploads/one", 5))
    assert (url.netloc, url.path) == ("emulator.example:4566", "/artifacts/uploads/one")
