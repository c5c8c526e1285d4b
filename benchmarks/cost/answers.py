"""What 1,000 answers of chats cost: the machinery by its parts, and a model's tokens on top.

Requests and states are counted by the code; times and sizes are estimates, too high rather than too low. A search is
not counted, as in a document's bill.
"""

from dataclasses import dataclass

from benchmarks.cost.bill import TRANSACTION, Line, total
from benchmarks.cost.prices import ModelPrice, Prices

ANSWERS = 1000
TRANSITIONS = 6
"""Retrieve, Generate, Fence, DoesItStand, Store and Answered."""
READS_OF_A_MESSAGE = 2
"""By whoever asked: at its end, and once before. Parts come by live messages."""
CHATS_GB_SECONDS = 0.5 * 0.15
RETRIEVE_GB_SECONDS = 1769 / 1024 * 0.5
STATE_GB_SECONDS = 0.25 * 0.1
"""Of Fence, and of Store."""
GENERATE_GB = 1769 / 1024
PASSAGES = 12
DOCUMENTS = 6
"""That the passages are of, and that an answer rests on: their records are read, and that it does is noted."""
MESSAGE_UNITS = 4
"""Of writing a message with its references and its text: 4 kB."""
RUNNING_UNITS = 2
"""An entry of the index of what runs is made, and taken out."""
CHAT_INDEX_UNITS = 2
"""A chat's time changes with each question: its entry in the list is taken out and put in."""
PASSAGES_OF_A_READ_UNIT = 10
TOKENS_READ = 3_600
"""Instructions, and 12 passages of 256 tokens with their marks, titles and headings; without earlier turns."""
TOKENS_WRITTEN = 250
MILLION = 1_000_000


@dataclass(frozen=True)
class Writing:
    """How an answer is written."""

    seconds: float
    """That Generate takes."""
    parts: int
    """How often what there is so far is stored, with the last time."""
    uses_tokens: bool


EXTRACTIVE = Writing(seconds=0.5, parts=1, uses_tokens=False)
MODEL = Writing(seconds=6.0, parts=6, uses_tokens=True)
"""Some 50 tokens a second, after a second in which the prompt is read."""


def machinery(writing: Writing, prices: Prices) -> list[Line]:
    """What AWS and Pinecone take for 1,000 answers, without a model."""
    requests = 1 + READS_OF_A_MESSAGE
    invocations = requests + 4
    gb_seconds = (
        requests * CHATS_GB_SECONDS + RETRIEVE_GB_SECONDS + GENERATE_GB * writing.seconds + 2 * STATE_GB_SECONDS
    )
    # A place for the question; chat and message in a transaction; notes; the passages; each part; the end.
    writes = 1 + TRANSACTION * 2 + CHAT_INDEX_UNITS + RUNNING_UNITS + DOCUMENTS
    writes += MESSAGE_UNITS * (1 + writing.parts + 1)
    if writing.uses_tokens:
        writes += TRANSACTION * 2  # its tokens, and that they were counted
    # The message before each write and in each state; what it rests on in Generate, Fence and each reading.
    reads = (1 + writing.parts + 1 + 4 + requests) + DOCUMENTS * (2 + READS_OF_A_MESSAGE)
    passages = -(-PASSAGES // PASSAGES_OF_A_READ_UNIT) + READS_OF_A_MESSAGE

    def line(part: str, units: float, unit: str, price: float) -> Line:
        return Line(part, ANSWERS * units, unit, ANSWERS * units * price)

    return [
        line("API Gateway", requests, "requests", prices.api_request.price),
        line("Step Functions", TRANSITIONS, "transitions", prices.step_functions_transition.price),
        line("Lambda, invocations", invocations, "invocations", prices.lambda_request.price),
        line("Lambda, time", gb_seconds, "GB-seconds", prices.lambda_gb_second.price),
        line("DynamoDB, writes", writes, "write units", prices.dynamodb_write_unit.price),
        line("DynamoDB, reads", reads, "read units", prices.dynamodb_read_unit.price),
        line("Pinecone, reads of passages", passages, "read units", prices.pinecone_read_unit.price),
        line("X-Ray", 1, "traces", prices.trace.price),
    ]


def tokens(model: ModelPrice) -> float:
    """What a model takes for 1,000 answers, in dollars."""
    return ANSWERS * (TOKENS_READ * model.read + TOKENS_WRITTEN * model.written) / MILLION


def together(model: ModelPrice | None, prices: Prices) -> float:
    """What 1,000 answers cost in dollars: by that model, or by the documents' own sentences."""
    if model is None:
        return total(machinery(EXTRACTIVE, prices))
    return total(machinery(MODEL, prices)) + tokens(model)
