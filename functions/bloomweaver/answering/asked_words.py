"""The words of a question, and which of them a text has."""

from bloomweaver.analysis.folding import normal
from bloomweaver.analysis.matching import find_terms
from bloomweaver.analysis.query import analyse_query, asked
from bloomweaver.analysis.stems import stems
from bloomweaver.analysis.terms import term_of
from bloomweaver.analysis.words import Kind, Piece, split

_FUNCTION_WORDS = """
what which who whom whose when where why how is are was were be been am do does did can could should
would will shall may might must has have had a an the of in on at to for from by with and or as
about into it its i me my we us our you your he she they them their there this that these those if
not no any some so than much many happen happens isn aren wasn weren don doesn didn couldn wouldn shouldn hasn haven won

was welche welcher welches wer wen wem wessen wann wo wohin woher warum wieso wie ist sind war waren
wird werden kann können soll sollen muss müssen darf hat haben der die das den dem des ein eine
einen einem einer eines von vom zu zum zur für mit und oder auf aus bei nach im ich mir mich wir uns
man es er sie nicht wozu wofür dient dienen passiert geschieht

que qu qui quoi quel quelle quels quelles quand où pourquoi comment combien est sont était être fait
font peut peuvent doit doivent a ont le la les l un une des du de d à au aux en dans sur pour par
avec et ou ce cette ces il elle ils elles je on nous vous se s ne pas sert servent
"""
_ASKING = frozenset(map(term_of, _FUNCTION_WORDS.split()))
"""Words of English, German and French that ask, or hold a question together: they say nothing of what it is about."""


class AskedWords:
    """The words that a question is about, by number."""

    def __init__(self, question: str) -> None:
        self._query = analyse_query(question)
        distinct = {piece.term: frozenset(stems(piece.form)) for piece in _about(self._query.folded)}
        self.terms = tuple(distinct)
        self._stems = tuple(distinct.values())
        self._together = [
            numbers
            for _, part in split(self._query.folded)
            if len(numbers := {self.terms.index(piece.term) for piece in asked(part) if piece.term in distinct}) > 1
        ]

    def __len__(self) -> int:
        return len(self.terms)

    def within(self, text: str) -> frozenset[int]:
        """The numbers of those that a text has, or has another form of."""
        found: set[int] = set()
        for start, end in find_terms(text, self._query):
            for piece in asked(normal(text[start:end])):
                found |= self._alike(piece)
        return frozenset(found)

    def have_all_of(self, heading: str) -> bool:
        """Whether every word that says what a heading is about is among them, or another form of it."""
        return all(self._alike(piece) for piece in _about(normal(heading)))

    def cut_none(self, numbers: frozenset[int]) -> bool:
        """Whether of each name with signs in it, such as `node.js`, all words or none are among these."""
        return all(name <= numbers or name.isdisjoint(numbers) for name in self._together)

    def _alike(self, piece: Piece) -> set[int]:
        forms = frozenset(stems(piece.form))
        return {
            number
            for number, (term, of_term) in enumerate(zip(self.terms, self._stems, strict=True))
            if piece.term == term or not forms.isdisjoint(of_term)
        }


def _about(normal_text: str) -> list[Piece]:
    """The words that do not ask; all, if there are no others."""
    pieces = [piece for piece in asked(normal_text) if piece.kind is not Kind.COMPOUND]
    return [piece for piece in pieces if piece.term not in _ASKING] or pieces
