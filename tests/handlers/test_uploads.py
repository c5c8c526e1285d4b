"""POST /uploads, and a document whose content lies there."""

import boto3

from tests.handlers.conftest import REGION, Services, call


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
