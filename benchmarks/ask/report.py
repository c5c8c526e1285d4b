"""What was measured of answers, on the terminal and as tables of the documentation."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from benchmarks.ask.answering import Answered
from benchmarks.ask.measuring import Scores
from benchmarks.ask.results import KindResult, Results, SetResult
from benchmarks.figures import Figure, number, print_table
from cli.output import plain
from cli.tables import print_rows

KIND_COLUMNS = ("kind", "questions", "passage given", "sentence quoted", "wrongly no answer", "rightly no answer")


def print_set(console: Console, result: SetResult) -> None:
    """Print a set's figures, and what they are by kind of question."""
    console.print(plain(f"{result.name}: {_size(result)}"))
    print_table(console, result.figures)
    rows = [[Text(cell) for cell in _row(kind)] for kind in result.kinds]
    names = [KIND_COLUMNS[0], *(f"#{name}" for name in KIND_COLUMNS[1:])]
    print_rows(console, "By kind of question", names, rows)


def print_errors(console: Console, answered: Sequence[Answered]) -> None:
    """Print every question that was not answered as it should be."""
    for each in answered:
        if each.answerable and not each.is_quoted:
            why = "not given" if not each.was_given else "no answer" if each.says_nothing else "another sentence"
            console.print(plain(f"{why}: {each.question.text}"))
            console.print(plain(f"    expected: {each.question.answers[0]}"))
        elif not each.answerable and not each.says_nothing:
            console.print(plain(f"answered, and nothing answers: {each.question.text}"))
        else:
            continue
        for quote in each.quotes:
            console.print(plain(f"    quoted:   {' '.join(quote.split())}"))


def print_scores(console: Console, scores: Sequence[Scores], least: float) -> None:
    """Print the least score, and what it does on the half that it is set on."""
    rows = [
        (
            Text(each.source),
            Text(f"{len(each.answerable)}"),
            Text(f"{each.rightly(least):.3f}"),
            Text(f"{each.wrongly(least):.3f}"),
        )
        for each in scores
    ]
    columns = ("Set", "#Questions", "#No answer, rightly", "#Wrongly")
    print_rows(console, f"The least score is {least:.2f}", columns, rows)


def as_markdown(results: Results) -> str:
    """The section of the documentation."""
    machine = results.machine
    dates = sorted({each.measured_at[:10] for each in results.sets})
    lines = [
        f"Measured on {' to '.join(dict.fromkeys((dates[0], dates[-1])))}: {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_mib'] / 1024:.0f} GiB, {machine['system']}, Python {machine['python']}.",
    ]
    for result in results.sets:
        lines += ["", f"**{result.name}**: {_size(result)}.", "", *_figures(result.figures), "", *_kinds(result.kinds)]
    if results.latencies is not None:
        found = results.latencies
        lines += ["", f"**One machine**, {found.questions} questions, {found.measured_at[:10]}.", ""]
        lines += _figures(found.figures)
    return "\n".join(lines)


def _figures(figures: Sequence[Figure]) -> list[str]:
    rows = ["| figure | measured | target | |", "|---|---:|---:|---|"]
    for each in figures:
        bound = "" if each.target is None else f"{'>=' if each.at_least else '<='} {number(each.target)}"
        verdict = {None: "", True: "met", False: "**missed**"}[each.met]
        rows.append(f"| {each.name} | {_value(each)} | {bound} | {verdict} |")
    return rows


def _kinds(kinds: Sequence[KindResult]) -> list[str]:
    rows = [f"| {' | '.join(KIND_COLUMNS)} |", f"|---|{'---:|' * (len(KIND_COLUMNS) - 1)}"]
    return [*rows, *(f"| {' | '.join(_row(kind))} |" for kind in kinds)]


def _value(figure: Figure) -> str:
    return f"{number(figure.value)} {figure.unit}".strip()


def _row(kind: KindResult) -> tuple[str, ...]:
    parts = (kind.given, kind.quoted, kind.wrongly_no_answer, kind.rightly_no_answer)
    return (kind.kind, f"{kind.questions}", *(f"{part:.2f}" for part in parts))


def _size(result: SetResult) -> str:
    return f"{result.documents:,} documents, model {result.model}, least score {result.least_score:.2f}"
