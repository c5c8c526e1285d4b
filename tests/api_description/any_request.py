"""How schemathesis is to make requests from docs/openapi.json, and what it checks of the answers.

`make fuzz-api` sets `API_EXAMPLES`: so many random requests to each route, and those at every bound of its schemas.
"""

import os

from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

MANY = int(os.environ.get("API_EXAMPLES", "0"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
"""Not among them: that every request is taken that the schemas allow. Some rules are more than a schema says, such as
that a query is not blank."""


def requests(few: int) -> SchemathesisConfig:
    """`few` random requests to each route, half of them valid, and the examples that the document has."""
    return SchemathesisConfig.from_dict(
        {
            **({} if MANY else {"seed": 1}),
            "generation": {"max-examples": MANY or few, "with-security-parameters": False, "database": "none"},
            "phases": {
                # API Gateway answers 404 to a method that a path does not have, and tests/e2e/test_access.py tries it.
                "coverage": {"enabled": bool(MANY), "unexpected-methods": []},
                "examples": {"enabled": True},
                "fuzzing": {"enabled": True},
            },
        }
    )
