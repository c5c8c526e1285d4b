"""What the authorizer answers: the whole of what a role may call, since API Gateway keeps the answer for a while and
asks it about every other route that comes with the same token."""

import re
from typing import Any

from bloomweaver.auth.routes import ROUTES
from bloomweaver.auth.tokens import Principal

_PARAMETER = re.compile(r"\{[^}]*\}")


def policy(principal: Principal, method_arn: str) -> dict[str, Any]:
    """The authorizer's answer for a token, in the form that API Gateway reads.

    `method_arn` is that of the request, `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}`. Its
    method and path are not looked at.
    """
    api, stage, _ = method_arn.split("/", 2)
    allowed = [
        f"{api}/{stage}/{method}{_PARAMETER.sub('*', path)}"
        for (method, path), permission in ROUTES.items()
        if principal.may(permission)
    ]
    # A statement needs a resource, and who may do nothing has none.
    effect, resources = ("Allow", allowed) if allowed else ("Deny", [f"{api}/{stage}/*"])
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resources}
    return {
        "principalId": principal.subject,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        # Functions compare it with the clock: this answer may be kept for longer than the token is good.
        "context": {"role": principal.role or "none", "expires_at": str(principal.expires_at)},
    }
