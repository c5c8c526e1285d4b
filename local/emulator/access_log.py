"""Writes down which role asked for what, for a comparison of policies with what is really called.

It relies on functions of exactly MiniStack's version in the requirements.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def install(path: Path) -> None:
    """Have every decision on a role's request appended to the file, as a line of JSON, when it is first made."""
    from ministack.core import iam_evaluator

    evaluate: Callable[..., Any] = iam_evaluator.evaluate
    seen: set[tuple[str, str, str, str]] = set()
    log = path.open("a", buffering=1)

    def logged_evaluate(context: Any, *policies: Any) -> Any:
        result = evaluate(context, *policies)
        entry = (context.principal_arn, context.action, context.resource_arn, result.decision)
        if context.principal_type == "AssumedRole" and entry not in seen:
            seen.add(entry)
            log.write(json.dumps(entry) + "\n")
        return result

    iam_evaluator.evaluate = logged_evaluate
