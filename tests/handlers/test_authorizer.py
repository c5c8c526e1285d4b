"""The authorizer as API Gateway calls it: a policy for a good token, and `Unauthorized` for everything else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bloomweaver.errors import ConfigurationError, SigningKeysUnavailable
from tests.auth.issuer import ServedKeys, key_set, token
from tests.auth.test_tokens import ATTACKS
from tests.handlers.conftest import LambdaContext, Services, load

ARN = "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/v1/GET/documents"


def authorize(*authorization: str, name: str = "Authorization") -> dict[str, Any]:
    event = {
        "type": "REQUEST",
        "methodArn": ARN,
        "headers": {name: authorization[-1]} if authorization else {},
        "multiValueHeaders": {name: list(authorization)} if authorization else None,
    }
    answer: dict[str, Any] = load("authorizer").handler(event, LambdaContext())
    return answer


def refused(*authorization: str, name: str = "Authorization") -> bool:
    # API Gateway answers 401 for this message alone, and 500 for any other.
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(*authorization, name=name)
    return True


def test_a_good_token_gets_the_policy_of_its_role(services: Services) -> None:
    answer = authorize(f"Bearer {token()}")
    assert answer["principalId"] == "user-1"
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    assert answer["context"]["role"] == "editor"
    json.dumps(answer)


def test_a_token_without_a_role_may_do_nothing(services: Services) -> None:
    for role in (None, "owner"):
        (statement,) = authorize(f"Bearer {token(role=role)}")["policyDocument"]["Statement"]
        assert (statement["Effect"], statement["Resource"]) == ("Deny", [f"{ARN.rsplit('/', 2)[0]}/*"])


def test_a_bad_token_is_refused(services: Services) -> None:
    for attack in ATTACKS.values():
        assert refused(f"Bearer {attack()}")


def test_another_scheme_is_refused(services: Services) -> None:
    for scheme in ("", "Basic ", "Bearer", "Bearer Bearer ", "Token ", "Bearer\t"):
        assert refused(f"{scheme}{token()}")


def test_no_header_is_refused(services: Services) -> None:
    assert refused()


def test_a_header_twice_is_refused_though_both_are_good(services: Services) -> None:
    good = f"Bearer {token()}"
    assert refused(good, good)
    assert refused(f"{good}, {good}")
    assert refused(f"{good},Bearer x")


def test_a_headers_name_is_written_as_one_likes(services: Services) -> None:
    assert authorize(f"bearer {token()}", name="AUTHORIZATION")["principalId"] == "user-1"


def test_while_the_issuer_is_down_known_keys_work_and_unknown_ones_are_refused(
    services: Services, issuer: ServedKeys
) -> None:
    assert authorize(f"Bearer {token()}")
    issuer.answer = (503, b"")
    assert authorize(f"Bearer {token()}")
    assert refused(f"Bearer {token('stranger')}")


@pytest.fixture
def issuer_is_down(issuer: ServedKeys) -> Iterator[None]:
    issuer.answer = (503, b"")
    yield
    issuer.answer = (200, key_set())


@pytest.mark.usefixtures("issuer_is_down")
def test_before_the_issuer_ever_answered_a_good_token_is_not_called_a_bad_one(services: Services) -> None:
    # API Gateway answers 500: its client sends the request again.
    with pytest.raises(SigningKeysUnavailable):
        authorize(f"Bearer {token()}")


def test_one_fetch_serves_many_tokens(services: Services, issuer: ServedKeys) -> None:
    before = issuer.asked
    for number in range(5):
        authorize(f"Bearer {token(sub=f'user-{number}')}")
        refused(f"Bearer {token('stranger')}")
    assert issuer.asked == before + 1


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"OIDC_ISSUER": ""}, "OIDC_ISSUER"),
        ({"OIDC_AUDIENCE": "", "OIDC_AUTHORIZED_PARTIES": " , "}, "OIDC_AUDIENCE"),
        ({"OIDC_JWKS_URL": "http://issuer.example/keys"}, "https"),
    ],
)
def test_a_setting_that_is_missing_is_told(
    services: Services, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=said):
        authorize(f"Bearer {token()}")
