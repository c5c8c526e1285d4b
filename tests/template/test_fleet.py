"""The fleet: closed to all but the embed function, cheap asleep, and still while it sleeps or starts."""

import json
import re
import subprocess
from itertools import pairwise
from typing import Any

import pytest

from embedding_service.settings import Settings as ServiceSettings
from tests.template.fleet import (
    attributes,
    fleet,
    in_an_instance,
    is_calm,
    is_idle,
    is_never_ready,
    of_type,
    only,
    user_data,
)
from tests.template.template import REPOSITORY, function, resources, statements, target, template, value

NESTED = resources("AWS::CloudFormation::Stack")["EmbeddingFleet"]
MAX_SECONDS_OF_A_REQUEST = 60
NOTHING: dict[str, float | None] = dict.fromkeys(("instances", "desired", "requests", "refused", "seconds", "healthy"))
"""No metric was sent at all."""
ASLEEP: dict[str, float | None] = {**NOTHING, "instances": 0.0, "desired": 0.0, "healthy": 0.0}
AWAKE: dict[str, float | None] = {**NOTHING, "instances": 1.0, "desired": 1.0, "healthy": 1.0}

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


def test_wake_may_set_the_capacity_of_this_group_describe_groups_note_progress_and_nothing_else() -> None:
    allowed = [each for each in statements(function("WakeFunction")) if each["Effect"] == "Allow"]
    assert [each["Action"] for each in allowed] == [
        ["autoscaling:SetDesiredCapacity"],
        ["autoscaling:DescribeAutoScalingGroups"],
        ["cloudwatch:DescribeAlarmHistory"],
        ["dynamodb:UpdateItem"],
    ]
    [arn] = allowed[0]["Resource"]
    name = only("AWS::AutoScaling::AutoScalingGroup")["AutoScalingGroupName"]["Fn::Sub"]
    assert NESTED["Parameters"]["Service"] == {"Ref": "AWS::StackName"}
    assert arn["Fn::Sub"].endswith(f":autoScalingGroupName/{name.replace('${Service}', '${AWS::StackName}')}")


def test_the_idle_alarm_knows_the_group() -> None:
    given = resources("AWS::CloudFormation::Stack")["ObservabilityStack"]["Parameters"]["FleetGroupName"]
    assert given == {"Fn::If": ["HasFleet", {"Fn::GetAtt": ["EmbeddingFleet", "Outputs.GroupName"]}, ""]}


# The network ----------------------------------------------------------------------------------------------------------


WAY_OUT = {"Gateway", "GatewayAttachment", "WayOut"}
WITH_ENDPOINTS = {"EndpointGroup", "EcrApiEndpoint", "EcrRegistryEndpoint", "LogsEndpoint"}


def under(condition: str) -> set[str]:
    """The logical ids of what is there under a condition."""
    return {name for name, entry in fleet()["Resources"].items() if entry.get("Condition") == condition}


def test_a_way_out_is_there_only_where_instances_have_an_address_and_endpoints_only_where_they_have_none() -> None:
    kinds = {name: entry["Type"] for name, entry in fleet()["Resources"].items()}
    assert {name for name, kind in kinds.items() if re.search("Gateway|NatGateway|EIP|::Route$", kind)} == WAY_OUT
    assert under("HasPublicAddress") == WAY_OUT
    assert under("HasEndpoints") == WITH_ENDPOINTS
    conditions = fleet()["Conditions"]
    assert conditions["HasEndpoints"] == {"Fn::Equals": [{"Ref": "Reach"}, "endpoints"]}
    assert conditions["HasPublicAddress"] == {"Fn::Equals": [{"Ref": "Reach"}, "public-address"]}
    for subnet in of_type("AWS::EC2::Subnet").values():
        assert subnet["MapPublicIpOnLaunch"] == {"Fn::If": ["HasPublicAddress", True, False]}


def test_nothing_leads_in_from_the_internet_whatever_is_chosen() -> None:
    assert only("AWS::ElasticLoadBalancingV2::LoadBalancer")["Scheme"] == "internal"
    for name, group in of_type("AWS::EC2::SecurityGroup").items():
        for rule in group.get("SecurityGroupIngress", ()):
            assert set(rule) >= {"SourceSecurityGroupId"}, name
            assert not {"CidrIp", "CidrIpv6"} & set(rule), name
    assert not {entry["Type"] for entry in fleet()["Resources"].values()} & {
        *("AWS::EC2::SecurityGroupIngress", "AWS::EC2::VPCPeeringConnection", "AWS::EC2::VPNGateway")
    }
    # Out of an instance goes what a client asks over TLS, and nothing else.
    [out] = of_type("AWS::EC2::SecurityGroup")["InstanceGroup"]["SecurityGroupEgress"]
    assert (out["FromPort"], out["ToPort"]) == (443, 443)


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
    assert services == {"s3", "dynamodb", "ecr.api", "ecr.dkr", "logs", "ssm", "ssmmessages"}
    for name, endpoint in endpoints.items():
        service = endpoint["ServiceName"]["Fn::Sub"].partition("${AWS::Region}.")[2]
        condition = (
            None if service in ("s3", "dynamodb") else "HasShell" if service.startswith("ssm") else "HasEndpoints"
        )
        assert fleet()["Resources"][name].get("Condition") == condition
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


def test_from_the_network_progress_can_be_noted_and_nothing_else_of_any_table() -> None:
    [statement] = of_type("AWS::EC2::VPCEndpoint")["DynamoDbGateway"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "dynamodb:UpdateItem"
    assert statement["Resource"]["Fn::Sub"].endswith(":table/${ProgressTableName}")


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
    assert (condition, shell["PolicyName"], without) == ("MayOpenShell", "session-manager", {"Ref": "AWS::NoValue"})
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


WIDELY_OFFERED = r"[cmr][56]i?\.large"
"""Intel's generations that are in every region and in most zones, with AVX-512, and two vCPUs each."""


def test_the_types_are_a_parameter_of_four_that_are_offered_widely() -> None:
    parameter = template()["Parameters"]["FleetInstanceTypes"]
    types = parameter["Default"].split(",")
    assert re.search(parameter["AllowedPattern"], parameter["Default"])
    assert not re.search(parameter["AllowedPattern"], "c7i.large,m7i.large")
    assert not re.search(parameter["AllowedPattern"], "c7i.large, m7i.large, r7i.large, c7a.large")
    assert len(set(types)) == 4
    assert all(re.fullmatch(WIDELY_OFFERED, kind) for kind in types)
    policy = only("AWS::AutoScaling::AutoScalingGroup")["MixedInstancesPolicy"]
    split = {"Fn::Split": [",", {"Ref": "InstanceTypes"}]}
    overrides = [override["InstanceType"] for override in policy["LaunchTemplate"]["Overrides"]]
    assert overrides == [{"Fn::Select": [number, split]} for number in range(4)]
    assert NESTED["Parameters"]["InstanceTypes"] == {"Ref": "FleetInstanceTypes"}
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


@pytest.mark.parametrize("name", ["BusyAlarm", "CalmAlarm", "IdleAlarm", "NeverReadyAlarm"])
def test_every_alarm_says_what_a_missing_value_means_and_runs_a_policy(name: str) -> None:
    alarm = of_type("AWS::CloudWatch::Alarm")[name]
    assert alarm["TreatMissingData"] == "notBreaching"
    [policy] = alarm["AlarmActions"]
    assert target(policy) in of_type("AWS::AutoScaling::ScalingPolicy")


def test_no_alarm_rests_on_filling_what_is_missing() -> None:
    # Whether it fills a metric that was not sent in the whole window was never tried.
    for name, alarm in of_type("AWS::CloudWatch::Alarm").items():
        assert not [query for query in alarm["Metrics"] if "FILL" in query.get("Expression", "")], name


def test_nothing_moves_a_fleet_that_sleeps() -> None:
    for minute in (NOTHING, ASLEEP, {**ASLEEP, "refused": 20.0}):
        assert not is_idle(minute)
        assert not is_calm(minute)
        assert not is_never_ready(minute)
        assert in_an_instance(minute) == 0


def test_nothing_moves_a_fleet_that_starts_while_documents_wait_for_it() -> None:
    for instances in (None, 0.0, 1.0):
        minute = {**ASLEEP, "desired": 1.0, "instances": instances, "refused": 20.0}
        assert not is_idle(minute)
        assert in_an_instance(minute) == 0


def test_a_fleet_that_nobody_asks_goes_to_sleep_and_no_other() -> None:
    assert is_idle(AWAKE)
    assert is_idle({**AWAKE, "desired": 3.0, "requests": 0.0})
    assert not is_idle({**AWAKE, "requests": 1.0, "seconds": 0.1})


def test_a_fleet_that_never_comes_up_goes_to_sleep_too_when_nobody_asks_any_more() -> None:
    # Each of its instances is replaced before it is in service for long; what is wanted says that they cost.
    assert is_idle({**ASLEEP, "desired": 1.0})
    assert is_idle({**NOTHING, "desired": 1.0})


def test_a_fleet_of_which_no_instance_becomes_ready_is_given_up_whoever_asks() -> None:
    asked: dict[str, float | None] = {**ASLEEP, "desired": 1.0, "refused": 50.0}
    assert is_never_ready(asked)
    assert is_never_ready({**asked, "healthy": None})
    assert not is_never_ready({**asked, "healthy": 1.0})
    alarm = of_type("AWS::CloudWatch::Alarm")["NeverReadyAlarm"]
    assert target(alarm["AlarmActions"][0]) == "Sleep"
    # Several times as long as an instance is given to start.
    grace = only("AWS::AutoScaling::AutoScalingGroup")["HealthCheckGracePeriod"]
    assert 60 * alarm["EvaluationPeriods"] >= 4 * grace


def test_another_image_or_launch_is_another_alarm() -> None:
    # The wake function goes by the alarm's history since it was deployed.
    described = of_type("AWS::CloudWatch::Alarm")["NeverReadyAlarm"]["AlarmDescription"]["Fn::Sub"]
    assert {"${Image}", "${LaunchTemplate.LatestVersionNumber}", "${InstanceTypes}"} <= set(
        re.findall(r"\$\{.*?\}", described)
    )
    given = function("WakeFunction")["Environment"]["Variables"]["FLEET_NEVER_READY_ALARM"]
    assert given["Fn::If"][1] == {"Fn::GetAtt": ["EmbeddingFleet", "Outputs.NeverReadyAlarmName"]}


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
    assert is_calm({**NOTHING, "instances": 2.0})
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
