"""The OpenAPI document: current, and true whatever a client sends."""

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from embedding_service.openapi_file import OPENAPI_FILE, document

schema = schemathesis.openapi.from_path(OPENAPI_FILE)


def test_the_committed_document_is_current() -> None:
    assert OPENAPI_FILE.read_text() == document(), "run `make openapi`"


@schema.parametrize()
@settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_those_of_the_document(case: schemathesis.Case, service_url: str) -> None:
    response = case.call(base_url=service_url)
    assert response.status_code < 500
    # What a text may be is more than a schema says: not empty, not too long, of this vocabulary.
    case.validate_response(response, excluded_checks=[positive_data_acceptance])
