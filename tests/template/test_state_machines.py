"""The definitions' rules: bounded, retried where that helps, no failure called a success, no text on the way."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bloomweaver import errors
from bloomweaver.models.record import Outcome
from bloomweaver.recovery.rules import NOT_INVOKED
from tests.statemachines import definitions
from tests.statemachines.definitions import Definition, State
from tests.template import source
from tests.template.template import function, resources, statements, target, template, value

NAMES = definitions.NAMES
OPERATIONS = ("create", "update", "delete")
MACHINES = {name: f"{name.title().replace('_', '')}StateMachine" for name in NAMES}
BRANCHES = {"PineconeWriter": ("pinecone", "${PineconeDLQ}"), "S3Writer": ("s3", "${S3DLQ}")}
INVOKE = "arn:aws:states:::lambda:invoke"
SEND = "arn:aws:states:::sqs:sendMessage"
DELETE = "arn:aws:states:::aws-sdk:sqs:deleteMessage"
NOTE = "arn:aws:states:::dynamodb:updateItem"

NO_PLACE = {
    *("Lambda.TooManyRequestsException", "Lambda.EC2ThrottledException"),
    *("Lambda.ENILimitReachedException", "Lambda.SubnetIPAddressLimitReachedException"),
    *("Lambda.ResourceNotReadyException", "Lambda.ENINotReadyException", "Lambda.ResourceConflictException"),
}
"""What Lambda says where it did not begin an invocation, and may later: the account's places are taken, or after idle
weeks the function's network interface is gone and is made anew."""
THROTTLED_SECONDS = 30 * 60
"""How long a run waits for a place, in the mean."""
NOT_OURS = {
    *("States.ALL", "States.Timeout", "States.TaskFailed"),
    *("Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"),
    *("Lambda.ClientExecutionTimeoutException", "Lambda.Unknown", "Sandbox.Timedout"),
    *("Runtime.ExitError", "Runtime.Unknown"),
    *NO_PLACE,
}
"""Names that Step Functions and Lambda give their own errors."""
LAMBDAS_OWN = NOT_OURS - {"States.ALL", "States.TaskFailed"}

TRANSIENT_OF_PORT: dict[str, set[type[errors.TransientError]]] = {
    "records": {errors.StorageUnavailable},
    "epochs": {errors.StorageUnavailable},
    "objects": {errors.StorageUnavailable},
    "uploads": {errors.StorageUnavailable},
    "backups": {errors.BackupUnavailable},
    "sources": {errors.StorageUnavailable},
    "contents": {errors.StorageUnavailable},
    "source_giver": {errors.StorageUnavailable, errors.BackupUnavailable},
    "queue": {errors.StorageUnavailable},
    "rebuilds": {errors.StorageUnavailable},
    "lists": {errors.StorageUnavailable},
    "change_register": {errors.StorageUnavailable},
    "listing": {errors.StorageUnavailable},
    "embedder": {errors.EmbeddingUnavailable, errors.EmbeddingOverloaded, errors.ModelChanged},
    "indexes": {errors.StorageUnavailable},
    "fleet": {errors.FleetUnavailable, errors.FleetNeverReady},
    "chats": {errors.StorageUnavailable, errors.RecordContended},
    "chat_items": {errors.StorageUnavailable},
    "usage": {errors.StorageUnavailable, errors.RecordContended},
    "standings": {errors.StorageUnavailable},
    "reranking": set(),  # a search goes on without it
    "search_cache": set(),
    "answer_listeners": set(),  # who is not told reads it
    "encoder": {errors.StorageUnavailable},
    "generator": {errors.GeneratorUnavailable, errors.GeneratorOverloaded},
    "noting": set(),
    "index_stores": {errors.VectorIndexThrottled, errors.VectorIndexUnavailable, errors.StorageUnavailable},
}
"""What each of the ports that a task takes can raise for a while."""

KEYS_BETWEEN_STATES = {
    "Cause",  # an empty one, for an error without
    *("doc_hash", "version", "attempt", "operation", "correlation_id", "execution_arn"),
    *("model", "index", "batch", "chunk_count", "batches", "reused", "embedded", "artifacts"),
    *("batch_count", "awaited"),
    *("wakes", "restarts", "count", "fleet", "state"),
    *("branch", "task", "outcome", "branches", "pinecone", "s3"),
    *("status", "stale", "stale_count"),
    *("error", "type", "message", "merged", "failed_at"),
    *("reconciliation", "repair", "contents", "share", "progress", "phase", "cursor", "parts", "tallies", "counts"),
    *("rebuild", "source", "started_at", "items", "key", "size", "restored", "max_concurrency"),
    *("reindex", "scanned", "accepted", "watched", "unsettled", "patience", "named", "retiring", "retired"),
    *("folder_change", "change", "begun", "caught_up", "looked"),
    *("owner", "chat_id", "message_id", "fence", "verdict"),
    *("letter", "queue_url", "redrives", "message_id", "receipt_handle", "next", "outcomes", "any_failed"),
}
"""Keys and counts, how things went, and an error's words. No text, no vectors."""


def every_state(name: str) -> list[tuple[str, State]]:
    return list(definitions.states(definitions.load(name)))


def all_states() -> list[Any]:
    return [pytest.param(state, id=f"{name}:{path}") for name in NAMES for path, state in every_state(name)]


def tasks() -> list[Any]:
    return [param for param in all_states() if param.values[0]["Type"] == "Task"]


def with_key(key: str) -> list[Any]:
    return [param for param in all_states() if key in param.values[0]]


def branches() -> list[Any]:
    return [
        pytest.param(branch, id=f"{name}:{branch['StartAt']}")
        for name in NAMES
        for _, state in every_state(name)
        for branch in state.get("Branches", ())
    ]


# What the template says of them --------------------------------------------------------------------------------------


def test_each_definition_has_its_state_machine() -> None:
    uris = {name: machine["DefinitionUri"] for name, machine in resources("AWS::Serverless::StateMachine").items()}
    assert uris == {MACHINES[name]: f"statemachines/{name}.asl.json" for name in NAMES}
    assert {machine["Type"] for machine in resources("AWS::Serverless::StateMachine").values()} == {"STANDARD"}


@pytest.mark.parametrize("name", NAMES)
def test_every_placeholder_has_its_value_and_no_value_is_left_over(name: str) -> None:
    substitutions = resources("AWS::Serverless::StateMachine")[MACHINES[name]]["DefinitionSubstitutions"]
    assert set(re.findall(r"\$\{(\w+)\}", definitions.text(name))) == set(substitutions)
    assert {placeholder: target(given) for placeholder, given in substitutions.items()} == {
        placeholder: placeholder for placeholder in substitutions
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_state_machine_may_call_what_its_definition_calls_and_nothing_else(name: str) -> None:
    machine = resources("AWS::Serverless::StateMachine")[MACHINES[name]]
    allowed = {"lambda:InvokeFunction": set[str](), "sqs:SendMessage": set[str]()}
    for statement in statements(machine):
        for action in allowed.keys() & set(statement["Action"]):
            allowed[action] |= {target(resource) for resource in statement["Resource"]}
    used = {target(given) for given in machine["DefinitionSubstitutions"].values()}
    functions, queues = set(resources("AWS::Serverless::Function")), set(resources("AWS::SQS::Queue"))
    assert allowed == {"lambda:InvokeFunction": used & functions, "sqs:SendMessage": used & queues}
    others = {"rebuild": {"ArtifactsBucket", "BackupsBucket"}, "redrive": {"ProgressTable"}}
    assert used - functions - queues == others.get(name, set())


# Bounds --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_run_is_bounded(name: str) -> None:
    assert definitions.load(name)["TimeoutSeconds"] > 0


@pytest.mark.parametrize("state", tasks())
def test_a_task_is_bounded_and_leaves_its_function_the_time_it_has(state: State) -> None:
    assert state["Resource"] in (INVOKE, SEND, DELETE, NOTE)
    called = definitions.function_of(state)
    assert state["TimeoutSeconds"] >= (function(f"{called}Function")["Timeout"] if called else 1)


@pytest.mark.parametrize("state", with_key("ItemProcessor"))
def test_a_map_runs_only_so_many_at_a_time(state: State) -> None:
    if state["ItemProcessor"].get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
        assert state["MaxConcurrencyPath"] == "$.plan.max_concurrency"
        places = template()["Mappings"]["Concurrency"].values()
        assert all(1 <= int(each["Rebuild"]) <= 1000 for each in places)
    else:
        assert 1 <= state["MaxConcurrency"] <= 40


# Retries -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", with_key("Retry"))
def test_every_retry_is_bounded_and_spread_out(state: State) -> None:
    for retry in state["Retry"]:
        assert retry["JitterStrategy"] == "FULL"
        assert retry["MaxDelaySeconds"] > retry["IntervalSeconds"] >= 1  # as the language asks for
        assert 1 <= retry["MaxAttempts"] <= 40
        assert retry["BackoffRate"] > 1
        assert "States.ALL" not in retry["ErrorEquals"]


@pytest.mark.parametrize("state", with_key("Retry"))
def test_an_error_has_one_retry_rule(state: State) -> None:
    retried = [error for retry in state["Retry"] for error in retry["ErrorEquals"]]
    assert len(retried) == len(set(retried))


@pytest.mark.parametrize("state", [*with_key("Retry"), *with_key("Catch")])
def test_every_error_name_is_an_error(state: State) -> None:
    for rule in (*state.get("Retry", ()), *state.get("Catch", ())):
        for name in rule["ErrorEquals"]:
            assert name in {*NOT_OURS, NOT_INVOKED} or issubclass(getattr(errors, name), errors.BloomweaverError)


@pytest.mark.parametrize("state", with_key("Retry"))
def test_what_would_fail_again_is_not_tried_again(state: State) -> None:
    ours = [name for retry in state["Retry"] for name in retry["ErrorEquals"] if name not in NOT_OURS]
    assert all(issubclass(getattr(errors, name), errors.TransientError) for name in ours)


@pytest.mark.parametrize("state", [param for param in tasks() if definitions.function_of(param.values[0])])
def test_every_transient_error_that_a_task_can_raise_is_retried_and_no_other(state: State) -> None:
    properties = function(f"{definitions.function_of(state)}Function")
    can_raise = {error for port in source.ports_of(properties["Handler"]) for error in TRANSIENT_OF_PORT[port]}
    if any("dynamodb:PutItem" in statement["Action"] for statement in statements(properties)):
        can_raise.add(errors.RecordContended)
    handled = [*state["Retry"], *state.get("Catch", ())]
    retried = {name for rule in handled for name in rule["ErrorEquals"]}
    retried -= {"States.ALL", "Superseded", "AnswerOvertaken"}
    # Storage and contention have one rule in common, everywhere.
    never = {name for name in retried - LAMBDAS_OWN if getattr(errors, name) not in can_raise} - {"RecordContended"}
    assert retried >= {error.__name__ for error in can_raise} | LAMBDAS_OWN
    assert not never


def test_an_instance_has_twelve_minutes_to_come_up_and_somebody_elses_service_six() -> None:
    states = definitions.load("create")["States"]["Embed"]["ItemProcessor"]["States"]
    (retry,) = [rule for rule in states["EmbedOnceAwake"]["Retry"] if "EmbeddingUnavailable" in rule["ErrorEquals"]]
    longest = (retry["IntervalSeconds"] * retry["BackoffRate"] ** n for n in range(retry["MaxAttempts"]))
    # FULL jitter waits for half of it in the mean.
    of_a_wake = sum(min(wait, retry["MaxDelaySeconds"]) for wait in longest) / 2
    either, with_fleet = states["IsItWorthWaiting"]["Choices"]
    assert either["NumericLessThan"] * of_a_wake >= 6 * 60
    assert with_fleet["And"][0]["NumericLessThan"] * of_a_wake >= 12 * 60


def test_a_deployment_has_a_quarter_of_an_hour_and_the_run_does_not_time_out_over_it() -> None:
    definition = definitions.load("create")
    (going_on,) = definitions.state(definition, "IsDeploymentUnderWay")["Choices"]
    for state in ("Embed/EmbedBatch", "Embed/EmbedOnceAwake"):
        (rule,) = [
            each for each in definitions.state(definition, state)["Retry"] if "ModelChanged" in each["ErrorEquals"]
        ]
        waits = (rule["IntervalSeconds"] * rule["BackoffRate"] ** n for n in range(rule["MaxAttempts"]))
        longest = going_on["NumericLessThan"] * sum(min(wait, rule["MaxDelaySeconds"]) for wait in waits)
        # FULL jitter waits for half of it in the mean.
        assert longest / 2 >= 15 * 60
        assert longest < definition["TimeoutSeconds"]


def test_before_the_wake_nothing_is_waited_for() -> None:
    batch = definitions.state(definitions.load("create"), "Embed/EmbedBatch")
    assert not [retry for retry in batch["Retry"] if "EmbeddingUnavailable" in retry["ErrorEquals"]]
    assert batch["Catch"] == [{"ErrorEquals": ["EmbeddingUnavailable"], "ResultPath": "$.unavailable", "Next": "Wake"}]


# Failures ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [param for param in all_states() if param.values[0]["Type"] in ("Parallel", "Map")])
def test_what_escapes_a_state_with_states_inside_is_caught(state: State) -> None:
    assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


@pytest.mark.parametrize("name", NAMES)
def test_every_error_at_the_top_is_caught_and_ends_in_a_fail_state(name: str) -> None:
    definition = definitions.load(name)
    for state in definition["States"].values():
        if state["Type"] not in ("Task", "Parallel", "Map"):
            continue
        last = state["Catch"][-1]
        assert last["ErrorEquals"] == ["States.ALL"]
        assert [name for rule in state["Catch"][:-1] for name in rule["ErrorEquals"] if name == "States.ALL"] == []
        reached = [definition["States"][reached] for reached in _reachable(definition, last["Next"])]
        assert {end["Type"] for end in reached if "Next" not in end and end["Type"] != "Choice"} == {"Fail"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_only_a_run_that_did_all_of_its_work_succeeds(name: str) -> None:
    states = definitions.load(name)["States"]
    successes = {state for state, body in states.items() if body["Type"] == "Succeed"}
    done = "deleted" if name == "delete" else "indexed"
    ending = states["Ending"]
    into_success = [choice for choice in ending["Choices"] if choice["Next"] in successes]
    assert states[ending["Default"]]["Type"] == "Fail"
    assert ending["Choices"] == into_success
    cleaned = [{"Variable": "$.ending.status", "StringEquals": "cleaned"}] if name == "delete" else []
    assert [{key: rule for key, rule in choice.items() if key != "Next"} for choice in into_success] == [
        {"Variable": "$.ending.status", "StringEquals": done},
        *cleaned,
        {
            "And": [
                {"Variable": "$.ending.status", "StringEquals": "superseded"},
                # One that could not be removed has an error, and lies in a dead letter queue.
                {"Variable": "$.ending.error", "IsNull": True},
            ]
        },
    ]
    # Beside Ending, only the fence leads to a success, before anything was written.
    leading = {
        (state, rule["ErrorEquals"][0])
        for state, body in states.items()
        for rule in body.get("Catch", ())
        if rule["Next"] in successes
    }
    assert leading == (set() if name == "delete" else {("Claim", "Superseded")})
    assert not successes & {body.get("Next") for body in states.values()}


def test_a_redrive_with_a_letter_that_failed_again_is_no_success() -> None:
    states = definitions.load("redrive")["States"]
    assert [(choice["Variable"], choice["BooleanEquals"]) for choice in states["Ending"]["Choices"]] == [
        ("$.any_failed", False)
    ]
    assert states[states["Ending"]["Default"]]["Type"] == "Fail"
    assert [name for name, state in states.items() if state["Type"] == "Succeed"] == ["Redriven"]


def test_a_letter_leaves_its_queue_last_of_all() -> None:
    states = definitions.load("redrive")["States"]["Letters"]["ItemProcessor"]["States"]
    assert states["DeleteLetter"]["Resource"] == DELETE
    # What follows it is a note for who follows the redrive, which holds up nothing, and one word about the letter; what
    # fails again is sent before.
    note = states[states["DeleteLetter"]["Next"]]
    assert note["Resource"] == NOTE
    assert note["Catch"] == [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": note["Next"]}]
    assert states[note["Next"]].keys() >= {"OutputPath", "End"}
    assert states[states["SendAgain"]["Next"]]["Next"] == "DeleteLetter"
    # What is not deleted comes back, and is no success.
    assert states[states["SendAgain"]["Catch"][-1]["Next"]]["Result"] == "failed"
    machine = resources("AWS::Serverless::StateMachine")["RedriveStateMachine"]
    deletes = [statement for statement in statements(machine) if "sqs:DeleteMessage" in statement["Action"]]
    assert [{target(queue) for queue in statement["Resource"]} for statement in deletes] == [{"PineconeDLQ", "S3DLQ"}]


def retry_of(state: State, error: str) -> dict[str, Any]:
    """The one rule by which a state tries again after an error."""
    (rule,) = [rule for rule in state["Retry"] if error in rule["ErrorEquals"]]
    return dict(rule)


def longest_wait(rule: dict[str, Any]) -> float:
    """The waits of a retry rule in sum, at most. FULL jitter waits for half of that in the mean."""
    waits = (rule["IntervalSeconds"] * rule["BackoffRate"] ** n for n in range(rule["MaxAttempts"]))
    return float(sum(min(wait, rule["MaxDelaySeconds"]) for wait in waits))


@pytest.mark.parametrize("state", [param for param in tasks() if definitions.function_of(param.values[0])])
def test_what_lambda_has_no_place_for_is_waited_out_for_half_an_hour(state: State) -> None:
    [rule] = [rule for rule in state["Retry"] if NO_PLACE & set(rule["ErrorEquals"])]
    assert set(rule["ErrorEquals"]) == NO_PLACE
    assert longest_wait(rule) / 2 >= THROTTLED_SECONDS


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_run_that_lambda_has_no_place_for_ends_without_a_word_about_its_document(name: str) -> None:
    definition = definitions.load(name)
    catching = [
        (state, rule)
        for _, state in definitions.states(definition)
        if (called := definitions.function_of(state)) != "RecordFailure"
        for rule in state.get("Catch", ())
        if rule["ErrorEquals"] == ["States.ALL"] and (called or "Branches" in state or "ItemProcessor" in state)
    ]
    assert catching
    for state, last in catching:
        [before] = [rule for rule in state["Catch"] if {*NO_PLACE, NOT_INVOKED} & set(rule["ErrorEquals"])]
        # What a branch failed with has the name that the branch gave it; a Map's iteration has Lambda's.
        assert set(before["ErrorEquals"]) == ({NOT_INVOKED} if "Branches" in state else NO_PLACE)
        assert state["Catch"].index(before) < state["Catch"].index(last)
        assert before["Next"].endswith("NotInvoked")
    ends = [state for where, state in definitions.states(definition) if where.endswith("NotInvoked")]
    assert {(end["Type"], end["Error"]) for end in ends} == {("Fail", NOT_INVOKED)}


def test_a_run_has_the_time_for_all_that_it_waits_for() -> None:
    definition = definitions.load("create")
    claim = definitions.state(definition, "Claim")
    batch = definitions.state(definition, "Embed/EmbedOnceAwake")
    wakes = definitions.state(definition, "Embed/IsItWorthWaiting")["Choices"][1]["And"][0]["NumericLessThan"]
    restarts = definitions.state(definition, "IsDeploymentUnderWay")["Choices"][0]["NumericLessThan"]
    waits = {
        "a place of Lambda's": longest_wait(retry_of(claim, "Lambda.TooManyRequestsException")),
        "an instance": wakes * longest_wait(retry_of(batch, "EmbeddingUnavailable")),
        "a deployment": restarts * longest_wait(retry_of(batch, "ModelChanged")),
        "a fleet that is mended": longest_wait(
            retry_of(definitions.state(definition, "Embed/Wake"), "FleetNeverReady")
        ),
    }
    for name in ("create", "update"):
        assert definitions.load(name)["TimeoutSeconds"] >= sum(waits.values())
    for name in ("delete", "redrive"):
        assert definitions.load(name)["TimeoutSeconds"] >= waits["a place of Lambda's"] + 3600


def test_a_message_waits_for_dispatch_as_long_as_a_run_waits_for_its_functions() -> None:
    # A receive that Lambda throttles hides the message once more, and counts.
    for queue in resources("AWS::SQS::Queue").values():
        if "RedrivePolicy" in queue:
            receives = value(queue["RedrivePolicy"]["maxReceiveCount"])
            assert receives * queue["VisibilityTimeout"] >= THROTTLED_SECONDS


def test_letters_stay_hidden_for_longer_than_their_redrive_may_take() -> None:
    visibility = function("RedriveFunction")["Environment"]["Variables"]["REDRIVE_VISIBILITY_SECONDS"]
    assert int(visibility) >= definitions.load("redrive")["TimeoutSeconds"] + function("RedriveFunction")["Timeout"]


@pytest.mark.parametrize("branch", branches())
def test_a_branch_that_fails_for_good_goes_to_its_own_queue_from_a_catch_inside_it(branch: Definition) -> None:
    states = branch["States"]
    work = states[branch["StartAt"]]
    name, queue = BRANCHES[definitions.function_of(work)]
    last = work["Catch"][-1]
    assert last["ErrorEquals"] == ["States.ALL"]
    path = [states[step] for step in _reachable(branch, last["Next"])]
    (send,) = [state for state in path if state["Type"] == "Task"]
    assert (send["Resource"], send["Parameters"]["QueueUrl"]) == (SEND, queue)
    assert send["ResultPath"] is None
    letter = send["Parameters"]["MessageBody"]
    assert (letter["branch"], letter["task"]) == (name, definitions.task_of(work))
    assert path[-1]["Parameters"]["outcome"] == Outcome.DEAD_LETTERED


@pytest.mark.parametrize("branch", branches())
def test_a_branch_ends_in_a_typed_result(branch: Definition) -> None:
    ends = [state for state in branch["States"].values() if state.get("End")]
    # But for one that Lambda had no place for: the run as a whole ends then.
    failing = [state for state in branch["States"].values() if state["Type"] in ("Fail", "Succeed")]
    assert all((state["Type"], state["Error"]) == ("Fail", NOT_INVOKED) for state in failing)
    for end in ends:
        result = end.get("ResultSelector") or end.get("Result") or end["Parameters"]
        assert result.get("outcome.$") == "$.Payload.outcome" or result["outcome"] in set(Outcome)


@pytest.mark.parametrize("state", [param for param in all_states() if "Branches" in param.values[0]])
def test_the_branches_results_have_names(state: State) -> None:
    # The interpreters do not agree on a path into the list of results.
    called = [definitions.function_of(branch["States"][branch["StartAt"]]) for branch in state["Branches"]]
    assert state["ResultSelector"] == {
        f"{BRANCHES[function][0]}.$": f"$[{index}]" for index, function in enumerate(called)
    }


@pytest.mark.parametrize("state", [param for param in all_states() if param.values[0]["Type"] == "Fail"])
def test_a_failure_has_a_name_and_a_cause(state: State) -> None:
    assert ("Error" in state) != ("ErrorPath" in state)
    assert ("Cause" in state) != ("CausePath" in state)
    assert not state.get("Error", "").startswith("States.")


# What travels --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", all_states())
def test_only_keys_and_counts_travel_between_states(state: State) -> None:
    parameters = state.get("Parameters", {})
    written = [
        parameters.get("Payload", {}),
        parameters.get("MessageBody", {}),
        parameters if state["Type"] == "Pass" else {},
        state.get("ItemSelector", {}),
        state.get("ResultSelector", {}),
        state.get("Result", {}),
    ]
    assert {key for part in written for key in _keys(part)} <= KEYS_BETWEEN_STATES


@pytest.mark.parametrize("state", tasks())
def test_a_tasks_result_is_picked_from_or_dropped(state: State) -> None:
    assert "ResultSelector" in state or ("ResultPath" in state and state["ResultPath"] is None)


@pytest.mark.parametrize("state", tasks())
def test_a_task_is_told_by_name_what_it_needs(state: State) -> None:
    assert {"Payload", "MessageBody", "ReceiptHandle.$", "UpdateExpression"} & set(state["Parameters"])


def _reachable(definition: Definition, start: str) -> list[str]:
    """The states from `start` on, in the order in which they are found, without what a Task's own Catch leads to."""
    found: list[str] = []
    waiting = [start]
    while waiting:
        name = waiting.pop(0)
        if name in found:
            continue
        found.append(name)
        waiting.extend(_next(definition["States"][name]))
    return found


def _next(state: State) -> Iterator[str]:
    for rule in (state, *state.get("Choices", ()), *state.get("Catch", ())):
        if "Next" in rule:
            yield rule["Next"]
    if "Default" in state:
        yield state["Default"]


def _keys(template: Any) -> Iterator[str]:
    if isinstance(template, dict):
        for key, inner in template.items():
            yield key.removesuffix(".$")
            yield from _keys(inner)
    elif isinstance(template, list):
        for inner in template:
            yield from _keys(inner)
