"""What fits into a generator."""

from bloomweaver.answering.ports import GeneratorLimits

EXTRACTIVE = GeneratorLimits(context_tokens=32_000, answer_tokens=1_000, reads_earlier_answers=False, uses_tokens=False)
"""It reads as much as it is given; more than a search finds is of no use to it."""
ANSWER_TOKENS_MAX = 1024
ANSWER_SHARE = 4
"""A model's answer takes one part in so many of its context at most."""


def limits_of(generator: str, context_tokens: int) -> GeneratorLimits:
    """The limits of the generator of that name; a model has so many tokens for prompt and answer together."""
    if generator == "extractive":
        return EXTRACTIVE
    return GeneratorLimits(
        context_tokens=context_tokens,
        answer_tokens=min(ANSWER_TOKENS_MAX, context_tokens // ANSWER_SHARE),
        reads_earlier_answers=True,
    )
