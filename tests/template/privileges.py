"""Who may do what, as the template says it: the table in docs/security.md. `make privileges-table` writes it anew."""

import re
from typing import Any

from tests.template.template import REPOSITORY, Properties, function, resources, statements

PAGE = REPOSITORY / "docs" / "security.md"
BEGIN, END = "<!-- made by `make privileges-table` -->\n", "<!-- end -->\n"

LOG_AND_TRACE = frozenset(
    {
        "logs:CreateLogDelivery",
        "logs:GetLogDelivery",
        "logs:UpdateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:DescribeResourcePolicies",
        "logs:DescribeLogGroups",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
    }
)
"""Of a state machine's own log and trace. IAM knows no resource for them."""
WITHOUT_RESOURCES = LOG_AND_TRACE | {
    "autoscaling:DescribeAutoScalingGroups",
    "cloudwatch:DescribeAlarmHistory",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
}
"""Actions that IAM knows no resource for, or that answer fully for all resources alone."""
A_GROUP_BY_NAME = "autoScalingGroup:*:"
"""In the ARN of an Auto Scaling group the name comes last, after an id that a template does not know."""


def roles() -> dict[str, Properties]:
    """The properties of every function and state machine, by logical id."""
    functions = {name: function(name) for name in resources("AWS::Serverless::Function")}
    return functions | resources("AWS::Serverless::StateMachine")


def table() -> str:
    """The table, in Markdown."""
    rows = ["| role | may |", "|---|---|", *(f"| `{name}` | {_may(role)} |" for name, role in roles().items())]
    return "\n".join(rows) + "\n"


def page(text: str) -> str:
    """The page with the table as the template has it."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _may(role: Properties) -> str:
    actions: dict[str, list[str]] = {}
    for statement in statements(role):
        if set(statement["Action"]) <= LOG_AND_TRACE:
            continue
        for resource in statement["Resource"]:
            actions.setdefault(shown(resource), []).extend(action.partition(":")[2] for action in statement["Action"])
    by_actions: dict[str, list[str]] = {}
    for resource, names in actions.items():
        by_actions.setdefault(", ".join(names), []).append(f"`{resource}`")
    return "; ".join(f"{names}: {', '.join(on)}" for names, on in by_actions.items()) or "nothing"


def shown(resource: Any) -> str:
    """A resource of a statement, for people: `ArtifactsBucket/raw/*`."""
    if resource == "*":
        return "*"
    [(kind, value)] = resource.items()
    if kind == "Fn::If":
        return shown(value[1])
    if kind != "Fn::Sub":
        return str(value if kind == "Ref" else value[0])
    without_account = re.sub(r"^arn:.*\$\{AWS::AccountId\}:", "", value).replace("${AWS::StackName}", "{stack}")
    return re.sub(r"\$\{(\w+)(\.\w+)?\}", r"\1", without_account)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
