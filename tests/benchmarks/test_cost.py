"""What a document costs: counts times prices, and that the page says what they come to."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from benchmarks.cost import answers, bill, counts
from benchmarks.cost.counts import Counts, Part
from benchmarks.cost.definition import functions_of_states, types_of_states
from benchmarks.cost.lists import SEEN, Lists, count_lists
from benchmarks.cost.prices import FILE, Prices, read_prices
from benchmarks.cost.report import PAGE, write_page
from benchmarks.errors import RunError
from bloomweaver.metrics import own
from bloomweaver.metrics.figures import Deployment, figures_of
from bloomweaver.models.record import Status
from local.config import REPOSITORY
from tests.template import fleet, observability
from tests.template.template import resources, template
from tests.template.transformed import transformed

DOCUMENT = Counts(
    documents=1,
    characters=1000,
    chunks=10,
    states={"Claim": 1, "EmbedBatch": 3, "WhatIsLeft": 1},
    functions={"claim": Part(invocations=1, gb_seconds=0.5), "embed": Part(invocations=3, gb_seconds=1.5)},
    requests={
        "dynamodb PutItem": 2,
        "dynamodb GetItem": 3,
        "dynamodb BatchGetItem": 1,
        "s3 PUT object": 12,
        "s3 GET object": 4,
        "s3 POST bucket": 7,
        "sqs SendMessage": 1,
    },
    run_seconds=2.01,
    record_bytes=1025,
    vector_bytes=2049,
    backup_bytes=50_000,
    log_bytes=20_000,
)
LISTS = Lists(writes=12, reads=2, invocations=2, entries=8, stored_bytes=4096)


@pytest.fixture
def prices() -> Prices:
    """Each price a different power of two, so that no sum comes out right by chance."""
    entries = tomllib.loads(FILE.read_text())
    others = {"region", "models"}
    names = [name for name in entries if name not in others]
    return Prices.model_validate(
        {name: entries[name] for name in others}
        | {name: {**entries[name], "price": float(2**place)} for place, name in enumerate(names)}
    )


def test_a_document_costs_its_units_times_their_prices(prices: Prices) -> None:
    lines = {line.part: line for line in bill.of_document(DOCUMENT, LISTS, prices, chunks_per_second=5.0)}
    assert {part: line.units for part, line in lines.items()} == {
        "API Gateway": 1,
        "Step Functions": 5,
        "Lambda, invocations": 4,
        "Lambda, time": 2.0,
        # Two of 2 kB, to the table and twice to the index; and how far it is, of three batches.
        "DynamoDB, writes": 2 * 2 * 3 + 6,
        "DynamoDB, reads": 4,
        "S3, writes": 12,  # a deletion is free
        "S3, reads": 4,
        "SQS": 3,
        "its run in the lists of runs": 2,
        "its entry in the audit log": 2 + 3 + 2,  # of a transaction, in three indexes, and the record once more
        "CloudWatch Logs": 20.0,
        "X-Ray": 1,
        "embedding instance": 2.0,
        "Pinecone, writes": 10 * 3,
        "lists, writes": 12,
        "lists, reads": 2,
        "lists, invocations": 2,
        "lists, time": 0.05,
    }
    assert lines["lists, writes"].dollars == 12 * prices.dynamodb_write_unit.price
    assert lines["Step Functions"].dollars == 5 * prices.step_functions_transition.price
    assert lines["embedding instance"].dollars == pytest.approx(2 / 3600 * prices.instance_hour.price)
    assert lines["CloudWatch Logs"].dollars == pytest.approx(20_000 / 1e9 * prices.logs_gb.price)
    assert lines["Pinecone, writes"].dollars == 30 * prices.pinecone_write_unit.price
    # It is written to the table and five indexes; the second time, its place in two of them changes.
    changes = 2 * (3 * prices.sqs_request.price + prices.lambda_request.price + 0.025 * prices.lambda_gb_second.price)
    run = changes + (6 + 8) * prices.dynamodb_write_unit.price
    assert lines["its run in the lists of runs"].dollars == pytest.approx(run)


def test_a_run_is_in_as_many_indexes_as_the_bill_says() -> None:
    indexes = resources("AWS::DynamoDB::Table")["RunsTable"]["GlobalSecondaryIndexes"]
    assert len(indexes) == bill.RUN_INDEXES
    assert sum("status" in index["IndexName"] for index in indexes) == bill.RUN_CHANGED_KEYS


def test_an_entry_of_the_audit_log_is_in_as_many_indexes_as_the_bill_says() -> None:
    assert len(resources("AWS::DynamoDB::Table")["AuditTable"]["GlobalSecondaryIndexes"]) == bill.AUDIT_INDEXES


def test_a_record_that_is_written_in_a_transaction_is_counted_as_any(prices: Prices) -> None:
    requests = {**DOCUMENT.requests, "dynamodb PutItem": 1, "dynamodb TransactWriteItems": 1}
    other = DOCUMENT.model_copy(update={"requests": requests})
    assert bill.of_document(other, LISTS, prices, 5.0) == bill.of_document(DOCUMENT, LISTS, prices, 5.0)


def test_every_queue_that_lambda_polls_is_in_the_bill() -> None:
    functions = resources("AWS::Serverless::Function").values()
    events = [event for function in functions for event in function.get("Events", {}).values()]
    assert sum(event["Type"] == "SQS" for event in events) == bill.QUEUES


def test_a_document_is_listed_by_eighteen_writes_and_two_reads() -> None:
    lists = count_lists()
    # What is begun; eight entries; as a transaction what is listed and three folders; then that it is indexed.
    assert lists.writes == 1 + 8 + 2 * (1 + 3) + 1
    assert (lists.reads, lists.invocations, lists.entries) == (2, 2, 8)


def test_what_is_let_through_of_a_document_that_is_created_is_counted() -> None:
    [source] = transformed()["Resources"]["ListingFunctionRecords"]["Properties"]["FilterCriteria"]["Filters"]
    pattern = json.loads(source["Pattern"])
    assert pattern == {"dynamodb": {"NewImage": {"status": {"S": [{"anything-but": ["processing"]}]}}}}
    assert {*SEEN, Status.PROCESSING} == {Status.QUEUED, Status.PROCESSING, Status.INDEXED}


LISTS_AT_MOST = 1.05
"""Times what a document costs without lists."""


def test_lists_are_a_small_part_of_what_a_document_costs() -> None:
    prices, run = read_prices(), counts.read()
    for each in run.sizes.values():
        without = bill.total(bill.without_lists(each, prices, run.chunks_per_second))
        together = bill.total(bill.of_document(each, count_lists(), prices, run.chunks_per_second))
        assert without < together < LISTS_AT_MOST * without


IDLE_MONTH_DOLLARS = 25.0
"""The most that a month costs in which nobody sends or asks anything, without Pinecone's plan."""


def test_an_idle_month_stays_cheap_with_the_whole_template_deployed() -> None:
    assert bill.total(bill.of_idle_month(read_prices())) < IDLE_MONTH_DOLLARS
    # It is counted for what is deployed by default, with a fleet and alarms.
    defaults = {name: str(parameter.get("Default", "")) for name, parameter in template()["Parameters"].items()}
    assert defaults["EmbeddingUrl"] == ""
    assert (defaults["Observability"], defaults["Dashboard"]) == ("true", "false")
    assert (defaults["FleetReach"], defaults["FleetShell"]) == ("public-address", "false")


COSTING_ASLEEP = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "the fleet's load balancer",
    "AWS::SecretsManager::Secret": "secrets",
    "AWS::CloudWatch::Alarm": "alarms",
}
"""Resources that cost by the hour or month, by the line that counts them."""
COSTING_NOTHING_ASLEEP = {
    *("AWS::ApiGateway::Deployment", "AWS::ApiGateway::RestApi", "AWS::ApiGateway::Stage", "AWS::Events::Rule"),
    *("AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route"),
    "AWS::ApiGatewayV2::Stage",
    *("AWS::AutoScaling::AutoScalingGroup", "AWS::AutoScaling::LifecycleHook", "AWS::AutoScaling::ScalingPolicy"),
    *("AWS::CloudFormation::Stack", "AWS::DynamoDB::Table", "AWS::EC2::InternetGateway", "AWS::EC2::LaunchTemplate"),
    *("AWS::EC2::Route", "AWS::EC2::RouteTable", "AWS::EC2::SecurityGroup", "AWS::EC2::Subnet", "AWS::EC2::VPC"),
    *("AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPCGatewayAttachment", "AWS::IAM::InstanceProfile"),
    *("AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::IAM::Role"),
    *("AWS::Lambda::EventSourceMapping", "AWS::Lambda::Function", "AWS::Lambda::LayerVersion", "AWS::SQS::Queue"),
    *("AWS::Lambda::Permission", "AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::S3::BucketPolicy"),
    *("AWS::SNS::Subscription", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"),
    *("AWS::StepFunctions::StateMachine",),
}
ONLY_BY_CHOICE = {"Dashboard", "ApiFirewall", "SsmEndpoint", "SsmMessagesEndpoint"} | {
    *("EcrApiEndpoint", "EcrRegistryEndpoint", "LogsEndpoint")
}
FREE_ENDPOINTS = {"S3Gateway", "DynamoDbGateway"}


def test_nothing_that_costs_asleep_is_left_out_of_the_bill(prices: Prices) -> None:
    """What is added to the template has to be named here as free asleep, or to have its line in the bill."""
    parts = {line.part for line in bill.of_idle_month(prices)}
    assert set(COSTING_ASLEEP.values()) <= parts
    stacks = (transformed(), fleet.fleet(), observability.observability())
    for name, entry in ((name, entry) for stack in stacks for name, entry in stack["Resources"].items()):
        if name in ONLY_BY_CHOICE or name in FREE_ENDPOINTS:
            assert "Condition" in entry or entry["Properties"]["VpcEndpointType"] == "Gateway", name
        else:
            assert entry["Type"] in {*COSTING_ASLEEP, *COSTING_NOTHING_ASLEEP}, name


def test_an_idle_month_is_polls_sweeps_alarms_and_a_load_balancer(prices: Prices) -> None:
    polls, sweeps, looks, secrets, alarms, balancer, math, instances = bill.of_idle_month(prices)
    assert looks.units == pytest.approx(730 * 4)
    assert polls.units == 4 * 5 * 730 * 3600 / 20
    assert polls.dollars == polls.units * prices.sqs_request.price
    assert sweeps.units == pytest.approx(730 * 12)
    assert secrets.dollars == bill.SECRETS * prices.secret_month.price
    assert alarms.dollars == bill.ALARM_METRICS * prices.alarm_month.price
    assert balancer.dollars == 730 * prices.load_balancer_hour.price
    assert math.dollars == bill.FLEET_ALARM_METRICS * prices.alarm_month.price
    assert instances.dollars == 0


def test_a_watcher_costs_minutes_and_messages(prices: Prices) -> None:
    connection, messages, tickets, calls, reads, writes = bill.of_watcher(prices)
    assert connection.dollars == 730 * 60 * prices.websocket_minute.price
    assert messages.units == 2 * (730 * 60 + 730)
    assert messages.dollars == messages.units * prices.websocket_message.price
    assert tickets.dollars == 730 * prices.api_request.price
    assert calls.units == 730 * 60 + 2 * 730
    assert reads.dollars == reads.units * prices.dynamodb_read_unit.price
    assert writes.dollars == writes.units * prices.dynamodb_write_unit.price
    assert bill.total(bill.of_watcher(read_prices())) < 1


def test_nobody_watching_costs_next_to_nothing_beside_a_document(prices: Prices) -> None:
    nobody, each = bill.of_telling(DOCUMENT, prices)
    assert nobody.units == each.units == 1000 * (DOCUMENT.requests["dynamodb PutItem"] + 6)
    counted = counts.read()
    medium = counted.sizes["medium"]
    documents = 1000 * bill.total(bill.of_document(medium, count_lists(), read_prices(), counted.chunks_per_second))
    assert bill.of_telling(medium, read_prices())[0].dollars < 0.01 * documents


def test_figures_cost_what_is_sent_and_what_is_read(prices: Prices) -> None:
    sent, read = bill.of_figures(prices)
    assert sent.dollars == bill.FIGURE_METRICS * prices.metric_month.price
    calls = 0.075 * prices.lambda_gb_second.price + prices.lambda_request.price + prices.api_request.price
    assert read.dollars == 60 * bill.FIGURE_QUERIES * prices.metric_read.price + 240 * calls


def test_figures_are_counted_with_what_they_are_made_of() -> None:
    environment = template()["Resources"]["MetricsFunction"]["Properties"]["Environment"]["Variables"]
    deployment = Deployment(
        stack="stack",
        stage="v1",
        queues={name: name for name in environment if name.endswith("_QUEUE_URL")},
        dead_letter_queues={name: name for name in environment if name.endswith("_DLQ_URL")},
        fleet_group="fleet",
    )
    queries = {query for figure in figures_of(deployment) for query in figure.queries}
    assert len(queries) == bill.FIGURE_QUERIES
    of_figures_alone = {
        *(own.REQUEST_DURATION, own.REQUESTS_REFUSED, own.REQUESTS_FAILED),
        *(own.DOCUMENTS_EDITED, own.DOCUMENTS_DELETED, own.TOKENS_EMBEDDED),
        *(own.ANSWER_TOKENS_READ, own.ANSWER_TOKENS_WRITTEN),
    }
    metrics = {(query.name, query.dimensions) for query in queries if query.name in of_figures_alone}
    assert len(metrics) == bill.FIGURE_METRICS


def test_an_answer_costs_its_machinery_and_its_tokens(prices: Prices) -> None:
    extractive = {line.part: line for line in answers.machinery(answers.EXTRACTIVE, prices)}
    model = {line.part: line for line in answers.machinery(answers.MODEL, prices)}
    assert extractive["Step Functions"].dollars == 6000 * prices.step_functions_transition.price
    assert extractive["API Gateway"].units == 3000
    # Five parts more are written, and its tokens are counted in a transaction.
    assert model["DynamoDB, writes"].units - extractive["DynamoDB, writes"].units == 1000 * (5 * 4 + 4)
    assert model["Lambda, time"].units - extractive["Lambda, time"].units == pytest.approx(5500 * 1769 / 1024)
    nova = read_prices().models["amazon.nova-lite-v1:0"]
    assert answers.tokens(nova) == pytest.approx(3.6 * 0.06 + 0.25 * 0.24)
    assert answers.together(nova, prices) == pytest.approx(bill.total(list(model.values())) + answers.tokens(nova))
    assert answers.together(None, prices) == bill.total(list(extractive.values()))


def test_an_answer_goes_through_as_many_states_as_the_bill_says() -> None:
    states = json.loads((REPOSITORY / "statemachines" / "answer.asl.json").read_text())["States"]
    assert len(set(states) - {"Overtaken", "RecordAnswerFailure", "Failed"}) == answers.TRANSITIONS


def test_the_sizes_of_functions_that_answer_are_the_templates() -> None:
    sizes = {name: resources("AWS::Serverless::Function")[f"{name}Function"].get("MemorySize", 256) for name in _SIZES}
    assert sizes == _SIZES


_SIZES = {"Chats": 512, "Retrieve": 1769, "Generate": 1769, "Fence": 256, "Store": 256}


def test_a_wake_costs_an_instances_minutes(prices: Prices) -> None:
    *parts, together = bill.of_wake(prices)
    hour = prices.instance_hour.price + 10 * prices.disk_gb_month.price / 730 + prices.public_address_hour.price
    assert [line.units for line in parts] == [3, 15, 3]
    assert together.dollars == pytest.approx(sum(line.dollars for line in parts)) == pytest.approx(21 / 60 * hour)


def test_a_choice_costs_more_or_less_than_what_is_the_default(prices: Prices) -> None:
    choices = {line.part: line.dollars for line in bill.of_choices(prices)}
    endpoint = 730 * prices.interface_endpoint_hour.price
    assert choices["endpoints in the place of public addresses (`FleetReach`)"] == 3 * endpoint
    assert choices["Session Manager beside endpoints (`FleetShell`)"] == 2 * endpoint
    assert choices["a dashboard (`Dashboard`)"] == prices.dashboard_month.price
    fleets = [line.dollars for line in bill.of_idle_month(prices) if line.part.startswith("the fleet's")]
    assert choices["no fleet (`EmbeddingUrl`)"] == pytest.approx(-sum(fleets))


def test_the_comparisons_are_far_below_what_reading_everything_each_day_would_be() -> None:
    daily, weekly, lists, together, everything = bill.of_comparisons(DOCUMENT, LISTS, read_prices())
    assert everything.dollars == pytest.approx(65, abs=1.5)
    assert together.dollars == pytest.approx(daily.dollars + weekly.dollars + lists.dollars)
    # Half a unit to go through 4 kB, and 9.5 to look a document up; of 100,000 documents.
    days, weeks = 730 / 24, 730 / 24 / 7
    assert lists.units == pytest.approx(100_000 * (days * (0.5 + 9.5 / 7) + weeks * (0.5 + 9.5)))
    assert together.dollars < 0.4 * everything.dollars
    assert template()["Parameters"]["ReconcileShare"]["Default"] == bill.SHARE


def test_what_the_fleet_is_counted_with_is_what_its_template_has() -> None:
    endpoints = {name: each for name, each in fleet.of_type("AWS::EC2::VPCEndpoint").items() if "SubnetIds" in each}
    optional = [name for name in endpoints if fleet.fleet()["Resources"][name]["Condition"] == "HasShell"]
    assert sum(len(each["SubnetIds"]) for each in endpoints.values()) == bill.FLEET_ENDPOINTS + bill.SHELL_ENDPOINTS
    assert len(optional) == bill.SHELL_ENDPOINTS
    of_the_fleet = ("IdleFleetAlarm", "FleetNeverReadyAlarm")
    alarms = [
        *fleet.of_type("AWS::CloudWatch::Alarm").values(),
        *(observability.alarms()[name] for name in of_the_fleet),
    ]
    assert sum(len(observability.metrics_of_alarm(each)) for each in alarms if each) == bill.FLEET_ALARM_METRICS
    assert len(fleet.of_type("AWS::EC2::Subnet")) == bill.ZONES
    [disk] = fleet.only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]["BlockDeviceMappings"]
    assert disk["Ebs"]["VolumeSize"] == bill.FLEET_DISK_GB
    assert template()["Parameters"]["FleetIdleMinutes"]["Default"] == bill.IDLE_MINUTES


def test_a_change_saves_what_it_leaves_out(prices: Prices) -> None:
    express, flow, backups, log = bill.changes({"one": DOCUMENT}, prices, {"WhatIsLeft": "Choice", "Claim": "Task"})
    transition = prices.step_functions_transition.price
    child = (
        prices.step_functions_express_request.price + 2.1 * 64 / 1024 * prices.step_functions_express_gb_second.price
    )
    assert express.saves["one"] == pytest.approx(3 * transition - child)
    assert flow.saves["one"] == transition
    assert backups.saves["one"] == 9 * prices.s3_write_request.price
    assert log.saves["one"] == pytest.approx(20_000 / 1e9 * prices.logs_gb.price)


def test_every_secret_and_every_alarm_but_the_fleets_is_counted() -> None:
    # That of a model is there only with `Generator` openai.
    assert len(set(resources("AWS::SecretsManager::Secret")) - {"GeneratorSecret"}) == bill.SECRETS
    counted = {name: len(observability.metrics_of_alarm(alarm)) for name, alarm in observability.alarms().items()}
    assert sum(counted.values()) - counted["IdleFleetAlarm"] - counted["FleetNeverReadyAlarm"] == bill.ALARM_METRICS


def test_a_price_that_is_missing_is_named() -> None:
    entries = tomllib.loads(FILE.read_text())
    del entries["trace"]
    with pytest.raises(ValidationError, match="trace"):
        Prices.model_validate(entries)


def test_the_counted_states_are_those_of_the_definition() -> None:
    for each in counts.read().sizes.values():
        assert set(each.states) <= set(types_of_states())


def test_the_functions_of_the_states_are_those_of_the_folders() -> None:
    folders = {path.parent.name for path in (REPOSITORY / "functions").glob("*/handler.py")}
    assert functions_of_states()["WriteS3"] == "s3_writer"
    assert set(functions_of_states().values()) <= folders


def test_the_page_says_what_counts_and_prices_come_to(tmp_path: Path) -> None:
    page = tmp_path / "cost.md"
    shutil.copy(PAGE, page)
    write_page(counts.read(), read_prices(), page)
    assert page.read_text() == PAGE.read_text(), "run `python -m benchmarks.cost --no-run`"


def test_a_page_without_a_marker_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "cost.md"
    page.write_text(PAGE.read_text().replace("<!-- cost-idle: end -->", ""))
    with pytest.raises(RunError, match="cost-idle"):
        write_page(counts.read(), read_prices(), page)
