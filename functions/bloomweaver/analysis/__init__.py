"""Words as keyword search compares them: the terms of a passage and of a query, and where a text has them."""

from bloomweaver.analysis.folding import fold
from bloomweaver.analysis.keywords import passage_keywords
from bloomweaver.analysis.language import detect_language
from bloomweaver.analysis.matching import Span, find_terms, has_phrase
from bloomweaver.analysis.query import AnalysedQuery, analyse_query

__all__ = [
    "ANALYSER_VERSION",
    "AnalysedQuery",
    "Span",
    "analyse_query",
    "detect_language",
    "find_terms",
    "fold",
    "has_phrase",
    "passage_keywords",
]

ANALYSER_VERSION = 1
"""Goes up with every change of what terms a passage has. An index has terms of one version: see `IndexSettings`."""
