"""What a search may ask for."""

import json
import uuid

import pytest

from tests.e2e.running_stack import RunningStack

TREES = {"oak": 1820, "beech": 1905, "lime": 1950}


@pytest.fixture(scope="module")
def arboretum(stack: RunningStack) -> str:
    """The value of `park` in the metadata of three documents about trees."""
    park = uuid.uuid4().hex
    accepted = [
        stack.submit(
            f"{name}-{park}",
            f"The old {name} stands near the gate of the park.",
            metadata={"park": park, "planted": year, "tags": ["tree", name]},
        )
        for name, year in TREES.items()
    ]
    for one in accepted:
        assert stack.execution(one).status == "SUCCEEDED"
    return park


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, {"oak", "beech", "lime"}),
        ({"planted": {"$gte": 1905}}, {"beech", "lime"}),
        ({"planted": {"$in": [1820, 1950]}}, {"oak", "lime"}),
        ({"tags": "oak"}, {"oak"}),
        ({"$or": [{"planted": {"$lt": 1900}}, {"tags": "lime"}]}, {"oak", "lime"}),
        ({"planted": 1}, set()),
    ],
    ids=str,
)
def test_a_filter_on_metadata(stack: RunningStack, arboretum: str, condition: object, expected: set[str]) -> None:
    found = stack.api.search(
        "a tree by the gate", filter={"$and": [{"park": arboretum}, condition or {"tags": "tree"}]}
    )
    assert {hit.doc_hash.partition("-")[0] for hit in found.results} == expected


def test_top_k_and_min_score_bound_the_results(stack: RunningStack, arboretum: str) -> None:
    query, condition = "The old beech stands near the gate of the park.", {"park": arboretum}
    every = stack.api.search(query, filter=condition).results
    assert [hit.score for hit in every] == sorted((hit.score for hit in every), reverse=True)
    assert every[0].score == pytest.approx(1, abs=0.01)
    assert stack.api.search(query, top_k=2, filter=condition).results == every[:2]
    between = (every[0].score + every[1].score) / 2
    assert stack.api.search(query, min_score=between, filter=condition).results == every[:1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"query": "x", "filter": {"planted": {"$near": 3}}}, "filter"),
        ({"query": "x", "top_k": 0}, "top_k"),
        ({"query": "x", "top_k": 101}, "top_k"),
        ({"query": " "}, "query"),
        ({"query": "x", "min_score": 2}, "min_score"),
        ({"query": "x", "topk": 3}, "topk"),
    ],
    ids=str,
)
def test_a_search_is_refused_with_its_reason(stack: RunningStack, body: object, field: str) -> None:
    response = stack.post("/search", json.dumps(body).encode())
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in response.json()["errors"]] == [field]
    if field == "filter":
        assert "$near" in response.json()["detail"]
