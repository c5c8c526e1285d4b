"""The WebSocket API of live messages: throttled, without a log that has tickets, and fed by the records' stream."""

import json
from collections import defaultdict
from typing import Any

import pytest

from bloomweaver.adapters.chat_keys import chat_item, message_item, noted_place
from bloomweaver.chats.ports import MessagePlace
from bloomweaver.live.connection import LONGEST_SECONDS
from bloomweaver.live.tickets import GOOD_SECONDS
from tests.template.template import as_list, function, resources, statements, target, template, value
from tests.template.transformed import created

[(API, PROPERTIES)] = [
    (name, each) for name, each in resources("AWS::ApiGatewayV2::Api").items() if each["ProtocolType"] == "WEBSOCKET"
]
STAGES = resources("AWS::ApiGatewayV2::Stage")
ROUTES = resources("AWS::ApiGatewayV2::Route")
POSTING = ["ConnectionFunction", "TellFunction"]
TELLING_ANSWERS = ["GenerateFunction"]


def stream_event(name: str, table: str) -> dict[str, Any]:
    """The event of a function that the stream of a table is handed to."""
    events = [event["Properties"] for event in function(name)["Events"].values() if event["Type"] == "DynamoDB"]
    [found] = [event for event in events if event["Stream"] == {"Fn::GetAtt": [table, "StreamArn"]}]
    properties: dict[str, Any] = found
    return properties


def test_every_stage_of_a_websocket_is_throttled() -> None:
    assert {target(stage["ApiId"]) for stage in STAGES.values()} == {API}
    for stage in STAGES.values():
        settings = stage["DefaultRouteSettings"]
        assert 1 <= value(settings["ThrottlingRateLimit"]) < 10_000
        assert 1 <= value(settings["ThrottlingBurstLimit"]) < 5_000


@pytest.mark.parametrize("name", sorted(STAGES))
def test_no_log_of_a_stage_has_what_came(name: str) -> None:
    """A ticket is in the query, and in what a renewal sends."""
    settings = STAGES[name]["DefaultRouteSettings"]
    assert settings["DataTraceEnabled"] is False
    assert settings["LoggingLevel"] == "OFF"
    # Where somebody adds a log of accesses, its lines are to have neither.
    format_ = STAGES[name].get("AccessLogSettings", {}).get("Format", "")
    for variable in ("querystring", "query", "path", "input", "request.body"):
        assert variable not in format_.lower()


def test_everything_that_comes_goes_to_one_function_which_api_gateway_may_invoke() -> None:
    assert {route["RouteKey"] for route in ROUTES.values()} == {"$connect", "$disconnect", "$default"}
    [(integration, properties)] = resources("AWS::ApiGatewayV2::Integration").items()
    assert properties["IntegrationType"] == "AWS_PROXY"
    assert "${ConnectionFunction.Arn}" in properties["IntegrationUri"]["Fn::Sub"]
    for route in ROUTES.values():
        assert target(route["ApiId"]) == API
        assert route["Target"] == {"Fn::Sub": f"integrations/${{{integration}}}"}
    permissions = created("AWS::Lambda::Permission").values()
    [own] = [each for each in permissions if each["FunctionName"] == {"Ref": "ConnectionFunction"}]
    assert f"${{{API}}}" in own["SourceArn"]["Fn::Sub"]


def test_an_action_is_where_a_route_would_be_chosen_by() -> None:
    assert PROPERTIES["RouteSelectionExpression"] == "$request.body.action"


@pytest.mark.parametrize("name", POSTING)
def test_who_posts_may_post_and_end_connections_of_this_api_and_no_more(name: str) -> None:
    managing = [each for each in statements(function(name)) if "execute-api:ManageConnections" in each["Action"]]
    found = [resource["Fn::Sub"] for each in managing for resource in as_list(each["Resource"])]
    [stage] = [each["StageName"] for each in STAGES.values()]
    assert sorted(each.rpartition(":")[2] for each in found) == [
        f"${{{API}}}/{stage}/DELETE/@connections/*",
        f"${{{API}}}/{stage}/POST/@connections/*",
    ]


@pytest.mark.parametrize("name", TELLING_ANSWERS)
def test_who_tells_of_answers_may_post_and_end_nothing(name: str) -> None:
    managing = [each for each in statements(function(name)) if "execute-api:ManageConnections" in each["Action"]]
    [resource] = [resource["Fn::Sub"] for each in managing for resource in as_list(each["Resource"])]
    [stage] = [each["StageName"] for each in STAGES.values()]
    assert resource.rpartition(":")[2] == f"${{{API}}}/{stage}/POST/@connections/*"


def test_nobody_else_may_post() -> None:
    for name in resources("AWS::Serverless::Function"):
        may = any("execute-api:ManageConnections" in each["Action"] for each in statements(function(name)))
        assert may == (name in (*POSTING, *TELLING_ANSWERS)), name


def test_messages_come_from_the_stream_and_are_given_up_after_a_minute() -> None:
    event = stream_event("TellFunction", "DocumentsTable")
    assert event["MaximumRecordAgeInSeconds"] == 60
    # Every change: also that a document is worked on now.
    assert "FilterCriteria" not in event


def test_progress_comes_from_a_stream_of_its_own_and_is_given_up_as_soon() -> None:
    event = stream_event("TellFunction", "ProgressTable")
    assert event["MaximumRecordAgeInSeconds"] == 60
    assert resources("AWS::DynamoDB::Table")["ProgressTable"]["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    [pattern] = [json.loads(each["Pattern"]) for each in event["FilterCriteria"]["Filters"]]
    # An item that expires is no news.
    assert pattern == {"eventName": ["INSERT", "MODIFY"]}


def test_chats_come_from_a_stream_that_has_nothing_of_a_question() -> None:
    event = stream_event("TellFunction", "ChatsTable")
    assert event["MaximumRecordAgeInSeconds"] == 60
    assert resources("AWS::DynamoDB::Table")["ChatsTable"]["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    [pattern] = [json.loads(each["Pattern"]) for each in event["FilterCriteria"]["Filters"]]
    taken = tuple(each["prefix"] for each in pattern["dynamodb"]["Keys"]["item"]["S"])
    assert all(item.startswith(taken) for item in (chat_item("c"), message_item("c", "m")))
    noted = noted_place(MessagePlace("o", "c", "m"))
    assert not any(item.startswith(taken) for item in (noted, "questions#", "tokens#", "counted#"))


def test_no_stream_has_more_readers_than_it_bears() -> None:
    """DynamoDB: more than two readers of a shard may be throttled."""
    readers = defaultdict(list)
    for name, properties in resources("AWS::Serverless::Function").items():
        for event in properties.get("Events", {}).values():
            if event["Type"] == "DynamoDB":
                readers[target(event["Properties"]["Stream"])].append(name)
    assert readers == {
        "DocumentsTable": ["ListingFunction", "TellFunction"],
        "ProgressTable": ["TellFunction"],
        "ChatsTable": ["TellFunction"],
    }


def test_tickets_and_connections_go_by_themselves() -> None:
    table = resources("AWS::DynamoDB::Table")["LiveTable"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert GOOD_SECONDS == 60
    assert LONGEST_SECONDS == 7200


def test_addresses_are_awss_own_but_on_one_machine() -> None:
    assert template()["Parameters"]["LiveEndpoint"]["Default"] == ""
    [stage] = [each["StageName"] for each in STAGES.values()]
    host = f"${{{API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{stage}"
    urls = {
        name: function(name)["Environment"]["Variables"][variable]["Fn::If"]
        for name, variable in (
            ("LiveFunction", "LIVE_URL"),
            ("ConnectionFunction", "LIVE_CONNECTIONS_URL"),
            ("TellFunction", "LIVE_CONNECTIONS_URL"),
        )
    }
    assert {condition for condition, _, _ in urls.values()} == {"HasLiveEndpoint"}
    on_aws = {name: url["Fn::Sub"] for name, (_, _, url) in urls.items()}
    assert on_aws == {
        "LiveFunction": f"wss://{host}",
        "ConnectionFunction": f"https://{host}",
        "TellFunction": f"https://{host}",
    }
    assert "127.0.0.1" not in json.dumps(on_aws)
