"""Each function finds what it needs in its layers, and fits into Lambda with them; search's vectors are the fleet's."""

import base64
from pathlib import Path

import numpy as np
import pytest

from benchmarks.corpus import stdlib_documents
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.models import MODELS
from layers.built import Built
from layers.model import copy_model
from layers.sizes import LAMBDA_LIMIT, ROOM_FOR_ENCODER
from layers.wheels import AWS_SERVICES
from tests.content.documents import DOCX, PDF, docx_of, encrypted, pdf_of
from tests.layers.conftest import MODEL, Bucket
from tests.small_model import DIMENSION, store_model, write_small_model
from tests.template import source

WORST_COSINE = 0.999
PASSAGES = 60
PASSAGE_CHARACTERS = 700
BGE_SMALL_WEIGHTS = 33_360_000 * 2
"""Bytes of the default model's weights, in f16."""

IMPORT = """
import importlib, json
for name in argument:
    importlib.import_module(name)
# What is imported when it is first used.
import pinecone, boto3
from pinecone.client.documents import Documents
print(json.dumps(sorted(argument)))
"""
ENCODE = f"""
import json
from embedding_service.encoder.encoder import Encoder
encoder = Encoder({MODEL!r}, model_dir=argument["folder"], streams=1)
print(json.dumps({{
    "query": encoder.encode_query(argument["query"]).vector.tolist(),
    "passages": encoder.encode(argument["passages"], truncate=True).tolist(),
}}))
"""
SEARCH = """
import json
from wiring.dependencies import encoder
print(json.dumps(encoder(argument["model"]).encode_query(argument["query"]).vector))
"""
CHUNK = """
import base64, json
from bloomweaver.passages.chunking import Chunker
from bloomweaver.content.registry import extract
from bloomweaver.settings import settings
from embedding_service.encoder.tokenizer import load_tokenizer
chosen = settings()
chunker = Chunker(load_tokenizer(chosen.embedding_model, chosen.folder_of(chosen.embedding_model)), 64, 8)
documents = {kind: base64.b64decode(data) for kind, data in argument.items()}
print(json.dumps({kind: len(chunker.split(extract(kind, data))) for kind, data in documents.items()}))
"""
CLIENTS = """
import boto3, json
print(json.dumps([name for name in argument if boto3.client(name)]))
"""


def passages() -> list[str]:
    """Real ones, of many documents, code among them."""
    texts = (document.text for document in stdlib_documents())
    return [text[:PASSAGE_CHARACTERS] for _, text in zip(range(PASSAGES), texts, strict=False)]


def test_every_function_fits_into_lambda_with_its_layers(built: Built) -> None:
    sizes = {name: built.whole_size(name) for name in built.layers}
    assert {name: size for name, size in sizes.items() if size > LAMBDA_LIMIT} == {}
    assert max(sizes, key=lambda name: sizes[name]) == "SearchFunction"


def test_search_fits_with_the_default_model_too(built: Built) -> None:
    own = (built.folder("EncoderLayer") / "models" / MODEL / "model.safetensors").stat().st_size
    layer = built.size("EncoderLayer") - own + BGE_SMALL_WEIGHTS
    assert layer <= ROOM_FOR_ENCODER
    assert built.whole_size("SearchFunction") - own + BGE_SMALL_WEIGHTS <= LAMBDA_LIMIT
    assert built.whole_size("SearchFunction") - built.size("EncoderLayer") <= LAMBDA_LIMIT - ROOM_FOR_ENCODER


def test_each_handler_can_be_imported_with_its_own_layers_alone(built: Built) -> None:
    for layers, handlers in built.handlers().items():
        assert built.run(layers, IMPORT, handlers) == sorted(handlers)


def test_a_client_can_be_made_of_each_service_that_functions_call(built: Built) -> None:
    assert source.aws_services() <= AWS_SERVICES
    assert set(built.run(["PackagesLayer"], CLIENTS, sorted(AWS_SERVICES))) == set(AWS_SERVICES)


def test_the_vectors_are_the_fleets(built: Built) -> None:
    texts, query = passages(), "how do I read a file line by line?"
    folder = str(built.folder("EncoderLayer") / "models" / MODEL)
    given = {"folder": folder, "query": query, "passages": texts}
    ours = built.run(built.layers["SearchFunction"], ENCODE, given, MODEL)
    with Encoder(MODEL, precision="f32") as encoder:
        theirs = np.vstack([encoder.encode(texts, truncate=True), encoder.encode_query(query).vector])
    cosines = (np.array([*ours["passages"], ours["query"]]) * theirs).sum(axis=1)
    assert len(cosines) == PASSAGES + 1
    assert cosines.min() >= WORST_COSINE


def test_chunk_reads_and_cuts_every_kind_of_document(built: Built) -> None:
    documents = {
        "text/plain": b"A text. " * 100,
        "text/markdown": b"# A title\n\n" + b"A text. " * 100,
        "text/html": b"<h1>A title</h1><p>" + b"A text. " * 100,
        "application/json": b'{"a": "text"}',
        # Encrypted, so that it takes what decrypts it.
        PDF: encrypted(pdf_of(["A text."]), user=""),
        DOCX: docx_of(lambda document: document.add_paragraph("A text.")),
    }
    given = {kind: base64.b64encode(data).decode() for kind, data in documents.items()}
    chunks = built.run(built.layers["ChunkFunction"], CHUNK, given, MODEL)
    assert set(chunks) == set(documents)
    assert min(chunks.values()) >= 1
    assert chunks["text/markdown"] > 1


def test_search_finds_its_model_where_the_template_says(built: Built) -> None:
    given = {"model": MODEL, "query": "a query"}
    vector = built.run(built.layers["SearchFunction"], SEARCH, given, MODEL)
    assert len(vector) == MODELS[MODEL].dimension


def test_search_has_a_second_model_from_the_bucket_of_models(built: Built, bucket: Bucket, tmp_path: Path) -> None:
    folder = write_small_model(tmp_path / "second")
    copy_model("second", folder, tmp_path / "models", weights=True)
    store_model(bucket.client, bucket.name, tmp_path / "models" / "second")
    layers, given = built.layers["SearchFunction"], {"query": "a query", "model": "second"}
    variables = {**bucket.environment, "MODELS_BUCKET": bucket.name}
    ours = np.array(built.run(layers, SEARCH, given, MODEL, variables))
    with Encoder(str(folder), precision="f32") as encoder:
        theirs = encoder.encode_query("a query").vector
    assert ours.shape == (DIMENSION,)
    assert float(ours @ theirs) >= WORST_COSINE


@pytest.mark.parametrize("layer", ["PackagesLayer", "SignaturesLayer", "ChunkingLayer", "EncoderLayer"])
def test_a_layer_has_nothing_but_what_lambda_looks_for(built: Built, layer: str) -> None:
    assert {path.name for path in built.folder(layer).iterdir()} <= {"python", "models"}
    assert not list(built.folder(layer).rglob("__pycache__"))
