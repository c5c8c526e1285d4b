"""The fleet: closed to all but the embed function, cheap asleep, and still while it sleeps or starts."""

import json
import re
import subprocess
from itertools import pairwise
from typing import Any

import pytest

from embedding_service.settings import Settings as ServiceSettings
from tests.template.fleet import attributes, fleet, in_an_instance, is_calm, is_idle, of_type, only, user_data
from tests.template.template import REPOSITORY, function, resources, statements, target, template, value

NESTED = resources("AWS::CloudFormation::Stack")["EmbeddingFleet"]
MAX_SECONDS_OF_A_REQUEST = 60
ASLEEP: dict[str, float | None] = {"instances": None, "requests": None, "refused": None, "seconds": None}

# How it is deployed ---------------------------------------------------------------------------------------------------


def test_it_is_left_out_where_the_service_is_somebody_elses() -> None:
    assert template()["Resources"]["EmbeddingFleet"]["Condition"] == "HasFleet"
    assert template()["Conditions"]["HasFleet"] == {"Fn::Equals": [{"Ref": "EmbeddingUrl"}, ""]}
    assert (
        template()["Parameters"]["EmbeddingUrl"]["Default"] == template()["Parameters"]["FleetImage"]["Default"] == ""
    )


def test_every_parameter_without_a_default_is_given_and_no_other_than_there_are() -> None:
    parameters = fleet()["Parameters"]
    needed = {name for name, entry in parameters.items() if "Default" not in entry}
    assert needed <= set(NESTED["Parameters"]) <= set(parameters)


def test_everything_that_names_an_output_names_one_that_there_is() -> None:
    text = json.dumps(template())
    named = set(re.findall(r'\["EmbeddingFleet", "Outputs\.(\w+)"\]', text))
    assert named == set(fleet()["Outputs"])


def test_neither_and_both_are_refused_in_words() -> None:
    neither, both = template()["Rules"]["OneEmbeddingService"]["Assertions"]
    for assertion in (neither, both):
        assert {"EmbeddingUrl", "FleetImage"} <= set(re.findall(r"\w+", assertion["AssertDescription"]))
    url, image = ({"Fn::Equals": [{"Ref": name}, ""]} for name in ("EmbeddingUrl", "FleetImage"))
    assert neither["Assert"] == {"Fn::Not": [{"Fn::And": [url, image]}]}
    assert both["Assert"] == {"Fn::Or": [url, image]}


@pytest.mark.parametrize(
    ("image", "good"),
    [
        ("bloomweaver-embedding:1.0", True),
        ("team/embedding:8b1655d", True),
        ("embedding@sha256:" + "0" * 64, True),
        ("embedding", False),
        ("embedding:", False),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/embedding:1 2", False),
        ("embedding:1; reboot", False),
    ],
)
def test_an_image_has_a_name_and_a_tag_or_digest(image: str, good: bool) -> None:
    assert bool(re.search(template()["Parameters"]["FleetImage"]["AllowedPattern"], image)) is good


def test_a_fleet_of_none_is_refused() -> None:
    assert template()["Parameters"]["FleetMaxInstances"]["MinValue"] == 1
    assert template()["Parameters"]["FleetOnDemandInstances"]["MinValue"] == 0


def test_embed_alone_is_in_the_fleets_network() -> None:
    inside = {name for name in resources("AWS::Serverless::Function") if "VpcConfig" in function(name)}
    assert inside == {"EmbedFunction"}
    condition, network, without = function("EmbedFunction")["VpcConfig"]["Fn::If"]
    assert (condition, without) == ("HasFleet", {"Ref": "AWS::NoValue"})
    assert set(network) == {"SubnetIds", "SecurityGroupIds"}


def test_wake_may_set_the_capacity_of_this_group_and_describe_groups_and_nothing_else() -> None:
    allowed = [each for each in statements(function("WakeFunction")) if each["Effect"] == "Allow"]
    assert [each["Action"] for each in allowed] == [
        ["autoscaling:SetDesiredCapacity"],
        ["autoscaling:DescribeAutoScalingGroups"],
    ]
    [arn] = allowed[0]["Resource"]
    name = only("AWS::AutoScaling::AutoScalingGroup")["AutoScalingGroupName"]["Fn::Sub"]
    assert NESTED["Parameters"]["Service"] == {"Ref": "AWS::StackName"}
    assert arn["Fn::Sub"].endswith(f":autoScalingGroupName/{name.replace('${Service}', '${AWS::StackName}')}")


def test_the_idle_alarm_knows_the_group() -> None:
    given = resources("AWS::CloudFormation::Stack")["ObservabilityStack"]["Parameters"]["FleetGroupName"]
    assert given == {"Fn::If": ["HasFleet", {"Fn::GetAtt": ["EmbeddingFleet", "Outputs.GroupName"]}, ""]}


# The network ----------------------------------------------------------------------------------------------------------


def test_nothing_leads_in_from_the_internet_or_out_to_it() -> None:
    kinds = {entry["Type"] for entry in fleet()["Resources"].values()}
    assert not {kind for kind in kinds if re.search("InternetGateway|NatGateway|EIP|Route$", kind)}
    assert only("AWS::ElasticLoadBalancingV2::LoadBalancer")["Scheme"] == "internal"
    assert not any(subnet.get("MapPublicIpOnLaunch") for subnet in of_type("AWS::EC2::Subnet").values())


def test_there_are_two_zones() -> None:
    zones = [subnet["AvailabilityZone"]["Fn::Select"][0] for subnet in of_type("AWS::EC2::Subnet").values()]
    assert zones == [0, 1]
    assert len(only("AWS::ElasticLoadBalancingV2::LoadBalancer")["Subnets"]) == 2
    assert len(only("AWS::AutoScaling::AutoScalingGroup")["VPCZoneIdentifier"]) == 2


def test_each_security_group_takes_from_the_one_before_it_alone() -> None:
    chain = ["FunctionGroup", "LoadBalancerGroup", "InstanceGroup", "EndpointGroup"]
    groups = of_type("AWS::EC2::SecurityGroup")
    assert list(groups) == chain
    assert "SecurityGroupIngress" not in groups["FunctionGroup"]
    for before, name in pairwise(chain):
        [rule] = groups[name]["SecurityGroupIngress"]
        assert target(rule["SourceSecurityGroupId"]) == before
        assert rule["FromPort"] == rule["ToPort"]
    assert all("SecurityGroupEgress" in group for group in groups.values())


def test_the_port_is_the_services() -> None:
    port = ServiceSettings().port
    assert only("AWS::ElasticLoadBalancingV2::TargetGroup")["Port"] == port
    [rule] = of_type("AWS::EC2::SecurityGroup")["InstanceGroup"]["SecurityGroupIngress"]
    assert rule["FromPort"] == port
    assert f"--publish {port}:{port}" in user_data()


def test_what_is_needed_has_an_endpoint_and_what_costs_asleep_is_in_one_zone() -> None:
    endpoints = of_type("AWS::EC2::VPCEndpoint")
    services = {endpoint["ServiceName"]["Fn::Sub"].partition("${AWS::Region}.")[2] for endpoint in endpoints.values()}
    assert services == {"s3", "ecr.api", "ecr.dkr", "logs", "ssm", "ssmmessages"}
    for name, endpoint in endpoints.items():
        optional = fleet()["Resources"][name].get("Condition") == "HasShell"
        assert optional == endpoint["ServiceName"]["Fn::Sub"].partition("${AWS::Region}.")[2].startswith("ssm")
        if endpoint["VpcEndpointType"] == "Interface":
            assert len(endpoint["SubnetIds"]) == 1
            assert endpoint["PrivateDnsEnabled"] is True
    assert value(template()["Parameters"]["FleetShell"]["Default"]) == "false"


def test_from_the_network_one_bucket_can_be_written() -> None:
    document = of_type("AWS::EC2::VPCEndpoint")["S3Gateway"]["PolicyDocument"]
    for statement in document["Statement"]:
        resources_of_it = [resource["Fn::Sub"] for resource in statement["Resource"]]
        if statement["Action"] != "s3:GetObject":
            assert all("${ArtifactsBucketName}" in resource for resource in resources_of_it)


# The instances --------------------------------------------------------------------------------------------------------


def launch() -> dict[str, Any]:
    data: dict[str, Any] = only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    return data


def test_an_instances_credentials_are_out_of_the_containers_reach() -> None:
    assert launch()["MetadataOptions"]["HttpTokens"] == "required"
    assert launch()["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
    assert "--network" not in user_data()


def test_disks_are_encrypted_and_nobody_has_a_key_to_the_door() -> None:
    assert all(disk["Ebs"]["Encrypted"] is True for disk in launch()["BlockDeviceMappings"])
    assert "KeyName" not in launch()


def test_an_instance_may_pull_its_image_and_write_its_log() -> None:
    policies = only("AWS::IAM::Role")["Policies"]
    allowed = [statement for statement in policies[0]["PolicyDocument"]["Statement"] if statement["Resource"] != "*"]
    assert {action for each in allowed for action in each["Action"]} == {
        *("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"),
        *("logs:CreateLogStream", "logs:PutLogEvents"),
    }
    assert all("Fn::Sub" in each["Resource"] for each in allowed)
    condition, shell, without = policies[1]["Fn::If"]
    assert (condition, shell["PolicyName"], without) == ("HasShell", "session-manager", {"Ref": "AWS::NoValue"})
    assert len(policies) == 2
    assert "ManagedPolicyArns" not in only("AWS::IAM::Role")


def test_the_script_is_a_script() -> None:
    script = re.sub(r"\$\{[\w:]+\}", "value", user_data())
    checked = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    # Whatever else is in ${} would be looked for among parameters.
    assert set(re.findall(r"\$\{([\w:]+)\}", user_data())) <= {
        *("AWS::AccountId", "AWS::Region", "AWS::URLSuffix", "ServiceLogs", "Image")
    }


def test_every_type_has_bf16_in_its_cores() -> None:
    policy = only("AWS::AutoScaling::AutoScalingGroup")["MixedInstancesPolicy"]
    types = [override["InstanceType"] for override in policy["LaunchTemplate"]["Overrides"]]
    assert len(types) == len(set(types)) >= 4
    # Intel's Sapphire Rapids and AMD's Zen 4, both with two vCPUs.
    assert all(re.fullmatch(r"[cmr]7[ia]\.large", kind) for kind in types)
    assert policy["InstancesDistribution"]["OnDemandPercentageAboveBaseCapacity"] == 0
    assert template()["Parameters"]["FleetOnDemandInstances"]["Default"] == 1


def test_a_deploy_does_not_set_back_what_is_running() -> None:
    group = fleet()["Resources"]["Group"]
    assert group["UpdatePolicy"]["AutoScalingScheduledAction"] == {"IgnoreUnmodifiedGroupSizeProperties": True}
    assert "DesiredCapacity" not in group["Properties"]
    assert group["Properties"]["MinSize"] == "0"


# The end of an instance -----------------------------------------------------------------------------------------------


def test_a_request_is_answered_before_its_instance_ends() -> None:
    targets = attributes(only("AWS::ElasticLoadBalancingV2::TargetGroup")["TargetGroupAttributes"])
    client_waits = int(function("EmbedFunction")["Environment"]["Variables"]["EMBEDDING_TIMEOUT_SECONDS"])
    assert int(targets["deregistration_delay.timeout_seconds"]) > client_waits
    grace = ServiceSettings().shutdown_seconds
    [stop_timeout] = {int(seconds) for seconds in re.findall(r"(?:--stop-timeout|--time) (\d+)", user_data())}
    assert stop_timeout > grace
    [unit_timeout] = re.findall(r"TimeoutStopSec=(\d+)", user_data())
    assert int(unit_timeout) > stop_timeout
    hook = only("AWS::AutoScaling::LifecycleHook")
    assert hook["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_TERMINATING"
    assert hook["DefaultResult"] == "CONTINUE"
    [pause] = re.findall(r"^ +sleep (\d+)$", user_data(), re.MULTILINE)
    assert hook["HeartbeatTimeout"] >= int(pause) + stop_timeout
    # A Spot instance has two minutes from the notice.
    assert 5 + int(pause) + stop_timeout < 120


def test_no_connection_is_closed_under_the_load_balancer() -> None:
    balancer = attributes(only("AWS::ElasticLoadBalancingV2::LoadBalancer")["LoadBalancerAttributes"])
    idle = int(balancer["idle_timeout.timeout_seconds"])
    client_waits = int(function("EmbedFunction")["Environment"]["Variables"]["EMBEDDING_TIMEOUT_SECONDS"])
    assert client_waits <= idle < ServiceSettings().keep_alive_seconds


# Growing and shrinking ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["BusyAlarm", "CalmAlarm", "IdleAlarm"])
def test_every_alarm_says_what_a_missing_value_means_and_runs_a_policy(name: str) -> None:
    alarm = of_type("AWS::CloudWatch::Alarm")[name]
    assert alarm["TreatMissingData"] == "notBreaching"
    [policy] = alarm["AlarmActions"]
    assert target(policy) in of_type("AWS::AutoScaling::ScalingPolicy")


def test_nothing_moves_a_fleet_that_sleeps() -> None:
    for instances in (None, 0.0):
        assert not is_idle({**ASLEEP, "instances": instances})
        assert not is_calm({**ASLEEP, "instances": instances})
        assert in_an_instance({**ASLEEP, "instances": instances}) == 0


def test_nothing_moves_a_fleet_that_starts_while_documents_wait_for_it() -> None:
    for instances in (None, 0.0, 1.0):
        minute = {**ASLEEP, "instances": instances, "refused": 20.0}
        assert not is_idle(minute)
        assert in_an_instance(minute) == 0


def test_a_fleet_that_nobody_asks_goes_to_sleep_and_no_other() -> None:
    assert is_idle({**ASLEEP, "instances": 1.0})
    assert is_idle({**ASLEEP, "instances": 3.0, "requests": 0.0})
    assert not is_idle({**ASLEEP, "instances": 1.0, "requests": 1.0, "seconds": 0.1})


def test_a_backlog_makes_the_fleet_grow_until_it_is_shared() -> None:
    threshold = of_type("AWS::CloudWatch::Alarm")["BusyAlarm"]["Threshold"]
    # 20 requests are always there, each answered after 20 s: one a second.
    backlog: dict[str, float | None] = {"requests": 60.0, "seconds": 20.0}
    assert in_an_instance({**backlog, "instances": 1.0}) == pytest.approx(20)
    assert in_an_instance({**backlog, "instances": 2.0}) > threshold
    assert in_an_instance({**backlog, "instances": 3.0}) < threshold


def test_several_instances_with_little_to_do_become_fewer_down_to_one() -> None:
    little: dict[str, float | None] = {"requests": 30.0, "seconds": 1.0}
    assert is_calm({**little, "instances": 2.0})
    assert not is_calm({**little, "instances": 1.0})
    assert not is_calm({"requests": 300.0, "seconds": 1.0, "instances": 4.0})


def test_what_grows_does_not_shrink_at_once() -> None:
    threshold = of_type("AWS::CloudWatch::Alarm")["BusyAlarm"]["Threshold"]
    for instances in (2.0, 3.0, 4.0):
        # Just as much as made it grow to that.
        minute = {"requests": 60.0, "seconds": threshold * (instances - 1), "instances": instances}
        assert not is_calm(minute)


def test_the_policies_ask_for_what_they_are_named_for() -> None:
    policies = of_type("AWS::AutoScaling::ScalingPolicy")
    found = {
        name: (policy["AdjustmentType"], [step["ScalingAdjustment"] for step in policy["StepAdjustments"]])
        for name, policy in policies.items()
    }
    assert found == {
        "Grow": ("ChangeInCapacity", [1, 2]),
        "Shrink": ("ChangeInCapacity", [-1]),
        "Sleep": ("ExactCapacity", [0]),
    }


def test_the_fleet_outlasts_the_start_of_an_instance() -> None:
    idle_seconds = 60 * template()["Parameters"]["FleetIdleMinutes"]["MinValue"]
    assert idle_seconds >= only("AWS::AutoScaling::AutoScalingGroup")["HealthCheckGracePeriod"]


def test_the_fleet_is_told_of_in_the_docs() -> None:
    configuration = (REPOSITORY / "docs" / "configuration.md").read_text()
    assert all(f"`{name}`" in configuration for name in template()["Parameters"] if name.startswith("Fleet"))
