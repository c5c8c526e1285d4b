"""The terms of a version stay as they are, whatever package is updated."""

import hashlib

from bloomweaver.analysis import ANALYSER_VERSION, passage_keywords
from tests.analysis.texts import SENTENCES, SIGNS

TERMS_OF_VERSION = {1: "ffb959a370b11b9e"}


def test_other_terms_are_another_version() -> None:
    """An index has the terms of one version. If this fails, raise `ANALYSER_VERSION` and add a line."""
    terms = [passage_keywords(SIGNS, title=None, heading=None, language="en")]
    terms += [passage_keywords(text, title=None, heading=None, language=tag) for tag, text in SENTENCES.items()]
    digest = hashlib.sha256("\n".join(terms).encode()).hexdigest()[:16]
    assert {ANALYSER_VERSION: digest}.items() <= TERMS_OF_VERSION.items()
