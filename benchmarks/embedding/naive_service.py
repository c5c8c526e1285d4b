"""The service that most people write first: FastAPI around `encode`. Started with uvicorn, one worker."""

import os

from fastapi import FastAPI
from pydantic import BaseModel
from sentence_transformers import SentenceTransformer

app = FastAPI()
model = SentenceTransformer(os.environ["MODEL_FOLDER"], device="cpu")


class Texts(BaseModel):
    """The body of a request. Everything else in it is ignored."""

    inputs: list[str]


@app.post("/embed")
def embed(body: Texts) -> list[list[float]]:
    """A vector for each text."""
    vectors: list[list[float]] = model.encode(body.inputs).tolist()
    return vectors
