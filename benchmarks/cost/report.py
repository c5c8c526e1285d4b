"""Bills as Markdown tables, between the markers of `docs/cost.md`."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.cost import answers, bill
from benchmarks.cost.bill import Line
from benchmarks.cost.counts import Run
from benchmarks.cost.definition import types_of_states
from benchmarks.cost.lists import Lists, count_lists
from benchmarks.cost.prices import Prices
from benchmarks.sections import replace_section
from local.config import REPOSITORY

_TOKENS = answers.TOKENS_READ, answers.TOKENS_WRITTEN
PAGE = REPOSITORY / "docs" / "cost.md"


def write_page(run: Run, prices: Prices, page: Path = PAGE) -> None:
    """Write every table anew. Raises `RunError` if the page lacks a marker."""
    for name, content in sections(run, prices).items():
        replace_section(page, f"cost-{name}", content)


def sections(run: Run, prices: Prices) -> dict[str, str]:
    """What the page says, by the name of its marker."""
    lists = count_lists()
    return {
        "idle": _idle(prices),
        "wake": _wake(prices),
        "choices": _choices(prices),
        "comparisons": _comparisons(run, lists, prices),
        "watcher": _watcher(prices),
        "telling": _telling(run, prices),
        "figures": _figures(prices),
        "answers": _answers(prices),
        "models": _models(prices),
        "counted": _counted(run),
        "documents": _documents(run, lists, prices),
        "stored": _stored(run, lists, prices),
        "changes": _changes(run, prices),
        "prices": _prices(prices),
    }


def _idle(prices: Prices) -> str:
    lines = bill.of_idle_month(prices)
    rows = [(line.part, f"{_number(line.units)} {line.unit}", _dollars(line.dollars)) for line in lines]
    return _table(("part", "a month", "$"), [*rows, ("**together**", "", f"**{_dollars(bill.total(lines))}**")])


def _wake(prices: Prices) -> str:
    rows = [(line.part, f"{_number(line.units)} {line.unit}", _dollars(line.dollars)) for line in bill.of_wake(prices)]
    return _table(("one wake, one instance", "", "$"), rows)


def _choices(prices: Prices) -> str:
    rows = [(line.part, f"{line.dollars:+.2f}") for line in bill.of_choices(prices)]
    return _table(("choice", "$ a month asleep"), rows)


def _comparisons(run: Run, lists: Lists, prices: Prices) -> str:
    rows = [
        (line.part, f"{_number(line.units)} {line.unit}", _dollars(line.dollars))
        for line in bill.of_comparisons(run.sizes["medium"], lists, prices)
    ]
    return _table(("comparisons of a million chunks of medium documents", "a month", "$"), rows)


def _watcher(prices: Prices) -> str:
    lines = bill.of_watcher(prices)
    rows = [(line.part, f"{_number(line.units)} {line.unit}", _dollars(line.dollars)) for line in lines]
    rows.append(("**together**", "", f"**{_dollars(bill.total(lines))}**"))
    return _table(("somebody who watches", "a month", "$"), rows)


def _telling(run: Run, prices: Prices) -> str:
    lines = bill.of_telling(run.sizes["medium"], prices)
    rows = [(line.part, f"{_number(line.units)} {line.unit}", _dollars(line.dollars)) for line in lines]
    return _table(("telling of 1,000 documents", "at most", "$"), rows)


def _figures(prices: Prices) -> str:
    lines = bill.of_figures(prices)
    rows = [(line.part, f"{_number(line.units)} {line.unit}", _dollars(line.dollars)) for line in lines]
    return _table(("figures of now", "", "$"), rows)


def _answers(prices: Prices) -> str:
    bills = [answers.machinery(writing, prices) for writing in (answers.EXTRACTIVE, answers.MODEL)]
    rows = [(lines[0].part, *map(_units_and_dollars, lines)) for lines in zip(*bills, strict=True)]
    sums = ("**together**", *(f"**{_dollars(bill.total(lines))}**" for lines in bills))
    return _table(("$ per 1,000 answers, without a model's tokens", "extractive", "by a model"), [*rows, sums])


def _units_and_dollars(line: Line) -> str:
    return f"{_dollars(line.dollars)} ({_number(line.units)} {line.unit})"


def _models(prices: Prices) -> str:
    rows = [("`extractive`", "0.00", f"**{_dollars(answers.together(None, prices))}**", "", "")]
    rows += [
        (
            f"{model.name}: `{id_}`",
            _dollars(answers.tokens(model)),
            f"**{_dollars(answers.together(model, prices))}**",
            f"{model.read:g}/{model.written:g}",
            f"{model.date}, {model.source}",
        )
        for id_, model in prices.models.items()
    ]
    read, written = (answers.ANSWERS * count / answers.MILLION for count in _TOKENS)
    formula = f"{read:g} * READ + {written:g} * WRITTEN"
    machinery = _dollars(bill.total(answers.machinery(answers.MODEL, prices)))
    rows.append(("any other", f"`{formula}`", f"`{formula} + {machinery}`", "READ/WRITTEN", ""))
    head = ("1,000 answers by", "$ of tokens", "$ together", "`GeneratorPrices`", "seen")
    return _table(head, rows)


def _counted(run: Run) -> str:
    names = list(run.sizes)
    rows: list[tuple[str, ...]] = [
        ("characters", *(f"{run.sizes[name].characters:,}" for name in names)),
        ("chunks", *(_number(run.sizes[name].chunks) for name in names)),
        ("states entered", *(_number(sum(run.sizes[name].states.values())) for name in names)),
        ("seconds of a run", *(_number(run.sizes[name].run_seconds) for name in names)),
    ]
    for operation in sorted({operation for counts in run.sizes.values() for operation in counts.requests}):
        rows.append((operation, *(_number(run.sizes[name].requests.get(operation, 0.0)) for name in names)))
    machine = run.machine
    said = (
        f"Counted on {run.measured_at[:10]} ({machine['cpu']}, {machine['cores']} cores); the embedding service took "
        f"{run.chunks_per_second:.0f} chunks a second."
    )
    return f"{said}\n\n{_table(('a document', *names), rows)}"


def _documents(run: Run, lists: Lists, prices: Prices) -> str:
    speed = run.chunks_per_second
    bills = {name: bill.of_document(counts, lists, prices, speed) for name, counts in run.sizes.items()}
    parts = [line.part for line in next(iter(bills.values()))]
    rows = [(part, *(_of_thousand(lines, part) for lines in bills.values())) for part in parts]
    sums = ("**together**", *(f"**{_dollars(1000 * bill.total(lines))}**" for lines in bills.values()))
    before = {name: bill.total(bill.without_lists(counts, prices, speed)) for name, counts in run.sizes.items()}
    ratios = (f"{bill.total(lines) / before[name]:.3f}" for name, lines in bills.items())
    return _table(("$ per 1,000 documents", *bills), [*rows, sums, ("times what it is without lists", *ratios)])


def _of_thousand(lines: list[Line], part: str) -> str:
    [line] = [line for line in lines if line.part == part]
    return f"{_dollars(1000 * line.dollars)} ({_number(1000 * line.units)} {line.unit})"


def _stored(run: Run, lists: Lists, prices: Prices) -> str:
    lines = bill.of_stored_million(run.sizes["medium"], lists, prices)
    rows = [(line.part, f"{_number(line.units)} {line.unit}", _dollars(line.dollars)) for line in lines]
    return _table(("a million chunks of medium documents", "", "$ a month"), rows)


def _changes(run: Run, prices: Prices) -> str:
    found = bill.changes(run.sizes, prices, types_of_states())
    rows = [
        (change.what, *(_dollars(1000 * change.saves[name]) for name in run.sizes), change.loses) for change in found
    ]
    return _table(("change", *(f"$ less per 1,000 {name}" for name in run.sizes), "what is lost"), rows)


def _prices(prices: Prices) -> str:
    rows = [
        (f"`{name}`", price.unit, f"{price.price:.10f}".rstrip("0").rstrip("."), str(price.date), price.source)
        for name, price in prices.each().items()
    ]
    return f"Region {prices.region}.\n\n{_table(('price', 'of a', '$', 'seen', 'source'), rows)}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: float) -> str:
    if abs(value - round(value)) < 0.005 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.2f}"


def _dollars(value: float) -> str:
    return f"{value:.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.4f}"
