"""Objects: there after a death with their versions, listed as MiniStack lists them, and never half written."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from local.emulator import s3_objects
from local.emulator.s3_objects import CONTENTS
from local.emulator.state_file import StateFile
from local.processes import memory_mib
from tests.local.emulator.mortal import Mortal, copy_of, open_file, plain

Json = dict[str, Any]
MIB = 2**20
PART = 5 * MIB
KEYS = [
    "a",
    "a/",
    "a/b",
    "a/b/c",
    "a/bé",
    "b",
    "b c+%",
    "z/\U0001f33c",
    "z/\U0001f33d/x",
    "é",
    "\uff5e",
    "\U0001f33c",
    "a%b",
    "A_b",
]


def _bucket(mortal: Mortal, name: str, *, versions: bool = False) -> Any:
    client = mortal.client("s3")
    client.create_bucket(Bucket=name)
    if versions:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return client


def _content(client: Any, bucket: str, key: str, **more: str) -> bytes:
    found: bytes = client.get_object(Bucket=bucket, Key=key, **more)["Body"].read()
    return found


def _refused(client: Any, bucket: str, key: str) -> str:
    with pytest.raises(ClientError) as error:
        client.get_object(Bucket=bucket, Key=key)
    code: str = error.value.response["Error"]["Code"]
    return code


def _contents_on_disk(mortal: Mortal) -> int:
    return sum(1 for path in (mortal.config.data / "s3" / CONTENTS).rglob("*") if path.is_file())


def test_versions_are_on_disk_and_not_in_memory(mortal: Mortal) -> None:
    client = _bucket(mortal, "large", versions=True)
    assert mortal.process is not None
    before = memory_mib([mortal.process])
    contents = [bytes([number]) * MIB for number in range(64)]
    versions = [client.put_object(Bucket="large", Key="one", Body=content)["VersionId"] for content in contents]
    assert memory_mib([mortal.process]) - before < len(contents) / 2

    client.delete_object(Bucket="large", Key="one")
    for version, content in zip(versions, contents, strict=True):
        assert _content(client, "large", "one", VersionId=version) == content


def test_everything_that_was_answered_is_there_after_a_death(mortal: Mortal) -> None:
    client = _bucket(mortal, "kept", versions=True)
    plain_client = _bucket(mortal, "plain")
    put = {"Bucket": "kept", "Metadata": {"who": "me"}, "ContentType": "text/x", "Tagging": "kind=one"}
    first = client.put_object(Key="twice", Body=b"first", **put)["VersionId"]
    second = client.put_object(Key="twice", Body=b"second", **put)["VersionId"]
    hidden = client.put_object(Bucket="kept", Key="hidden", Body=b"hidden")["VersionId"]
    marker = client.delete_object(Bucket="kept", Key="hidden")["VersionId"]
    for body in (b"goes", b"stays"):
        last = client.put_object(Bucket="kept", Key="newest gone", Body=body)["VersionId"]
    client.delete_object(Bucket="kept", Key="newest gone", VersionId=last)
    gone = client.put_object(Bucket="kept", Key="gone", Body=b"gone")["VersionId"]
    client.delete_object(Bucket="kept", Key="gone", VersionId=gone)
    client.put_object(Bucket="kept", Key="back", Body=b"back")
    taken_back = client.delete_object(Bucket="kept", Key="back")["VersionId"]
    client.delete_object(Bucket="kept", Key="back", VersionId=taken_back)
    client.copy_object(Bucket="kept", Key="copied", CopySource={"Bucket": "kept", "Key": "twice", "VersionId": first})
    upload = client.create_multipart_upload(Bucket="plain", Key="parts")["UploadId"]
    parts = [
        client.upload_part(Bucket="plain", Key="parts", UploadId=upload, PartNumber=number, Body=bytes([number]) * PART)
        for number in (1, 2)
    ]
    tags = [{"PartNumber": number, "ETag": part["ETag"]} for number, part in enumerate(parts, 1)]
    client.complete_multipart_upload(Bucket="plain", Key="parts", UploadId=upload, MultipartUpload={"Parts": tags})
    for body in (b"old", b"new"):
        plain_client.put_object(Bucket="plain", Key="over", Body=body)
    for key in ("one", "many-1", "many-2"):
        plain_client.put_object(Bucket="plain", Key=key, Body=b"x")
    plain_client.delete_object(Bucket="plain", Key="one")
    plain_client.delete_objects(Bucket="plain", Delete={"Objects": [{"Key": f"many-{n}"} for n in (1, 2)]})
    plain_client.put_object(Bucket="plain", Key="empty", Body=b"")
    client.put_object_tagging(Bucket="plain", Key="over", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})

    def known() -> Json:
        found: Json = {}
        for bucket in ("kept", "plain"):
            listed = client.list_object_versions(Bucket=bucket)
            for kind in ("Versions", "DeleteMarkers"):
                found[bucket, kind] = listed.get(kind)
            found[bucket] = client.list_objects_v2(Bucket=bucket)["Contents"]
        found["head"] = client.head_object(Bucket="kept", Key="twice")
        found["head"].pop("ResponseMetadata")
        found["tags"] = client.get_object_tagging(Bucket="plain", Key="over")["TagSet"]
        found["old tags"] = client.get_object_tagging(Bucket="kept", Key="twice", VersionId=first)["TagSet"]
        return found

    before = known()
    assert before["head"]["Metadata"] == {"who": "me"}
    assert [tag["Value"] for tag in (*before["tags"], *before["old tags"])] == ["v", "one"]
    mortal.die()
    assert known() == before
    assert [entry["Key"] for entry in before["plain"]] == ["empty", "over", "parts"]
    assert _content(client, "kept", "twice") == _content(client, "kept", "twice", VersionId=second) == b"second"
    assert _content(client, "kept", "twice", VersionId=first) == b"first"
    assert (_refused(client, "kept", "hidden"), _refused(client, "kept", "gone")) == ("NoSuchKey", "NoSuchKey")
    assert _content(client, "kept", "hidden", VersionId=hidden) == b"hidden"
    assert _content(client, "kept", "newest gone") == b"goes"
    assert _content(client, "kept", "back") == b"back"
    assert _content(client, "kept", "copied") == b"first"
    assert _content(client, "plain", "parts") == bytes([1]) * PART + bytes([2]) * PART
    assert _content(client, "plain", "over") == b"new"
    assert _content(client, "plain", "empty") == b""
    client.delete_object(Bucket="kept", Key="hidden", VersionId=marker)
    assert _content(client, "kept", "hidden") == b"hidden"


def test_contents_that_are_replaced_or_deleted_leave_the_disk(mortal: Mortal) -> None:
    client = _bucket(mortal, "space")
    before = _contents_on_disk(mortal)
    for number in range(5):
        client.put_object(Bucket="space", Key="over", Body=bytes([number]))
        client.put_object(Bucket="space", Key=f"one-{number}", Body=b"x")
    assert _contents_on_disk(mortal) == before + 6
    client.delete_objects(Bucket="space", Delete={"Objects": [{"Key": f"one-{n}"} for n in range(5)]})
    client.delete_object(Bucket="space", Key="over")
    client.delete_bucket(Bucket="space")
    assert _contents_on_disk(mortal) == before
    assert mortal.client("s3").create_bucket(Bucket="space")
    assert "Contents" not in client.list_objects_v2(Bucket="space")


class Bucket:
    """A bucket of S3 in this process."""

    def __init__(self, service: Any) -> None:
        self.service = service

    def ask(self, method: str, path: str, body: bytes = b"", query: str = "", **headers: str) -> tuple[int, bytes]:
        pairs = (pair.partition("=") for pair in query.split("&") if pair)
        parameters = {name: [value] for name, _, value in pairs}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        status, _, answer = asyncio.run(self.service.handle_request(method, path, named, body, parameters))
        return status, answer

    def anew(self, versioning: str) -> None:
        """An empty bucket."""
        for _, name in [place for place in self.service._buckets._data if place[1] == "bucket"]:
            known = list(self.service._object_versions.items())
            versions = [(key, version["version_id"]) for (_, key), found in known for version in found]
            for key, version in versions:
                self.service._delete_object("bucket", key, {}, {"versionId": [version]})
            self.service._bucket_versioning.pop("bucket", None)
            for key in list(self.service._buckets["bucket"]["objects"]):
                self.service._delete_object("bucket", key)
            assert self.ask("DELETE", f"/{name}")[0] == 204
        assert self.ask("PUT", "/bucket")[0] == 200
        if versioning:
            self.service._bucket_versioning["bucket"] = versioning


@pytest.fixture(scope="module")
def buckets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bucket, Bucket]]:
    """A bucket with our changes, and one as MiniStack has it by itself, which keeps all in memory."""
    theirs = plain("s3")
    theirs.S3_PERSIST = False
    folder = tmp_path_factory.mktemp("s3")
    with copy_of("s3") as ours, open_file(folder) as file:
        ours.DATA_DIR = str(folder / "objects")
        s3_objects.install(file)
        yield Bucket(ours), Bucket(theirs)


keys = st.sampled_from(KEYS)
numbers = st.integers(0, 3)
changes = st.lists(
    st.tuples(st.sampled_from(["put", "put", "put", "delete", "delete version", "copy"]), keys, keys, numbers),
    max_size=25,
)
lists = st.fixed_dictionaries(
    {},
    optional={
        "prefix": st.sampled_from(["", "a", "a/", "z/", "\U0001f33c", "é", "\uff5e", "a%", "A_", "nothing"]),
        "delimiter": st.sampled_from(["/", "b"]),
        "max-keys": st.integers(1, 4).map(str),
        "start-after": keys,
        "marker": keys,
    },
)
_MOMENTS = re.compile(rb"<(LastModified|(?:Next)?VersionId(?:Marker)?|RequestId|ID)>[^<]*</\1>")


def _without_moments(answer: bytes) -> bytes:
    return _MOMENTS.sub(b"", answer)


@settings(max_examples=50, deadline=None)
@given(
    versioning=st.sampled_from(["", "Enabled", "Suspended"]),
    done=changes,
    asked=st.lists(lists, min_size=1, max_size=4),
)
def test_whatever_is_done_the_answers_are_those_of_ministack(
    buckets: tuple[Bucket, Bucket], versioning: str, done: list[Any], asked: list[dict[str, str]]
) -> None:
    for bucket in buckets:
        bucket.anew(versioning)
    for change, key, other, number in done:
        answers = [_change(bucket, change, key, other, number) for bucket in buckets]
        assert answers[0] == answers[1], (change, key)
    buckets[0].service._buckets["bucket"]["objects"]._rows._in_hand.clear()  # and from the file alone
    for key in KEYS:
        answers = [bucket.ask("GET", f"/bucket/{key}") for bucket in buckets]
        assert (answers[0][0], _without_moments(answers[0][1])) == (answers[1][0], _without_moments(answers[1][1]))
        for place in range(len(_versions(buckets[1], key))):
            bodies = []
            for bucket in buckets:
                version = _versions(bucket, key)[place]
                bodies.append(bucket.ask("GET", f"/bucket/{key}", query=f"versionId={version}"))
            assert (bodies[0][0], _without_moments(bodies[0][1])) == (bodies[1][0], _without_moments(bodies[1][1]))
    for parameters in asked:
        for kind in ("list-type=2", "", "versions=", "list-type=2&encoding-type=url"):
            query = "&".join([kind, *(f"{name}={value}" for name, value in parameters.items())])
            pages = [_pages(bucket, query) for bucket in buckets]
            assert pages[0] == pages[1], query


def _change(bucket: Bucket, change: str, key: str, other: str, number: int) -> Any:
    match change:
        case "put":
            tagging = {"x_amz_tagging": f"number={number}"} if number % 2 else {}
            return bucket.ask("PUT", f"/bucket/{key}", f"{key}{number}".encode(), **tagging)[0]
        case "delete":
            return bucket.ask("DELETE", f"/bucket/{key}")[0]
        case "delete version":
            versions = _versions(bucket, key)
            version = versions[number % len(versions)] if versions else "null"
            return bucket.ask("DELETE", f"/bucket/{key}", query=f"versionId={version}")[0]
        case _:
            source = f"/bucket/{quote(other)}"
            status, answer = bucket.ask("PUT", f"/bucket/{key}", x_amz_copy_source=source)
            return status, _without_moments(answer)


def _versions(bucket: Bucket, key: str) -> list[str]:
    found = bucket.service._object_versions.get(("bucket", key)) or []
    return [version["version_id"] for version in found]


def _pages(bucket: Bucket, query: str) -> list[bytes]:
    pages: list[bytes] = []
    more = ""
    while len(pages) < 2 * len(KEYS):
        status, answer = bucket.ask("GET", "/bucket", query=query + more)
        assert status == 200
        pages.append(_without_moments(answer))
        token = re.search(rb"<NextContinuationToken>([^<]*)<", answer)
        if token is None:
            return pages
        more = f"&continuation-token={token.group(1).decode()}"
    raise AssertionError("it does not end")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Bucket, StateFile]]:
    """A bucket with our changes, with versions."""
    with copy_of("s3") as s3, open_file(tmp_path) as file:
        s3.DATA_DIR = str(tmp_path / "objects")
        s3_objects.install(file)
        bucket = Bucket(s3)
        bucket.anew("Enabled")
        yield bucket, file


def _restarted(bucket: Bucket) -> None:
    bucket.service._buckets["bucket"]["objects"]._rows._in_hand.clear()


@pytest.mark.parametrize("versioning", ["", "Enabled", "Suspended"])
@pytest.mark.parametrize("change", ["put", "delete", "delete version", "copy"])
@pytest.mark.parametrize("dies_after", [False, True])
def test_a_death_leaves_the_object_as_it_was_or_as_it_was_to_be(
    service: tuple[Bucket, StateFile],
    monkeypatch: pytest.MonkeyPatch,
    versioning: str,
    change: str,
    dies_after: bool,
) -> None:
    bucket, _ = service
    bucket.service._bucket_versioning["bucket"] = versioning
    for key in ("one", "two"):
        bucket.ask("PUT", f"/bucket/{key}", b"before", x_amz_tagging="number=1")
    before = _state(bucket)
    store = s3_objects._Rows.store

    def die(*arguments: Any, **named: Any) -> None:
        if dies_after:
            store(*arguments, **named)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(s3_objects._Rows, "store", die)
        with pytest.raises(SystemExit):
            _change(bucket, change, "one", "two", 0)
    _restarted(bucket)
    after_death = _state(bucket)
    if not dies_after:
        assert after_death == before
        return
    bucket.ask("DELETE", "/bucket/nobody")
    listed = bucket.ask("GET", "/bucket", query="list-type=2")[1]
    assert (b"<Key>one<" in listed) == (bucket.ask("GET", "/bucket/one")[0] == 200)
    assert after_death["one"][0] == (404 if "delete" in change else 200)
    # What is listed can be read.
    for version in _versions(bucket, "one"):
        assert bucket.ask("GET", "/bucket/one", query=f"versionId={version}")[0] in (200, 405)


def _state(bucket: Bucket) -> dict[str, Any]:
    _restarted(bucket)
    state: dict[str, Any] = {key: bucket.ask("GET", f"/bucket/{key}") for key in ("one", "two")}
    for key in ("one", "two"):
        for version in _versions(bucket, key):
            state[f"{key} {version}"] = bucket.ask("GET", f"/bucket/{key}", query=f"versionId={version}")
    state["list"] = bucket.ask("GET", "/bucket", query="list-type=2")[1]
    state["versions"] = bucket.ask("GET", "/bucket", query="versions=")[1]
    return {name: _without_moments(found) if isinstance(found, bytes) else found for name, found in state.items()}


def test_a_folder_of_an_emulator_before_the_file_is_taken_over(tmp_path: Path) -> None:
    mortal = Mortal(tmp_path)
    mortal.start_plain()
    client = _bucket(mortal, "old", versions=True)
    _bucket(mortal, "flat")
    first = client.put_object(Bucket="old", Key="a/ü", Body=b"first", Tagging="kind=one")["VersionId"]
    second = client.put_object(Bucket="old", Key="a/ü", Body=b"second", Metadata={"who": "me"})["VersionId"]
    client.put_object(Bucket="old", Key="hidden", Body=b"hidden")
    marker = client.delete_object(Bucket="old", Key="hidden")["VersionId"]
    client.put_object(Bucket="flat", Key="flat", Body=b"flat")
    mortal.stop()
    mortal.start()
    try:
        for _ in range(2):
            assert _content(client, "old", "a/ü") == b"second"
            assert client.head_object(Bucket="old", Key="a/ü")["Metadata"] == {"who": "me"}
            assert _content(client, "old", "a/ü", VersionId=first) == b"first"
            tags = client.get_object_tagging(Bucket="old", Key="a/ü", VersionId=first)["TagSet"]
            assert tags == [{"Key": "kind", "Value": "one"}]
            assert _refused(client, "old", "hidden") == "NoSuchKey"
            assert _content(client, "flat", "flat") in (b"flat", b"over")
            assert [entry["Key"] for entry in client.list_objects_v2(Bucket="old")["Contents"]] == ["a/ü"]
            client.put_object(Bucket="flat", Key="flat", Body=b"over")
            mortal.die()
        client.delete_object(Bucket="old", Key="hidden", VersionId=marker)
        assert _content(client, "old", "hidden") == b"hidden"
        client.delete_object(Bucket="old", Key="a/ü", VersionId=second)
        assert _content(client, "old", "a/ü") == b"first"
        assert _content(client, "flat", "flat") == b"over"
    finally:
        mortal.stop()
