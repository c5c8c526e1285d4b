"""What a model's tokens cost."""

import math
from dataclasses import dataclass
from typing import Self

from bloomweaver.errors import ConfigurationError

PER = 1_000_000
"""Tokens that a price is of."""
DIGITS = 9
"""Of a dollar, behind the point."""


@dataclass(frozen=True)
class TokenPrices:
    """In US dollars for a million tokens."""

    read: float
    written: float

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The prices in a text such as `0.15/0.60`, those of what is read first; none in an empty one. Raises
        `ConfigurationError`."""
        if not text:
            return None
        try:
            read, written = map(float, text.split("/"))
            if not all(math.isfinite(price) and price >= 0 for price in (read, written)):
                raise ValueError("no price")
        except ValueError as error:
            raise ConfigurationError(
                f"GENERATOR_PRICES is '{text}': give two numbers with a slash between them, such as 0.15/0.60"
            ) from error
        return cls(read, written)


def cost_of(prices: TokenPrices | None, tokens_in: int, tokens_out: int) -> float | None:
    """What the tokens cost in US dollars; none where that is not known. No tokens cost nothing."""
    if not tokens_in and not tokens_out:
        return 0.0
    if prices is None:
        return None
    return round((tokens_in * prices.read + tokens_out * prices.written) / PER, DIGITS)
