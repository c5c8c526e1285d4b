"""The hosted rerankers: what they take is documented at https://docs.pinecone.io/guides/search/rerank-results.

A score is the part of the query's words that a document has, so that a test knows what to expect.
"""

import re
from typing import Any

from tests.pinecone_stub.errors import InvalidArgumentError, NotFoundError

BYTES_PER_TOKEN = 4
"""About as many as in the models' tokenizers."""

_BGE = {"documents": 100, "pair_tokens": 1024, "query_tokens": 256, "parameters": {"truncate"}}
_COHERE = {"documents": 250, "pair_tokens": None, "query_tokens": None, "parameters": {"max_tokens_per_doc"}}
_MODELS: dict[str, dict[str, Any]] = {"bge-reranker-v2-m3": _BGE, "cohere-rerank-4-fast": _COHERE}


def rerank(body: Any) -> dict[str, Any]:
    """The answer to POST /rerank. Raises `RefusedError`."""
    if not isinstance(body, dict):
        raise InvalidArgumentError("the body is not a JSON object")
    known = _MODELS.get(body.get("model", ""))
    if known is None:
        raise NotFoundError(f"Model '{body.get('model')}' not found.")
    query, documents = body.get("query"), body.get("documents")
    if not isinstance(query, str) or not query.strip():
        raise InvalidArgumentError("query must not be empty")
    if not isinstance(documents, list) or not documents:
        raise InvalidArgumentError("documents must not be empty")
    if len(documents) > known["documents"]:
        raise InvalidArgumentError(f"{len(documents)} documents, more than {known['documents']}")
    parameters = body.get("parameters") or {}
    if unknown := parameters.keys() - known["parameters"]:
        raise InvalidArgumentError(f"the model does not have the parameters {', '.join(sorted(unknown))}")
    texts = [_text(document, body.get("rank_fields") or ["text"]) for document in documents]
    if known["pair_tokens"] and parameters.get("truncate", "NONE") == "NONE":
        _check_length(query, texts, known)
    wanted = set(re.findall(r"\w+", query.lower()))
    scores = [len(wanted & set(re.findall(r"\w+", text.lower()))) / len(wanted) for text in texts]
    order = sorted(range(len(texts)), key=lambda place: -scores[place])[: body.get("top_n") or len(texts)]
    return {
        "model": body["model"],
        "data": [
            {"index": place, "score": scores[place]}
            | ({"document": documents[place]} if body.get("return_documents", True) else {})
            for place in order
        ],
        "usage": {"rerank_units": 1},
    }


def _text(document: Any, fields: list[str]) -> str:
    values = [document.get(name) for name in fields] if isinstance(document, dict) else [None]
    if not all(isinstance(value, str) for value in values):
        raise InvalidArgumentError(f"each document must have the fields {', '.join(fields)}, each a string")
    return " ".join(values)


def _check_length(query: str, texts: list[str], known: dict[str, Any]) -> None:
    query_tokens = len(query.encode()) / BYTES_PER_TOKEN
    longest = max(len(text.encode()) / BYTES_PER_TOKEN for text in texts)
    if query_tokens > known["query_tokens"] or query_tokens + longest > known["pair_tokens"]:
        raise InvalidArgumentError(f"Request contains a query+document pair with {query_tokens + longest:.0f} tokens")
