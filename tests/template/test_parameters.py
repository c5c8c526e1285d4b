"""Parameters that contradict each other, as an interpreter of the template's rules refuses them."""

import pytest
from ministack.services.cloudformation.engine import _evaluate_conditions, _evaluate_rules, _resolve_parameters

from tests.template.template import template

GOOD = {
    "OidcIssuer": "https://issuer.example",
    "OidcAudience": "bloomweaver",
    "FleetImage": "embedding:1",
    "PineconeApiKey": "k",
}


def check(**changes: str) -> dict[str, bool]:
    """What a deploy does first. Returns the conditions. Raises `ValueError` with what it would say."""
    given = [{"Key": name, "Value": value} for name, value in {**GOOD, **changes}.items()]
    parameters = _resolve_parameters(template(), given)
    conditions: dict[str, bool] = _evaluate_conditions(template(), parameters)
    _evaluate_rules(template(), parameters, conditions)
    return conditions


def test_an_image_makes_a_fleet_and_a_service_of_ones_own_none() -> None:
    assert check()["HasFleet"]
    assert not check(FleetImage="", EmbeddingUrl="http://embedding.example:8080")["HasFleet"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"FleetImage": ""}, "EmbeddingUrl and FleetImage are both empty"),
        ({"EmbeddingUrl": "http://embedding.example"}, "EmbeddingUrl and FleetImage are both given"),
        ({"FleetImage": "embedding"}, "must be a repository's name with a tag or a digest"),
        ({"FleetImage": "", "EmbeddingUrl": "embedding.example"}, "must be an http or https URL"),
        ({"FleetMaxInstances": "0"}, "FleetMaxInstances"),
        ({"FleetOnDemandInstances": "-1"}, "FleetOnDemandInstances"),
        ({"FleetIdleMinutes": "1"}, "FleetIdleMinutes"),
        ({"FleetVpcCidr": "10.0.0.0/28"}, "must be a range of IPv4 addresses"),
        ({"PineconeApiKey": ""}, "PineconeApiKey is empty, and VectorStore is pinecone"),
        ({"PineconeApiKey": "", "VectorStore": "lancedb", "Reranker": "pinecone"}, "and Reranker is pinecone"),
        ({"Reranker": "cohere"}, "Reranker"),
        ({"RerankModel": "two words"}, "must be a model's name"),
        ({"RerankCandidates": "0"}, "RerankCandidates"),
        ({"RerankTimeoutSeconds": "60"}, "RerankTimeoutSeconds"),
        ({"OidcIssuer": ""}, "OidcIssuer is empty"),
        ({"OidcAudience": ""}, "OidcAudience and OidcAuthorizedParties are both empty"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_contradiction_is_refused_in_words(changes: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check(**changes)
