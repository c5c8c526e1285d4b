"""Compares what functions may do with what they did, from the template and the access log of the end-to-end tests.

`make privileges` runs both. It names what no function used, and what a function asked for and was refused. State
machines are not in the log, as the emulator does their tasks itself; tests/template compares them with their
definitions.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.template.privileges import shown
from tests.template.template import function, resources, statements

Use = tuple[str, str, str]
"""Logical id, action, ARN."""

LOST_QUEUE = "-lost"
"""What a test calls a queue that there is not."""
UNSEEN = {
    "s3:ListBucket": "decides whether a missing key answers 404 or 403; the emulator does not ask",
}
"""What is needed and leaves no trace."""
ELSEWHERE: dict[Use, str] = {
    ("UploadsFunction", "secretsmanager:GetSecretValue", "WebhookSecret"): "uploads that a machine signed",
    ("UploadsFunction", "dynamodb:GetItem", "DeliveriesTable"): "uploads that a machine signed",
    ("UploadsFunction", "dynamodb:PutItem", "DeliveriesTable"): "uploads that a machine signed",
    ("ReindexFunction", "secretsmanager:GetSecretValue", "PineconeSecret"): "a reindex in Pinecone",
    ("IndexesFunction", "secretsmanager:GetSecretValue", "PineconeSecret"): "a reindex in Pinecone",
    ("MoveFunction", "secretsmanager:GetSecretValue", "PineconeSecret"): "a reindex in Pinecone",
    (
        "RedriveFunction",
        "sqs:SendMessage",
        "CreateQueue",
    ): "messages that never started, and are the latest of their document",
    ("CompareFunction", "dynamodb:GetItem", "IndexesTable"): "what is wrong in an index that is not the configured one",
    (
        "PrepareRebuildFunction",
        "states:DescribeExecution",
        "execution:{stack}-rebuild:*",
    ): "two rebuilds of an index at once",
    (
        "CompareFunction",
        "states:DescribeExecution",
        "execution:RebuildStateMachine:*",
    ): "an index that a rebuild fills",
    (
        "MoveFunction",
        "states:DescribeExecution",
        "execution:RebuildStateMachine:*",
    ): "an index that a rebuild fills",
    ("SweepFunction", "cloudwatch:GetMetricStatistics", "*"): "a queue that is not empty when the sweep asks",
    ("MoveFunction", "dynamodb:GetItem", "DocumentsTable"): "documents from before sources were kept",
    ("MoveFunction", "s3:PutObject", "SourcesBucket/*"): "documents from before sources were kept",
    ("MoveFunction", "s3:DeleteObject", "SourcesBucket/*"): "a source that was given too late",
    ("MoveFunction", "s3:GetObject", "BackupsBucket/*"): "documents from before sources were kept",
    ("MoveFunction", "s3:GetObject", "ArtifactsBucket/raw/*"): "documents from before sources were kept",
    ("MoveFunction", "s3:GetObject", "ArtifactsBucket/uploads/*"): "documents from before sources were kept",
    ("RetryFunction", "s3:GetObject", "ArtifactsBucket/raw/*"): "versions that failed before they had a source",
    ("RetryFunction", "s3:GetObject", "ArtifactsBucket/uploads/*"): "versions that failed before they had a source",
    ("CompareFunction", "s3:GetObject", "ArtifactsBucket/uploads/*"): "documents from before sources were kept",
    ("CompareFunction", "s3:GetObject", "ArtifactsBucket/reports/reconcile/*"): "lists that take more than one call",
}
"""What functions do in a case that these tests do not bring about."""


def read(log: Path) -> tuple[set[Use], set[Use]]:
    """What was allowed, and what was refused."""
    allowed, refused = set[Use](), set[Use]()
    for line in log.read_text().splitlines():
        principal, action, arn, decision = json.loads(line)
        _, role_name, session = principal.split("/")
        role = role_name.split("-")[1].removesuffix("Role")
        if role not in session:
            continue  # a test that took the role for itself
        if arn.endswith(LOST_QUEUE):
            continue
        (allowed if decision == "Allow" else refused).add((role, action, arn))
    # A decision is made in parts: an identity's policy may allow what a resource's own says nothing about.
    return allowed, refused - allowed


def unused(allowed: set[Use]) -> Iterator[Use]:
    """What functions may do and did not. What one statement names is alike: one of its queues stands for the others."""
    for name in resources("AWS::Serverless::Function"):
        did = [(action, arn) for role, action, arn in allowed if role == name]
        for statement in statements(function(name)):
            patterns = [_pattern(resource) for resource in statement["Resource"]]
            for action in statement["Action"]:
                arns = [arn for done, arn in did if done == action]
                used = any(re.fullmatch(pattern, arn) for pattern in patterns for arn in arns)
                use = (name, action, shown(statement["Resource"][0]))
                if not used and action not in UNSEEN and use not in ELSEWHERE:
                    yield use


def _pattern(resource: Any) -> str:
    """What the ARN of a resource of the template looks like once it is deployed."""
    if resource == "*":
        return ".*"
    [(kind, value)] = resource.items()
    named = {name: each["Name"] for name, each in resources("AWS::Serverless::StateMachine").items() if "Name" in each}
    if kind == "Ref" and value in named:
        return f"arn:.*:stateMachine:{_pattern(named[value])}"
    if kind != "Fn::Sub":
        return f"(?i:arn:.*{value if kind == 'Ref' else value[0]}-[\\w-]+)"
    parts = re.split(r"(\$\{[\w:.]+\}|\*)", value)
    return "".join(_part(part) for part in parts)


def _part(part: str) -> str:
    if part == "*":
        return ".*"
    if part.startswith("${AWS::"):
        return "[^:]+"
    if part.startswith("${"):
        logical_id = part.removeprefix("${").removesuffix("}").partition(".")[0]
        named = resources("AWS::Serverless::StateMachine").get(logical_id, {}).get("Name")
        if named:
            return _pattern(named)
        return f".*(?i:{logical_id}-\\w+)"
    return re.escape(part)


def main(log: Path) -> int:
    """Print what differs. Returns how the process ends."""
    allowed, refused = read(log)
    findings = [f"never used: {name} {action} {resource}" for name, action, resource in unused(allowed)]
    findings += [f"refused: {name} {action} {arn}" for name, action, arn in sorted(refused)]
    print("\n".join(findings) or f"{len(allowed)} different calls, and every permission was used")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
