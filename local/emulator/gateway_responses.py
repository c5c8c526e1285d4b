"""What API Gateway answers by itself in words of ours, which MiniStack does not read from an API's definition.

SAM writes them there (`x-amazon-apigateway-gateway-responses`). `install` has MiniStack take them from there when it
makes the API, as it takes resources and authorizers. It relies on functions of exactly the version in the requirements.
"""

from collections.abc import Callable
from typing import Any

RESPONSES = "x-amazon-apigateway-gateway-responses"


def install() -> None:
    """Have MiniStack's API Gateway know the responses of an API that is made from a definition."""
    from ministack.services import apigateway_v1

    make_api: Callable[..., str] = apigateway_v1._import_rest_api

    def make_api_with_responses(definition: dict[str, Any], *more: Any) -> str:
        api = make_api(definition, *more)
        for kind, response in (definition.get(RESPONSES) or {}).items():
            status, _, body = apigateway_v1._put_gateway_response(api, kind, response)
            if status >= 400:
                raise ValueError(f"the gateway response {kind} is refused: {body!r}")
        return api

    apigateway_v1._import_rest_api = make_api_with_responses
