"""Where MiniStack's `AUTH=true` refuses what AWS allows.

- A batch call of SQS needs the permission of the single one; MiniStack asks for one that AWS has not.
- The emulator listens on the loopback interface without TLS, so policies that demand TLS would refuse everything.

It relies on functions of exactly the version in the requirements.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Have MiniStack decide on both as AWS does."""
    from ministack import app
    from ministack.core import iam_actions

    extract: Callable[..., str | None] = iam_actions.extract_iam_action
    pin_origin: Callable[[str, bool], None] = app.pin_request_origin

    def action_of(service: str, *request: Any) -> str | None:
        action = extract(service, *request)
        return action.removesuffix("Batch") if action and service == "sqs" else action

    def pin_secure_origin(address: str, _secure: bool) -> None:
        pin_origin(address, True)

    iam_actions.extract_iam_action = action_of
    app.pin_request_origin = pin_secure_origin
