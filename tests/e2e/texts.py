"""Texts that are long enough to be cut where their headings or pages are."""


def passage(sentence: str, topic: str) -> str:
    """The sentence, and so much text about the topic after it that it fills a passage of its own."""
    more = (f"Note {number} on the {topic} was written by the warden and kept in the book." for number in range(12))
    return " ".join([sentence, *more])
