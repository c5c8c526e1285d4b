"""The token ids of a text that has a prompt before it, for models that do not pool the prompt's tokens."""

from collections.abc import Iterable, Sequence


class PromptedIds(list[int]):
    """Token ids, and how many of the first are the prompt's. It goes through queues and batches like any list."""

    def __init__(self, ids: Iterable[int], prompt_tokens: int) -> None:
        super().__init__(ids)
        self.prompt_tokens = prompt_tokens


def prompt_tokens(ids: Sequence[int]) -> int:
    """How many of the first token ids are not to be pooled."""
    return ids.prompt_tokens if isinstance(ids, PromptedIds) else 0
