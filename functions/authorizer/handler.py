"""The API's authorizer: checks the token of a request, and answers with all that its role may call."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from bloomweaver.auth.headers import bearer_token
from bloomweaver.auth.policy import policy
from bloomweaver.errors import Unauthenticated
from wiring import dependencies, http
from wiring.observability import logger, tracer


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The Lambda entry point."""
    try:
        token = bearer_token(http.headers_of(event))
        if token is None:
            raise Unauthenticated("there is no token")
        principal = dependencies.tokens().verify(token)
    except Unauthenticated as error:
        logger.info("refused", extra={"reason": str(error)})
        # API Gateway answers 401 for an error with this very message, 500 for any other. It keeps neither.
        raise Exception("Unauthorized") from None
    logger.info("let in", extra={"principal": principal.subject, "role": principal.role})
    return policy(principal, event["methodArn"])
