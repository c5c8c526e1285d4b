"""Chats by words of their titles."""

from collections.abc import Sequence

from bloomweaver.analysis.folding import normal


def words_of(text: str) -> list[str]:
    """What is looked for: capitals and small letters alike."""
    return normal(text).split()


def has_words(title: str | None, words: Sequence[str]) -> bool:
    """Whether each word stands in the title, at its beginning or within it."""
    folded = normal(title or "")
    return all(word in folded for word in words)
