"""The dashboard on AWS: private files, the API on their own origin, and the policy that one machine has too."""

import json
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from local.dashboard.app import create_app
from local.dashboard.site import Site
from local.issuer import LocalIssuer
from tests.template.site import GIVEN, distribution, is_refused, output, properties, site
from tests.template.template import template

OF_THE_FILE = {"cache-control", "content-encoding", "content-length", "content-type", "vary"}
"""Headers that tell of a file, which S3 sends as it was told, and CloudFront adds."""
OF_AWS = {"strict-transport-security"}
"""What has no sense on one machine, which has no TLS."""
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<!doctype html>")
    return tmp_path


def sent(**parameters: str) -> dict[str, str]:
    """What the distribution sends with each file, by the header's name in small letters."""
    policy = properties("PageHeaders", **parameters)["ResponseHeadersPolicyConfig"]
    given = policy["SecurityHeadersConfig"]
    assert all(each["Override"] for each in (*given.values(), *policy["CustomHeadersConfig"]["Items"]))
    age = given["StrictTransportSecurity"]["AccessControlMaxAgeSec"]
    assert given["StrictTransportSecurity"]["IncludeSubdomains"]
    return {
        "content-security-policy": given["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "x-frame-options": given["FrameOptions"]["FrameOption"],
        "referrer-policy": given["ReferrerPolicy"]["ReferrerPolicy"],
        "strict-transport-security": f"max-age={age}; includeSubDomains",
        **({"x-content-type-options": "nosniff"} if "ContentTypeOptions" in given else {}),
        **{each["Header"].lower(): each["Value"] for each in policy["CustomHeadersConfig"]["Items"]},
    }


@pytest.mark.parametrize("other", ["", "https://tokens.example https://keys.example:8443"])
def test_the_page_is_sent_with_what_one_machine_sends_it_with(files: Path, other: str) -> None:
    connects_to = (
        "wss://def.execute-api.eu-central-1.amazonaws.com",
        "https://uploads.s3.eu-central-1.amazonaws.com",
        "https://issuer.example",
        *other.split(),
    )
    local = TestClient(Starlette(routes=[Route("/{path:path}", Site(files, connects_to).serve)])).get("/").headers
    here = {name: value for name, value in local.items() if name not in OF_THE_FILE}
    there = sent(OidcOtherOrigins=other)
    assert {name: value for name, value in there.items() if name not in OF_AWS} == here
    assert set(there) - set(here) == OF_AWS


def test_it_knows_of_itself_what_the_dashboard_asks_for(files: Path, tmp_path: Path) -> None:
    app = create_app(files, "http://127.0.0.1:9/v1", LocalIssuer(tmp_path / "issuer"))
    here = TestClient(app, base_url="http://127.0.0.1").get("/config.json").json()
    there = json.loads(output("Configuration"))
    assert there["api_url"] == here["api_url"] == "/api"
    assert (set(there), set(there["sign_in"])) == (set(here), set(here["sign_in"]))
    assert there["sign_in"] == {
        "kind": "oidc",
        "authority": GIVEN["OidcIssuer"],
        "client_id": GIVEN["OidcClientId"],
        "scope": "openid offline_access",
        "token": "access_token",
        "role_claim": "role",
    }


@pytest.mark.parametrize("name", sorted(site()["Parameters"]))
def test_no_value_breaks_out_of_the_configuration_or_the_policy(name: str) -> None:
    pattern = site()["Parameters"][name].get("AllowedPattern")
    if pattern is None:
        assert "AllowedValues" in site()["Parameters"][name]
        return
    for tail in ('"', "\\", ";", "\n", "'", "${", "<"):
        for text in (GIVEN.get(name, ""), site()["Parameters"][name].get("Default", ""), "https://a.example", "a"):
            # CloudFormation asks that the whole value fits.
            assert not re.fullmatch(pattern, text + tail), (name, tail)


def test_files_are_read_by_the_distribution_alone() -> None:
    assert properties("Bucket")["PublicAccessBlockConfiguration"] == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    (encrypted,) = properties("Bucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encrypted["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    tls, reads = properties("BucketPolicy")["PolicyDocument"]["Statement"]
    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (reads["Effect"], reads["Action"]) == ("Allow", "s3:GetObject")
    assert reads["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    source = "arn:aws:cloudfront::123456789012:distribution/<Distribution>"
    assert reads["Condition"] == {"StringEquals": {"AWS:SourceArn": source}}
    [files] = [each for each in distribution()["Origins"] if each["Id"] == "files"]
    assert files["OriginAccessControlId"] == "<BucketAccess.Id>"
    access = properties("BucketAccess")["OriginAccessControlConfig"]
    assert (access["SigningBehavior"], access["SigningProtocol"]) == ("always", "sigv4")


def test_the_api_is_on_the_same_origin_and_none_of_its_answers_is_kept_or_made_a_page() -> None:
    [behavior] = distribution()["CacheBehaviors"]
    [api] = [each for each in distribution()["Origins"] if each["Id"] == behavior["TargetOriginId"]]
    assert f"https://{api['DomainName']}{api['OriginPath']}" == GIVEN["ApiUrl"]
    assert api["CustomOriginConfig"]["OriginProtocolPolicy"] == behavior["ViewerProtocolPolicy"] == "https-only"
    assert behavior["PathPattern"] == "/api/*"
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(behavior["AllowedMethods"])
    # AWS's own policy that keeps nothing.
    assert behavior["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    passed = properties("ApiRequests")["OriginRequestPolicyConfig"]
    # All but Host: the token too, which a list of headers to pass could not name.
    assert passed["HeadersConfig"] == {"HeaderBehavior": "allExcept", "Headers": ["Host"]}
    assert passed["CookiesConfig"]["CookieBehavior"] == "none"
    assert passed["QueryStringsConfig"]["QueryStringBehavior"] == "all"
    assert "CustomErrorResponses" not in distribution()


def test_pages_come_over_tls_alone_and_small() -> None:
    pages = distribution()["DefaultCacheBehavior"]
    assert pages["ViewerProtocolPolicy"] == "redirect-to-https"
    assert pages["Compress"]
    assert set(pages["AllowedMethods"]) == {"GET", "HEAD"}


def test_a_domain_comes_with_its_certificate_and_with_records_where_the_zone_is_here() -> None:
    without = distribution()
    assert "Aliases" not in without
    assert without["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
    assert output("Url") == "https://<Distribution.DomainName>"
    named = {"DomainName": "docs.example.com", "CertificateArn": CERTIFICATE, "HostedZoneId": "Z1"}
    assert distribution(**named)["Aliases"] == ["docs.example.com"]
    certificate = distribution(**named)["ViewerCertificate"]
    assert (certificate["AcmCertificateArn"], certificate["MinimumProtocolVersion"]) == (CERTIFICATE, "TLSv1.2_2021")
    assert output("Url", **named) == "https://docs.example.com"
    for record in ("AddressRecord", "AddressRecordV6"):
        assert site()["Resources"][record]["Condition"] == "HasRecords"
        made = properties(record, **named)
        assert (made["Name"], made["HostedZoneId"]) == ("docs.example.com", "Z1")
    assert is_refused() == is_refused(**named) == []
    assert any("CertificateArn" in each for each in is_refused(DomainName="docs.example.com"))
    assert any("DomainName" in each for each in is_refused(HostedZoneId="Z1"))


@pytest.mark.parametrize(
    ("region", "good"), [("us-east-1", True), ("eu-central-1", False)], ids=["CloudFront's", "another"]
)
def test_a_certificate_of_another_region_is_refused(region: str, good: bool) -> None:
    pattern = site()["Parameters"]["CertificateArn"]["AllowedPattern"]
    assert bool(re.search(pattern, CERTIFICATE.replace("us-east-1", region))) is good


def test_what_it_is_given_of_the_other_stack_that_one_tells() -> None:
    said = " ".join(each.get("ConstraintDescription", "") for each in site()["Parameters"].values())
    named = set(re.findall(r"the output (\w+) of the stack", said))
    assert named == {"ApiUrl", "LiveUrl", "ArtifactsBucketName"}
    assert named <= set(template()["Outputs"])


def test_nothing_in_it_costs_while_nobody_looks() -> None:
    costing_nothing = {
        *("AWS::S3::Bucket", "AWS::S3::BucketPolicy"),
        *("AWS::CloudFront::OriginAccessControl", "AWS::CloudFront::Function", "AWS::CloudFront::OriginRequestPolicy"),
        *("AWS::CloudFront::ResponseHeadersPolicy", "AWS::CloudFront::Distribution"),
        "AWS::Route53::RecordSet",
    }
    assert {entry["Type"] for entry in site()["Resources"].values()} == costing_nothing
